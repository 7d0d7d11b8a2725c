"""``evenvoice report``: the page and the figures again, from the predictions."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.command import QUICK, run, tree


def test_report_is_made_again_from_the_predictions(voices: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("evaluate", f"folder:{voices}", "--protocol", "random", *QUICK, "--out", out).result()
    before = tree(tmp_path)
    (out / "report.html").unlink()
    shutil.rmtree(out / "figures")
    answer = run("report", out)
    assert answer.result() == f"{out / 'report.html'}\n"
    assert set(tree(tmp_path)) == set(before)
    assert (out / "report.html").read_bytes() == before["out/report.html"]


def test_what_is_no_evaluation(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "study.json").write_text("{")
    before = tree(tmp_path)
    for name in ("absent", "file", "."):
        complaint = run("report", tmp_path / name).complaint()
        assert complaint == (
            f"{tmp_path / name}: holds no study.json; expected a folder that `evenvoice evaluate --out` wrote"
        )
    assert "study.json: cannot be read as a study" in run("report", tmp_path / "half").complaint()
    assert tree(tmp_path) == before

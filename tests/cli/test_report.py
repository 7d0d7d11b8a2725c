"""``evenvoice report``: the page and the figures again, from the predictions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.command import QUICK, run, tree
from tests.report.fabricated import write_honest, write_study


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
    (tmp_path / "half" / "study.json").write_text("{", encoding="utf-8")
    before = tree(tmp_path)
    for name in ("absent", "file", "."):
        complaint = run("report", tmp_path / name).complaint()
        assert complaint == (
            f"{tmp_path / name}: holds no study.json; expected a folder that `evenvoice evaluate --out` wrote"
        )
    assert "study.json: cannot be read as a study" in run("report", tmp_path / "half").complaint()
    assert tree(tmp_path) == before


@pytest.mark.slow
def test_figures_in_other_forms_and_a_breakdown(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study")
    write_honest(folder)
    for path in folder.glob("runs/*/*/*/*/predictions.csv"):
        table = pd.read_csv(path)
        table.insert(2, "gender", table["utterance"].map(lambda name: "female" if name in ("a1", "h1") else "male"))
        table.to_csv(path, index=False)
    text = run("report", folder, "--by", "gender", "--figures", "pdf", "--figures", "svg").result()
    # Of a1 and h1, both right in both seeds; of a2 a3 a4 h2, angry 2 of 3 and 3 of 3, and happy never.
    rows = [line.split()[:2] for line in text.splitlines() if line.startswith(("male", "female"))]
    assert rows == [["male", "4"], ["female", "2"]]
    assert "smote-2dcnn × speaker-folds. By gender" in text
    assert "speakers not known: the interval is too narrow" in text
    for kind, start in (("pdf", b"%PDF-"), ("svg", b"<?xml"), ("png", b"\x89PNG")):
        files = sorted((folder / "figures").glob(f"*.{kind}"))
        assert len(files) >= 5
        assert all(file.read_bytes().startswith(start) for file in files)
    first = {file.name: file.read_bytes() for file in (folder / "figures").iterdir()}
    run("report", folder, "--figures", "pdf").result()
    assert {file.name: file.read_bytes() for file in (folder / "figures").iterdir()} == first


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--by", "gendre"), "subgroups by 'gendre': unknown"),
        (("--figures", "gif"), "figures: found 'gif'; expected one of png, pdf, svg"),
        (
            ("--reference", "smote"),
            "reference: no recipe 'smote' here (did you mean 'smote-2dcnn'?); name one of smote-2dcnn",
        ),
    ],
)
def test_options_that_cannot_be_change_nothing(tmp_path: Path, options: tuple[str, str], says: str) -> None:
    folder = write_study(tmp_path / "study")
    write_honest(folder)
    before = tree(tmp_path)
    assert says in run("report", folder, *options).complaint()
    assert tree(tmp_path) == before

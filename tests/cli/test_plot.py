"""``evenvoice plot``: one figure of each kind, its files, and what cannot be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import QUICK, run
from tests.report.fabricated import write_honest, write_study


@pytest.mark.usefixtures("undrawn")
def test_a_study_has_curves_of_detection_and_of_learning(voices: Path, tmp_path: Path) -> None:
    study, out = tmp_path / "study", tmp_path / "out"
    protocols = ["--protocol", "speaker+speakers-2", "--protocol", "speaker"]
    run("evaluate", f"folder:{voices}", "--speaker-from", r"/(\w+)_", "--recipe", "svm", *protocols,
        *QUICK[4:], "--out", study).result()  # fmt: skip
    answer = run("plot", "learning-curve", study, "--out", out, "--figures", "svg")
    rows = [line.split() for line in answer.result().splitlines()]
    assert [row[:2] for row in rows if row and row[0] == "svm"] == [["svm", "2"], ["svm", "3"]]
    assert {path.name for path in out.iterdir()} == {"voices-learning-curve.png", "voices-learning-curve.svg"}
    for kind in ("roc", "det"):
        drawn = run("plot", kind, study, "--protocol", "loso", "--out", out).result()
        assert drawn == f"{out / f'svm-speaker-{kind}.png'}\n"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(("map", "--recipe", "svm", "--method", "pca"), "voices-svm-map"), (("features",), "voices-features")],
)
def test_a_corpus_has_a_map_and_features(voices: Path, tmp_path: Path, arguments: tuple[str, ...], name: str) -> None:
    kind, *more = arguments
    answer = run("plot", kind, f"folder:{voices}", *more, "--jobs", "1", "--out", tmp_path / "out")
    assert answer.result() == f"{tmp_path / 'out' / name}.png\n"


def test_a_recording_has_a_spectrogram(voices: Path, tmp_path: Path) -> None:
    file = next(voices.rglob("*.wav"))
    answer = run("plot", "spectrogram", file, "--out", tmp_path / "out", "--figures", "pdf")
    assert [Path(line).suffix for line in answer.result().split()] == [".png", ".pdf"]


def test_what_is_not_there_is_one_line(tmp_path: Path) -> None:
    write_honest(write_study(tmp_path))
    says = {
        ("roc", tmp_path, "--recipe", "svm"): "no result of svm; there are smote-2dcnn, speaker-folds",
        ("learning-curve", tmp_path): "no learning curve; evaluate with --protocol speaker+speakers-3 ",
        (
            "learning-curve",
            tmp_path,
            "--protocol",
            "kfold",
        ): "no learning curve of kfold; evaluate with --protocol kfold+",
        ("roc", tmp_path, "--figures", "gif"): "figures: found 'gif'; expected one of png, pdf, svg",
        ("spectrogram", tmp_path / "none.wav"): "none.wav: no such file",
    }
    for arguments, expected in says.items():
        assert expected in run("plot", *arguments).complaint()
    assert not (Path.cwd() / "figures").exists()

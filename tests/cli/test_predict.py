"""``evenvoice predict``: emotions of recordings, best first."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli import sounds
from tests.cli.command import run, tree
from tests.recognizer import tiny
from tests.recognizer.test_recognizer import GOLDEN


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two recordings whose means are 0.5 and -0.5: the tiny model's answers are known."""
    found = [tmp_path / "a b.wav", tmp_path / "c.wav"]
    for file, value in zip(found, (0.5, -0.5), strict=True):
        sounds.sound(np.full(tiny.RATE, value), tiny.RATE, subtype="FLOAT")(file)
    return found


def test_json_has_every_score_best_first(model: Path, files: list[Path]) -> None:
    answer = run("predict", model, *files, "--json")
    first, second = json.loads(answer.result())
    assert set(first) == {"file", "scores"}
    assert [each["file"] for each in (first, second)] == [str(file) for file in files]
    assert [set(score) for score in first["scores"]] == [{"label", "score"}] * 3
    assert [score["label"] for score in first["scores"]] == ["angry", "neutral", "sad"]
    assert [score["label"] for score in second["scores"]] == ["sad", "neutral", "angry"]
    for each in (first, second):
        assert [score["score"] for score in each["scores"]] == pytest.approx(GOLDEN, abs=1e-6)
    assert answer.err == ""


def test_text_is_a_line_a_file(model: Path, files: list[Path]) -> None:
    answer = run("predict", model, *files)
    first, second = answer.result().splitlines()
    assert first == f"{files[0]}\tangry 66.5%  neutral 24.5%  sad 9.0%"
    assert second == f"{files[1]}\tsad 66.5%  neutral 24.5%  angry 9.0%"
    assert answer.err == ""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("absent.onnx", "no such file; check the path"),
        ("a b.wav", "not an ONNX model"),
        (".", "a folder, not a model file; name the .onnx file in it"),
        ("empty.onnx", "empty (0 bytes); export or download it again"),
        ("cut off.onnx", "; export or download it again"),
        ("loop.onnx", "cannot be read"),
    ],
)
def test_what_is_no_model(name: str, says: str, model: Path, files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "empty.onnx").touch()
    (tmp_path / "cut off.onnx").write_bytes(model.read_bytes()[:-100])
    (tmp_path / "loop.onnx").symlink_to("loop.onnx")
    before = tree(tmp_path)
    for more in ((), ("--json",), ("--skip-bad",)):
        complaint = run("predict", tmp_path / name, *files, *more).complaint()
        assert complaint.startswith(f"{tmp_path / name}: ")
        assert says in complaint
    assert tree(tmp_path) == before

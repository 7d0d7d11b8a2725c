"""``scripts/ready_model.py``: study, training and model file in one go; the second time, the study is there."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from evenvoice import Recognizer
from evenvoice.training import TrainedModel
from tests.cli.command import QUICK
from tests.recognizer import tiny


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script as a module."""
    path = Path(__file__).parents[2] / "scripts" / "ready_model.py"
    spec = importlib.util.spec_from_file_location("ready_model", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.usefixtures("undrawn")
def test_from_a_corpus_to_the_model_file_in_its_place(
    script: ModuleType,
    voices: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def export(trained: TrainedModel, path: Path, *, measured: object, **_: object) -> Path:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(tiny.model_file(measured=measured, intended_use=f"Knows {', '.join(trained.labels)}."))
        return path

    # What torch's exporter makes of it is tested elsewhere, and takes seconds.
    monkeypatch.setattr("evenvoice.training.on_corpus.export", export)
    work, place = tmp_path / "work", tmp_path / "package" / "ready.onnx"
    asked = [f"folder:{voices}", "--recipe", "smote-2dcnn", "--protocol", "speaker", "--seeds", "1"]
    asked += ["--work", str(work), "--place", str(place)]
    more = ["--speaker-from", "([a-z]+)_", "--emotions", "angry,sad", *QUICK]
    script.main([*asked, *more])
    said = capsys.readouterr()
    commands = [line for line in said.out.splitlines() if line.startswith("$ ")]
    assert [command.split()[2] for command in commands] == ["evaluate", "robustness", "train", "card"]
    assert all("--emotions angry,sad" in command for command in commands[:3])
    card = Recognizer(place).card
    assert card["intended_use"] == "Knows angry, sad."
    assert [(entry["protocol"], entry["study"]) for entry in card["measured"]] == [("speaker", "study")]
    assert card["measured"][0]["conditions"][0]["ua"]["estimate"] == card["measured"][0]["ua"]["estimate"]
    script.main([*asked, *more])
    assert "all are there already" in capsys.readouterr().err
    assert Recognizer(place).card == card


def test_it_goes_to_the_place_that_the_package_reads(script: ModuleType) -> None:
    ready = pytest.importorskip("evenvoice.recognizer.ready")
    assert script.PLACE == ready._FILE


def test_what_cannot_be_done_is_one_line(script: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^ready_model: .*missing\.csv"):
        script.main([str(tmp_path / "missing.csv"), "--work", str(tmp_path)])

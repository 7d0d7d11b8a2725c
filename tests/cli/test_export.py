"""``evenvoice export``: a run to a model file, and the page's door."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from evenvoice import Recognizer
from evenvoice.audio import Waveform
from evenvoice.training import TrainedModel
from tests.cli.command import QUICK, run, tree
from tests.recognizer import tiny

FOLD = Path("runs/2dcnn/speaker/seed-0/fold-0")


@pytest.mark.usefixtures("undrawn")
def test_from_a_kept_run_to_a_model_file_with_its_figures(
    voices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def export(trained: TrainedModel, path: Path, *, measured: object, check: Sequence[Waveform], **_: object) -> Path:
        assert [waveform.size for waveform in check] == [3200]
        assert trained.recipe.training.epochs == 1
        path.write_bytes(tiny.model_file(measured=measured))
        return path

    # What torch's exporter makes of it is tested elsewhere, and takes seconds.
    monkeypatch.setattr("evenvoice.study.model_file.export", export)
    study, out = tmp_path / "study", tmp_path / "my model.onnx"
    what = (f"folder:{voices}", "--speaker-from", "([a-z]+)_", "--recipe", "2dcnn", "--set", "training.epochs=1")
    run("evaluate", *what, "--protocol", "speaker", "--jobs", "1", "--keep-models", "--out", study).result()
    recording = voices / "sad" / "anna_0.wav"
    answer = run("export", study / FOLD, "--out", out, "--check", recording)
    assert (answer.result(), answer.err) == (f"{out}\n", "")
    (entry,) = Recognizer(out).card["measured"]
    assert (entry["study"], entry["protocol"], entry["speakers"]) == ("study", "speaker", 4)
    card = run("card", out).result()
    assert 'name: "UA (speaker: each speaker in turn is tested, and unseen in training)"' in card
    assert run("export", study / FOLD, "--out", out, "--check", voices).complaint().startswith(f"{voices}: ")


@pytest.mark.usefixtures("undrawn")
def test_a_run_without_weights(voices: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    run("evaluate", f"folder:{voices}", *QUICK, "--protocol", "random", "--out", study).result()
    folder = study / "runs" / "smote-2dcnn" / "random" / "seed-0" / "fold-0"
    before = tree(tmp_path)
    assert run("export", folder, "--out", tmp_path / "a.onnx").complaint() == (
        f"{folder}: holds no weights.npz; evaluate with --keep-models to another --out, or make a model of the whole "
        "corpus with `evenvoice train`"
    )
    assert tree(tmp_path) == before


def test_what_cannot_be_asked_for(model: Path, tmp_path: Path) -> None:
    said = run("export", tmp_path, "--out", "model.txt").complaint()
    assert said == "model.txt: a model file ends in .onnx, by which `evenvoice predict` knows it; name it so"
    assert run("export").complaint().startswith("nothing to export; name a run's folder")
    for more in (("--out", "a.onnx"), ("--check", "a.wav")):
        complaint = run("export", model, "--web", tmp_path / "site", *more).complaint()
        assert complaint.startswith("--web writes a page with a model file as it is")


def test_the_page_gets_the_model_named_or_the_ready_one(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, Path]] = []

    def write_page(model: Path, folder: Path) -> Path:
        asked.append((model, folder))
        return folder / "index.html"

    monkeypatch.setattr("evenvoice.serve.page.write_page", write_page)
    monkeypatch.setattr("evenvoice.recognizer.ready_model", lambda: Path("ready.onnx"))
    site = tmp_path / "site"
    assert run("export", model, "--web", site).result() == f"{site / 'index.html'}\n"
    assert run("export", "--web", site).result() == f"{site / 'index.html'}\n"
    assert asked == [(model, site), (Path("ready.onnx"), site)]

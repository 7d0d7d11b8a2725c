"""The model file: torch's probabilities from waveforms, one small file, and no file where they would differ."""

from __future__ import annotations

import copy
import dataclasses
import importlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from evenvoice.audio import Waveform, load
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.imbalance import Shift
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.recognizer import Recognizer
from evenvoice.training import Dataset, TrainedModel, fit
from evenvoice.training.export import export
from evenvoice.training.graph import WaveformToProbabilities, check_exportable
from tests.training.exported import CORPUS, examples_of, generated_voices

pytestmark = pytest.mark.slow

MEGABYTE = 10**6
# Its image is exported each time by tests/features/test_onnx.py, its network as that of `channels`.
_ARRAY = pytest.param("array", marks=pytest.mark.long)

Made = Callable[[str], tuple[TrainedModel, Path]]


def _fit(form: str, seed: int = 0) -> TrainedModel:
    """Quickly trained on the generated voices, and less sure of it than the network is."""
    changes = {
        "shape": {"name": form},
        "training": {"epochs": 2, "batch_size": 8},
        "model": {"options": {"batch_norm_momentum": 0.5}},
    }
    recipe = open_recipe("2dcnn", changes)
    return dataclasses.replace(
        fit(recipe, examples_of(recipe, *generated_voices()), seed=seed), decision=Shift(1.6, np.array([0.5, -0.5]))
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A trained model of a form and its model file, made once: torch's exporter takes seconds."""

    @cache
    def make(form: str) -> tuple[TrainedModel, Path]:
        trained, file = _fit(form), tmp_path_factory.mktemp(form) / "a model.onnx"
        assert export(trained, file, corpus=CORPUS, check=generated_voices()[0][:3]) == file
        return trained, file

    return make


@pytest.fixture(scope="module")
def trained(made: Made) -> TrainedModel:
    return made("mean")[0]


@pytest.fixture(scope="module")
def path(made: Made) -> Path:
    return made("mean")[1]


@pytest.fixture
def without_exporting(trained: TrainedModel, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the graph of `trained` from its file, whatever is to be exported."""

    def stored(_: TrainedModel) -> onnx.ModelProto:
        model = onnx.load(path)
        del model.metadata_props[:]
        return model

    # By name: the package's attribute of this name is the function.
    monkeypatch.setattr(importlib.import_module("evenvoice.training.export"), "_onnx_model", stored)


def test_one_file_of_standard_operators(path: Path) -> None:
    model = onnx.load(path, load_external_data=False)
    onnx.checker.check_model(model, full_check=True)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 20)]
    assert {node.domain for node in model.graph.node} == {""}
    assert not model.functions
    assert all(tensor.data_location == onnx.TensorProto.DEFAULT for tensor in model.graph.initializer)
    # Nothing of the machine that made it.
    assert b".py" not in path.read_bytes()


def test_the_card_says_where_it_comes_from(trained: TrainedModel, path: Path) -> None:
    card = Recognizer(path).card
    assert card["format"] == 1
    assert card["labels"] == ["high", "low"]
    assert card["sample_rate"] == 16000
    assert Recipe(**card["recipe"]) == trained.recipe
    assert card["corpus"] == CORPUS
    assert card["measured"] is None
    assert set(card["versions"]) == {"evenvoice", "python", "torch", "onnx", "onnxscript", "onnxruntime", "numpy"}
    assert len(card["made"]) == len("2025-01-31")
    assert "clinical" in card["intended_use"]


def test_the_same_weights_give_the_same_file_and_no_noise(
    trained: TrainedModel,
    path: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    recwarn: pytest.WarningsRecorder,
) -> None:
    again = export(trained, tmp_path / "again.onnx", corpus=CORPUS)
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list
    first, second = Recognizer(path), Recognizer(again)
    assert again.read_bytes().replace(second.card["made"].encode(), first.card["made"].encode()) == path.read_bytes()
    np.testing.assert_array_equal(
        first.probabilities(generated_voices()[0]), second.probabilities(generated_voices()[0])
    )


def test_the_temperature_is_in_the_graph(trained: TrainedModel) -> None:
    batch = torch.from_numpy(generated_voices()[0][0])[None], torch.tensor([8000])
    with torch.inference_mode():
        cool, plain = (
            WaveformToProbabilities(dataclasses.replace(trained, decision=Shift(temperature)))(*batch).log()
            for temperature in (1.6, 1.0)
        )
    # The softmax is over logits / 1.6: so are the log-odds.
    torch.testing.assert_close(cool.diff(dim=1), plain.diff(dim=1) / 1.6)
    assert plain.diff(dim=1).abs().min() > 0.01


def test_a_constant_coefficient_counts_for_nothing(trained: TrainedModel) -> None:
    assert trained.normaliser is not None
    # The eight zeros that fill the folded mean vector; what takes their place must not matter.
    constant = np.flatnonzero(trained.normaliser.scale == 0)
    assert len(constant) == 8
    moved = trained.normaliser.mean.copy()
    moved[constant] = 1e30
    other = dataclasses.replace(trained, normaliser=dataclasses.replace(trained.normaliser, mean=moved))
    batch = torch.from_numpy(generated_voices()[0][0])[None], torch.tensor([8000])
    with torch.inference_mode():
        torch.testing.assert_close(WaveformToProbabilities(other)(*batch), WaveformToProbabilities(trained)(*batch))


@pytest.mark.usefixtures("without_exporting")
def test_a_file_that_differs_from_torch_is_not_written(trained: TrainedModel, tmp_path: Path) -> None:
    other = _fit("mean", seed=1)
    target = tmp_path / "model.onnx"
    with pytest.raises(EvenvoiceError, match=r"model\.onnx: not written, .* differ from torch's by .*, expected below"):
        export(other, target, corpus=None)
    assert list(tmp_path.iterdir()) == []
    target.write_text("an older model", encoding="utf-8")
    with pytest.raises(EvenvoiceError):
        export(other, target, corpus=None)
    assert [file.read_text(encoding="utf-8") for file in tmp_path.iterdir()] == ["an older model"]


@pytest.mark.usefixtures("without_exporting")
def test_the_callers_own_recordings_are_checked(
    trained: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voices, _ = generated_voices()
    silence = np.zeros(8000, np.float32)
    with pytest.raises(AudioError, match="waveform 3: silent"):
        export(trained, tmp_path / "a.onnx", corpus=None, check=[voices[0], voices[1], silence])
    real = trained.probabilities

    def wrong_on_four(_: TrainedModel, examples: Dataset) -> np.ndarray:
        return real(examples) + (len(examples) == 4) * np.float32(2e-4)

    monkeypatch.setattr(TrainedModel, "probabilities", wrong_on_four)
    with pytest.raises(EvenvoiceError, match="on the recordings to check its probabilities differ"):
        export(trained, tmp_path / "a.onnx", corpus=None, check=voices[:4])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("without_exporting")
@pytest.mark.parametrize(("moved", "size", "refused"), [(1, 4e-4, False), (1, 2e-2, True), (2, 4e-4, True)])
def test_one_recording_at_a_threshold_costs_no_training(
    trained: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int, size: float, refused: bool
) -> None:
    """Of eight; seen with `voice-linear`, one of 16 recordings by 3.8e-4, after a training that went well."""
    voices, _ = generated_voices()
    real = trained.probabilities

    def elsewhere(_: TrainedModel, examples: Dataset) -> np.ndarray:
        found = real(examples)
        found[:moved] += (len(examples) == 8) * np.float32(size)
        return found

    monkeypatch.setattr(TrainedModel, "probabilities", elsewhere)
    check = voices[:8]
    if refused:
        with pytest.raises(EvenvoiceError, match="on the recordings to check its probabilities differ"):
            export(trained, tmp_path / "a.onnx", corpus=None, check=check)
    else:
        with pytest.warns(UserWarning, match=r"of 8 recordings to check, 1 has probabilities that differ .* 4\.0e-04"):
            export(trained, tmp_path / "a.onnx", corpus=None, check=check)
    assert [file.name for file in tmp_path.iterdir()] == ([] if refused else ["a.onnx"])


@pytest.mark.usefixtures("without_exporting")
def test_a_network_that_gives_nan_is_not_written(trained: TrainedModel, tmp_path: Path) -> None:
    broken = dataclasses.replace(trained, network=copy.deepcopy(trained.network))
    with torch.no_grad():
        next(broken.network.parameters()).fill_(torch.nan)
    with pytest.raises(EvenvoiceError, match=r"gives NaN on the generated sounds; train it again"):
        export(broken, tmp_path / "a.onnx", corpus=None)
    assert list(tmp_path.iterdir()) == []


def test_normalising_by_speaker_cannot_be_exported(trained: TrainedModel, tmp_path: Path) -> None:
    check_exportable(trained.recipe)
    recipe = trained.recipe.model_copy(update={"normalise": "speaker"})
    by_speaker = dataclasses.replace(trained, recipe=recipe, normaliser=None)
    with pytest.raises(EvenvoiceError, match="a model file is given one recording; use normalise: training"):
        export(by_speaker, tmp_path / "a.onnx", corpus=None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("without_exporting")
def test_figures_come_from_the_caller_or_not_at_all(trained: TrainedModel, tmp_path: Path) -> None:
    interval = {"estimate": 0.6, "low": 0.5, "high": None}
    entry = {"study": "s", "protocol": "kfold", "promise": "shared", "leaky": False, "ua": interval, "wa": interval}
    target = tmp_path / "a.onnx"
    assert Recognizer(export(trained, target, corpus=None, measured=[entry])).card["measured"] == [entry]
    assert Recognizer(export(trained, target, corpus=None)).card["measured"] is None
    before = target.read_bytes()
    with pytest.raises(EvenvoiceError, match=r"a\.onnx: measured\[1\] is LEAKY"):
        export(trained, target, corpus=None, measured=[entry, {**entry, "leaky": True}])
    with pytest.raises(EvenvoiceError, match=r"a\.onnx: measured is \[\], expected null or a list"):
        export(trained, target, corpus=None, measured=[])
    assert target.read_bytes() == before


def test_bad_arguments(trained: TrainedModel, tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match="a folder; name the file to write"):
        export(trained, tmp_path, corpus=None)
    with pytest.raises(EvenvoiceError, match="unknown corpus key 'license'; allowed are name, licence"):
        export(trained, tmp_path / "a.onnx", corpus={"license": "CC0-1.0"})


def test_the_graph_leaves_the_trained_network_alone(trained: TrainedModel) -> None:
    graph = WaveformToProbabilities(trained)
    with torch.no_grad():
        next(graph.own.network.parameters()).zero_()
    assert bool(next(trained.network.parameters()).any())
    assert not graph.training


@pytest.fixture(scope="module")
def recordings(corpora_folder: Path) -> list[Waveform]:
    """Recordings of both corpora, 26 of them, all speakers of RAVDESS and EmoDB among them or nearly so."""
    emodb, ravdess = (sorted((corpora_folder / name).rglob("*.*")) for name in ("emodb", "ravdess"))
    return [load(file) for file in (*emodb[::42], *ravdess[::111])]


@pytest.mark.parametrize("form", ["mean", _ARRAY, "channels"])
def test_torchs_probabilities_on_real_recordings(form: str, recordings: list[Waveform], made: Made) -> None:
    if form != "mean":
        recordings = recordings[::3]  # networks over frames take their time
    trained, path = made(form)
    recognizer = Recognizer(path)
    expected = trained.probabilities(examples_of(trained.recipe, recordings))
    alone = np.concatenate([recognizer.probabilities([waveform]) for waveform in recordings])
    # With one of 0.1 s, the shortest there may be, and one of 8 s, so that everything is padded.
    short, long = recordings[0][8000:9600], np.concatenate(recordings[:4])[: 8 * 16000]
    batches = [recognizer.probabilities([short, waveform, long])[1] for waveform in recordings]
    np.testing.assert_allclose(alone, expected, rtol=0, atol=1e-4)
    np.testing.assert_allclose(recognizer.probabilities(recordings), expected, rtol=0, atol=1e-4)
    np.testing.assert_allclose(batches, expected, rtol=0, atol=1e-4)
    # Recordings differ, so equal numbers mean something.
    assert np.ptp(expected, axis=0).max() > 0.1


@pytest.mark.parametrize("form", ["mean", _ARRAY, "channels"])
def test_every_form_is_one_small_file(form: str, made: Made) -> None:
    trained, path = made(form)
    assert path.stat().st_size <= (2 if form == "mean" else 6) * MEGABYTE
    assert list(path.parent.iterdir()) == [path]
    voices, _ = generated_voices()
    expected = trained.probabilities(examples_of(trained.recipe, voices))
    np.testing.assert_allclose(Recognizer(path).probabilities(voices), expected, rtol=0, atol=1e-4)

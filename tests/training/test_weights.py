"""Weights on disk: the same probabilities after a round trip, plain arrays only, and one line for any other file."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import Shift
from evenvoice.recipes import open_recipe
from evenvoice.training import TrainedModel, fit
from evenvoice.training.weights import load_weights, save_weights
from tests import fabricate

EXAMPLES = fabricate.examples(fabricate.utterances(n_speakers=2))


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    """Two epochs of the form ``mean``, with a temperature that is not 1."""
    recipe = open_recipe("2dcnn", {"training": {"epochs": 2, "batch_size": 16}})
    return replace(fit(recipe, EXAMPLES), decision=Shift(1.7))


@pytest.fixture(scope="module")
def file(trained: TrainedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_weights(trained, tmp_path_factory.mktemp("weights") / "weights.npz")


@pytest.mark.parametrize("form", ["mean", "array", "channels"])
def test_the_same_probabilities_after_a_round_trip(form: str, tmp_path: Path) -> None:
    changes = {
        "shape": {"name": form, **({} if form == "mean" else {"seconds": 0.6})},
        "training": {"epochs": 1, "batch_size": 16},
    }
    model = replace(fit(open_recipe("2dcnn", changes), EXAMPLES), decision=Shift(0.6, np.array([0.5, -0.5, 0.25, 0.0])))
    before = torch.get_rng_state()
    again = load_weights(save_weights(model, tmp_path / "weights.npz"))
    assert torch.equal(torch.get_rng_state(), before)
    expected = model.probabilities(EXAMPLES)
    # Rounding only: kernels lie channels last while they are trained, and not in the file.
    np.testing.assert_allclose(again.probabilities(EXAMPLES), expected, rtol=0, atol=1e-5)
    assert np.abs(replace(again, decision=Shift(1.0)).probabilities(EXAMPLES) - expected).max() > 1e-3
    for name, values in model.network.state_dict().items():
        assert torch.equal(again.network.state_dict()[name], values), name


LINEAR = {"features": {"name": "mfcc"}, "augment": []}  # the model and the partner of the recipe, on other features


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("voice-linear", LINEAR),
        ("voice-linear", {**LINEAR, "ensemble": {"members": 2}}),
        ("voice-linear", {**LINEAR, "partners": {"2dcnn": 0.4}}),
        ("2dcnn", {"training": {"epochs": 1}, "partners": {"fabricated.yaml": 0.3}}),
    ],
    ids=["linear", "several linear", "a network beside it", "it beside a network"],
)
def test_classifiers_and_partners_come_back(
    name: str, changes: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fabricated.yaml").write_text("extends: voice-linear\nfeatures: {name: mfcc}\naugment: []\n", encoding="utf-8")
    recipe = open_recipe(name, changes)
    examples = fabricate.examples_for(recipe, fabricate.utterances(n_speakers=2))
    model = fit(recipe, examples)
    again = load_weights(save_weights(model, tmp_path / "weights.npz"))
    assert again.recipe == recipe
    assert [one.recipe for one in again.partners] == [one.recipe for one in recipe.partners]
    np.testing.assert_allclose(again.probabilities(examples), model.probabilities(examples), rtol=0, atol=1e-5)


def test_a_recipe_that_cannot_be_kept_says_so(tmp_path: Path) -> None:
    recipe = open_recipe("functionals-svm")
    says = "recipe 'functionals-svm': model 'linear-svm' has no weights to keep; `evenvoice train` makes"
    with pytest.raises(EvenvoiceError, match=says):
        save_weights(replace(fit(open_recipe("majority"), EXAMPLES), recipe=recipe), tmp_path / "weights.npz")
    assert list(tmp_path.iterdir()) == []


def test_everything_that_a_model_file_needs_comes_back(trained: TrainedModel, file: Path) -> None:
    again = load_weights(file)
    assert (again.recipe, again.labels, again.epoch) == (trained.recipe, trained.labels, trained.epoch)
    assert (again.decision.temperature, again.seconds) == (1.7, trained.seconds)
    assert not again.network.training
    # What the file does not hold is not made up.
    assert (len(again.plan), len(again.history), again.fitted_on) == (0, 0, {})


def test_a_model_that_normalises_by_speaker_has_no_normaliser(trained: TrainedModel, tmp_path: Path) -> None:
    recipe = trained.recipe.model_copy(update={"normalise": "speaker"})
    path = save_weights(replace(trained, recipe=recipe, normaliser=None), tmp_path / "weights.npz")
    assert load_weights(path).normaliser is None


def test_the_file_holds_plain_arrays_and_the_same_bytes_each_time(
    trained: TrainedModel, file: Path, tmp_path: Path
) -> None:
    assert save_weights(trained, tmp_path / "again.npz").read_bytes() == file.read_bytes()
    assert list(tmp_path.iterdir()) == [tmp_path / "again.npz"]
    with np.load(file, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    assert {array.dtype.kind for array in arrays.values()} == {"U", "f", "i"}
    assert json.loads(str(arrays["about"]))["labels"] == list(fabricate.EMOTIONS)


class Trap:
    """Unpickling it would show."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return pytest.fail, ("unpickled",)


def _changed(file: Path, target: Path, **changes: object) -> Path:
    """The archive with other arrays; ``None`` leaves one out."""
    with np.load(file) as archive:
        arrays = {name: archive[name] for name in archive.files} | changes
    with target.open("wb") as out:
        np.savez(out, **{name: array for name, array in arrays.items() if array is not None})  # type: ignore[arg-type]
    return target


def _about(file: Path, **changes: object) -> np.ndarray:
    """The JSON text with changes."""
    with np.load(file) as archive:
        return np.array(json.dumps(json.loads(str(archive["about"])) | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"about": None}, "not those of a run"),
        ({"about": np.array("{")}, "its JSON: Invalid JSON"),
        ({"network/dense.weight": None}, r"network/dense.weight is missing, expected float32 \[64, 128\]"),
        (
            {"network/dense.bias": np.zeros(3, np.float32)},
            r"network/dense.bias is float32 \[3\], expected float32 \[64\]",
        ),
        ({"network/dense.bias": np.zeros(64)}, r"network/dense.bias is float64 \[64\], expected float32"),
        ({"network/dense.bias": np.array([Trap()] * 64)}, "not an archive of weights"),
        ({"normaliser/mean": None}, r"normaliser/mean is missing, expected float32 \[128\]"),
        ({"normaliser/scale": np.zeros((1, 128), np.float32)}, r"normaliser/scale is float32 \[1, 128\]"),
    ],
)
def test_other_arrays_get_one_line(file: Path, tmp_path: Path, changes: dict[str, object], message: str) -> None:
    path = _changed(file, tmp_path / "weights.npz", **changes)
    with pytest.raises(EvenvoiceError, match=message) as caught:
        load_weights(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert "evaluate again with --keep-models" in line
    assert line.isprintable()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "format: Input should be less than or equal to 1"),
        ({"labels": ["angry"]}, "labels: "),
        ({"temperature": 0.0}, "temperature: Input should be greater than 0"),
        ({"temperature": float("inf")}, "temperature: "),
        ({"bias": [0.5]}, "bias holds 1 numbers"),
        ({"recipe": {"name": "mine", "colour": "red"}}, "recipe.colour: Extra inputs are not permitted"),
        ({"labels": ["a", "b", "c"]}, r"network/output.weight is float32 \[4, 64\], expected float32 \[3, 64\]"),
    ],
)
def test_another_description_gets_one_line(
    file: Path, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    path = _changed(file, tmp_path / "weights.npz", about=_about(file, **changes))
    with pytest.raises(EvenvoiceError, match=message) as caught:
        load_weights(path)
    assert str(caught.value).isprintable()


def test_a_file_that_is_no_archive_gets_one_line(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    whole = file.read_bytes()
    array = tmp_path / "array.npy"
    np.save(array, np.zeros(3))
    with zipfile.ZipFile(tmp_path / "text.zip", "w") as other:
        other.writestr("about", "no array")
    contents = [b"", b"no archive", pickle.dumps(Trap()), array.read_bytes(), (tmp_path / "text.zip").read_bytes()]
    for content in (*contents, *(whole[:size] for size in range(0, len(whole), len(whole) // 20))):
        path.write_bytes(content)
        with pytest.raises(EvenvoiceError, match=r"weights\.npz: .*; evaluate again with --keep-models"):
            load_weights(path)
    for place in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            load_weights(path)
        except EvenvoiceError as error:
            assert str(error).startswith(f"{path}: ")  # noqa: PT017  # a byte between the members changes nothing
    with pytest.raises(EvenvoiceError, match=r"missing\.npz: no such file"):
        load_weights(tmp_path / "missing.npz")
    with pytest.raises(EvenvoiceError, match="cannot be read"):
        load_weights(tmp_path)

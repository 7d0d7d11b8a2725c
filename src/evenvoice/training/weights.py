"""A fitted recipe in one ``.npz`` of plain arrays: what a run keeps, so that a model file can be made of it later.

No pickle: arrays, and one JSON text. The network is built anew from the recipe, and the arrays are put into it.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from evenvoice.errors import EvenvoiceError
from evenvoice.files import writing
from evenvoice.imbalance import Plan, Shift
from evenvoice.models import make_model, soft_vote
from evenvoice.recipes import Recipe
from evenvoice.training.normalise import Normaliser
from evenvoice.training.trained import TrainedModel

WEIGHTS_FILE = "weights.npz"
FORMAT = 1

_ABOUT = "about"
_NETWORK = "network/"
_MEAN, _SCALE = "normaliser/mean", "normaliser/scale"

# What numpy, zipfile and zlib raise for a file that is no archive of arrays, or no longer a whole one.
_DAMAGED = (ValueError, EOFError, MemoryError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)

_REMEDY = "evaluate again with --keep-models"

_Arrays = dict[str, npt.NDArray[Any]]


class _About(BaseModel):
    """The JSON text beside the arrays."""

    model_config = ConfigDict(extra="forbid")

    format: int = Field(ge=FORMAT, le=FORMAT)
    recipe: Recipe
    labels: tuple[str, ...] = Field(min_length=2)
    epoch: int
    temperature: float = Field(gt=0, allow_inf_nan=False)
    bias: tuple[FiniteFloat, ...] = ()
    seconds: float

    @model_validator(mode="after")
    def _one_bias_for_each_label(self) -> _About:
        if self.bias and len(self.bias) != len(self.labels):
            raise ValueError(f"bias holds {len(self.bias)} numbers for {len(self.labels)} labels")
        return self


def save_weights(trained: TrainedModel, path: Path | str) -> Path:
    """Write the network's weights, the normaliser, the decision, the labels and the recipe.

    Args:
        trained: The fitted recipe.
        path: Where to write, ending in ``.npz``; an older file there is replaced.

    Returns:
        The path.

    Raises:
        EvenvoiceError: The path cannot be written to, or the model is a classical classifier, which has no such arrays.

    Examples:
        ``save_weights(fit(recipe, examples), "weights.npz")``, and then ``load_weights("weights.npz")``.
    """
    if not isinstance(trained.network, torch.nn.Module):
        raise EvenvoiceError(
            f"recipe {trained.recipe.name!r}: model {trained.recipe.model.name!r} has no weights to keep; it is "
            "evaluated, not exported"
        )
    about = _About(
        format=FORMAT,
        recipe=trained.recipe,
        labels=trained.labels,
        epoch=trained.epoch,
        temperature=trained.decision.temperature,
        bias=tuple(trained.decision.bias.tolist()),
        seconds=trained.seconds,
    )
    arrays: _Arrays = {_ABOUT: np.array(about.model_dump_json())}
    if trained.normaliser is not None:
        arrays |= {_MEAN: trained.normaliser.mean, _SCALE: trained.normaliser.scale}
    for name, values in trained.network.state_dict().items():
        # Training lays kernels out channels last; in a file they lie as they are indexed.
        arrays[_NETWORK + name] = np.ascontiguousarray(values.cpu().numpy()).reshape(values.shape)
    path = Path(path)
    with writing(path) as aside, aside.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes an array for the flag allow_pickle
    return path


def load_weights(path: Path | str) -> TrainedModel:
    """Read what `save_weights` wrote; its probabilities are those of the model that was saved.

    The plan, the history and the record of what each step saw are not in the file, so they are empty here; a run holds
    them as ``plan.csv``, ``history.csv`` and ``split.csv``.

    Args:
        path: The ``.npz`` file.

    Raises:
        EvenvoiceError: No such file, another file, a damaged one, or one that a newer evenvoice wrote.
    """
    path = Path(path)
    arrays = _read(path)
    about = _read_about(arrays, path)
    return TrainedModel(
        about.recipe, about.labels, _network(about, arrays, path), _normaliser(about, arrays, path),
        plans={(1, 1): Plan.keep([])},
        history=pd.DataFrame(), epoch=about.epoch, fitted_on={}, seconds=about.seconds,
        decision=Shift(about.temperature, np.array(about.bias)),
    )  # fmt: skip


def _read(path: Path) -> _Arrays:
    """Return the arrays of the file, pickled ones refused."""
    try:
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            # A .npy file is one array, and in an archive what is no array is given as bytes.
            named = {} if isinstance(archive, np.ndarray) else {name: archive[name] for name in archive.files}
            return {name: values for name, values in named.items() if isinstance(values, np.ndarray)}
    except FileNotFoundError as error:
        raise EvenvoiceError(f"{path}: no such file; evaluate with --keep-models to keep the weights") from error
    except OSError as error:
        raise EvenvoiceError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    except _DAMAGED as error:
        raise EvenvoiceError(f"{path}: not an archive of weights, or a damaged one; {_REMEDY}") from error


def _read_about(arrays: _Arrays, path: Path) -> _About:
    """Return what the file says of itself, checked."""
    try:
        return _About.model_validate_json(str(arrays[_ABOUT]))
    except KeyError as error:
        raise EvenvoiceError(f"{path}: arrays, but not those of a run; {_REMEDY}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "its JSON"
        raise EvenvoiceError(f"{path}: {place}: {first['msg']}; {_REMEDY}, or update evenvoice") from error


def _normaliser(about: _About, arrays: _Arrays, path: Path) -> Normaliser | None:
    """Return the normaliser; ``None`` where each speaker's own audio normalises."""
    if about.recipe.normalise == "speaker":
        return None
    rows = about.recipe.made_shape.n_normalised
    mean, scale = (_array(arrays, name, np.dtype(np.float32), (rows,), path) for name in (_MEAN, _SCALE))
    return Normaliser(mean, scale)


def _network(about: _About, arrays: _Arrays, path: Path) -> torch.nn.Module:
    """Return the recipe's network with the file's weights, in evaluation mode."""
    model = about.recipe.model
    with torch.random.fork_rng(devices=[]):  # the weights it starts with are drawn, and overwritten
        members = [
            make_model(model.name, about.recipe.input_shape, len(about.labels), **model.options)
            for _ in range(about.recipe.ensemble.members)
        ]
    network = soft_vote(members)
    if not isinstance(network, torch.nn.Module):
        raise EvenvoiceError(f"{path}: model {model.name!r} keeps no weights; {_REMEDY}, with another recipe")
    for name, values in network.state_dict().items():
        found = _array(arrays, _NETWORK + name, values.numpy().dtype, tuple(values.shape), path)
        values.copy_(torch.from_numpy(found))
    return network.eval()


def _array(
    arrays: _Arrays, name: str, dtype: np.dtype[Any], shape: tuple[int, ...], path: Path
) -> npt.NDArray[np.float32]:
    """Return one of the arrays, after a look at its type and shape."""
    found = arrays.get(name)
    if found is None or found.dtype != dtype or found.shape != shape:
        there = "is missing" if found is None else f"is {found.dtype} {list(found.shape)}"
        raise EvenvoiceError(f"{path}: {name} {there}, expected {dtype} {list(shape)}; {_REMEDY}")
    return found

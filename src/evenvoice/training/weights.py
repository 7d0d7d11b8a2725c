"""A fitted recipe in one ``.npz`` of plain arrays: what a run keeps, so that a model file can be made of it later.

No pickle: arrays, and one JSON text. The network is built anew from the recipe, and the arrays are put into it.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import replace
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
from evenvoice.models import Estimator, is_restorable, make_model, soft_vote
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


def can_be_kept(recipe: Recipe) -> bool:
    """Return whether `save_weights` takes a fit of a recipe: each of it and its partners a network, or restorable.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> can_be_kept(open_recipe("voice-fusion")), can_be_kept(open_recipe("functionals-svm"))
        (True, False)
    """
    return not _not_kept(recipe)


def why_not_kept(recipe: Recipe) -> str:
    """Return why a recipe that cannot be kept cannot, in one line with a remedy."""
    models = dict.fromkeys(one.model.name for one in _not_kept(recipe))
    return (
        f"recipe {recipe.name!r}: model {', '.join(map(repr, models))} has no weights to keep; `evenvoice train` makes "
        "a model file of a whole corpus, where the recipe can be one"
    )


def save_weights(trained: TrainedModel, path: Path | str) -> Path:
    """Write what was fitted: weights, normaliser, decision, labels and recipe, and the same of each partner.

    Args:
        trained: The fitted recipe.
        path: Where to write, ending in ``.npz``; an older file there is replaced.

    Returns:
        The path.

    Raises:
        EvenvoiceError: The path cannot be written to, or a classifier that has no such arrays; see `can_be_kept`.

    Examples:
        ``save_weights(fit(recipe, examples), "weights.npz")``, and then ``load_weights("weights.npz")``.
    """
    if not can_be_kept(trained.recipe):
        raise EvenvoiceError(why_not_kept(trained.recipe))
    arrays = _arrays_of(trained)
    for number, partner in enumerate(trained.partners):
        arrays |= {_of_partner(number) + name: values for name, values in _arrays_of(partner).items()}
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
    own = _trained(arrays, path)
    partners = []
    for number, expected in enumerate(own.recipe.partners):
        start = _of_partner(number)
        found = {name.removeprefix(start): values for name, values in arrays.items() if name.startswith(start)}
        partner = _trained(found, path)
        if partner.recipe != expected.recipe or partner.labels != own.labels:
            raise EvenvoiceError(f"{path}: partner {number + 1} is not {expected.recipe.name}; {_REMEDY}")
        partners.append(partner)
    return replace(own, partners=tuple(partners))


def _not_kept(recipe: Recipe) -> list[Recipe]:
    return [one for one in recipe.with_partners if not is_restorable(one.model.name)]


def _of_partner(number: int) -> str:
    """What the names of a partner's arrays begin with."""
    return f"partner-{number + 1}/"


def _arrays_of(trained: TrainedModel) -> _Arrays:
    """Return one fitted recipe without its partners, as arrays."""
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
    if isinstance(trained.network, Estimator):
        return arrays | {_NETWORK + name: values for name, values in trained.network.learned().items()}
    for name, values in trained.network.state_dict().items():
        # Training lays kernels out channels last; in a file they lie as they are indexed.
        arrays[_NETWORK + name] = np.ascontiguousarray(values.cpu().numpy()).reshape(values.shape)
    return arrays


def _trained(arrays: _Arrays, path: Path) -> TrainedModel:
    """Return one fitted recipe without its partners."""
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


def _network(about: _About, arrays: _Arrays, path: Path) -> torch.nn.Module | Estimator:
    """Return the recipe's network with the file's weights, in evaluation mode, or its classifier."""
    model = about.recipe.model
    with torch.random.fork_rng(devices=[]):  # the weights it starts with are drawn, and overwritten
        members = [
            make_model(model.name, about.recipe.input_shape, len(about.labels), **model.options)
            for _ in range(about.recipe.ensemble.members)
        ]
    network = soft_vote(members)
    if isinstance(network, Estimator):
        learned = {name.removeprefix(_NETWORK): found for name, found in arrays.items() if name.startswith(_NETWORK)}
        try:
            network.restore(learned)
        except EvenvoiceError as error:
            raise EvenvoiceError(f"{path}: {error}; {_REMEDY}") from error
        return network
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

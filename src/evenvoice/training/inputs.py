"""What people give a classifier as X and y: waveforms, paths, feature matrices or images; and labels of any kind."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import issparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_array, column_or_1d

from evenvoice.audio import Waveform, check_waveform, load, resample
from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SAMPLERS
from evenvoice.recognizer import check_rate

Kind = Literal["waveforms", "matrix", "images"]
Images = npt.NDArray[np.float32]

EXPECTED = (
    "expected waveforms (a sequence of 1-d float arrays), paths of recordings, a feature matrix [n, d], or features "
    "[n, c, h, w]"
)
# A feature matrix is folded as the shape ``mean`` is: rows of eight, 128 values at least.
_WIDTH, _LEAST = 8, 128


def kind_of(X: Any) -> Kind:
    """Return what X is.

    A 2-d array, a data frame or a list of lists of numbers is a feature matrix and is used as such. Waveforms come as a
    sequence of 1-d arrays, in a list or an object array; paths as a sequence of ``str`` or ``Path``.

    Raises:
        EvenvoiceError: It is none of these.

    Examples:
        >>> kind_of([np.zeros(8), np.zeros(9)]), kind_of(["a.wav"]), kind_of(np.zeros((2, 5))), kind_of([[1.0, 2.0]])
        ('waveforms', 'waveforms', 'matrix', 'matrix')
    """
    if issparse(X):
        raise EvenvoiceError(f"X is a sparse matrix, and sparse input is not supported; give X.toarray(); {EXPECTED}")
    if isinstance(X, str | bytes | Path | dict | None) or np.isscalar(X):
        raise EvenvoiceError(f"X is {type(X).__name__}; {EXPECTED}; put a single recording in a list: [X]")
    if not hasattr(X, "__len__"):
        raise EvenvoiceError(f"X is {type(X).__name__}, which has no length; {EXPECTED}; put them in a list: list(X)")
    X = plain(X)
    shape, dtype = getattr(X, "shape", None), getattr(X, "dtype", None)
    if shape is not None and (dtype is None or np.dtype(dtype).kind != "O"):
        kinds: dict[int, Kind] = {2: "matrix", 4: "images"}
        if len(shape) not in kinds:
            raise EvenvoiceError(f"X has shape {tuple(shape)}; {EXPECTED}. Reshape your data")
        return kinds[len(shape)]
    first = plain(next(iter(X), None) if hasattr(X, "__iter__") else None)
    if isinstance(first, bytes | bytearray | memoryview):
        raise EvenvoiceError(f"X[0] is {type(first).__name__}; {EXPECTED}; write the recordings to files")
    if isinstance(first, str | Path | dict) or (isinstance(first, np.ndarray) and first.ndim == 1):
        is_row = isinstance(first, np.ndarray) and first.dtype == object
        return "matrix" if is_row else "waveforms"
    if isinstance(first, np.ndarray):
        return "images" if first.ndim == 3 else "waveforms"
    return "matrix"


def plain(X: Any) -> Any:
    """Return a tensor (torch, TensorFlow, JAX) as an array; anything else as it is."""
    is_array = isinstance(X, np.ndarray | np.generic) or not hasattr(X, "__array__") or hasattr(X, "iloc")
    return X if is_array else np.asarray(X)


def as_waveforms(X: Any, rate: int) -> list[Waveform]:
    """Return float32 ``[n]`` each at a sample rate in Hz; an error names the first that cannot be used.

    Args:
        X: Float arrays ``[n]`` at that rate, paths of recordings, or ``{"array": …, "sampling_rate": …}`` as Hugging
            Face's datasets have them.
        rate: Of the waveforms returned.

    Raises:
        AudioError: A recording cannot be used, or has an impossible sample rate.
        EvenvoiceError: A dict without these keys.
    """
    found = []
    for number, one in enumerate(X):
        if isinstance(one, str | Path):
            found.append(load(Path(one), rate=rate))
        elif isinstance(one, dict):
            if {"array", "sampling_rate"} - set(one):
                raise EvenvoiceError(
                    f"X[{number}]: a dict of {', '.join(map(str, one))}; expected the keys array and sampling_rate"
                )
            own = check_rate(one["sampling_rate"], f"X[{number}]")
            found.append(resample(check_waveform(plain(one["array"]), f"X[{number}]", own), own, rate))
        else:
            found.append(check_waveform(plain(one), f"X[{number}]", rate))
    return found


def as_images(X: Any, kind: Kind, columns: int | None = None) -> tuple[Images, int | None]:
    """Return a feature matrix or images as float32 ``[n, c, h, w]``, finite, and how many columns the matrix has.

    Args:
        X: Features ``[n, d]`` or ``[n, c, h, w]``.
        kind: Which of the two.
        columns: How many columns a matrix has to have; any number if ``None``.

    Raises:
        EvenvoiceError: Not numbers, NaN, infinite, empty, or another number of columns.
    """
    if kind == "images":
        values = _checked(X, allow_nd=True)
        return np.asarray(values, np.float32), None
    values = np.asarray(_checked(X), np.float32)
    if columns is not None and values.shape[1] != columns:
        raise EvenvoiceError(
            f"X has {values.shape[1]} features, but SpeechEmotionClassifier is expecting {columns} features as input"
        )
    height = max(_LEAST, _WIDTH * -(-values.shape[1] // _WIDTH)) // _WIDTH
    images = np.zeros((len(values), 1, height, _WIDTH), np.float32)
    images.reshape(len(values), -1)[:, : values.shape[1]] = values
    return images, values.shape[1]


def _checked(X: Any, **how: Any) -> npt.NDArray[Any]:
    """scikit-learn's check of an array, with its words."""
    try:
        checked: npt.NDArray[Any] = check_array(X, dtype="numeric", estimator="SpeechEmotionClassifier", **how)
    except (ValueError, TypeError) as error:
        raise EvenvoiceError(f"X: {error}") from error
    if np.abs(checked).max(initial=0) > np.finfo(np.float32).max:
        raise EvenvoiceError("X: holds values that float32 cannot hold; scale the features")
    return checked


def as_labels(y: Any, n: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.str_], tuple[str, ...]]:
    """Return the classes, and each label and each class as a word; classes are sorted.

    Raises:
        EvenvoiceError: No labels, another number than X has rows, missing ones, continuous ones, or mixed types.

    Examples:
        >>> classes, emotions, names = as_labels([2, 0, 2], 3)
        >>> classes.tolist(), emotions.tolist(), names
        ([0, 2], ['2', '0', '2'], ('0', '2'))
    """
    if y is None:
        raise EvenvoiceError("requires y to be passed, but the target y is None; give one emotion for each row of X")
    try:
        if (plain := np.asarray(y)).dtype.kind == "f" and np.isinf(plain).any():
            raise ValueError("holds infinity; leave these rows out")
        _check_none_missing("y", y, "leave these rows out")
        values = column_or_1d(y, warn=True)
        _check_none_missing("y", values, "leave these rows out")
        given = y if isinstance(y, list | tuple) else ()
        if len({isinstance(label, str) for label in given if label is not None}) > 1:
            raise ValueError("labels of mixed types, words and numbers; give all of one type")
        check_classification_targets(values)
        classes, numbers = np.unique(values, return_inverse=True)
    except EvenvoiceError:
        raise
    except (ValueError, TypeError) as error:
        hint = ""
        if isinstance(y, np.ndarray | Sequence) and _is_one_hot(y):
            hint = "; y is one-hot: give class numbers, y.argmax(axis=1)"
        raise EvenvoiceError(f"y: {error}{hint}") from error
    if len(values) != n:
        raise EvenvoiceError(
            f"X has {n} utterances and y {len(values)} emotions; they go together (inconsistent numbers of samples)"
        )
    names = tuple(str(label) for label in classes)
    return classes, np.array(names)[numbers], names


def _check_none_missing(name: str, values: Any, remedy: str) -> None:
    """Raise if one of some values is missing: None, NaN, NaT, pandas' NA, or masked. NumPy would make a word of it."""
    each = values.tolist() if hasattr(values, "tolist") else values
    for position, value in enumerate(each if isinstance(each, list | tuple) else ()):
        if pd.api.types.is_scalar(value) and pd.isna(value):
            raise EvenvoiceError(f"{name}: {name}[{position}] is missing (NaN or None); {remedy}")


def _is_one_hot(y: Any) -> bool:
    """Whether labels are one row of zeros and a one each."""
    try:
        with np.errstate(invalid="ignore"):  # NaN as an integer
            return bool(type_of_target(y) == "multilabel-indicator")
    except (ValueError, TypeError):
        return False


def as_groups(groups: Any, n: int) -> npt.NDArray[np.str_] | None:
    """Return speakers as words ``[n]``; ``None`` where none are given."""
    if groups is None:
        return None
    _check_none_missing("groups", groups, "give one speaker for each")
    found = np.asarray(groups)
    if found.shape != (n,):
        raise EvenvoiceError(f"groups: shape {found.shape}, but X has {n} utterances; give one speaker for each")
    return found.astype(str)


def sampler_settings(balance: Any) -> Any:
    """Return what a recipe's ``balance:`` says for a sampler given as a name, as an object, or as a list of these.

    Examples:
        >>> from evenvoice.imbalance import SMOTE
        >>> sampler_settings(SMOTE(k_neighbors=2))["name"]
        'smote'
    """
    if isinstance(balance, str | dict):
        return balance
    if isinstance(balance, list | tuple):
        return [sampler_settings(each) for each in balance]
    if not callable(getattr(balance, "plan", None)):
        raise EvenvoiceError(
            f"balance: {balance!r} is no sampler; give a name ({', '.join(SAMPLERS)}), an object with plan(X, y, "
            "groups, seed), or a list of these"
        )
    kind = type(balance)
    shipped = [
        name
        for name, target in SAMPLERS.shipped.items()
        if target.endswith(f":{kind.__name__}") and SAMPLERS[name] is kind
    ]
    name = shipped[0] if shipped else f"{kind.__module__}:{kind.__qualname__}"
    get_params = getattr(balance, "get_params", None)
    options = get_params(deep=False) if get_params else dataclasses.asdict(balance)
    return {"name": name, "options": {key: value for key, value in options.items() if key != "random_state"}}

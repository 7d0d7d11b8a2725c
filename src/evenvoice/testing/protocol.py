"""The contract of a protocol."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import Fold, Promise, SplitProtocol, cut_validation, make_folds

_FLAGS = ("balance_first", "select_on_test")


def check_protocol(protocol: type[SplitProtocol] | SplitProtocol) -> None:
    """Raise unless a protocol keeps the contract of ARCHITECTURE.md, on small tables made for the purpose.

    It must be a frozen dataclass with a name, a promise and the columns that it needs; its folds keep what it promises,
    are the same for the same seed and in a process of their own, depend on no global random state, and leave the table
    as it is; it is a splitter of scikit-learn with the same folds, where it offers `split`.

    Args:
        protocol: The class, which is made without arguments, or an instance.

    Raises:
        AssertionError: The contract is broken; the message says what was expected and what was found.

    Examples:
        >>> from evenvoice.protocols import SpeakerFolds
        >>> check_protocol(SpeakerFolds)
        >>> check_protocol(SpeakerFolds(3))
    """
    made = protocol() if isinstance(protocol, type) else protocol
    what = f"protocol {type(made).__name__}"
    _check_attributes(made, what)
    table = _table(made)
    before = table.copy()
    state = _global_state()
    try:
        folds = make_folds(made, table, 0)
    except EvenvoiceError as error:
        raise AssertionError(f"{what}: {error}") from error
    _expect(bool(folds), f"{what}: no folds; divide the table into one at least")
    _expect(table.equals(before), f"{what}: folds() changes the table; work on a copy")
    _expect(
        np.array_equal(state, _global_state()),
        f"{what}: folds() draws from numpy's global state; use numpy.random.default_rng(seed)",
    )
    for number, fold in enumerate(folds):
        _check_fold(fold, number, len(table), what)
    _expect(_same(folds, made.folds(table, 0)), f"{what}: the same seed gives other folds; draw by the seed alone")
    if not getattr(made, "drawn", True):
        _expect(_same(folds, made.folds(table, 1)), f"{what}: another seed gives other folds; say drawn = True")
    again = pickle.loads(pickle.dumps(made))
    _expect(
        _same(folds, again.folds(table, 0)), f"{what}: gives other folds after pickling; keep no state outside fields"
    )
    if made.validation_by is not None:
        cut_validation(folds[0], table, 0.4, 0, made)
    if hasattr(made, "split"):
        _check_splitter(made, table, what)


def _check_attributes(protocol: SplitProtocol, what: str) -> None:
    """Raise unless the attributes are there and of their types."""
    parameters = getattr(protocol, "__dataclass_params__", None)
    frozen = parameters is not None and bool(parameters.frozen)
    _expect(frozen, f"{what}: no frozen dataclass; decorate it with @dataclass(frozen=True)")
    kinds: dict[str, Any] = {"name": str, "promise": Promise, "needs": tuple, "validation_by": str | None}
    for name, kind in {**kinds, **dict.fromkeys(_FLAGS, bool)}.items():
        _expect(hasattr(protocol, name), f"{what}: no attribute {name!r}; derive from evenvoice.protocols.BaseProtocol")
        value = getattr(protocol, name)
        _expect(isinstance(value, kind), f"{what}: {name} is {value!r}; expected {getattr(kind, '__name__', kind)}")
    _expect(
        bool(protocol.name) and not set(protocol.name) & set('/\\:*?"<>|\n'),
        f"{what}: the name {protocol.name!r} cannot be a folder's name; use letters, digits and -",
    )
    _expect(bool(protocol.promise.words), f"{what}: the promise has no words; say what the reader may rely on")
    leaky = any(getattr(protocol, name) for name in _FLAGS)
    _expect(
        protocol.promise.leaky or not leaky,
        f"{what}: lets the test part into the training and is not marked leaky; set Promise(…, leaky=True)",
    )


def _check_fold(fold: Fold, number: int, size: int, what: str) -> None:
    """Raise unless a fold holds row numbers."""
    _expect(isinstance(fold, Fold), f"{what}: fold {number} is a {type(fold).__name__}; expected a Fold")
    _expect(fold.number == number, f"{what}: fold {number} has the number {fold.number}; count from 0")
    for part in ("train", "validation", "test"):
        rows = getattr(fold, part)
        valid = isinstance(rows, np.ndarray) and rows.dtype.kind == "i" and rows.ndim == 1
        _expect(valid, f"{what}: the {part} part of fold {number} is not an array of row numbers; use np.flatnonzero")
        inside = len(rows) == 0 or (rows.min() >= 0 and rows.max() < size and len(set(rows)) == len(rows))
        _expect(inside, f"{what}: the {part} part of fold {number} repeats a row or names one that is not there")


def _check_splitter(protocol: Any, table: pd.DataFrame, what: str) -> None:
    """Raise unless `split` gives the same folds as `folds`."""
    made = list(protocol.split(np.zeros((len(table), 2)), table["emotion"], table))
    folds = protocol.folds(table, protocol.random_state)
    same = len(made) == len(folds) and all(
        np.array_equal(test, fold.test) for (_, test), fold in zip(made, folds, strict=True)
    )
    _expect(same, f"{what}: split() gives other folds than folds()")
    count = protocol.get_n_splits(np.zeros((len(table), 2)), table["emotion"], table)
    _expect(count == len(folds), f"{what}: get_n_splits() says {count}, there are {len(folds)} folds")


def _same(ours: list[Fold], theirs: list[Fold]) -> bool:
    """Return whether two divisions are the same."""
    return len(ours) == len(theirs) and all(
        np.array_equal(getattr(one, part), getattr(other, part))
        for one, other in zip(ours, theirs, strict=True)
        for part in ("train", "validation", "test")
    )


def _table(protocol: SplitProtocol) -> pd.DataFrame:
    """Return 96 utterances: eight speakers in four sessions, four texts, three emotions, two corpora, a split."""
    rows = np.arange(96)
    speakers = rows // 12
    table = pd.DataFrame(
        {
            "file": [f"/{row}.wav" for row in rows],
            "emotion": np.array(["angry", "happy", "sad", "sad"], object)[rows % 4],
            "speaker": [f"s{speaker}" for speaker in speakers],
            "session": [str(speaker // 2) for speaker in speakers],
            "text": [f"t{row // 4 % 4}" for row in rows],
            "corpus": np.where(speakers < 6, "one", "other").astype(object),
            "split": np.array(["train", "validation", "test"], object)[(speakers > 3).astype(int) + (speakers > 5)],
        },
        index=[f"u{row:02d}" for row in rows],
    )
    own = {column: [f"g{speaker % 4}" for speaker in speakers] for column in protocol.needs if column not in table}
    return table.assign(**own)


def _global_state() -> Any:
    """Return the keys of numpy's global generator, and how many of them were drawn."""
    state: Any = np.random.get_state()
    return np.append(state[1], state[2])


def _expect(holds: bool, otherwise: str) -> None:
    """Raise unless something holds."""
    if not holds:
        raise AssertionError(otherwise)

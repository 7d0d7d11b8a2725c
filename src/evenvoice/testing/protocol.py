"""The contract of a protocol."""

from __future__ import annotations

import pickle
import re
from typing import Any

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import PROTOCOLS, Fold, Promise, SplitProtocol, cut_validation, make_folds, open_protocol
from evenvoice.testing.watch import expect, made, watched

_FLAGS = ("balance_first", "select_on_test")


def check_protocol(protocol: type[SplitProtocol] | SplitProtocol | str) -> None:
    """Raise unless a protocol keeps the contract of ARCHITECTURE.md, on small tables made for the purpose.

    It must be a frozen dataclass with a name of its own, a promise and the columns that it needs; its folds keep what
    it promises, are a list, the same for the same seed and in a process of their own, follow from the columns that it
    needs and no others, and leave the table and global random states as they are; it is a splitter of scikit-learn
    with the same folds, where it offers `split`.

    Args:
        protocol: The class, which is made without arguments, an object, or a name as ``--protocol`` takes it.

    Raises:
        AssertionError: The contract is broken; the message says what was expected and what was found.
        EvenvoiceError: The name is unknown.

    Examples:
        >>> from evenvoice.protocols import SpeakerFolds
        >>> check_protocol(SpeakerFolds)
        >>> check_protocol(SpeakerFolds(3))
        >>> check_protocol("speaker-folds+thin-10")
    """
    protocol = open_protocol(protocol) if isinstance(protocol, str) else protocol
    kind = protocol if isinstance(protocol, type) else type(protocol)
    what = f"protocol {kind.__name__}"
    built: Any = made(what, kind) if isinstance(protocol, type) else protocol
    _check_attributes(built, what)
    table = _table(built)
    with watched(what):
        folds = _check_folds(built, table, what)
    with watched(what):
        again = _pickled(built, what)
        expect(
            _same(folds, again.folds(table, 0)),
            f"{what}: gives other folds after pickling; keep no state outside fields",
        )
        _check_columns(built, table, folds, what)
        if built.validation_by is not None:
            cut_validation(folds[0], table, 0.4, 0, built)
        if hasattr(built, "split"):
            _check_splitter(built, table, what)


def _check_folds(protocol: Any, table: pd.DataFrame, what: str) -> list[Fold]:
    """Return the folds, which keep the promise and follow from the table and the seed."""
    before = table.copy()
    given: Any = protocol.folds(table, 0)
    expect(isinstance(given, list), f"{what}: folds() returns a {type(given).__name__}; expected a list of Fold")
    expect(given, f"{what}: no folds; divide the table into one at least")
    for number, fold in enumerate(given):
        _check_fold(fold, number, len(table), what)
    try:
        folds = make_folds(protocol, table, 0)
    except EvenvoiceError as error:
        raise AssertionError(f"{what}: {error}") from error
    expect(table.equals(before), f"{what}: folds() changes the table; work on a copy")
    expect(_same(folds, protocol.folds(table, 0)), f"{what}: the same seed gives other folds; draw by the seed alone")
    if not getattr(protocol, "drawn", True):
        expect(_same(folds, protocol.folds(table, 1)), f"{what}: another seed gives other folds; say drawn = True")
    return folds


def _pickled(protocol: Any, what: str) -> Any:
    """Return a copy as worker processes get it."""
    try:
        return pickle.loads(pickle.dumps(protocol))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise AssertionError(f"{what}: cannot be pickled ({error}); define the class in a module") from error


def _check_columns(protocol: Any, table: pd.DataFrame, folds: list[Fold], what: str) -> None:
    """What it promises and divides by is among its needs, and it reads neither other columns nor the index."""
    for column in protocol.promise.disjoint:
        expect(column in protocol.needs, f"{what}: {column!r} is in the promise and not in needs; add it")
    needed = ["file", "emotion", *protocol.needs]
    bare = table.drop(columns=[name for name in table if name not in needed]).set_axis(table.index[::-1])
    try:
        found = protocol.folds(bare, 0)
    except KeyError as error:
        raise AssertionError(f"{what}: reads column {error}, which is not in needs; add it") from error
    expect(_same(folds, found), f"{what}: gives other folds with other ids; divide by columns of needs alone")


def _check_attributes(protocol: SplitProtocol, what: str) -> None:
    """Raise unless the attributes are there and of their types."""
    parameters = getattr(protocol, "__dataclass_params__", None)
    frozen = parameters is not None and bool(parameters.frozen)
    expect(frozen, f"{what}: no frozen dataclass; decorate it with @dataclass(frozen=True)")
    kinds: dict[str, Any] = {"name": str, "promise": Promise, "needs": tuple, "validation_by": str | None}
    for name, kind in {**kinds, **dict.fromkeys(_FLAGS, bool)}.items():
        expect(hasattr(protocol, name), f"{what}: no attribute {name!r}; derive from evenvoice.protocols.BaseProtocol")
        value = getattr(protocol, name)
        expect(isinstance(value, kind), f"{what}: {name} is {value!r}; expected {getattr(kind, '__name__', kind)}")
    expect(
        re.fullmatch(r"\w[\w .+-]*(?<! )", protocol.name),
        f"{what}: the name {protocol.name!r} cannot be a folder's name; use letters, digits and -",
    )
    expect(
        "+" not in protocol.name or hasattr(protocol, "inner"),
        f"{what}: the name {protocol.name!r} holds a +, which is for what is added to a name (+thin-10); leave it out",
    )
    shipped = PROTOCOLS[protocol.name] if protocol.name in PROTOCOLS.shipped else type(protocol)
    expect(
        type(protocol) is shipped,
        f"{what}: the name {protocol.name!r} is that of a shipped protocol, for whose results its own would pass; give "
        "it another",
    )
    expect(bool(protocol.promise.words), f"{what}: the promise has no words; say what the reader may rely on")
    leaky = any(getattr(protocol, name) for name in _FLAGS)
    expect(
        protocol.promise.leaky or not leaky,
        f"{what}: lets the test part into the training and is not marked leaky; set Promise(…, leaky=True)",
    )


def _check_fold(fold: Fold, number: int, size: int, what: str) -> None:
    """Raise unless a fold holds row numbers."""
    expect(isinstance(fold, Fold), f"{what}: fold {number} is a {type(fold).__name__}; expected a Fold")
    expect(fold.number == number, f"{what}: fold {number} has the number {fold.number}; count from 0")
    for part in ("train", "validation", "test"):
        rows = getattr(fold, part)
        valid = isinstance(rows, np.ndarray) and rows.dtype.kind == "i" and rows.ndim == 1
        expect(valid, f"{what}: the {part} part of fold {number} is not an array of row numbers; use np.flatnonzero")
        inside = len(rows) == 0 or (rows.min() >= 0 and rows.max() < size and len(set(rows)) == len(rows))
        expect(inside, f"{what}: the {part} part of fold {number} repeats a row or names one that is not there")


def _check_splitter(protocol: Any, table: pd.DataFrame, what: str) -> None:
    """Raise unless `split` gives the same folds as `folds`."""
    made = list(protocol.split(np.zeros((len(table), 2)), table["emotion"], table))
    folds = protocol.folds(table, protocol.random_state)
    same = len(made) == len(folds) and all(
        np.array_equal(test, fold.test) for (_, test), fold in zip(made, folds, strict=True)
    )
    expect(same, f"{what}: split() gives other folds than folds()")
    count = protocol.get_n_splits(np.zeros((len(table), 2)), table["emotion"], table)
    expect(count == len(folds), f"{what}: get_n_splits() says {count}, there are {len(folds)} folds")


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

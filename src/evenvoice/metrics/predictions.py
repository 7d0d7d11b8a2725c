"""The table of predictions: one row a test utterance, the record that every published figure is computed from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.errors import EvenvoiceError, nearest

PROBABILITY = "p:"
"""Prefix of the probability columns: ``p:angry``."""

KNOWN = ("speaker", "session", "gender", "text", "seconds")
NOT_KEPT = ("emotion", "file", "start", "end")
"""Columns of a corpus' table that are not copied beside the answers; all others are, for subgroups."""

REQUIRED = ("utterance", "emotion", "synthetic", "predicted")


_TAKEN = ("seconds", "synthetic", "predicted")


def taken_names(table: pd.DataFrame) -> dict[str, str]:
    """Return which columns of a corpus' table have a name that predictions have for something else, and their new one.

    Args:
        table: A corpus' table, before the durations are added to it as ``seconds``.

    Examples:
        >>> taken_names(pd.DataFrame({"emotion": ["sad"], "predicted": ["happy"], "p:sad": [0.1]}))
        {'predicted': 'table:predicted', 'p:sad': 'table:p:sad'}
    """
    there, found = set(map(str, table)), dict[str, str]()
    for name in map(str, table):
        if name in _TAKEN or name.startswith(PROBABILITY):
            new = f"table:{name}"
            while new in there:
                new = f"table:{new}"
            there.add(new)
            found[name] = new
    return found


def make_predictions(
    utterances: pd.DataFrame,
    probabilities: npt.NDArray[np.float32],
    labels: Sequence[str],
    synthetic: npt.NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """Join probabilities to the true emotions by position.

    Args:
        utterances: Rows of a corpus' table, indexed by utterance id, with the column ``emotion``; ``seconds`` are their
            durations. Other columns with a name of ours are called as `taken_names` says.
        probabilities: ``[n, emotions]``.
        labels: Emotions in the order of the columns.
        synthetic: True for rows that no one spoke (protocol ``paper`` tests some); none if not given.

    Examples:
        >>> table = pd.DataFrame({"emotion": ["sad"]}, index=["a1"])
        >>> make_predictions(table, np.array([[0.25, 0.75]]), ["angry", "sad"]).iloc[0].to_dict()["predicted"]
        'sad'
    """
    columns: dict[str, object] = {
        "utterance": utterances.index.astype(str),
        "emotion": utterances["emotion"].to_numpy(),
    }
    others = [name for name in map(str, utterances) if name not in (*KNOWN, *NOT_KEPT)]
    others = [name for name in others if utterances[name].notna().any()]
    called = taken_names(utterances[others])
    columns |= {called.get(name, name): utterances[name].to_numpy() for name in (*KNOWN, *others) if name in utterances}
    columns["synthetic"] = np.zeros(len(utterances), bool) if synthetic is None else synthetic
    columns["predicted"] = np.asarray(labels)[probabilities.argmax(axis=1)]
    columns |= {PROBABILITY + label: probabilities[:, number] for number, label in enumerate(labels)}
    return pd.DataFrame(columns)


def labels_of(predictions: pd.DataFrame) -> tuple[str, ...]:
    """Return the emotions in the order of the probability columns."""
    return tuple(name.removeprefix(PROBABILITY) for name in map(str, predictions) if name.startswith(PROBABILITY))


def read_predictions(path: Path | str) -> pd.DataFrame:
    """Read and check a table of predictions.

    Raises:
        EvenvoiceError: A missing column, an unknown label, an utterance twice, probabilities that do not sum to one.
    """
    path = Path(path)
    text = {name: str for name in (*REQUIRED, *KNOWN) if name not in ("synthetic", "seconds")}
    try:
        # Only an empty cell says that nothing is known: a speaker may be called NA.
        table = pd.read_csv(path, dtype=text, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise EvenvoiceError(f"{path}: cannot be read as a table of predictions ({error})") from error
    check_predictions(table, str(path))
    return table


def check_predictions(table: pd.DataFrame, name: str = "predictions") -> None:
    """Raise an `EvenvoiceError` unless the table can be scored; the line names what is wrong and the remedy."""
    for column in REQUIRED:
        if column not in table:
            raise EvenvoiceError(
                f"{name}: column {column!r} is missing; expected {', '.join(REQUIRED)} and p:<emotion>"
            )
    labels = labels_of(table)
    if not labels:
        raise EvenvoiceError(f"{name}: no probability column; expected one named p:<emotion> for each emotion")
    for column in ("emotion", "predicted"):
        odd = table.loc[~table[column].isin(labels), column]
        if len(odd):
            raise EvenvoiceError(
                f"{name}: row {odd.index[0] + 2}: {column} {odd.iloc[0]!r} has no column p:{odd.iloc[0]}"
                f"{nearest(str(odd.iloc[0]), list(labels))}; expected one of {', '.join(labels)}"
            )
    twice = table.loc[table["utterance"].duplicated(), "utterance"]
    if len(twice):
        raise EvenvoiceError(
            f"{name}: utterance {twice.iloc[0]!r} stands in it twice; an utterance is tested once a run"
        )
    probabilities = table[[PROBABILITY + label for label in labels]].to_numpy(float)
    off = np.flatnonzero(~(np.abs(probabilities.sum(axis=1) - 1) < 1e-3))
    if len(off):
        raise EvenvoiceError(
            f"{name}: row {off[0] + 2}: probabilities sum to {probabilities[off[0]].sum():.4g}, not to 1; "
            "write softmax outputs, not logits"
        )
    below = np.flatnonzero((probabilities < 0).any(axis=1))
    if len(below):
        raise EvenvoiceError(
            f"{name}: row {below[0] + 2}: a probability of {probabilities[below[0]].min():.4g}; write softmax outputs"
        )

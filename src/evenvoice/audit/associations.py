"""Emotion tied to something else: to the speaker, the session, the text, the container, the sample rate, …."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.audit.findings import Finding, Kind
from evenvoice.corpora import speakers_with_one_emotion

# Cohen (1988), section 7.2: an effect size w of 0.5 is large; for one emotion against the rest, V is w.
STRONG = 0.5
# Chance gives a strong V in a small table; it must be this rare besides.
_RARE = 0.01
_PERMUTATIONS = 999

_ONE_EMOTION = Kind(
    "speakers-with-one-emotion",
    "warning",
    "Speakers have one emotion each, so that to know the speaker is to know the emotion",
    "do not normalise by speaker, test on unseen speakers, and report the speakers who have several emotions by "
    "themselves",
)

# The columns that are looked at, and what each is called in a code and in a sentence.
_COLUMNS = {
    "speaker": "speaker",
    "session": "session",
    "gender": "gender",
    "text": "text",
    "style": "style",
    "corpus": "corpus",
    "format": "format",
    "rate": "sample-rate",
    "channels": "channels",
}


@dataclass(frozen=True)
class Association:
    """How far an emotion goes with a property.

    Attributes:
        name: Of the property: ``speaker``, ``text``, ``sample-rate``, ….
        emotion: The emotion that is tied most.
        v: Cramér's V of this emotion against the rest, corrected for bias; 0 none, 1 complete.
        p: Share of random orders of the emotions in which chi-squared is as large.
        values: For this emotion, the values that hold more of it than their share, with counts: ``03: 12 of 14``.
    """

    name: str
    emotion: str
    v: float
    p: float
    values: tuple[str, ...]

    @property
    def strong(self) -> bool:
        """Whether it is a finding."""
        return self.v >= STRONG and self.p <= _RARE


def associations(table: pd.DataFrame) -> list[Association]:
    """Return the association of emotion with each property that has two values or more.

    Args:
        table: One row an utterance, with ``emotion`` and any of ``speaker``, ``session``, ``gender``, ``text``,
            ``style``, ``corpus``, ``format``, ``rate``, ``channels``. Rows without a value are left out of its test.

    Examples:
        >>> table = pd.DataFrame({"emotion": ["sad", "angry"] * 10, "rate": [8000, 16000] * 10})
        >>> [(found.name, found.strong) for found in associations(table)]
        [('sample-rate', True)]
    """
    found = []
    for column, name in _COLUMNS.items():
        if column not in table:
            continue
        known = table[table[column].notna()]
        if known[column].nunique() > 1 and known["emotion"].nunique() > 1:
            found.append(_association(name, known["emotion"].astype(str), known[column].astype(str)))
    return found


def association_findings(found: Iterable[Association]) -> list[Finding]:
    """Return a finding for each strong association."""
    return [
        Finding(
            _kind(one.name),
            f"{one.emotion} goes with {_words(one.name)}: Cramér's V {one.v:.2f} (1 is complete; a finding from "
            f"{STRONG:g}), p = {one.p:.3f}",
            one.values,
        )
        for one in found
        if one.strong
    ]


def one_emotion_findings(table: pd.DataFrame) -> list[Finding]:
    """Return the finding of speakers who have one emotion, in plain counts.

    Args:
        table: One row an utterance, with ``emotion`` and ``speaker``.

    Examples:
        >>> table = pd.DataFrame({"speaker": list("aabbcc"), "emotion": ["sad"] * 4 + ["calm"] * 2})
        >>> [(found.message, found.evidence) for found in one_emotion_findings(table)]
        [('3 of 3 speakers have one emotion', ('calm: 1 speaker', 'sad: 2 speakers'))]
    """
    found = speakers_with_one_emotion(table)
    if not found.many:
        return []
    counts = found.by_emotion.items()
    return [Finding(_ONE_EMOTION, found.words(), tuple(f"{name}: {n} speaker{'s' * (n > 1)}" for name, n in counts))]


def cramers_v(counts: npt.ArrayLike) -> float:
    """Return Cramér's V of a table of counts ``[r, c]``, corrected for bias: 0 none, 1 complete.

    Without the correction, a property with many values (a text of its own for each utterance) looks tied to anything.

    Source: Bergsma, *A bias-correction for Cramér's V and Tschuprow's T*, J. Korean Statistical Society 42 (2013),
    equations 7 to 9. Rows and columns without a count are left out.

    Examples:
        >>> cramers_v([[10, 0], [0, 10]]), cramers_v([[5, 5], [5, 5]])
        (1.0, 0.0)
    """
    table = np.asarray(counts, dtype=np.float64)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    n = table.sum()
    rows, columns = table.shape
    if min(rows, columns) < 2 or n < 2:
        return 0.0
    phi2 = max(0.0, _chi2(table) / n - (rows - 1) * (columns - 1) / (n - 1))
    least = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1))
    return float(min(1.0, np.sqrt(phi2 / (least - 1)))) if least > 1 else 0.0


def _association(name: str, emotions: pd.Series, values: pd.Series) -> Association:
    """Return the association of emotion with one property, for the emotion that is tied most."""
    rows, labels = pd.factorize(emotions, sort=True)
    columns, known = pd.factorize(values, sort=True)
    counts = _crossed(rows, columns, len(labels), len(known))
    total = counts.sum(axis=0)
    strengths = [cramers_v(np.stack([row, total - row])) for row in counts]
    most = int(np.argmax(strengths))
    return Association(
        name=name,
        emotion=str(labels[most]),
        v=strengths[most],
        p=_permutation_p(rows, columns, counts),
        values=_rich_values(counts[most], total, known),
    )


def _crossed(
    rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], n_rows: int, n_columns: int
) -> npt.NDArray[np.float64]:
    """Return the table of counts ``[n_rows, n_columns]``."""
    flat = np.bincount(rows * n_columns + columns, minlength=n_rows * n_columns)
    return flat.reshape(n_rows, n_columns).astype(np.float64)


def _chi2(counts: npt.NDArray[np.float64]) -> float:
    """Return Pearson's chi-squared of a table without empty rows and columns."""
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float((np.square(counts - expected) / expected).sum())


def _permutation_p(
    rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], counts: npt.NDArray[np.float64]
) -> float:
    """Return how often emotions in random order give as large a chi-squared; cells may be too small for its formula."""
    random = np.random.default_rng(0)
    observed = _chi2(counts) * (1 - 1e-12)  # equal tables may differ in the last bit
    reached = sum(
        _chi2(_crossed(random.permutation(rows), columns, *counts.shape)) >= observed for _ in range(_PERMUTATIONS)
    )
    return (1 + reached) / (1 + _PERMUTATIONS)


def _rich_values(
    counts: npt.NDArray[np.float64], total: npt.NDArray[np.float64], values: Iterable[object]
) -> tuple[str, ...]:
    """Return the values with more than their share of an emotion, the richest first."""
    share = counts.sum() / total.sum()
    rich = [
        (count / all_, count, all_, value)
        for count, all_, value in zip(counts, total, values, strict=True)
        if count > share * all_
    ]
    rich.sort(key=lambda one: (-one[0], -one[1], str(one[3])))
    return tuple(f"{value}: {count:.0f} of {all_:.0f}" for _, count, all_, value in rich)


def _words(name: str) -> str:
    return {"sample-rate": "the sample rate", "channels": "the number of channels"}.get(name, f"the {name}")


def _kind(name: str) -> Kind:
    remedies = {
        "speaker": "test on unseen speakers, and leave out the emotion that few speakers have",
        "session": "test on unseen sessions, and leave out the emotion that few sessions have",
        "text": "keep a text in one part (training or test), or leave out texts that one emotion has",
        "gender": "balance the emotion over the genders, or report each gender by itself",
        "style": "take one style (--style), or report each style by itself",
        "corpus": "train and test within one corpus, or across corpora (protocol cross)",
    }
    return Kind(
        f"emotion-tied-to-{name}",
        "warning",
        f"An emotion can be predicted from {_words(name)}, without the sound",
        remedies.get(name, "convert all recordings in one and the same way, or leave out those that differ"),
    )

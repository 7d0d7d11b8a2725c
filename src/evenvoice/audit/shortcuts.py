"""Can emotion be predicted without speech? A classifier of non-speech properties, tested on unseen speakers.

Two sets of properties are tried. *Recording properties* are what the room, the device and the editing left: container,
sample rate, bandwidth, offset, zeros and silence at the ends. *Loudness and duration* adds level, peak, pauses, noise
floor and length, which are partly speech: anger is loud. A corpus that the first set tells has a shortcut; the second
set must tell far more to be one.

The line is not sharp. Silence counts against the loudest moment, and where each recording was scaled to the same peak,
offset and noise tell how much it was scaled, which is how softly somebody spoke.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

from evenvoice.audit.findings import Finding, Kind
from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import intervals, unweighted_accuracy
from evenvoice.protocols import Fold, make_folds, open_protocol

# A tenth of the way from chance to perfect: a convention, set with EmoDB (0.23 of the way) and RAVDESS (0.09) in sight.
# RAVDESS lies on it, or a little above, with other folds; so the lower end of the interval must pass it, not the UA.
MARGIN = 0.1
# Half of the way, set likewise: with loudness and duration, EmoDB goes 0.30 of the way and RAVDESS 0.26.
WIDE_MARGIN = 0.5
# Fewer utterances of an emotion than this tell nothing in five folds.
_FEWEST = 10
_TREES = 100
# Forests on so many rows are kept while they may be asked again: some 100 MB.
_FEW = 10_000
_PERMUTATIONS = 999
# With two or three speakers an interval over speakers is not a guard against chance; a permutation test is.
_RARE = 0.01

_RECORDING = {
    "format": "container",
    "subtype": "coding",
    "rate": "sample rate",
    "channels": "channels",
    "bandwidth": "bandwidth",
    "dc": "offset",
    "zeros_at_start": "zeros at the start",
    "zeros_at_end": "zeros at the end",
    "leading_silence": "leading silence",
    "trailing_silence": "trailing silence",
}
_LOUDNESS = {
    "level": "level",
    "peak": "peak",
    "clipped": "clipping",
    "noise_floor": "noise floor",
    "silent": "share of silence",
    "duration": "duration",
}


@dataclass(frozen=True)
class PropertySet:
    """Which properties a classifier is given.

    Attributes:
        name: As facts and findings call it.
        columns: What each column is called in a sentence.
        margin: How far from chance to perfect makes a finding.
        kind: Of that finding.
        caution: What its reader should know.
    """

    name: str
    columns: dict[str, str]
    margin: float
    kind: Kind
    caution: str


RECORDING_PROPERTIES = PropertySet(
    "recording properties",
    _RECORDING,
    MARGIN,
    Kind(
        "shortcut",
        "warning",
        "Emotion can be predicted from how recordings were made and edited, without the speech",
        "trim silence, remove the offset and convert all recordings alike; then see whether results hold",
    ),
    "silence counts against the loudest moment, so the voice moves it a little, and that recordings scaled one by one "
    "show in offset and noise how softly each was spoken",
)
LOUDNESS_AND_DURATION = PropertySet(
    "recording properties, loudness and duration",
    _RECORDING | _LOUDNESS,
    WIDE_MARGIN,
    Kind(
        "loudness-shortcut",
        "warning",
        "Emotion can be predicted from loudness and duration, far beyond chance",
        "normalise the level and see whether results hold; report a baseline of level and duration beside your own",
    ),
    "loudness and duration are partly speech: anger is loud and sadness slow",
)


@dataclass(frozen=True)
class Shortcut:
    """How well a set of properties tells the emotions.

    Attributes:
        properties: Which set.
        ua: Its UA on the utterances held out, pooled over the folds.
        low: Lower end of its 95 % interval over speakers (utterances where speakers are unknown).
        high: Upper end.
        p: Share of random orders of each speaker's emotions for which the predictions have as high a UA.
        chance: The UA of a guess: one over the number of emotions.
        tested_on: ``unseen speakers``, or that speakers are unknown.
        matters_most: Where it is found: the property without which UA falls most, and by how much.
    """

    properties: PropertySet
    ua: float
    low: float
    high: float
    p: float
    chance: float
    tested_on: str
    matters_most: tuple[str, float] | None = None

    @property
    def found(self) -> bool:
        """Whether the whole interval lies above chance by the margin, and chance hardly reaches it.

        Where no speaker has an error there is no interval, and nothing to doubt.
        """
        low = 1.0 if math.isnan(self.low) and self.ua == 1 else self.low
        return self.p <= _RARE and low > self.chance + self.properties.margin * (1 - self.chance)

    def words(self) -> str:
        """Return the figures in a line."""
        interval = "" if math.isnan(self.low) else f" (95 % interval {self.low:.1%} to {self.high:.1%})"
        return f"UA {self.ua:.1%}{interval}, chance {self.chance:.1%}, p = {self.p:.3f}, tested on {self.tested_on}"


def find_shortcut(table: pd.DataFrame, properties: PropertySet = RECORDING_PROPERTIES, *, jobs: int = 1) -> Shortcut:
    """Return how well properties that are not speech tell the emotions.

    Args:
        table: One row an utterance: ``emotion``, ``speaker`` (or ``None`` everywhere) and the columns of the set.
        properties: Which properties the classifier is given.
        jobs: Threads; the result does not depend on them.

    Raises:
        EvenvoiceError: Fewer than two emotions with ten utterances, or no folds can be made of these speakers.
    """
    counts = table["emotion"].value_counts()
    table = table[table["emotion"].isin(counts.index[counts >= _FEWEST])]
    if table["emotion"].nunique() < 2:
        raise EvenvoiceError(f"fewer than two emotions with {_FEWEST} utterances; audit a larger corpus")
    folds, tested_on = _folds(table)
    X = np.column_stack([_numbers(table[column]) for column in properties.columns])
    y = np.unique(table["emotion"].to_numpy(str), return_inverse=True)[1]
    forests = _Forests(X, y, folds, jobs)
    predicted = _held_out(forests, folds, X)
    predictions = pd.DataFrame({"utterance": table.index, "speaker": table["speaker"].to_numpy()})
    predictions = predictions.assign(emotion=y.astype(str), predicted=predicted.astype(str))
    ua = intervals([predictions], sorted(set(predictions["emotion"])))["ua"]
    shortcut = Shortcut(
        properties=properties,
        ua=ua.estimate,
        low=ua.low,
        high=ua.high,
        p=_permutation_p(y, predicted, pd.factorize(table["speaker"])[0]),  # one group where speakers are unknown
        chance=1 / (int(y.max()) + 1),
        tested_on=tested_on,
    )
    if not shortcut.found:
        return shortcut
    return replace(shortcut, matters_most=_matters_most(forests, predicted, list(properties.columns.values())))


def shortcut_findings(shortcut: Shortcut) -> list[Finding]:
    """Return the finding that a shortcut is, if it is one."""
    if not shortcut.found:
        return []
    properties = shortcut.properties
    message = f"a classifier of {properties.name} alone has {shortcut.words()}"
    if shortcut.matters_most is not None:
        name, drop = shortcut.matters_most
        message += f"; most telling: {name} (UA falls by {100 * drop:.1f} points when it is shuffled)"
    return [Finding(properties.kind, f"{message}. Mind that {properties.caution}")]


def _folds(table: pd.DataFrame) -> tuple[list[Fold], str]:
    """Return folds with unseen speakers where speakers are known, and what they are in words."""
    if table["speaker"].isna().any():
        return make_folds(open_protocol("kfold"), table, 0), "utterances held out (speakers are unknown)"
    name = "speaker-folds" if table["speaker"].nunique() >= 5 else "speaker"
    return make_folds(open_protocol(name), table, 0), "unseen speakers"


def _numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    """Return a column as numbers; names are numbered in their order, which trees cut as they need."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(np.float64)
    return pd.factorize(column.astype(str), sort=True)[0].astype(np.float64)


def _forest(jobs: int) -> RandomForestClassifier:
    """A random forest: properties are related to emotion by thresholds, and need no scaling."""
    return RandomForestClassifier(_TREES, min_samples_leaf=5, class_weight="balanced", random_state=0, n_jobs=jobs)


class _Forests:
    """A forest for each fold, fitted on its training part.

    Few rows: each is kept. Many: each is fitted again when it is asked for again, to the same trees, for five forests
    on 100,000 rows take a gigabyte.
    """

    def __init__(self, X: npt.NDArray[np.float64], y: npt.NDArray[np.intp], folds: list[Fold], jobs: int) -> None:
        self.X, self.y, self.folds, self._jobs = X, y, folds, jobs
        self._kept: dict[int, RandomForestClassifier] = {}

    def __getitem__(self, number: int) -> RandomForestClassifier:
        """Return the forest of a fold."""
        if number in self._kept:
            return self._kept[number]
        train = self.folds[number].train
        forest = _forest(self._jobs).fit(self.X[train], self.y[train])
        if len(self.y) <= _FEW:
            self._kept[number] = forest
        return forest


def _held_out(forests: _Forests, folds: list[Fold], X: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Return the predictions of all rows, each by the forest that has not seen it."""
    predicted = np.empty(len(X), np.intp)
    for number, fold in enumerate(folds):
        predicted[fold.test] = forests[number].predict(X[fold.test])
    return predicted


def _matters_most(forests: _Forests, predicted: npt.NDArray[np.intp], names: list[str]) -> tuple[str, float]:
    """Return the property that costs most UA when its values are shuffled, and how much (permutation importance).

    Args:
        forests: Of all folds.
        predicted: What they say of the rows that they have not seen, as these are: ``[n]``.
        names: Of the properties, one a column.
    """
    X, y = forests.X, forests.y
    varied = np.flatnonzero(np.ptp(X, axis=0)).tolist()
    without = {number: np.empty(len(X), np.intp) for number in varied}
    for fold_number, fold in enumerate(forests.folds):
        forest = forests[fold_number]
        for number in varied:
            tested = X[fold.test]
            tested[:, number] = np.random.default_rng(0).permutation(X[:, number])[fold.test]
            without[number][fold.test] = forest.predict(tested)
        del forest  # before the next is made
    whole = unweighted_accuracy(y, predicted)
    drops = {names[number]: whole - unweighted_accuracy(y, without[number]) for number in varied}
    return max(drops.items(), key=lambda one: one[1])


def _permutation_p(
    emotions: npt.NDArray[np.intp], predicted: npt.NDArray[np.intp], speakers: npt.NDArray[np.intp]
) -> float:
    """Return how often UA is as high when each speaker's emotions are put in random order (predictions stay)."""
    random = np.random.default_rng(0)
    weights = 1 / np.bincount(emotions)[emotions]  # so that the sum over hits is UA times the number of emotions
    order = np.argsort(speakers, kind="stable")
    emotions, predicted, weights = emotions[order], predicted[order], weights[order]
    parts = np.split(np.arange(len(order)), np.flatnonzero(np.diff(speakers[order])) + 1)
    observed = weights[emotions == predicted].sum() * (1 - 1e-12)
    reached = 0
    for _ in range(_PERMUTATIONS):
        drawn = np.concatenate([random.permutation(part) for part in parts])
        reached += weights[drawn][emotions[drawn] == predicted].sum() >= observed
    return (1 + int(reached)) / (1 + _PERMUTATIONS)

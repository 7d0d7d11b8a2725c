"""What was measured of the methods on public corpora, as data of the package: docs/imbalance.md says how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from math import log

import pandas as pd

from evenvoice.bench.methods import NONE

FILE = "evidence.csv"
COLUMNS = (
    "corpus", "recipe", "protocol", "imbalance", "rarest_rows", "method", "kind", "ua", "ua_low", "ua_high", "ua_gain",
    "ua_gain_low", "ua_gain_high", "p_holm", "rarest_gain", "ece", "ece_gain", "speakers", "seeds",
)  # fmt: skip
"""Of `Entry.to_json`, with the corpus before them."""


@lru_cache(maxsize=1)
def read_evidence() -> pd.DataFrame:
    """Return one row a corpus, recipe, ratio and method; fractions.

    Examples:
        >>> {"emodb"} <= set(read_evidence()["corpus"])
        True
    """
    with resources.files("evenvoice.bench").joinpath(FILE).open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#")


def near(evidence: pd.DataFrame, ratio: float) -> pd.DataFrame:
    """Return of each corpus and recipe the rows at the ratio that is nearest on a logarithmic scale.

    Examples:
        >>> bool(near(read_evidence(), 3.0)["imbalance"].max() < 8)
        True
    """
    distance = evidence["imbalance"].map(lambda value: abs(log(value / ratio)))
    nearest = distance.groupby([evidence["corpus"], evidence["recipe"]]).transform("min")
    return evidence[distance <= nearest + 0.02]


@dataclass(frozen=True)
class Record:
    """What was measured of a method near a ratio; points of UA and of the others as fractions, means over benches.

    Attributes:
        method: Its name.
        benches: How many corpora and recipes it was measured on.
        better: In how many of these it was shown better than none (p < 0.05, Holm).
        worse: And worse.
        gain: In UA over none.
        least: The lowest gain of a bench.
        most: The highest.
        rarest: Gain in recall of the rarest emotion.
        ece: Gain in ECE: above 0, probabilities say less how often an answer is right.
    """

    method: str
    benches: int
    better: int
    worse: int
    gain: float
    least: float
    most: float
    rarest: float
    ece: float

    @property
    def order(self) -> tuple[float, ...]:
        """What is tried first stands first: shown better, not shown worse, a higher gain."""
        return (-(self.better - self.worse), -self.gain)


def records(rows: pd.DataFrame) -> list[Record]:
    """Return a record of each method, the one to try first first.

    Args:
        rows: As `near` returns them.
    """
    found = []
    for method, part in rows[rows["method"] != NONE].groupby("method", sort=False):
        shown = part["p_holm"] < 0.05
        better, worse = int((shown & (part["ua_gain"] > 0)).sum()), int((shown & (part["ua_gain"] < 0)).sum())
        gain = part["ua_gain"]
        means = [float(part[name].mean()) for name in ("rarest_gain", "ece_gain")]
        numbers = float(gain.mean()), float(gain.min()), float(gain.max())
        found.append(Record(str(method), len(part), better, worse, *numbers, *means))
    return sorted(found, key=lambda record: record.order)


def in_words(rows: pd.DataFrame) -> str:
    """Say on what the evidence rests: ``emodb and ravdess, 2.0 to 2.8 : 1``."""
    low, high = rows["imbalance"].min(), rows["imbalance"].max()
    ratios = f"{low:.1f} : 1" if high - low < 0.05 else f"{low:.1f} to {high:.1f} : 1"
    return f"{_listed(sorted(rows['corpus'].unique()))}, {_listed(sorted(rows['recipe'].unique()))}, {ratios}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

"""Simulated pairs of systems whose true difference is known: what paired tests are held against.

System *c* (-½ the first, +½ the second) recognises an utterance *i* of emotion *e* by speaker *s* in one seed where

    margin_e + skill_s + c · (gain + preference_s) + item_i + noise_ci > 0

with normal skill, item and noise: a probit with random effects. Skill and item are the same for both systems, as a hard
voice and a mumbled sentence are; the preference is what makes a speaker's utterances fall the same way when two systems
are compared. It is symmetric about zero, or skewed: then one system is a little better for most speakers and the other
much better for a few, and the gain that makes their UA equal is added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

from evenvoice.metrics.counts import UnitCounts
from evenvoice.metrics.paired import compare_ratios
from evenvoice.metrics.ratios import Ratios, count_ratios
from evenvoice.metrics.simulation import EMODB_4

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

SKILL, ITEM, NOISE = 0.5, 0.7, 0.7
"""Standard deviations over speakers, utterances, and runs on the same utterance."""

LEVEL = 0.05
"""What a p value is held against."""

_MANY = 200_000


@dataclass(frozen=True)
class Pair:
    """Two systems, and the corpora on which they could be compared, with as many utterances as EmoDB's speakers have.

    Attributes:
        preference: Standard deviation over speakers of how much better the second system suits them than the first.
        gain: By how much the second system is better for everyone.
        skewed: The shape of the preference: exponential, not normal.
        margins: ``[emotions]``: how well both systems recognise each emotion.
    """

    preference: float
    gain: float = 0.0
    skewed: bool = False
    margins: tuple[float, ...] = (1.2, 0.2, 0.5, 0.9)

    def draw(
        self, speakers: int, seeds: int, rng: np.random.Generator
    ) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
        """Draw a study: one table of predictions a seed, for each of the two systems.

        Examples:
            >>> first, second = Pair(preference=0.5).draw(speakers=6, seeds=2, rng=np.random.default_rng(0))
            >>> len(first), first[0]["speaker"].nunique(), first[0]["emotion"].equals(second[1]["emotion"])
            (2, 6, True)
        """
        speaker, truth, right = self._hits(speakers, seeds, rng)
        first, second = ([_table(speaker, truth, hits) for hits in system] for system in right)
        return first, second

    def draw_counts(
        self, speakers: int, seeds: int, rng: np.random.Generator
    ) -> tuple[UnitCounts, UnitCounts, tuple[int, int]]:
        """Draw the study that `draw` would, counted, in a tenth of the time: both systems, and who alone is right."""
        speaker, truth, right = self._hits(speakers, seeds, rng)
        k = len(EMODB_4.labels)
        counts = np.zeros((2, speakers, seeds, k, k))
        for seed in range(seeds):
            for system in range(2):
                answers = _answers(truth, right[system, seed])
                np.add.at(counts[system, :, seed], (speaker, truth, answers), 1.0)
        names = tuple(np.char.zfill(np.arange(speakers).astype(str), 3).tolist())
        first, second = right[:, 0]
        discordant = int((first & ~second).sum()), int((second & ~first).sum())
        return UnitCounts(names, "speaker", counts[0]), UnitCounts(names, "speaker", counts[1]), discordant

    def true_difference(self) -> float:
        """Return the population's UA of the second system minus the first's.

        Exact but for the mean over speakers, which a very large draw of them stands for.

        Examples:
            >>> round(Pair(preference=0.5, gain=0.3).true_difference(), 2)
            0.08
        """
        return float(self._differences().mean())

    def spread(self) -> float:
        """Return the standard deviation over speakers of the second system's true UA minus the first's.

        Examples:
            >>> round(Pair(preference=0.5).spread(), 2), Pair(preference=0.0).spread()
            (0.14, 0.0)
        """
        return float(self._differences().std())

    def made_equal(self) -> Pair:
        """Return the pair with the gain at which both systems have the same UA; a skewed preference needs one."""
        return replace(self, gain=brentq(lambda gain: replace(self, gain=gain).true_difference(), -1, 1, xtol=1e-4))

    def _hits(self, speakers: int, seeds: int, rng: np.random.Generator) -> tuple[Whole, Whole, npt.NDArray[np.bool_]]:
        """Speaker and emotion of each utterance, and whether it is recognised: bool ``[2 systems, seeds, n]``."""
        rows = np.asarray(EMODB_4.utterances)
        numbers = rows[rng.integers(len(rows), size=speakers)]
        speaker, truth = np.divmod(np.repeat(np.arange(numbers.size), numbers.ravel()), len(EMODB_4.labels))
        skill, preference = rng.normal(0, SKILL, speakers), self._preferences(speakers, rng)
        shared = np.asarray(self.margins)[truth] + skill[speaker] + rng.normal(0, ITEM, len(truth))
        apart = np.array([[[-0.5]], [[0.5]]]) * (self.gain + preference[speaker])
        return speaker, truth, shared + apart + rng.normal(0, NOISE, (2, seeds, len(truth))) > 0

    def _differences(self) -> Floats:
        """True UA of the second system minus the first's, a speaker; the same speakers whatever the gain."""
        rng = np.random.default_rng(0)
        skill, preference = rng.normal(0, SKILL, _MANY), self._preferences(_MANY, rng)
        lead = np.asarray(self.margins)[:, None] + skill
        side, noise = (self.gain + preference) / 2, np.hypot(ITEM, NOISE)
        recalls = norm.cdf((lead + side) / noise) - norm.cdf((lead - side) / noise)
        differences: Floats = recalls.mean(axis=0)
        return differences

    def _preferences(self, speakers: int, rng: np.random.Generator) -> Floats:
        """A preference a speaker, mean 0."""
        standard = rng.exponential(size=speakers) - 1 if self.skewed else rng.normal(size=speakers)
        return self.preference * standard


@dataclass(frozen=True)
class Rates:
    """Shares of simulated comparisons.

    Attributes:
        t: The t test of UA over speakers finds a difference (p < 0.05).
        permutation: The permutation test of UA does, which exchanges the systems within speakers.
        mcnemar: McNemar's test does.
        covered: The interval of the difference in UA holds the true one.
        smallest_p: The least that the permutation test can give; no share.
    """

    t: float
    permutation: float
    mcnemar: float
    covered: float
    smallest_p: float


def rates(pair: Pair, speakers: int, draws: int, *, seeds: int = 2, seed: int = 0, resamples: int = 999) -> Rates:
    """Compare the two systems as models on many corpora, each with speakers of its own.

    Args:
        pair: The two systems.
        speakers: How many each corpus has.
        draws: How many corpora.
        seeds: Runs of each system.
        seed: Of the random numbers.
        resamples: Of each comparison.
    """
    rng = np.random.default_rng(seed)
    true = pair.true_difference()
    found = np.zeros((draws, 5))
    for number in range(draws):
        ours, theirs, discordant = pair.draw_counts(speakers, seeds, rng)
        first, second = (_only_ua(count_ratios(cells, EMODB_4.labels)) for cells in (ours, theirs))
        counts = ours.counts, theirs.counts
        result = compare_ratios(first, second, counts, discordant, target="model", resamples=resamples, seed=number)
        covered = result.difference_ua.low <= true <= result.difference_ua.high
        significant = (p < LEVEL for p in (result.p_ua, result.p_permutation, result.p_mcnemar))
        found[number] = *significant, covered, result.smallest_p
    return Rates(*map(float, found.mean(axis=0)))


def _only_ua(ratios: Ratios) -> Ratios:
    """Leave out the other measures, which take most of the time."""
    return replace(ratios, measures={"ua": ratios.measures["ua"]})


def _answers(truth: Whole, right: npt.NDArray[np.bool_]) -> Whole:
    """The true emotion, or the one after it."""
    answers: Whole = np.where(right, truth, (truth + 1) % len(EMODB_4.labels))
    return answers


def _table(speaker: Whole, truth: Whole, right: npt.NDArray[np.bool_]) -> pd.DataFrame:
    names = np.asarray(EMODB_4.labels)
    return pd.DataFrame(
        {
            "utterance": np.arange(len(truth)).astype(str),
            "emotion": names[truth],
            "speaker": np.char.zfill(speaker.astype(str), 3),
            "predicted": names[_answers(truth, right)],
        }
    )

"""Simulated studies in which fits and speakers are drawn: what crossed intervals and tests are held against.

System *c* (-½ the first, +½ the second) in fit *r* recognises utterance *i* of class *k* by speaker *s* where

    margin_k + skill_s + quirk_sk + c · (gain + preference_s) + fit_cr + lean_crk + both_crs + item_i + noise_cri > 0

with normal effects: a probit with crossed random effects. Item and noise have the variance 1 together, so the true
recall of class k is Φ((margin_k ± gain / 2) / √(1 + variance of the rest)), and the true UA is known exactly. All
studies of a setting are drawn at once, and their pseudo-values go through `evenvoice.metrics.crossed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import norm
from scipy.stats import t as student

from evenvoice.metrics.crossed import (
    Error,
    Floats,
    over_paired_fits,
    over_speakers,
    over_speakers_and_fits,
    over_unpaired_fits,
)
from evenvoice.metrics.permutation import crossed_exchange_test, exchange_test
from evenvoice.metrics.simulation import EMODB_7, RAVDESS

ITEM, NOISE = sqrt(0.5), sqrt(0.5)
"""Standard deviations of an utterance, and of a fit on an utterance."""

AT_ONCE = 8_000_000
"""Utterances × fits drawn at once."""


@dataclass(frozen=True)
class Crossing:
    """Speakers and fits without end, and the corpora that could be recorded of these speakers.

    Attributes:
        name: For tables.
        utterances: ``[rows, classes]``: numbers of utterances; each speaker drawn gets one of the rows.
        margins: ``[classes]``.
        skill: Standard deviation over speakers.
        quirk: Of a class by a speaker.
        fit: Over fits.
        lean: Of a class in a fit.
        both: Of a speaker in a fit.
        preference: Over speakers of how much better the second system suits them.
        gain: By how much the second system is better.
    """

    name: str
    utterances: tuple[tuple[int, ...], ...]
    margins: tuple[float, ...]
    skill: float = 0.35
    quirk: float = 0.6
    fit: float = 0.05
    lean: float = 0.15
    both: float = 0.15
    preference: float = 0.15
    gain: float = 0.0

    def truth(self, system: int = 0) -> float:
        """Return the true UA of the recipe: of the only system of `draw`, or of the first (-1) or second (1).

        Examples:
            >>> round(Crossing("", ((4, 4),), (0.5, 0.5)).truth(), 2)
            0.66
        """
        rest = self.skill**2 + self.quirk**2 + self.fit**2 + self.lean**2 + self.both**2
        rest += self.preference**2 / 4 if system else 0
        lead = np.asarray(self.margins) + system * self.gain / 2
        return float(norm.cdf(lead / sqrt(1 + rest)).mean())

    def draw(
        self, studies: int, speakers: int, fits: int, rng: np.random.Generator, *, systems: int = 1
    ) -> tuple[Floats, Floats, Floats]:
        """Draw studies.

        Args:
            studies: How many.
            speakers: Speakers of each.
            fits: Fits of each system.
            rng: Random numbers.
            systems: One, or the two that are compared.

        Returns:
            hits ``[studies, systems, speakers, fits, classes]``, numbers of utterances ``[studies, speakers, classes]``
            and the true UA of each fit on new speakers ``[studies, systems, fits]``.
        """
        rows = np.asarray(self.utterances, float)
        n = rows[rng.integers(len(rows), size=(studies, speakers))]
        k, most = rows.shape[1], int(rows.max())

        def effect(sd: float, *shape: int) -> Floats:
            return sd * rng.standard_normal((studies, *shape))

        side = np.array([0.0]) if systems == 1 else np.array([-0.5, 0.5])
        side = side[None, :, None, None, None]
        of_speaker = effect(self.skill, 1, speakers, 1, 1) + effect(self.quirk, 1, speakers, 1, k)
        liking = side * (self.gain + effect(self.preference, 1, speakers, 1, 1))
        of_fit = effect(self.fit, systems, 1, fits, 1) + effect(self.lean, systems, 1, fits, k)
        lead = np.asarray(self.margins) + of_speaker + liking + of_fit + effect(self.both, systems, speakers, fits, 1)
        hits = np.zeros(lead.shape)
        for number in range(most):  # the number-th utterance of every speaker and class at once
            spoken = (n > number)[:, None, :, None, :]
            right = lead + effect(ITEM, 1, speakers, 1, k) + NOISE * rng.standard_normal(lead.shape, np.float32) > 0
            hits += spoken & right
        rest = self.skill**2 + self.quirk**2 + self.both**2 + (self.preference**2 / 4 if systems == 2 else 0)
        means = np.asarray(self.margins) + side * self.gain + of_fit
        return hits, n, norm.cdf(means / sqrt(1 + rest))[:, :, 0].mean(axis=-1)

    def batches(
        self, studies: int, speakers: int, fits: int, rng: np.random.Generator, *, systems: int = 1
    ) -> Iterator[tuple[Floats, Floats, Floats]]:
        """Draw in parts that fit into memory."""
        size = max(1, AT_ONCE // (systems * speakers * fits * len(self.margins) * 8))
        for start in range(0, studies, size):
            yield self.draw(min(size, studies - start), speakers, fits, rng, systems=systems)


def pseudo_ua(hits: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return UA ``[..., fits]`` and pseudo-values ``[..., speakers, fits]`` of hits ``[..., speakers, fits, classes]``.

    Args:
        hits: Numbers of utterances recognised.
        n: Numbers of utterances, ``[..., speakers, classes]``.

    Examples:
        >>> pseudo_ua(np.array([[[1.0]], [[0.0]]]), np.array([[1.0], [1.0]]))[1].tolist()
        [[1.0], [0.0]]
    """
    n = n[..., None, :]
    S = hits.shape[-3]
    above, below = hits.sum(axis=-3, keepdims=True), n.sum(axis=-3, keepdims=True)
    whole, left = _ua(above, below), _ua(above - hits, below - n)
    return whole[..., 0, :], S * whole - (S - 1) * left


def _ua(above: Floats, below: Floats) -> Floats:
    """Mean over the classes that occur."""
    above, below = np.broadcast_arrays(above, below)
    recalls = np.divide(above, below, out=np.zeros(above.shape), where=below > 0)
    return np.asarray(recalls.sum(axis=-1) / np.maximum((below > 0).sum(axis=-1), 1))


@dataclass(frozen=True)
class Covered:
    """Shares of simulated studies whose 95 % interval holds the truth.

    Attributes:
        crossed: The interval over speakers and fits holds the recipe's UA; with one fit there is none (NaN).
        width: Its mean width.
        model: The interval over speakers alone holds the UA of the fits at hand.
        speakers_alone: The interval over speakers alone holds the recipe's UA.
        fits_alone: The interval over fits alone (mean ± t · sd / √R) does; NaN with one fit.
    """

    crossed: float
    width: float
    model: float
    speakers_alone: float
    fits_alone: float


def coverage(setting: Crossing, speakers: int, fits: int, studies: int, *, seed: int = 0) -> Covered:
    """Count how often intervals hold the truth.

    Args:
        setting: Where speakers and fits come from.
        speakers: Speakers of a study.
        fits: Fits of a study.
        studies: How many.
        seed: Of the random numbers.
    """
    rng = np.random.default_rng([seed, speakers, fits])
    truth = setting.truth()
    found = []
    for hits, n, models in setting.batches(studies, speakers, fits, rng):
        ua, Z = pseudo_ua(hits[:, 0], n)
        mean = ua.mean(axis=-1)
        alone = _reach(over_speakers(Z))
        none = np.full(mean.shape, np.nan)
        crossed = _reach(over_speakers_and_fits(Z)) if fits > 1 else none
        of_fits = student.ppf(0.975, fits - 1) * ua.std(axis=-1, ddof=1) / sqrt(fits) if fits > 1 else none
        rows = [np.abs(mean - truth) <= reach for reach in (crossed, alone, of_fits)]
        rows.insert(1, np.abs(mean - models[:, 0].mean(axis=-1)) <= alone)
        width = np.minimum(mean + crossed, 1) - np.maximum(mean - crossed, 0)
        found.append(np.stack([*rows, width]).astype(float))
    table = np.concatenate(found, axis=1)
    crossed_share, model, speakers_share, fits_share, width = table.mean(axis=1)
    if fits == 1:
        crossed_share = fits_share = float("nan")
    return Covered(*map(float, (crossed_share, width, model, speakers_share, fits_share)))


@dataclass(frozen=True)
class Found:
    """Shares of simulated comparisons of two recipes in which p < 0.05.

    Attributes:
        crossed: The t test over speakers and fits, which is printed; with two fits the same as the next.
        unpaired: The same, for fits that do not correspond.
        permutation: The permutation test over speakers and fits.
        speakers_alone: The permutation test over speakers alone, which takes the fits as they are.
        covered: Share of the 95 % intervals of the difference that hold the true one.
    """

    crossed: float
    unpaired: float
    permutation: float
    speakers_alone: float
    covered: float


def found_differences(
    setting: Crossing,
    speakers: int,
    fits: int,
    studies: int,
    *,
    seed: int = 0,
    exchanged: int = 500,
    resamples: int = 399,
) -> Found:
    """Count how often the tests find a difference between two recipes.

    Args:
        setting: Its gain is 0 for the size of the tests.
        speakers: Speakers of a study.
        fits: Fits of each system, two or more.
        studies: How many.
        seed: Of the random numbers.
        exchanged: How many of them the permutation tests see, which are slow.
        resamples: Random exchanges of the permutation tests.
    """
    rng = np.random.default_rng([seed, speakers, fits])
    truth = setting.truth(1) - setting.truth(-1)
    t_tests: list[Floats] = []
    exchanges: list[list[bool]] = []
    for hits, n, _ in setting.batches(studies, speakers, fits, rng, systems=2):
        ua, Z = pseudo_ua(hits, n[:, None])
        difference = (ua[:, 1] - ua[:, 0]).mean(axis=-1)
        paired, unpaired = over_paired_fits(Z[:, 0], Z[:, 1]), over_unpaired_fits(Z[:, 0], Z[:, 1])
        claims = [np.abs(difference) > _reach(error) for error in (paired, unpaired)]
        t_tests.append(np.stack([*claims, np.abs(difference - truth) <= _reach(paired)]).astype(float))
        parts = _contributions(hits, n)
        for study in parts[: max(0, exchanged - len(exchanges))]:
            ps = (
                crossed_exchange_test(study, resamples=resamples, seed=len(exchanges)),
                exchange_test(study.mean(axis=1), resamples=resamples, seed=len(exchanges)),
            )
            exchanges.append([p < 0.05 for p in ps])
    crossed, unpaired_share, covered = np.concatenate(t_tests, axis=1).mean(axis=1)
    permutation, alone = np.mean(exchanges, axis=0)
    return Found(*map(float, (crossed, unpaired_share, permutation, alone, covered)))


def _contributions(hits: Floats, n: Floats) -> Floats:
    """What each speaker adds to the difference of UA, ``[studies, speakers, fits]``."""
    below = n.sum(axis=1)[:, None, None, :]
    shares = np.divide(1.0, below, out=np.zeros(below.shape), where=below > 0)
    shares = shares / (below > 0).sum(axis=-1, keepdims=True)
    return np.asarray(((hits[:, 1] - hits[:, 0]) * shares).sum(axis=-1))


def _reach(error: Error) -> npt.NDArray[np.float64]:
    reach = student.ppf(0.975, np.nan_to_num(error.df, nan=1.0)) * np.sqrt(error.variance)
    return np.asarray(np.where(error.variance > 0, reach, 0.0))


_EMODB = Crossing("as EmoDB, 7 classes", EMODB_7.utterances, (1.1, 0.0, 0.7, 1.0, 0.6, 0.7, 0.1))
SETTINGS = (
    _EMODB,
    Crossing("as RAVDESS, 8 classes", RAVDESS.utterances, (1.0, 0.3, 0.5, 0.1, 0.3, -0.3, 0.2, 0.7)),
    replace(_EMODB, name="fits vary little", fit=0.02, lean=0.05, both=0.05, preference=0.05),
    replace(_EMODB, name="fits vary much", fit=0.15, lean=0.3, both=0.3),
    Crossing(
        "very unequal speakers", ((40, 30, 20, 10), (12, 8, 6, 3), (4, 2, 2, 1), (2, 1, 1, 0)), (1.1, 0.3, 0.6, 0.9)
    ),
    Crossing("a rare class", ((12, 8, 10, 0), (10, 9, 9, 0), (12, 8, 8, 1), (9, 9, 9, 2)), (1.1, 0.3, 0.6, 0.2)),
    Crossing("an easy task", EMODB_7.utterances, (2.6, 1.6, 2.2, 2.4, 2.0, 2.2, 1.8)),
)
"""What speakers, fits and corpora are like."""

"""Simulated pairs: what is drawn has the difference that is called true."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evenvoice.metrics.paired import compare_ratios, compare_systems
from evenvoice.metrics.ratios import count_ratios
from evenvoice.metrics.scores import score
from evenvoice.metrics.simulated_pairs import Pair
from evenvoice.metrics.simulation import EMODB_4


@pytest.mark.parametrize("pair", [Pair(0.3, gain=0.4), Pair(0.8, gain=-0.2, skewed=True)])
def test_the_true_difference_is_that_of_many_speakers(pair: Pair) -> None:
    """Of 4,000 speakers: the difference has a standard error of 0.2 to 0.4 points."""
    [first], [second] = pair.draw(4000, 1, np.random.default_rng(1))
    gap = score(second, EMODB_4.labels).ua - score(first, EMODB_4.labels).ua
    assert gap == pytest.approx(pair.true_difference(), abs=0.012)
    assert abs(gap) > 0.03  # or the sign would not be tested


def test_the_spread_is_that_of_speakers() -> None:
    """Each speaker's WA from all seeds: the spread over speakers, but for the noise of 24 seeds of 30 utterances."""
    first, second = Pair(0.5).draw(400, 24, np.random.default_rng(1))
    hits = [
        pd.concat([table.assign(right=table["predicted"] == table["emotion"]) for table in system])
        for system in (first, second)
    ]
    gaps = hits[1].groupby("speaker")["right"].mean() - hits[0].groupby("speaker")["right"].mean()
    assert gaps.std() == pytest.approx(Pair(0.5).spread(), abs=0.025)


def test_made_equal_is_equal_and_skewed() -> None:
    before = Pair(0.8, skewed=True)
    after = before.made_equal()
    assert abs(after.true_difference()) < 1e-4 < abs(before.true_difference())
    assert after.gain != 0


def test_counts_are_those_of_the_tables() -> None:
    pair = Pair(0.5, gain=0.2)
    first, second = pair.draw(6, 2, np.random.default_rng(0))
    *cells, discordant = pair.draw_counts(6, 2, np.random.default_rng(0))
    ratios = (count_ratios(each, EMODB_4.labels) for each in cells)
    counted = compare_ratios(*ratios, tuple(each.counts for each in cells), discordant)
    assert counted == compare_systems(first, second, EMODB_4.labels)


def test_systems_are_tested_on_the_same_utterances() -> None:
    first, second = Pair(0.3).draw(6, 2, np.random.default_rng(0))
    columns = ["utterance", "emotion", "speaker"]
    for table in (*first, *second):
        pd.testing.assert_frame_equal(table[columns], first[0][columns])
    assert not first[0]["predicted"].equals(second[0]["predicted"])
    assert not first[0]["predicted"].equals(first[1]["predicted"])
    assert first[0].groupby("speaker").size().nunique() > 1  # as many as EmoDB's speakers have, not all alike

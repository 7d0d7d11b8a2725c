"""Paired tests against literal exchanges, hand-worked values, and systems whose true difference is known."""

from __future__ import annotations

import itertools
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, permutation_test, ttest_rel

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics.counts import unit_counts
from evenvoice.metrics.paired import compare_systems
from evenvoice.metrics.permutation import contributions, crossed_exchange_test, exchange_test, holm, mcnemar_test
from evenvoice.metrics.scores import score
from evenvoice.metrics.simulated_pairs import Pair, rates
from evenvoice.metrics.simulation import EMODB_4

LABELS = ("angry", "happy", "neutral", "sad")


def _pair(speakers: int, seeds: int = 2, **options: float) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
    return Pair(**({"preference": 0.5} | options)).draw(speakers, seeds, np.random.default_rng(0))


def test_the_permutation_p_is_that_of_exchanging_the_predictions_themselves() -> None:
    """All 2^5 exchanges done on the tables, speaker by speaker and in all seeds at once, and scored from their rows."""
    first, second = _pair(5, gain=0.5)
    speakers = sorted(first[0]["speaker"].unique())

    def difference(exchanged: tuple[str, ...]) -> float:
        gaps = []
        for ours, theirs in zip(first, second, strict=True):
            turn = ours["speaker"].isin(exchanged)
            scores = [
                score(ours.assign(predicted=theirs["predicted"].where(turn, ours["predicted"])), LABELS),
                score(theirs.assign(predicted=ours["predicted"].where(turn, theirs["predicted"])), LABELS),
            ]
            gaps.append(scores[1].ua - scores[0].ua)
        return float(np.mean(gaps))

    sets = itertools.chain.from_iterable(itertools.combinations(speakers, n) for n in range(6))
    all_of_them = np.array([difference(exchanged) for exchanged in sets])
    found = compare_systems(first, second, LABELS, target="model")
    assert found.difference == pytest.approx(difference(()))
    expected = (np.abs(all_of_them) >= abs(difference(())) - 1e-9).mean()
    assert found.p_permutation == pytest.approx(expected)
    assert 2 / 2**5 < expected < 1  # or the test would not tell one exchange from another
    assert found.exchanges == 2**5


def test_all_exchanges_agree_with_scipy() -> None:
    parts = np.random.default_rng(3).normal(0.3, 1, 8)
    reference = permutation_test(
        (parts, np.zeros(8)), lambda x, y: (x - y).sum(), permutation_type="samples", n_resamples=np.inf
    )
    assert exchange_test(parts) == pytest.approx(reference.pvalue)


def test_random_exchanges_come_close_to_all_of_them() -> None:
    parts = np.random.default_rng(4).normal(0.3, 1, 16)
    signs = 1 - 2 * (np.arange(2**16)[:, None] >> np.arange(16) & 1)
    exact = (np.abs(signs @ parts) >= abs(parts.sum()) - 1e-9).mean()
    error = np.sqrt(exact * (1 - exact) / 9999)
    assert abs(exchange_test(parts) - exact) < 4 * error
    assert exchange_test(parts, seed=1) == exchange_test(parts, seed=1) != exchange_test(parts, seed=2)


def test_p_is_never_zero() -> None:
    assert exchange_test(np.ones(40), resamples=99) == 1 / 100
    assert exchange_test(np.ones(6)) == 2 / 2**6
    assert exchange_test(np.ones(14)) == 2 / 2**14


def test_few_speakers_cannot_show_much_and_it_is_said() -> None:
    first, second = _pair(4, gain=9.0, preference=0.0)  # nothing right beside everything
    found = compare_systems(first, second, LABELS, target="model")
    assert found.p_permutation == found.smallest_p == 2 / 2**4
    many = compare_systems(*_pair(15, gain=9.0, preference=0.0), LABELS, resamples=199, target="model")
    assert many.p_permutation == many.smallest_p == 1 / 200
    assert many.exchanges == 199


def test_ties_are_counted_as_far_whatever_the_rounding() -> None:
    """0.1 + 0.2 - 0.3 is 5.6e-17 in floating point: sums that are equal in whole tenths must count as equal."""
    parts = np.array([1, 2, 3, -3, 3])
    signs = np.array(list(itertools.product((-1, 1), repeat=5)))
    assert exchange_test(parts / 10) == (np.abs(signs @ parts) >= abs(parts.sum())).mean()


@pytest.mark.parametrize("missing", [[], ["sad"]])
def test_contributions_add_up_to_the_differences_of_the_scores(missing: list[str]) -> None:
    first, second = ([table[~table["emotion"].isin(missing)] for table in system] for system in _pair(7, gain=0.2))
    ua, wa = contributions(unit_counts(first, LABELS).counts, unit_counts(second, LABELS).counts)
    scores = [[score(table, LABELS) for table in system] for system in (first, second)]
    assert ua.sum(axis=0) == pytest.approx([b.ua - a.ua for a, b in zip(*scores, strict=True)])
    assert wa.sum(axis=0) == pytest.approx([b.wa - a.wa for a, b in zip(*scores, strict=True)])


def test_an_emotion_that_does_not_occur_counts_for_nothing() -> None:
    first, second = (
        [table[table["emotion"] != "sad"].reset_index(drop=True) for table in system] for system in _pair(7, gain=0.2)
    )
    found = compare_systems(first, second, LABELS)
    gaps = [score(b, LABELS).ua - score(a, LABELS).ua for a, b in zip(first, second, strict=True)]
    assert found.difference_ua.estimate == pytest.approx(np.mean(gaps))


def _balanced(hits: list[int]) -> pd.DataFrame:
    """Ten utterances a speaker, the first few right."""
    rows = [
        {
            "utterance": f"{speaker}{n}",
            "speaker": str(speaker),
            "emotion": "sad",
            "predicted": ("sad" if n < right else "angry"),
        }
        for speaker, right in enumerate(hits)
        for n in range(10)
    ]
    return pd.DataFrame(rows)


def test_by_students_t_the_interval_is_that_of_the_paired_t_test() -> None:
    """With as many utterances from each speaker, the difference is a mean of paired differences, one a speaker."""
    ours, theirs = [3, 5, 6, 2, 7, 4], [5, 6, 6, 4, 7, 9]
    found = compare_systems([_balanced(ours)], [_balanced(theirs)], LABELS)
    expected = ttest_rel(np.array(theirs) / 10, np.array(ours) / 10).confidence_interval(0.95)
    for interval in (found.difference_wa, found.difference_ua):
        assert interval.estimate == pytest.approx(10 / 60)
        assert (interval.low, interval.high) == (pytest.approx(expected.low), pytest.approx(expected.high))
        assert (interval.level, interval.unit, interval.units) == (0.95, "speaker", 6)
    assert found.p == pytest.approx(ttest_rel(theirs, ours).pvalue)


def test_a_system_does_not_differ_from_itself() -> None:
    first, _ = _pair(6)
    found = compare_systems(first, first, LABELS)
    assert found.p_ua == found.p_wa == found.p_mcnemar == found.p_permutation == 1.0
    assert found.discordant == (0, 0)
    assert found.difference == 0.0
    assert np.isnan([found.low, found.high]).all()
    assert (
        found.difference_ua.reason == "the difference is the same for every speaker, so its spread cannot be estimated"
    )


def test_better_by_the_same_for_every_speaker_has_the_p_of_exchanging_all() -> None:
    """No spread, so no t: two of the 2⁶ exchanges are as extreme."""
    found = compare_systems(_balanced([3] * 6), _balanced([5] * 6), LABELS)
    assert found.difference == pytest.approx(0.2)
    assert np.isnan(found.low)
    assert found.p == found.p_permutation == 2 / 2**6


def test_one_speaker_shows_nothing_and_it_is_said() -> None:
    found = compare_systems(_balanced([3]), _balanced([5]), LABELS)
    assert (found.p, found.difference_ua.reason) == (1.0, "1 speaker; it takes two speakers or more")
    assert "so the recipes cannot be compared" in found.words


def test_one_fit_compares_models_and_names_how_many_fits_would_do() -> None:
    first, second = _pair(8, seeds=1, gain=0.8)
    found = compare_systems(first, second, LABELS)
    assert found.target == "this model, new speakers"
    assert re.match(
        r"There is one fit, so the recipes cannot be compared; (\d+) fits of each would do \(--seeds \1\)\. "
        r"Of these two models, the second is better than the first on new speakers, by ",
        found.words,
    )
    with pytest.raises(EvenvoiceError, match=r"found 1 and 1 fits; recipes take two fits or more of each"):
        compare_systems(first, second, LABELS, target="recipe")
    one = compare_systems(first, [*second, *second], LABELS)
    assert one.words.startswith("One system has one fit")


def test_the_conclusion_names_systems_direction_and_advice() -> None:
    better = compare_systems(*_pair(20, seeds=4, gain=0.8), LABELS)
    assert better.conclusion("2dcnn", "smote-2dcnn").startswith("smote-2dcnn is better than 2dcnn by ")
    assert better.conclusion("2dcnn", "smote-2dcnn").endswith("for new fits and new speakers.")
    turned = compare_systems(*reversed(_pair(20, seeds=4, gain=0.8)), LABELS)
    assert turned.conclusion("smote-2dcnn", "2dcnn").startswith("smote-2dcnn is better than 2dcnn by ")
    alike = compare_systems(*_pair(6, seeds=3, preference=0.2), LABELS)
    assert re.search(
        r"No difference is shown between the first and the second: .*6 speakers and 3 fits find a difference of "
        r"\d+\.\d points with 80 % power; more speakers would help most\.",
        alike.words,
    )
    assert better.conclusion(p=0.2).startswith("No difference is shown")  # not after Holm's correction


def test_a_lower_log_loss_is_better() -> None:
    tables = EMODB_4.draw(8, 2, np.random.default_rng(0))
    columns = [f"p:{label}" for label in EMODB_4.labels]
    sharper = [table.copy() for table in tables]
    for table in sharper:
        truth = (table["emotion"].to_numpy()[:, None] == np.array(EMODB_4.labels)).astype(float)
        table[columns] = 0.5 * table[columns] + 0.5 * truth
    found = compare_systems(tables, sharper, EMODB_4.labels, measure="log loss")
    assert found.difference < 0
    assert found.words.startswith("the second is better than the first".capitalize()[:3])
    assert "second is better than the first by" in found.words


def test_signs_of_speakers_and_fits_against_a_plain_loop() -> None:
    parts = np.random.default_rng(0).normal(0.02, 0.05, (5, 3))
    Z = 5 * parts
    rows, columns = Z.mean(axis=1), Z.mean(axis=0)

    def error(u: np.ndarray, v: np.ndarray) -> float:
        return float(np.sqrt((u * rows).var(ddof=1) / 5 + (v * columns).var(ddof=1) / 3))

    found = abs(Z.mean()) / error(np.ones(5), np.ones(3))
    far = []
    for u in itertools.product((-1, 1), repeat=5):
        for v in itertools.product((-1, 1), repeat=3):
            u_, v_ = np.array(u), np.array(v)
            t = abs((u_ * rows).mean() + (v_ * columns).mean()) / error(u_, v_)
            far.append(t >= found - 1e-9)
    assert crossed_exchange_test(parts, resamples=20_000) == pytest.approx(np.mean(far), abs=0.015)


def test_the_order_of_systems_is_a_sign_and_the_order_of_rows_is_nothing() -> None:
    first, second = _pair(6, gain=0.2)
    found = compare_systems(first, second, LABELS)
    turned = compare_systems(second, first, LABELS)
    shuffled = compare_systems(first, [table.sample(frac=1, random_state=1) for table in second], LABELS)
    assert turned.difference_ua.estimate == pytest.approx(-found.difference_ua.estimate)
    assert (turned.p_ua, turned.p_mcnemar) == (pytest.approx(found.p_ua), found.p_mcnemar)
    assert turned.discordant == found.discordant[::-1]
    assert shuffled == found


def test_mcnemar_worked_by_hand_and_on_the_first_seed() -> None:
    # 2 · (1 + 12 + 66) / 2¹² for 2 of 12
    assert mcnemar_test(2, 10) == pytest.approx(158 / 4096) == mcnemar_test(10, 2)
    first, second = _balanced([10, 10]), _balanced([8, 0])
    found = compare_systems([first, first], [second, first], LABELS)
    assert found.discordant == (12, 0)
    assert found.p_mcnemar == pytest.approx(2 / 2**12)


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # 4 · 0.005, 3 · 0.01, 2 · 0.03, then no less than that
        ([0.04], [0.04]),
        ([0.6, 0.7], [1.0, 1.0]),
        ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),
        ([], []),
    ],
)
def test_holm_worked_by_hand(p_values: list[float], expected: list[float]) -> None:
    assert holm(p_values) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.001, 0.5))
def test_holm_rejects_what_the_step_down_procedure_rejects(p_values: list[float], level: float) -> None:
    """Holm's own words: reject in order while p_(i) <= level / (m - i + 1), then stop."""
    order = np.argsort(p_values, kind="stable")
    rejected = set()
    for step, number in enumerate(order):
        if p_values[number] * (len(p_values) - step) > level:
            break
        rejected.add(int(number))
    corrected = holm(p_values)
    assert {number for number, p in enumerate(corrected) if p <= level} == rejected
    assert all(p <= q <= 1 for p, q in zip(p_values, corrected, strict=True))


@pytest.mark.parametrize("odd", [-0.1, 1.1, float("nan")])
def test_holm_refuses_what_is_no_p_value(odd: float) -> None:
    with pytest.raises(EvenvoiceError, match=f"p values: found {odd}; expected numbers from 0 to 1"):
        holm([0.5, odd])


def test_without_speakers_the_units_are_utterances() -> None:
    first, second = ([table.drop(columns="speaker") for table in system] for system in _pair(6))
    found = compare_systems(first, second, LABELS, resamples=99)
    assert (found.unit, found.units) == ("utterance", len(first[0]))


def test_speakers_that_only_one_table_names_are_those_of_both() -> None:
    first, second = _pair(6)
    found = compare_systems(first, second, LABELS)
    bare = [table.drop(columns="speaker") for table in second]
    assert compare_systems(first, bare, LABELS) == found
    assert compare_systems(bare, first, LABELS).unit == "speaker"


def test_what_is_found_can_be_written_as_json() -> None:
    found = compare_systems(*_pair(6), LABELS)
    again = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert again["discordant"] == list(found.discordant)
    assert again["difference_ua"]["low"] == again["low"] == found.low
    for name in ("difference", "high", "p", "target", "components", "n_speakers", "n_fits", "words"):
        assert name in again


@pytest.mark.slow
@pytest.mark.parametrize("speakers", [6, 20])
def test_equal_systems_are_found_to_differ_no_more_often_than_promised(speakers: int) -> None:
    """Reduced: 600 corpora. A level of 5 % gives more than 48 with a probability of 0.001; McNemar's is far above."""
    draws = 600
    most = binom.ppf(0.999, draws, 0.05)
    found = rates(Pair(0.5), speakers, draws)
    assert found.t * draws <= most
    assert found.permutation * draws <= most
    assert found.mcnemar * draws > most


def test_a_real_difference_is_found() -> None:
    """Eight points, 20 speakers: in 95 of 100 corpora (as measured in docs/paired-tests.md)."""
    assert rates(Pair(0.25, gain=0.3), speakers=20, draws=200).t > 0.9


@pytest.mark.long
@pytest.mark.parametrize("speakers", [6, 10, 20, 60])
@pytest.mark.parametrize("preference", [0.0, 0.25, 0.5])
def test_the_tests_keep_their_level(speakers: int, preference: float) -> None:
    """At most 6 % of 4,000 corpora; where speakers have preferences, McNemar's test is above that."""
    found = rates(Pair(preference), speakers, draws=4000)
    assert found.t <= 0.06
    assert found.permutation <= 0.06
    if preference:
        assert found.mcnemar > 0.06


@pytest.mark.long
def test_with_more_speakers_a_real_difference_is_found_more_often() -> None:
    found = [rates(Pair(0.25, gain=0.3), speakers, draws=1000).t for speakers in (6, 10, 20, 60)]
    assert found == sorted(found)
    assert found[1] > 0.5
    assert found[3] > 0.99

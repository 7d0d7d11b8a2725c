"""Plans of studies: by hand, against simulation, and from a pilot study."""

from __future__ import annotations

from math import nan, sqrt
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import t as student

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import Components, mdd_of, minimum_detectable_difference, plan_study
from evenvoice.metrics.crossed import over_speakers_and_fits
from evenvoice.metrics.pilot import pilot_of, typical_components
from evenvoice.metrics.simulated_pairs import Pair
from evenvoice.metrics.simulation import EMODB_4

PARTS = Components(0.05**2, 0.02**2, 0.04**2)


def test_the_minimum_detectable_difference_worked_by_hand() -> None:
    """One fit: t of 9 degrees of freedom, sqrt((0.05² + 0.04²) / 10)."""
    expected = (student.ppf(0.975, 9) + student.ppf(0.8, 9)) * sqrt((0.05**2 + 0.04**2) / 10)
    assert minimum_detectable_difference(PARTS, 10, 1) == pytest.approx(expected)
    none_of_fits = Components(0.05**2, 0.0, 0.0)
    wide = (student.ppf(0.975, 9) + student.ppf(0.8, 9)) * 0.05 / sqrt(10)
    assert minimum_detectable_difference(none_of_fits, 10, 4) == pytest.approx(wide)


@pytest.mark.parametrize(("speakers", "fits"), [(10, 3), (24, 5), (6, 10)])
def test_a_difference_of_that_size_is_found_in_four_of_five_studies(speakers: int, fits: int) -> None:
    rng = np.random.default_rng(1)
    size = (4000, speakers, fits)
    least = minimum_detectable_difference(PARTS, speakers, fits)
    Z = least + rng.normal(0, 0.05, (4000, speakers, 1)) + rng.normal(0, 0.02, (4000, 1, fits))
    Z = Z + rng.normal(0, 0.04, size)
    error = over_speakers_and_fits(Z)
    found = 2 * student.sf(np.abs(Z.mean(axis=(1, 2))) / np.sqrt(error.variance), error.df) < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.06)  # the formula takes the estimated degrees of freedom as known


def test_the_plan_names_the_least_numbers_that_do() -> None:
    plan = plan_study(PARTS, 0.04, speakers=20, fits=3)
    assert not plan.enough
    assert plan.fits_needed is not None
    assert minimum_detectable_difference(PARTS, 20, plan.fits_needed) <= 0.04
    assert minimum_detectable_difference(PARTS, 20, plan.fits_needed - 1) > 0.04
    assert f"{plan.fits_needed} fits of each with these 20 speakers" in plan.words
    assert plan_study(PARTS, 0.2, speakers=20, fits=3).words.endswith("enough for 20 points.")


def test_a_plan_says_where_no_number_would_do() -> None:
    plan = plan_study(PARTS, 0.01, speakers=10, fits=3)
    assert (plan.fits_needed, plan.speakers_needed) == (None, None)
    assert "neither more fits nor more speakers alone will do" in plan.words


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"speakers": 1, "fits": 3}, "1 speaker; expected two or more"),
        ({"speakers": 5, "fits": 0}, "0 fits; expected one or more"),
        ({"speakers": 5, "fits": 3, "power": 80}, "power 80, level 0.95; expected fractions"),
        ({"speakers": 5, "fits": 3, "components": Components(0.01)}, "with several fits all three"),
        ({"speakers": 5, "fits": 3, "components": Components(-1.0, nan, nan)}, "expected variances of 0 or more"),
    ],
)
def test_what_cannot_be_planned_is_one_line(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        minimum_detectable_difference(**({"components": PARTS} | arguments))  # type: ignore[arg-type]
    with pytest.raises(EvenvoiceError, match="difference 3; expected a fraction"):
        plan_study(PARTS, 3, speakers=5, fits=3) if "speakers" in arguments else None


def _result(tables: list, labels: tuple[str, ...] = EMODB_4.labels) -> SimpleNamespace:
    return SimpleNamespace(labels=labels, pooled=dict(enumerate(tables)), varies="fits")


def test_a_pilot_study_of_two_systems_measures_the_components() -> None:
    first, second = Pair(0.5).draw(12, 3, np.random.default_rng(0))
    pilot = pilot_of([_result(first), _result(second)])
    assert (pilot.speakers, pilot.fits) == (12, 3)
    assert pilot.basis == "measured on 1 pair of systems of this study"
    assert pilot.components.speakers**0.5 == pytest.approx(Pair(0.5).spread(), rel=0.6)
    words = mdd_of([_result(first), _result(second)]).words
    assert "12 speakers and 3 fits find a difference between two recipes of" in words


def test_one_system_or_one_fit_takes_what_is_typical_and_says_so() -> None:
    tables = EMODB_4.draw(10, 2, np.random.default_rng(0))
    assert "taken to correlate by 0.8" in pilot_of([_result(tables)]).basis
    one = mdd_of([_result(tables[:1])])
    assert np.isnan(one.difference)
    assert one.to_json()["difference"] is None
    assert one.words.startswith("One fit of each recipe: they cannot be compared.")
    alone = [_result([table[table["speaker"] == "001"] for table in tables])]
    with pytest.raises(EvenvoiceError, match="no variance components: 1 speaker"):
        pilot_of(alone)
    assert mdd_of(alone).words.startswith("No difference can be found: 1 speaker contributes")
    assert mdd_of(alone).to_json()["difference"] is None
    with pytest.raises(EvenvoiceError, match="no result"):
        mdd_of([])


def test_typical_components_shrink_where_systems_are_alike() -> None:
    assert typical_components(alike=0.9).speakers < typical_components(alike=0.5).speakers

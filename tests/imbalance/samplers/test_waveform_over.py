"""Rows of perturbed waveforms: one parent and one perturbation each, as evenly as can be."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import make_chain, make_sampler, plan_table

X = np.arange(10.0)[:, None]
Y = np.array(["neutral"] * 7 + ["sad"] * 3)
VARIANTS = {"speed:0.9": X + 100, "noise": X + 200}
OPTIONS: dict[str, Any] = {"perturbations": ["speed:0.9", "noise"]}


def test_every_pair_is_used_before_any_is_used_again() -> None:
    plan = make_sampler("waveform-over", sampling_strategy={"sad": 12}, **OPTIONS).plan(X, Y, seed=1)
    pairs = Counter(zip(plan.made_from[:, 0].tolist(), plan.makers.tolist(), strict=True))
    assert len(pairs) == 6
    assert sorted(pairs.values()) == [1, 1, 1, 2, 2, 2]
    made = plan.take(X, np.flatnonzero(plan.synthetic), VARIANTS)[:, 0]
    shift = np.where(plan.makers == "waveform:noise", 200, 100)
    np.testing.assert_array_equal(made, plan.made_from[:, 0] + shift)


def test_parents_and_perturbations_are_on_record() -> None:
    plan = make_sampler("waveform-over", **OPTIONS).plan(X, Y)
    table = plan_table(plan, [f"u{row}" for row in range(10)], Y)
    assert len(table) == 4
    assert set(table["base"]) <= {"u7", "u8", "u9"}
    assert set(table["maker"]) == {"waveform:speed:0.9", "waveform:noise"}


def test_the_features_of_the_perturbed_waveforms_must_be_given() -> None:
    plan = make_sampler("waveform-over").plan(X, Y)
    with pytest.raises(EvenvoiceError, match=r"variants: no 'speed:(0\.9|1\.1)', which the plan asks for"):
        plan.take(X, [10])
    with pytest.raises(EvenvoiceError, match="9 rows, but the plan refers to row 9"):
        plan.take(X, [10], {"speed:0.9": X[:9], "speed:1.1": X})


def test_what_cannot_be_perturbed_is_refused() -> None:
    for names in ([], "speed:0.9", [""], [3]):
        with pytest.raises(EvenvoiceError, match="perturbations"):
            make_sampler("waveform-over", perturbations=names)
    # The next step of a chain needs the rows, and has no perturbed waveforms.
    with pytest.raises(EvenvoiceError, match="variants: no"):
        make_chain(["waveform-over", "tomek"]).plan(X, Y)

"""Every sampler and loss that ships keeps the public contract, and the checks notice one that does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import LOSSES, SAMPLERS, SMOTE, Chain, Plan, Sampler, draw_plan, make_chain, make_sampler
from evenvoice.imbalance.losses.cross_entropy import CrossEntropy
from evenvoice.testing import check_loss, check_sampler

QUICK: dict[str, dict[str, Any]] = {
    "instance-hardness": {"n_estimators": 5, "cv": 2},
    "annealing-under": {"iterations": 5},
    "deepsmote": {"steps": 3},
    "three-player-gan": {"steps": 3},
    "genetic-ratio": {"population": 3, "generations": 2},
}
OPTIONS: list[tuple[str, dict[str, Any]]] = [
    *((name, QUICK.get(name, {})) for name in SAMPLERS.shipped),
    ("smote", {"rule": "absolute"}),
    ("smote", {"rule": "norm"}),
    ("smote", {"rule": "box"}),
    ("smote", {"bases": "in-turn"}),
    ("smote", {"bases": "in-turn", "k_neighbors": "shrink", "parents": "same-speaker"}),
    ("smote", {"k_neighbors": "shrink", "parents": "same-speaker"}),
    ("smote", {"sampling_strategy": 0.8, "parents": "different-speakers"}),
    ("random-under", {"sampling_strategy": 0.5}),
]
CHAINS = [["smote", "random-under"], ["random-over", "smote"], ["random-under", "class-weights"]]


@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_every_sampler_keeps_the_contract(name: str, options: dict[str, Any]) -> None:
    check_sampler(make_sampler(name, **options))


@pytest.mark.parametrize("steps", CHAINS)
def test_chains_keep_the_contract(steps: list[str]) -> None:
    check_sampler(make_chain(steps))


@pytest.mark.parametrize("name", LOSSES.shipped)
def test_every_loss_keeps_the_contract(name: str) -> None:
    check_loss(name)


class Spoiled:
    """A sampler that breaks one promise."""

    def __init__(self, plan: Callable[[Any, Any, int], Any]) -> None:
        self._plan = plan

    def plan(self, X: Any, y: Any, groups: Any = None, seed: int = 0) -> Any:
        made = SMOTE().plan(X, y, groups, seed)
        return self._plan(X, made, seed)


def _writes(X: Any, plan: Plan, seed: int) -> Plan:
    X[0] = 0
    return plan


def _casts(X: Any, plan: Plan, seed: int) -> Plan:
    parent = [[0]] * int(plan.synthetic.sum())
    return Plan(plan.kept, parent, np.ones((len(parent), 1)), plan.labels)  # type: ignore[arg-type]


def _global(X: Any, plan: Plan, seed: int) -> Plan:
    np.random.random()
    return plan


def _unseeded(X: Any, plan: Plan, seed: int) -> Plan:
    gap = np.random.default_rng().random(len(plan.gap))
    return Plan.pairs(plan.kept, plan.base, plan.neighbour, gap, plan.labels)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_writes, "writes to X or y"),
        (_casts, "a parent of another class"),
        (_global, "global random state"),
        (_unseeded, "the same seed gave another weights"),
        (lambda X, plan, seed: plan.kept, "plan returned ndarray"),
        (lambda X, plan, seed: Plan.keep([len(X)]), r"refers to row 180 of 180"),
        (lambda X, plan, seed: Plan.keep([0], labels=plan.labels[:0]), "has lost its"),
    ],
)
def test_a_sampler_that_breaks_its_promise_is_found_out(spoil: Callable[..., Any], message: str) -> None:
    with pytest.raises((AssertionError, EvenvoiceError), match=message):
        check_sampler(Spoiled(spoil))


class Crashing:
    """A sampler that meets small classes with a traceback."""

    def plan(self, X: Any, y: Any, groups: Any = None, seed: int = 0) -> Plan:
        if len(X) < 20:
            raise IndexError("list index out of range")
        return SMOTE().plan(X, y, groups, seed)


def test_a_sampler_that_crashes_on_bad_input_is_found_out() -> None:
    with pytest.raises(AssertionError, match="IndexError: list index out of range; raise an EvenvoiceError instead"):
        check_sampler(Crashing)


def test_what_is_drawn_from_is_read_only() -> None:
    with pytest.raises(EvenvoiceError, match="sampler Spoiled: it writes to X or y"):
        draw_plan(Spoiled(_writes), np.ones((20, 2)), np.repeat([0, 1], [12, 8]))


def test_a_sampler_of_another_package_is_named_by_its_path() -> None:
    found: Sampler = make_sampler("tests.imbalance.test_contract:Crashing")
    assert isinstance(found, Crashing)
    assert isinstance(make_chain(["smote", "tests.imbalance.test_contract:Crashing"]), Chain)
    with pytest.raises(EvenvoiceError, match=r"no class with a method plan"):
        make_sampler("tests.imbalance.test_contract:OPTIONS")


class Summed(CrossEntropy):
    """A loss that grows with its batch."""

    def __call__(self, logits: Tensor, targets: Tensor, epoch: int = 0) -> Tensor:
        return super().__call__(logits, targets, epoch) * len(logits)


class Careless(CrossEntropy):
    """A loss that takes any class counts."""

    def __init__(self, class_counts: Any, n_epochs: int = 1) -> None:
        super().__init__((1, 1, 1))


class Double(CrossEntropy):
    """A loss of another precision."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits.double(), targets.double(), epoch)


class Inverted(CrossEntropy):
    """A loss that rewards wrong answers."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(-logits, targets, epoch)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (Summed, "not the mean of its rows' losses"),
        (Careless, r"class counts \(\) were accepted"),
        (Double, r"a loss of torch\.float64; expected torch\.float32"),
        (Inverted, "sure right answers cost as much"),
    ],
)
def test_a_loss_that_breaks_its_promise_is_found_out(loss: type, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_loss(loss)

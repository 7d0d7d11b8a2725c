"""Every sampler that ships keeps the public contract, and the checks notice one that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import (
    SAMPLERS,
    SMOTE,
    BaseSampler,
    Chain,
    Plan,
    Sampler,
    draw_plan,
    make_chain,
    make_decision,
    make_loss,
    make_sampler,
)
from evenvoice.testing import check_sampler
from evenvoice.testing.data import training_set
from tests.imbalance.quick import QUICK

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


class NotPickled(Spoiled):
    """A sampler that holds what cannot be sent to a worker."""

    def __init__(self) -> None:
        super().__init__(lambda X, plan, seed: plan)


@dataclass(repr=False)
class NotCloned(BaseSampler):
    """A sampler whose option has another name than its attribute."""

    def __init__(self, k: int = 5) -> None:
        super().__init__()
        self.neighbours = k

    def plan(self, X: Any, y: Any, groups: Any = None, seed: int = 0) -> Plan:
        return SMOTE().plan(X, y, groups, seed)


class Counting:
    """A sampler that plans otherwise each time, but for those calls that are made twice in a row."""

    calls = 0

    def plan(self, X: Any, y: Any, groups: Any = None, seed: int = 0) -> Plan:
        self.calls += 1
        return SMOTE().plan(X, y, groups, seed + (self.calls > 10) if type(seed) is int and seed >= 0 else seed)


class TakesNoEpoch:
    """A sampler that says it may be drawn anew."""

    per_epoch = True

    def plan(self, X: Any, y: Any, groups: Any = None, seed: int = 0) -> Plan:
        return SMOTE().plan(X, y, groups, seed)


class TakesNoGroups:
    """A sampler that is not called as samplers are."""

    def plan(self, X: Any, y: Any, seed: int = 0) -> Plan:
        return SMOTE().plan(X, y, None, seed)


class Demanding(NotPickled):
    """A sampler that cannot be made without options."""

    def __init__(self, k: int) -> None:
        super().__init__()


class Printing:
    """A sampler that writes where results stand."""

    def plan(self, X: Any, y: Any, groups: Any = None, seed: int = 0) -> Plan:
        print("planning")  # noqa: T201  # what is planted
        return SMOTE().plan(X, y, groups, seed)


class OfTorch(Printing):
    """A sampler that draws from torch's generator."""

    def plan(self, X: Any, y: Any, groups: Any = None, seed: int = 0) -> Plan:
        torch.rand(1)
        return SMOTE().plan(X, y, groups, seed)


@pytest.mark.parametrize(
    ("sampler", "message"),
    [
        (NotPickled, "cannot be pickled .*; keep no lambdas or open files"),
        (NotCloned, "scikit-learn cannot clone it .*; keep each option in an attribute of its name"),
        (Counting, "a plan depends on those before it"),
        (TakesNoEpoch, r"plan takes no epoch; expected plan\(X, y, groups, seed, epoch\)"),
        (TakesNoGroups, "plan takes no groups"),
        (Demanding, "sampler Demanding: cannot be made .*'k'.*; recipes give options alone"),
        (Printing, r"prints to standard output \('planning'\)"),
        (OfTorch, r"changes torch's global random state; use a torch\.Generator"),
        (int, r"int has no plan\(X, y, groups=None, seed=0\)"),
    ],
)
def test_a_sampler_that_cannot_be_used_elsewhere_is_found_out(sampler: type, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_sampler(sampler)


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
    with pytest.raises(EvenvoiceError, match=r"sampler '.*:Spoiled': it writes to X or y"):
        draw_plan(Spoiled(_writes), np.ones((20, 2)), np.repeat([0, 1], [12, 8]))


def test_a_sampler_of_another_package_is_named_by_its_path() -> None:
    found: Sampler = make_sampler("tests.imbalance.test_contract:Crashing")
    assert isinstance(found, Crashing)
    assert isinstance(make_chain(["smote", "tests.imbalance.test_contract:Crashing"]), Chain)
    with pytest.raises(EvenvoiceError, match=r"no class with a method plan"):
        make_sampler("tests.imbalance.test_contract:OPTIONS")


def test_names_that_are_unknown_are_refused_with_the_nearest() -> None:
    for make, wrong, right in ((make_sampler, "smoet", "smote"), (make_decision, "threshold", "thresholds")):
        with pytest.raises(EvenvoiceError, match=rf"'{wrong}' is unknown \(did you mean '{right}'\?\)"):
            make(wrong)
    with pytest.raises(EvenvoiceError, match=r"'focl' is unknown \(did you mean 'focal'\?\)"):
        make_loss("focl", (3, 2))


DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize("device", DEVICES)
def test_tensors_get_shape_dtype_and_device_back(device: str) -> None:
    X, y, _ = training_set((2, 3))
    tensor, numbers = torch.tensor(X, device=device), torch.tensor(np.unique(y, return_inverse=True)[1], device=device)
    before = tensor.clone()
    rows, labels = SMOTE(random_state=0).fit_resample(tensor, numbers)
    expected, expected_labels = SMOTE(random_state=0).fit_resample(X, numbers.cpu().numpy())
    assert (rows.device, rows.dtype, rows.shape[1:]) == (tensor.device, torch.float32, tensor.shape[1:])
    assert (labels.device, labels.dtype) == (numbers.device, torch.int64)
    np.testing.assert_array_equal(rows.cpu(), expected)
    np.testing.assert_array_equal(labels.cpu(), expected_labels)
    assert torch.equal(tensor, before)
    with pytest.raises(EvenvoiceError, match=r"X: a tensor of torch.bfloat16, which NumPy lacks; give X.float\(\)"):
        SMOTE(random_state=0).fit_resample(tensor.bfloat16(), numbers)

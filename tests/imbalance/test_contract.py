"""Every sampler and loss that ships keeps the public contract, and the checks notice one that does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import (
    LOSSES,
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
from evenvoice.imbalance.losses.cross_entropy import CrossEntropy
from evenvoice.imbalance.samplers.cleaning import Cleaning
from evenvoice.testing import check_loss, check_sampler
from evenvoice.testing.data import training_set

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


class Detached(CrossEntropy):
    """A loss that no network learns from."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits.detach(), targets, epoch)


class Flat(CrossEntropy):
    """A loss with a gradient of zeros."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits.detach(), targets, epoch) + 0 * logits.sum(dim=1)


class NoMiddle(CrossEntropy):
    """A loss that fails between the first epoch and the last."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits, targets, epoch) / (epoch != 5)


class ThreeClasses(CrossEntropy):
    """A loss that looks at the first three classes."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits[:, :3], targets[:, :3], epoch)


class WritesTargets(CrossEntropy):
    """A loss that smooths the labels in place."""

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        return super().rows(logits, targets.mul_(0.9).add_(0.1 / 3), epoch)


class LargeBatches(CrossEntropy):
    """A loss that treats larger batches otherwise."""

    def __call__(self, logits: Tensor, targets: Tensor, epoch: int = 0) -> Tensor:
        return super().__call__(logits, targets, epoch) * (1 + (len(logits) > 16))


class APlainNumber(CrossEntropy):
    """A loss that is no tensor."""

    def __call__(self, logits: Tensor, targets: Tensor, epoch: int = 0) -> Any:
        return super().__call__(logits, targets, epoch).item()


class Demands(CrossEntropy):
    """A loss that cannot be made without options."""

    def __init__(self, class_counts: Any, n_epochs: int, margin: float) -> None:
        super().__init__(class_counts)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (Summed, "not the mean of its rows' losses"),
        (Careless, r"class counts \(\) were accepted"),
        (Double, r"a loss of torch\.float64; expected torch\.float32"),
        (Inverted, "sure right answers cost as much"),
        (Detached, "no gradient reaches the logits; detach nothing"),
        (Flat, "the gradient is zero everywhere: nothing would be learned"),
        (NoMiddle, "epoch 5 of 10: no finite loss"),
        (ThreeClasses, "2 classes: |RuntimeError|5 classes: a wrong answer costs"),
        (WritesTargets, "the targets were changed; work on a copy"),
        (LargeBatches, "not the mean of its rows' losses"),
        (APlainNumber, "a float; expected a scalar tensor"),
        (Demands, "cannot be made .*'margin'"),
        (int, "cannot be made"),
    ],
)
def test_a_loss_that_breaks_its_promise_is_found_out(loss: type, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_loss(loss)


WITH_STRATEGY = [name for name in SAMPLERS.shipped if hasattr(SAMPLERS[name], "sampling_strategy")]
CLEANS = {name for name in WITH_STRATEGY if issubclass(SAMPLERS[name], Cleaning)}
OVER = {name for name in WITH_STRATEGY if SAMPLERS[name].sampling_strategy == "not majority"}
# What they take from classes is not what the strategy names: SMOTE's rows among others, rows in a sphere.
ALSO_CLEAN = {"smote-tomek", "smote-enn", "rb-ccr"}


def _with_strategy(name: str, strategy: Any) -> Sampler:
    return make_sampler(name, sampling_strategy=strategy, **QUICK.get(name, {}))


@pytest.mark.parametrize("name", WITH_STRATEGY)
def test_rows_of_classes_that_are_not_named_stay(name: str) -> None:
    X, y, speakers = training_set((2, 3))
    had = dict(zip(*np.unique(y, return_counts=True), strict=True))
    one = "happy" if name in OVER else "neutral"
    plan = draw_plan(_with_strategy(name, ["neutral"] if name in CLEANS else {one: 60}), X, y, speakers, seed=1)
    kept = np.unique(y[plan.kept], return_counts=True)
    others = {label: count for label, count in zip(*kept, strict=True) if label != one}
    if name not in ALSO_CLEAN:
        assert others == {label: count for label, count in had.items() if label != one}
        assert plan.times(len(y)).max() <= (1 if name != "random-over" else len(y))
    assert set(plan.labels.tolist()) <= ({one} if name not in {"rb-ccr"} else set(had))
    after = np.count_nonzero(plan.y(y) == one)
    assert after == pytest.approx(60, abs=6 if name in {"kmeans-smote", "adasyn", "kalman-smote"} else 0) or (
        name in CLEANS | ALSO_CLEAN | {"nearmiss-3", "instance-hardness"}  # as many rows as their rule leaves
    )


@pytest.mark.parametrize("name", WITH_STRATEGY)
def test_targets_that_cannot_be_met_are_refused_with_class_and_size(name: str) -> None:
    X, y, speakers = training_set((3,))
    wrong: list[tuple[Any, str]] = [({"sad": 20}, r"class 'sad' is not in y; the classes are 'angry', 'happy', 'neu")]
    if name in CLEANS:
        wrong = [(["sad"], wrong[0][1])]
    elif name in OVER:
        wrong.append(({"happy": 35}, r"class 'happy' → 35, but it has 36 rows and .* removes none; give .* 36 or more"))
    else:
        wrong.append(({"happy": 37}, r"class 'happy' → 37, but it has 36 rows and .* adds none; give .* 1 to 36"))
        wrong.append(({"happy": 0}, r"class 'happy' → 0, but it has 36 rows"))
    for strategy, message in wrong:
        with pytest.raises(EvenvoiceError, match=message):
            draw_plan(_with_strategy(name, strategy), X, y, speakers)
    for strategy in ("most", 0, 1.5, -1, None, True, float("nan")):
        with pytest.raises(EvenvoiceError, match="sampling_strategy"):
            _with_strategy(name, strategy)


@pytest.mark.parametrize("name", SAMPLERS.shipped)
def test_a_refusal_names_class_size_and_remedy(name: str) -> None:
    """Where a class is too small, or is left without rows."""
    sampler = make_sampler(name, **QUICK.get(name, {}))
    for sizes in ((12, 1), (12, 2), (12, 5), (3, 2)):
        y = np.repeat(["neutral", "sad"], sizes)
        X = np.random.default_rng(0).normal(size=(len(y), 3)).astype(np.float32)
        try:
            draw_plan(sampler, X, y, np.arange(len(y)) % 2)
        except EvenvoiceError as error:
            text = str(error)
            assert re.search(r"class '(sad|neutral)'", text), text
            assert re.search(rf"\b({sizes[0]}|{sizes[1]})\b", text), text
            assert re.search(r"; (use|add|give) ", text), text


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

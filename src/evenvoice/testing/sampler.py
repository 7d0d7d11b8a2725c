"""The contract of a sampler."""

from __future__ import annotations

import inspect
import pickle
import warnings
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import WAVEFORM, Plan, Sampler, draw_plan, make_sampler
from evenvoice.testing.data import SHAPES, awkward_sets, training_set
from evenvoice.testing.watch import made, watched

_KEPT_ROUNDING = 1e-6
_PARTS = ("kept", "made_from", "weights", "makers")


def check_sampler(sampler: Callable[[], Sampler] | Sampler | str) -> None:
    """Check a sampler of your own: a class, an object with options, or a name as a recipe writes it.

    What is checked: the plan fits the rows it was made for; shape and dtype stay; X, y, speakers and global random
    states are left alone, and nothing is printed; the same seed gives the same plan, in any memory layout and label
    dtype, whatever was planned before, and from a copy by pickle or scikit-learn's ``clone``; a row is the same alone
    and in a batch; rows of a class are kept or made from rows of that class; made rows follow from the
    parents and weights on record; nothing depends on rows that are not given; input that cannot be used is refused with
    an `EvenvoiceError`.

    Args:
        sampler: What to check.

    Raises:
        AssertionError: The contract is broken; the message says what was expected and what was found.

    Examples:
        >>> check_sampler("smote")
    """
    what = f"sampler {getattr(sampler, '__name__', type(sampler).__name__)}"
    if inspect.isclass(sampler):
        kind: Any = sampler
        _expect(callable(getattr(kind, "plan", None)), f"{kind.__name__} has no plan(X, y, groups=None, seed=0)")
        checked: Sampler = made(what, kind)
    else:
        checked = make_sampler(cast("Sampler | str", sampler))
    with watched(what):
        _check_signature(checked)
        first = draw_plan(checked, *training_set((2, 4)), seed=7)
        for shape in SHAPES:
            for dtype in (np.float32, np.float64):
                _check_plan(checked, shape, dtype)
        _check_repeats(checked)
        _check_provenance(checked)
        _check_bad_input(checked)
        _check_epochs(checked)
        again = draw_plan(checked, *training_set((2, 4)), seed=7)
        _expect(_same(first, again), "a plan depends on those before it; keep nothing from one call to the next")
        for other, remedy in _copies(checked):
            _expect(_same(first, draw_plan(other, *training_set((2, 4)), seed=7)), remedy)


def _check_signature(sampler: Sampler) -> None:
    """What a plan is drawn with."""
    takes = inspect.signature(sampler.plan).parameters
    wanted = ["groups", "seed", *(["epoch"] if getattr(sampler, "per_epoch", False) else [])]
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values()):
        for name in wanted:
            _expect(name in takes, f"plan takes no {name}; expected plan(X, y, {', '.join(wanted)})")


def _check_epochs(sampler: Sampler) -> None:
    """An epoch's plan follows from the seed and the epoch."""
    if getattr(sampler, "per_epoch", False):
        X, y, speakers = training_set((3,))
        one, other = (draw_plan(sampler, X, y, speakers, seed=5, epoch=3) for _ in range(2))
        _expect(_same(one, other), "the same seed gave another plan for the same epoch; draw from the two alone")


def _copies(sampler: Sampler) -> list[tuple[Sampler, str]]:
    """Return copies, each with what is wrong where it plans otherwise."""
    try:
        copies = [(pickle.loads(pickle.dumps(sampler)), "gives another plan once pickled; keep no state outside it")]
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise AssertionError(f"sampler: cannot be pickled ({error}); keep no lambdas or open files") from error
    if isinstance(sampler, BaseEstimator):
        try:
            remedy = "scikit-learn's clone() gives another plan; keep each option in an attribute of its name"
            copies.append((clone(sampler), remedy))
        except (AttributeError, TypeError, RuntimeError) as error:
            raise AssertionError(
                f"sampler: scikit-learn cannot clone it ({error}); keep each option in an attribute of its name, and "
                "nothing else"
            ) from error
    return copies


def _same(one: Plan, other: Plan) -> bool:
    """Return whether two plans are the same."""
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in _PARTS)


def _check_plan(sampler: Sampler, shape: tuple[int, ...], dtype: type[np.floating[Any]]) -> None:
    """The plan is of the training set, and its rows are rows of it."""
    X, y, speakers = training_set(shape, dtype)
    before = X.copy(), y.copy(), speakers.copy()
    plan = draw_plan(sampler, X, y, speakers, seed=4)
    for name, was, now in zip(("X", "y", "groups"), before, (X, y, speakers), strict=True):
        _expect(bool((was == now).all()), f"{name} was changed; work on a copy")
    _expect(plan.labels.dtype.kind == y.dtype.kind, f"labels of dtype {plan.labels.dtype}; expected that of y")
    rows = np.arange(len(plan))
    variants = variants_for(plan, X)
    made = plan.take(X, rows, variants)
    _expect(made.dtype == X.dtype, f"rows of dtype {made.dtype}; expected {X.dtype}, as X")
    _expect(made.shape == (len(plan), *shape), f"rows of shape {made.shape}; expected {(len(plan), *shape)}")
    _expect(bool(np.isfinite(made).all()), "NaN or infinity in the rows, and X has none")
    _expect(bool((made[: len(plan.kept)] == X[plan.kept]).all()), "a kept row is not the row of X")
    order = np.random.default_rng(0).permutation(rows)
    alone = np.concatenate([plan.take(X, [row], variants) for row in order[:20]])
    _expect(bool((alone == made[order[:20]]).all()), "a row that is made alone differs from the same row in a batch")
    labels = plan.y(y)
    mixes = getattr(sampler, "mixes_classes", False)
    for parents in plan.parents(rows).T[: 1 if mixes else None]:
        same = (parents < 0) | (y[parents] == labels)
        _expect(bool(same.all()), "a row has a parent of another class; make rows of a class from its own rows")
    weights = plan.class_weights
    _expect(
        weights is None or set(weights) == set(y.tolist()), f"class weights of {weights}; expected every class of y"
    )


def _check_repeats(sampler: Sampler) -> None:
    """The arguments decide, and nothing else."""
    X, y, speakers = training_set((2, 4))
    first = draw_plan(sampler, X, y, speakers, seed=7)
    state = np.random.get_state()
    np.random.seed(99)
    plans = (
        draw_plan(sampler, np.asfortranarray(X), y, speakers, seed=7),
        draw_plan(sampler, X, y.astype(object), speakers.tolist(), seed=np.int64(7)),  # type: ignore[arg-type]
    )
    np.random.set_state(state)
    for again in plans:
        for name in _PARTS:
            _expect(
                np.array_equal(getattr(first, name), getattr(again, name)),
                f"the same seed gave another {name}, with another memory layout or dtype of labels",
            )
        one, other = (plan.take(X, np.arange(len(plan)), variants_for(plan, X)) for plan in (first, again))
        _expect(bool((one == other).all()), "the same seed gave other rows")
    if getattr(sampler, "deterministic", False):
        again = draw_plan(sampler, X, y, speakers, seed=8)
        same = all(np.array_equal(getattr(first, name), getattr(again, name)) for name in ("kept", "made_from"))
        _expect(same, "another seed gave another plan; say deterministic = False")


def _check_provenance(sampler: Sampler) -> None:
    """Rows follow from what is on record: a source row that is not a parent of a row has no part in it."""
    X, y, speakers = training_set((3,), np.float64)
    plan = draw_plan(sampler, X, y, speakers, seed=1)
    for row in np.flatnonzero(plan.synthetic)[:10].tolist():
        parents = plan.parents([row])[0]
        others = np.setdiff1d(np.arange(len(X)), parents)
        changed = X.copy()
        changed[others] = 1e3
        one, other = (plan.take(source, [row], variants_for(plan, source)) for source in (changed, X))
        same = np.allclose(one, other, rtol=_KEPT_ROUNDING)
        _expect(same, f"made row {row} depends on rows other than its parents {parents.tolist()}")
    # The row numbers of a corpus: the plan of a fold's training part names rows of the training part alone.
    train = np.arange(0, len(X), 2)
    part = draw_plan(sampler, X[train], y[train], speakers[train], seed=1).renumbered(train)
    part.check_parents(train)
    _expect(bool(np.isin(part.kept, train).all()), "a kept row lies outside the rows given")


def _check_bad_input(sampler: Sampler) -> None:
    """What cannot be used is refused in one line; what can gives a plan."""
    for name, (X, y) in awkward_sets().items():
        speakers = np.arange(len(X)) % 2
        found = _refused(lambda X=X, y=y, groups=speakers: draw_plan(sampler, X, y, groups).take(X, [0]))  # type: ignore[misc]
        _expect(found is None or "\n" not in found, f"{name}: an error of several lines: {found}")
    X, y, speakers = training_set((3,))
    wrong: Mapping[str, Callable[[], Plan]] = {
        "seed -1": lambda: draw_plan(sampler, X, y, speakers, seed=-1),
        "seed 1.5": lambda: draw_plan(sampler, X, y, speakers, seed=1.5),  # type: ignore[arg-type]
        "groups too short": lambda: draw_plan(sampler, X, y, speakers[:5]),
        "X of one number": lambda: draw_plan(sampler, np.float32(1), y, speakers),
    }
    for name, call in wrong.items():
        _expect(_refused(call) is not None, f"{name}: accepted; raise an EvenvoiceError that says what is wrong")


def variants_for(plan: Plan, X: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return something that stands for the features of perturbed waveforms, for each perturbation of a plan."""
    names = [maker.removeprefix(WAVEFORM) for maker in set(plan.makers.tolist()) if maker.startswith(WAVEFORM)]
    return {name: X + X.dtype.type(0.5) for name in names}


def _refused(call: Callable[[], Plan | NDArray[Any]]) -> str | None:
    """The message with which a call is refused; ``None`` where it works."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except EvenvoiceError as error:
        return str(error)
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error}; raise an EvenvoiceError instead") from error
    return None


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(f"sampler: {otherwise}")

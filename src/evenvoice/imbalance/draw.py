"""Let any sampler, ours or another's, plan on rows that it cannot change, and check what it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.cores import one_blas_thread
from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.inputs import class_counts
from evenvoice.imbalance.memory import warn_of_memory
from evenvoice.imbalance.plan import Plan
from evenvoice.outside import calling, is_outside, name_of, refused

if TYPE_CHECKING:
    from evenvoice.imbalance.sampler import Sampler


def draw_plan(
    sampler: Sampler, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0, epoch: int = 0
) -> Plan:
    """Return a sampler's plan; the way in for all that trains.

    Args:
        sampler: Any sampler.
        X: Features of the training rows; [n, …]. The sampler gets a view that cannot be written to.
        y: Labels; [n].
        groups: Speaker of each row; [n].
        seed: Of everything that the sampler draws.
        epoch: Which epoch the plan is for, from 0; only a sampler with ``per_epoch`` is asked for another than the
            first.

    Raises:
        EvenvoiceError: The sampler refuses the input, writes to X, returns no plan, or one that refers to rows that
            are not there, makes rows of unknown classes, or leaves a class without rows.
    """
    outside = is_outside(sampler)
    name = repr(name_of(sampler)) if outside else type(sampler).__name__
    features, labels = _read_only(X), _read_only(y)
    warn_of_memory(sampler, features)
    extra: dict[str, Any] = {"epoch": epoch} if getattr(sampler, "per_epoch", False) else {}
    with calling("sampler", sampler), one_blas_thread():  # same input, same plan, on any number of cores
        try:
            plan: Any = sampler.plan(features, labels, groups=groups, seed=seed, **extra)
        except EvenvoiceError:
            raise
        except ValueError as error:
            if "read-only" not in str(error):
                raise
            raise EvenvoiceError(f"sampler {name}: it writes to X or y ({error}); work on a copy") from error
    if not isinstance(plan, Plan):
        wrong = f"plan returned {type(plan).__name__}; return an evenvoice.Plan"
        raise refused("sampler", sampler, wrong) if outside else EvenvoiceError(f"sampler {name}: {wrong}")
    try:
        check_plan(plan, labels, name)
    except EvenvoiceError as error:
        if not outside:
            raise
        raise EvenvoiceError(f"{error}; check it with evenvoice.testing.check_sampler") from error
    drawn: Plan = plan
    return drawn


def check_plan(plan: Plan, y: NDArray[Any], name: str) -> None:
    """Make sure that a plan fits the rows that it was made for.

    Args:
        plan: The plan.
        y: Labels of its source; [n].
        name: The sampler, for the message.

    Raises:
        EvenvoiceError: The plan refers to rows that are not there, makes rows of a class that is not there, or leaves
            a class without rows.
    """
    if plan.source_rows > len(y):
        raise EvenvoiceError(
            f"sampler {name}: its plan refers to row {plan.source_rows - 1} of {len(y)}; plan on the rows given"
        )
    before, after = class_counts(y), class_counts(plan.y(y))
    strange = [label for label in after if label not in before]
    if strange:
        raise EvenvoiceError(f"sampler {name}: it makes rows of class {strange[0]!r}, which is not in y")
    for label, count in before.items():
        if label not in after:
            rows = "its 1 row" if count == 1 else f"its {count} rows"
            raise EvenvoiceError(
                f"sampler {name}: class {label!r} has lost {rows}; use a milder sampler, or over-sample it first"
            )


def _read_only(values: ArrayLike) -> NDArray[Any]:
    """Return a view of an array that cannot be written to."""
    view = np.asarray(values).view()
    view.flags.writeable = False
    return view

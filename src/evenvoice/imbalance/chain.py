"""A chain of samplers: each plans on the rows that the one before it gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.compose import groups_of
from evenvoice.imbalance.draw import draw_plan
from evenvoice.imbalance.inputs import checked
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.registry import make_sampler
from evenvoice.imbalance.sampler import BaseSampler, Sampler


@dataclass(repr=False)
class Chain(BaseSampler):
    """Samplers one after another; the plan is over the first one's source, with parents traced back to it.

    The first sampler draws from ``seed``, the others from seeds that follow from it. All rows of a step exist at once
    while the next one plans.

    Attributes:
        steps: The samplers, in order.

    Raises:
        EvenvoiceError: There are no steps.

    Examples:
        >>> from evenvoice.imbalance import make_chain
        >>> X, y = [[0.0], [1.0], [2.0], [9.0]], ["neutral", "neutral", "neutral", "sad"]
        >>> make_chain(["random-over", "class-weights"]).plan(X, y).class_weights
        {'neutral': 1.0, 'sad': 1.0}
    """

    steps: tuple[Sampler, ...] = ()

    def __post_init__(self) -> None:
        if not self.steps:
            raise EvenvoiceError("Chain steps: none; give one sampler at least, such as 'none'")

    @property
    def per_epoch(self) -> bool:  # type: ignore[override]
        """Whether any step may be drawn anew each epoch."""
        return any(getattr(step, "per_epoch", False) for step in self.steps)

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0, epoch: int = 0) -> Plan:
        """Plan with each step on the rows of the one before.

        Args:
            X: Features; [n, …].
            y: Labels; [n].
            groups: Speaker of each row; a made row has that of its first parent; [n].
            seed: Of the first step; the others' follow from it.
            epoch: For the steps that are drawn anew each epoch.

        Raises:
            EvenvoiceError: A step cannot plan, or leaves a class without rows.
        """
        features, labels, speakers = checked(X, y, groups, seed)
        plan = draw_plan(self.steps[0], features, labels, speakers, seed, epoch)
        for number, step in enumerate(self.steps[1:], start=1):
            rows = plan.take(features, np.arange(len(plan)))
            now = None if speakers is None else groups_of(plan, speakers)
            following = int(np.random.SeedSequence([int(seed), number]).generate_state(1)[0])
            plan = plan.then(draw_plan(step, rows, plan.y(labels), now, following, epoch), rows)
        return plan


def make_chain(steps: Sequence[str | Mapping[str, Any] | Sampler]) -> Sampler:
    """Return one sampler that applies several in order; of one step, that sampler itself.

    Args:
        steps: Each a name, a dict with ``name`` and perhaps ``options``, or a sampler.

    Raises:
        EvenvoiceError: There are no steps, or one is unknown.

    Examples:
        >>> make_chain(["smote", {"name": "random-under", "options": {"sampling_strategy": 0.5}}]).steps
        (SMOTE(), RandomUnderSampler(sampling_strategy=0.5))
        >>> make_chain(["smote"])
        SMOTE()
    """
    samplers = []
    for step in steps:
        if isinstance(step, Mapping):
            unknown = sorted(set(step) - {"name", "options"})
            if unknown or "name" not in step:
                raise EvenvoiceError(f"chain step {dict(step)!r}: expected the keys name and, if wanted, options")
            samplers.append(make_sampler(step["name"], **step.get("options", {})))
        else:
            samplers.append(make_sampler(step))
    return samplers[0] if len(samplers) == 1 else Chain(tuple(samplers))

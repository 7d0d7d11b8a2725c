"""Rows of perturbed waveforms in a plan: each has one parent and the name of its perturbation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from evenvoice.imbalance.plan import Plan


def perturbed_plan(y: ArrayLike, perturbations: Sequence[str]) -> Plan:
    """Return a plan that keeps every row, and adds each once for every perturbation of its waveform.

    Args:
        y: Labels; [n].
        perturbations: Such as ``speed:0.9``.

    Examples:
        >>> plan = perturbed_plan(["sad", "happy"], ["speed:0.9", "speed:1.1"])
        >>> len(plan), plan.parents([2, 5]).tolist(), plan.makers.tolist()[-1]
        (6, [[0], [1]], 'waveform:speed:1.1')
    """
    labels = np.asarray(y)
    n, times = len(labels), len(perturbations)
    return Plan(
        kept=np.arange(n),
        made_from=np.tile(np.arange(n), times)[:, None],
        weights=np.ones((n * times, 1)),
        labels=np.tile(labels, times),
        maker=np.repeat([f"waveform:{name}" for name in perturbations], n),
    )

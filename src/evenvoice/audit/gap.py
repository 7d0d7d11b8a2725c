"""Audit of what was measured on the validation part against what was measured on the test part."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from scipy.stats import t as student

from evenvoice.audit.findings import Finding, Kind
from evenvoice.audit.interval import half_width
from evenvoice.audit.known import read_part
from evenvoice.study import Run

WIDEST_GAP = 0.05
"""Difference of accuracies that calls for a reason: the progress that the paper claims for balancing, 75 to 80 %."""

GAP = Kind(
    "validation-test-gap",
    "warning",
    "Validation and test disagree by more than chance allows",
    "look for what the test part shares with training (test better), or validation with training (validation better)",
)


@dataclass(frozen=True)
class _Both:
    """Accuracies of one run, and on how many utterances."""

    validation: float
    n_validation: int
    test: float
    n_test: int


def check_gap(runs: Sequence[Run]) -> Iterator[Finding]:
    """Yield where the accuracy of the kept epoch on validation and on test differ by more than `WIDEST_GAP` for sure.

    Chance is the wider of two 95 % intervals of the mean difference: Student's over the runs (three at least), in which
    speakers differ from fold to fold, and Wilson's two over the utterances of one seed.

    Args:
        runs: Of one recipe and protocol.
    """
    by_seed = [
        [both for run in group if (both := _both(run)) is not None]
        for _, group in groupby(sorted(runs, key=lambda run: run.key), key=lambda run: run.key.seed)
    ]
    all_runs = [both for seed in by_seed for both in seed]
    if not all_runs:
        return
    gaps = np.array([both.validation - both.test for both in all_runs])
    half = max(_over_utterances(seed) for seed in by_seed if seed)
    if len(gaps) >= 3:
        half = max(half, float(student.ppf(0.975, len(gaps) - 1) * gaps.std(ddof=1) / math.sqrt(len(gaps))))
    gap = float(gaps.mean())
    if abs(gap) - half > WIDEST_GAP:
        key = runs[0].key
        validation, test = (
            float(np.mean([getattr(both, part) for both in all_runs])) for part in ("validation", "test")
        )
        words = f"accuracy {100 * validation:.1f} % on validation, {100 * test:.1f} % on test"
        yield Finding(
            GAP,
            f"{key.recipe} × {key.protocol}: {words}: {100 * gap:+.1f} ± {100 * half:.1f} points over {len(gaps)} runs",
            tuple(
                f"run {number}: {100 * both.validation:.1f} % of {both.n_validation}, {100 * both.test:.1f} % of "
                f"{both.n_test}"
                for number, both in enumerate(all_runs)
            ),
        )


def _both(run: Run) -> _Both | None:
    """The accuracies of the kept epoch; ``None`` where there was no validation part."""
    history = read_part(run, "history").set_index("epoch")
    epoch, n = run.info["epoch"], int((read_part(run, "split")["part"] == "validation").sum())
    if "validation_accuracy" not in history or epoch not in history.index or not n:
        return None
    predictions = read_part(run, "predictions")
    test = float((predictions["emotion"] == predictions["predicted"]).mean())
    return _Both(float(history.loc[epoch, "validation_accuracy"]), n, test, len(predictions))


def _over_utterances(seed: Sequence[_Both]) -> float:
    """Half the width of the interval of the difference of two shares, each pooled over the folds of a seed."""
    squares = 0.0
    for part in ("validation", "test"):
        sizes = [getattr(both, f"n_{part}") for both in seed]
        share = float(np.average([getattr(both, part) for both in seed], weights=sizes))
        squares += half_width(sum(sizes), share) ** 2
    return math.sqrt(squares)

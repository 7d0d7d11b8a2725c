"""One fold of a study on its own, without others beside it."""

from __future__ import annotations

from typing import Any

from evenvoice.study.fold import FoldResult, fold_steps
from evenvoice.training import LoopTrainer


def run_fold(*arguments: Any, **options: Any) -> FoldResult:
    """Make the steps of `fold_steps`, on the CPU."""
    [result] = LoopTrainer().run([fold_steps(*arguments, **options)])
    return result

"""Which runs keep their models, and why others do not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from evenvoice.study.work import Task
from evenvoice.tables import count
from evenvoice.training import WEIGHTS_FILE, can_be_kept, why_not_kept


def not_kept(tasks: Sequence[Task], missing: Collection[Task], study: Path) -> Iterator[str]:
    """Yield a line for each recipe whose models cannot be kept, and one for runs that were made without theirs.

    Args:
        tasks: All runs of an evaluation that is to keep models.
        missing: Those that are not made yet.
        study: The folder.
    """
    recipes = {task.recipe.name: task.recipe for task in tasks}
    for recipe in recipes.values():
        if not can_be_kept(recipe):
            yield f"warning: no models are kept of {why_not_kept(recipe)}"
    waiting = {task.key for task in missing}
    bare = [
        task
        for task in tasks
        if task.key not in waiting
        and can_be_kept(task.recipe)
        and not (task.key.folder(study) / WEIGHTS_FILE).is_file()
    ]
    if bare:
        yield (
            f"warning: no models are kept of {count(len(bare), 'run')} that {study} had before; choose another folder "
            "for runs with their models"
        )

"""Worker processes that were started elsewhere, as a notebook has them that changed its working directory since."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from joblib import delayed

from evenvoice.parallel import in_parallel


def start_workers_in(folder: Path) -> set[str]:
    """Start two workers in a folder, and return where they are: elsewhere, if an earlier test started them.

    joblib uses them again for the next call. Each imports all that a fit needs, which takes seconds: so they are
    not started anew, and a test that needs them elsewhere goes to a folder of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(folder):
        return set(in_parallel([delayed(os.getcwd)()] * 4, "starting", 4, jobs=2))

"""Worker processes that were started elsewhere, as a notebook has them that changed its working directory since."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from joblib import delayed
from joblib.externals.loky import get_reusable_executor

from evenvoice.parallel import in_parallel


def start_workers_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start two workers with this working directory; joblib uses them again for the next call."""
    folder.mkdir(parents=True, exist_ok=True)
    get_reusable_executor().shutdown(wait=True)
    monkeypatch.chdir(folder)
    assert list(in_parallel([delayed(os.getcwd)()] * 4, "starting", 4, jobs=2)) == [str(folder)] * 4

"""Whether coverage is measured, which writes files of its own and keeps what it sees in memory."""

from __future__ import annotations

import sys

import pytest


def is_measured() -> bool:
    """Return whether coverage runs in this process."""
    coverage = sys.modules.get("coverage")
    return coverage is not None and coverage.Coverage.current() is not None


not_measured = pytest.mark.skipif(is_measured(), reason="coverage writes files and takes memory of its own")

"""One scheduler with one worker for all short tests: a process takes seconds to start, and to import torch."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from evenvoice.cluster import DaskExecutor
from tests.cluster.fleet import Fleet

# `make test-oldest` has no Dask.
collect_ignore_glob = [] if find_spec("distributed") else ["*.py"]


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with Fleet(tmp_path_factory.getbasetemp()) as fleet:
        fleet.start_worker()
        yield fleet


@pytest.fixture(scope="session")
def cluster(fleet: Fleet) -> Iterator[DaskExecutor]:
    with DaskExecutor(fleet.address) as executor:
        yield executor

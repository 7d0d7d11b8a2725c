"""What many tests share: the real corpora where they are at hand, and a cache of their own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no fault of the code: no example has a deadline.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_configure() -> None:
    """Tests that run side by side have a core each: threads of one would wait for those of another."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        import torch

        torch.set_num_threads(1)


# Files of few tests that take their time. Begun last, each would keep the other process of `make test` waiting.
FIRST = ("tests/golden/", "tests/cli/test_reproduce.py", "tests/cli/test_tune.py", "tests/tutorials/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


@pytest.fixture(scope="session")
def corpora_folder() -> Path:
    """The folder of real recordings (``$EVENVOICE_CORPORA``); tests that need it skip where it is absent."""
    named = os.environ.get("EVENVOICE_CORPORA")
    if not named:
        pytest.skip("real corpora: EVENVOICE_CORPORA is not set")
    folder = Path(named)
    if not (folder / "emodb.csv").is_file():
        pytest.skip(f"real corpora: {folder} holds no emodb.csv")
    return folder.resolve()


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests' features out of the user's cache."""
    os.environ["EVENVOICE_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _ctrl_c() -> Iterator[None]:
    """Give Ctrl-C back to Python: a command that ran in this process leaves it to the system."""
    yield
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name objects by their class: an address differs from process to process, and tests that run side by side."""
    return type(val).__name__ if " at 0x" in repr(val) else None

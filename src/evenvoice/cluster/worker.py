"""What a worker does with a call: it looks whether it may, unpacks it, and makes one at a time."""

from __future__ import annotations

import io
import pickle
import platform
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import evenvoice
from evenvoice.errors import EvenvoiceError

# What a result depends on, as far as it is installed at both ends; of Python, the first two numbers.
LIBRARIES = ("numpy", "scipy", "torch", "scikit-learn", "imbalanced-learn", "onnxruntime", "soundfile", "soxr")

# Fits use torch's random numbers, which a process has once: a worker with several threads makes one call at a time.
_ONE = threading.Lock()


def environment() -> dict[str, str]:
    """Return the versions that have to agree between the process that asks and the one that works.

    Examples:
        >>> environment()["evenvoice"] == evenvoice.__version__
        True
    """
    # Of evenvoice by what is imported: a checkout need not be installed.
    return {"evenvoice": evenvoice.__version__, **_libraries()}


@cache
def _libraries() -> dict[str, str]:
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def check_environment(expected: Mapping[str, str]) -> None:
    """Raise unless this process has the versions of the one that asks: its results would be others.

    Args:
        expected: Its `environment`.

    Raises:
        EvenvoiceError: The first that differs; of what only one has, nothing is said.

    Examples:
        >>> check_environment(environment() | {"another library": "1.0"})
    """
    here = environment()
    for name, wanted in expected.items():
        if name in here and here[name] != wanted:
            raise EvenvoiceError(
                f"cluster: the worker on {platform.node()} has {name} {here[name]}, this process {wanted}; install the "
                "same versions on every machine, and start it again"
            )


def call(expected: Mapping[str, str], packed: bytes, *shared: Any) -> Any:
    """Make a call that `Packer` packed.

    Args:
        expected: `environment` of the process that asks.
        packed: The function, its arguments and its keywords.
        shared: What `unpacked` gave for the parts that were sent once.

    Raises:
        EvenvoiceError: This process has other versions.
    """
    check_environment(expected)
    function, arguments, keywords = _Unpickler(io.BytesIO(packed), shared).load()
    with _ONE:
        return function(*arguments, **keywords)


def unpacked(expected: Mapping[str, str], packed: bytes) -> Any:
    """Return a value that many calls are given, to be kept by this process and passed on to others.

    Raises:
        EvenvoiceError: This process has other versions.
    """
    check_environment(expected)
    return pickle.loads(packed)


class _Unpickler(pickle.Unpickler):
    """Puts what was sent once into its places."""

    def __init__(self, file: io.BytesIO, shared: Sequence[Any]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, place: int) -> Any:
        """Return what stands at a place."""
        return self._shared[place]

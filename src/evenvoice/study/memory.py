"""How much memory a run takes, where the operating system tells."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evenvoice.allocator import return_freed_memory

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass
class Peak:
    """The most memory that a piece of work held above what its process held before.

    Attributes:
        bytes: Known once the work is done; ``None`` where the system does not tell (outside Linux).
    """

    bytes: int | None = None


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure the most resident memory above what there was before, of the whole process.

    Memory that was freed before and is kept by the C library would hide what the work takes; it is given back first.

    Examples:
        >>> with peak_memory() as peak:
        ...     block = bytearray(2**20)
        >>> peak.bytes is None or peak.bytes >= 0
        True
    """
    peak = Peak()
    before = _reset()
    try:
        yield peak
    finally:
        highest = _read("VmHWM") if before is not None else None
        if before is not None and highest is not None:
            peak.bytes = max(0, highest - before)


def _reset() -> int | None:
    """Give freed memory back, let the peak start here, and return what is held now; ``None`` where that cannot be."""
    if not sys.platform.startswith("linux"):
        return None
    return_freed_memory()
    try:
        _RESET.write_text("5", encoding="ascii")  # man 5 proc: resets VmHWM to the present size
    except OSError:  # a container may forbid it
        return None
    return _read("VmRSS")


def _read(name: str) -> int | None:
    """Return a size from the process' status, in bytes."""
    # The process' name is among it: up to 15 bytes of any file's name, cut wherever they end.
    status = _STATUS.read_text(encoding="ascii", errors="replace")
    found = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
    return 1024 * int(found[1]) if found else None

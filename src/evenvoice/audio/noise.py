"""What C libraries print on stderr while they decode: kept from the terminal, and given to the caller."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

# File descriptor 2 is the whole process'.
_LOCK = threading.Lock()
# mpg123's lines. Whatever else was printed meanwhile, by another thread, is passed on.
_NOISE = re.compile(
    rb"\s*\[(?:src/)?\S*libmpg123|\s*(?:Note|Warning|Error|Big change|mpg123|main):?\s|\s*$", re.IGNORECASE
)


@contextmanager
def caught_noise() -> Iterator[list[str]]:
    """Catch what libmpg123 prints inside the block: the list holds its lines when the block is left.

    One block at a time runs in a process. Where stderr is closed, nothing is caught.

    Examples:
        >>> with caught_noise() as lines:
        ...     _ = os.write(2, b"[src/libmpg123/layer3.c:1840] error: dequantization failed!" + bytes([10]))
        >>> lines
        ['[src/libmpg123/layer3.c:1840] error: dequantization failed!']
    """
    lines: list[str] = []
    with _LOCK:
        try:
            kept = os.dup(2)
        except OSError:
            yield lines
            return
        with _nameless_file() as aside:
            _flush()
            os.dup2(aside.fileno(), 2)
            try:
                yield lines
            finally:
                _flush()
                os.dup2(kept, 2)
                os.close(kept)
                aside.seek(0)
                for line in aside:
                    if not _NOISE.match(line):
                        with suppress(OSError):
                            os.write(2, line)
                    elif line.strip():
                        lines.append(line.decode(errors="replace").strip())


def _nameless_file() -> BinaryIO:
    """Return a file for what is printed: in memory where the system has such, for a container may be read-only."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("evenvoice"), "w+b")  # noqa: PTH123  # closed by the caller
    return cast("BinaryIO", tempfile.TemporaryFile())


def _flush() -> None:
    """Write what Python holds back, so that it goes where it was meant to go."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()

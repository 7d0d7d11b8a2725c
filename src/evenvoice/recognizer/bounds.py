"""Bounds on what a model may take of the machine: memory for all sessions of a process together, and time for one run.

Standard operators in a bounded number can still ask for terabytes (`Expand`) or hours (`MatMul`). onnxruntime then
gives up with an error; without a bound the system would end the process, or it would never end.

Both bounds are of runs. So nothing may be computed while a session is made: what depends on no input is computed in
each run, like the rest. (Torch's exporter has folded what can be folded; the ready model gets no slower by it.)
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from evenvoice._onnxruntime import onnxruntime

# onnxruntime's optimizers that run operators, out of its ordinary memory and for as long as they take.
FOLDING = ["ConstantFolding", "ConstantFoldingDQ"]

# One run takes a second for ten minutes of speech with our largest model.
_SECONDS = 120.0

# A minute at 16 kHz, which takes some 70 MB.
_MANY_SAMPLES = 1_000_000

# Of the memory that the machine has: what is left keeps it alive.
_SHARE = 0.75


def bound_memory(options: onnxruntime.SessionOptions) -> None:
    """Have a session take its memory from one bounded arena, shared with all sessions of this process.

    And keep none: of every length of recordings that it meets, onnxruntime would keep where its arrays lie, 20 to 50
    kB, for as long as the session lives. Runs are no slower without.
    """
    _make_arena()
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.enable_mem_pattern = False


@contextmanager
def bounded_run(samples: int, seconds: float = _SECONDS) -> Iterator[onnxruntime.RunOptions]:
    """Give options for a run that onnxruntime ends after ``seconds``, between two nodes, with an error.

    Args:
        samples: How many the batch has. After many of them the arena gives its memory back, which takes a moment.
        seconds: How long the run may take.
    """
    options = onnxruntime.RunOptions()
    if samples > _MANY_SAMPLES:
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    timer = threading.Timer(seconds, setattr, (options, "terminate", True))
    timer.daemon = True
    timer.start()
    try:
        yield options
    finally:
        timer.cancel()


@functools.cache
def _make_arena() -> None:
    """Make the arena, once in a process."""
    info = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    settings = {
        "max_mem": int(_SHARE * _physical_memory()),
        "arena_extend_strategy": 1,  # as much as is asked for, and not the next power of two
        "initial_chunk_size_bytes": -1,
        "max_dead_bytes_per_chunk": -1,
    }
    # Where another library of this process was first, its arena is used.
    with suppress(RuntimeError):
        onnxruntime.create_and_register_allocator(info, onnxruntime.OrtArenaCfg(settings))


def _physical_memory() -> int:
    """Bytes of memory of the machine; 16 GiB where it does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 16 * 2**30

"""The cache of features against a file for each clip: processor and elapsed time an entry, to write and to read.

    python benchmarks/cache.py > benchmarks/cache.md

A file of its own, ``np.save`` aside and renamed, is what the cache was before it verified what it reads. Both take
turns, the median of rounds; reads come from the page cache of the system.
"""

from __future__ import annotations

import hashlib
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from evenvoice.features.shards import Entry, Shards
from evenvoice.files import writing

ROUNDS = 5
SIZES = {"20 kB (functionals `rich`: 18 kB)": (20_000, 1000), "500 kB (10 s of `voice`)": (500_000, 120)}


def timed(work: Callable[[], None], entries: int) -> tuple[float, float]:
    """Return processor and elapsed time in microseconds an entry."""
    processor, elapsed = time.process_time(), time.perf_counter()
    work()
    return 1e6 * (time.process_time() - processor) / entries, 1e6 * (time.perf_counter() - elapsed) / entries


def measure(size: int, count: int) -> dict[str, tuple[float, float]]:
    """Return the medians of each side, writing and reading."""
    values = np.random.default_rng(0).standard_normal((8, size // 32)).astype(np.float32)
    keys = [hashlib.sha256(str(number).encode()).digest() for number in range(count)]
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder, Shards(Path(folder) / "shards") as shards:

            def file(key: bytes, under: str = folder) -> Path:
                return Path(under) / "files" / key.hex()[:2] / f"{key.hex()}.npy"

            def write_files() -> None:
                for key in keys:
                    with writing(file(key)) as aside, aside.open("wb") as handle:
                        np.save(handle, values)

            def read_files() -> None:
                for key in keys:
                    np.load(file(key))

            def write_shards(shards: Shards = shards) -> None:
                for key in keys:
                    shards.put(key, Entry(8, values.tobytes()))

            def read_shards(shards: Shards = shards) -> None:
                for key in keys:
                    assert shards.get(key) is not None

            for name, work in (
                ("write, a file each", write_files),
                ("write, SQLite with checksums", write_shards),
                ("read, a file each", read_files),
                ("read, SQLite with checksums", read_shards),
            ):
                found.setdefault(name, []).append(timed(work, count))
    return {
        name: (statistics.median(one for one, _ in rounds), statistics.median(other for _, other in rounds))
        for name, rounds in found.items()
    }


def main() -> None:
    """Print the table in Markdown."""
    print("# The cache of features: SQLite with checksums, and a file for each clip\n")
    print(f"`python benchmarks/cache.py`, {platform.machine()}, Python {platform.python_version()}, ", end="")
    print(f"SQLite {sqlite3.sqlite_version}; µs an entry, processor (elapsed), medians of {ROUNDS} rounds.\n")
    print(f"| | {' | '.join(SIZES)} |\n|---|{'---:|' * len(SIZES)}")
    columns = [measure(*size) for size in SIZES.values()]
    for name in columns[0]:
        print(f"| {name} | {' | '.join(f'{one[name][0]:.0f} ({one[name][1]:.0f})' for one in columns)} |")


if __name__ == "__main__":
    main()

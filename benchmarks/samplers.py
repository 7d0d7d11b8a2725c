"""Measure how much memory each sampler takes above its input while it plans.

    python benchmarks/sampler_memory.py [SAMPLER ...]

Four classes (38, 27, 20 and 15 % of the rows) of Gaussian noise a little apart, float32; each sampler plans in a
process of its own, forked after all imports, while a thread reads the resident memory every millisecond. ``copies`` is
the highest figure above that before planning, divided by the bytes of the input: each sampler class states the largest
of the three sizes, rounded up.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from pathlib import Path

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling  # noqa: F401  # imported before the fork, so that no sampler is charged for it
import numpy as np
import sklearn.cluster
import sklearn.svm  # noqa: F401
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SAMPLERS, draw_plan, make_sampler

SIZES = ((1200, 3000), (2400, 1500), (2400, 3000))
SHARES = (0.38, 0.27, 0.2, 0.15)


def made(n: int, d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features [n, d], labels and speakers."""
    counts = (np.array(SHARES) * n).astype(int)
    y = np.repeat(["a", "b", "c", "d"], counts)
    X = np.random.default_rng(0).standard_normal((len(y), d), dtype=np.float32)
    X += np.repeat(np.arange(4), counts)[:, None].astype(np.float32) * 0.2
    return X, y, np.array([f"s{row % 10}" for row in range(len(y))])


def resident() -> int:
    """Return the bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def plan(name: str, n: int, d: int) -> None:
    """Plan once and print what it took."""
    X, y, groups = made(n, d)
    before, highest, ended = resident(), [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.001):
            highest[0] = max(highest[0], resident())

    watching = threading.Thread(target=watch)
    watching.start()
    begun, note = time.process_time(), ""
    try:
        draw_plan(make_sampler(name), X, y, groups, 0)
    except EvenvoiceError as error:
        note = f" ({error})"
    seconds = time.process_time() - begun
    ended.set()
    watching.join()
    above = max(0, highest[0] - before)
    print(
        f"{name}: {len(y)} x {d}, {above / 2**20:.0f} MiB, copies {above / X.nbytes:.2f}, {seconds:.1f} s{note}",
        flush=True,
    )


def main() -> None:
    """Measure the samplers named, or all."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    names = sys.argv[1:] or list(SAMPLERS.shipped)
    small = made(200, 20)
    for name in names:  # whatever is imported and allocated once
        try:
            draw_plan(make_sampler(name), *small, 0)
        except EvenvoiceError as error:
            print(f"{name}: {error}")
    for name in names:
        for n, d in SIZES:
            child = os.fork()
            if not child:
                plan(name, n, d)
                os._exit(0)
            os.waitpid(child, 0)


if __name__ == "__main__":
    main()

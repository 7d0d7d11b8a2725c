"""Time and memory of SMOTE at IEMOCAP's size, beside imbalanced-learn's.

    python benchmarks/smote.py

Four classes of 1708, 1103, 1084 and 595 rows become four of 1708: noise of 128 attributes (16 × 8) and of 11,280
(3 × 40 × 94), float32. Each measurement is a process of its own, on one thread. Memory is the peak of the process above
what it held when the features were there. evenvoice plans, then takes every row in batches of 64, shuffled, and drops
each batch, as training does; imbalanced-learn returns all rows at once. The rows are the same. The floor is the least
that neighbours take: the products of the rows of each class but the largest, each pair once, in float32 (`ssyrk`).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

COUNTS = (1708, 1103, 1084, 595)
DIMENSIONS = (128, 11_280)
REPEATS = 5
BATCH = 64
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def peak_mb() -> float:
    """Return the most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def measure(library: str, dimension: int) -> dict[str, float]:
    """Balance once in this process; return seconds and MB."""
    import numpy as np

    random = np.random.default_rng(0)
    y = np.repeat(np.arange(len(COUNTS)), COUNTS)
    X = random.standard_normal((len(y), dimension), dtype=np.float32)
    order = random.permutation(len(COUNTS) * max(COUNTS))
    if library == "floor":
        from scipy.linalg.blas import ssyrk

        # The rows of a class lie together; each class but the largest needs its neighbours.
        ends = np.cumsum(COUNTS)
        ssyrk(1.0, X[:64].T, trans=1)
        before, start = peak_mb(), time.perf_counter()
        for first, end in pairwise(ends):
            ssyrk(1.0, X[first:end].T, trans=1)
        planned = time.perf_counter()
    elif library == "evenvoice":
        from evenvoice.imbalance import SMOTE

        before, start = peak_mb(), time.perf_counter()
        plan = SMOTE().plan(X, y, seed=0)
        planned = time.perf_counter()
        for first in range(0, len(plan), BATCH):
            plan.take(X, order[first : first + BATCH])
    else:
        from imblearn.over_sampling import SMOTE as REFERENCE

        before, start = peak_mb(), time.perf_counter()
        REFERENCE(random_state=0).fit_resample(X, y)
        planned = time.perf_counter()
    end = time.perf_counter()
    return {"plan": planned - start, "all": end - start, "memory": peak_mb() - before}


def measured_apart(library: str, dimension: int) -> dict[str, float]:
    """Return the medians over processes of their own."""
    command = [sys.executable, str(Path(__file__)), "--library", library, "--dimension", str(dimension)]
    results = [
        json.loads(subprocess.run(command, env=os.environ | ONE_THREAD, check=True, capture_output=True).stdout)
        for _ in range(REPEATS)
    ]
    return {name: statistics.median(result[name] for result in results) for name in results[0]}


def machine() -> str:
    """Name the processor and the libraries."""
    information = Path("/proc/cpuinfo")
    names = (
        [line for line in information.read_text(encoding="utf-8").splitlines() if "model name" in line]
        if information.exists()
        else []
    )
    processor = names[0].split(":")[1].strip() if names else platform.processor()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scikit-learn", "imbalanced-learn"))
    return f"{processor}, {os.cpu_count()} cores, one thread used; Python {platform.python_version()}, {libraries}"


def main() -> None:
    """Print the table, or, in a child process, one measurement as JSON."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument(
        "--library", choices=["evenvoice", "imbalanced-learn", "floor"], help="measure one, print JSON"
    )
    arguments.add_argument("--dimension", type=int, choices=DIMENSIONS)
    chosen = arguments.parse_args()
    if chosen.library:
        print(json.dumps(measure(chosen.library, chosen.dimension or DIMENSIONS[0])))
        return
    print("# SMOTE at IEMOCAP's size, beside imbalanced-learn\n")
    print(f"Median of {REPEATS} processes each. {machine()}.")
    print("The floor: the products of the rows of each class but the largest, each pair once, in float32 (`ssyrk`).\n")
    print("| attributes | | seconds | of which planning | MB above the features |")
    print("|---|---|---|---|---|")
    for dimension in DIMENSIONS:
        theirs, ours, floor = (
            measured_apart(library, dimension) for library in ("imbalanced-learn", "evenvoice", "floor")
        )
        print(f"| {dimension:,} | imbalanced-learn | {theirs['all']:.3f} | | {theirs['memory']:.0f} |")
        print(f"| | evenvoice | {ours['all']:.3f} | {ours['plan']:.3f} | {ours['memory']:.0f} |")
        print(f"| | floor: products of rows | {floor['all']:.3f} | | |")
        time_ratio, memory_ratio = (ours[name] / theirs[name] for name in ("all", "memory"))
        print(f"| | evenvoice : imbalanced-learn | {time_ratio:.2f} | | {memory_ratio:.2f} |")


if __name__ == "__main__":
    main()

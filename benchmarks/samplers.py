"""Memory and time of every sampler, beside imbalanced-learn's nearest relative on the same data.

    python benchmarks/samplers.py [SAMPLER ...] [--sizes 2400x3000 6832x11280] [--limit 200]

Four classes (38, 27, 20 and 15 % of the rows) of Gaussian noise a little apart, float32. Each measurement is a process
of its own, forked after all imports, on one thread. Ours plans, then takes every row in batches of 64 and drops each
batch, as training does; imbalanced-learn returns all rows at once. Memory is the highest resident memory above that
before, which the kernel keeps (Linux only); seconds are processor time. ``copies`` is memory by the bytes of the input:
each sampler class states at least the largest that was found, and warns before it starts where that is above 1 GiB.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import signal
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import sklearn.cluster
import sklearn.svm  # noqa: F401  # imported before the fork, so that no sampler is charged for it
import torch
from imblearn import combine
from imblearn import over_sampling as over
from imblearn import under_sampling as under
from threadpoolctl import threadpool_limits

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SAMPLERS, WAVEFORM, draw_plan, make_sampler
from evenvoice.imbalance.memory import MUCH, memory_needed

SHARES = (0.38, 0.27, 0.2, 0.15)
BATCH = 64
MIB = 2**20

RELATIVES: dict[str, Callable[[], Any]] = {
    "random-over": lambda: over.RandomOverSampler(random_state=0),
    "smote": lambda: over.SMOTE(random_state=0),
    "borderline-smote-1": lambda: over.BorderlineSMOTE(random_state=0),
    "borderline-smote-2": lambda: over.BorderlineSMOTE(random_state=0, kind="borderline-2"),
    "svm-smote": lambda: over.SVMSMOTE(random_state=0),
    "kmeans-smote": lambda: over.KMeansSMOTE(random_state=0),
    "adasyn": lambda: over.ADASYN(random_state=0),
    "random-under": lambda: under.RandomUnderSampler(random_state=0),
    "tomek": under.TomekLinks,
    "enn": under.EditedNearestNeighbours,
    "repeated-enn": under.RepeatedEditedNearestNeighbours,
    "all-knn": under.AllKNN,
    "nearmiss-1": lambda: under.NearMiss(version=1),
    "nearmiss-2": lambda: under.NearMiss(version=2),
    "nearmiss-3": lambda: under.NearMiss(version=3),
    "neighbourhood-cleaning": under.NeighbourhoodCleaningRule,
    "one-sided": lambda: under.OneSidedSelection(random_state=0),
    "condensed": lambda: under.CondensedNearestNeighbour(random_state=0),
    "instance-hardness": lambda: under.InstanceHardnessThreshold(random_state=0),
    "cluster-centroids": lambda: under.ClusterCentroids(random_state=0),
    "smote-tomek": lambda: combine.SMOTETomek(random_state=0),
    "smote-enn": lambda: combine.SMOTEENN(random_state=0),
}
"""imbalanced-learn's own, by our name."""

NEAREST = {
    "db-us": "enn",  # neighbours of any class decide which rows go
    "db-hs": "smote-enn",
    "density-peak-under": "instance-hardness",  # a classifier in cross-validation judges which rows go
    "uncertainty-under": "instance-hardness",
    "annealing-under": "instance-hardness",
    "genetic-ratio": "instance-hardness",
    "dbig-us": "cluster-centroids",  # a class is thinned evenly
    "cdsmote": "kmeans-smote",
    "ir-smote": "kmeans-smote",
    "kalman-smote": "smote-enn",  # SMOTE, then some made rows are left out
    "rb-ccr": "smote-enn",
    "eos": "borderline-smote-2",  # between rows of two classes at the border
    "mixup": "smote",
    "redrawn": "smote",
    "spec-augment": "random-over",
    "waveform-over": "random-over",
}
"""Of methods that imbalanced-learn lacks, the name of the nearest that it has; none of those that train networks."""


ABOUT = f"""# Samplers: memory and time beside imbalanced-learn

`python benchmarks/samplers.py`: four classes of noise (38, 27, 20 and 15 % of the rows), each measurement in a process
of its own on one thread. Ours plans and takes every row in batches of 64; imbalanced-learn returns all rows. MiB are
the most above what the process held before (copies: times the input), s are processor seconds. *warns*: it says before
it starts that it will take more than 1 GiB. *the same*: imbalanced-learn's own, which ours calls to choose rows or
parents, or whose rows it makes; otherwise the nearest that imbalanced-learn has, and *none* for what trains networks.
{platform.machine()}, Python {platform.python_version()}, imbalanced-learn {version("imbalanced-learn")}, scikit-learn
{version("scikit-learn")}."""


def made(n: int, d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features [n, d], labels and speakers."""
    counts = (np.array(SHARES) * n).astype(int)
    counts[0] += n - counts.sum()
    y = np.repeat(np.arange(4), counts)
    X = np.random.default_rng(0).standard_normal((n, d), dtype=np.float32)
    for row, shift in zip(X, y, strict=True):
        row += np.float32(0.2) * shift
    return X, y, np.array([f"s{row % 10}" for row in range(n)])


def ours(name: str, X: Any, y: Any, groups: Any) -> None:
    """Plan, and take all rows as training does."""
    plan = draw_plan(make_sampler(name), X, y, groups, 0)
    variants = {maker.removeprefix(WAVEFORM): X for maker in set(plan.makers.tolist()) if maker.startswith(WAVEFORM)}
    for first in range(0, len(plan), BATCH):
        plan.take(X, np.arange(first, min(len(plan), first + BATCH)), variants)


def resident(what: str) -> int:
    """Return the bytes of this process in memory, now (``VmRSS``) or at most (``VmHWM``)."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines())
    return int(lines[what].split()[0]) * 1024


def measured(call: Callable[[], None], limit: int) -> dict[str, Any]:
    """Return memory and seconds of a call in a process of its own, or why there are none."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (limit + int(time.process_time()), resource.RLIM_INFINITY))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # the highest so far is what is held now
        before, begun, note = resident("VmRSS"), time.process_time(), ""
        try:
            call()
        except (EvenvoiceError, ValueError, RuntimeError) as error:
            note = str(error)
        found = {
            "memory": max(0, resident("VmHWM") - before),
            "seconds": time.process_time() - begun,
            "note": note,
        }
        os.write(write, json.dumps(found).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"note": f"over {limit} s"}


def cells(found: dict[str, Any], input_bytes: int) -> tuple[str, str, str]:
    """Return memory, copies and seconds as text."""
    if found["note"]:
        return "–", "–", found["note"] if found["note"].startswith("over") else "refused"
    memory = found["memory"]
    return f"{memory / MIB:,.0f}", f"{memory / input_bytes:.2f}", f"{found['seconds']:.1f}"


def row(name: str, data: tuple[Any, Any, Any], limit: int) -> tuple[str, str]:
    """Measure one sampler and its relative; return a row of the table, and a note or nothing."""
    X, y, groups = data
    own = measured(lambda: ours(name, X, y, groups), limit)
    relative = name if name in RELATIVES else NEAREST.get(name, "")
    sampler = RELATIVES[relative]() if relative else None
    theirs = measured(lambda: sampler.fit_resample(X, y), limit) if sampler else None
    text = [f"`{name}`", *cells(own, X.nbytes), "yes" if memory_needed(make_sampler(name), X) > MUCH else ""]
    if theirs:
        other = "the same" if relative == name else f"`{relative}`"
        ratio = f"{own['seconds'] / theirs['seconds']:.2f}" if not own["note"] and not theirs["note"] else "–"
        memory, _, seconds = cells(theirs, X.nbytes)
        text += [other, memory, seconds, ratio]
    else:
        text += ["none", "", "", ""]
    note = f"`{name}` refused: {own['note']}" if own["note"] and not own["note"].startswith("over") else ""
    return "| " + " | ".join(text) + " |", note


def main() -> None:
    """Print the table for the samplers named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="samplers (default: all)")
    parser.add_argument("--sizes", nargs="+", default=["2400x3000"], help="rows x values")
    parser.add_argument("--limit", type=int, default=200, help="processor seconds of a measurement")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    threadpool_limits(1)
    names = chosen.names or [name for name in SAMPLERS.shipped if name != "none"]
    small = made(200, 20)
    for name in names:  # whatever is imported and allocated once
        for call in (
            lambda name=name: ours(name, *small),
            lambda name=name: RELATIVES[name]().fit_resample(*small[:2]),
        ):
            with contextlib.suppress(EvenvoiceError, KeyError, ValueError, RuntimeError):
                call()
    print(ABOUT)
    for size in chosen.sizes:
        data = made(*map(int, size.split("x")))
        n, d = data[0].shape
        print(f"\n**{n:,} × {d:,} float32, {data[0].nbytes / MIB:,.0f} MiB**\n")
        print("| sampler | MiB above | copies | s | warns | imbalanced-learn | MiB above | s | ours : theirs |")
        print("|---|---:|---:|---:|---|---|---:|---:|---:|")
        notes = []
        for name in names:
            text, note = row(name, data, chosen.limit)
            print(text, flush=True)
            notes += [note] if note else []
        print("\n" + "\n".join(notes) if notes else "")


if __name__ == "__main__":
    main()

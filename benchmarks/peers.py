"""The whole work beside what one would write without evenvoice: Keras, librosa and imbalanced-learn in a plain loop.

    EVENVOICE_CORPORA=FOLDER EVENVOICE_KERAS=PYTHON python benchmarks/peers.py [PART…] > benchmarks/peers.md

FOLDER holds `emodb` and `ravdess` with their tables; PYTHON is a Python with tensorflow-cpu, librosa and
imbalanced-learn, for `keras_side.py`. Sides take turns, each in processes of its own, with a cache of its own:

- training the 2DCNN on one thread: rows a processor second, of whole epochs;
- each speaker of EmoDB in turn × 5 seeds, SMOTE and 20 epochs on the means of section 3.3, from the recordings on;
- one more run of `functionals-svm`, and 50 of them;
- EmoDB and RAVDESS from recordings to stored features, with two workers, beside librosa in joblib.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
SHAPES = {"16 × 8 × 1": (16, 8, 1, 2560), "120 × 94 × 1": (120, 94, 1, 128)}
EVENVOICE = [sys.executable, "-c", "from evenvoice.cli.main import main; main()"]
SEEDS, EPOCHS, ROUNDS = 5, 20, 3

# Our side of training: the loop that `train` and `evaluate` run, an epoch a line.
OURS = """
import json, sys, time
import numpy as np, torch
from evenvoice.allocator import keep_freed_memory
from evenvoice.imbalance import NoBalancing
from evenvoice.models import make_model
from evenvoice.recipes import TrainingSettings
from evenvoice.training import PlannedRows, train_network
torch.set_num_threads(1)
keep_freed_memory()
for line in sys.stdin:
    height, width, channels, rows = json.loads(line)
    X = np.random.default_rng(0).standard_normal((rows, channels, height, width)).astype(np.float32)
    y = np.arange(rows) % 7
    plan = NoBalancing().plan(X, y)
    network = make_model("2dcnn", X.shape[1:], 7)
    data = PlannedRows(X, y, plan, np.arange(rows))
    before = time.process_time()
    train_network(network, data, None, TrainingSettings(epochs=1, batch_size=64))
    print((time.process_time() - before) / rows, flush=True)
"""

LIBROSA = """
import sys
from pathlib import Path
import joblib, librosa, numpy as np
def store(file, folder):
    sound, rate = librosa.load(file, sr=16000)
    cepstrum = librosa.feature.mfcc(y=sound, sr=rate, n_mfcc=40)
    parts = [cepstrum, librosa.feature.delta(cepstrum), librosa.feature.delta(cepstrum, order=2)]
    np.save(Path(folder) / (file.parent.name + file.stem + ".npy"), np.concatenate(parts))
files = [file for corpus in ("emodb", "ravdess") for file in sorted((Path(sys.argv[1]) / corpus).rglob("*.flac"))]
joblib.Parallel(n_jobs=2)(joblib.delayed(store)(file, sys.argv[2]) for file in files)
"""

LOADED = """
import sys
from evenvoice.corpora import open_corpus
from evenvoice.features import FeatureSettings
from evenvoice.training import load_dataset
for name in ("emodb", "ravdess"):
    load_dataset(open_corpus(f"{name}:{sys.argv[1]}/{name}"), FeatureSettings(), jobs=2)
"""


class Cost(NamedTuple):
    """Elapsed and processor seconds of a process and its children."""

    wall: float
    cpu: float


def run(command: list[str], cache: Path) -> Cost:
    """Run to the end, with as many threads as each takes by itself, and return what it took."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=said, stderr=said, env={**environment, "EVENVOICE_CACHE": str(cache)}
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if status:
            said.seek(0)
            raise RuntimeError(f"{command}: {said.read().decode()[-2000:]}")
    return Cost(wall, used.ru_utime + used.ru_stime)


def by_turns(sides: dict[str, Callable[[Path], list[str]]], rounds: int = ROUNDS) -> dict[str, list[Cost]]:
    """Run each side in turn, with an empty folder each time; return the costs of each."""
    found: dict[str, list[Cost]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, command in sides.items():
            with tempfile.TemporaryDirectory(prefix="evenvoice-peers-") as folder:
                found[name].append(run(command(Path(folder)), Path(folder) / "cache"))
    return found


def median(costs: list[Cost], which: str) -> float:
    """Return the median of elapsed or processor seconds."""
    return statistics.median(getattr(cost, which) for cost in costs)


def compared(found: dict[str, list[Cost]], theirs: str, ours: str) -> None:
    """Print two sides and their ratio."""
    print(f"| | {theirs} | evenvoice | × |\n|---|---:|---:|---:|")
    for which, what in (("wall", "seconds elapsed"), ("cpu", "processor seconds")):
        one, other = median(found[theirs], which), median(found[ours], which)
        print(f"| {what} | {one:.1f} | {other:.1f} | {one / other:.1f} |")
    print(flush=True)


def training(corpora: str, keras: str) -> None:
    """Print rows a processor second of both sides."""
    threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    workers = {
        name: subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, **threads},
        )
        for name, command in {
            "Keras": [keras, str(HERE / "keras_side.py"), "train"],
            "evenvoice": [sys.executable, "-c", OURS],
        }.items()
    }  # fmt: skip
    spent: dict[tuple[str, str], list[float]] = {}
    for shape, sizes in SHAPES.items():
        for _ in range(ROUNDS + 3):
            for name, worker in workers.items():
                spent.setdefault((shape, name), []).append(asked(worker, sizes))
    for worker in workers.values():
        worker.communicate()
    print("**Training the 2DCNN**, one thread, rows a processor second, median of whole epochs after the first:\n")
    print("| | Keras | evenvoice | × |\n|---|---:|---:|---:|")
    for shape in SHAPES:
        theirs, ours = (1 / statistics.median(spent[shape, name][1:]) for name in workers)
        print(f"| {shape} | {theirs:,.0f} | {ours:,.0f} | {ours / theirs:.2f} |")
    print(flush=True)


def asked(worker: subprocess.Popen[str], sizes: tuple[int, ...]) -> float:
    """Have a worker train an epoch; return its processor seconds a row."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    print(json.dumps(sizes), file=worker.stdin, flush=True)
    return float(worker.stdout.readline())


def evaluated(corpus: str, recipe: str, seeds: int, folder: Path, *more: str) -> list[str]:
    """Return the command of an evaluation."""
    what = [corpus, "--recipe", recipe, "--protocol", "speaker", "--seeds", str(seeds)]
    return [*EVENVOICE, "evaluate", *what, *more, "--out", str(folder / "study")]


def evaluation(corpora: str, keras: str) -> None:
    """Print the cost of each speaker in turn, with SMOTE and the 2DCNN."""
    print(f"**Each speaker of EmoDB in turn × {SEEDS} seeds**, SMOTE, {EPOCHS} epochs, from the recordings on:\n")
    theirs, folder = "a loop of Keras fits", f"{corpora}/emodb"
    loop = [keras, str(HERE / "keras_side.py"), "evaluate", f"{folder}.csv", folder, str(SEEDS), str(EPOCHS)]
    more = ("--set", f"training.epochs={EPOCHS}")
    sides = {
        theirs: lambda _: loop,
        "ours": lambda out: evaluated(f"emodb:{folder}", "smote-2dcnn", SEEDS, out, "--jobs", "2", *more),
    }
    compared(by_turns(sides), theirs, "ours")


def classical(corpora: str, keras: str) -> None:
    """Print the cost of ten and of fifty runs of an SVM over functionals."""
    print("**`functionals-svm`, each speaker of EmoDB in turn**, from the recordings on:\n")

    def runs(seeds: int) -> Callable[[Path], list[str]]:
        return lambda out: evaluated(f"emodb:{corpora}/emodb", "functionals-svm", seeds, out)

    found = by_turns({"once": runs(1), "often": runs(SEEDS)})
    once, often = median(found["once"], "wall"), median(found["often"], "wall")
    each = (often - once) / (10 * (SEEDS - 1))
    print(f"10 runs {once:.1f} s, {10 * SEEDS} runs {often:.1f} s elapsed: {each:.3f} s for a run more.\n", flush=True)


def extraction(corpora: str, keras: str) -> None:
    """Print the cost of features, from recordings to the disk."""
    print("**EmoDB and RAVDESS, from recordings to stored features**, two workers, MFCC(40) + Δ + ΔΔ:\n")
    theirs = "librosa in joblib"
    sides = {
        theirs: lambda folder: [sys.executable, "-c", LIBROSA, corpora, str(folder)],
        "ours": lambda _: [sys.executable, "-c", LOADED, corpora],
    }
    compared(by_turns(sides), theirs, "ours")


PARTS = {part.__name__: part for part in (training, evaluation, classical, extraction)}


def main() -> None:
    """Measure what is named, or all, and print the page."""
    corpora, keras = (os.environ.get(name) for name in ("EVENVOICE_CORPORA", "EVENVOICE_KERAS"))
    if not corpora or not keras or not shutil.which(keras):
        raise SystemExit("set EVENVOICE_CORPORA to the corpora, and EVENVOICE_KERAS to a Python with tensorflow-cpu")
    said = subprocess.run([keras, "-c", "import keras, tensorflow; print(keras.__version__, tensorflow.__version__)"],
                          capture_output=True, text=True, check=True).stdout.split()  # fmt: skip
    print("# The whole work beside Keras, librosa and imbalanced-learn in a plain loop\n")
    print(f"`python benchmarks/peers.py`; medians of {ROUNDS} rounds by turns; {os.cpu_count()} cores,")
    print(f"load average {os.getloadavg()[0]:.0f} at the start; Python {platform.python_version()}, torch")
    print(f"{version('torch')}, Keras {said[-2]} on TensorFlow {said[-1]}, librosa {version('librosa')}.\n")
    for name in sys.argv[1:] or PARTS:
        PARTS[name](corpora, keras)


if __name__ == "__main__":
    main()

"""How time, memory and files grow with a corpus: generated clips, one process, processor time, peak memory and inodes.

    python benchmarks/scale.py --sizes 1000 10000 100000 --log scale.jsonl > benchmarks/scale.md

100,000 clips take 13 GB of the temporary folder and two hours; with ``--log`` what was measured is not measured again.
Each command runs in a process of its own with ``--jobs 1`` and a cache of its own. Processor time counts, for a machine
may be busy; peak memory is what the system counted (mapped files included) less that of a process that only imports.
Inodes are the files and folders that the command left. The exponent is the slope of log time over log size between the
last two sizes, after what a command costs on next to nothing (its start) was taken off: 1 is linear.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

RATE = 16000
SHORTEST, LONGEST = 1.5, 3.0  # seconds
START = 24  # clips: what a command costs on these is its start
EMOTIONS = ("angry", "happy", "neutral", "sad")
SPEAKERS = 50
SCHEME = r"(s\d+)_"

LOADED = """
import sys
from evenvoice.corpora import open_corpus
from evenvoice.features import FeatureSettings
from evenvoice.training.load import load_dataset
load_dataset(open_corpus(sys.argv[1]), FeatureSettings())
"""
# What a process imports that does as much as a command before its work begins.
IMPORTED = {
    "corpus show": "import evenvoice.cli.main, evenvoice.corpora.summary",
    "audit corpus": "import evenvoice.cli.main, evenvoice.audit.corpus",
    "predict to CSV": "import evenvoice.cli.main, evenvoice.recognizer",
}
FITS = "import evenvoice.cli.main, evenvoice.study, evenvoice.training.export"


class Cost(NamedTuple):
    """What a command took: processor seconds, peak MB above a process that imports the same, inodes left."""

    seconds: float
    memory: float
    inodes: int


def inodes(folder: Path) -> int:
    """Return how many files and folders a folder holds."""
    return sum(1 for _ in folder.rglob("*")) if folder.exists() else 0


def generate(folder: Path, size: int) -> str:
    """Write voices that differ, no two alike; return the corpus as commands take it."""
    for number in range(size):
        draw = np.random.default_rng(number)
        emotion = number % len(EMOTIONS)
        time = np.arange(int(RATE * draw.uniform(SHORTEST, LONGEST))) / RATE
        pitch = (100 + 3 * (number % SPEAKERS)) * (
            1 + 0.1 * emotion + 0.1 * np.sin(2 * np.pi * draw.uniform(1, 6) * time)
        )
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        voice = sum(draw.uniform(0.2, 1) / harmonic * np.sin(harmonic * phase) for harmonic in range(1, 9))
        sound = (0.05 + 0.02 * emotion) * voice + 0.01 * draw.standard_normal(len(time))
        place = folder / EMOTIONS[emotion]
        place.mkdir(parents=True, exist_ok=True)
        soundfile.write(place / f"s{number % SPEAKERS:02d}_{number:06d}.wav", sound, RATE)
    return f"folder:{folder}"


def run(arguments: list[str], cache: Path) -> tuple[float, float]:
    """Return processor seconds and peak MB of a process."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            arguments,
            stdout=said,
            stderr=said,
            env={**os.environ, "EVENVOICE_CACHE": str(cache), "OMP_NUM_THREADS": "1"},
        )
        _, status, used = os.wait4(process.pid, 0)
        if status:
            said.seek(0)
            raise RuntimeError(f"{' '.join(arguments)}: {said.read().decode()[-2000:]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def commands(corpus: str, folder: Path) -> dict[str, list[str]]:
    """Return what is measured, by name, in the order in which it is run."""
    evenvoice = [sys.executable, "-c", "from evenvoice.cli.main import main; main()"]
    named = [corpus, "--speaker-from", SCHEME]
    channels = ["--recipe", "2dcnn", "--form", "channels", "--set", "training.epochs=1", "--jobs", "1"]
    return {
        "corpus show": [*evenvoice, "corpus", "show", *named],
        "audit corpus": [*evenvoice, "audit", "corpus", *named, "--jobs", "1"],
        "features, from sound": [sys.executable, "-c", LOADED, corpus],
        "features, from the cache": [sys.executable, "-c", LOADED, corpus],
        "train, channels, 1 epoch": [*evenvoice, "train", *named, *channels, "--out", str(folder / "model")],
        "evaluate functionals-svm, 5 folds": [
            *evenvoice, "evaluate", *named, "--recipe", "functionals-svm", "--jobs", "1", "--out", str(folder / "svm"),
        ],
        "evaluate channels, 5 folds, 1 epoch": [
            *evenvoice, "evaluate", *named, *channels, "--out", str(folder / "cnn"),
        ],
        "predict to CSV": [*evenvoice, "predict", corpus.removeprefix("folder:"), "--csv"],
    }  # fmt: skip


def main() -> None:
    """Measure, write what was measured to a file as it comes, and print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 3000, 10000])
    parser.add_argument("--only", nargs="*", help="commands to measure, by the beginning of their names")
    parser.add_argument("--log", type=Path, help="where each figure goes as JSON, and what is there is not made again")
    asked = parser.parse_args()
    found: dict[tuple[str, int], Cost] = {}
    if asked.log and asked.log.exists():
        for line in asked.log.read_text(encoding="utf-8").splitlines():
            name, size, *figures = json.loads(line)
            found[name, size] = Cost(*figures)
    names = [name for name in commands("", Path()) if wanted(name, asked.only)]
    for size in (START, *asked.sizes):
        missing = [name for name in names if (name, size) not in found]
        if missing:
            measure(size, names, found, asked.log)
    print(table(names, asked.sizes, found))


def measure(size: int, names: list[str], found: dict[tuple[str, int], Cost], log: Path | None) -> None:
    """Run what was not measured yet on a corpus of one size; a command that needs a cache makes it for the next."""
    with tempfile.TemporaryDirectory(prefix="evenvoice-scale-") as folder:
        place, cache = Path(folder), Path(folder) / "cache"
        corpus = generate(place / "corpus", size)
        before = inodes(place)
        baseline = {what: run([sys.executable, "-c", what], cache)[1] for what in (FITS, *IMPORTED.values())}
        for name, arguments in commands(corpus, place).items():
            if name not in names or (name, size) in found:
                continue
            seconds, memory = run(arguments, cache)
            own = baseline[IMPORTED.get(name, FITS)]
            left = inodes(place)
            found[name, size] = Cost(seconds, max(0.0, memory - own), left - before)
            before = left
            if log:
                with log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([name, size, *found[name, size]]) + "\n")


def wanted(name: str, only: list[str] | None) -> bool:
    """Whether a command is asked for."""
    return not only or any(name.startswith(begin) for begin in only)


def table(names: list[str], sizes: list[int], found: dict[tuple[str, int], Cost]) -> str:
    """Return the curves in Markdown."""
    heads = [f"{size:,}" for size in sizes]
    lines = [
        "# How time, memory and files grow with a corpus\n",
        f"`python benchmarks/scale.py`, {platform.machine()}, Python {platform.python_version()}, one process; "
        f"clips of {SHORTEST} to {LONGEST} s. Processor seconds (peak MB above a process that imports the same; inodes "
        "left).\n",
        f"| | start | {' | '.join(heads)} | exponent |",
        f"|---|---:|{'---:|' * (len(sizes) + 1)}",
    ]
    for name in names:
        start = found[name, START].seconds
        cells = [f"{cost.seconds:.1f} ({cost.memory:.0f}; {cost.inodes})" for cost in (found[name, n] for n in sizes)]
        own = [max(0.0, found[name, size].seconds - start) for size in sizes[-2:]]
        grown = len(own) == 2 and all(own)
        slope = f"{math.log(own[1] / own[0]) / math.log(sizes[-1] / sizes[-2]):.2f}" if grown else "–"
        lines.append(f"| {name} | {start:.1f} | {' | '.join(cells)} | {slope} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

"""How time and memory grow with a corpus: generated clips of 0.3 to 0.5 s, one process, processor time and peak memory.

    python benchmarks/scale.py --sizes 300 1000 3000 > benchmarks/scale.md

Each command runs in a process of its own with ``--jobs 1`` and a cache of its own. Processor time counts, for a machine
may be busy; peak memory is what the system counted (mapped files included) less that of a process that only imports.
The exponent is the slope of log time over log size between the last two sizes: 1 is linear, and a start that costs the
same for every size makes it smaller.
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

import numpy as np
import soundfile

RATE = 16000
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
IMPORTED = "import evenvoice.cli.main, evenvoice.study, evenvoice.training.export, evenvoice.audit"
PREDICTOR = "import evenvoice.cli.main, evenvoice.recognizer"


def generate(folder: Path, size: int) -> str:
    """Write voices that differ, no two alike; return the corpus as commands take it."""
    for number in range(size):
        draw = np.random.default_rng(number)
        emotion = number % len(EMOTIONS)
        time = np.arange(int(RATE * draw.uniform(0.3, 0.5))) / RATE
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
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 1000, 3000])
    parser.add_argument("--only", nargs="*", help="commands to measure, by the beginning of their names")
    parser.add_argument("--log", type=Path, help="where each figure goes as JSON, and what is there is not made again")
    asked = parser.parse_args()
    found: dict[tuple[str, int], tuple[float, float]] = {}
    if asked.log and asked.log.exists():
        for line in asked.log.read_text().splitlines():
            name, size, *figures = json.loads(line)
            found[name, size] = tuple(figures)
    names: list[str] = []
    for size in asked.sizes:
        with tempfile.TemporaryDirectory(prefix="evenvoice-scale-") as folder:
            place, cache = Path(folder), Path(folder) / "cache"
            missing = [name for name in commands("", place) if (name, size) not in found and wanted(name, asked.only)]
            corpus = generate(place / "corpus", size) if missing else ""
            baseline = {what: run([sys.executable, "-c", what], cache)[1] for what in (IMPORTED, PREDICTOR)}
            for name, arguments in commands(corpus, place).items():
                if not wanted(name, asked.only):
                    continue
                names += [name] if name not in names else []
                if (name, size) in found:
                    continue
                seconds, memory = run(arguments, cache)
                own = baseline[PREDICTOR if name.startswith("predict") else IMPORTED]
                found[name, size] = seconds, max(0.0, memory - own)
                if asked.log:
                    with asked.log.open("a") as log:
                        log.write(json.dumps([name, size, *found[name, size]]) + "\n")
    print(table(names, asked.sizes, found))


def wanted(name: str, only: list[str] | None) -> bool:
    """Whether a command is asked for."""
    return not only or any(name.startswith(begin) for begin in only)


def table(names: list[str], sizes: list[int], found: dict[tuple[str, int], tuple[float, float]]) -> str:
    """Return the curves in Markdown."""
    heads = [f"{size:,}" for size in sizes]
    lines = [
        f"`python benchmarks/scale.py`, {platform.machine()}, Python {platform.python_version()}, one process; "
        "processor seconds (peak MB above a process that imports the same).\n",
        f"| | {' | '.join(heads)} | exponent |",
        f"|---|{'---:|' * (len(sizes) + 1)}",
    ]
    for name in names:
        cells = [f"{found[name, size][0]:.1f} ({found[name, size][1]:.0f})" for size in sizes]
        slope = float("nan")
        if len(sizes) > 1:
            before, after = sizes[-2:]
            slope = math.log(found[name, after][0] / found[name, before][0]) / math.log(after / before)
        lines.append(f"| {name} | {' | '.join(cells)} | {slope:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

"""What one more run of a classical evaluation costs: `functionals-svm`, each speaker of a generated corpus in turn.

    python benchmarks/classical.py > benchmarks/classical.md

Two studies of the same corpus that differ in their number of seeds; the difference of their processor times over the
difference of their runs. Beside it the floor: what of that is scikit-learn's own fit. One process.
"""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import soundfile
from sklearn.svm import SVC

from evenvoice import evaluate

RATE, SPEAKERS, EACH, EMOTIONS = 16000, 10, 54, 7
FEW, MANY, ROUNDS = 1, 4, 3


def make_corpus(folder: Path) -> pd.DataFrame:
    """Return a table of buzzes in noise, as many as EmoDB has recordings."""
    rows = []
    for number in range(SPEAKERS * EACH):
        random = np.random.default_rng(number)
        time_ = np.arange(int(RATE * random.uniform(0.5, 1.0))) / RATE
        speaker, emotion = divmod(number, EACH)[0], number % EMOTIONS
        pitch = 100 + 10 * speaker + 5 * emotion + 10 * np.sin(2 * np.pi * random.uniform(1, 5) * time_)
        sound = 0.1 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE) + 0.01 * random.standard_normal(time_.size)
        soundfile.write(folder / f"{number}.wav", sound, RATE)
        rows.append({"file": str(folder / f"{number}.wav"), "emotion": f"e{emotion}", "speaker": f"s{speaker}"})
    return pd.DataFrame(rows)


def study(table: pd.DataFrame, seeds: int) -> tuple[float, float]:
    """Return the processor seconds of an evaluation, and those inside scikit-learn's fit."""
    inside: list[float] = []
    fit = SVC.fit

    def timed(self: SVC, *arguments: Any, **options: Any) -> SVC:
        before = time.process_time()
        fitted: SVC = fit(self, *arguments, **options)
        inside.append(time.process_time() - before)
        return fitted

    with tempfile.TemporaryDirectory() as out, patch.object(SVC, "fit", timed):
        before = time.process_time()
        evaluate(table, "functionals-svm", protocols=["speaker"], seeds=range(seeds), out=Path(out) / "s", jobs=1)
        return time.process_time() - before, sum(inside)


def main() -> None:
    """Print the page."""
    with tempfile.TemporaryDirectory() as folder:
        table = make_corpus(Path(folder))
        study(table, FEW)  # features are cached
        rounds = [(study(table, FEW), study(table, MANY)) for _ in range(ROUNDS)]
    runs = (MANY - FEW) * SPEAKERS
    libraries = ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "pandas", "numpy"))
    print("# A classical evaluation: `functionals-svm`, each speaker in turn\n")
    print(f"{SPEAKERS * EACH} generated utterances of {SPEAKERS} speakers; processor time, median (least to most) of")
    print(
        f"{ROUNDS} interleaved rounds. {os.cpu_count()} cores, one used; load average {os.getloadavg()[0]:.0f}; Python"
    )
    print(f"{platform.python_version()}, {libraries}.\n")
    print("| | ms |\n|---|---:|")
    for number, what in enumerate(("one run more: fitted, predicted twice, written", "of which scikit-learn's fit")):
        ms = sorted(1e3 * (many[number] - few[number]) / runs for few, many in rounds)
        print(f"| {what} | {statistics.median(ms):.0f} ({ms[0]:.0f} to {ms[-1]:.0f}) |")


if __name__ == "__main__":
    main()

"""What `evenvoice predict` costs beside its floor: starting, and one utterance of three seconds.

    python benchmarks/predict.py > benchmarks/predict.md

The floor of starting is a Python process that imports numpy, onnxruntime, soundfile and soxr and opens the model. The
floor of an utterance is the model's own run on its samples. An utterance is what a longer command costs more than a
short one: 40 files and 8 files in text, with one job. Everything is processor time of whole processes (user and
system), the median of interleaved rounds. The models are fitted on buzzes, networks for one epoch: no figure depends on
what they learnt.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import soundfile

from evenvoice import Recognizer, SpeechEmotionClassifier

FORMS = ("mean", "array", "channels")
VOICE = "voice-linear"
SECONDS, RATE = 3, 16000
FEW, MANY, ROUNDS = 8, 40, 7
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
FLOOR = (
    "import os, sys; os.environ['ORT_DISABLE_TELEMETRY'] = '1'; import numpy, onnxruntime, soundfile, soxr; "
    "onnxruntime.InferenceSession(sys.argv[1])"
)
PREDICT = "from evenvoice.cli.main import main; main()"


def make_models(folder: Path) -> dict[str, Path]:
    """Return a model file for each form of MFCC, and one with the functionals of a voice."""
    generator = np.random.default_rng(0)
    seconds = np.arange(RATE) / RATE
    sounds = []
    for number in range(21):
        pitch = 100 + 20 * (number % 7) + generator.uniform(0, 10)
        buzz = sum(np.sin(2 * np.pi * pitch * harmonic * seconds) / harmonic for harmonic in range(1, 20))
        sounds.append((0.05 * buzz + 0.01 * generator.standard_normal(RATE)).astype(np.float32))
    emotions = list("abcdefg") * 3
    fitted = {form: SpeechEmotionClassifier("2dcnn", shape=form, epochs=1) for form in FORMS}
    fitted[VOICE] = SpeechEmotionClassifier(VOICE)
    return {name: each.fit(sounds, emotions).save(folder / f"{name}.onnx") for name, each in fitted.items()}


def make_files(folder: Path) -> list[Path]:
    """Return recordings of noise: WAV, 16 bits, at the models' rate."""
    generator = np.random.default_rng(1)
    files = [folder / f"{number:02}.wav" for number in range(MANY)]
    for file in files:
        soundfile.write(file, 0.1 * generator.standard_normal(SECONDS * RATE), RATE, subtype="PCM_16")
    return files


def process_cost(program: str, *arguments: Path | str) -> float:
    """Return the processor time in seconds of a Python process, which has the byte code that pip makes."""
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", program, *map(str, arguments)]
    subprocess.run(command, env=compiled | ONE_THREAD, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_cost(model: Path) -> float:
    """Return the processor time in seconds of the model's own run on one utterance."""
    recognizer = Recognizer(model)
    utterance = [0.1 * np.random.default_rng(2).standard_normal(SECONDS * RATE, dtype=np.float32)]
    recognizer.probabilities(utterance)
    before = time.process_time()
    for _ in range(20):
        recognizer.probabilities(utterance)
    return (time.process_time() - before) / 20


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        models, files = make_models(Path(name)), make_files(Path(name))
        costs: dict[str, Callable[[Path], float]] = {
            "floor": lambda model: process_cost(FLOOR, model),
            "one": lambda model: process_cost(PREDICT, "predict", model, files[0]),
            "few": lambda model: process_cost(PREDICT, "predict", model, "--jobs", "1", *files[:FEW]),
            "many": lambda model: process_cost(PREDICT, "predict", model, "--jobs", "1", *files),
            "run": run_cost,
        }
        rounds = [
            {form: {what: cost(model) for what, cost in costs.items()} for form, model in models.items()}
            for _ in range(ROUNDS)
        ]
    libraries = ", ".join(f"{library} {version(library)}" for library in ("onnxruntime", "numpy", "typer"))
    print("# evenvoice predict: starting, and one utterance\n")
    print(f"{SECONDS} s of 16-bit WAV at {RATE} Hz; processor time, median of {ROUNDS} interleaved rounds. × is to the")
    print("floor: importing the libraries and opening the model; the model's own run.")
    print("mean, array and channels are forms of MFCC.")
    busy = f"{os.cpu_count()} cores, one used; load average {os.getloadavg()[0]:.0f}"
    print(f"{busy}; Python {platform.python_version()}, {libraries}.\n")
    print("| model | start, ms | floor | × | an utterance, ms | the model's run | × |")
    print("|---|---|---|---|---|---|---|")
    for form in (*FORMS, VOICE):
        taken = {what: statistics.median(each[form][what] for each in rounds) * 1e3 for what in costs}
        utterance = statistics.median((each[form]["many"] - each[form]["few"]) / (MANY - FEW) for each in rounds) * 1e3
        start = taken["one"] - utterance
        print(
            f"| {form} | {start:.0f} | {taken['floor']:.0f} | {start / taken['floor']:.2f} "
            f"| {utterance:.1f} | {taken['run']:.1f} | {utterance / taken['run']:.2f} |"
        )


if __name__ == "__main__":
    main()

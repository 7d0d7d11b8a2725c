"""A small study of every shipped recipe on generated sounds, through `evenvoice.evaluate` alone.

Only the public face is used, so that the same file runs before and after the rooms behind it change.
`python -m tests.golden.study` writes the predictions anew; do so only where a change of numbers is meant.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile

import evenvoice

FILE = Path(__file__).with_name("predictions.json")
EMOTIONS = ("angry", "happy", "neutral", "sad")
RATE = 16000

# As the recipes are, but quick: fewer units and passes, and pieces of 24 frames instead of 300.
QUICK: dict[str, dict[str, Any]] = {
    "calibrated-2dcnn": {"filters": 8},
    "lstm-attention": {"frame_units": 16, "hidden": 8, "attention": 8},
    "blstm-self-attention": {"hidden": 8},
    "cnn-lstm": {"piece_frames": 24, "filters": [2, 2], "kernels": [[3, 3], [3, 3]], "pool": [4, 8], "hidden": 8},
    "dbn": {"n_iter": 2},
    "hmm": {"n_states": 2},
}

# What ran before: the recipe, its changes, the protocols and the seeds.
RECIPES = (
    "2dcnn", "bilstm-attention", "blstm-self-attention", "calibrated-2dcnn", "cnn-lstm", "dbn", "dtw",
    "functionals-svm", "gmm", "hmm", "knn", "lstm-attention", "majority", "mlp", "smote-2dcnn", "svm",
    "transformer-2", "weighted-2dcnn",
)  # fmt: skip
PROTOCOLS = ("speaker-folds", "random", "paper", "random+select-on-test")


def write_sounds(folder: Path) -> Path:
    """Write 6 speakers × 4 emotions × 2 to 4 sounds of 0.4 to 1.0 s, and their table; return the table's path."""
    rng = np.random.default_rng(0)
    rows = []
    for speaker in range(6):
        for number, emotion in enumerate(EMOTIONS):
            for take in range((4, 2, 4, 3)[number]):
                time = np.arange(int(rng.uniform(0.4, 1.0) * RATE)) / RATE
                pitch = 100 + 25 * speaker + 30 * number
                voice = sum(
                    np.sin(2 * np.pi * pitch * harmonic * time + rng.uniform(0, 6)) / harmonic ** (1 + 0.3 * number)
                    for harmonic in range(1, 9)
                )
                name = f"{emotion}-s{speaker}-{take}.wav"
                samples = 0.1 * voice * (1 + 0.5 * np.sin(2 * np.pi * (2 + number) * time))
                soundfile.write(folder / name, samples + 0.005 * rng.standard_normal(len(time)), RATE)
                rows.append((name, emotion, f"s{speaker}", str(speaker // 2)))
    pd.DataFrame(rows, columns=["file", "emotion", "speaker", "session"]).to_csv(folder / "table.csv", index=False)
    return folder / "table.csv"


def changes(name: str) -> dict[str, Any]:
    """Return what makes a recipe quick."""
    return {"training": {"epochs": 2}, "model": {"options": QUICK.get(name, {})}}


def run_study(folder: Path, jobs: int = 2) -> dict[str, pd.DataFrame]:
    """Evaluate every recipe; return each run's predictions by ``recipe/protocol/seed-0/fold-0``."""
    corpus = evenvoice.open_corpus(str(write_sounds(folder)), emotions=",".join(EMOTIONS))
    recipes = [evenvoice.open_recipe(name, changes(name)) for name in RECIPES]
    out = folder / "study"
    evenvoice.evaluate(corpus, recipes, ["random"], seeds=(0, 1), out=out, jobs=jobs)
    evenvoice.evaluate(corpus, [recipes[RECIPES.index("smote-2dcnn")]], PROTOCOLS, seeds=(0,), out=out, jobs=jobs)
    forms = [
        evenvoice.open_recipe("smote-2dcnn", {**changes("smote-2dcnn"), **change})
        for change in (
            {"name": "array", "front_end": {"form": "array"}},
            {"name": "channels", "front_end": {"form": "channels"}},
            {"name": "speaker-normalised", "normalise": "speaker"},
            {"name": "selected", "training": {"epochs": 2, "select": "best-on-validation"}, "decision": "temperature"},
        )
    ]
    evenvoice.evaluate(corpus, forms, ["speaker-folds"], seeds=(0,), out=out, jobs=jobs)
    return {
        file.parent.relative_to(out / "runs").as_posix(): pd.read_csv(file)
        for file in sorted((out / "runs").glob("*/*/*/*/predictions.csv"))
    }


def probabilities(table: pd.DataFrame) -> np.ndarray:
    """Return the probabilities of a run, float32 [test utterances, emotions], both in alphabetical order."""
    ordered = table.sort_values("utterance")
    return ordered[[f"p:{emotion}" for emotion in EMOTIONS]].to_numpy(np.float32)


def digest(table: pd.DataFrame) -> str:
    """Return a digest of which utterances were tested and of every bit of their probabilities."""
    ids = "\n".join(sorted(table["utterance"].astype(str)))
    return hashlib.sha256(ids.encode() + probabilities(table).tobytes()).hexdigest()[:16]


def machine() -> str:
    """Return what the last bits depend on: the processor, and the libraries that compute."""
    import torch

    try:
        found = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    processor = found[1] if found else platform.processor()
    return f"{processor}, {torch.backends.cpu.get_cpu_capability()}, torch {torch.__version__}, numpy {np.__version__}"


def main() -> None:
    """Write the predictions."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        os.environ["EVENVOICE_CACHE"] = cache  # nothing of an older version
        runs = run_study(Path(folder))
    data = {
        "machine": machine(),
        "runs": {
            name: {"digest": digest(table), "probabilities": [round(float(p), 4) for p in probabilities(table).ravel()]}
            for name, table in runs.items()
        },
    }
    FILE.write_text(
        json.dumps(data, separators=(",", ":")).replace('"}', '"}\n').replace("]},", "]},\n") + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()

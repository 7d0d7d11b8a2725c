"""Fits on a GPU, side by side and one by one, and what the device changes in the probabilities.

    python benchmarks/gpu.py CORPUS [--device cuda] [--recipes smote-2dcnn voice-cnn] [--seeds 5] > benchmarks/gpu.md

Each speaker in turn and each seed is a fit. Two are made one by one, then all side by side; time on the clock, with the
preparation of the rows, in one process. Parity: one epoch in one batch, without dropout, on a quarter of a training
part; the largest difference of a probability of the test part from the CPU's.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

import numpy as np
import torch

from evenvoice.corpora import open_corpus
from evenvoice.models import is_network
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import Recipe, open_recipe, recipe_names
from evenvoice.training import Dataset, FitJob, LoopTrainer, StackedTrainer, load_dataset

ALONE = 2
CHANNELS = {"shape": {"name": "channels", "seconds": 3}}
ONE_BATCH = {"epochs": 1, "batch_size": 10**6, "learning_rate": 0.001, "mixup": 0.0, "masks": {"number": 0}}


def main() -> None:
    """Measure, and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--recipes", nargs="+", default=["smote-2dcnn", "voice-cnn"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--no-parity", action="store_true")
    arguments = parser.parse_args()
    corpus = open_corpus(arguments.corpus)
    folds = make_folds(open_protocol("speaker"), corpus.table, 0)
    print(f"{arguments.corpus}, {len(folds)} folds × {arguments.seeds} seeds; {_machine(arguments.device)}.\n")
    loaded: dict[str, Dataset] = {}

    def data(recipe: Recipe) -> Dataset:
        key = repr((recipe.features, recipe.shapes, recipe.perturbations))
        if key not in loaded:
            loaded[key] = load_dataset(
                corpus, recipe.features, recipe.shapes, perturbations=list(recipe.perturbations), jobs=os.cpu_count()
            )[1]
        return loaded[key]

    print(
        "| recipe | one by one, s a fit | side by side, s a fit | × | WA of the fits side by side | GPU memory, GiB |"
    )
    print("|---|---:|---:|---:|---:|---:|")
    for name in arguments.recipes:
        recipe = open_recipe(name, CHANNELS if "2dcnn" in name else {})
        examples = data(recipe)
        runs = [(fold, seed) for fold in folds for seed in range(arguments.seeds)]
        jobs = [FitJob(recipe, examples.take(fold.train), seed=seed) for fold, seed in runs]
        alone, _ = _timed(LoopTrainer(arguments.device), jobs[:ALONE])
        many, models = _timed(StackedTrainer(arguments.device), jobs)
        right = [
            (np.array(model.labels)[model.probabilities(test).argmax(axis=1)] == test.emotions).mean()
            for model, (fold, _) in zip(models, runs, strict=True)
            for test in [examples.take(fold.test)]
        ]
        gib = torch.cuda.max_memory_allocated() / 2**30 if arguments.device != "cpu" else float("nan")
        print(
            f"| {name} | {alone:.2f} | {many:.2f} | {alone / many:.1f} | {np.mean(right):.3f} | {gib:.1f} |", flush=True
        )
    if arguments.no_parity:
        return
    print("\n| recipe | largest difference of a probability from the CPU's |\n|---|---:|")
    for name in filter(lambda name: is_network(open_recipe(name).model.name), recipe_names()):
        print(f"| {name} | {_difference(name, data, folds[0], arguments.device):.1e} |", flush=True)


def _timed(trainer: LoopTrainer | StackedTrainer, jobs: list[FitJob]) -> tuple[float, list]:
    """Seconds a fit, and the models."""
    started = time.perf_counter()
    models = list(trainer.fit_many(jobs))
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return (time.perf_counter() - started) / len(jobs), models


def _difference(name: str, data, fold, device: str) -> float:
    """What a device changes in the probabilities of one recipe."""
    options = {**open_recipe(name).model.options, "dropout": 0.0}
    changes = {"training": {**ONE_BATCH, "select": "last", "patience": None}, "decision": "none"}
    recipe = open_recipe(name, {**changes, "model": {"options": options}})
    train, test = (data(recipe).take(rows) for rows in (fold.train[::4], fold.test))
    here, there = (
        next(LoopTrainer(one).fit_many([FitJob(recipe, train)])).probabilities(test) for one in ("cpu", device)
    )
    return float(np.abs(here - there).max())


def _machine(device: str) -> str:
    name = torch.cuda.get_device_name(device) if device != "cpu" else f"{os.cpu_count()} cores"
    return f"{name}, torch {torch.__version__}, Python {sys.version.split()[0]}"


if __name__ == "__main__":
    main()

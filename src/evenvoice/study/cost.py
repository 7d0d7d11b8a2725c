"""What a study will cost, measured on this machine before it starts."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from evenvoice.features import one_thread
from evenvoice.imbalance import NoBalancing
from evenvoice.models import is_network, make_model
from evenvoice.recipes import Recipe
from evenvoice.study.work import Task
from evenvoice.tables import count, time_in_words
from evenvoice.training import PlannedRows, Scale, train_network

# Seconds of training that can be timed.
ENOUGH = 0.25
# Values of a training part from which a classical classifier may take long: 5,000 utterances of 200.
_SMALL = 1e6
# The share of the training that its estimate may cost.
_SHARE = 0.1


def rows_per_second(recipe: Recipe, n_classes: int, seconds: Sequence[float], n_rows: float = math.inf) -> float:
    """Train on noise in the recipe's shape, for as long as it takes to time it; return rows a second, on one thread.

    Args:
        recipe: Of a network.
        n_classes: Number of emotions.
        seconds: How long the corpus' utterances are: padding costs next to nothing.
        n_rows: How many rows are to be trained on, all fits and epochs together: where they are few, fewer are timed.
    """
    size = recipe.training.batch_size
    settings = recipe.training.model_copy(update={"epochs": 1, "select": "last"})
    with one_thread(), torch.random.fork_rng(devices=[]):
        network = make_model(recipe.model.name, recipe.input_shape, n_classes, **recipe.model.options)
        assert isinstance(network, torch.nn.Module)
        rng = np.random.default_rng(0)
        images = rng.standard_normal((size, *recipe.input_shape), np.float32)
        if recipe.shape.name == "sequence":
            shown = rng.choice(seconds, (size, 1)) / recipe.shape.options["seconds"]
            own = np.arange(images.shape[-1]) <= shown * images.shape[-1]
            images[:, 0] *= own[:, np.newaxis]
            images[:, 0, -1] = own
        labels = np.arange(size, dtype=np.int64) % n_classes
        plan = NoBalancing().plan(images, labels)
        height = recipe.input_shape[1] - 1
        scale = Scale(torch.zeros(height, 1), torch.ones(height, 1), None)  # noise is of no power in particular

        def timed(batches: int) -> float:
            rows = PlannedRows(images, labels, plan, np.tile(np.arange(size), batches), scale=scale)
            started = time.perf_counter()
            train_network(network, rows, None, settings)
            return time.perf_counter() - started

        timed(1)  # the first batch of a process pays for torch's own imports
        most = max(1, _SHARE * n_rows / size)
        batches = math.floor(min(4, most))
        while (taken := timed(batches)) < ENOUGH and 2 * batches <= most:
            batches *= 2
        return size * batches / taken


def rows_after_balancing(recipe: Recipe, emotions: pd.Series, share: float) -> float:
    """Return about how many rows an epoch has: the training share without validation, perturbed and balanced."""
    counts = emotions.value_counts()
    balanced = any(sampler.name not in ("none", "class-weights") for sampler in recipe.samplers)
    rows = counts.max() * len(counts) if balanced else counts.sum()
    return float(share * (1 - recipe.training.validation_share) * (1 + len(recipe.augment)) * rows)


def are_small(tasks: Sequence[Task]) -> bool:
    """Return whether a fit of these takes little beside the start of a worker process: few vectors, and no epochs."""
    recipes = {id(task.recipe): task.recipe for task in tasks}.values()
    most = max(len(task.fold.train) for task in tasks)
    return all(
        not is_network(one.model.name)
        and one.made_shape.one_frame
        and most * (1 + len(one.augment)) * one.made_shape.n_normalised <= _SMALL
        for recipe in recipes
        for one in recipe.with_partners
    )


def announcement(
    tasks: Sequence[Task], total: int, utterances: pd.DataFrame, workers: int, *, on_gpu: bool = False
) -> str:
    """Return how many fits there are, and about how long they take: measured speed × rows × epochs.

    Args:
        tasks: The fits that are missing; networks of partners and of ensembles count, each.
        total: How many there are with those that are made already.
        utterances: The corpus' table, with ``seconds``.
        workers: How many fits at once.
        on_gpu: Whether a GPU trains the networks, whose speed is not measured.
    """
    there = f" ({total - len(tasks)} are there already)" if len(tasks) < total else ""
    if not tasks:
        return f"{count(total, 'fit')}: all are there already"
    if on_gpu:
        return f"{count(len(tasks), 'fit')}{there}, on a GPU"
    classical = set()
    networks: dict[str, Recipe] = {}
    rows: dict[str, float] = defaultdict(float)
    for task in tasks:
        share = len(task.fold.train) / (len(task.fold.train) + len(task.fold.test))
        of_task = [one for one in task.recipe.with_partners if is_network(one.model.name)]
        if not of_task:
            classical.add(task.recipe.name)
        for one in of_task:
            networks.setdefault(one.name, one)
            an_epoch = rows_after_balancing(one, utterances["emotion"], share)
            rows[one.name] += one.ensemble.members * one.training.epochs * an_epoch
    n_classes, lengths = utterances["emotion"].nunique(), utterances["seconds"].tolist()
    seconds = 0.0
    for name, network in networks.items():
        seconds += rows[name] / rows_per_second(network, n_classes, lengths, rows[name])
    jobs = min(workers, len(tasks))
    words = f"{count(len(tasks), 'fit')}{there}"
    if seconds:
        most = "at most " if any(task.recipe.training.patience for task in tasks) else ""
        words += f", {most}about {time_in_words(seconds / jobs)} with {count(jobs, 'job')}"
    return words + (f" (not estimated: {', '.join(sorted(classical))})" if classical else "")

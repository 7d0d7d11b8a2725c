"""Audit of one run's record: what ``run.json`` says against what the other files show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from evenvoice.audit.findings import Kind
from evenvoice.audit.known import read_part, study_of
from evenvoice.audit.spots import Spot
from evenvoice.audit.steps import parent_counts, synthetic_tests
from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import added_rows
from evenvoice.metrics import PROBABILITY, labels_of
from evenvoice.models import MODELS, is_network
from evenvoice.protocols import SELECT_ON_TEST
from evenvoice.study import Run, seen_test_rows

CONTRADICTION = Kind(
    "record-contradicts-files",
    "leak",
    "A run's files contradict each other, so its figures cannot be believed",
    "remove the run's folder and evaluate again; files of a run are not to be edited",
)
NOT_BY_RULE = Kind(
    "epoch-not-by-rule",
    "leak",
    "The epoch that was kept is not the one that the recipe's rule gives",
    "keep the last epoch, or the best on the validation part, as the recipe says; never the best on the test part",
)
REQUIRED = {
    **dict.fromkeys(("recipe_name", "protocol", "corpus"), str),
    **dict.fromkeys(("split_seed", "fit_seed", "fold", "epoch"), int),
    **dict.fromkeys(("promise", "recipe"), dict),
    "labels": list,
    "transductive": bool,
}
"""What an audit reads of ``run.json``."""


def check_info(run: Run) -> None:
    """Raise an `EvenvoiceError` if ``run.json`` lacks something of `REQUIRED`."""
    absent = [name for name, kind in REQUIRED.items() if not isinstance(run.info.get(name), kind)]
    if not absent:
        absent = [f"promise.{name}" for name in ("disjoint", "leaky") if name not in run.info["promise"]]
    if absent:
        raise EvenvoiceError(
            f"{run.folder / 'run.json'}: {absent[0]} is missing or of another type; remove the run and evaluate again"
        )


def check_record(run: Run, known: pd.DataFrame) -> Iterator[Spot]:
    """Yield what a run's record says and its files do not show.

    Args:
        run: The run.
        known: As `known_utterances` returns it.
    """
    for about, said, found in _claims(run, known):
        if said != found:
            yield Spot(run.key, CONTRADICTION, about, f"says {said}, the files show {found}")
    yield from _answers(run)
    yield from _epoch(run)


def _claims(run: Run, known: pd.DataFrame) -> Iterator[tuple[str, Any, Any]]:
    """What the record says and what the files show, for each thing that both know."""
    info, key = run.info, run.key
    study = study_of(run)
    if study is not None:
        here, said = (path.relative_to(study).as_posix() for path in (run.folder.resolve(), key.folder(study)))
        yield "place", said, here
    split, predictions = read_part(run, "split"), read_part(run, "predictions")
    yield "labels", tuple(info["labels"]), labels_of(predictions)
    if "parts" in info:
        yield "sizes of the parts", info["parts"], split["part"].value_counts().to_dict()
    leaks = info.get("leaks", {})
    shown = {
        "synthetic_test_rows": synthetic_tests(run),
        "training_rows_with_test_parents": parent_counts(run)["test"],
        "test_rows_selected_on": int(((split["part"] == "test") & (split.get("selection", 0) == 1)).sum()),
        "test_rows_seen_by_a_step": seen_test_rows(split),
    }
    for name, found in shown.items():
        if name in leaks:
            yield name.replace("_", " "), leaks[name], found
    yield from _counts(run, split, known)


def _counts(run: Run, split: pd.DataFrame, known: pd.DataFrame) -> Iterator[tuple[str, Any, Any]]:
    """Emotions before balancing against the rows that the samplers saw; after it against the plan."""
    counts = run.info.get("counts", {})
    if not {"before", "after"} <= set(counts):
        return
    added = added_rows(read_part(run, "plan"))
    for emotion in run.info["labels"]:
        before, after, more = (values.get(emotion, 0) for values in (counts["before"], counts["after"], added))
        yield f"rows of {emotion} after balancing", after, before + int(more)
    if "balancer" not in split:
        return
    seen = known["emotion"].reindex(split.loc[split["balancer"] == 1, "utterance"])
    # A corpus that was opened with other emotions than the study names them otherwise.
    if seen.isin(run.info["labels"]).all():
        found = seen.value_counts()
        yield (
            "emotions before balancing",
            counts["before"],
            {name: int(found.get(name, 0)) for name in counts["before"]},
        )


def _answers(run: Run) -> Iterator[Spot]:
    """The answer is the emotion of the highest probability."""
    predictions = read_part(run, "predictions")
    labels = labels_of(predictions)
    columns = [PROBABILITY + label for label in labels]
    probabilities = predictions[columns].to_numpy(float)
    answered = predictions["predicted"].map({label: number for number, label in enumerate(labels)}).to_numpy(int)
    # Of two equal probabilities either may be the answer: they are written with nine digits.
    wrong = probabilities[range(len(answered)), answered] < probabilities.max(axis=1) - 1e-9
    if wrong.any():
        first = predictions.loc[wrong, "utterance"].iloc[0]
        evidence = f"{int(wrong.sum())} answers are not the most probable emotion, first {first}"
        yield Spot(run.key, CONTRADICTION, "answers", evidence)


def _epoch(run: Run) -> Iterator[Spot]:
    """The epoch kept is the one that the recipe's rule gives."""
    history, epoch = read_part(run, "history"), run.info["epoch"]
    name = run.info["recipe"].get("model", {}).get("name")
    has_epochs = is_network(name) if name in MODELS else None  # None: a plug-in that is not installed here
    if has_epochs is not True and not len(history) and epoch == 0:
        return
    if has_epochs is False:
        evidence = f"model {name!r} has no epochs; epoch {epoch} was kept, history.csv has {len(history)}"
        yield Spot(run.key, CONTRADICTION, "epoch", evidence)
        return
    if epoch not in set(history["epoch"]):
        yield Spot(run.key, CONTRADICTION, "epoch", f"says {epoch}, history.csv has {len(history)} epochs")
        return
    rule = run.info["recipe"].get("training", {}).get("select", "last")
    if run.key.protocol.endswith(SELECT_ON_TEST):
        return  # its rule is the leak that it is there to measure
    if run.info["recipe"].get("ensemble", {}).get("members", 1) > 1:
        return  # each member keeps an epoch of its own, and the history is the mean of theirs
    if rule == "last":
        wanted = int(history["epoch"].max())
    elif rule == "best-on-validation" and "validation_ua" in history:
        # The first of equals; what is written has nine digits.
        best = history["validation_ua"] >= history["validation_ua"].max() - 1e-8
        wanted = int(history.loc[best, "epoch"].min())
    else:
        return
    if epoch != wanted:
        yield Spot(run.key, NOT_BY_RULE, f"select: {rule}", f"epoch {epoch} was kept, the rule gives {wanted}")

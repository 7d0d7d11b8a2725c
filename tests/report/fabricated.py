"""A study small enough to work out by hand, written in the documented layout: six utterances, two emotions.

``speaker-folds`` has two folds: a1 a2 h1, then a3 a4 h2.
Seed 0 answers angry happy happy, angry angry angry: angry 3 of 4, happy 1 of 2; UA 62.5 %, WA 4/6.
Seed 1 answers angry angry happy, angry angry angry: angry 4 of 4, happy 1 of 2; UA 75 %, WA 5/6.
``paper`` tests a1, h1 and one synthetic happy row, and answers angry angry happy: UA 75 %, WA 2/3; UA 50 % on the real
rows, 100 % on the synthetic one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

IDS = {"a1": "angry", "a2": "angry", "a3": "angry", "a4": "angry", "h1": "happy", "h2": "happy"}
UNSEEN = {"words": "speakers in the test part are unseen in training", "disjoint": ["speaker"], "leaky": False}
LEAKY = {"words": "LEAKY: balanced before the split", "disjoint": [], "leaky": True}
FOLDS = (("a1", "a2", "h1"), ("a3", "a4", "h2"))
ANSWERS = (
    (("angry", "happy", "happy"), ("angry", "angry", "angry")),
    (("angry", "angry", "happy"), ("angry", "angry", "angry")),
)


def write_study(
    folder: Path, *, name: str = "tiny", labels: Sequence[str] = ("angry", "happy"), **about: object
) -> Path:
    """Write ``study.json``."""
    corpus = {"name": name, "licence": "CC0", "synthetic": False, "labels": list(labels), "utterances": 6,
              "fingerprint": "0", "speakers_known": True} | about  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    versions = {"python": "3.11", "evenvoice": "0.1.0"}
    (folder / "study.json").write_text(
        json.dumps({"format": 1, "corpus": corpus, "versions": versions}), encoding="utf-8"
    )
    return folder


def write_run(
    folder: Path,
    answers: dict[str, str],
    *,
    recipe: str = "smote-2dcnn",
    protocol: str = "speaker-folds",
    seed: int = 0,
    fold: int = 0,
    promise: dict[str, object] = UNSEEN,
    corpus: str = "tiny",
    emotions: dict[str, str] = IDS,
    labels: Sequence[str] = ("angry", "happy"),
    about: str = "speakers 01, 02",
    transductive: bool = False,
    plan: Sequence[tuple[str, str, str, str]] = (),
    accuracy: Sequence[float] = (0.5, 0.75),
    validation: Sequence[float] = (),
    counts: dict[str, dict[str, int]] | None = None,
    select: str = "last",
) -> None:
    """Write a run that answered so on its test rows; all other rows trained. ``plan``: synthetic, emotion, parents."""
    path = folder / "runs" / recipe / protocol / f"seed-{seed}" / f"fold-{fold}"
    path.mkdir(parents=True)
    leaky = bool(promise["leaky"])
    rows = emotions | ({made: emotion for made, emotion, *_ in plan} if leaky else {})
    table = pd.DataFrame({"utterance": list(answers), "emotion": [rows[row] for row in answers]})
    table["synthetic"] = [row not in emotions for row in answers]
    table["predicted"] = list(answers.values())
    for label in labels:
        table[f"p:{label}"] = (table["predicted"] == label).astype(float)
    table.to_csv(path / "predictions.csv", index=False)
    history = pd.DataFrame({"epoch": range(1, len(accuracy) + 1), "train_accuracy": accuracy})
    history["train_loss"] = 2 - history["train_accuracy"]
    if validation:
        history["validation_accuracy"], history["validation_loss"] = validation, [3 - value for value in validation]
    history.to_csv(path / "history.csv", index=False)
    split = pd.DataFrame({"utterance": list(rows), "part": ["test" if row in answers else "train" for row in rows]})
    real, trained = split["utterance"].isin(list(emotions)), split["part"] == "train"
    for step in ("normaliser", "balancer"):
        split[step] = (real if leaky else trained).astype(int)
    split["network"], split["selection"] = trained.astype(int), 0
    split.to_csv(path / "split.csv", index=False)
    columns = ["synthetic", "emotion", "base", "neighbour"]
    pd.DataFrame(list(plan), columns=columns).assign(**{"lambda": 0.5}).to_csv(path / "plan.csv", index=False)
    info = {
        "format": 1, "fingerprint": f"{recipe}-{protocol}-{seed}-{fold}",
        "corpus": corpus, "recipe_name": recipe, "protocol": protocol, "seed": seed, "fold": fold,
        "about": about, "promise": promise, "transductive": transductive, "labels": list(labels),
        "recipe": {"name": recipe, "shape": {"name": "mean"}, "balance": {"name": "smote"},
                   "training": {"batch_size": 64, "select": select}},
        "counts": counts or {"before": {"angry": 2, "happy": 1}, "after": {"angry": 2, "happy": 2}},
        "parts": split["part"].value_counts().to_dict(),
        "leaks": {"synthetic_test_rows": int(table["synthetic"].sum()),
                  "training_rows_with_test_parents": 1 if leaky else 0},
        "epoch": len(accuracy), "seconds": 30.0, "device": "cpu", "versions": {"python": "3.11", "torch": "2.13.0"},
    }  # fmt: skip
    (path / "run.json").write_text(json.dumps(info), encoding="utf-8")


def write_honest(folder: Path, *, seeds: int = 2, folds: int = 2, **options: object) -> None:
    """Write the runs of ``speaker-folds``."""
    for seed in range(seeds):
        for fold in range(folds):
            answers = dict(zip(FOLDS[fold], ANSWERS[seed][fold], strict=True))
            plan = [("synthetic-0", "happy", "h2" if fold == 0 else "h1", "h2" if fold == 0 else "h1")]
            write_run(folder, answers, seed=seed, fold=fold, plan=plan, accuracy=(0.5 + fold / 10, 0.75), **options)  # type: ignore[arg-type]


def write_leaky(folder: Path, **options: object) -> None:
    """Write the run of ``paper``: two synthetic rows, one in the test part, one (with a parent there) in training."""
    write_run(
        folder,
        {"a1": "angry", "h1": "angry", "synthetic-0": "happy"},
        protocol="paper",
        promise=LEAKY,
        plan=[("synthetic-0", "happy", "h1", "h2"), ("synthetic-1", "happy", "h1", "h2")],
        counts={"before": {"angry": 4, "happy": 2}, "after": {"angry": 4, "happy": 4}},
        about="half drawn at random",
        **options,  # type: ignore[arg-type]
    )

"""What two wrong steps gain that no protocol of evenvoice offers: the scaler and SMOTE fitted on everything.

    python scripts/pitfalls.py emodb:PATH --emotions angry,happy,neutral,sad --seeds 5 --out pitfalls

Every variant trains and tests on the same folds of unseen speakers (``speaker-folds``), and tests real rows alone:

- ``right``: scaler and SMOTE see the training part (what ``evaluate`` does);
- ``scaler saw the test part``: mean and standard deviation of all utterances, SMOTE on the training part;
- ``SMOTE saw the test part``: scaler on the training part; SMOTE over all utterances, and the synthetic rows, some with
  parents in the test part, join the training part.

Predictions are kept in ``--out``, a table for each variant and seed: a run that was stopped goes on where it was. The
scores, and each wrong step against ``right``, are for this recipe, new fits and new speakers.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from evenvoice.corpora import open_corpus
from evenvoice.files import writing
from evenvoice.metrics import compare_systems, intervals, make_predictions
from evenvoice.protocols import Fold, make_folds, open_protocol
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.tables import p_value, with_interval
from evenvoice.training import Dataset, fit
from evenvoice.training.fitting import fit_images
from evenvoice.training.load import load_dataset
from evenvoice.training.plans import make_plan
from evenvoice.training.prepare import fit_normaliser, to_images

VARIANTS = ("right", "scaler saw the test part", "SMOTE saw the test part")


def predict(
    variant: str,
    recipe: Recipe,
    fold: Fold,
    table: pd.DataFrame,
    examples: Dataset,
    labels: tuple[str, ...],
    seed: int,
) -> pd.DataFrame:
    """Fit one variant on one fold, and predict the fold's real test rows."""
    tested = examples.take(fold.test, with_emotions=False)
    if variant == "right":
        model = fit(recipe, examples.take(fold.train), seed=seed, labels=labels)
        return make_predictions(table.iloc[fold.test], model.probabilities(tested), labels)
    everything = variant.startswith("SMOTE")
    normaliser = fit_normaliser(recipe, examples.take(fold.train) if everything else examples)
    rows = np.arange(len(examples)) if everything else fold.train
    images = to_images(recipe, examples.take(rows), normaliser)
    emotions = table["emotion"].to_numpy(str)[rows]
    plan = make_plan(recipe, images, emotions, None, seed)
    used = np.arange(len(plan))
    if everything:
        real = np.pad(plan.kept, (0, len(plan) - len(plan.kept)), constant_values=-1)
        used = np.flatnonzero(plan.synthetic | np.isin(real, fold.train))
    nothing: dict[str, tuple[str, ...]] = {}
    model = fit_images(
        recipe, images, emotions, lambda seed, epoch: plan, None, normaliser, seed,
        rows=used, labels=labels, fitted_on=nothing,
    )  # fmt: skip
    return make_predictions(table.iloc[fold.test], model.probabilities(tested), labels)


def main() -> None:
    """Measure every variant, and print UA with its interval."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("--emotions")
    parser.add_argument("--recipe", default="smote-2dcnn")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    recipe = open_recipe(options.recipe)
    corpus, examples = load_dataset(open_corpus(options.corpus, emotions=options.emotions), recipe.features)
    options.out.mkdir(parents=True, exist_ok=True)
    tables: dict[str, list[pd.DataFrame]] = {variant: [] for variant in VARIANTS}
    for seed in range(options.seeds):
        folds = make_folds(open_protocol("speaker-folds"), corpus.table, seed)
        for variant in VARIANTS:
            kept = options.out / f"{variant.replace(' ', '-')}-{seed}.csv"
            if not kept.exists():
                parts = Parallel(options.jobs)(
                    delayed(predict)(variant, recipe, fold, corpus.table, examples, corpus.labels, seed)
                    for fold in folds
                )
                with writing(kept) as aside:
                    pd.concat(parts, ignore_index=True).to_csv(aside, index=False)
            tables[variant].append(pd.read_csv(kept, dtype={"speaker": str, "utterance": str}))
    found = {}
    for variant in VARIANTS:
        scores = intervals(tables[variant], corpus.labels)
        found[variant] = {name: scores[name].to_json() for name in ("ua", "wa")}
        line = f"{variant}: UA {with_interval(scores['ua'])} %"
        if variant != VARIANTS[0]:
            gain = compare_systems(tables[VARIANTS[0]], tables[variant], corpus.labels)
            found[variant]["less_right"] = gain.to_json()
            line += f", {with_interval(gain.difference_ua, signed=True)} points, p {p_value(gain.p_ua)}, {gain.target}"
        print(line, flush=True)
    with writing(options.out / "pitfalls.json") as aside:
        aside.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

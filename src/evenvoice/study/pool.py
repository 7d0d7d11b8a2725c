"""The paper's order of steps: a whole corpus, normalised and balanced before any split. LEAKY by design."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evenvoice.imbalance import Plan, groups_of
from evenvoice.recipes import Recipe
from evenvoice.training import Dataset, Images, Normaliser, fit_normaliser, make_plan, to_training_images


@dataclass(frozen=True)
class Pool:
    """A whole corpus, normalised and balanced before any split. LEAKY by design.

    Attributes:
        table: Real utterances, then synthetic ones, as a corpus' table.
        plan: Row i of the plan is row i of the table.
        images: The normalised features that the plan is over.
        normaliser: The one that made them.
    """

    table: pd.DataFrame
    plan: Plan
    images: Images
    normaliser: Normaliser | None


def balanced_pool(recipe: Recipe, utterances: pd.DataFrame, examples: Dataset, seed: int) -> Pool:
    """Normalise and balance a whole corpus, as protocol ``paper`` does before it splits.

    Source: section 3.4 of the paper: "we generate the synthetic samples to balance the class distribution. We then
    split". The normaliser and SMOTE see every utterance. A synthetic row has the speaker of its base parent.
    """
    normaliser = fit_normaliser(recipe, examples)
    images = to_training_images(recipe, examples, normaliser)
    emotions = utterances["emotion"].to_numpy(str)
    plan = make_plan(recipe, images, emotions, examples.speakers, seed).copies_as_made(emotions)
    kept = utterances.iloc[plan.kept]
    made = pd.DataFrame(
        {"emotion": plan.labels, "speaker": groups_of(plan, utterances["speaker"].to_numpy())[len(kept) :]},
        index=[f"synthetic-{number}" for number in range(len(plan) - len(kept))],
    ).reindex(columns=utterances.columns)
    table = pd.concat([kept.astype(object), made.astype(object)]) if len(made) else kept
    return Pool(table, plan, images, normaliser)

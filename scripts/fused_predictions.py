"""What a recipe and a partner answer together, from their own runs: no fit is made a second time.

    python scripts/fused_predictions.py STUDY voice-linear STUDY voice-residual 0.5 --out fused.csv

A partner is fitted as it is alone (tests/training/test_partners.py), so adding log-probabilities of predictions.csv
gives the answers of a recipe with ``partners: {voice-residual: 0.5}``, to the nine digits that a run keeps. The two are
of the same protocol and folds; the predictions of all folds are one table, which `evenvoice compare` reads.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import softmax

import evenvoice

_KEYS = ("utterance", "emotion", "speaker")


def predictions_of(study: Path, recipe: str) -> pd.DataFrame:
    """Return the predictions of one recipe of a study, all folds of its only protocol and seed, by utterance."""
    files = sorted((study / "runs" / recipe).glob("*/*/*/predictions.csv"))
    if len({file.parents[1] for file in files}) != 1:
        raise SystemExit(
            f"{study}: {recipe} has runs of {len({file.parents[1] for file in files})} protocols and seeds"
        )
    table = pd.concat([pd.read_csv(file, dtype={"speaker": str}).assign(fold=file.parent.name) for file in files])
    return table.sort_values("utterance").reset_index(drop=True)


def fused(one: pd.DataFrame, other: pd.DataFrame, share: float) -> pd.DataFrame:
    """Return softmax((1 − share) ln p + share ln q) as a table of predictions.

    Examples:
        >>> rows = {"utterance": ["u"], "emotion": ["a"], "speaker": ["s"], "fold": ["f"], "predicted": ["a"]}
        >>> one = pd.DataFrame({**rows, "p:a": [0.8], "p:b": [0.2]})
        >>> other = pd.DataFrame({**rows, "p:a": [0.1], "p:b": [0.9]})
        >>> fused(one, other, 0.5)[["predicted", "p:a"]].round(3).to_numpy().tolist()  # sqrt(.08) : sqrt(.18) = 2 : 3
        [['b', 0.4]]
    """
    for column in (*_KEYS, "fold"):
        if one[column].tolist() != other[column].tolist():
            raise SystemExit(f"the two differ in {column}: they are not of the same corpus, protocol and folds")
    columns = [column for column in one if column.startswith("p:")]
    logs = [np.log(table[columns].to_numpy().clip(1e-38)) for table in (one, other)]
    together = softmax((1 - share) * logs[0] + share * logs[1], axis=1)
    labels = np.array([column.removeprefix("p:") for column in columns])
    return one.assign(predicted=labels[together.argmax(axis=1)], **dict(zip(columns, together.T, strict=True)))


def main() -> None:
    """Print the UA of both and of the two together, and each difference, with intervals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", type=Path)
    parser.add_argument("recipe")
    parser.add_argument("other_study", type=Path)
    parser.add_argument("other_recipe")
    parser.add_argument("share", type=float, help="how much the other recipe counts, between 0 and 1")
    parser.add_argument("--out", type=Path, help="where to write the predictions of both together")
    asked = parser.parse_args()
    one = predictions_of(asked.study, asked.recipe)
    other = predictions_of(asked.other_study, asked.other_recipe)
    together = fused(one, other, asked.share)
    if asked.out is not None:
        together.to_csv(asked.out, index=False)
    tables = {asked.recipe: one, asked.other_recipe: other, "together": together}
    print(evenvoice.compare(tables, asked.recipe).table())


if __name__ == "__main__":
    main()

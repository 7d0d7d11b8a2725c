"""Measure recipes on test speakers whose recordings came over a telephone, as an MP3, in noise or from a room.

    python scripts/robustness.py emodb:data/emodb --recipe voice-linear --recipe voice-robust

Each speaker in turn is the test part (protocol ``speaker``); the fits are those of `evenvoice evaluate`, and only the
test recordings are changed. UA in per cent with its 95 % interval over speakers, for this model and new speakers.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from evenvoice import open_corpus, open_recipe
from evenvoice.metrics import intervals
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.training import fit
from evenvoice.training.load import load_dataset

CHANNELS = {
    "as recorded": None,
    "telephone (300–3400 Hz, 8 kHz, μ-law)": "codec:telephone",
    "MP3": "codec:mp3",
    "pink noise at 10 dB": "noise:10",
    "pink noise at 0 dB": "noise:0",
    "room, RT60 0.4 s": "room:0.4",
}


def measure(corpus_name: str, recipe_name: str) -> dict[str, str]:
    """Return UA with its interval for each channel."""
    recipe = open_recipe(recipe_name)
    needed = [name for name in CHANNELS.values() if name is not None]
    perturbations = list(dict.fromkeys([*recipe.perturbations, *needed]))
    corpus, dataset = load_dataset(
        open_corpus(corpus_name, emotions="all"), recipe.features, perturbations=perturbations, jobs=2
    )
    labels = corpus.classes
    tables: dict[str, list[pd.DataFrame]] = {channel: [] for channel in CHANNELS}
    for fold in make_folds(open_protocol("speaker"), corpus.table, 0):
        model = fit(recipe, dataset.take(fold.train), seed=0, labels=labels)
        test = dataset.take(fold.test, with_emotions=False)
        rows = corpus.table.iloc[fold.test]
        for channel, perturbation in CHANNELS.items():
            given = test if perturbation is None else test.variant(perturbation)
            answers = np.array(labels)[model.probabilities(given).argmax(axis=1)]
            tables[channel].append(
                pd.DataFrame(
                    {
                        "utterance": rows.index,
                        "speaker": rows["speaker"].to_numpy(),
                        "emotion": rows["emotion"].to_numpy(),
                        "predicted": answers,
                    }
                )
            )
    found = {}
    for channel, parts in tables.items():
        ua = intervals([pd.concat(parts, ignore_index=True)], labels)["ua"]
        found[channel] = f"{100 * ua.estimate:.1f} [{100 * ua.low:.1f}, {100 * ua.high:.1f}]"
    return found


def main() -> None:
    """Read the command line and print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="as evenvoice evaluate takes it: emodb:PATH")
    parser.add_argument("--recipe", action="append", required=True, help="repeatable")
    asked = parser.parse_args()
    measured = {recipe: measure(asked.corpus, recipe) for recipe in asked.recipe}
    print(f"| test recordings | {' | '.join(measured)} |")
    print(f"|---|{'---:|' * len(measured)}")
    for channel in CHANNELS:
        print(f"| {channel} | {' | '.join(found[channel] for found in measured.values())} |")


if __name__ == "__main__":
    main()

"""``evenvoice train``: one model file from a whole corpus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import options


def train(
    corpus: options.CorpusArgument,
    recipe: Annotated[str, typer.Option(help="A recipe's name or .yaml file.")] = "smote-2dcnn",
    emotions: options.Emotions = None,
    style: options.Style = None,
    speaker_from: options.SpeakerFrom = None,
    without: options.Without = None,
    form: options.Form = None,
    settings: options.Set = None,
    seed: options.Seed = 0,
    jobs: options.Jobs = None,
    device: options.Device = "cpu",
    skip_bad: options.SkipBad = False,
    out: options.Out = Path("model"),
) -> None:
    """Train on the whole corpus and write DIR/model.onnx. It measures nothing: `evenvoice evaluate` does.

    Example: evenvoice train emodb:data/emodb --without speaker=16 --out model
    """
    from evenvoice.training.allocator import keep_freed_memory
    from evenvoice.training.on_corpus import train as make

    keep_freed_memory()

    path = make(
        options.open_the_corpus(corpus, emotions, style, speaker_from, without),
        options.open_the_recipe(recipe, form, None, settings),
        out,
        seed=seed,
        jobs=options.cores(jobs),
        device=device,
        skip_bad=skip_bad,
        say=lambda text: print(text, file=sys.stderr, flush=True),
    )
    print(path)

"""``evenvoice train``: one model file from a whole corpus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import complete, options
from evenvoice.recipes import DEFAULT_RECIPE


def train(
    corpus: options.CorpusArgument,
    recipe: Annotated[
        str, typer.Option(autocompletion=complete.recipes, help="A recipe's name or .yaml file.")
    ] = DEFAULT_RECIPE,
    emotions: options.Emotions = None,
    style: options.Style = None,
    speaker_from: options.SpeakerFrom = None,
    emotion_from: options.EmotionFrom = None,
    columns: options.Columns = None,
    without: options.Without = None,
    form: options.Form = None,
    settings: options.Set = None,
    seed: options.Seed = 0,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="How many recordings to decode at once; the fit takes one thread, and results do not depend on it.",
            show_default="all cores",
        ),
    ] = None,
    device: options.Device = "cpu",
    skip_bad: options.SkipBad = False,
    measured_by: Annotated[
        Path | None,
        typer.Option(metavar="STUDY", help="A study of this recipe and corpus, whose figures the model file shows."),
    ] = None,
    log_to: options.LogTo = None,
    out: options.Out = Path("model"),
) -> None:
    """Train on the whole corpus and write DIR/model.onnx. It measures nothing: `evenvoice evaluate` does.

    Example: evenvoice train emodb:data/emodb --without speaker=16 --measured-by evaluation --out model
    """
    from evenvoice.allocator import keep_freed_memory
    from evenvoice.training import train as make

    keep_freed_memory()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    the_corpus = options.open_the_corpus(corpus, emotions, style, speaker_from, without, emotion_from, columns)
    the_recipe = options.open_the_recipe(recipe, form, None, settings)
    figures = None
    if measured_by is not None:
        from evenvoice.study import measured

        figures = measured(measured_by, the_recipe, the_corpus, say=say)
    path = make(
        the_corpus,
        the_recipe,
        out,
        seed=seed,
        jobs=options.cores(jobs),
        device=device,
        skip_bad=skip_bad,
        measured=figures,
        say=say,
        log_to=log_to,
    )
    print(path)

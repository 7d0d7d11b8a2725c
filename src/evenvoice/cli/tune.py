"""``evenvoice tune``: search a recipe's settings without the test part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import complete, options
from evenvoice.cli.options import as_typed
from evenvoice.extras import need


def tune(
    corpus: options.CorpusArgument,
    recipe: Annotated[
        str, typer.Option(autocompletion=complete.recipes, help="A recipe's name or .yaml file, with a search space.")
    ] = "smote-2dcnn",
    trials: Annotated[int, typer.Option(min=1, help="How many trials in all; those in --out already count.")] = 50,
    protocol: Annotated[
        str | None,
        typer.Option(
            autocompletion=complete.protocols,
            help="speaker-folds, speaker, session, text-folds, kfold, random or given: one of its folds is the test "
            "part.",
            show_default="speaker-folds, or kfold where speakers are unknown",
        ),
    ] = None,
    fold: Annotated[int, typer.Option(min=0, help="Which fold of the protocol is the test part.")] = 0,
    inner_folds: Annotated[
        int, typer.Option(min=2, help="How many parts of the rest, with other speakers each, judge a trial.")
    ] = 3,
    seed: options.Seed = 0,
    emotions: options.Emotions = None,
    style: options.Style = None,
    speaker_from: options.SpeakerFrom = None,
    emotion_from: options.EmotionFrom = None,
    columns: options.Columns = None,
    without: options.Without = None,
    form: options.Form = None,
    normalise: options.Normalise = None,
    settings: options.Set = None,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    device: options.Device = "cpu",
    skip_bad: options.SkipBad = False,
    figures: options.Figures = None,
    out: options.Out = Path("tuning"),
    as_json: options.AsJson = False,
) -> None:
    """Tune a recipe on validation parts, then open the test part once.

    What a recipe's `search` declares is searched; what an option sets is not. The test part reaches no trial: it is
    opened at the end, for the recipe as it is and as it was tuned. A tuning that was interrupted goes on with the same
    command, and the same command in several terminals works on one tuning.

    Example: evenvoice tune emodb:data/emodb --recipe smote-2dcnn --trials 30 --form mean
    """
    need("optuna", "evenvoice tune")  # first: its extra brings all that follows
    from evenvoice import report, study
    from evenvoice.allocator import keep_freed_memory
    from evenvoice.report import tuning_as_json, tuning_as_text, write_tuning_report
    from evenvoice.tuning import tune as tune_recipe

    keep_freed_memory()
    kinds = report.figure_kinds(figures or [])
    with options.executor_on(cluster, jobs) as executor:
        found = tune_recipe(
            options.open_the_corpus(corpus, emotions, style, speaker_from, without, emotion_from, columns),
            options.open_the_recipe(recipe, form, normalise, settings),
            trials=trials,
            protocol=protocol,
            fold=fold,
            inner_folds=inner_folds,
            seed=seed,
            out=out,
            jobs=jobs,
            device=device,
            skip_bad=skip_bad,
            extends=recipe,
            command=as_typed(),
            executor=executor,
        )
    report.write_report(out, figures=kinds)
    page = write_tuning_report(out, figures=kinds)
    if as_json:
        print(json.dumps(tuning_as_json(found), indent=1))
        return
    print(study.load_study(out).table())
    print(tuning_as_text(found))
    print(f"report: {page}")

"""``evenvoice evaluate``: recipes × protocols × seeds on a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import complete, options
from evenvoice.cli.run import KeepModels, carry_out
from evenvoice.recipes import DEFAULT_RECIPE


def evaluate(
    corpus: options.CorpusArgument,
    recipe: Annotated[
        list[str], typer.Option(autocompletion=complete.recipes, help="A recipe's name or .yaml file. Repeatable.")
    ] = [DEFAULT_RECIPE],  # noqa: B006
    protocol: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete.protocols,
            help="random, kfold, speaker (loso), speaker-folds, text-folds (kfold-10: of 10 folds), session, "
            "logo-COLUMN, predefined, cross, paper (LEAKY), or package.module:Class. Repeatable.",
            show_default="speaker-folds, or kfold where speakers are unknown",
        ),
    ] = None,
    select_on_test: Annotated[
        bool,
        typer.Option(
            "--select-on-test",
            help="Beside each protocol, also measure what choosing the best epoch on the test part gains (LEAKY).",
        ),
    ] = False,
    enrol: Annotated[
        list[str] | None,
        typer.Option(
            metavar="K|all",
            help="Adapt to K unlabelled utterances of each test speaker, and test the rest. Repeatable.",
            show_default="0",
        ),
    ] = None,
    test_corpus: Annotated[
        str | None,
        typer.Option(
            metavar="CORPUS",
            help="For protocol cross: the corpus to test on. --speaker-from, --emotion-from, --columns and "
            "--without go to whichever of the two takes them.",
        ),
    ] = None,
    seeds: options.Seeds = None,
    split_seeds: options.SplitSeeds = None,
    fit_seeds: options.FitSeeds = None,
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
    reference: options.Reference = None,
    figures: options.Figures = None,
    keep_models: KeepModels = False,
    log_to: options.LogTo = None,
    out: options.Out = Path("evaluation"),
    as_json: options.AsJson = False,
) -> None:
    """Evaluate recipes on a corpus, and write a report.

    Runs that are in --out already are kept: an evaluation that was interrupted goes on where it stopped.

    Example: evenvoice evaluate emodb:data/emodb --recipe smote-2dcnn --recipe 2dcnn --protocol speaker-folds --seeds 5
    """
    from evenvoice.study import Experiment

    options.seeds(seed, seeds, split_seeds, fit_seeds)  # says what does not go together in the options' own words
    experiment = Experiment(
        corpus=corpus,
        test_corpus=test_corpus,
        emotions=emotions,
        style=style,
        speaker_from=speaker_from,
        emotion_from=emotion_from,
        columns=columns,
        without=without or [],
        recipes=recipe,
        shape=form,
        normalise=normalise,
        set=options.nested(settings),
        protocols=protocol,
        select_on_test=select_on_test,
        enrol=[*(enrol or (0,))],
        seed=seed,
        seeds=seeds,
        split_seeds=split_seeds,
        fit_seeds=fit_seeds,
    )
    carry_out(
        experiment,
        reference,
        figures,
        as_json,
        cluster,
        out=out,
        jobs=jobs,
        device=device,
        skip_bad=skip_bad,
        keep_models=keep_models,
        log_to=log_to,
    )

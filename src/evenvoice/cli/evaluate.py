"""``evenvoice evaluate``: recipes × protocols × seeds on a corpus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import complete, options
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
            help="random, kfold, speaker (loso), speaker-folds, text-folds, session, logo-COLUMN, predefined, cross, "
            "paper (LEAKY), or package.module:Class. Repeatable.",
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
        str | None, typer.Option(metavar="CORPUS", help="For protocol cross: the corpus to test on.")
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
    device: options.Device = "cpu",
    skip_bad: options.SkipBad = False,
    reference: options.Reference = None,
    figures: options.Figures = None,
    keep_models: Annotated[
        bool, typer.Option("--keep-models", help="Keep each run's weights, for `evenvoice export`.")
    ] = False,
    out: options.Out = Path("evaluation"),
    as_json: options.AsJson = False,
) -> None:
    """Evaluate recipes on a corpus, and write a report.

    Runs that are in --out already are kept: an evaluation that was interrupted goes on where it stopped.

    Example: evenvoice evaluate emodb:data/emodb --recipe smote-2dcnn --recipe 2dcnn --protocol speaker-folds --seeds 5
    """
    from evenvoice import study
    from evenvoice.protocols import SELECT_ON_TEST, open_protocol
    from evenvoice.report import figure_kinds, write_report
    from evenvoice.study.comparisons import detectable, summaries
    from evenvoice.training.allocator import keep_freed_memory

    keep_freed_memory()

    the_corpus = options.open_the_corpus(
        corpus, emotions, style, speaker_from, without, emotion_from, columns, warn=False
    )
    if test_corpus is not None:
        from evenvoice.corpora import join_for_cross

        other = options.open_the_corpus(
            test_corpus, emotions, style, speaker_from, without, emotion_from, columns, warn=False
        )
        the_corpus, protocol = join_for_cross(the_corpus, other), protocol or ["cross"]
    protocols = protocol or ["speaker-folds" if the_corpus.has("speaker") else "kfold"]
    if select_on_test:
        protocols += [name + SELECT_ON_TEST for name in protocols if not open_protocol(name).promise.leaky]
    both, splits, fits = options.seeds(seed, seeds, split_seeds, fit_seeds)
    recipes = [options.open_the_recipe(name, form, normalise, settings) for name in recipe]
    study.check_reference(reference, [each.name for each in recipes])
    kinds = figure_kinds(figures or [])
    found = study.evaluate(
        the_corpus,
        recipes,
        protocols,
        seeds=both,
        split_seeds=splits,
        fit_seeds=fits,
        enrol=enrol or 0,
        out=out,
        jobs=jobs,
        device=device,
        skip_bad=skip_bad,
        keep_models=keep_models,
        command=options.as_typed(),
    )
    page = write_report(out, reference=reference, figures=kinds)
    compared = study.compare_within(found, reference)
    if as_json:
        print(json.dumps(summaries(found, compared), indent=1))
        return
    print(found.table())
    for standings in compared.values():
        print(standings.differences())
    for line in detectable(found):
        print(line)
    print(f"report: {page}")

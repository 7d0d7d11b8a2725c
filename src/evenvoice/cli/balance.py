"""``evenvoice balance``: ways to handle imbalance side by side."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import complete, options
from evenvoice.cli.strict import GIVEN
from evenvoice.recipes import DEFAULT_RECIPE


def _list(context: typer.Context, wanted: bool) -> None:
    if wanted:
        from evenvoice.bench import KINDS, method_names

        methods = {kind: list(method_names(kind)) for kind in KINDS}
        if context.meta[GIVEN].get("as_json"):
            print(json.dumps(methods, indent=1))
        else:
            for kind, names in methods.items():
                print(f"{kind}: {', '.join(names) or 'none yet'}")
        raise typer.Exit


def _say_unused(**given: object) -> None:
    """Warn of options that --advise has no use for."""
    names = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if names:
        verb = "changes" if len(names) == 1 else "change"
        print(f"warning: --advise evaluates nothing, so {', '.join(names)} {verb} nothing", file=sys.stderr)


def balance(
    corpus: options.CorpusArgument,
    recipe: Annotated[
        list[str], typer.Option(autocompletion=complete.recipes, help="A recipe's name or .yaml file. Repeatable.")
    ] = [DEFAULT_RECIPE],  # noqa: B006
    methods: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="all, samplers, losses, decisions, training, or names with commas between; tomek+smote+focal acts "
            "together, smote(k_neighbors=3) has options.",
        ),
    ] = "all",
    protocol: Annotated[
        str | None,
        typer.Option(
            autocompletion=complete.protocols,
            help="As of `evenvoice evaluate`.",
            show_default="speaker-folds, or kfold where speakers are unknown",
        ),
    ] = None,
    imbalance: Annotated[
        str,
        typer.Option(
            metavar="RATIOS",
            help="Thin the training parts until the largest class is so many times the smallest, such as 2,5,10,50; "
            "own leaves them as they are. Test parts stay as they are.",
        ),
    ] = "own",
    advise: Annotated[
        bool,
        typer.Option("--advise", help="Evaluate nothing: say what to try first, and why."),
    ] = False,
    list_methods: Annotated[
        bool, typer.Option("--list", callback=_list, is_eager=True, help="List the methods, and exit.")
    ] = False,
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
    figures: options.Figures = None,
    out: options.Out = Path("balance"),
    as_json: options.AsJson = False,
) -> None:
    """Compare ways to handle imbalance on a corpus, each with none of them, and write balance.html and balance.csv.

    A method takes the place of what the recipe does about imbalance. What does not fit is left out, and named. Runs
    that are in --out already are kept.

    Example: evenvoice balance emodb:data/emodb --recipe functionals-svm --methods smote,random-over --seeds 5
    """
    from evenvoice import bench
    from evenvoice.allocator import keep_freed_memory

    the_corpus = options.open_the_corpus(
        corpus, emotions, style, speaker_from, without, emotion_from, columns, warn=advise
    )
    if advise:
        _say_unused(methods=methods != "all", imbalance=imbalance != "own", recipe=recipe != [DEFAULT_RECIPE],
                    seeds=seeds, split_seeds=split_seeds, fit_seeds=fit_seeds, shape=form, normalise=normalise,
                    set=settings, figures=figures, cluster=cluster)  # fmt: skip
        advice = bench.advise(the_corpus, protocol)
        print(json.dumps(advice.to_json(), indent=1) if as_json else advice)
        return
    from evenvoice.report import figure_kinds, write_balance_report

    keep_freed_memory()
    kinds = figure_kinds(figures or [])
    both, splits, fits = options.seeds(seed, seeds, split_seeds, fit_seeds)
    with options.executor_on(cluster, jobs) as executor:
        found = bench.balance(
            the_corpus,
            [options.open_the_recipe(name, form, normalise, settings) for name in recipe],
            methods,
            protocol,
            imbalance=imbalance,
            seeds=both,
            split_seeds=splits,
            fit_seeds=fits,
            out=out,
            jobs=jobs,
            device=device,
            skip_bad=skip_bad,
            command=options.as_typed(),
            executor=executor,
        )
    page = write_balance_report(found, figures=kinds)
    if as_json:
        print(json.dumps(found.to_json() | {"report": str(page)}, indent=1))
        return
    print(found.table())
    print(f"report: {page}")

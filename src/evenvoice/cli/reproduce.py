"""``evenvoice reproduce``: the paper's experiments on a corpus, its figures beside ours."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from evenvoice.cli import options
from evenvoice.errors import EvenvoiceError


def reproduce(
    corpus: options.CorpusArgument,
    experiment: Annotated[
        list[int] | None, typer.Option(min=1, max=3, help="1, 2 or 3. Repeatable.", show_default="all three")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A few epochs of short inputs: minutes, and figures that say nothing.")
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(min=1, help="How many seeds; each changes the split and the weights.", show_default="3; 1 quick"),
    ] = None,
    seed: options.Seed = 0,
    scale: Annotated[
        float | None,
        typer.Option(metavar="F", help="Run about this share of the corpus, e.g. 0.05."),
    ] = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE.yaml",
            help="A recipe that replaces the shipped baseline whose name it has, or that it extends. Repeatable.",
        ),
    ] = None,
    rival: Annotated[list[str] | None, typer.Option(hidden=True, help="The old name of --baseline.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change the paper's own network, e.g. features.hop_length=1024; the baselines stay. Repeatable.",
        ),
    ] = None,
    emotions: options.Emotions = None,
    style: options.Style = None,
    speaker_from: options.SpeakerFrom = None,
    emotion_from: options.EmotionFrom = None,
    columns: options.Columns = None,
    without: options.Without = None,
    jobs: options.Jobs = None,
    device: options.Device = "cpu",
    skip_bad: options.SkipBad = False,
    figures: options.Figures = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder to write to.", show_default="reproduction; reproduction-quick"),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Run the paper's three experiments, and write reproduction.html and reproduction.md: its tables beside ours.

    Each is run in the paper's own order of steps (LEAKY), on a random split, and on unseen speakers. Runs that are in
    --out already are kept: a reproduction that was interrupted goes on where it stopped.

    Example: evenvoice reproduce emodb:data/emodb --seeds 1 --set features.hop_length=1024
    """
    from evenvoice import paper
    from evenvoice.allocator import keep_freed_memory

    keep_freed_memory()
    if rival:
        print("warning: --rival is now --baseline; the old name goes with the next release", file=sys.stderr)
    folder = out or Path("reproduction-quick" if quick else "reproduction")
    page = paper.reproduce(
        options.open_the_corpus(corpus, emotions, style, speaker_from, without, emotion_from, columns),
        folder,
        experiment or paper.EXPERIMENTS,
        seeds=range(seed, seed + (seeds or (1 if quick else 3))),
        quick=quick,
        scale=scale,
        changes=options.nested(settings),
        baselines=[*(baseline or []), *(rival or [])],
        jobs=jobs,
        device=device,
        skip_bad=skip_bad,
        figures=figures or [],
        command=options.as_typed(),
    )
    found = paper.open_reproduction(folder)
    if as_json:
        about: dict[str, Any] = {"quick": quick, "scale": scale, "unseen": found.tables.unseen, "page": str(page)}
        print(json.dumps({**about, **found.tables.to_json(), "failures": found.record.failures}, indent=1))
    else:
        print(paper.as_text(found.tables))
        print(f"page: {page}")
    if found.record.failures:
        failed = "; ".join(f"{name}: {why}" for name, why in found.record.failures.items())
        raise EvenvoiceError(f"the page is written, but could not be finished: {failed}")

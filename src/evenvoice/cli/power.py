"""``evenvoice power``: what difference a study can find, and what a difference takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import options
from evenvoice.errors import EvenvoiceError


def power(
    source: Annotated[
        str,
        typer.Argument(
            metavar="CORPUS|STUDY",
            help="A folder that `evenvoice evaluate --out` wrote (a pilot study), or a corpus: NAME:PATH, table.csv.",
            show_default=False,
        ),
    ],
    difference: Annotated[float, typer.Option(help="The difference in UA to find, in points.")] = 3.0,
    probability: Annotated[float, typer.Option("--power", help="Probability of finding it, per cent.")] = 80.0,
    speakers: Annotated[int | None, typer.Option(help="Plan for so many.", show_default="as there are")] = None,
    fits: Annotated[int | None, typer.Option(help="Fits of each system.", show_default="as there are; 3")] = None,
    speaker_sd: Annotated[float, typer.Option(help="Corpus: spread of a system's UA over speakers, points.")] = 12.0,
    fit_sd: Annotated[float, typer.Option(help="Corpus: spread over fits, points.")] = 2.0,
    both_sd: Annotated[float, typer.Option(help="Corpus: spread of a speaker over fits, points.")] = 5.0,
    alike: Annotated[float, typer.Option(help="Corpus: correlation of two systems over speakers.")] = 0.8,
    emotions: options.Emotions = None,
    as_json: options.AsJson = False,
) -> None:
    """Say what difference between two systems a study can find, and how many fits or speakers a difference takes.

    Example: evenvoice power evaluation --difference 3
    """
    from evenvoice.metrics import Pilot, pilot_of, plan_study, typical_components
    from evenvoice.tables import wrapped

    if (Path(source) / "study.json").is_file():
        from evenvoice.study import load_study

        pilot = pilot_of(load_study(source).results)
    else:
        for name, value, most in (("alike", alike, 1), ("speaker-sd", speaker_sd, 100), ("fit-sd", fit_sd, 100),
                                  ("both-sd", both_sd, 100)):  # fmt: skip
            if not 0 <= value <= most:
                raise EvenvoiceError(f"power: --{name} {value:g}; expected a number from 0 to {most}")
        corpus = options.open_the_corpus(source, emotions, None, None, None)
        known = int(corpus.table["speaker"].dropna().nunique())
        if not known and speakers is None:
            raise EvenvoiceError(f"power: {source}: speakers are not known; name their number with --speakers")
        parts = typical_components(speaker_sd / 100, fit_sd / 100, both_sd / 100, alike)
        stated = f"over speakers {speaker_sd:g} points, over fits {fit_sd:g}, both {both_sd:g}, correlation {alike:g}"
        basis = f"stated: {stated}"
        pilot = Pilot(parts, known, 3, basis)
    plan = plan_study(
        pilot.components,
        difference / 100,
        speakers=pilot.speakers if speakers is None else speakers,
        fits=(max(2, pilot.fits) if pilot.random else 1) if fits is None else fits,
        power=probability / 100,
        varies=pilot.varies,
    )
    if as_json:
        print(json.dumps(plan.to_json() | {"basis": pilot.basis}, indent=1))
        return
    print(wrapped(plan.words))
    print(wrapped(f"Difference between two systems: {pilot.components.words(pilot.varies)} ({pilot.basis})."))

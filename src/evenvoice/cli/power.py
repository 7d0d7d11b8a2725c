"""``evenvoice power``: what difference a study can find, and what a difference takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import options
from evenvoice.errors import EvenvoiceError

_TYPICAL = {"speaker-sd": 12.0, "fit-sd": 2.0, "both-sd": 5.0, "alike": 0.8}


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
    speaker_sd: Annotated[
        float | None,
        typer.Option(help="Corpus: spread of a system's UA over speakers, points.", show_default="12"),
    ] = None,
    fit_sd: Annotated[float | None, typer.Option(help="Corpus: spread over fits, points.", show_default="2")] = None,
    both_sd: Annotated[
        float | None, typer.Option(help="Corpus: spread of a speaker over fits, points.", show_default="5")
    ] = None,
    alike: Annotated[
        float | None, typer.Option(help="Corpus: correlation of two systems over speakers.", show_default="0.8")
    ] = None,
    emotions: options.Emotions = None,
    as_json: options.AsJson = False,
) -> None:
    """Say what difference between two systems a study can find, and how many fits or speakers a difference takes.

    Example: evenvoice power evaluation --difference 3
    """
    from evenvoice.metrics import Pilot, pilot_of, plan_study, typical_components
    from evenvoice.tables import wrapped

    if not 5 < probability < 100:
        raise EvenvoiceError(f"power: --power {probability:g}; expected per cent above 5 and below 100, for example 80")
    if not 0 < difference <= 100:
        raise EvenvoiceError(f"power: --difference {difference:g}; expected points above 0, for example 3")
    stated = {"speaker-sd": speaker_sd, "fit-sd": fit_sd, "both-sd": both_sd, "alike": alike}
    if (Path(source) / "study.json").is_file():
        from evenvoice.study import load_study

        asked = [name for name, value in (stated | {"emotions": emotions}).items() if value is not None]
        if asked:
            raise EvenvoiceError(f"power: --{asked[0]} is for a corpus, and {source} is a study; leave it out")
        pilot = pilot_of(load_study(source).results)
    else:
        spread = _TYPICAL | {name: value for name, value in stated.items() if value is not None}
        for name, value in spread.items():
            most = 1 if name == "alike" else 100
            if not 0 <= value <= most:
                raise EvenvoiceError(f"power: --{name} {value:g}; expected a number from 0 to {most}")
        corpus = options.open_the_corpus(source, emotions, None, None, None)
        known = int(corpus.table["speaker"].dropna().nunique())
        if not known and speakers is None:
            raise EvenvoiceError(f"power: {source}: speakers are not known; name their number with --speakers")
        of_speakers, of_fits, of_both, correlation = spread.values()
        parts = typical_components(of_speakers / 100, of_fits / 100, of_both / 100, correlation)
        basis = (
            f"stated: over speakers {of_speakers:g} points, over fits {of_fits:g}, both {of_both:g}, correlation "
            f"{correlation:g}"
        )
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

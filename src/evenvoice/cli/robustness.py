"""``evenvoice robustness``: a recipe on perturbed test recordings, and on other corpora."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import complete, options
from evenvoice.recipes import DEFAULT_RECIPE


def robustness(
    corpus: options.CorpusArgument,
    recipe: Annotated[
        str, typer.Option(autocompletion=complete.recipes, help="A recipe's name or .yaml file.")
    ] = DEFAULT_RECIPE,
    protocol: Annotated[
        str, typer.Option(autocompletion=complete.protocols, help="How the test parts are cut.")
    ] = "speaker",
    through: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME:VALUE",
            help="What is done to the test recordings: codec:telephone, codec:mp3, noise:DB, room:SECONDS, "
            "band:LOW-HIGH, speed:FACTOR, … Repeatable.",
            show_default="codec:telephone, codec:mp3, noise:10, noise:0, room:0.4",
        ),
    ] = None,
    other: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CORPUS",
            autocompletion=complete.corpora,
            help="Also fit on all of CORPUS and test on this one, on the emotions that both have. Repeatable.",
        ),
    ] = None,
    emotions: options.Emotions = None,
    style: options.Style = None,
    speaker_from: options.SpeakerFrom = None,
    emotion_from: options.EmotionFrom = None,
    columns: options.Columns = None,
    without: options.Without = None,
    form: options.Form = None,
    settings: options.Set = None,
    seed: options.Seed = 0,
    jobs: options.Jobs = None,
    skip_bad: options.SkipBad = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write robustness.json there: from the folder of a study of the same recipe and corpus, "
            "`evenvoice train --measured-by DIR` puts it into the model file.",
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Test a recipe over a telephone, as an MP3, in noise, from a room, and on other corpora.

    Example: evenvoice robustness emodb:data/emodb --recipe voice-robust --other ravdess:data/ravdess --out evaluation
    """
    from evenvoice.study import CONDITIONS, Execution, measure_robustness

    found = measure_robustness(
        options.open_the_corpus(corpus, emotions, style, speaker_from, without, emotion_from, columns),
        options.open_the_recipe(recipe, form, None, settings),
        protocol,
        conditions=CONDITIONS if through is None else through,
        others=[options.open_the_corpus(name, "all", None, None, None) for name in other or ()],
        seed=seed,
        out=out,
        execution=Execution(jobs=jobs, skip_bad=skip_bad),
    )
    print(found.model_dump_json(indent=1) if as_json else found.table())

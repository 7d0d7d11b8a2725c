"""``evenvoice plot``: figures of a study, of a corpus and of a recording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evenvoice.cli import complete, options
from evenvoice.cli.strict import Commands
from evenvoice.errors import EvenvoiceError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

app = Commands(help="Figures of a study, of a corpus or of a recording, as PNG and more.", no_args_is_help=True)

StudyArgument = Annotated[Path, typer.Argument(metavar="STUDY", help="A folder that `evenvoice evaluate --out` wrote.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")]
OneRecipe = Annotated[str | None, typer.Option(metavar="RECIPE", help="Of this recipe alone.", show_default="all")]
OneProtocol = Annotated[
    str | None, typer.Option(metavar="PROTOCOL", help="Under this protocol alone.", show_default="all")
]


@app.command()
def roc(
    study: StudyArgument,
    recipe: OneRecipe = None,
    protocol: OneProtocol = None,
    out: Out = Path("figures"),
    figures: options.Figures = None,
) -> None:
    """Draw the ROC of each emotion against all others, with the area under it.

    Example: evenvoice plot roc study --recipe voice-linear --figures pdf
    """
    from evenvoice.report import roc_figure

    _of_results(study, recipe, protocol, out, figures, "roc", roc_figure)


@app.command()
def det(
    study: StudyArgument,
    recipe: OneRecipe = None,
    protocol: OneProtocol = None,
    out: Out = Path("figures"),
    figures: options.Figures = None,
) -> None:
    """Draw the DET of each emotion: misses over false alarms, with the equal error rate."""
    from evenvoice.report import det_figure

    _of_results(study, recipe, protocol, out, figures, "det", det_figure)


@app.command("learning-curve")
def learning_curve(
    study: StudyArgument,
    protocol: Annotated[
        str | None, typer.Option(metavar="PROTOCOL", help="Whose curve, where there are several.")
    ] = None,
    out: Out = Path("figures"),
    figures: options.Figures = None,
) -> None:
    """Draw UA against the number of speakers trained on, from runs under PROTOCOL+speakers-N.

    First: evenvoice evaluate CORPUS --protocol speaker+speakers-3 --protocol speaker+speakers-6 --protocol speaker
    --out study
    """
    from evenvoice.report import figure_kinds, learning_curve_figure, learning_curve_table
    from evenvoice.study import load_study

    kinds, read = figure_kinds(figures or []), load_study(study)
    figure = learning_curve_figure(read, protocol)
    print(learning_curve_table(read, protocol))
    _write(figure, out, f"{read.corpus['name']}-learning-curve", kinds)


@app.command("map")
def draw_map(
    corpus: options.CorpusArgument,
    recipe: Annotated[
        str, typer.Option(autocompletion=complete.recipes, help="Whose features: one vector an utterance.")
    ] = "voice-linear",
    method: Annotated[str, typer.Option(metavar="t-sne|pca", help="How they are laid out.")] = "t-sne",
    emotions: options.Emotions = None,
    speaker_from: options.SpeakerFrom = None,
    emotion_from: options.EmotionFrom = None,
    columns: options.Columns = None,
    seed: options.Seed = 0,
    jobs: options.Jobs = None,
    skip_bad: options.SkipBad = False,
    out: Out = Path("figures"),
    figures: options.Figures = None,
) -> None:
    """Draw each utterance as a point, near those whose features are alike; by emotion and by speaker.

    Example: evenvoice plot map emodb:/data/emodb --recipe voice-linear --method pca
    """
    from evenvoice.report import feature_map, figure_kinds, map_figure

    kinds = figure_kinds(figures or [])
    opened = options.open_the_corpus(corpus, emotions, None, speaker_from, None, emotion_from, columns)
    found = feature_map(
        opened,
        options.open_the_recipe(recipe, None, None, None),
        method=method,  # type: ignore[arg-type]  # checked there
        seed=seed, jobs=options.cores(jobs), skip_bad=skip_bad,
    )  # fmt: skip
    _write(map_figure(found), out, f"{opened.name}-{found.recipe.name}-map", kinds)


@app.command()
def features(
    corpus: options.CorpusArgument,
    emotions: options.Emotions = None,
    speaker_from: options.SpeakerFrom = None,
    emotion_from: options.EmotionFrom = None,
    columns: options.Columns = None,
    jobs: options.Jobs = None,
    skip_bad: options.SkipBad = False,
    out: Out = Path("figures"),
    figures: options.Figures = None,
) -> None:
    """Draw pitch, level, brightness and duration by emotion."""
    from evenvoice.report import descriptors, features_figure, figure_kinds

    kinds = figure_kinds(figures or [])
    opened = options.open_the_corpus(corpus, emotions, None, speaker_from, None, emotion_from, columns)
    table = descriptors(opened, jobs=options.cores(jobs), skip_bad=skip_bad)
    _write(features_figure(table, opened), out, f"{opened.name}-features", kinds)


@app.command()
def spectrogram(
    recording: Annotated[Path, typer.Argument(metavar="FILE", help="A recording of at most 30 s.")],
    out: Out = Path("figures"),
    figures: options.Figures = None,
) -> None:
    """Draw a recording's spectrogram, with its F0."""
    from evenvoice.report import figure_kinds, spectrogram_figure

    kinds = figure_kinds(figures or [])
    _write(spectrogram_figure(recording), out, f"{recording.stem}-spectrogram", kinds)


def _of_results(
    folder: Path,
    recipe: str | None,
    protocol: str | None,
    out: Path,
    figures: list[str] | None,
    kind: str,
    draw: Callable[[Any], Figure],
) -> None:
    """Draw each result of a study that is asked for."""
    from evenvoice.protocols import protocol_name
    from evenvoice.report import figure_kinds
    from evenvoice.study import load_study

    kinds, study = figure_kinds(figures or []), load_study(folder)
    wanted = None if protocol is None else protocol_name(protocol)
    results = [each for each in study.results if recipe in (None, each.recipe) and wanted in (None, each.protocol)]
    if not results:
        there = "; ".join(f"{each.recipe}, {each.protocol}" for each in study.results)
        asked = ", ".join(filter(None, (recipe, wanted)))
        raise EvenvoiceError(f"{folder}: no result of {asked}; there are {there}")
    for each in results:
        _write(draw(each), out, f"{each.recipe}-{each.protocol}-{kind}", kinds)


def _write(figure: Figure, folder: Path, name: str, kinds: tuple[str, ...]) -> None:
    """Write a figure, and print its files."""
    from evenvoice.files import portable_name
    from evenvoice.report import write_figure

    for file in write_figure(figure, folder / portable_name(name), kinds):
        print(file)

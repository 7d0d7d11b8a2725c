"""``evenvoice audit``: what makes a figure too good, in a corpus, a split, a study or a published table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evenvoice.cli import options
from evenvoice.cli.strict import Commands
from evenvoice.errors import EvenvoiceError

if TYPE_CHECKING:
    from evenvoice.audit import Audit
    from evenvoice.corpora import Corpus

app = Commands(
    help="Find leaks in a corpus, a split, a study or a published table. Exit code 1 where there is one, or where a "
    "comparison rests on one fit.",
    no_args_is_help=True,
)

CorpusOption = Annotated[
    str | None,
    typer.Option(
        "--corpus",
        metavar="CORPUS",
        help="What was evaluated: tells the speakers, texts and recordings of training rows.",
    ),
]


@app.command()
def corpus(
    corpus: options.CorpusArgument,
    emotions: options.Emotions = None,
    style: options.Style = None,
    speaker_from: options.SpeakerFrom = None,
    emotion_from: options.EmotionFrom = None,
    columns: options.Columns = None,
    without: options.Without = None,
    jobs: options.Jobs = None,
    as_json: options.AsJson = False,
) -> None:
    """Look for the same audio twice, labels that other things than speech give away, and recordings with defects."""
    from evenvoice.audit import audit_corpus

    the_corpus = options.open_the_corpus(corpus, emotions, style, speaker_from, without, emotion_from, columns)
    _print(audit_corpus(the_corpus, jobs=jobs), as_json)


@app.command()
def split(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE.csv|RUN",
            help="A CSV with a column part (train, validation, test), or the folder of a run.",
            show_default=False,
        ),
    ],
    corpus: CorpusOption = None,
    emotions: options.Emotions = None,
    jobs: options.Jobs = None,
    as_json: options.AsJson = False,
) -> None:
    """Look for what train, validation and test share, and for a test part that is too small.

    Example: evenvoice audit split my_split.csv
    """
    from evenvoice.audit import audit_split

    _print(audit_split(path, corpus=_evaluated(corpus, emotions), jobs=jobs), as_json)


@app.command()
def run(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="What `evenvoice evaluate --out` wrote, or one run in it.")
    ],
    corpus: CorpusOption = None,
    emotions: options.Emotions = None,
    as_json: options.AsJson = False,
) -> None:
    """Look for test rows in anything that was fitted, and for records that the files contradict.

    Example: evenvoice audit run evaluation --corpus emodb:data/emodb
    """
    from evenvoice.audit import audit_run

    _print(audit_run(folder, corpus=_evaluated(corpus, emotions)), as_json)


@app.command()
def counts(
    train: Annotated[int, typer.Option(help="Rows of the training part, as published.", show_default=False)],
    test: Annotated[int, typer.Option(help="Rows of the test part.", show_default=False)],
    classes: Annotated[
        str,
        typer.Option(
            metavar="N,N,…",
            help="Utterances of each class before anything was done: 1103,595 or angry=1103,happy=595.",
            show_default=False,
        ),
    ],
    validation: Annotated[int, typer.Option(help="Rows of the validation part.")] = 0,
    as_json: options.AsJson = False,
) -> None:
    """Tell in which order a published data set was split and balanced, from its counts.

    Example: evenvoice audit counts --train 5465 --test 1367 --classes 1103,595,1084,1708
    """
    from evenvoice.audit import audit_counts, parse_classes

    _print(audit_counts(train, test, parse_classes(classes), validation=validation), as_json)


def _evaluated(corpus: str | None, emotions: str | None) -> Corpus | None:
    """Open the corpus of ``--corpus``."""
    if corpus is not None:
        return options.open_the_corpus(corpus, emotions, None, None, None)
    if emotions is not None:
        raise EvenvoiceError("--emotions chooses from the corpus of --corpus; name the corpus, too")
    return None


def _print(audit: Audit, as_json: bool) -> None:
    """Print an audit; exit code 1 where it found a leak, or refuses a comparison."""
    print(json.dumps(audit.to_json(), indent=1, ensure_ascii=False) if as_json else audit.as_text())
    if audit.leaks or audit.refused:
        raise typer.Exit(1)

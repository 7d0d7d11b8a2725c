"""``evenvoice corpus``: which corpora there are, what one holds, and how to get one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import options
from evenvoice.cli.strict import Commands

app = Commands(help="Corpora: list, show, download.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List the corpora that evenvoice reads."""
    from rich.console import Console
    from rich.table import Table

    from evenvoice.corpora import LOADERS

    table = Table("corpus", "what it is", "licence", "folder", box=None, pad_edge=False)
    for loader in LOADERS.values():
        table.add_row(f"{loader.name}:PATH", loader.title, loader.licence, loader.layout)
    table.add_row("demo", "synthetic speech, made on this machine (eSpeak NG)", "made here", "none")
    table.add_row("folder:PATH", "your recordings", "yours", "a sub-folder for each emotion")
    table.add_row(
        "table.csv", "your table (.csv, .tsv, .xlsx, .parquet): file, emotion, …", "yours", "paths relative to it"
    )
    table.add_row("audformat:PATH", "an audformat database, or one table of it", "its own", "db.yaml beside its tables")
    table.add_row("audb:NAME@VERSION", "a published audformat database, with your audb", "its own", "audb's cache")
    table.add_row("datasets:PATH", "a Hugging Face dataset with an Audio column", "its own", "as save_to_disk wrote it")
    Console().print(table)


@app.command()
def show(
    corpus: options.CorpusArgument,
    emotions: options.Emotions = None,
    style: options.Style = None,
    speaker_from: options.SpeakerFrom = None,
    emotion_from: options.EmotionFrom = None,
    columns: options.Columns = None,
    without: options.Without = None,
    as_json: options.AsJson = False,
) -> None:
    """Print utterances by emotion and speaker, hours, imbalance, and what to look at first."""
    from evenvoice.corpora import summarise

    the_corpus = options.open_the_corpus(
        corpus, emotions, style, speaker_from, without, emotion_from, columns, warn=False
    )
    summary = summarise(the_corpus)
    if as_json:
        print(json.dumps(summary.to_json(), indent=1, ensure_ascii=False))
        return
    from evenvoice.corpora import corpus_as_text

    print(corpus_as_text(the_corpus, summary))


@app.command()
def download(
    name: Annotated[str, typer.Argument(metavar="NAME", help="emodb or ravdess.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder to make.", show_default="corpora/NAME")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Another address than the official one.")] = None,
) -> None:
    """Download a corpus that anyone may have; the licence is shown first, and a broken download goes on."""
    from evenvoice.corpora import download as fetch

    folder = fetch(name, out or Path("corpora") / name, url=url, say=print)
    print(f"{name}:{folder}")

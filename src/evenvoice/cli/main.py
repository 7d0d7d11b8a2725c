"""``evenvoice``: the commands, and how errors leave the house."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from typing import Annotated

import typer

from evenvoice import __version__
from evenvoice.cli import (
    audit,
    cache,
    card,
    compare,
    corpus,
    demo,
    evaluate,
    export,
    predict,
    recipe,
    report,
    reproduce,
    serve,
    train,
    tune,
)
from evenvoice.errors import EvenvoiceError
from evenvoice.extras import missing_extra

# What typer exits with after Ctrl-C.
INTERRUPTED = 130

app = typer.Typer(
    name="evenvoice",
    help="Speech emotion recognition on small, imbalanced corpora, with results that can be believed.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(corpus.app, name="corpus")
app.add_typer(recipe.app, name="recipe")
app.add_typer(cache.app, name="cache")
app.add_typer(audit.app, name="audit")
app.command("demo")(demo.demo)
app.command("evaluate")(evaluate.evaluate)
app.command("train")(train.train)
app.command("tune")(tune.tune)
app.command("predict")(predict.predict)
app.command("compare")(compare.compare)
app.command("report")(report.report)
app.command("reproduce")(reproduce.reproduce)
app.command("serve")(serve.serve)
app.command("export")(export.export)
app.command("card")(card.card)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"evenvoice {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Speech emotion recognition on small, imbalanced corpora, with results that can be believed."""


def main() -> None:
    """Run a command; what the user can mend is one line on stderr and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files hold what some terminals cannot show
    if threading.current_thread() is threading.main_thread():
        # A scheduler's way to say Ctrl-C. By default Python would be gone at once, and leave its workers at work.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app(prog_name="evenvoice")
    except EvenvoiceError as error:
        sys.exit(_complain(str(error)))
    except ModuleNotFoundError as error:
        missing = missing_extra(error, "this command")
        if missing is None:
            raise
        sys.exit(_complain(str(missing)))
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:
            print("evenvoice: interrupted; what was finished is kept", file=sys.stderr)
        raise
    finally:
        _flush()


def _complain(message: str) -> int:
    """One line on stderr; exit code 2."""
    print(f"evenvoice: {' '.join(message.splitlines())}", file=sys.stderr)
    return 2


def _flush() -> None:
    """Write what is left for stdout; exit code 1, as from typer, where the reader has gone (``| head``)."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it exits, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)

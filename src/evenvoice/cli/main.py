"""``evenvoice``: the commands, and how errors leave the house."""

from __future__ import annotations

import io
import sys
import warnings
from copy import copy
from typing import Annotated, Any

import typer

from evenvoice import __version__
from evenvoice.cli import (
    audit,
    balance,
    cache,
    card,
    compare,
    corpus,
    demo,
    enrol,
    evaluate,
    export,
    faults,
    listen,
    plot,
    power,
    predict,
    push,
    recipe,
    report,
    reproduce,
    robustness,
    run,
    serve,
    train,
    tune,
)
from evenvoice.cli.interrupts import INTERRUPTED, MESSAGE, TERMINATED, Interrupts
from evenvoice.cli.strict import Commands
from evenvoice.errors import EvenvoiceError
from evenvoice.extras import missing_extra
from evenvoice.printing import PrintableStream, printable

app = Commands(
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
app.add_typer(plot.app, name="plot")
app.command("demo")(demo.demo)
app.command("evaluate")(evaluate.evaluate)
app.command("run")(run.run)
app.command("train")(train.train)
app.command("tune")(tune.tune)
app.command("balance")(balance.balance)
app.command("enrol")(enrol.enrol)
app.command("predict")(predict.predict)
app.command("listen")(listen.listen)
app.command("compare")(compare.compare)
app.command("power")(power.power)
app.command("robustness")(robustness.robustness)
app.command("report")(report.report)
app.command("reproduce")(reproduce.reproduce)
app.command("serve")(serve.serve)
app.command("export")(export.export)
app.command("card")(card.card)
app.command("push")(push.push)


_COMMANDS: dict[str | None, object] = {one.name: one for one in app.registered_commands}
_COMMANDS.update({one.name: one for one in app.registered_groups})


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
    """Run a command; what a user can put right, and what is wrong with the machine, is one line on stderr.

    Exit codes: 0, all went well; 1, a finding (`audit`), or the reader of stdout has gone; 2, one line says why; 130,
    Ctrl-C; 143, SIGTERM. Both signals are left to the system, as at the end of a program.

    A command that has not ended some seconds after a signal is ended (`evenvoice.cli.interrupts`).
    """
    was_open = faults.open_standard_streams()
    streams = sys.stdout, sys.stderr
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files hold what some terminals cannot show
    sys.stdout, sys.stderr = map(PrintableStream, streams)
    warnings.formatwarning = _as_line
    # A scheduler's SIGTERM is its Ctrl-C. By default Python would be gone at once, and leave its workers at work.
    interrupts = Interrupts()
    try:
        with interrupts.handled():
            try:
                code = _run() if was_open else _complain(_CLOSED)
            except Exception:
                if not interrupts.terminated:
                    raise
                code = TERMINATED  # an import that is interrupted may raise an error of its own
            unwritten = faults.flush_stdout(streams[0])
            if unwritten is not None and not code:
                code = _complain(unwritten) if unwritten else 1
            if interrupts.terminated and code:
                code = TERMINATED
            if code in (INTERRUPTED, TERMINATED):
                interrupts.said = True
                print(MESSAGE, file=sys.stderr)
    finally:
        sys.stdout, sys.stderr = streams
        warnings.formatwarning = _FORMAT
    if code:
        sys.exit(code)


_FORMAT = warnings.formatwarning
_CLOSED = "standard output is closed; redirect it, for example to /dev/null"


def _as_line(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> str:
    """Write a warning for users as our others are; those for developers keep their file and line."""
    if issubclass(category, UserWarning):
        return f"warning: {printable(' '.join(str(message).split()))}\n"
    return _FORMAT(message, category, *where, **more)


def _run() -> int:
    """Run the command; return its exit code. A bug of ours is raised."""
    try:
        _called()(prog_name="evenvoice")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except KeyboardInterrupt:
        return INTERRUPTED
    except EvenvoiceError as error:
        return _complain(str(error))
    except ModuleNotFoundError as error:
        missing = missing_extra(error, "this command")
        if missing is None:
            raise
        return _complain(str(missing))
    except BrokenPipeError:
        return 1
    except Exception as error:
        fault = faults.as_line(error)
        if fault is None:
            raise
        return _complain(fault)
    return 0


def _called() -> typer.Typer:
    """Return the app with the one command that is called; typer builds all that an app has, which takes time."""
    one = _COMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if one is None:
        return app
    small = copy(app)
    small.registered_commands = [each for each in app.registered_commands if each is one]
    small.registered_groups = [each for each in app.registered_groups if each is one]
    return small


def _complain(message: str) -> int:
    """One line on stderr; exit code 2."""
    print(f"evenvoice: {printable(message)}", file=sys.stderr)
    return 2

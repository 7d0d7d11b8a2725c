"""``evenvoice``: the commands, and how errors leave the house."""

from __future__ import annotations

import io
import sys
import warnings
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer

from evenvoice import __version__
from evenvoice.cli import faults
from evenvoice.cli.interrupts import INTERRUPTED, MESSAGE, TERMINATED, Interrupts
from evenvoice.cli.strict import Commands
from evenvoice.errors import EvenvoiceError
from evenvoice.extras import missing_extra
from evenvoice.printing import PrintableStream, printable

_GROUPS = ("corpus", "recipe", "cache", "audit", "plot")
# Each is a function of its own name, in the module of that name.
_COMMANDS = (
    "demo",
    "evaluate",
    "run",
    "train",
    "tune",
    "balance",
    "enrol",
    "predict",
    "listen",
    "compare",
    "power",
    "robustness",
    "report",
    "reproduce",
    "serve",
    "export",
    "card",
    "push",
)


@cache
def whole_app() -> typer.Typer:
    """Return the app with every command."""
    return _app_of(*_GROUPS, *_COMMANDS)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"evenvoice {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Speech emotion recognition on small, imbalanced corpora, with results that can be believed."""


def _app_of(*names: str) -> typer.Typer:
    """Return the app with some commands, whose modules are imported: those of all take as long as Typer itself."""
    app = Commands(
        name="evenvoice",
        help="Speech emotion recognition on small, imbalanced corpora, with results that can be believed.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in names:
        module = import_module(f"evenvoice.cli.{name}")
        if name in _GROUPS:
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))
    return app


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
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    return _app_of(name) if name in (*_GROUPS, *_COMMANDS) else whole_app()


def _complain(message: str) -> int:
    """One line on stderr; exit code 2."""
    print(f"evenvoice: {printable(message)}", file=sys.stderr)
    return 2

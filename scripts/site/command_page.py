"""The page of every command and option, made of the Typer app."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator

import typer

from evenvoice.cli.main import whole_app


def page() -> str:
    """Return the page in Markdown: a section a command, a table of its options."""
    root = typer.main.get_command(whole_app())
    parts = [
        "# Every command and option",
        "Made of the program itself, so that it says what `--help` says. "
        "[Commands at a glance](../commands.md) is the short form.",
    ]
    for path, command in _commands("evenvoice", root):
        parts += [f"## {path}", _prose(command.help or ""), f"```\n{_usage(path, command)}\n```", _table(command)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _commands(path: str, command: object) -> Iterator[tuple[str, object]]:
    """Yield each command below one, with its full name."""
    for name, child in command.commands.items():
        if hasattr(child, "commands"):
            yield from _commands(f"{path} {name}", child)
        elif not child.hidden:
            yield f"{path} {name}", child


def _prose(text: str) -> str:
    """Return a docstring; its example as code."""
    lines = inspect.cleandoc(text.partition("\f")[0])
    return re.sub(r"^Examples?: (evenvoice .*)$", _example, lines, flags=re.MULTILINE)


def _example(match: re.Match[str]) -> str:
    """Return an example as code, in lines that fit a page."""
    lines = textwrap.wrap(match[1], 76, subsequent_indent="    ", break_on_hyphens=False)
    return "```bash\n" + " \\\n".join(lines) + "\n```"


def _usage(path: str, command: object) -> str:
    context = typer.Context(command, info_name=path)
    return f"{path} {' '.join(command.collect_usage_pieces(context))}"


def _table(command: object) -> str:
    """Return the arguments and options, with their defaults, as a table."""
    rows = ["| | | default |", "|---|---|---|"]
    for parameter in command.params:
        if parameter.name == "help" or getattr(parameter, "hidden", False):
            continue
        rows.append(f"| {_name(parameter)} | {_cell(getattr(parameter, 'help', '') or '')} | {_default(parameter)} |")
    return "\n".join(rows) if len(rows) > 2 else ""


def _name(parameter: object) -> str:
    metavar = parameter.metavar or (parameter.name or "").upper()
    if parameter.param_type_name == "argument":
        return f"`{_code(metavar)}`"
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    if getattr(parameter, "is_flag", False):
        return f"`{names}`"
    return f"`{names} {_code(parameter.metavar or parameter.name.upper())}`"


def _default(parameter: object) -> str:
    shown, value = getattr(parameter, "show_default", None), parameter.default
    if isinstance(shown, str):
        return _cell(shown)
    empty = value is None or value is False or value in ((), [])
    if shown is False or empty or callable(value):
        return "required" if parameter.required else ""
    return f"`{_code(' '.join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return text.replace("|", "\\|")

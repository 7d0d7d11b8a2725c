"""Commands that pass nothing over in silence: a value that is given twice is said, an empty path is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from evenvoice.cli.plain import spare_pydantic
from evenvoice.errors import EvenvoiceError
from evenvoice.printing import printable

# Where a context has what was given, by parameter: an eager option is called before others are known.
GIVEN = "evenvoice.given"


class Command(TyperCommand):
    """A command that says what the parser drops, and refuses what it would read as the working directory."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; of an option of one value that is given twice, the last is taken, as everywhere.

        Raises:
            EvenvoiceError: A path is empty.
        """
        spare_pydantic(self.get_params(ctx))
        if ctx.resilient_parsing:  # completion: the line is not finished
            return super().parse_args(ctx, args)
        given, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[GIVEN] = given
        for param in dict.fromkeys(order):
            times = order.count(param)
            if times > 1 and _takes_one(param):
                last = printable(str(given.get(param.name)))
                print(f"warning: {param.opts[0]} is given {times} times; {last}, the last, is taken", file=sys.stderr)
        rest = super().parse_args(ctx, args)
        for param in order:
            if _is_path(ctx.params.get(param.name)) and _is_empty(given.get(param.name)):
                raise EvenvoiceError(f"{self.name}: {_shown(param)} is empty; expected a path (. is the folder here)")
        return rest


class _Group(TyperGroup):
    """A group whose own options, too, are asked for without pydantic."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        spare_pydantic(self.get_params(ctx))
        return super().parse_args(ctx, args)


class Commands(typer.Typer):
    """A group of such commands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"cls": _Group, **options})

    def command(self, name: str | None = None, **options: Any) -> Callable[[Any], Any]:
        """See `typer.Typer.command`."""
        return super().command(name, **{"cls": Command, **options})


def _takes_one(param: Any) -> bool:
    flag = getattr(param, "is_flag", False) or getattr(param, "count", False)
    return param.param_type_name == "option" and not (param.multiple or flag)


def _shown(param: Any) -> str:
    return str(param.opts[0] if param.param_type_name == "option" else param.metavar or param.name)


def _is_path(value: Any) -> bool:
    values = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(each, Path) for each in values)


def _is_empty(raw: Any) -> bool:
    """Whether what was typed is empty; of several, one."""
    values = raw if isinstance(raw, list | tuple) else [raw]
    return any(isinstance(each, str) and not each.strip() for each in values)

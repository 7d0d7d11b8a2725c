"""Commands that pass nothing over: a value that is given twice, or a path that is empty, is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand

from evenvoice.errors import EvenvoiceError


class Command(TyperCommand):
    """A command that refuses what the parser would drop, or read as the working directory."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments.

        Raises:
            EvenvoiceError: An option of one value is given twice, or a path is empty.
        """
        if ctx.resilient_parsing:  # completion: the line is not finished
            return super().parse_args(ctx, args)
        given, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for param in order:
            times = order.count(param)
            if times > 1 and _takes_one(param):
                raise EvenvoiceError(
                    f"{self.name}: {param.opts[0]} is given {times} times and takes one value; give it once"
                )
        rest = super().parse_args(ctx, args)
        for param in order:
            if _is_path(ctx.params.get(param.name)) and _is_empty(given.get(param.name)):
                raise EvenvoiceError(f"{self.name}: {_shown(param)} is empty; expected a path (. is the folder here)")
        return rest


class Commands(typer.Typer):
    """A group of such commands."""

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

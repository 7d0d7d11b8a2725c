"""``evenvoice recipe``: what ships, and what a recipe says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import complete, options
from evenvoice.cli.strict import Commands
from evenvoice.errors import EvenvoiceError

app = Commands(help="Recipes: whole systems as data.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List the recipes that ship."""
    from rich.console import Console
    from rich.table import Table

    from evenvoice.recipes import recipe_summaries

    table = Table("recipe", "what it is", "source", box=None, pad_edge=False)
    for recipe in recipe_summaries():
        table.add_row(*recipe)
    Console().print(table)


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", autocompletion=complete.recipes, help="A recipe's name or .yaml file.")
    ],
    emotions: Annotated[int, typer.Option(min=2, help="Number of emotions to count parameters for.")] = 4,
    form: options.Form = None,
    normalise: options.Normalise = None,
    settings: options.Set = None,
    figure: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw its steps and its network instead: .png, .pdf or .svg."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Print a recipe in full, with its input shape and its number of parameters."""
    import yaml

    from evenvoice.recipes import EMOTIONS, recipe_in_full, shipped_in_full

    if figure is not None:
        if as_json:
            raise EvenvoiceError("recipe show: --figure draws and --json prints; leave one of them out")
        from evenvoice.report import write_recipe_figure

        recipe = options.open_the_recipe(name, form, normalise, settings)
        print(write_recipe_figure(recipe, figure, emotions))
        return
    as_shipped = emotions == EMOTIONS and not (form or normalise or settings)
    full = shipped_in_full(name) if as_shipped else None
    if full is None:
        full = recipe_in_full(options.open_the_recipe(name, form, normalise, settings), emotions)
    if as_json:
        print(json.dumps(full, indent=1))
        return
    size, total, trainable = (full.pop(fact) for fact in ("input_shape", "parameters", "trainable_parameters"))
    print(yaml.safe_dump(full, sort_keys=False, allow_unicode=True), end="")
    print(f"# input (channels, height, width): {tuple(size)}")
    if total is None:
        print("# a classical classifier: what it learns is not counted in parameters")
    else:
        print(f"# parameters with {emotions} emotions: {total:,} ({trainable:,} trainable), as Keras counts them")

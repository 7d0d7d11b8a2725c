"""``evenvoice recipe``: what ships, and what a recipe says."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from evenvoice.cli import options

app = typer.Typer(help="Recipes: whole systems as data.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List the recipes that ship."""
    from rich.console import Console
    from rich.table import Table

    from evenvoice.recipes import open_recipe, recipe_names

    table = Table("recipe", "what it is", "source", box=None, pad_edge=False)
    for name in recipe_names():
        recipe = open_recipe(name)
        table.add_row(name, recipe.about, recipe.source)
    Console().print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A recipe's name or .yaml file.")],
    emotions: Annotated[int, typer.Option(min=2, help="Number of emotions to count parameters for.")] = 4,
    form: options.Form = None,
    normalise: options.Normalise = None,
    settings: options.Set = None,
    as_json: options.AsJson = False,
) -> None:
    """Print a recipe in full, with its input shape and its number of parameters."""
    import yaml

    from evenvoice.models import Estimator, count_parameters, make_model

    recipe = options.open_the_recipe(name, form, normalise, settings)
    size = recipe.input_shape
    model = make_model(recipe.model.name, size, emotions, **recipe.model.options)
    trainable, total = (None, None) if isinstance(model, Estimator) else count_parameters(model)
    if as_json:
        facts = {"input_shape": list(size), "parameters": total, "trainable_parameters": trainable}
        print(json.dumps({**recipe.model_dump(mode="json"), **facts}, indent=1))
        return
    print(yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True), end="")
    print(f"# input (channels, height, width): {size}")
    if total is None:
        print("# a classical classifier: what it learns is not counted in parameters")
    else:
        print(f"# parameters with {emotions} emotions: {total:,} ({trainable:,} trainable), as Keras counts them")

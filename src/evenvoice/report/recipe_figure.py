"""A recipe as a picture: its steps (Figure 1 of the paper) and its network (Figure 2), drawn from the recipe itself."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from evenvoice.errors import EvenvoiceError
from evenvoice.files import writing
from evenvoice.recipes import EMOTIONS, Layer, Recipe, Step, layers, steps
from evenvoice.report.style import BLUE, FAINT, INK, LINE, ORANGE, as_pdf, as_png, as_svg, drawing

_WRITERS = {".png": as_png, ".pdf": as_pdf, ".svg": as_svg}
_COLUMN = 3.7  # inches of a column
_LINE = 0.155  # inches of a line of text
_GAP = 0.2  # inches between two boxes


def recipe_figure(recipe: Recipe, emotions: int = EMOTIONS) -> Figure:
    """Draw a recipe: on the left its steps, on the right the layers of its network with their sizes and parameters.

    Where the recipe's own model is no network, the network on the right is that of a partner, if one has one.

    Args:
        recipe: An opened recipe.
        emotions: Number of classes.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> figure = recipe_figure(open_recipe("smote-2dcnn"))
        >>> len(figure.axes)
        2
    """
    road = steps(recipe, emotions)
    drawn = next((one for one in recipe.with_partners if layers(one, emotions)), None)
    network = layers(drawn, emotions) if drawn else []
    boxes = [_step_lines(step) for step in road]
    left = sum(_height(lines) + _GAP for lines in boxes)
    right = _LINE * 1.25 * (len(network) + 2)
    columns, tall = 2 if network else 1, max(left, right)
    heading = 0.75
    with drawing():
        figure = Figure(figsize=(0.2 + _COLUMN * columns, tall + heading))
        FigureCanvasAgg(figure)
        whole = tall + heading
        figure.text(0.15 / figure.get_figwidth(), 1 - 0.12 / whole, recipe.name, va="top", fontsize=11, weight="bold")
        about = "\n".join(textwrap.wrap(recipe.about, 54 * columns)[:2])
        figure.text(0.15 / figure.get_figwidth(), 1 - 0.36 / whole, about, va="top", fontsize=8.5, color=FAINT)
        _draw_steps(_axes(figure, 0, columns, tall, whole), road, boxes)
        if drawn:
            title = "network" if drawn is recipe else f"network of partner {drawn.name}"
            _draw_layers(_axes(figure, 1, columns, tall, whole), title, drawn.input_shape, network)
    return figure


def write_recipe_figure(recipe: Recipe, path: Path | str, emotions: int = EMOTIONS) -> Path:
    """Write `recipe_figure` to a file: PNG, PDF or SVG, by its suffix.

    Raises:
        EvenvoiceError: Another suffix, or the folder cannot be written to.
    """
    path = Path(path)
    if path.suffix.lower() not in _WRITERS:
        raise EvenvoiceError(f"{path}: a figure is written as {', '.join(_WRITERS)}; name one of these")
    page = _WRITERS[path.suffix.lower()](recipe_figure(recipe, emotions))
    with writing(path) as aside:
        aside.write_bytes(page)
    return path


def _axes(figure: Figure, column: int, columns: int, tall: float, whole: float) -> Axes:
    """Return the axes of a column: in inches, y downward."""
    axes = figure.add_axes((column / columns, 0, 1 / columns, tall / whole))
    axes.set(xlim=(0, figure.get_figwidth() / columns), ylim=(tall, 0))
    axes.axis("off")
    return axes


def _step_lines(step: Step) -> list[str]:
    return textwrap.wrap(step.detail, 46) or [""]


def _height(lines: list[str]) -> float:
    return _LINE * (len(lines) + 1) + 0.12


def _draw_steps(axes: Axes, road: list[Step], boxes: list[list[str]]) -> None:
    y = 0.0
    for number, (step, lines) in enumerate(zip(road, boxes, strict=True)):
        height, colour = _height(lines), ORANGE if step.training_only else BLUE
        line = "--" if step.training_only else "-"
        box: dict[str, Any] = {"facecolor": "white", "edgecolor": colour, "linewidth": 1.2, "linestyle": line}
        size, style = (_COLUMN - 0.4, height - 0.04), "round,pad=0,rounding_size=0.06"
        axes.add_patch(FancyBboxPatch((0.2, y + 0.02), *size, boxstyle=style, **box))
        note = "  (training part only)" if step.training_only else ""
        axes.text(0.3, y + 0.1, step.name + note, va="top", fontsize=8.5, weight="bold", color=INK)
        axes.text(0.3, y + 0.1 + _LINE, "\n".join(lines), va="top", fontsize=7.8, color=INK, linespacing=1.25)
        if number + 1 < len(road):
            arrow = {"arrowstyle": "-|>", "color": FAINT, "linewidth": 1}
            axes.annotate("", (_COLUMN / 2, y + height + _GAP), (_COLUMN / 2, y + height - 0.02), arrowprops=arrow)
        y += height + _GAP


def _draw_layers(axes: Axes, title: str, size: tuple[int, ...], network: list[Layer]) -> None:
    """A line a layer: its class, what it returns, and its parameters as a bar."""
    step, most = _LINE * 1.25, max(layer.parameters for layer in network) or 1
    total = sum(layer.parameters for layer in network)
    axes.text(0.1, 0.02, title, va="top", fontsize=8.5, weight="bold", color=INK)
    facts = f"input {' × '.join(map(str, size))}, {total:,} parameters"
    axes.text(0.1, 0.02 + _LINE, facts, va="top", fontsize=7.8, color=INK)
    for number, layer in enumerate(network, start=2):
        y = number * step
        if layer.parameters:
            axes.barh(y + step / 2, 0.9 * layer.parameters / most, left=2.6, height=step * 0.7, color=LINE)
            axes.text(2.64, y + step / 2, f"{layer.parameters:,}", va="center", fontsize=7.5, color=INK)
        axes.text(0.1, y + step / 2, layer.kind, va="center", fontsize=7.8, color=INK)
        axes.text(1.55, y + step / 2, " × ".join(map(str, layer.size)), va="center", fontsize=7.8, color=FAINT)

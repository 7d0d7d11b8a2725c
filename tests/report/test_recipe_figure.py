"""A recipe as a picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import layers, open_recipe, recipe_names
from evenvoice.report import recipe_figure, write_recipe_figure


@pytest.mark.slow
@pytest.mark.parametrize("name", recipe_names())
def test_every_text_is_inside_the_figure(name: str) -> None:
    figure = recipe_figure(open_recipe(name), 7)
    figure.canvas.draw()
    whole = figure.bbox
    texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= whole.x0, text.get_text()
        assert box.x1 <= whole.x1, text.get_text()
        assert box.y0 >= whole.y0 - 1, text.get_text()


def test_it_shows_each_layer_with_its_size_and_the_partners_network_where_there_is_none() -> None:
    shown = {text.get_text() for axes in recipe_figure(open_recipe("smote-2dcnn")).axes for text in axes.texts}
    for layer in layers(open_recipe("smote-2dcnn")):
        assert {layer.kind, " × ".join(map(str, layer.size))} <= shown
    assert "input 1 × 16 × 8, 83,524 parameters" in shown
    fused = {text.get_text() for axes in recipe_figure(open_recipe("voice-fusion")).axes for text in axes.texts}
    assert "network of partner voice-cnn" in fused
    assert len(recipe_figure(open_recipe("voice-linear")).axes) == 1


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")])
def test_files_of_three_kinds_the_same_bytes_each_time(suffix: str, start: bytes, tmp_path: Path) -> None:
    pages = [
        write_recipe_figure(open_recipe("svm"), tmp_path / f"{number}{suffix}").read_bytes() for number in range(2)
    ]
    assert pages[0].startswith(start)
    assert pages[0] == pages[1]


def test_another_suffix_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"a\.gif: a figure is written as \.png, \.pdf, \.svg; name one of these"):
        write_recipe_figure(open_recipe("svm"), tmp_path / "a.gif")

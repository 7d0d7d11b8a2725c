"""``evenvoice card``: a model card from a model file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import options


def card(
    model: Annotated[
        Path | None, typer.Argument(metavar="MODEL", help="A model file (.onnx); else the ready one.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it, e.g. README.md.", show_default="stdout")
    ] = None,
    licence: Annotated[
        str | None,
        typer.Option(help="The model's licence, e.g. apache-2.0.", show_default="the licence of the recordings"),
    ] = None,
    language: Annotated[str | None, typer.Option(help="The language spoken, as a code: de, en, pl.")] = None,
) -> None:
    """Write a model card: what the model is, how to use it, what was measured, its limits. Ready for Hugging Face.

    Everything in it comes from the model file, except the model's licence and the language, which are options.

    Example: evenvoice card model/model.onnx --licence apache-2.0 --language de --out README.md
    """
    from evenvoice.files import writing
    from evenvoice.recognizer import Recognizer, is_hub_name, model_card, ready_model

    if model is None:
        model = ready_model()
    name = model.as_posix() if is_hub_name(model) else model.name
    text = model_card(Recognizer(model).card, file=name, licence=licence, language=language)
    if out is None:
        print(text, end="")
        return
    options.say_replaced(out)
    with writing(out) as aside:
        aside.write_text(text, encoding="utf-8")
    print(out)

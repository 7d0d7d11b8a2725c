"""``evenvoice push``: a model file and its card onto the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def push(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model file (.onnx).")],
    repo: Annotated[str, typer.Argument(metavar="USER/MODEL", help="The repository; it is made where there is none.")],
    private: Annotated[bool, typer.Option("--private", help="A new repository is private.")] = False,
    licence: Annotated[
        str | None,
        typer.Option(help="The model's licence, e.g. apache-2.0.", show_default="the licence of the recordings"),
    ] = None,
    language: Annotated[str | None, typer.Option(help="The language spoken, as a code: de, en, pl.")] = None,
) -> None:
    """Upload a model file with its card to the Hugging Face hub; log in first, with `hf auth login`.

    Those who may read it use it as hf:USER/MODEL: evenvoice predict hf:USER/MODEL clip.wav

    Example: evenvoice push model.onnx anna/voices --licence apache-2.0 --language de
    """
    from evenvoice.recognizer import Recognizer

    print(Recognizer(model).push_to_hub(repo, private=private, licence=licence, language=language))

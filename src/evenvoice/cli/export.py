"""``evenvoice export``: the model file of a run, or the web page with a model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.cli import options
from evenvoice.errors import EvenvoiceError


def export(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="RUN|MODEL",
            help="A run's folder, evaluated with --keep-models; with --web, a model file (.onnx).",
            show_default="with --web, the ready model",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The model file to write.", show_default="model.onnx")
    ] = None,
    check: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A recording on which to compare the file with torch. Repeatable."),
    ] = None,
    web: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the page that runs a model in the browser, with its model."),
    ] = None,
) -> None:
    """Write the model file of one run: one fold's model, with what the run's study measured.

    With --web, write the page of `evenvoice serve` for any static host instead; recorder.js in it is a custom element
    for pages of your own: <evenvoice-recorder model="model.onnx"> (docs/service.md).

    Examples: evenvoice export study/runs/smote-2dcnn/speaker-folds/seed-0/fold-0 --out model.onnx

    evenvoice export model.onnx --web site
    """
    if web is not None:
        if out is not None or check:
            raise EvenvoiceError("--web writes a page with a model file as it is; leave --out and --check out")
        from evenvoice.recognizer import ready_model
        from evenvoice.serve import write_page

        print(write_page(source or ready_model(), web))
        return
    if source is None:
        raise EvenvoiceError(
            "nothing to export; name a run's folder, evaluated with --keep-models, or give --web DIR for the page"
        )
    from evenvoice.study import export_run

    out = out or Path("model.onnx")
    options.say_replaced(out)
    print(
        export_run(
            source,
            out,
            check=check or [],
            say=lambda text: print(text, file=sys.stderr, flush=True),
        )
    )

"""``evenvoice serve``: a model over HTTP, and the page that runs it in the browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def serve(
    model: Annotated[
        Path | None, typer.Argument(metavar="MODEL", help="A model file (.onnx); else the ready one.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="The address to listen at; the default is this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    max_mb: Annotated[float, typer.Option(help="The largest upload, in MB.")] = 25,
    max_seconds: Annotated[float, typer.Option(help="The longest recording.")] = 600,
    workers: Annotated[int | None, typer.Option(help="Recordings worked on at once; the number of cores.")] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A name by which it may be reached. Repeatable.")
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(metavar="ORIGIN", help="A page that may use it, e.g. https://example.org. Repeatable."),
    ] = None,
    api_key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask for a key: this file has one a line.")
    ] = None,
    root_path: Annotated[
        str, typer.Option(metavar="PATH", help="The path under which a proxy has it, e.g. /emotions.")
    ] = "",
) -> None:
    """Serve a model: a page that runs it in the browser, and POST /predict.

    Nothing of the audio is stored or logged. Example: evenvoice serve model/model.onnx
    """
    from evenvoice.serve import Access, Limits, read_keys, serve_model

    if model is None:
        from evenvoice.recognizer import Recognizer, introduction, ready_model

        model = ready_model()
        print(f"the ready model: {introduction(Recognizer(model).card)}", file=sys.stderr)
    own = {} if workers is None else {"workers": workers}
    limits = Limits(megabytes=max_mb, seconds=max_seconds, **own)
    keys = () if api_key_file is None else read_keys(api_key_file)
    access = Access(tuple(allow_host or ()), tuple(allow_origin or ()), keys)
    serve_model(model, host, port, limits, access, root_path)

"""The page that runs a model in the browser: where its build lies, how it is served, how it is written to a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from evenvoice.errors import EvenvoiceError
from evenvoice.files import writing_folder
from evenvoice.recognizer import Card, Recognizer

if TYPE_CHECKING:  # writing a page needs no web server
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

# What ``make page`` builds from ``web/``; a wheel carries it.
PAGE = Path(__file__).parent / "page"

_START, _MODEL, _CARD = "index.html", "model.onnx", "model.json"


def check_built(page: Path = PAGE) -> None:
    """Raise unless the page is built.

    Raises:
        EvenvoiceError: It is not.

    Examples:
        >>> check_built(Path("nowhere"))
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: nowhere: the page is not built; run `make page` in the checkout (it needs \
npm), or install evenvoice from a wheel
    """
    if not (page / _START).is_file():
        raise EvenvoiceError(
            f"{page}: the page is not built; run `make page` in the checkout (it needs npm), or install evenvoice "
            "from a wheel"
        )


def write_page(model: Path | str, folder: Path | str, page: Path = PAGE) -> Path:
    """Write the page with a model to a folder, for any static host; written aside and renamed.

    Args:
        model: The model file (``.onnx``).
        folder: Where to write; it must be new or empty.
        page: The folder of the built page.

    Returns:
        The page's first file, ``index.html``.

    Raises:
        EvenvoiceError: The page is not built, the model file cannot be used, or the folder holds something or cannot
            be written.

    Examples:
        ``write_page("model.onnx", "site")``, and then ``python -m http.server --directory site``.
    """
    model, folder = Path(model), Path(folder)
    check_built(page)
    card = Recognizer(model).card
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise EvenvoiceError(f"{folder}: exists and is not an empty folder; name a new one, or remove it first")
    with writing_folder(folder) as aside:
        for file in page.rglob("*"):  # shutil.copytree collects its errors, and says so in a list
            if file.is_file():
                copy = aside / file.relative_to(page)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
        shutil.copyfile(model, aside / _MODEL)
        (aside / _CARD).write_text(_as_json(card), encoding="utf-8")
    return folder / _START


def add_page(app: FastAPI, model: Path, card: Card, page: Path = PAGE) -> None:
    """Serve the page's files, the model file and its card; where the page is not built, ``/`` says so.

    Args:
        app: The service.
        model: The model file; it is read now, so that page and service go on with one and the same model.
        card: Its metadata.
        page: The folder of the built page.
    """
    from starlette.responses import Response
    from starlette.staticfiles import StaticFiles

    held = model.read_bytes()
    words = _as_json(card).encode()

    @app.get(f"/{_MODEL}", include_in_schema=False)
    async def model_file() -> Response:
        return Response(held, media_type="application/octet-stream")

    @app.get(f"/{_CARD}", include_in_schema=False)
    async def model_card() -> Response:
        return Response(words, media_type="application/json")

    try:
        check_built(page)
    except EvenvoiceError:
        from starlette.responses import JSONResponse

        # Its own line names a path of this machine.
        missing = {"detail": "the page is not built; the service answers POST /predict, see /docs"}
        app.add_route("/", lambda _: JSONResponse(missing, 404), include_in_schema=False)
        return
    static = StaticFiles(directory=page)

    def serve(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def reply(request: Request) -> Response:
            return await static.get_response(name, request.scope)

        return reply

    for file in sorted(page.iterdir()):
        app.add_route(f"/{file.name}", serve(file.name), include_in_schema=False)
    app.add_route("/", serve(_START), include_in_schema=False)


def _as_json(card: Card) -> str:
    """Return a card as text."""
    return json.dumps(card, ensure_ascii=False, allow_nan=False, indent=1)

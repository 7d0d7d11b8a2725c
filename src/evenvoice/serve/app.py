"""The HTTP service: a recording comes in, emotions go out, and nothing of it stays."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response

from evenvoice import __version__
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer import Card, Recognizer
from evenvoice.serve.access import Access, CheckAccess
from evenvoice.serve.docs import docs_page
from evenvoice.serve.headers import RootPath, SecurityHeaders
from evenvoice.serve.limits import Limits
from evenvoice.serve.page import PAGE, add_page
from evenvoice.serve.predict import add_prediction
from evenvoice.serve.refused import RefusedError
from evenvoice.serve.schema import Health
from evenvoice.serve.stop import Stopping
from evenvoice.serve.stream import add_stream
from evenvoice.serve.voice import add_enrolment
from evenvoice.serve.work import Work

_ABOUT = (
    "Recordings in, emotions out. Nothing of the audio is stored or logged. The answers say how a voice sounds to a "
    "model that learnt from acted speech, not what a person feels."
)


def create_app(
    model: Path | str,
    limits: Limits | None = None,
    page: Path = PAGE,
    access: Access | None = None,
    root_path: str = "",
) -> FastAPI:
    """Return the service for a model file: ``/predict``, ``/enrol``, ``/stream``, ``/health``, ``/model``; the page.

    Args:
        model: The model file (``.onnx``).
        limits: What it takes at most; the defaults of `Limits` if not given.
        page: The folder of the built page.
        access: Which other names and pages may use it; none if not given.
        root_path: The path under which a proxy has it, ``/emotions``; whether the proxy strips it or not.

    Returns:
        The service. Once `Stopping` in ``state.stopping`` is set, what is not answered yet is refused.

    Raises:
        EvenvoiceError: The model file cannot be used, or the root path is none.
    """
    recognizer = Recognizer(model)
    limits, access = limits or Limits(), access or Access()
    if root_path and not re.fullmatch(r"(/[\w.~-]+)+", root_path):
        raise EvenvoiceError(f"--root-path {root_path!r}: expected a path without a slash at its end: /emotions")
    app = FastAPI(title="evenvoice", version=__version__, description=_ABOUT, docs_url=None, redoc_url=None)
    app.state.stopping = Stopping()
    if access.origins:
        app.add_middleware(
            CORSMiddleware, allow_headers=["*"], allow_origins=access.origins, allow_methods=["GET", "POST"]
        )
    app.add_middleware(CheckAccess, access=access)
    app.add_middleware(SecurityHeaders)
    if root_path:
        app.add_middleware(RootPath, root_path=root_path)
    _explain_problems(app)
    work = Work(limits)
    add_prediction(app, recognizer, limits, work)
    add_enrolment(app, recognizer, limits, work)
    add_stream(app, recognizer, limits, work)

    @app.get("/health")
    async def health() -> Health:
        """Say that the service is up."""
        return Health(status="ok", version=__version__)

    @app.get("/model")
    async def card() -> Card:
        """Return the model's card: labels, recipe, training corpus, protocol and measured figures, intended use."""
        return recognizer.card

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi(), limits))

    add_page(app, Path(model), recognizer.card, page)
    return app


def _explain_problems(app: FastAPI) -> None:
    """Reply ``{"detail": reason}``, one line, to whatever is wrong with a request."""

    @app.exception_handler(RefusedError)
    async def refuse(_: Request, refused: RefusedError) -> Response:
        return refused.reply()

    @app.exception_handler(AudioError)
    async def unusable(_: Request, error: AudioError) -> Response:
        return RefusedError(422, str(error)).reply()

    @app.exception_handler(EvenvoiceError)
    async def fail(_: Request, __: EvenvoiceError) -> Response:
        # The recording is fine, the model is not; its line names a path of this machine.
        return RefusedError(500, "the model failed on this recording; try another model").reply()

    @app.exception_handler(RequestValidationError)
    async def explain(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return RefusedError(422, f"{first['loc'][-1]}: {first['msg']}; see /docs").reply()

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:
        return RefusedError(400, "the upload was broken off; send it again").reply()

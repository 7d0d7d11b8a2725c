"""The HTTP service: a recording comes in, emotions go out, and nothing of it stays."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated, Any

import anyio
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, JSONResponse, Response

from evenvoice import __version__
from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.metadata import Card
from evenvoice.recognizer.windows import LONGEST
from evenvoice.serve.docs import docs_page
from evenvoice.serve.headers import SecurityHeaders
from evenvoice.serve.hearing import hear
from evenvoice.serve.limits import MOST_OVERLAP, SHORTEST_HOP, SHORTEST_WINDOW, Limits
from evenvoice.serve.page import PAGE, add_page
from evenvoice.serve.refused import RefusedError
from evenvoice.serve.schema import PREDICT_BODY, PREDICT_REPLIES, Health
from evenvoice.serve.turns import Turns
from evenvoice.serve.upload import read_upload

_ABOUT = (
    "Recordings in, emotions out. Nothing of the audio is stored or logged. The answers say how a voice sounds to a "
    "model that learnt from acted speech, not what a person feels."
)

Top = Annotated[int | None, Query(ge=1, description="So many emotions, best first; all if not given.")]
Window = Annotated[
    float | None,
    Query(ge=SHORTEST_WINDOW, le=LONGEST, allow_inf_nan=False, description="Answer for windows of so many seconds."),
]
Hop = Annotated[
    float | None,
    Query(
        ge=SHORTEST_HOP,
        allow_inf_nan=False,
        description="Seconds from window to window; 1, or the window's length if that is less.",
    ),
]


def create_app(model: Path | str, limits: Limits | None = None, page: Path = PAGE) -> FastAPI:
    """Return the service for a model file: ``POST /predict``, ``GET /health``, ``/model``, ``/docs``, and the page.

    Args:
        model: The model file (``.onnx``).
        limits: What it takes at most; the defaults of `Limits` if not given.
        page: The folder of the built page.

    Raises:
        EvenvoiceError: The model file cannot be used.
    """
    recognizer = Recognizer(model)
    limits = limits or Limits()
    app = FastAPI(title="evenvoice", version=__version__, description=_ABOUT, docs_url=None, redoc_url=None)
    app.add_middleware(SecurityHeaders)
    _explain_problems(app)
    _add_prediction(app, recognizer, limits)

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


def _add_prediction(app: FastAPI, recognizer: Recognizer, limits: Limits) -> None:
    """Add ``POST /predict``."""
    turns = Turns(limits.uploads, limits.waiting)
    workers = anyio.CapacityLimiter(limits.workers)

    def answer(recording: io.BytesIO, top: int | None, window: float | None, hop: float | None) -> list[dict[str, Any]]:
        waveform = hear(recording, recognizer.sample_rate, limits)
        if window is None or hop is None:
            return recognizer(waveform)[:top]
        found = recognizer.windows(waveform, window=window, hop=hop)
        return [{**entry, "scores": entry["scores"][:top]} for entry in found]

    @app.post("/predict", response_model=None, responses=PREDICT_REPLIES, openapi_extra=PREDICT_BODY)
    async def predict(request: Request, top: Top = None, window: Window = None, hop: Hop = None) -> JSONResponse:
        """Return the emotions of a recording: `[{"label": …, "score": …}, …]`, best first.

        The recording is the whole body or the field `file` of a form. With `window` the answer is a list of windows:
        `[{"start": …, "end": …, "scores": […]}, …]`, times in seconds; a silent one has no scores and `"silent": true`.
        """
        hop = _hop(window, hop)
        async with turns.one():
            recording = await read_upload(request, limits)
            found = await anyio.to_thread.run_sync(answer, recording, top, window, hop, limiter=workers)
        return JSONResponse(found, headers={"Cache-Control": "no-store"})


def _hop(window: float | None, hop: float | None) -> float | None:
    """Return the hop of a timeline, or refuse one that makes no sense or costs too much."""
    if window is None:
        if hop is not None:
            raise RefusedError(422, f"hop: {hop:g} without a window; give window, too, for example window=3&hop=1")
        return None
    hop = min(1.0, window) if hop is None else hop
    if not window / MOST_OVERLAP <= hop <= window:
        least = max(window / MOST_OVERLAP, SHORTEST_HOP)
        raise RefusedError(422, f"hop: {hop:g} s, expected {least:g} s to {window:g} s for a window of {window:g} s")
    return hop


def _explain_problems(app: FastAPI) -> None:
    """Reply ``{"detail": reason}``, one line, to whatever is wrong with a request."""

    @app.exception_handler(RefusedError)
    async def refuse(_: Request, refused: RefusedError) -> Response:
        return refused.reply()

    @app.exception_handler(RequestValidationError)
    async def explain(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return RefusedError(422, f"{first['loc'][-1]}: {first['msg']}; see /docs").reply()

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:
        return RefusedError(400, "the upload was broken off; send it again").reply()

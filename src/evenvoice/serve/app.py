"""The HTTP service: a recording comes in, emotions go out, and nothing of it stays."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, JSONResponse, Response

from evenvoice import __version__
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.metadata import Card
from evenvoice.recognizer.windows import LONGEST
from evenvoice.serve.access import Access, CheckAccess
from evenvoice.serve.decoding import decode_upload
from evenvoice.serve.docs import docs_page
from evenvoice.serve.headers import SecurityHeaders
from evenvoice.serve.limits import MOST_OVERLAP, SHORTEST_HOP, SHORTEST_WINDOW, Limits
from evenvoice.serve.page import PAGE, add_page
from evenvoice.serve.queue import Memory, Queue
from evenvoice.serve.refused import RefusedError
from evenvoice.serve.schema import PREDICT_BODY, PREDICT_REPLIES, Health
from evenvoice.serve.stop import Stop, Stopping
from evenvoice.serve.upload import uploaded

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


def create_app(
    model: Path | str, limits: Limits | None = None, page: Path = PAGE, access: Access | None = None
) -> FastAPI:
    """Return the service for a model file: ``POST /predict``, ``GET /health``, ``/model``, ``/docs``, and the page.

    Args:
        model: The model file (``.onnx``).
        limits: What it takes at most; the defaults of `Limits` if not given.
        page: The folder of the built page.
        access: Which other names and pages may use it; none if not given.

    Returns:
        The service. Once `Stopping` in ``state.stopping`` is set, what is not answered yet is refused.

    Raises:
        EvenvoiceError: The model file cannot be used.
    """
    recognizer = Recognizer(model)
    limits, access = limits or Limits(), access or Access()
    app = FastAPI(title="evenvoice", version=__version__, description=_ABOUT, docs_url=None, redoc_url=None)
    app.state.stopping = Stopping()
    if access.origins:
        app.add_middleware(
            CORSMiddleware, allow_headers=["*"], allow_origins=access.origins, allow_methods=["GET", "POST"]
        )
    app.add_middleware(CheckAccess, access=access)
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
    memory = Memory(limits.uploads * limits.bytes)
    queue = Queue(limits.workers, limits.waiting, limits.work_seconds)
    # A thread whose client has gone still counts until it stops: the executor has no more threads than workers.
    executor = ThreadPoolExecutor(limits.workers, "evenvoice-worker")

    def answer(
        recording: io.BytesIO, top: int | None, window: float | None, hop: float | None, stop: Stop
    ) -> list[dict[str, Any]]:
        waveform = decode_upload(recording, recognizer.sample_rate, limits)
        stop.check()
        if window is None or hop is None:
            return recognizer(waveform)[:top]
        found = []
        for entry in recognizer.stream([waveform], window=window, hop=hop):
            stop.check()
            found.append({**entry, "scores": entry["scores"][:top]})
        return found

    async def work(call: Callable[[Stop], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        async with queue.place():
            stop = Stop(limits.work_seconds)
            try:
                return await asyncio.wrap_future(executor.submit(call, stop))
            finally:
                stop.stop()

    @app.post("/predict", response_model=None, responses=PREDICT_REPLIES, openapi_extra=PREDICT_BODY)
    async def predict(request: Request, top: Top = None, window: Window = None, hop: Hop = None) -> JSONResponse:
        """Return the emotions of a recording: `[{"label": …, "score": …}, …]`, best first.

        The recording is the whole body or the field `file` of a form. With `window` the answer is a list of windows:
        `[{"start": …, "end": …, "scores": […]}, …]`, times in seconds; a silent one has no scores and `"silent": true`.
        """
        hop = _hop(window, hop)
        stopping: Stopping = app.state.stopping
        async with AsyncExitStack() as held:
            upload = uploaded(request, limits, memory)
            recording = await stopping.watch(held.enter_async_context(upload))
            found = await stopping.watch(work(partial(answer, recording, top, window, hop)), request)
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

"""``POST /predict``: recordings in, emotions out."""

from __future__ import annotations

import io
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from evenvoice.errors import AudioError
from evenvoice.recognizer import Recognizer
from evenvoice.serve.decoding import decode_upload
from evenvoice.serve.limits import Limits
from evenvoice.serve.refused import RefusedError
from evenvoice.serve.schema import PREDICT_BODY, PREDICT_REPLIES
from evenvoice.serve.stop import Stop, Stopping
from evenvoice.serve.timing import Adapt, Hop, Top, Window, check_query, checked_hop
from evenvoice.serve.upload import Upload, uploaded
from evenvoice.serve.voice import ADAPTED, adapted_to, check_adaptive
from evenvoice.serve.work import Work

Answer = list[dict[str, Any]]


@dataclass(frozen=True)
class _Wanted:
    """What a request asks for."""

    top: int | None
    window: float | None
    hop: float | None
    adapt: float | None


def add_prediction(app: FastAPI, recognizer: Recognizer, limits: Limits, work: Work) -> None:
    """Add ``POST /predict``."""

    def answer(own: Recognizer, recording: io.BytesIO, wanted: _Wanted, stop: Stop) -> Answer:
        waveform = decode_upload(recording, own.sample_rate, limits)
        stop.check()
        if wanted.window is None or wanted.hop is None:
            return own(waveform)[: wanted.top]
        found = []
        for entry in own.stream([waveform], window=wanted.window, hop=wanted.hop, adapt=wanted.adapt):
            stop.check()
            found.append({**entry, "scores": entry["scores"][: wanted.top]})
        return found

    def answer_all(own: Recognizer, upload: Upload, wanted: _Wanted, stop: Stop) -> Answer:
        if upload.only is not None:
            return answer(own, upload.only, wanted, stop)
        found: Answer = []
        known = {} if own.speaker is None else {"adapted": own.speaker.utterances}
        for name, recording in upload.named:
            stop.check()
            try:
                scores = answer(own, recording, wanted, stop)
                found.append({"file": name, **({"windows": scores} if wanted.window else {"scores": scores, **known})})
            except (RefusedError, AudioError) as error:
                stop.check()
                found.append({"file": name, "detail": " ".join(str(error).split())})
        if all("detail" in entry for entry in found):
            raise RefusedError(422, f"none of {len(found)} recordings can be used; the first: {found[0]['detail']}")
        return found

    @app.post("/predict", response_model=None, responses=PREDICT_REPLIES, openapi_extra=PREDICT_BODY)
    async def predict(
        request: Request, top: Top = None, window: Window = None, hop: Hop = None, adapt: Adapt = None
    ) -> JSONResponse:
        """Return the emotions of a recording: `[{"label": …, "score": …}, …]`, best first.

        The recording is the whole body or the field `file` of a form. Several are the fields `files` of a form; the
        answer is then a list of `{"file": …, "scores": […]}`, or of `{"file": …, "detail": …}` where one cannot be
        used. With `window` the answer is a list of windows:
        `[{"start": …, "end": …, "scores": […]}, …]`, times in seconds; a silent one has no scores and `"silent": true`.
        The field `voice` of a form is the profile of who speaks, as POST /enrol gives it; the answer says to how many
        utterances it was adapted (`"adapted"`, and the header `X-Adapted-Utterances`).
        """
        check_query(request.query_params, "top", "window", "hop", "adapt")
        wanted = _Wanted(top, window, checked_hop(window, hop, adapt), adapt)
        if adapt is not None:
            check_adaptive(recognizer)
        stopping: Stopping = app.state.stopping
        async with AsyncExitStack() as held:
            upload = await stopping.watch(held.enter_async_context(uploaded(request, limits, work.memory)))
            own = adapted_to(recognizer, upload.voice)
            found = await stopping.watch(work.do(partial(answer_all, own, upload, wanted)), request)
        headers = {"Cache-Control": "no-store"}
        if own.speaker is not None:
            headers[ADAPTED] = str(own.speaker.utterances)
        return JSONResponse(found, headers=headers)

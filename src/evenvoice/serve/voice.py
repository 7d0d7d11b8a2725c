"""Whose voice a request is about: a profile that comes with it, kept for this request alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack
from functools import partial

from fastapi import FastAPI, Request
from starlette.responses import Response

from evenvoice.audio import Waveform
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer import Recognizer, SpeakerProfile
from evenvoice.serve.decoding import decode_upload
from evenvoice.serve.limits import Limits
from evenvoice.serve.refused import RefusedError
from evenvoice.serve.schema import ENROL_BODY, ENROL_REPLIES
from evenvoice.serve.stop import Stop, Stopping
from evenvoice.serve.timing import check_query
from evenvoice.serve.upload import Recording, Upload, uploaded
from evenvoice.serve.work import Work

# Of a reply: to how many utterances it was adapted. An answer to one recording is a list of scores, and has no place.
ADAPTED = "X-Adapted-Utterances"


def adapted_to(recognizer: Recognizer, voice: bytes | None) -> Recognizer:
    """Return the recognizer for a speaker.

    Args:
        recognizer: The model.
        voice: The bytes of a profile; they may come from a stranger.

    Raises:
        RefusedError: 422, no profile, a damaged one, one of another model; or the model cannot be adapted.
    """
    if voice is None:
        return recognizer
    check_adaptive(recognizer)
    try:
        return recognizer.adapted(SpeakerProfile.from_bytes(voice, "the field voice"))
    except EvenvoiceError as error:
        raise RefusedError(422, str(error)) from error


def check_adaptive(recognizer: Recognizer) -> None:
    """Raise a `RefusedError` (422) unless the model can be adapted to a speaker."""
    if not recognizer.adaptive:
        raise RefusedError(
            422, "this model cannot be adapted to a speaker; serve one of the recipe voice-adaptive, or leave that out"
        )


def add_enrolment(app: FastAPI, recognizer: Recognizer, limits: Limits, work: Work) -> None:
    """Add ``POST /enrol``: recordings of one speaker in, a profile out; neither is kept."""

    def enrolled(upload: Upload, stop: Stop) -> bytes:
        recordings = [recording for _, recording in upload.named] or [upload.only or Recording()]

        def waveforms() -> Iterator[Waveform]:
            for number, recording in enumerate(recordings, start=1):
                stop.check()
                try:
                    yield decode_upload(recording, recognizer.sample_rate, limits)
                except (AudioError, RefusedError) as error:
                    status = error.status if isinstance(error, RefusedError) else 422
                    raise RefusedError(status, f"recording {number} of {len(recordings)}: {error}") from error

        return recognizer.enrol(waveforms()).to_bytes()

    @app.post("/enrol", response_model=None, responses=ENROL_REPLIES, openapi_extra=ENROL_BODY)
    async def enrol(request: Request) -> Response:
        """Return the profile of a speaker, for the field `voice` of POST /predict and for `predict --voice`.

        The recordings are the fields `files` of a form, all of one speaker; no labels are needed. Nothing is kept.
        """
        check_query(request.query_params)
        check_adaptive(recognizer)
        stopping: Stopping = app.state.stopping
        async with AsyncExitStack() as held:
            upload = await stopping.watch(held.enter_async_context(uploaded(request, limits, work.memory)))
            found = await stopping.watch(work.do(partial(enrolled, upload)), request)
        headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="speaker.voice"'}
        return Response(found, media_type="application/json", headers=headers)

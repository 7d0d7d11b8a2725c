"""What the service says of itself: the shapes of its replies and of its one request body, for OpenAPI."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class Score(BaseModel):
    """An emotion and its probability."""

    label: str
    score: float


class Moment(BaseModel):
    """A window of a recording, in seconds, with its emotions; a silent one has none."""

    start: float
    end: float
    scores: list[Score]
    silent: bool = False
    adapted: float | None = None


class Named(BaseModel):
    """One of several recordings: its emotions, its windows, or why there are none."""

    file: str
    scores: list[Score] | None = None
    windows: list[Moment] | None = None
    adapted: int | None = None
    detail: str | None = None


class Profile(BaseModel):
    """Where a speaker lies among all, for one model; no recording can be made of it."""

    what: str
    format: int
    model: str
    utterances: int
    offset: str


class Health(BaseModel):
    """The service is up."""

    status: str
    version: str


class Problem(BaseModel):
    """Why there is no answer, in one line."""

    detail: str


_REASONS = {
    400: "An empty upload or a damaged form",
    401: "No key, or a wrong one, where keys are asked for",
    403: "Sent by a page of another site",
    408: "The upload took too long",
    413: "The upload is too large, or the recording too long",
    415: "Not audio that can be read",
    421: "Sent to a name that is not this service's",
    422: "Audio that cannot be used (silent, damaged, …), a form without the field file, an impossible parameter, or a "
    "voice of another model",
    503: "Too many requests are waiting: try again",
}

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": reason} for status, reason in _REASONS.items()
}

_SCORES = [{"label": "happy", "score": 0.91}, {"label": "neutral", "score": 0.09}]
_EXAMPLES = {
    "one": {"summary": "One recording", "value": _SCORES},
    "windows": {"summary": "With window=3", "value": [
        {"start": 0.0, "end": 3.0, "scores": _SCORES},
        {"start": 1.0, "end": 4.0, "scores": [], "silent": True},
    ]},
    "many": {"summary": "Fields `files` of a form", "value": [
        {"file": "a.wav", "scores": _SCORES},
        {"file": "b.wav", "detail": "the upload: silent (every sample is zero)"},
    ]},
}  # fmt: skip

PREDICT_REPLIES: dict[int | str, dict[str, Any]] = {
    200: {
        "model": list[Score] | list[Moment] | list[Named],
        "description": "Emotions, best first; with `window` a list of windows",
        "content": {"application/json": {"examples": _EXAMPLES}},
    },
    **_PROBLEMS,
}

ENROL_REPLIES: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Profile,
        "description": "The profile: a file for the field `voice`, or for `predict --voice`",
        "content": {"application/json": {"example": {
            "what": "evenvoice speaker profile", "format": 1, "model": "6f94…", "utterances": 3, "offset": "AACAPw==",
        }}},
    },
    **_PROBLEMS,
}  # fmt: skip

_BYTES = {"type": "string", "format": "binary"}


def _body(description: str, form: dict[str, Any]) -> dict[str, Any]:
    """Return what OpenAPI has of a body."""
    schema = {"type": "object", "properties": form, "anyOf": [{"required": ["file"]}, {"required": ["files"]}]}
    content = {"application/octet-stream": {"schema": _BYTES}, "multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


_RECORDINGS = {"file": _BYTES, "files": {"type": "array", "items": _BYTES}}

PREDICT_BODY = _body("A recording: WAV, FLAC, OGG, MP3, AIFF, …", {**_RECORDINGS, "voice": _BYTES})
ENROL_BODY = _body("Recordings of one speaker: WAV, FLAC, OGG, MP3, AIFF, …", _RECORDINGS)

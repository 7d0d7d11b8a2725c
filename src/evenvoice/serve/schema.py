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


class Health(BaseModel):
    """The service is up."""

    status: str
    version: str


class Problem(BaseModel):
    """Why there is no answer, in one line."""

    detail: str


_REASONS = {
    400: "An empty upload or a damaged form",
    408: "The upload took too long",
    413: "The upload is too large, or the recording too long",
    415: "Not audio that can be read",
    422: "Audio that cannot be used (silent, damaged, …), a form without the field file, or an impossible parameter",
    503: "Too many requests are waiting: try again",
}

PREDICT_REPLIES: dict[int | str, dict[str, Any]] = {
    200: {"model": list[Score] | list[Moment], "description": "Emotions, best first; with `window` a list of windows"},
    **{status: {"model": Problem, "description": reason} for status, reason in _REASONS.items()},
}

_BYTES = {"type": "string", "format": "binary"}

PREDICT_BODY = {
    "requestBody": {
        "required": True,
        "description": "A recording: WAV, FLAC, OGG, MP3, AIFF, …",
        "content": {
            "application/octet-stream": {"schema": _BYTES},
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": _BYTES}, "required": ["file"]},
            },
        },
    }
}

"""A request that is not answered with emotions, and why."""

from __future__ import annotations

from starlette.responses import JSONResponse


class RefusedError(Exception):
    """What is wrong with a request: an HTTP status and one line for the person who sent it.

    Args:
        status: The HTTP status.
        reason: What was found, what was expected and the remedy.
        headers: More headers of the reply.

    Examples:
        >>> RefusedError(413, "the upload is larger than 25 MB; send a shorter part").reply().body
        b'{"detail":"the upload is larger than 25 MB; send a shorter part"}'
    """

    def __init__(self, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = " ".join(reason.split())
        self.headers = headers

    def reply(self) -> JSONResponse:
        """Return the reply: ``{"detail": reason}``."""
        return JSONResponse({"detail": self.reason}, self.status, self.headers)

"""Recordings and models at an address of the web: downloaded only when asked for, with a bound on size and time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from evenvoice.audio import one_line
from evenvoice.errors import AudioError, EvenvoiceError

if TYPE_CHECKING:
    import urllib.request

LARGEST = 256 * 2**20  # bytes: 25 minutes of WAV at CD quality, over two hours at 16 kHz mono
LONGEST = 300.0  # seconds for all of it
_SILENCE = 20.0  # seconds without a byte
_PIECE = 2**16


def is_address(name: object) -> bool:
    """Return whether something is named by an address of the web.

    Examples:
        >>> is_address("https://example.org/a.wav"), is_address("a.wav")
        (True, False)
    """
    return str(name).lower().startswith(("http://", "https://"))


def refused(name: str) -> EvenvoiceError:
    """Return the error for an address where nobody asked for a download."""
    return EvenvoiceError(
        f"{one_line(name)}: an address, and nothing is downloaded unasked; add --allow-download (allow_download=True), "
        "or name a file"
    )


def fetch(address: str, *, largest: int = LARGEST, longest: float = LONGEST) -> bytes:
    """Return what lies at an address.

    Args:
        address: Of http or https; it may lead to another one of these, and to nothing else.
        largest: The most bytes to take.
        longest: The most seconds to wait for all of it.

    Raises:
        AudioError: No answer, a refusal, too large, too slow, or it broke off.
    """
    import urllib.error  # these take a while to import, and most predictions are of files
    import urllib.request
    from http.client import HTTPException

    until, name = time.monotonic() + longest, one_line(address)
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "evenvoice"})
        with _opener().open(request, timeout=min(_SILENCE, longest)) as answer:
            length = answer.headers.get("Content-Length")
            if length is not None and int(length) > largest:
                raise AudioError(f"{name}: {length} bytes, and {largest} are the most; download it yourself")
            data = bytearray()
            while piece := answer.read1(_PIECE):
                data += piece
                if len(data) > largest:
                    raise AudioError(f"{name}: more than {largest} bytes; download it yourself")
                if time.monotonic() > until:
                    raise AudioError(f"{name}: not complete after {longest:g} s; download it yourself")
            if length is not None and len(data) < int(length):
                raise AudioError(f"{name}: broke off after {len(data)} of {length} bytes; try again")
            return bytes(data)
    except AudioError:
        raise
    except urllib.error.HTTPError as error:
        raise AudioError(f"{name}: the server says {error.code} {error.reason}; check the address") from error
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise AudioError(f"{name}: no answer ({reason}); check the address and the network") from error


def _opener() -> urllib.request.OpenerDirector:
    """An opener that knows http and https alone: no file, no ftp, no data, wherever an answer leads."""
    import urllib.request

    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler, urllib.request.HTTPRedirectHandler, urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):  # fmt: skip
        opener.add_handler(handler())
    return opener

"""Run the service until it is interrupted."""

from __future__ import annotations

import ipaddress
import socket
import sys
from contextlib import suppress
from pathlib import Path

from evenvoice.errors import EvenvoiceError
from evenvoice.serve.limits import Limits

HOST, PORT = "127.0.0.1", 8000


def is_loopback(host: str) -> bool:
    """Tell whether a host can be reached from this machine only.

    Examples:
        >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")]
        [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def run(model: Path, host: str = HOST, port: int = PORT, limits: Limits | None = None) -> None:
    """Serve a model until Ctrl-C; addresses and warnings go to stderr, requests are not logged.

    Args:
        model: The model file (``.onnx``).
        host: The address to listen at; what is no loopback address is warned of.
        port: The port; 0 takes a free one.
        limits: What the service takes at most.

    Raises:
        EvenvoiceError: The model file cannot be used, or the address cannot be listened at.
    """
    import uvicorn

    from evenvoice.serve.app import create_app
    from evenvoice.serve.page import check_built

    app = create_app(model, limits)
    listener = _listen(host, port)
    with listener:
        shown = f"[{host}]" if ":" in host else host
        _say(f"serving {model} at http://{shown}:{listener.getsockname()[1]} (API: /docs); stop with Ctrl-C")
        if not is_loopback(host):
            _say(f"--host {host}: whoever reaches this machine can use it, unencrypted and without a password")
        try:
            check_built()
        except EvenvoiceError as error:
            _say(f"the HTTP service only: {error}")
        server = uvicorn.Server(
            # Access logs would name what people send.
            uvicorn.Config(app, access_log=False, log_level="warning", server_header=False, timeout_keep_alive=20)
        )
        with suppress(KeyboardInterrupt):  # the way to stop it; what is being answered has been answered by now
            server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, or raise what a person can do about it."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        raise EvenvoiceError(
            f"--host {host} --port {port}: cannot be listened at ({error}); choose another port or address"
        ) from error
    return listener


def _say(text: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"evenvoice: {text}\n")
    sys.stderr.flush()

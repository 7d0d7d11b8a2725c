"""Run the service until it is interrupted."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

from evenvoice.errors import EvenvoiceError
from evenvoice.serve.access import Access, is_loopback
from evenvoice.serve.limits import Limits

HOST, PORT = "127.0.0.1", 8000

# So long after a signal, what is still being sent or worked on is refused; then the service is gone within 5 s.
_ANSWERED_SECONDS = 3.0


def serve_model(
    model: Path,
    host: str = HOST,
    port: int = PORT,
    limits: Limits | None = None,
    access: Access | None = None,
    root_path: str = "",
) -> None:
    """Serve a model until Ctrl-C or SIGTERM; addresses and warnings go to stderr, requests are not logged.

    It stops within five seconds: what is being worked on is answered, what takes longer is refused.

    Args:
        model: The model file (``.onnx``).
        host: The address to listen at; what is not a loopback address is warned of.
        port: The port; 0 takes a free one.
        limits: What the service takes at most.
        access: Which other names and pages may use it.
        root_path: The path under which a proxy has it.

    Raises:
        EvenvoiceError: The model file cannot be used, or the address cannot be listened at.
    """
    import uvicorn

    from evenvoice.serve.app import create_app
    from evenvoice.serve.connections import Connection
    from evenvoice.serve.page import check_built
    from evenvoice.serve.stream import LARGEST_MESSAGE

    limits = limits or Limits()
    access = _named(access or Access(), host)
    app = create_app(model, limits, access=access, root_path=root_path)

    class Server(uvicorn.Server):
        """It tells the service when to wait no longer."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            asyncio.get_running_loop().call_later(_ANSWERED_SECONDS, app.state.stopping.set)
            await super().shutdown(sockets)

    listener = _listen(host, port)
    with listener:
        shown = f"[{host}]" if ":" in host else host
        _say(f"serving {model} at http://{shown}:{listener.getsockname()[1]} (API: /docs); stop with Ctrl-C")
        if not is_loopback(host):
            secret = "with a key" if access.keys else "without a password"
            _say(
                f"--host {host}: every machine that reaches this one can use the service, unencrypted and {secret}; by "
                "a name other than its numeric address only with --allow-host"
            )
        try:
            check_built()
        except EvenvoiceError as error:
            _say(f"the HTTP service only: {error}")
        config = uvicorn.Config(
            app,
            http=Connection.limited(limits),
            # wsproto is of h11's family; no compression, by which a few bytes would unpack to many.
            ws="wsproto",
            ws_max_size=LARGEST_MESSAGE,
            ws_per_message_deflate=False,
            # Access logs would name what people send, and a line for each damaged request would fill the log.
            access_log=False,
            log_level="error",
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=20,
            timeout_graceful_shutdown=math.ceil(_ANSWERED_SECONDS + 1),
        )
        server = Server(config)

        def stop(*_: object) -> None:
            server.should_exit = True

        # uvicorn takes the signals, and raises them once more when it has stopped: the way to end it is not an error.
        handlers = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            server.run(sockets=[listener])
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)


def _named(access: Access, host: str) -> Access:
    """Add the name that the service listens at."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return replace(access, hosts=(*access.hosts, host))
    return access


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

"""Who may ask: no web page but our own and those allowed, and no name of this machine that we were not given.

A page of any site can make a browser send requests to 127.0.0.1. It cannot change the header ``Origin``, and ``Host``
is the name in the address that the browser believes it is talking to: with DNS rebinding, the attacker's.

Source:
    RFC 9110, section 7.4 (421 Misdirected Request); https://fetch.spec.whatwg.org/#origin-header.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from evenvoice.errors import EvenvoiceError
from evenvoice.serve.refused import RefusedError

# 16 characters of base 64 have 96 bits.
_SHORTEST_KEY = 16
_LARGEST_KEY_FILE = 100_000

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True)
class Access:
    """Which names and which pages may use the service, beside this machine's own and the service's own page.

    Args:
        hosts: Names in the header ``Host``, without a port: ``emotions.example.org``. Loopback names are always
            allowed, and the numeric address at which a request arrived.
        origins: Origins of other pages: ``https://app.example.org``; ``*`` is every page.
        keys: Where there are any, each request but ``/health`` must bring one of them, as
            ``Authorization: Bearer KEY`` or ``X-API-Key: KEY``. `read_keys` reads them from a file.

    Raises:
        EvenvoiceError: A host with a port or a path, or an origin that is none.

    Examples:
        >>> Access(origins=("example.org",))
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: --allow-origin 'example.org': expected scheme and host without a path, for \
example https://example.org
    """

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    keys: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        for host in self.hosts:
            if not host or _host_name(host) != host.lower():
                raise EvenvoiceError(f"--allow-host {host!r}: expected a name without a port, for example example.org")
        for origin in self.origins:
            if origin not in ("*", "null") and (_netloc(origin) is None or urlsplit(origin).path):
                raise EvenvoiceError(
                    f"--allow-origin {origin!r}: expected scheme and host without a path, for example "
                    "https://example.org"
                )

    def check(self, headers: Headers, arrived_at: str | None) -> None:
        """Raise a `RefusedError` for a request that another page sent, or that was sent to another name.

        Args:
            headers: Of the request.
            arrived_at: The numeric address at which it arrived.
        """
        host = headers.get("host")
        if host is not None and not self._is_ours(_host_name(host), arrived_at):
            raise RefusedError(421, f"not a name of this service: {host[:80]!r}; allow it with --allow-host")
        origins = headers.getlist("origin")
        if not origins:
            # An image or a script of another page has no Origin; a link that a person follows is welcome.
            cross = headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate"
            if cross and "*" not in self.origins:
                raise RefusedError(403, "sent by a page of another site; allow it with --allow-origin")
        for origin in origins:
            if not self.allows(origin) and (host is None or _netloc(origin) != _with_port(host, origin)):
                raise RefusedError(403, f"sent by a page of {origin[:80]!r}; allow it with --allow-origin")

    def check_key(self, headers: Headers) -> None:
        """Raise a `RefusedError` for a request without a key, where there are keys."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        given = headers.get("x-api-key") or (bearer.strip() if scheme.lower() == "bearer" else "")
        # Every key is compared, each in the same time: how long it takes says nothing of them.
        if self.keys and not sum(compare_digest(given.encode(), key.encode()) for key in self.keys):
            raise RefusedError(
                401, "no key, or a wrong one; send Authorization: Bearer KEY", {"WWW-Authenticate": "Bearer"}
            )

    def allows(self, origin: str) -> bool:
        """Tell whether another page may use the service."""
        return "*" in self.origins or origin.lower() in {allowed.lower() for allowed in self.origins}

    def _is_ours(self, name: str | None, arrived_at: str | None) -> bool:
        return name is not None and (is_loopback(name) or name in {arrived_at, *map(str.lower, self.hosts)})


class CheckAccess:
    """ASGI middleware that refuses what `Access.check` refuses, before anything of a body is read."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] in ("http", "websocket"):
            try:
                headers = Headers(scope=scope)
                self._access.check(headers, (scope.get("server") or (None,))[0])
                # A browser asks beforehand, and without a key, whether a page may send one.
                if not scope["path"].endswith("/health") and scope.get("method") != "OPTIONS":
                    self._access.check_key(headers)
            except RefusedError as refused:
                await refused.reply()(scope, receive, send)
                return
        await self._app(scope, receive, send)


def read_keys(file: Path) -> tuple[str, ...]:
    """Return the keys in a file, one a line; empty lines and those that begin with ``#`` are passed over.

    Raises:
        EvenvoiceError: The file cannot be read, has no key, or one that is short enough to be guessed.
    """
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST_KEY_FILE:
            raise EvenvoiceError(f"--api-key-file {file}: expected a small text file with a key a line")
        lines = [line.strip() for line in file.read_text(encoding="ascii").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise EvenvoiceError(f"--api-key-file {file}: cannot be read as ASCII text ({error})") from error
    keys = tuple(line for line in lines if line and not line.startswith("#"))
    if not keys or min(map(len, keys)) < _SHORTEST_KEY:
        raise EvenvoiceError(
            f"--api-key-file {file}: expected keys of {_SHORTEST_KEY} characters or more, one a line; make one with: "
            "openssl rand -hex 32"
        )
    return keys


def is_loopback(host: str) -> bool:
    """Tell whether a host can be reached from this machine only.

    Examples:
        >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")]
        [True, True, True, False, False]
    """
    if host in ("localhost", "localhost."):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_name(host: str) -> str | None:
    """The name in a ``Host`` header, in lower case and without port and brackets; ``None`` where it is none.

    Examples:
        >>> [_host_name(host) for host in ("Example.org:8000", "[::1]:8000", "127.0.0.1", "a b", "a@b", "x:y")]
        ['example.org', '::1', '127.0.0.1', None, None, None]
    """
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises where it is not a number
    except ValueError:
        return None
    plain = not (set(host) & set("@/?#\\ \t")) and host.isprintable()
    return parts.hostname if plain else None


def _netloc(origin: str) -> tuple[str, int] | None:
    """Host and port of an origin; ``None`` where it is none."""
    scheme, separator, host = origin.partition("://")
    return _with_port(host.removesuffix("/"), origin) if separator and scheme.lower() in _DEFAULT_PORTS else None


def _with_port(host: str, origin: str) -> tuple[str, int] | None:
    """Host and port, the port being that of the origin's scheme where the host has none.

    Examples:
        >>> _with_port("example.org", "https://example.org"), _with_port("localhost:80", "http://localhost")
        (('example.org', 443), ('localhost', 80))
    """
    name = _host_name(host)
    if name is None:
        return None
    port = urlsplit(f"//{host}").port
    return name, port or _DEFAULT_PORTS.get(origin.partition(":")[0].lower(), 0)

"""A stand-in for the Hugging Face hub, on loopback: repositories, commits and files, as far as its client asks."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "hf_let_me_in"
COMMIT = "0" * 39 + "1"


class Hub(ThreadingHTTPServer):
    """The repositories: name → file → bytes; and what was asked of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repos: dict[str, dict[str, bytes]] = {}
        self.private: set[str] = set()
        self.asked: list[str] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def running_hub() -> Iterator[Hub]:
    with Hub() as hub:
        thread = threading.Thread(target=hub.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(f"POST {self.path}")
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"error": "Invalid credentials"})
        elif self.path == "/api/repos/create":
            asked = json.loads(body)
            name = f"{asked['organization']}/{asked['name']}" if asked.get("organization") else asked["name"]
            self.server.repos.setdefault(name, {})
            if asked.get("private") or asked.get("visibility") == "private":  # the older and the newer way
                self.server.private.add(name)
            self._answer(200, {"url": f"{self.server.endpoint}/{name}", "name": name})
        elif "/preupload/" in self.path:
            files = [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False}
                     for file in json.loads(body)["files"]]  # fmt: skip
            self._answer(200, {"files": files})
        elif "/commit/" in self.path:
            name = self.path.removeprefix("/api/models/").partition("/commit/")[0]
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    self.server.repos[name][line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            self._answer(200, {"commitUrl": f"{self.server.endpoint}/{name}/commit/{COMMIT}", "commitOid": COMMIT})
        else:
            self._answer(200, {})

    def do_HEAD(self) -> None:
        self.do_GET(body=False)

    def do_GET(self, body: bool = True) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        name, resolve, rest = self.path.strip("/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        files = self.server.repos.get(name)
        if not resolve or files is None or (name in self.server.private and "Authorization" not in self.headers):
            self._answer(401 if resolve else 404, {"error": "Repository not found"}, "RepoNotFound", body)
        elif revision not in ("main", COMMIT):
            self._answer(404, {"error": f"Invalid rev id: {revision}"}, "RevisionNotFound", body)
        elif file not in files:
            self._answer(404, {"error": "Entry not found"}, "EntryNotFound", body)
        else:
            self._file(files[file], body)

    def _file(self, data: bytes, body: bool) -> None:
        self.send_response(200)
        for key, value in (
            ("Content-Length", str(len(data))),
            ("ETag", f'"{hashlib.sha256(data).hexdigest()}"'),
            ("X-Repo-Commit", COMMIT),
        ):
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def _answer(self, status: int, content: dict[str, object], code: str | None = None, body: bool = True) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if code:
            self.send_header("X-Error-Code", code)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass

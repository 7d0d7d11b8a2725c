"""The page at ``/docs``: the OpenAPI description as plain HTML, with nothing fetched from elsewhere."""

from __future__ import annotations

from html import escape
from typing import Any

from evenvoice.serve.limits import Limits

_EXAMPLES = """curl --data-binary @clip.wav http://127.0.0.1:8000/predict
curl -F file=@clip.wav 'http://127.0.0.1:8000/predict?top=1'
curl -F files=@a.wav -F files=@b.wav http://127.0.0.1:8000/predict
curl --data-binary @talk.flac 'http://127.0.0.1:8000/predict?window=3&hop=1'
curl -F files=@anna/1.wav -F files=@anna/2.wav http://127.0.0.1:8000/enrol > anna.voice
curl -F file=@clip.wav -F voice=@anna.voice http://127.0.0.1:8000/predict"""

_STREAM = [
    ("rate", "Sample rate in Hz; 16000."),
    ("format", "s16le, s32le or f32le: mono samples without a header, whole ones in each message."),
    ("window, hop, top, adapt", "As of /predict; windows of 3 s, one a second."),
]


def docs_page(openapi: dict[str, Any], limits: Limits) -> str:
    """Return the page.

    Args:
        openapi: The OpenAPI description.
        limits: What the service takes at most.
    """
    operations = [
        _operation(path, method, operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    ]
    most = (
        f"One upload: at most {limits.megabytes:g} MB and {limits.seconds:g} s of sound, here within "
        f"{limits.upload_seconds:g} s. {limits.workers} recordings are worked on at once; others wait."
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>evenvoice: the HTTP service</title><link rel="stylesheet" href="style.css"></head><body><main>
<h1>{escape(openapi["info"]["title"])}: the HTTP service</h1>
<p>{escape(openapi["info"]["description"])}</p><p>{escape(most)}</p>
<pre>{escape(_EXAMPLES)}</pre>
<p>For machines: <a href="openapi.json">openapi.json</a>. In the browser: <a href="./">the page</a>.</p>
{"".join(operations)}
<section><h2>WebSocket /stream</h2>
<p>Send samples as binary messages, as they are recorded; each window is answered with a text as soon as it is complete:
{{"start": …, "end": …, "scores": […]}}. The text "end" is answered with what is left, and ends it. A profile of who
speaks may come as a text before the samples. What is wrong comes as {{"detail": …}}, and closes it. At most
{limits.stream_seconds:g} s of sound, and something every {limits.idle_seconds:g} s.</p>
{_table("Query", _STREAM)}</section>
</main></body></html>"""


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    """Return the section on one method of one path."""
    parameters = [
        (item["name"], item["schema"].get("description") or item.get("description", ""))
        for item in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {})
    replies = [(status, reply["description"]) for status, reply in operation["responses"].items()]
    return (
        f"<section><h2>{method.upper()} {escape(path)}</h2>"
        f"<p>{escape(operation.get('description', '').replace('`', ''))}</p>"
        + _table("Query", parameters)
        + _table("Body", [(kind, body["description"]) for kind in body.get("content", {})])
        + _table("Replies", replies)
        + "</section>"
    )


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    """Return a table of names and what they mean, or nothing."""
    if not rows:
        return ""
    cells = "".join(f"<tr><th scope='row'>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows)
    return f"<table><caption>{escape(title)}</caption>{cells}</table>"

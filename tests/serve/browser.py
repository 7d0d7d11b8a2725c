"""The system's Chromium with one page in it, and the words and numbers that stand there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
)  # fmt: skip

# Two busy cores start a browser slowly. Nothing is measured by this: it is how long one waits before giving up.
PATIENCE = 60_000


def launch(playwright: Playwright, microphone: Path | None = None) -> Browser:
    """Start the system's Chromium; its microphone plays a WAV file, over and over."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium on this machine")
    flags = [*_FLAGS, *([f"--use-file-for-fake-audio-capture={microphone}"] if microphone else [])]
    return playwright.chromium.launch(executable_path=found, args=flags, timeout=PATIENCE)


@dataclass
class Visit:
    """A page that was opened, and what happened meanwhile: requests and complaints of the browser."""

    page: Page
    url: str
    requests: list[tuple[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def ready(self) -> None:
        expect(self.page.locator("#status")).to_have_text("Ready.", timeout=PATIENCE)

    def choose(self, file: Path) -> None:
        self.page.set_input_files("#file", file)

    def heard(self, name: str = "your recording") -> str:
        """Wait for the answer to a file or to what was recorded, and return its summary."""
        expect(self.page.locator("#status")).to_contain_text(f"Analysed {name}: ", timeout=PATIENCE)
        return self.page.inner_text("#summary")

    def problem(self) -> str:
        """Wait for a complaint to the reader, and return it."""
        expect(self.page.locator("#problem")).to_be_visible(timeout=PATIENCE)
        return self.page.inner_text("#problem")

    def scores(self) -> list[float]:
        """Return the probabilities of the bars, in the model's order of emotions."""
        values = self.page.locator("#scores data").evaluate_all("all => all.map((each) => each.value)")
        return [float(value) for value in values]

    def check(self, missing: str | None = None) -> None:
        """See that the browser had nothing to complain of, that nothing was sent, and nothing asked for elsewhere."""
        assert [text for text in self.complaints if missing is None or "404" not in text] == []
        assert {method for method, _ in self.requests} <= {"GET"}
        assert [address for _, address in self.requests if not address.startswith(self.url)] == []

    def timeline(self) -> list[tuple[float, float, str, list[float]]]:
        """Return the rows of the timeline's table: from, to, most like, probabilities."""
        rows = self.page.locator("#timeline-table tr").evaluate_all(
            """all => all.slice(1).map((row) => [
                ...Array.from(row.cells).slice(0, 3).map((cell) => cell.textContent),
                Array.from(row.querySelectorAll("data")).map((each) => each.value),
            ])"""
        )
        return [(float(start), float(end), best, [float(value) for value in each]) for start, end, best, each in rows]


@contextmanager
def visit(browser: Browser, url: str, missing: str | None = None, **how: object) -> Iterator[Visit]:
    """Open a page with nothing but its own server within reach; at the end the browser must not have complained.

    Args:
        browser: Where.
        url: What.
        missing: A file that the server is to lack.
        how: Options of Playwright's context.
    """
    context = browser.new_context(**how)  # type: ignore[arg-type]
    page = context.new_page()
    found = Visit(page, url)
    context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(url) else route.abort())
    if missing is not None:
        context.route(f"**/{missing}", lambda route: route.fulfill(status=404))
    page.on("request", lambda request: found.requests.append((request.method, request.url)))
    page.on("console", lambda message: found.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    try:
        page.goto(url, timeout=PATIENCE)
        yield found
    finally:
        context.close()
    found.check(missing)

"""``<evenvoice-recorder>`` in a page of somebody else's: the files of `export --web`, and the recognizer's numbers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Browser, Locator, expect

from evenvoice.recognizer import Recognizer
from evenvoice.serve.page import PAGE, write_page
from tests.serve import browser as chromium
from tests.serve.browser import Visit, visit
from tests.serve.uploads import voice

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not PAGE.is_dir(), reason="the page is not built (make page)")]

OURS = """<!doctype html><html lang="en"><title>Mine</title>
<script type="module" src="evenvoice/recorder.js"></script>
<evenvoice-recorder model="evenvoice/model.onnx"></evenvoice-recorder>
<script>
  window.results = [];
  document.addEventListener("evenvoice-result", (event) => window.results.push(event.detail));
</script></html>"""


def bar_of(page: Visit, label: str) -> Locator:
    """The bar of an emotion, in the element's own tree."""
    row = page.page.locator("evenvoice-recorder li").filter(has_text=label)
    return row.locator(".track span")


def test_an_element_in_a_page_of_somebody_else(browser: Browser, whole_model: Path, tmp_path: Path) -> None:
    write_page(whole_model, tmp_path / "host" / "evenvoice")
    (tmp_path / "host" / "index.html").write_text(OURS, encoding="utf-8")
    (tmp_path / "host" / "favicon.ico").write_bytes(b"")
    clip, bad = tmp_path / "clip.wav", tmp_path / "bad.wav"
    soundfile.write(clip, voice(4), 16000)
    bad.write_bytes(b"")
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", tmp_path / "host"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as host:
        try:
            assert host.stdout is not None
            port = host.stdout.readline().partition(" port ")[2].split()[0]
            with visit(browser, f"http://127.0.0.1:{port}/") as page:
                status = page.page.locator("evenvoice-recorder p[role=status]")
                expect(status).to_have_text("Ready.", timeout=chromium.PATIENCE)
                page.page.set_input_files("evenvoice-recorder input", bad)
                expect(status).to_contain_text("This file is empty", timeout=chromium.PATIENCE)
                page.page.set_input_files("evenvoice-recorder input", clip)
                expect(status).to_contain_text("Nothing was sent.", timeout=chromium.PATIENCE)
                (found,) = page.page.evaluate("window.results")
                expected = Recognizer(whole_model)(clip)
                bar = bar_of(page, expected[0]["label"])
                expect(bar).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")  # which is none
                expect(bar).not_to_have_css("width", "0px")
                assert [each["label"] for each in found["scores"]] == [each["label"] for each in expected]
                assert [each["score"] for each in found["scores"]] == pytest.approx(
                    [each["score"] for each in expected], abs=1e-4
                )
                assert [each["start"] for each in found["moments"]] == [0.0, 1.0]
                page.page.click("evenvoice-recorder button")
                expect(page.page.locator("evenvoice-recorder button")).to_have_text("Stop", timeout=chromium.PATIENCE)
                page.page.wait_for_timeout(500)
                page.page.click("evenvoice-recorder button")
                expect(status).to_contain_text("your recording", timeout=chromium.PATIENCE)
        finally:
            host.kill()

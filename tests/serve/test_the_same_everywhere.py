"""The model that comes with evenvoice: Python, command line, HTTP and page give the same numbers for real speech."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.ready import ready_model
from evenvoice.serve.page import PAGE
from tests.cli.command import run
from tests.serve.browser import launch, visit
from tests.serve.service import serving


@pytest.mark.slow
@pytest.mark.skipif(not PAGE.is_dir(), reason="the page is not built (make page)")
def test_the_ready_model_answers_the_same_everywhere(corpora_folder: Path, tmp_path: Path) -> None:
    recordings = sorted((corpora_folder / "emodb" / "wav").iterdir())[::90]
    recognizer = Recognizer(ready_model())
    expected = [
        {str(entry["label"]): float(entry["score"]) for entry in recognizer(recording)} for recording in recordings
    ]
    assert len({max(answer, key=answer.__getitem__) for answer in expected}) > 2  # not one answer to everything

    for answer, told in zip(expected, json.loads(run("predict", "--json", *recordings).result()), strict=True):
        assert {entry["label"]: entry["score"] for entry in told["scores"]} == pytest.approx(answer, abs=1e-6)

    with serving(ready_model(), tmp_path / "log") as service, sync_playwright() as playwright:
        for recording, answer in zip(recordings, expected, strict=True):
            request = urllib.request.Request(f"{service.url}/predict", data=recording.read_bytes(), method="POST")
            with urllib.request.urlopen(request, timeout=60) as reply:
                assert {entry["label"]: entry["score"] for entry in json.load(reply)} == pytest.approx(answer, abs=1e-6)
        browser = launch(playwright)
        with visit(browser, service.url) as page:
            page.ready()
            for recording, answer in zip(recordings, expected, strict=True):
                page.choose(recording)
                page.heard(recording.name)
                assert page.scores() == pytest.approx([answer[label] for label in recognizer.labels], abs=1e-4)
        browser.close()

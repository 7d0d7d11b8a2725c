"""Two models, one that can be worked out by hand and one with the whole graph; a service with the latter; a browser."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from tests.recognizer import tiny
from tests.serve import uploads
from tests.serve.service import Service, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

# `make test-oldest` has neither.
_BROWSER = ["browser.py", "test_in_browser.py", "test_page_*.py", "test_the_same_everywhere.py"]
collect_ignore_glob = [
    *([] if find_spec("playwright") else _BROWSER),
    *([] if find_spec("schemathesis") else ["test_fuzz.py"]),
]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers at once; its answers can be worked out by hand."""
    file = tmp_path_factory.mktemp("tiny") / "tiny.onnx"
    file.write_bytes(tiny.model_file())
    return file


@pytest.fixture(scope="session")
def whole_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe's whole graph, front end and network, fitted for some epochs on generated voices."""
    from evenvoice.features import extract_waveforms
    from evenvoice.recipes import open_recipe
    from evenvoice.training import Dataset, fit
    from evenvoice.training.export import export

    recipe = open_recipe("2dcnn", {"training": {"epochs": 4, "learning_rate": 0.001}})
    waveforms = [uploads.voice(1, seed=number).astype(np.float32) for number in range(12)]
    labels = np.array(["angry", "happy", "sad"] * 4)
    examples = Dataset([str(number) for number in range(12)], extract_waveforms(waveforms, recipe.features), labels)
    return export(fit(recipe, examples), tmp_path_factory.mktemp("whole") / "whole.onnx", corpus=None)


@pytest.fixture(scope="session")
def service(whole_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The whole model over HTTP, in a process of its own."""
    with serving(whole_model, tmp_path_factory.mktemp("service") / "log") as found:
        yield found


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the fake microphone records: a low voice, then a high one."""
    file = tmp_path_factory.mktemp("microphone") / "voice.wav"
    soundfile.write(file, uploads.voice(12, 48000, seed=1), 48000)
    return file


@pytest.fixture(scope="module")
def browser(playwright: Playwright, microphone: Path) -> Iterator[Browser]:
    from tests.serve import browser as chromium

    found = chromium.launch(playwright, microphone)
    yield found
    found.close()

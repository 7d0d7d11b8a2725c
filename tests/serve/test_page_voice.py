"""The page adapts to a voice: the recognizer's numbers, kept on the device, shown, and removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Browser, expect

from evenvoice.recognizer import Recognizer, SpeakerProfile
from evenvoice.serve.page import PAGE
from tests.recognizer import adaptive, tiny
from tests.serve.browser import visit
from tests.serve.service import Service, serving

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not PAGE.is_dir(), reason="the page is not built (make page)")]

KEPT = "() => Object.entries(localStorage).filter(([key]) => key.startsWith('evenvoice.voice.'))"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model that can be adapted, at 8 kHz."""
    file: Path = tmp_path_factory.mktemp("model") / "adaptive.onnx"
    file.write_bytes(adaptive.model_file())
    return file


@pytest.fixture(scope="module")
def adaptive_service(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(model, tmp_path_factory.mktemp("service") / "log") as found:
        yield found


def clip(folder: Path, value: float) -> Path:
    file = folder / f"{value}.wav"
    soundfile.write(file, tiny.steady(value), tiny.RATE, subtype="FLOAT")
    return file


def scores(recognizer: Recognizer, file: Path) -> list[float]:
    found = {entry["label"]: entry["score"] for entry in recognizer(file)}
    return [found[label] for label in recognizer.labels]


def test_a_voice_is_learnt_kept_and_forgotten(
    browser: Browser, adaptive_service: Service, model: Path, tmp_path: Path
) -> None:
    recognizer = Recognizer(model)
    first, second = clip(tmp_path, 0.5), clip(tmp_path, 0.25)
    with visit(browser, adaptive_service.url) as page:
        page.ready()
        assert "Tell the model which recordings are yours" in page.page.inner_text("#voice-state")
        assert page.page.is_disabled("#adapt")
        page.choose(first)
        page.heard(first.name)
        plain = page.scores()
        assert plain == pytest.approx(scores(recognizer, first), abs=1e-5)
        page.page.click("#adapt")
        expect(page.page.locator("#summary")).to_contain_text("· adapted to 1 recording")
        adapted = recognizer.adapted(recognizer.enrol(first))
        assert page.scores() == pytest.approx(scores(adapted, first), abs=1e-5)
        expect(page.page.locator("#adapt")).to_be_disabled()  # once is enough
        page.choose(second)
        page.heard(second.name)
        assert page.scores() == pytest.approx(scores(adapted, second), abs=1e-5)
        page.page.click("#adapt")
        expect(page.page.locator("#voice-state")).to_contain_text("Adapted to 2 recordings of one voice.")
        ((_, kept),) = page.page.evaluate(KEPT)
        expected = recognizer.enrol([first, second])
        found = SpeakerProfile.from_bytes(kept.encode())  # what is kept is a file of `evenvoice enrol`
        assert (found.utterances, found.model) == (2, recognizer.card["sha256"])
        assert found.offset == pytest.approx(expected.offset, abs=1e-6)
        page.page.reload()
        page.ready()
        expect(page.page.locator("#voice-state")).to_contain_text("Adapted to 2 recordings")
        page.choose(first)
        assert page.heard(first.name).endswith("· adapted to 2 recordings")
        assert page.scores() == pytest.approx(scores(recognizer.adapted(expected), first), abs=1e-5)
        page.page.click("#forget")
        expect(page.page.locator("#summary")).not_to_contain_text("adapted")
        assert page.scores() == pytest.approx(plain, abs=1e-6)
        assert page.page.evaluate(KEPT) == []


def test_a_damaged_voice_is_removed_and_said(browser: Browser, adaptive_service: Service, model: Path) -> None:
    sha256 = Recognizer(model).card["sha256"]
    good = json.loads(SpeakerProfile.from_bytes(Recognizer(model).enrol(tiny.steady(0.5)).to_bytes()).to_bytes())
    bad = ["{", "[]", "null", json.dumps({**good, "model": "0" * 64}), json.dumps({**good, "offset": "AADAfwAAwH8="}),
           json.dumps({**good, "offset": "AAAA"}), json.dumps({**good, "utterances": 0.5})]  # fmt: skip
    key = f"evenvoice.voice.{sha256}"
    with visit(browser, adaptive_service.url) as page:
        page.page.evaluate("([key, text]) => localStorage.setItem(key, text)", [key, bad[0]])
        page.page.reload()
        page.ready()
        expect(page.page.locator("#voice-state")).to_contain_text("is damaged or of another model, and was removed")
        assert page.page.evaluate(KEPT) == []
        for text in (*bad, json.dumps(good)):
            count, damaged, kept = page.page.evaluate(
                """async ([key, text, sha256]) => {
                    localStorage.setItem(key, text);
                    const { openVoice } = await import("./voice.js");
                    const voice = openVoice({ card: { sha256, recipe: { kappa: 5 } }, width: 2 });
                    return [voice.count, voice.damaged, localStorage.getItem(key) !== null];
                }""",
                [key, text, sha256],
            )
            assert (count, damaged, kept) == ((1, False, True) if text == json.dumps(good) else (0, True, False)), text


def test_a_model_that_cannot_adapt_says_which_can(browser: Browser, service: Service) -> None:
    with visit(browser, service.url) as page:
        page.ready()
        assert "trained with the recipe voice-adaptive can" in page.page.inner_text("#voice-state")
        assert not page.page.is_visible("#adapt")

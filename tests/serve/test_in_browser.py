"""The page in a real browser: the recognizer's numbers, a microphone, a phone, a keyboard, no network."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from playwright.sync_api import Browser, expect

from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.windows import starts
from evenvoice.serve.page import PAGE, write_page
from tests.serve import browser as chromium
from tests.serve.browser import Visit, visit
from tests.serve.service import Service
from tests.serve.uploads import voice

pytestmark = [
    pytest.mark.skipif(not PAGE.is_dir(), reason="the page is not built (make page)"),
]


@pytest.fixture(scope="module")
def opened(browser: Browser, service: Service) -> Iterator[Visit]:
    with visit(browser, service.url) as found:
        found.ready()
        yield found


@pytest.fixture
def page(opened: Visit) -> Iterator[Visit]:
    """One page for many tests, as one leaves it open: starting the runtime takes a second."""
    yield opened
    opened.check()


@pytest.fixture(scope="module")
def recognizer(whole_model: Path) -> Recognizer:
    return Recognizer(whole_model)


def scores(recognizer: Recognizer, found: list[dict[str, object]]) -> list[float]:
    """The recognizer's answer in the model's order of emotions."""
    by_label = {str(entry["label"]): float(str(entry["score"])) for entry in found}
    return [by_label[label] for label in recognizer.labels]


WAYS = {
    "16 bit": ("wav", 1, {"subtype": "PCM_16"}),
    "8 bit": ("wav", 1, {"subtype": "PCM_U8"}),
    "24 bit, stereo": ("wav", 2, {"subtype": "PCM_24"}),
    "32 bit, six channels": ("wav", 6, {"subtype": "PCM_32"}),
    "float": ("wav", 2, {"subtype": "FLOAT"}),
    "double, extensible": ("wav", 2, {"subtype": "DOUBLE", "format": "WAVEX"}),
    "FLAC, stereo": ("flac", 2, {"subtype": "PCM_16"}),
}


def test_a_recording_at_16_khz_gives_the_recognizers_numbers(
    page: Visit, recognizer: Recognizer, tmp_path: Path
) -> None:
    for number, (suffix, channels, how) in enumerate(WAYS.values()):
        file = tmp_path / f"{number}.{suffix}"
        samples = np.stack([voice(2.3, seed=10 * number + channel) for channel in range(channels)], axis=1)
        soundfile.write(file, samples, 16000, **how)
        page.choose(file)
        summary = page.heard(file.name)
        expected = recognizer(file)
        assert page.scores() == pytest.approx(scores(recognizer, expected), abs=1e-4), file.name
        assert summary == f"Most like {expected[0]['label']} ({100 * expected[0]['score']:.1f} %)"
        assert not page.page.is_visible("#timeline-part")
    # What was told apart above are different voices, not one answer to everything.
    assert len({round(score, 3) for score in scores(recognizer, recognizer(tmp_path / "0.wav"))}) > 1


def test_a_long_recording_gives_the_recognizers_windows(page: Visit, recognizer: Recognizer, tmp_path: Path) -> None:
    file = tmp_path / "talk.wav"
    soundfile.write(file, np.concatenate([voice(4, seed=3), np.zeros(64000), voice(2.5, seed=4)]), 16000)
    page.choose(file)
    assert page.heard(file.name).startswith("On the whole: ")
    assert page.scores() == pytest.approx(scores(recognizer, recognizer(file)), abs=1e-4)
    expected = recognizer.windows(file, window=3.0, hop=1.0)
    found = page.timeline()
    assert len(found) == len(expected) == 9
    for (start, end, best, values), entry in zip(found, expected, strict=True):
        assert (start, end) == (entry["start"], entry["end"])
        if entry.get("silent"):
            assert (best, values) == ("silent", [])
        else:
            assert best == entry["scores"][0]["label"]
            assert values == pytest.approx(scores(recognizer, entry["scores"]), abs=1e-4)
    assert [best for _, _, best, _ in found].count("silent") == 2
    assert "silent" in (page.page.get_attribute("#timeline", "aria-label") or "")
    # Something is drawn: not all pixels of a picture are the same.
    for name in ("waveform", "spectrogram", "timeline"):
        colours = page.page.locator(f"#{name}").evaluate(
            """(canvas) => new Set(
                new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)
            ).size"""
        )
        assert colours > 1, name


@pytest.mark.slow
def test_other_rates_are_resampled_as_soxr_does(page: Visit, recognizer: Recognizer, tmp_path: Path) -> None:
    for rate in (8000, 44100, 48000):
        samples = voice(1.5, rate, seed=rate).astype(np.float32)
        found = page.page.evaluate(
            """async ([samples, rate]) => {
                const { resample } = await import("./resample.js");
                return Array.from(resample(Float32Array.from(samples), rate, 16000));
            }""",
            [samples.tolist(), rate],
        )
        expected = soxr.resample(samples, rate, 16000)
        assert abs(len(found) - len(expected)) <= 1
        length = min(len(found), len(expected))
        error = np.array(found[:length]) - expected[:length]
        assert np.sqrt(np.mean(error**2)) < 1e-3 * np.sqrt(np.mean(expected**2)), rate
        file = tmp_path / f"{rate}.wav"
        soundfile.write(file, samples, rate, subtype="FLOAT")
        page.choose(file)
        page.heard(file.name)
        assert page.scores() == pytest.approx(scores(recognizer, recognizer(file)), abs=5e-3), rate


def test_the_rule_of_windows_is_the_recognizers(page: Visit) -> None:
    cases = [(n, length, hop) for n in range(1, 40) for length in (1, 4, 9) for hop in (1, 2, 3) if hop <= length]
    found = page.page.evaluate(
        """async (cases) => {
            const { starts } = await import("./windows.js");
            return cases.map((each) => starts(...each));
        }""",
        cases,
    )
    assert found == [starts(n, length=length, hop=hop) for n, length, hop in cases]


BAD = {
    "empty.wav": (b"", "This file is empty (0 bytes)."),
    "text.wav": (b"hello\n" * 50, "This is not a recording that your browser can read."),
    "cut off.wav": (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "This WAV file is damaged or cut off"),
    "noise.ogg": (bytes(range(256)) * 9, "This is not a recording that your browser can read."),
    "silent.wav": (np.zeros(16000), "This recording is silent: every sample is zero."),
    "NaN.wav": (np.full(16000, np.nan), "This recording holds samples that are not numbers."),
    "loud.wav": (np.full(16000, 1e20), "This recording is far above full scale"),
    "no samples.wav": (np.zeros(0), "There are no samples in this recording."),
    "long.wav": (np.ones(601 * 100), "This recording lasts 601 s; at most 600 s can be analysed here."),
    "a sample.wav": (np.ones(1), "This recording is too short to analyse."),
}
RATES = {"long.wav": 100, "a sample.wav": 192000}


def test_a_bad_upload_gets_a_sentence_and_the_next_an_answer(page: Visit, tmp_path: Path) -> None:
    good = tmp_path / "good.wav"
    soundfile.write(good, voice(1), 16000)
    for name, (content, says) in BAD.items():
        file = tmp_path / name
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            soundfile.write(file, content, RATES.get(name, 16000), subtype="FLOAT")
        page.choose(file)
        assert says in page.problem(), name
        assert not page.page.is_visible("#result")
        page.choose(good)
        page.heard(good.name)
        assert not page.page.is_visible("#problem")


@pytest.mark.slow
def test_a_microphone_is_heard_while_one_speaks(page: Visit) -> None:
    summary = page.page.locator("#summary")
    page.page.click("#record")
    expect(page.page.locator("#record")).to_have_text("Stop", timeout=chromium.PATIENCE)
    expect(summary).to_contain_text("Now: ", timeout=chromium.PATIENCE)
    first = page.scores()
    assert sum(first) == pytest.approx(1, abs=1e-4)
    bar = page.page.locator("#scores data").first
    expect(bar).not_to_have_attribute("value", str(bar.get_attribute("value")), timeout=chromium.PATIENCE)
    expect(page.page.locator("#status")).to_contain_text("Recording: 4.", timeout=chromium.PATIENCE)
    assert page.scores() != first
    page.page.click("#record")
    assert page.heard().startswith("On the whole: ")
    assert len(page.timeline()) >= 2
    expect(page.page.locator("#record")).to_have_text("Record")


@pytest.mark.slow
def test_a_microphone_that_is_not_allowed(page: Visit) -> None:
    page.page.evaluate(
        """() => {
            navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError"); };
        }"""
    )
    page.page.click("#record")
    assert page.problem().startswith("The microphone is not allowed for this page.")
    expect(page.page.locator("#record")).to_have_text("Record")
    page.page.evaluate("() => { delete navigator.mediaDevices.getUserMedia; }")


@pytest.mark.slow
def test_a_phone(browser: Browser, service: Service, tmp_path: Path) -> None:
    file = tmp_path / ("long" * 30 + ".wav")
    soundfile.write(file, voice(5), 16000)
    with visit(browser, service.url, viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True) as page:
        page.ready()
        page.choose(file)
        page.heard(file.name)
        page.page.click("summary >> nth=0")
        assert page.page.evaluate("() => document.documentElement.scrollWidth") == 320
        assert page.page.locator("#record").bounding_box()["height"] >= 44  # type: ignore[index]


@pytest.mark.slow
def test_a_keyboard_is_enough(browser: Browser, service: Service, tmp_path: Path) -> None:
    with visit(browser, service.url) as page:
        # From now on Playwright catches file choosers; started only when the key is pressed, it can be too late.
        page.page.on("filechooser", lambda _: None)
        page.ready()
        use_the_keyboard(page, tmp_path)


def use_the_keyboard(page: Visit, tmp_path: Path) -> None:
    file = tmp_path / "clip.wav"
    soundfile.write(file, voice(5), 16000)
    focused = page.page.locator(":focus")
    page.page.keyboard.press("Tab")
    expect(focused).to_have_id("language")
    page.page.keyboard.press("Tab")
    expect(focused).to_have_id("record")
    assert focused.evaluate("(element) => getComputedStyle(element).outlineStyle") == "solid"
    page.page.keyboard.press("Tab")
    expect(focused).to_have_id("file")
    with page.page.expect_file_chooser() as chooser:
        page.page.keyboard.press("Enter")
    chooser.value.set_files(file)
    page.heard(file.name)
    for name in ("example", "play", "position"):
        page.page.keyboard.press("Tab")
        expect(focused).to_have_id(name)
    page.page.keyboard.press("End")
    expect(page.page.locator("#clock")).to_have_text("5.0 / 5.0 s")
    page.page.keyboard.press("Tab")
    expect(focused).to_have_text("The timeline as a table")
    page.page.keyboard.press("Enter")
    expect(page.page.locator("#timeline-table")).to_be_visible()
    for _ in range(5):
        page.page.keyboard.press("Shift+Tab")
    expect(focused).to_have_id("record")
    page.page.keyboard.press("Space")
    expect(focused).to_have_text("Stop", timeout=chromium.PATIENCE)
    expect(page.page.locator("#status")).to_contain_text("Recording: 1", timeout=chromium.PATIENCE)
    page.page.keyboard.press("Space")
    page.heard()


def test_light_dark_and_still(page: Visit) -> None:
    style = "(element, name) => getComputedStyle(element)[name]"
    bar = page.page.locator("#scores .track span").first
    assert bar.evaluate(style, "transitionProperty") == "width"
    grounds = set()
    for scheme in ("light", "dark"):
        page.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        grounds.add(page.page.locator("body").evaluate(style, "backgroundColor"))
        assert bar.evaluate(style, "transitionProperty") == "none"
    assert len(grounds) == 2
    page.page.emulate_media(color_scheme="light", reduced_motion="no-preference")


def test_the_card_says_how_it_was_trained_and_what_it_is_not_for(page: Visit, recognizer: Recognizer) -> None:
    card = page.page.inner_text("#card")
    assert recognizer.card["intended_use"] in card
    assert recognizer.card["sha256"] in card
    assert "Nothing: no evaluation of this recipe on this corpus was named" in card
    assert "Your voice never leaves this device" in page.page.inner_text("header")


@pytest.mark.slow
def test_a_static_host_in_a_folder(browser: Browser, whole_model: Path, recognizer: Recognizer, tmp_path: Path) -> None:
    write_page(whole_model, tmp_path / "host" / "some" / "folder")
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", tmp_path / "host"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as host:
        try:
            assert host.stdout is not None
            port = host.stdout.readline().partition(" port ")[2].split()[0]
            file = tmp_path / "clip.wav"
            soundfile.write(file, voice(2), 16000)
            with visit(browser, f"http://127.0.0.1:{port}/some/folder/") as page:
                page.ready()
                page.choose(file)
                page.heard(file.name)
                assert page.scores() == pytest.approx(scores(recognizer, recognizer(file)), abs=1e-4)
        finally:
            host.kill()


@pytest.mark.slow
def test_a_runtime_that_the_browser_has_unpacked_already(browser: Browser, service: Service) -> None:
    """Some hosts give files that end in .gz with Content-Encoding: gzip."""
    plain = gzip.decompress((PAGE / "ort.wasm.gz").read_bytes())
    with visit(browser, service.url) as page:
        page.ready()
        page.page.context.route("**/ort.wasm.gz", lambda route: route.fulfill(body=plain))
        page.page.reload()
        page.ready()


@pytest.mark.slow
@pytest.mark.parametrize("file", ["model.json", "model.onnx", "ort.wasm.gz"])
def test_a_page_that_lacks_a_file_says_so(file: str, browser: Browser, service: Service) -> None:
    with visit(browser, service.url, missing=file) as page:
        assert f"{file} is not there (404)" in page.problem()
        assert page.page.is_disabled("#record")


@pytest.mark.slow
def test_every_emodb_file_of_a_speaker(page: Visit, recognizer: Recognizer, corpora_folder: Path) -> None:
    for file in sorted((corpora_folder / "emodb" / "wav").glob("16a*.flac"))[:10]:
        page.choose(file)
        page.heard(file.name)
        assert page.scores() == pytest.approx(scores(recognizer, recognizer(file)), abs=1e-4), file.name

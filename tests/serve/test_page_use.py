"""The page in use: playback, an example, results as files, German, and what a screen reader finds (axe)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, expect

from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.output import CsvWriter
from evenvoice.serve.page import PAGE
from tests.serve import browser as chromium
from tests.serve.browser import Visit, visit
from tests.serve.service import Service
from tests.serve.uploads import voice

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not PAGE.is_dir(), reason="the page is not built (make page)")]


@pytest.fixture(scope="module")
def opened(browser: Browser, service: Service) -> Iterator[Visit]:
    with visit(browser, service.url) as found:
        found.ready()
        yield found


@pytest.fixture
def page(opened: Visit) -> Iterator[Visit]:
    yield opened
    opened.check()


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    file = tmp_path / "=talk, of today.wav"
    soundfile.write(file, np.concatenate([voice(4, seed=3), np.zeros(64000), voice(2.5, seed=4)]), 16000)
    return file


def test_a_recording_is_played_with_a_cursor(page: Visit, talk: Path) -> None:
    page.choose(talk)
    page.heard(talk.name)
    clock, cursor, slider = (page.page.locator(name) for name in ("#clock", "#cursor", "#position"))
    expect(clock).to_have_text("0.0 / 10.5 s")
    page.page.click("#play")
    expect(page.page.locator("#play")).to_have_text("Pause")
    expect(clock).not_to_have_text("0.0 / 10.5 s", timeout=chromium.PATIENCE)
    page.page.click("#play")
    expect(page.page.locator("#play")).to_have_text("Play")
    slider.focus()
    page.page.keyboard.press("End")
    expect(clock).to_have_text("10.5 / 10.5 s")
    assert slider.get_attribute("aria-valuetext") == "10.5 of 10.5 seconds"
    assert cursor.evaluate("(element) => element.style.left") == "100%"
    assert page.page.locator("#axis li").all_inner_texts() == ["0 s", "2", "4", "6", "8", "10"]
    page.choose(talk.rename(talk.with_name("next.wav")))  # it begins at its beginning
    page.heard("next.wav")
    expect(clock).to_have_text("0.0 / 10.5 s")


@pytest.mark.parametrize("width", [260, 330, 620])
@pytest.mark.parametrize("seconds", [0.3, 0.8, 1.55, 3.999, 6.02, 10.0, 62.0, 600.0, 1805.0, 5000.0])
def test_every_number_of_the_time_axis_is_whole_and_alone(page: Visit, seconds: float, width: int) -> None:
    axis, ticks = page.page.evaluate(
        """async ([seconds, width]) => {
            const { fillAxis } = await import("./axis.js");
            const list = document.body.appendChild(document.createElement("ol"));
            list.className = "axis";
            list.style.width = `${width}px`;
            fillAxis(list, seconds);
            const ends = (element) => [element.getBoundingClientRect().left, element.getBoundingClientRect().right];
            const found = [ends(list), [...list.children].map((tick) => [ends(tick), ends(tick.firstChild)])];
            list.remove();
            return found;
        }""",
        [seconds, width],
    )
    assert len(ticks) > 2
    assert all(axis[0] - 0.1 <= left < right <= axis[1] + 0.1 for ends in ticks for left, right in ends)
    assert all(left <= line[0] + 0.1 and line[1] <= right + 1.1 for line, (left, right) in ticks)  # each at its line
    assert all(one[1] < other[0] for (_, one), (_, other) in pairwise(ticks))


def test_the_example_is_nobodys_voice_and_analysed_as_any(page: Visit, service: Service, whole_model: Path) -> None:
    page.page.click("#example")
    page.heard("the example (synthetic)")
    samples = page.page.evaluate(
        'async () => Array.from((await import("./example.js")).makeExample().samples)',
    )
    recognizer = Recognizer(whole_model)
    found = {entry["label"]: entry["score"] for entry in recognizer(np.array(samples, np.float32))}
    assert page.scores() == pytest.approx([found[label] for label in recognizer.labels], abs=1e-4)
    assert len(page.timeline()) > 1
    assert 0.1 < np.abs(samples).max() < 1


def test_results_are_saved_as_the_command_line_writes_them(page: Visit, talk: Path, whole_model: Path) -> None:
    page.choose(talk)
    page.heard(talk.name)
    recognizer = Recognizer(whole_model)
    windows = recognizer.windows(talk, window=3.0, hop=1.0)
    (answer,) = json.loads(saved(page, "json"))
    assert (answer["file"], answer["model"]) == (talk.name, recognizer.card["sha256"])
    for one, other in zip([*answer["windows"], answer], [*windows, {"scores": recognizer(talk)}], strict=True):
        assert {key: one[key] for key in other if key != "scores"} == {
            key: value for key, value in other.items() if key != "scores"
        }
        assert [each["label"] for each in one["scores"]] == [each["label"] for each in other["scores"]]
        assert [each["score"] for each in one["scores"]] == pytest.approx(
            [each["score"] for each in other["scores"]], abs=1e-4
        )
    out = io.StringIO()
    with CsvWriter(out, recognizer.labels, timeline=True) as writer:
        writer.write(talk.name, windows)
    expected = list(csv.reader(io.StringIO(out.getvalue())))
    found = list(csv.reader(io.StringIO(saved(page, "csv"))))
    assert found[0] == expected[0]
    for row, wanted in zip(found[1:], expected[1:], strict=True):
        assert (row[0], row[3]) == (wanted[0], wanted[3])  # a name that begins with = is no formula
        assert numbers(row[1:3] + row[4:]) == pytest.approx(numbers(wanted[1:3] + wanted[4:]), abs=1e-4)


def saved(page: Visit, ending: str) -> str:
    with page.page.expect_download() as started:
        page.page.click(f"#save-{ending}")
    assert started.value.suggested_filename.endswith(f"talk, of today.{ending}")
    return Path(started.value.path()).read_text(encoding="utf-8")


def numbers(cells: list[str]) -> list[float]:
    return [float(cell or "-1") for cell in cells]


def test_german_for_those_whose_browser_asks_for_it(browser: Browser, service: Service, talk: Path) -> None:
    with visit(browser, service.url, locale="de-DE") as page:
        expect(page.page.locator("#status")).to_have_text("Bereit.", timeout=chromium.PATIENCE)
        assert page.page.evaluate("document.documentElement.lang") == "de"
        page.choose(talk)
        expect(page.page.locator("#summary")).to_contain_text("Insgesamt: am ehesten", timeout=chromium.PATIENCE)
        assert "Ihre Stimme verlässt dieses Gerät nicht" in page.page.inner_text("header")
        assert page.page.locator("#timeline-table th").first.text_content() == "von (s)"
        assert re.search(r"\(\d+,\d %\)", page.page.inner_text("#summary"))
        assert re.fullmatch(r"\d+,\d %", page.page.locator("#scores data").first.inner_text())
        expect(page.page.locator("#clock")).to_have_text("0,0 / 10,5 s")
        assert page.page.locator("#timeline-table td").first.text_content() == "0,0"
        before = page.scores()
        page.page.select_option("#language", "en")
        expect(page.page.locator("#summary")).to_contain_text("On the whole: most like")
        expect(page.page.locator("#status")).to_contain_text("Nothing was sent.")
        assert page.scores() == before
        assert re.fullmatch(r"\d+\.\d %", page.page.locator("#scores data").first.inner_text())
        page.page.reload()  # the choice is kept
        page.ready()


def test_both_languages_say_the_same_things(page: Visit) -> None:
    texts: dict[str, dict[str, str]] = page.page.evaluate('async () => (await import("./text.js")).LANGUAGES')
    english, german = texts["en"], texts["de"]
    assert set(english) == set(german)
    for name, text in english.items():
        assert set(places(text)) == set(places(german[name])), name
    used = page.page.evaluate(
        "() => Array.from(document.querySelectorAll('[data-text], [data-label]'))"
        ".flatMap((each) => [each.dataset.text, each.dataset.label]).filter(Boolean)"
    )
    assert set(used) <= set(english)
    source = "".join(file.read_text(encoding="utf-8") for file in PAGE.glob("*.js") if file.name != "ort.js")
    assert [name for name in english if f'"{name}"' not in source and name not in used and not varied(name)] == []


def places(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]


def varied(name: str) -> bool:
    """Whether a name is put together: best, bestNow, bestWhole, …"""
    return name.startswith(("best", "silence"))


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm ci in web/)")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_axe_finds_nothing(scheme: Any, language: str, page: Visit, talk: Path) -> None:
    page.page.emulate_media(color_scheme=scheme)
    page.page.select_option("#language", "en")
    page.choose(talk)
    page.heard(talk.name)
    page.page.select_option("#language", language)
    page.page.locator("details").evaluate("(element) => (element.open = true)")
    if not page.page.evaluate("() => 'axe' in window"):
        page.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.page.evaluate("async () => (await axe.run()).violations")
    page.page.emulate_media(color_scheme="light")
    page.page.select_option("#language", "en")
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.report import page as page_module
from evenvoice.report import write_report
from tests.report.fabricated import IDS, write_honest, write_leaky, write_run, write_study

ODD = '<b title="x">happy</b> & $co$'
LABELS = ("angry", "disgust", ODD)
EMOTIONS = {key: ODD if emotion == "happy" else emotion for key, emotion in IDS.items()}


class Page(HTMLParser):
    """The tags of a page, and the text of each section by its id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.sections: dict[str, str] = {}
        self.inside: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "section":
            self.inside = dict(attrs).get("id")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.sections[self.inside] = self.sections.get(self.inside, "") + data


@pytest.fixture(scope="module")
def odd_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One leaky and one incomplete, transductive result on a synthetic corpus with an odd emotion and a missing one."""
    folder = tmp_path_factory.mktemp("odd")
    write_study(folder, name="<i>tiny</i>", labels=LABELS, synthetic=True)
    counts = {"before": {"angry": 3, "disgust": 0, ODD: 1}, "after": {"angry": 3, "disgust": 0, ODD: 3}}
    common = {"labels": LABELS, "emotions": EMOTIONS, "counts": counts, "corpus": "<i>tiny</i>"}
    write_run(folder, {"a1": "angry", "h1": ODD}, about="speakers <b>", transductive=True, **common)  # type: ignore[arg-type]
    write_run(
        folder, {"a1": "angry", "h1": "disgust", "synthetic-0": ODD}, protocol="paper",
        promise={"words": "LEAKY: balanced before the split", "disjoint": [], "leaky": True},
        plan=[("synthetic-0", ODD, "h1", "h2"), ("synthetic-1", ODD, "h1", "h2")], **common,  # type: ignore[arg-type]
    )  # fmt: skip
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def text(odd_folder: Path) -> str:
    return (odd_folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_the_page_needs_nothing_besides_itself(page: Page, text: str) -> None:
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "iframe", "object", "embed")
        for name in ("src", "href", "srcset", "data", "action"):
            target = attributes.get(name) or ""
            assert target.startswith(("#", "data:image/svg+xml;base64,")) or not target
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_no_two_landmarks_have_one_name(text: str) -> None:
    """A screen reader lists them. A table that can be scrolled is none: each recipe has its own of the same name."""
    assert text.count('<div class="scroll" role="group"') == text.count('<div class="scroll"') > 3
    labels = re.findall(r'<(?:section|nav)[^>]* aria-label(?:ledby)?="([^"]+)"', text)
    assert len(labels) == len(set(labels)) > 2


def test_every_figure_is_embedded_and_put_into_words(page: Page) -> None:
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(images) == 1 + 2 * 5
    for image in images:
        source = base64.b64decode((image["src"] or "").partition(",")[2])
        assert b"<svg" in source
        assert b"<script" not in source
        assert len(image["alt"] or "") > 40


def test_every_figure_lies_in_the_folder_too(odd_folder: Path) -> None:
    names = {path.name for path in (odd_folder / "figures").iterdir()}
    kinds = ("counts", "curves", "confusion", "emotions", "reliability")
    results = ("smote-2dcnn-speaker-folds", "smote-2dcnn-paper")
    assert names == {"ua-wa.png", *(f"{result}-{kind}.png" for result in results for kind in kinds)}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in (odd_folder / "figures").iterdir())


def test_names_are_escaped(page: Page, text: str) -> None:
    assert not any(tag == "i" or attributes.get("title") == "x" for tag, attributes in page.tags)
    assert "&lt;b title=" in text
    assert "&lt;i&gt;tiny&lt;/i&gt;" in text
    assert "speakers &lt;b&gt;" in text


def test_leaky_is_marked_wherever_the_result_is_shown(page: Page, text: str) -> None:
    mark = '<span class="mark leaky">LEAKY</span>'
    nav = text[text.index("<nav") : text.index("</nav>")]
    row = re.search(r'<tr class="leaky.*?</tr>', text, re.DOTALL)
    section = text[text.index('<section id="result-2"') :]
    assert mark in nav
    assert row is not None
    assert mark in row.group()
    assert '<p class="banner leaky"><strong>LEAKY</strong>' in text[: text.index("<main>")]
    assert '<p class="banner leaky"><strong>LEAKY</strong> Balanced before the split.' in section
    assert mark in section[section.index("<h2") : section.index("</h2>")]
    captions = re.findall(r"<caption>.*?</caption>", section, re.DOTALL)
    assert len(captions) == 4
    assert all(mark in caption for caption in captions)
    alts = [attributes["alt"] for tag, attributes in page.tags if tag == "img"][-5:]
    assert all((alt or "").startswith("LEAKY: ") for alt in alts)


def test_an_honest_result_bears_no_leaky_mark(page: Page) -> None:
    assert "LEAKY" not in page.sections["result-1"]


def test_the_leak_is_given_in_numbers(page: Page) -> None:
    section = " ".join(page.sections["result-2"].split())
    assert "Here 1 of 3 test rows are synthetic; 1 of 5 training rows are interpolated from a test row." in section
    assert "Steps that saw rows of the test part: normaliser, balancer." in section
    assert "50.0 % on real test rows, 100.0 % on synthetic ones" in section


def test_marks_and_promises_are_told(page: Page, text: str) -> None:
    section = " ".join(page.sections["result-1"].split())
    assert "Speakers in the test part are unseen in training." in section
    assert "seed 0: 1 fold (0) so far, which test 2 of 6 utterances." in section
    assert "transductive" in section
    assert "each speaker’s own, unlabelled" in section
    assert "epoch 2 (the last)" in section
    assert "A machine spoke this corpus: no accuracy claim rests on it." in text
    assert "name: smote-2dcnn" in text  # the recipe, as YAML


def test_an_emotion_never_tested_is_a_dash(text: str) -> None:
    cells = '<td>disgust</td><td class="number">–</td><td class="number">–</td><td class="number">–</td>'
    assert cells in text
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)


def test_folds_and_seeds_are_given_in_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.report.sections.illustrate", lambda result: iter(()))
    write_study(tmp_path)
    write_honest(tmp_path)
    text = write_report(tmp_path).read_text(encoding="utf-8")
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>.*?</tr>", text)]
    assert ["0", "6", "62.5", "66.7", "62.5"] in rows  # a seed: test rows, UA, WA, macro F1
    assert ["1", "6", "75.0", "83.3", "77.8"] in rows
    assert ["0", "speakers 01, 02", "3", "1", "–", "3", "75.0", "66.7"] in rows  # a fold of seed 0
    assert ["1", "speakers 01, 02", "3", "1", "–", "3", "50.0", "66.7"] in rows
    assert len([row for row in rows if row[1:2] == ["speakers 01, 02"]]) == 2  # and of no other seed
    assert "Not complete" not in text
    assert "LEAKY" not in text
    assert "<nav" not in text


def test_a_report_that_fails_leaves_the_old_page_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.report.sections.illustrate", lambda result: iter(()))
    write_study(tmp_path)
    write_honest(tmp_path, seeds=1)
    page = write_report(tmp_path)
    before = page.read_bytes()

    def write_half(self: Path, text: str, **options: object) -> None:
        self.write_bytes(text[:100].encode())
        raise OSError("disk full")

    monkeypatch.setattr(page_module.Path, "write_text", write_half)
    with pytest.raises(OSError, match="disk full"):
        write_report(tmp_path)
    assert page.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figures", "report.html", "runs", "study.json"]


def test_a_folder_without_a_study_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"holds no study\.json"):
        write_report(tmp_path)
    write_study(tmp_path)
    with pytest.raises(EvenvoiceError, match="no run has finished yet"):
        write_report(tmp_path)
    assert not (tmp_path / "report.html").exists()


def test_leaky_runs_alone_make_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.report.sections.illustrate", lambda result: iter(()))
    write_study(tmp_path)
    write_leaky(tmp_path)
    assert "1 of 1 results let the test part into the training" in write_report(tmp_path).read_text(encoding="utf-8")


def test_the_comparison_stands_first_and_says_what_can_be_concluded(tmp_path: Path) -> None:
    write_study(tmp_path)
    for recipe in ("2dcnn", "smote-2dcnn"):
        write_honest(tmp_path, recipe=recipe)
    text = write_report(tmp_path, reference="smote-2dcnn").read_text(encoding="utf-8")
    assert text.index('id="comparison"') < text.index('id="results"')
    top = text[text.index('id="comparison"') : text.index('id="results"')]
    assert "Compared with smote-2dcnn, speaker-folds" in top
    assert "UA − smote-2dcnn [95 %]" in top
    assert "No difference is shown between smote-2dcnn and 2dcnn: 0.0 points of UA." in top


def test_one_recipe_has_no_comparison_and_says_what_one_could_find(page: Page, text: str) -> None:
    assert "comparison" not in page.sections
    assert 'id="comparison"' not in text
    assert "speaker-folds: " in text[text.index('id="results"') :]

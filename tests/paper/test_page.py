from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.paper import write_page
from tests.paper.fabricated import COUNTS, OWN, add_test_curves, write_reproduction

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """The tags of a page, the text of its sections and of its header, and its rows of cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self.place = ""
        self.in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("header", "section"):
            self.place = dict(attrs).get("id") or tag
        elif tag == "tr":
            self.rows.setdefault(self.place, []).append([])
        elif tag in ("td", "th"):
            self.rows[self.place][-1].append("")
            self.in_cell = True
        elif tag == "br" and self.in_cell:
            self.handle_data(" | ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data: str) -> None:
        self.text[self.place] = self.text.get(self.place, "") + data
        if self.in_cell:
            self.rows[self.place][-1][-1] += data.strip("\n")

    def row(self, place: str, first: str) -> list[str]:
        """The cells of the row whose first cell begins so."""
        (found,) = [cells for cells in self.rows[place] if cells and cells[0].startswith(first)]
        return found


def written(folder: Path) -> Page:
    return Page(write_page(folder).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_reproduction(tmp_path_factory.mktemp("reproduction"))
    add_test_curves(folder, OWN)
    write_page(folder)
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "reproduction.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def markdown(folder: Path) -> str:
    return (folder / "reproduction.md").read_text(encoding="utf-8")


def test_the_page_needs_nothing_besides_itself(page: Page, folder: Path) -> None:
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "iframe", "object", "embed")
        for name in ("src", "href", "srcset", "data", "action"):
            target = attributes.get(name) or ""
            assert target.startswith(("#", "data:image/svg+xml;base64,")) or not target
    assert "default-src 'none'" in (folder / "reproduction.html").read_text(encoding="utf-8")


def test_every_table_and_figure_of_the_paper_has_its_place(page: Page, markdown: str) -> None:
    for name in ("table-1", "table-2", "table-3", "table-4", "figures-3-4", "figure-5", "table-5", "table-6"):
        assert name in page.text
    for title in ("Table 1", "Table 2", "Table 3", "Table 4", "Figures 3 and 4", "Figure 5", "Table 5", "Figure 6"):
        assert re.search(rf"^## .*{title}", markdown, re.MULTILINE)


def test_published_and_ours_stand_in_one_row_and_the_leaky_ones_say_so(page: Page) -> None:
    heading = page.rows["table-4"][0]
    assert heading[1] == "published WA %"
    assert [text.endswith("LEAKY") for text in heading] == [False, False, True, True, True, False, False]
    _, published, leaky, real, synthetic, random, unseen = page.row("table-4", "With SMOTE | smote-2dcnn-array")
    assert published == "80"
    assert re.match(r"WA 66\.7 \[.*\| UA 75\.0 \[.*\| 1 × 1, 30 s LEAKY", leaky)
    assert re.match(r"WA 50\.0 \[.*\| UA 50\.0 .*\| 2 rows LEAKY", real)
    assert re.match(r"WA 100\.0 .*\| 1 row LEAKY", synthetic)
    assert random == "not run"
    assert re.match(r"WA 75\.0 \[.*\| UA 68\.8 \[.*\| 2 × 2, 2 min$", unseen)


def test_the_outcome_stands_first_in_short(page: Page) -> None:
    lines = page.text["in-short"].split("\n")
    assert "SMOTE-2DCNN (smote-2dcnn-array): published WA 80 %, UA 81 %." in lines
    (leaky,) = [line for line in lines if "paper’s order" in line]
    assert re.match(r"Ours, paper’s order, LEAKY.*: WA 66\.7 .* on its real test rows alone WA 50\.0", leaky)
    assert "Ours, random: not run." in lines
    assert any(re.match(r"Ours, unseen speakers \(speaker-folds\): WA 75\.0 \[", line) for line in lines)


def test_a_system_that_was_not_run_is_not_run_and_no_number_stands_for_it(page: Page) -> None:
    assert page.row("table-3", "Mean of MFCC")[2:] == ["not run"] * 5
    assert page.row("table-6", "CNN + LSTM [45]")[1:4] == ["59.4", "68.0", "not run"]
    assert "Not run: " in page.text["header"]
    assert "Not complete: svm × speaker-folds." in page.text["header"]


def test_table_6_says_what_the_published_numbers_are(page: Page) -> None:
    assert "text" in page.row("table-6", "BLSTM + SelfAttn [43]")[4]
    assert "LEAKY" in page.row("table-6", "SMOTE-2DCNN, paper’s order |")[3]
    assert "LEAKY" not in page.row("table-6", "SMOTE-2DCNN | ")[3]
    assert "WA 50.0" in page.row("table-6", "SMOTE-2DCNN, paper’s order, real")[3]


def test_table_1_counts_this_corpus_in_both_orders(page: Page) -> None:
    assert page.row("table-1", "IEMOCAP")[1] == "5465 + 1367"
    # Of 4 + 4 rows ceil(1.6) = 2 are tested. Of 4 + 2 as well: one of each; 3 angry ones are left to balance.
    assert page.row("table-1", "tiny, whole") == ["tiny, whole", "6 + 2", "6 + 2", "4 + 2"]


def test_the_gain_of_smote_is_measured_on_the_same_utterances(page: Page) -> None:
    # WA 75 against 66.7, UA 68.75 against 50.
    (line,) = re.findall(r"SMOTE, entire arrays, unseen.*?utterances\.", page.text["table-4"])
    assert "WA +8.3 [" in line
    assert "UA +18.8 [" in line
    assert "2 seeds" in line


def test_curves_of_the_test_part_are_drawn_and_said_to_choose_nothing(page: Page, folder: Path) -> None:
    assert page.text["figures-3-4"].count("chose nothing") == 2  # the paper's order, unseen speakers
    images = [attributes["alt"] for tag, attributes in page.tags if tag == "img"]
    (leaky,) = [alt for alt in images if alt and alt.startswith("LEAKY: Figure 3")]
    assert "training part 75.0 %, test part 50.0 %" in leaky
    names = {path.name for path in (folder / "figures").glob("*.png")}
    assert "reproduction-figure-3-speaker-folds.png" in names
    assert not any("figure-4" in name for name in names)


def test_settings_other_than_shipped_are_named(page: Page) -> None:
    # The fabricated runs are all of form mean, with SMOTE.
    assert "smote-2dcnn-array: other settings than shipped: shape.name mean (shipped: array)." in page.text["header"]
    assert "svm: other settings than shipped: balance.name smote (shipped: none)." in page.text["header"]


def test_the_markdown_is_the_page_again(page: Page, markdown: str, folder: Path) -> None:
    for name in re.findall(r"\]\((figures/.*?)\)", markdown):
        assert (folder / name).is_file()
    assert markdown.count("![") == sum(tag == "img" for tag, _ in page.tags)
    tables = [block for block in markdown.split("\n\n") if block.startswith("|")]
    assert len(tables) == sum(tag == "table" for tag, _ in page.tags)
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
    assert "> **LEAKY**: 1 result" in markdown
    assert "docs/contradictions.md" in markdown


def test_quick_scaled_synthetic_and_failed_are_said_at_the_top(tmp_path: Path) -> None:
    write_reproduction(
        tmp_path, synthetic=True, quick=True, scale=0.5, emotions={"angry": 8, "happy": 4},
        kept=COUNTS, failures={"knn": "no <b>neighbours</b>"},
    )  # fmt: skip
    page = written(tmp_path)
    header = page.text["header"]
    assert "no figure here says anything" in header
    assert "6 utterances of 12 were run" in header
    assert "A machine spoke this corpus" in header
    assert "knn failed: no <b>neighbours</b>" in header
    assert page.row("table-1", "tiny, whole")[1] == "12 + 4"
    assert page.row("table-1", "tiny, as run")[1] == "6 + 2"
    markdown = (tmp_path / "reproduction.md").read_text(encoding="utf-8")
    assert "> **QUICK**" in markdown
    assert "synthetic speech" in markdown.lower()


def test_without_any_of_these_none_is_said(page: Page) -> None:
    for word in ("QUICK", "SCALED", "SYNTHETIC", "failed"):
        assert word not in page.text["header"]


def test_a_folder_that_is_no_reproduction_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"holds no reproduction\.json; expected a folder that"):
        write_page(tmp_path)

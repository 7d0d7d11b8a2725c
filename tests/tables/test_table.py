"""One table, five renderers: the same cells in each, and nothing of a cell becomes markup."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from html.parser import HTMLParser
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from evenvoice.errors import EvenvoiceError
from evenvoice.printing import printable
from evenvoice.tables import Column, Table, wrapped

COLUMNS = (Column("recipe"), Column("marks", wraps=True), Column("UA %", number=True), Column("time", True, rank=1))
TABLE = Table(
    COLUMNS,
    [["2dcnn", "", "61.2 ± 1.0", "3 min"], ["a_b", "LEAKY, not complete", "70.0", "2 h"]],
    title="Results",
    notes=["One seed."],
    strong=["LEAKY"],
)


def test_in_a_notebook_text_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """There rich shows what it prints as HTML, and writes nothing to the file that it was given."""
    table = Table([Column("recipe")], [["smote"]], title="hello", notes=["a note"])
    expected = table.to_text(80)
    shown: list[object] = []
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setattr("rich.jupyter.display", lambda *args: shown.append(args))
    assert table.to_text(80) == expected == "hello\nrecipe\nsmote\na note"
    assert not shown


def test_text_is_aligned() -> None:
    lines = TABLE.to_text(80).splitlines()
    expected = [
        "Results",
        "recipe marks                     UA %  time",
        "2dcnn                      61.2 ± 1.0 3 min",
        "a_b    LEAKY, not complete       70.0   2 h",
        "One seed.",
    ]
    if int(version("rich").partition(".")[0]) < 15:  # it put more spaces between columns
        lines, expected = [line.split() for line in lines], [line.split() for line in expected]
    assert lines == expected
    assert str(TABLE) == repr(TABLE) == TABLE.to_text()


def test_a_narrow_terminal_says_what_is_left_out() -> None:
    """Marks wrap first; then columns go by rank; those of rank 0 stay, however narrow it is."""
    lines = TABLE.to_text(34).splitlines()
    assert max(map(len, lines)) <= 34
    assert "time" in lines[1]
    lines = TABLE.to_text(29).splitlines()
    assert "time" not in lines[1]
    assert "Not shown in 29 columns: time." in " ".join(lines)
    assert "61.2 ± 1.0" in TABLE.to_text(5)


def test_markdown_is_githubs() -> None:
    assert TABLE.to_markdown().splitlines() == [
        "**Results**",
        "",
        "| recipe | marks | UA % | time |",
        "| --- | --- | ---: | ---: |",
        "| 2dcnn |  | 61.2 ± 1.0 | 3 min |",
        r"| a\_b | **LEAKY**, not complete | 70.0 | 2 h |",
        "",
        "One seed.",
    ]


def test_latex_is_a_tabular_with_its_signs_escaped() -> None:
    assert TABLE.to_latex().splitlines() == [
        r"\begin{table}",
        r"\caption{Results One seed.}",
        r"\begin{tabular}{llrr}",
        r"\toprule",
        r"recipe & marks & UA \% & time \\",
        r"\midrule",
        r"2dcnn &  & 61.2 $\pm$ 1.0 & 3 min \\",
        r"a\_b & LEAKY, not complete & 70.0 & 2 h \\",
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]


def test_csv_has_the_values_where_they_are_known() -> None:
    assert TABLE.to_csv().splitlines()[0] == "recipe,marks,UA %,time"
    table = Table(COLUMNS, TABLE.rows, values=[{"recipe": "2dcnn", "ua": 0.612}, {"recipe": "a_b"}])
    assert table.to_csv().splitlines() == ["recipe,ua", "2dcnn,0.612", "a_b,"]


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(EvenvoiceError, match="a row of 1 cells, expected 4"):
        Table(COLUMNS, [["x"]])


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), max_size=30))
def test_no_cell_becomes_markup(cell: str) -> None:
    table = Table([Column("name")], [[cell]])
    parser = _Cells()
    parser.feed(table.to_html())
    assert set(parser.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "br"}
    assert printable(cell, keep="\n").replace("\n", "").strip() in parser.text
    rows = list(csv.reader(io.StringIO(table.to_csv()), strict=True))
    assert rows[0] == ["name"]
    bars = table.to_markdown().split("\n")[2].replace(r"\|", "") if "\n" not in cell else "||"
    assert bars.count("|") == 2
    table.to_latex()
    table.to_text(40)


HOSTILE = (
    "\x1b[31m", "\u202eexe.png", "\x00", "\ud800", "a\tb\u2028c", "![x](http://e.org/x)", "[c](javascript:alert(1))",
    "[c\\](javascript:alert(1))", "![x\\](http://e.org/x)", "<img src=x>", "\\<b>", "[x]: http://e.org", "a|b\\|c",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_strangers_name_is_shown_and_not_obeyed_in_any_form(text: str) -> None:
    table = Table([Column("name"), Column(f"={text}")], [["Anna", text]], title=text, notes=[text])
    for page in (table.to_text(), table.to_markdown(), table.to_html(), table.to_latex(), table.to_csv()):
        assert page.replace("\n", "").isprintable()
        page.encode()
    tokens = MarkdownIt("gfm-like", {"linkify": False}).enable("table").parse(table.to_markdown())
    kinds = {token.type for token in [*tokens, *(child for token in tokens for child in token.children or ())]}
    assert not kinds & {"link_open", "image", "html_inline", "html_block"}, kinds
    assert sum(token.type == "td_open" for token in tokens) == 2


def test_no_heading_of_a_csv_is_a_formula() -> None:
    table = Table([Column("=1+1")], [["@sum"]])
    assert table.to_csv() == "'=1+1\n'@sum"
    assert replace(table, values=[{"=1+1": "@sum", "n": -1}]).to_csv() == "'=1+1,n\n'@sum,-1"


def test_sentences_are_broken_between_words_as_notes_are() -> None:
    sentence = "10 speakers and 3 fits find a difference of 8.1 points (--seeds 3)."
    assert wrapped(sentence, 60).splitlines() == replace(TABLE, notes=[sentence]).to_text(60).splitlines()[-2:]
    assert " ".join(wrapped(sentence, 30).split()) == sentence
    assert wrapped("a\x1b[2Jb") == r"a\u001b[2Jb"

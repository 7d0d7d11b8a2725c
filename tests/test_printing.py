"""Text of strangers on its way to terminals and spreadsheets."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenvoice.printing import PrintableStream, cell, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Zoë 声 🎤 a\u00a0b", "Zoë 声 🎤 a\u00a0b"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\x1b[31m", r"\u001b[31m"),
        ("\x9b31m", r"\u009b31m"),
        ("\u202eabc\u202c\u2066\u2069\u200f", r"\u202eabc\u202c\u2066\u2069\u200f"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\u2028\u2029\x85", r"\u2028\u2029\u0085"),
        ("\udcff", r"\udcff"),
        ("\U000e0041", r"\udb40\udc41"),
        ("\x00\x07\x7f", r"\u0000\u0007\u007f"),
        (r"a\nb", r"a\nb"),
    ],
)
def test_what_is_not_shown_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_once_is_enough(text: str) -> None:
    assert printable(printable(text)) == printable(text)
    assert "\x1b" not in printable(text)


@given(st.text())
def test_json_that_is_escaped_is_the_same_json(text: str) -> None:
    assert json.loads(printable(json.dumps([text], ensure_ascii=False, indent=1), keep="\n")) == [text]


def test_a_stream_of_text_takes_no_bytes() -> None:
    """By this, typer tells text from bytes."""
    beneath = io.StringIO()
    stream = PrintableStream(beneath)
    with pytest.raises(TypeError):
        stream.write(b"bytes")  # type: ignore[arg-type]
    stream.writelines(["a\x1b", "b\n"])
    assert beneath.getvalue() == "a\\u001bb\n"
    assert stream.isatty() is False


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-a", "@a", "\t=1", "\r=1", "＝1"])
def test_a_formula_is_text_for_a_spreadsheet(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["a.wav", "", "-", "-1.5", "+3e-5", "1=1", "'=1"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert cell(text) == text

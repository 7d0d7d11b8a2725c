"""The contract of corpora: kept by what ships (tests/corpora/test_registry.py), and seen where it is broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evenvoice.corpora import Loader, Reading, Utterance, read_names
from evenvoice.errors import EvenvoiceError
from evenvoice.testing import check_corpus
from tests.corpora.trees import write_sound

_NAME = re.compile(r"(?P<speaker>s\d)-(?P<emotion>[a-z]+)-\d")


def _utterance(name: re.Match[str], file: Path) -> Utterance:
    return Utterance(file.stem, file, name["emotion"], name["speaker"])


def _read(folder: Path) -> Reading:
    return read_names(folder, _NAME, _utterance)


MINE = Loader("mine", "My corpus", "CC0-1.0", _read, "a folder with s1-sad-1.wav, …")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("s1-sad-1", "s1-happy-1", "s2-sad-1", "s2-happy-1"):
        write_sound(tmp_path / "audio" / f"{name}.wav")
    return tmp_path


def _changed(**changes: Any) -> Callable[[Path], Reading]:
    """Every utterance with other values."""
    return lambda folder: Reading([replace(one, **changes) for one in _read(folder).utterances])


def _some(change: Callable[[list[Utterance]], Any]) -> Callable[[Path], Any]:
    def read(folder: Path) -> Any:
        rows = _read(folder).utterances
        return change(rows) if rows else Reading([])

    return read


def _globbed(folder: Path) -> Reading:
    files = sorted(folder.rglob("*.wav"))
    matches = [(re.search(_NAME, file.stem), file) for file in files]
    return Reading([_utterance(match, file) for match, file in matches if match])


def _by_the_path(folder: Path) -> Reading:
    return Reading([replace(one, session=folder.name) for one in _read(folder).utterances])


def _takes_all(folder: Path) -> Reading:
    return Reading([Utterance(file.stem, file, "sad") for file in sorted(folder.glob("*.wav"))] + _sorted(folder))


def _sorted(folder: Path) -> list[Utterance]:
    return _read(folder).utterances


def _counts(folder: Path) -> Reading:
    _counts.calls += 1  # type: ignore[attr-defined]
    return Reading(_sorted(folder)[_counts.calls > 2 :])  # type: ignore[attr-defined]


def _needs_a_file(folder: Path) -> Reading:
    (folder / "index.csv").read_text(encoding="utf-8")
    return _read(folder)


def test_a_loader_that_keeps_the_contract(folder: Path) -> None:
    check_corpus(MINE, folder)
    check_corpus(f"{__name__}:MINE", str(folder))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "My Corpus"}, "the name stands before a colon and in folders; use small letters"),
        ({"title": ""}, "title is ''; expected a line of text"),
        ({"layout": "a\nb"}, r"layout is 'a\\nb'; expected a line"),
        ({"archive": "corpus.zip"}, "archive is 'corpus.zip'; expected an address"),
        ({"checksum": "abc"}, "checksum is 'abc'; expected md5:… or sha256:…"),
        ({"default_emotions": "sad,=a"}, "default_emotions: "),
        ({"read": None}, "read is None; expected a function of a folder"),
        ({"read": lambda folder: []}, r"read\(\) returns a list; expected an evenvoice\.corpora\.Reading"),
        ({"read": lambda folder: Reading([])}, "no utterance in .*; give a folder that holds some"),
        ({"read": _some(lambda rows: Reading([rows[0], rows[0]]))}, "utterance 's1-happy-1' is there twice"),
        ({"read": _some(lambda rows: Reading([one.id for one in rows]))}, "a str; expected evenvoice.corpora.Utter"),
        ({"read": _some(lambda rows: Reading(rows, ["a\nb"]))}, r"the note 'a\\nb'; expected a line of text"),
        ({"read": _changed(emotion="")}, "emotion is ''; expected text without blanks around it$"),
        ({"read": _changed(speaker=3)}, "speaker is 3; expected text without blanks around it, or None where"),
        ({"read": _changed(file=Path("a.wav"))}, r"a\.wav is not absolute; join it"),
        ({"read": _changed(file=Path("/a.wav"))}, r"/a\.wav lies outside the folder"),
        ({"read": _changed(start=9.0)}, "utterance 's1-happy-1': .*s1-happy-1.wav"),
        ({"read": _some(lambda rows: 1 / 0)}, r"ZeroDivisionError: division by zero \(test_corpus\.py, line \d+\)"),
        ({"read": _globbed}, r"takes \._s\d-\w+-1\.wav, which macOS leaves in archives"),
        ({"read": _by_the_path}, "reads other utterances in another folder; take nothing from the path"),
        ({"read": _takes_all}, "takes 'a song.wav' for one of its recordings"),
        ({"read": _counts}, "reads other utterances the second time"),
        ({"read": _needs_a_file}, "FileNotFoundError: .*index.csv"),
    ],
)
def test_a_broken_contract_is_seen(changes: dict[str, Any], message: str, folder: Path) -> None:
    _counts.calls = 0  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match=message) as caught:
        check_corpus(replace(MINE, **changes), folder)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_checked_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match="nothing is no folder; give one that holds some of the corpus"):
        check_corpus(MINE, tmp_path / "nothing")
    with pytest.raises(EvenvoiceError, match=r"corpus 'emodbb' is unknown \(did you mean 'emodb'"):
        check_corpus("emodbb", tmp_path)
    with pytest.raises(AssertionError, match="a type; expected an evenvoice"):
        check_corpus(dict, tmp_path)  # type: ignore[arg-type]

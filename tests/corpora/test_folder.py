from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.corpora import open_corpus
from evenvoice.corpora.folder import open_folder
from evenvoice.errors import EvenvoiceError
from tests.corpora.trees import write_sound


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    root = tmp_path / "my voices: 'loud' 🎤"
    for name in ("happy/anna_01.wav", "happy/deep/ben_02.flac", "Anger/anna_03.wav", "sad/ben 04.wav"):
        write_sound(root / name)
    (root / "notes.txt").write_text("x")
    (root / "happy/._anna_01.wav").write_text("x")
    return root


def test_a_sub_folder_for_each_emotion(voices: Path) -> None:
    corpus = open_folder(voices)
    assert corpus.table["emotion"].to_dict() == {
        "Anger/anna_03.wav": "angry",
        "happy/anna_01.wav": "happy",
        "happy/deep/ben_02.flac": "happy",
        "sad/ben 04.wav": "sad",
    }
    assert corpus.name == voices.name
    assert not corpus.has("speaker")
    assert [clip.file for clip in corpus.clips()] == [voices / key for key in corpus.table.index]


@pytest.mark.parametrize("pattern", [r"([^/]+?)[_ ]\d+\.\w+$", r"(?P<speaker>anna|ben)([_ ]\d+)"])
def test_speakers_are_read_from_the_path(voices: Path, pattern: str) -> None:
    corpus = open_folder(voices, pattern)
    assert corpus.table["speaker"].to_list() == ["anna", "anna", "ben", "ben"]


def test_the_expression_sees_the_path_from_the_folder_only(voices: Path) -> None:
    assert open_folder(voices, "^([^/]+)/").table["speaker"].to_list() == ["Anger", "happy", "happy", "sad"]


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        (r"([a-z]+)_", r"finds no speaker in 'sad/ben 04.wav'"),
        (r"(x?)", r"finds no speaker in 'Anger/anna_03.wav'"),
        (r"anna|ben", "0 groups"),
        (r"(anna)|(ben)", "2 groups"),
        (r"(anna", "no regular expression"),
    ],
)
def test_an_expression_that_does_not_do_is_an_error(voices: Path, pattern: str, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says) as caught:
        open_folder(voices, pattern)
    assert repr(pattern) in str(caught.value)


def test_a_label_nobody_knows_is_named_with_a_file_and_the_remedy(voices: Path) -> None:
    write_sound(voices / "hapy" / "carl_05.wav")
    says = r"'hapy' is no known emotion \(did you mean 'happy'\?\); known are .*rename the folder of 'hapy/carl_05.wav'"
    with pytest.raises(EvenvoiceError, match=says):
        open_folder(voices)


def test_a_recording_in_no_sub_folder_is_an_error(voices: Path) -> None:
    write_sound(voices / "lost.wav")
    with pytest.raises(EvenvoiceError, match=r"'lost\.wav' lies in no sub-folder"):
        open_folder(voices)


def test_two_names_of_one_emotion_are_told(voices: Path) -> None:
    write_sound(voices / "angry" / "carl_05.wav")
    assert open_folder(voices).oddities == ("angry comes from the folders Anger and angry",)


def test_what_libsndfile_cannot_read_is_found_all_the_same(voices: Path) -> None:
    # Loading it then tells how to convert it; passing over it would lose it without a word.
    (voices / "sad" / "phone.m4a").write_bytes(b"\x00\x00\x00\x20ftypM4A ")
    assert "sad/phone.m4a" in open_folder(voices).table.index


def test_no_recordings(tmp_path: Path) -> None:
    (tmp_path / "happy").mkdir()
    with pytest.raises(
        EvenvoiceError, match="no recordings found; expected a folder with a sub-folder for each emotion"
    ):
        open_corpus(f"folder:{tmp_path}")

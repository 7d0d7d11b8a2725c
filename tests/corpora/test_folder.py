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
    (root / "notes.txt").write_text("x", encoding="utf-8")
    (root / "happy/._anna_01.wav").write_text("x", encoding="utf-8")
    return root


def test_a_sub_folder_for_each_emotion(voices: Path) -> None:
    corpus = open_folder(voices)
    assert corpus.table["emotion"].to_dict() == {
        "Anger/anna_03.wav": "Anger",
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


def test_a_label_that_looks_like_a_slip_is_a_warning(voices: Path) -> None:
    write_sound(voices / "hapy" / "carl_05.wav")
    assert open_folder(voices).warnings == (
        "label 'hapy' looks like 'happy'; rename it with --emotions if it is a slip",
    )


def test_a_recording_in_no_sub_folder_is_an_error(voices: Path) -> None:
    write_sound(voices / "lost.wav")
    with pytest.raises(EvenvoiceError, match=r"'lost\.wav' lies in no sub-folder"):
        open_folder(voices)


def test_two_names_of_one_emotion_are_told(voices: Path) -> None:
    write_sound(voices / "angry" / "carl_05.wav")
    (line,) = open_folder(voices).warnings
    assert line.startswith("labels 'Anger' and 'angry' are names of one emotion")


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


@pytest.mark.parametrize(
    ("names", "emotions", "speakers"),
    [
        ("sad/anna/1 sad/ben/1 happy/anna/1 happy/ben/1", "happy happy sad sad", "anna ben anna ben"),
        ("anna/sad/1 ben/sad/1 anna/happy/1 ben/happy/1", "happy sad happy sad", "anna anna ben ben"),
        ("wav/sad/1 wav/happy/1", "happy sad", None),
        ("wav/anna/sad/1 wav/ben/sad/1 wav/anna/happy/1 wav/ben/happy/1", "happy sad happy sad", "anna anna ben ben"),
        ("freude/1 wut/1", "freude wut", None),
        ("wut/anna/1 wut/ben/1 freude/anna/1 freude/ben/1", "freude freude wut wut", "anna ben anna ben"),
        ("sad/take1/1 happy/take2/1", "happy sad", None),
    ],
)
def test_what_the_folders_are_is_guessed_and_said(
    names: str, emotions: str, speakers: str | None, tmp_path: Path
) -> None:
    for name in names.split():
        write_sound(tmp_path / f"{name}.wav")
    corpus = open_folder(tmp_path)
    assert corpus.table["emotion"].to_list() == emotions.split()
    assert corpus.table["speaker"].to_list() == (speakers.split() if speakers else [None] * len(names.split()))
    assert any("speakers are taken from" in line for line in corpus.warnings) == (speakers is not None)
    guessed = speakers is not None or names.startswith("wav")
    assert any("emotions are taken from" in line for line in corpus.warnings) == guessed


@pytest.mark.parametrize("names", ["train/sad/1 Test/sad/2 train/happy/3 dev/happy/4", "sad/train/1 happy/test/2"])
def test_folders_of_a_split_are_no_speakers(names: str, tmp_path: Path) -> None:
    for name in names.split():
        write_sound(tmp_path / f"{name}.wav")
    corpus = open_folder(tmp_path)
    assert corpus.speakers == ()
    assert set(corpus.table["split"]) <= {"train", "validation", "test"}
    assert corpus.table["split"].value_counts()["train"] == 1 + names.startswith("train")
    assert any("the split is taken from the" in line for line in corpus.warnings)


@pytest.mark.parametrize(
    ("name", "expression", "says"),
    [
        ("sad/Carl_3", "([a-z]+)_", "takes 'arl' out of a longer word in 'sad/Carl_3.wav'"),
        ("sad/1001_3", r"/(\d\d)", "takes '10' out of a longer word"),
        ("sad/anna_3", "(ann)", "takes 'ann' out of a longer word"),
        ("sad/carl_3", "/([a-z]+)_", None),
        ("sad/03a01Fa", r"/(\d\d)", None),
        ("sad/03a01Fa", r"\d([A-Z])", None),
        ("sad/Ses01F_impro01", r"Ses(\d\d[FM])", None),
        ("sad/sadAnna3", "d([A-Z][a-z]+)", None),
    ],
)
def test_a_speaker_cut_out_of_a_word_is_said(name: str, expression: str, says: str | None, tmp_path: Path) -> None:
    write_sound(tmp_path / f"{name}.wav")
    warnings = open_folder(tmp_path, speaker_from=expression).warnings
    assert warnings == () if says is None else any(says in line for line in warnings)


def test_expressions_win_over_guesses(tmp_path: Path) -> None:
    for name in ("x/03_F.wav", "x/03_W.wav", "04_F.wav"):
        write_sound(tmp_path / name)
    one = r"(?P<speaker>\d+)_(?P<emotion>[A-Z])\."
    corpus = open_corpus(f"folder:{tmp_path}", emotion_from=one, speaker_from=one, emotions="freude=F,wut=W")
    assert corpus.table["emotion"].to_list() == ["freude", "freude", "wut"]
    assert corpus.table["speaker"].to_list() == ["04", "03", "03"]
    assert corpus.warnings == ()
    with pytest.raises(EvenvoiceError, match=r"emotion-from 'y\(\.\)': finds no emotion in '04_F\.wav'"):
        open_folder(tmp_path, emotion_from="y(.)")


def test_sound_that_is_not_read_is_named(voices: Path) -> None:
    for name in ("sad/phone.wmv", "sad/b.shn"):
        (voices / name).write_bytes(b"x")
    (voices / "more").symlink_to(voices / "sad")
    found = open_folder(voices).warnings
    assert "files not read, for their suffix (.shn, .wmv): 2 (" in " ".join(found)
    assert "folders that are links to a folder read already, left out: 1 (" in " ".join(found)


@pytest.mark.parametrize(
    "emotions",
    [("Wut", "Freude", "neutral"), ("01_angry", "02_happy"), ("Ärger & Angst", "Traurigkeit"), ("злость", "радость")],
)
def test_emotions_are_found_below_speakers_in_other_languages_and_with_numbers(
    tmp_path: Path, emotions: tuple[str, ...]
) -> None:
    for speaker in ("Anna", "Bärbel", "Çağla"):
        for emotion in emotions:
            write_sound(tmp_path / "2024" / speaker / emotion / "Satz 1.wav")
    corpus = open_folder(tmp_path)
    assert set(corpus.table["emotion"]) == set(emotions)
    assert set(corpus.table["speaker"]) == {"Anna", "Bärbel", "Çağla"}


def test_emotions_that_are_named_tell_which_folders_are_theirs(tmp_path: Path) -> None:
    for speaker in ("Anna", "Ben"):
        for emotion in ("type-1", "type-2"):
            write_sound(tmp_path / speaker / emotion / "1.wav")
    assert open_corpus(f"folder:{tmp_path}").classes == ("Anna", "Ben"), "nothing says which"
    corpus = open_corpus(f"folder:{tmp_path}", emotions="one=Type-1,two=type-2")
    assert (corpus.classes, set(corpus.table["speaker"])) == (("one", "two"), {"Anna", "Ben"})

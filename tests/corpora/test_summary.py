from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evenvoice.corpora import Corpus, summarise
from evenvoice.corpora.corpus import Utterance, table_of
from tests.corpora.trees import write_sound


def corpus(rows: list[Utterance], **more: object) -> Corpus:
    return Corpus("mine", table_of(rows), "CC0-1.0", **more)


def row(file: Path, emotion: str = "sad", **more: object) -> Utterance:
    return Utterance(file.name, file, emotion, **more)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [write_sound(tmp_path / f"{number}.wav", tone=200.0 + number) for number in range(6)]


def test_counts_hours_and_imbalance(files: list[Path]) -> None:
    emotions = ("sad", "sad", "sad", "happy", "sad", "happy")
    rows = [
        row(file, emotion, speaker="ab"[n // 3]) for n, (file, emotion) in enumerate(zip(files, emotions, strict=True))
    ]
    summary = summarise(corpus(rows, labels=("sad", "happy")))
    assert summary.counts.to_dict("index") == {"sad": {"a": 3, "b": 1}, "happy": {"a": 0, "b": 2}}
    assert list(summary.totals.items()) == [("sad", 4), ("happy", 2)]
    assert summary.imbalance == 2.0
    assert summary.hours == pytest.approx(6 * 0.5 / 3600)
    assert summary.hours_note == ""
    assert summary.warnings == ["speaker a has no happy", "speaker b has only one sad"]


def test_segments_of_one_file_are_timed_and_are_no_copies(files: list[Path], tmp_path: Path) -> None:
    other = write_sound(tmp_path / "other.wav", rate=16000)
    rows = [Utterance(str(n), files[0], "sad", speaker="ab"[n], start=n * 0.2, end=n * 0.2 + 0.1) for n in (0, 1)]
    rows += [Utterance(str(n), (other, files[1])[n - 2], "sad", speaker="ab"[n - 2]) for n in (2, 3)]
    summary = summarise(corpus(rows))
    assert summary.hours == pytest.approx((0.1 + 0.1 + 0.5 + 0.5) / 3600)
    assert summary.warnings == [
        "utterances shorter than 0.3 s: 2 (0, 1)",
        "several sample rates: 8000 Hz (2), 16000 Hz (1)",
    ]


def test_recordings_that_are_missing_or_cannot_be_read(files: list[Path], tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("no audio", encoding="utf-8")
    summary = summarise(corpus([row(files[0]), row(text), row(tmp_path / "absent.wav")]))
    assert summary.hours == pytest.approx(0.5 / 3600)
    assert summary.hours_note == "the audio is missing for 1; the audio cannot be read for 1"
    assert "utterances without their audio: 1 (absent.wav)" in summary.warnings
    assert "utterances with audio that cannot be read: 1 (text.wav)" in summary.warnings


def test_no_audio_at_all_gives_no_hours(tmp_path: Path) -> None:
    summary = summarise(corpus([row(tmp_path / f"{n}.wav", speaker=n) for n in "abcde"]))
    assert summary.hours is None
    assert summary.hours_note == "the audio is missing for 5"
    assert "utterances without their audio: 5 (a.wav, b.wav, c.wav, …)" in summary.warnings


def test_copies_are_found_by_their_bytes(files: list[Path], tmp_path: Path) -> None:
    copy = Path(shutil.copy(files[2], tmp_path / "copy.wav"))
    summary = summarise(corpus([row(file) for file in (*files, copy)]))
    assert "recordings that are the same, byte for byte: 1 (2.wav and copy.wav)" in summary.warnings


def test_files_of_one_size_that_are_equal_in_the_middle_are_no_copies(files: list[Path], tmp_path: Path) -> None:
    sound = bytearray(files[2].read_bytes())
    sound[-1] ^= 1
    (tmp_path / "other.wav").write_bytes(sound)
    two = [Path(shutil.copy(tmp_path / "other.wav", tmp_path / f"{name}.wav")) for name in ("one", "two")]
    summary = summarise(corpus([row(file) for file in (*files, *two)]))
    assert "recordings that are the same, byte for byte: 1 (one.wav and two.wav)" in summary.warnings


def test_rates_and_lengths(files: list[Path], tmp_path: Path) -> None:
    long = write_sound(tmp_path / "long.wav", seconds=31, rate=1000)
    short = write_sound(tmp_path / "short.wav", seconds=0.2)
    summary = summarise(corpus([row(file) for file in (*files, long, short)]))
    assert summary.warnings == [
        "speakers are not known, so no protocol can keep them apart; add --speaker-from or a column speaker",
        "utterances shorter than 0.3 s: 1 (short.wav)",
        "utterances longer than 30 s: 1 (long.wav)",
        "several sample rates: 8000 Hz (7), 1000 Hz (1)",
    ]
    assert list(summary.counts.columns) == ["not known"]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (("x", "x", "y", "y"), "only 2 texts, each of them spoken in every emotion"),
        (("x", "x", "x", "x"), "only 1 text, it spoken in every emotion"),
        (("x", "y", "y", "y"), "only 2 texts"),
        (("x", "x", "y", None), None),
    ],
)
def test_few_texts_are_told(files: list[Path], texts: tuple[str | None, ...], says: str | None) -> None:
    pairs = zip(files, texts, ("sad", "happy", "sad", "happy"), strict=False)
    warnings = summarise(corpus([row(file, emotion, text=text) for file, text, emotion in pairs])).warnings
    assert [line for line in warnings if line.startswith("only")] == ([says] if says else [])


def test_what_the_loader_noticed_comes_first(files: list[Path]) -> None:
    summary = summarise(corpus([row(files[0], speaker="1")], notes=("session 2 is missing",)))
    assert summary.warnings == ["session 2 is missing", "one speaker only, 1"]


def test_a_long_list_of_gaps_is_cut(files: list[Path]) -> None:
    rows = [Utterance(f"{n}", files[0], "sad" if n % 2 else "happy", speaker=f"{n:02d}") for n in range(24)]
    warnings = summarise(corpus(rows)).warnings
    assert sum("has no" in line for line in warnings) == 10
    assert "and so for 14 more pairs of speaker and emotion" in warnings

"""Hugging Face datasets become corpora: local files where they lie, embedded recordings in the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

import evenvoice
from evenvoice.corpora import as_corpus, open_corpus
from evenvoice.errors import EvenvoiceError
from tests.corpora.trees import write_sound

datasets = pytest.importorskip("datasets")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def make(folder: Path, *, embedded: bool = False, labels: list[int] | None = None, **more: list[object]) -> object:
    """A dataset as ``load_dataset("audiofolder")`` gives it: ``audio`` and the class label ``label``."""
    files = [write_sound(folder / f"{name}.wav", tone=200 + 10 * n) for n, name in enumerate("ab")]
    audio = [{"path": file.name, "bytes": file.read_bytes()} if embedded else str(file) for file in files]
    found = datasets.Dataset.from_dict({"audio": audio, "label": labels or [1, 0], **more})
    kinds = datasets.ClassLabel(names=["calm", "tense"])
    return found.cast_column("label", kinds).cast_column("audio", datasets.Audio())


def test_local_files_are_used_where_they_lie(tmp_path: Path, cache: Path) -> None:
    corpus = open_corpus(make(tmp_path / "wav", speaker=["x", "y"], age=[3, 4]))
    assert [clip.file for clip in corpus.clips()] == [tmp_path / "wav/a.wav", tmp_path / "wav/b.wav"]
    assert corpus.table.index.to_list() == ["a.wav", "b.wav"]
    assert corpus.table[["emotion", "speaker", "age"]].to_numpy().tolist() == [["tense", "x", 3], ["calm", "y", 4]]
    assert corpus.warnings == ("the emotion is its column 'label'; another is named with columns emotion=…",)
    assert not cache.exists()


def test_recordings_in_the_dataset_are_kept_in_the_cache_once(tmp_path: Path, cache: Path) -> None:
    dataset = make(tmp_path / "wav", embedded=True)
    for file in (tmp_path / "wav").iterdir():
        file.unlink()
    first, second = open_corpus(dataset), open_corpus(dataset)
    assert first.fingerprint() == second.fingerprint()
    assert first.table.index.to_list() == ["a.wav", "b.wav"]
    kept = [path for path in cache.rglob("*") if path.is_file()]
    assert sorted(map(str, kept)) == sorted(first.table["file"])
    kept[0].write_bytes(b"cut short")
    open_corpus(dataset)
    assert kept[0].stat().st_size > 1000


def test_a_file_of_the_same_name_is_not_taken_for_a_recording_in_the_dataset(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make(tmp_path / "wav", embedded=True)
    write_sound(tmp_path / "a.wav", tone=900)
    monkeypatch.chdir(tmp_path)
    assert all(clip.file.is_relative_to(cache) for clip in open_corpus(dataset).clips())


def test_splits_are_the_corpus_own(tmp_path: Path) -> None:
    parts = datasets.DatasetDict(train=make(tmp_path / "1"), test=make(tmp_path / "2"))
    corpus = open_corpus(parts, columns="emotion=label")
    assert corpus.table["split"].to_list() == ["train", "train", "test", "test"]
    assert (corpus.warnings, corpus.table.index[0]) == ((), "train/a.wav")
    assert open_corpus(datasets.DatasetDict(train=make(tmp_path / "1"))).has("split") is False


def test_a_folder_of_save_to_disk(tmp_path: Path) -> None:
    make(tmp_path / "wav").save_to_disk(str(tmp_path / "saved"))
    assert open_corpus(f"datasets:{tmp_path / 'saved'}").classes == ("calm", "tense")
    with pytest.raises(EvenvoiceError, match=r"cannot be loaded .*name a folder that Dataset.save_to_disk wrote"):
        open_corpus(f"datasets:{tmp_path / 'wav'}")


def test_an_emotion_as_text_and_files_as_text(tmp_path: Path) -> None:
    files = [str(write_sound(tmp_path / f"{name}.wav")) for name in "ab"]
    dataset = datasets.Dataset.from_dict({"where": files, "mood": ["sad", "glad"], "label": [0, 1]})
    corpus = open_corpus(dataset, columns="file=where,emotion=mood")
    assert corpus.labels == ("glad", "sad")
    assert corpus.table["label"].to_list() == [0, 1]


@pytest.mark.parametrize(
    ("change", "columns", "says"),
    [
        (lambda d: d.remove_columns("audio"), None, "dataset: no Audio column; it has label; name the one with the"),
        (lambda d: d.add_column("again", ["a.wav"] * 2).cast_column("again", datasets.Audio()), None,
         r"several Audio columns \(audio, again\)"),
        (lambda d: d, "file=speech", "dataset: no column 'speech'; it has audio, label"),
        (lambda d: d, "emotion=lable", r"dataset: no column 'lable' \(did you mean 'label'\?\)"),
        (lambda d: d.rename_column("label", "kind"), None, "dataset: no column 'emotion'; it has kind, file"),
        (lambda d: d.to_iterable_dataset(), None, "streamed, .*; load it without streaming"),
        (lambda d: datasets.DatasetDict(), None, "a DatasetDict without a split"),
    ],
)  # fmt: skip
def test_a_dataset_that_cannot_be_used_is_one_line(tmp_path: Path, change: object, columns: str, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says):
        open_corpus(change(make(tmp_path)), columns=columns)


def test_a_recording_that_is_not_here_and_a_label_that_is_missing_are_one_line(tmp_path: Path) -> None:
    dataset = make(tmp_path)
    (tmp_path / "b.wav").unlink()
    with pytest.raises(EvenvoiceError, match=r"dataset, row 1: audio holds no recording, and '.*b.wav' is no file"):
        open_corpus(dataset)
    with pytest.raises(EvenvoiceError, match="dataset, row 0: no emotion"):
        open_corpus(make(tmp_path, labels=[-1, 0]))


def test_what_takes_a_corpus_takes_a_dataset(tmp_path: Path) -> None:
    dataset = make(tmp_path / "wav", speaker=["x", "y"])
    assert as_corpus(dataset).table.index.to_list() == ["a.wav", "b.wav"]
    assert evenvoice.audit_corpus(dataset, jobs=1).facts["utterances"] == 2

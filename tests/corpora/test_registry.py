"""What every loader promises, checked on a small tree of each corpus."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from evenvoice.corpora import LOADERS, Corpus, parse_selection
from evenvoice.corpora.emotions import canonical
from evenvoice.errors import EvenvoiceError
from evenvoice.testing import check_corpus
from tests.corpora.trees import TREES, write_sound

NAMES = sorted(LOADERS)


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trees with 'odd' names 🎤: ")
    for name, write in TREES.items():
        write(folder / name)
    return folder


@pytest.fixture(params=NAMES, scope="module")
def opened(request: pytest.FixtureRequest, trees: Path) -> Corpus:
    return LOADERS[request.param].open(trees / request.param)


def test_every_loader_has_a_tree_to_be_tested_on() -> None:
    assert set(TREES) == set(LOADERS)


@pytest.mark.parametrize("name", NAMES)
def test_a_loader_says_what_it_is(name: str) -> None:
    loader = LOADERS[name]
    assert loader.name == name == name.lower()
    assert loader.title
    assert loader.licence
    assert loader.url
    assert "\n" not in loader.layout
    assert loader.default_emotions is None or parse_selection(loader.default_emotions)


@pytest.mark.parametrize("name", NAMES)
def test_a_loader_keeps_the_public_contract(name: str, tmp_path: Path) -> None:
    TREES[name](tmp_path)
    sound = write_sound(tmp_path / "any.wav")
    for file in map(Path, LOADERS[name].open(tmp_path).table["file"]):
        if not file.exists():  # of thousands in label files the tree has one
            file.parent.mkdir(parents=True, exist_ok=True)
            os.link(sound, file)
    sound.unlink()
    check_corpus(name, tmp_path)


def test_the_table_keeps_the_contract(opened: Corpus, trees: Path) -> None:
    table = opened.table
    assert table.index.name == "utterance"
    assert list(table.columns) == [
        *("file", "emotion", "speaker", "session", "text", "gender", "style", "start", "end", "split", "corpus")
    ]
    assert table.index.is_unique
    assert table.index.is_monotonic_increasing
    assert {canonical(emotion) for emotion in table["emotion"]} == set(table["emotion"])
    assert opened.has("speaker")
    assert opened.has("style")
    assert set(table["gender"]) <= {"female", "male"}
    assert table[["start", "end"]].isna().all(axis=None)
    assert all(Path(file).is_relative_to(trees.resolve()) for file in table["file"])
    assert not any(part.startswith("._") or part == "__MACOSX" for file in table["file"] for part in Path(file).parts)
    assert opened.licence == LOADERS[opened.name].licence


def test_the_files_are_there(opened: Corpus) -> None:
    there = [Path(file).is_file() for file in opened.table["file"]]
    assert sum(there) == 1 if opened.name == "iemocap" else all(there)


def test_another_container_and_another_place_give_the_same_corpus(opened: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    TREES[opened.name](folder, ".flac")
    again = LOADERS[opened.name].open(folder)
    assert again.table.drop(columns="file").equals(opened.table.drop(columns="file"))


def test_the_fingerprint_knows_the_corpus_and_not_its_place(opened: Corpus, trees: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(trees / opened.name, moved)
    again = LOADERS[opened.name].open(moved)
    assert again.fingerprint() == opened.fingerprint()
    fewer = opened.select(opened.labels[0])
    assert fewer.fingerprint() != opened.fingerprint()


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_without_the_corpus_is_an_error_that_shows_the_layout(name: str, tmp_path: Path) -> None:
    write_sound(tmp_path / "music" / "song.wav")
    with pytest.raises(EvenvoiceError, match="no utterance of") as caught:
        LOADERS[name].open(tmp_path)
    assert LOADERS[name].layout in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_path_that_is_no_folder_is_an_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match="no such folder"):
        LOADERS[name].open(tmp_path / "absent")
    with pytest.raises(EvenvoiceError, match="a file, not a folder"):
        LOADERS[name].open(write_sound(tmp_path / "archive.wav"))


def test_links_to_folders_are_followed_but_not_in_a_circle(tmp_path: Path) -> None:
    TREES["emodb"](tmp_path / "real")
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "data").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "round").symlink_to(linked)
    assert len(LOADERS["emodb"].open(linked)) == 4


def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    TREES["emodb"](tmp_path)
    real = os.scandir

    def scandir(folder: str) -> object:
        if Path(folder).name == "wav":  # a tester may be root, who may read everything
            raise PermissionError(13, "Permission denied", folder)
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(EvenvoiceError, match=r"wav: cannot be read \(Permission denied\)"):
        LOADERS["emodb"].open(tmp_path)

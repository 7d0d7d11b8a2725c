"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError, StorageError
from evenvoice.files import check_writable, each_file_under, files_under, writing, writing_folder


def test_an_error_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "note.txt"
    target.write_text("old", encoding="utf-8")

    def fails() -> None:
        with writing(target) as aside:
            aside.write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
    assert target.read_text(encoding="utf-8") == "old"


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def fails() -> None:
        with writing_folder(tmp_path / "run") as aside:
            (aside / "one").write_text("1", encoding="utf-8")
            assert not (tmp_path / "run").exists()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert list(tmp_path.iterdir()) == []
    with writing_folder(tmp_path / "run") as aside:
        (aside / "one").write_text("1", encoding="utf-8")
    assert (tmp_path / "run" / "one").read_text(encoding="utf-8") == "1"


def test_a_folder_that_another_process_made_meanwhile_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def late() -> None:
        with writing_folder(folder) as aside:
            (aside / "one").write_text("ours", encoding="utf-8")
            folder.mkdir()
            (folder / "one").write_text("theirs", encoding="utf-8")

    with pytest.raises(OSError, match="not empty"):
        late()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (folder / "one").read_text(encoding="utf-8") == "theirs"


def test_files_and_folders_have_the_permissions_that_the_user_asked_for(tmp_path: Path) -> None:
    """In a process of its own, whose mask is set before evenvoice is imported; many threads write at once."""
    program = (
        "import os, sys, threading; os.umask(0o027)\n"
        "from pathlib import Path; from evenvoice.files import writing, writing_folder\n"
        "folder = Path(sys.argv[1])\n"
        "def write(n):\n"
        "    for k in range(50):\n"
        "        with writing(folder / f'{n}-{k}') as aside: aside.write_text('x')\n"
        "threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "with writing_folder(folder / 'run'): pass\n"
        "assert os.umask(0) == 0o027\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert len(files) == 8 * 50
    assert {path.stat().st_mode & 0o777 for path in files} == {0o640}
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize("write", [writing, writing_folder])
def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path, write) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=r"file/below: cannot be written .*; choose another place"):
        write(tmp_path / "file" / "below").__enter__()
    with pytest.raises(EvenvoiceError, match=r"file: cannot be written to .*; choose another --out"):
        check_writable(tmp_path / "file")


def test_a_folder_in_the_place_of_a_file_is_said_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(EvenvoiceError, match=r"out.csv: a folder; name the file to write"):
        writing(tmp_path / "out.csv").__enter__()
    with pytest.raises(EvenvoiceError, match=r"x: cannot be written \(File name too long\); choose a shorter name"):
        writing(tmp_path / ("x" * 300)).__enter__()


@pytest.mark.parametrize("writer", [writing, writing_folder])
def test_errors_name_what_is_written_and_not_what_stands_for_it(tmp_path: Path, writer) -> None:
    """Whatever fails in the block: the system, a library with words of its own, or ours."""
    target = tmp_path / "out.csv"

    def fails(error) -> None:
        with writer(target) as aside:
            raise error(aside)

    with pytest.raises(PermissionError) as denied:
        fails(lambda aside: PermissionError(13, "Permission denied", str(aside / "x")))
    assert (denied.value.filename, denied.value.errno) == (str(target / "x"), 13)
    with pytest.raises(OSError, match=r"out.csv: Input/output error") as broken:
        fails(lambda aside: OSError(5, f"{aside}: Input/output error"))
    assert ".writing-" not in str(broken.value)
    with pytest.raises(StorageError, match=rf"^{target}: half a table"):
        fails(lambda aside: StorageError(f"{aside}: half a table"))
    with pytest.raises(OSError, match="theirs"):
        fails(lambda aside: OSError(2, "No such file", "theirs"))
    with pytest.raises(OSError, match="busy") as other:
        fails(lambda aside: OSError("busy"))
    assert other.value.errno is None


def test_a_rename_that_fails_names_the_file(tmp_path: Path) -> None:
    def late() -> None:
        with writing(tmp_path / "out.csv"):
            (tmp_path / "out.csv").mkdir()

    with pytest.raises(IsADirectoryError) as error:
        late()
    assert error.value.filename == str(tmp_path / "out.csv")
    assert ".writing-" not in str(error.value)


def test_two_writers_of_one_file_leave_one_of_their_texts(tmp_path: Path) -> None:
    target, texts = tmp_path / "note.txt", [str(number) * 100_000 for number in range(4)]

    def write(text: str) -> None:
        with writing(target) as aside:
            aside.write_text(text, encoding="utf-8")

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_text(encoding="utf-8") in texts
    assert os.listdir(tmp_path) == ["note.txt"]  # noqa: PTH208  # hidden files count


def _grow(folder: Path, rng: random.Random, depth: int = 0) -> None:
    """Names that sort before and after a slash, some of them of folders."""
    for name in rng.sample(["a", "a b", "a.wav", "a-", "b", "B.WAV", ".a.wav", "ab", "a!", "__MACOSX", "z.txt"], 7):
        if "." not in name and depth < 3:
            (folder / name).mkdir()
            _grow(folder / name, rng, depth + 1)
        else:
            (folder / name).touch()


@pytest.mark.parametrize("seed", range(3))
def test_files_one_by_one_are_those_of_the_list_in_its_order(seed: int, tmp_path: Path) -> None:
    _grow(tmp_path, random.Random(seed))
    (tmp_path / "loop").symlink_to(tmp_path)
    assert list(each_file_under(tmp_path, (".wav",), pytest.fail)) == files_under(tmp_path, (".wav",))


def test_the_first_file_is_there_before_other_folders_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in "abc":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.wav").touch()
    read: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: read.append(Path(path).name) or scandir(path))
    assert next(each_file_under(tmp_path, (".wav",), pytest.fail)) == tmp_path / "a" / "x.wav"
    assert read == [tmp_path.name, "a"]


def test_a_large_folder_comes_in_sorted_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.files.PIECE", 4)
    for number in range(10):
        (tmp_path / f"{number}.wav").touch()
    found = list(each_file_under(tmp_path, (".wav",), pytest.fail))
    assert sorted(found) == files_under(tmp_path, (".wav",))
    assert all(found[start : start + 4] == sorted(found[start : start + 4]) for start in (0, 4, 8))


def test_a_folder_that_cannot_be_read_is_named_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("closed", "open"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.wav").touch()
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    refused: list[EvenvoiceError] = []
    assert list(each_file_under(tmp_path, (".wav",), refused.append)) == [tmp_path / "open" / "x.wav"]
    assert [str(error) for error in refused] == [
        f"{tmp_path / 'closed'}: cannot be read (Permission denied); check its permissions"
    ]

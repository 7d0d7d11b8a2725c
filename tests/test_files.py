"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.files import check_writable, writing, writing_folder


def test_an_error_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "note.txt"
    target.write_text("old")

    def fails() -> None:
        with writing(target) as aside:
            aside.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
    assert target.read_text() == "old"


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def fails() -> None:
        with writing_folder(tmp_path / "run") as aside:
            (aside / "one").write_text("1")
            assert not (tmp_path / "run").exists()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert list(tmp_path.iterdir()) == []
    with writing_folder(tmp_path / "run") as aside:
        (aside / "one").write_text("1")
    assert (tmp_path / "run" / "one").read_text() == "1"


def test_a_folder_that_another_process_made_meanwhile_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def late() -> None:
        with writing_folder(folder) as aside:
            (aside / "one").write_text("ours")
            folder.mkdir()
            (folder / "one").write_text("theirs")

    with pytest.raises(OSError, match="not empty"):
        late()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (folder / "one").read_text() == "theirs"


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
    (tmp_path / "file").write_text("")
    with pytest.raises(EvenvoiceError, match=r"file/below: cannot be written .*; choose another place"):
        write(tmp_path / "file" / "below").__enter__()
    with pytest.raises(EvenvoiceError, match=r"file: cannot be written to .*; choose another --out"):
        check_writable(tmp_path / "file")


def test_two_writers_of_one_file_leave_one_of_their_texts(tmp_path: Path) -> None:
    target, texts = tmp_path / "note.txt", [str(number) * 100_000 for number in range(4)]

    def write(text: str) -> None:
        with writing(target) as aside:
            aside.write_text(text)

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_text() in texts
    assert os.listdir(tmp_path) == ["note.txt"]  # noqa: PTH208  # hidden files count

"""Folders of living writers stay, those of dead ones go: shown with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from evenvoice.leases import PREFIX, leased_file, leased_folder, sweep

WRITER = """
import sys, time
from pathlib import Path
from evenvoice.files import writing_folder
with writing_folder(Path(sys.argv[1]) / "fold-0") as aside:
    (aside / "half").write_text("half")
    print(aside, flush=True)
    time.sleep(600)
"""


def _writer(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_living_process_keeps_its_folder_and_a_killed_one_loses_it(tmp_path: Path) -> None:
    process, aside = _writer(tmp_path / "seed-0")
    try:
        sweep(tmp_path, "*")
        assert (aside / "half").read_text(encoding="utf-8") == "half"
    finally:
        process.kill()
        process.wait()
    assert aside.is_dir()
    sweep(tmp_path, "*")
    assert not aside.exists()
    assert list((tmp_path / "seed-0").iterdir()) == []


def test_only_what_a_writer_made_is_swept(tmp_path: Path) -> None:
    for name in (".ipynb_checkpoints", ".git", "fold-1"):
        (tmp_path / name).mkdir()
    sweep(tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_folder_that_is_swept_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making a folder and locking it, another process may take it for abandoned."""
    import evenvoice.leases as module

    lock, first = module._lock, []

    def swept(folder: Path, *, wait: bool) -> int | None:
        if wait and not first:
            first.append(folder)
            sweep(tmp_path)
            assert not folder.exists()
        return lock(folder, wait=wait)

    monkeypatch.setattr(module, "_lock", swept)
    with leased_folder(tmp_path) as folder:
        assert folder.is_dir()
        assert folder != first[0]


def test_writers_and_sweepers_at_once_lose_nothing(tmp_path: Path) -> None:
    done = threading.Event()

    def sweeping() -> None:
        while not done.is_set():
            sweep(tmp_path)

    thread = threading.Thread(target=sweeping)
    thread.start()
    try:
        for number in range(200):
            with leased_folder(tmp_path) as folder:
                (folder / "a").write_text("whole", encoding="utf-8")
                folder.rename(tmp_path / f"fold-{number}")
    finally:
        done.set()
        thread.join()
    assert len(list(tmp_path.glob("fold-*/a"))) == 200
    assert not list(tmp_path.glob(f"{PREFIX}*"))


def test_where_nothing_can_be_locked_only_old_folders_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import evenvoice.leases as module

    monkeypatch.setattr(module, "fcntl", None)
    new, old = tmp_path / f"{PREFIX}new", tmp_path / f"{PREFIX}old"
    for folder in (new, old):
        folder.mkdir()
    os.utime(old, (0, 0))
    sweep(tmp_path)
    assert new.exists()
    assert not old.exists()


KILLED = """
import os, signal, sys
from evenvoice.{module} import {name}
with {name}({where}) as aside:
    print(aside, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("module", "name", "where"),
    [
        ("files", "writing", "sys.argv[1] + '/model.onnx'"),
        ("files", "writing_folder", "sys.argv[1] + '/demo'"),
        ("leases", "temporary_folder", ""),
    ],
)
def test_what_a_killed_process_left_goes_when_the_next_writes_there(
    tmp_path: Path, module: str, name: str, where: str
) -> None:
    program = KILLED.format(module=module, name=name, where=where)
    left = []
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], env={**os.environ, "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == -signal.SIGKILL
        left.append(Path(run.stdout.strip()))
    assert [path.exists() for path in left] == [False, True]


def test_a_file_of_a_living_writer_stays(tmp_path: Path) -> None:
    with leased_file(tmp_path, ".npy") as file:
        sweep(tmp_path)
        assert file.is_file()
    assert not file.exists()


def test_what_is_no_lease_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "elsewhere")
    sweep(tmp_path)
    assert (tmp_path / f"{PREFIX}link").is_symlink()

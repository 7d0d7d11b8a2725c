"""Where no more can be written: what could not be is named, nothing is half-written, and the next call does it."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from evenvoice.errors import StorageError
from evenvoice.files import writing_folder
from evenvoice.leases import temporary_place
from evenvoice.serve.page import write_page
from evenvoice.study.work import try_run
from evenvoice.training.store import StoreWriter
from tests.cli.command import run


@contextmanager
def largest(size: int) -> Iterator[None]:
    """Let this process write no file of more bytes: to a program that is what a full disk is."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


WRITING = {
    "rows": (("predict", "{model}", "{voices}", "--out", "{out}.csv"), "out.csv"),
    "Parquet": (("predict", "{model}", "{voices}", "--out", "{out}.parquet"), "out.parquet"),
    "timeline": (("predict", "{model}", "{voices}", "--window=0.1", "--hop=0.1", "--out", "{out}.csv"), "out.csv"),
    "figure": (("recipe", "show", "2dcnn", "--figure", "{out}.png"), "out.png"),
    "spectrogram": (("plot", "spectrogram", "{voices}/sad/anna_0.wav", "--out", "{out}"), "anna_0-spectrogram.png"),
}


@pytest.mark.parametrize("what", WRITING)
def test_what_cannot_be_written_is_named_and_written_next_time(
    what: str, model: Path, voices: Path, tmp_path: Path
) -> None:
    command, named = WRITING[what]
    arguments = [part.format(model=model, voices=voices, out=tmp_path / "out") for part in command]
    with largest(1500):
        complaint = run(*arguments).complaint()
    assert f"{named}: cannot be written (File too large); free some space" in complaint
    assert not list(tmp_path.rglob(".*"))
    run(*arguments).result()


def test_a_folder_is_named(tmp_path: Path) -> None:
    says = rf"^{tmp_path}/run: cannot be written \(File too large\); free"
    with largest(10), pytest.raises(StorageError, match=says), writing_folder(tmp_path / "run") as aside:
        (aside / "a.txt").write_text("more than ten bytes", encoding="utf-8")
    assert list(tmp_path.iterdir()) == []


def test_what_is_left_in_a_buffer_is_named_when_features_are_closed() -> None:
    says = r"features cannot be written \(File too large\); make room"
    with largest(10), pytest.raises(StorageError, match=says), StoreWriter() as writer:
        writer.append(np.zeros((2, 3), np.float32))


def test_a_page_that_cannot_be_copied_is_one_line(model: Path, tmp_path: Path) -> None:
    page = tmp_path / "page"
    (page / "icons").mkdir(parents=True)
    for name in ("index.html", "main.js", "icons/a.svg"):
        (page / name).write_text(20 * name, encoding="utf-8")
    with largest(100), pytest.raises(StorageError, match=rf"^{tmp_path}/site: cannot be written \(File too large\); "):
        write_page(model, tmp_path / "site", page)
    assert not (tmp_path / "site").exists()
    write_page(model, tmp_path / "site", page)
    assert (tmp_path / "site/icons/a.svg").read_text(encoding="utf-8") == (page / "icons/a.svg").read_text(
        encoding="utf-8"
    )


def test_no_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def gettempdir() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr("tempfile.gettempdir", gettempdir)
    with pytest.raises(StorageError, match=r"^no folder for temporary files can be written to .*; free some space"):
        temporary_place()


def test_a_full_disk_is_no_run_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a run is left out, and others go on; where one cannot be written, none can."""

    def fail(*_: object) -> None:
        raise StorageError("run.json: cannot be written")

    monkeypatch.setattr("evenvoice.study.work.make_run", fail)
    with pytest.raises(StorageError):
        try_run(None)  # type: ignore[arg-type]  # looked at by make_run

"""Recordings on fsspec's file systems, in memory and on this machine's disk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer.inputs import each_input, find_inputs
from tests.recognizer import tiny

fsspec = pytest.importorskip("fsspec")


def _wav(value: float) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, tiny.steady(value), tiny.RATE, format="WAV", subtype="FLOAT")
    return file.getvalue()


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    for name in ("a.wav", "a/b.WAV", "a/deep/c.wav", "a/.d.wav", "__MACOSX/e.wav", "notes.txt"):
        system.pipe(f"/voices/{name}", _wav(0.5))
    yield system
    system.rm("/voices", recursive=True)


@pytest.mark.usefixtures("memory")
def test_a_folder_in_memory() -> None:
    found = find_inputs(["memory://voices"])
    assert [each.name for each in found] == [
        f"memory:///voices/{name}" for name in ("a.wav", "a/b.WAV", "a/deep/c.wav")
    ]
    assert found[1].load(tiny.RATE).tolist() == tiny.steady(0.5).tolist()
    assert found[1].blocks is not None
    with found[1].blocks() as (rate, blocks):
        assert (rate, sum(map(len, blocks))) == (tiny.RATE, len(tiny.steady(0.5)))


def test_a_folder_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("deep/b.wav", "a.wav"):
        (tmp_path / name).write_bytes(_wav(0.25))
    found = find_inputs([f"file://{tmp_path}"])
    assert [each.name for each in found] == [f"file://{tmp_path}/a.wav", f"file://{tmp_path}/deep/b.wav"]
    assert found[0].load(tiny.RATE).tolist() == tiny.steady(0.25).tolist()


@pytest.mark.usefixtures("memory")
def test_what_is_not_there_is_one_bad_recording() -> None:
    (each,) = find_inputs(["memory://voices/z.wav"])
    with pytest.raises(AudioError, match=r"^memory://voices/z\.wav: no such file; check the path$"):
        each.load(tiny.RATE)
    fsspec.filesystem("memory").mkdir("/voices/empty")
    (each,) = find_inputs(["memory://voices/empty"])
    with pytest.raises(AudioError, match=r"^memory://voices/empty: a folder without recordings"):
        each.load(tiny.RATE)


def test_a_folder_that_cannot_be_listed_costs_no_other(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets raise errors of their own libraries."""
    ls = type(memory).ls

    def refuse(self: Any, path: str, **options: object) -> object:
        if path.endswith("/a"):
            raise LookupError("AccessDenied\nrequest 7")
        return ls(self, path, **options)

    monkeypatch.setattr(type(memory), "ls", refuse)
    found = list(each_input(["memory://voices"]))
    assert [each.name for each in found] == ["memory:///voices/a.wav", "memory:///voices/a"]
    with pytest.raises(AudioError, match=r"^memory:///voices/a: cannot be read \(AccessDenied\); check the name"):
        found[1].load(tiny.RATE)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("nosuch://a", r"^nosuch://a: fsspec cannot open it \(Protocol not known: nosuch\); expected s3://, gs://"),
        ("smb://host/a", r"^smb://host/a: its file system is not installed \(.*\); install that$"),
    ],
)
def test_a_file_system_that_is_none_is_said_at_once(name: str, line: str) -> None:
    with pytest.raises(EvenvoiceError, match=line):
        each_input([name])

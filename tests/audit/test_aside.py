"""Arrays that are put aside come back as they were, from memory and from a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from evenvoice.allocator import release
from evenvoice.audio import Clip
from evenvoice.audit import aside as room
from evenvoice.audit.aside import Aside
from evenvoice.audit.decoded import Decoded, decode_all, decode_one
from evenvoice.errors import AudioError, StorageError
from tests.study.noise import noise_corpus


@pytest.mark.parametrize("most", [1, 12, 1 << 26], ids=["file", "in the middle", "memory"])
@pytest.mark.parametrize("dtype", [np.uint32, np.bool_, np.int8])
def test_arrays_come_back(most: int, dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_IN_MEMORY", most)
    arrays = [np.arange(n).astype(dtype) for n in (0, 3, 1, 0, 200, 0)]
    with Aside(np.dtype(dtype)) as aside:
        for array in arrays:
            aside.put(array)
        found = aside.arrays()
    assert [(one.dtype, one.tolist()) for one in found] == [(one.dtype, one.tolist()) for one in arrays]


@pytest.mark.parametrize("most", [1, 1 << 26])
def test_nothing_put_aside(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_IN_MEMORY", most)
    with Aside(np.dtype(np.int8)) as aside:
        assert list(aside.arrays()) == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux says how much memory is of files")
def test_memory_of_what_was_read_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_IN_MEMORY", 1)
    with Aside(np.dtype(np.int8)) as aside:
        for _ in range(4):
            aside.put(np.ones(20_000_000, np.int8))
        arrays = aside.arrays()
    assert sum(int(array.sum()) for array in arrays) == 80_000_000
    before = of_files()
    release(arrays[1])
    assert before - of_files() > 70_000  # kB
    assert int(arrays[3].sum()) == 20_000_000


def of_files() -> int:
    """How much of the process' memory is mapped from files, in kB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssFile"))


def test_a_full_folder_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_IN_MEMORY", 1)
    with Path("/dev/full").open("r+b", buffering=0) as full, Aside(np.dtype(np.int8)) as aside:
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda *_, **__: full)
        with pytest.raises(StorageError, match=r"cannot be written \(No space left on device\); make room there"):
            aside.put(np.ones(5, np.int8))


@pytest.mark.parametrize("most", [1, 1 << 26], ids=["file", "memory"])
def test_recordings_are_what_they_are_alone(most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_IN_MEMORY", most)
    clips = noise_corpus(tmp_path).clips()[:4]
    clips.insert(1, Clip(tmp_path / "missing.wav"))
    found = decode_all(clips, jobs=2)
    assert isinstance(found[1], AudioError)
    for clip, one in zip(clips, found, strict=True):
        if isinstance(one, Decoded):
            alone = decode_one(clip)
            assert one.measures == alone.measures
            assert one.fingerprint.exact == alone.fingerprint.exact
            for name in ("bits", "audible", "shape"):
                assert getattr(one.fingerprint, name).tolist() == getattr(alone.fingerprint, name).tolist()

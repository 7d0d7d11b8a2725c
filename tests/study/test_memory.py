"""The memory that a piece of work takes above what there was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evenvoice.study import memory
from evenvoice.study.memory import peak_memory

SIZE = 64 * 2**20

needs_linux = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the system does not tell")


@needs_linux
def test_a_block_is_seen_and_what_was_held_before_is_not() -> None:
    before = np.ones(SIZE // 8)
    with peak_memory() as peak:
        inside = np.ones(SIZE // 8)
    assert before.nbytes + inside.nbytes == 2 * SIZE
    assert peak.bytes is not None
    assert 0.9 * SIZE < peak.bytes < 1.5 * SIZE


@needs_linux
def test_a_higher_peak_of_earlier_is_not_this_one_s_and_an_error_passes_through() -> None:
    with peak_memory():
        np.ones(SIZE // 8)
    with pytest.raises(KeyError), peak_memory() as peak:
        raise KeyError
    assert peak.bytes is not None
    assert peak.bytes < SIZE // 2


@needs_linux
def test_a_process_may_be_called_after_a_script_of_any_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_bytes(b"Name:\tpr\xc3\xbcfung-der-\xc3\n" + memory._STATUS.read_bytes().split(b"\n", 1)[1])
    monkeypatch.setattr(memory, "_STATUS", status)
    with peak_memory() as peak:
        pass
    assert peak.bytes is not None


def test_where_the_system_does_not_tell_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(memory, "_RESET", tmp_path / "no folder" / "clear_refs")
    with peak_memory() as peak:
        pass
    assert peak.bytes is None

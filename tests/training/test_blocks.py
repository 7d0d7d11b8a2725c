"""A network is applied block by block, with the same results from memory and from a file."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice import allocator
from evenvoice.training import blocks as room
from evenvoice.training.blocks import by_blocks
from evenvoice.training.images import gather


@pytest.mark.parametrize("rows", [1, 4, 7, 100])
@pytest.mark.parametrize("mapped", [False, True])
def test_blocks_are_one_behind_the_other(rows: int, mapped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.training.images.MOST_IN_MEMORY", 0 if mapped else 1 << 28)
    given = np.random.default_rng(0).standard_normal((7, 1, 2, 3)).astype(np.float32)
    sizes: list[int] = []

    def of_block(block: np.ndarray) -> np.ndarray:
        sizes.append(len(block))
        return block.sum(axis=(2, 3))

    found = by_blocks(of_block, gather([given], 7, (1, 2, 3)), rows)
    assert found.dtype == np.float32
    assert found.tolist() == given.sum(axis=(2, 3)).tolist()
    assert sizes == [rows] * (7 // rows) + [7 % rows] * bool(7 % rows)


def test_memory_of_a_file_is_given_back_as_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[np.ndarray] = []
    monkeypatch.setattr(room, "release", lambda images: (released.append(images), allocator.release(images)))
    monkeypatch.setattr(room, "MOST_READ", 24 * 2)  # two rows of 24 bytes
    by_blocks(lambda block: block[:, 0, 0], np.zeros((9, 1, 2, 3), np.float32), 1)
    assert len(released) == 3  # after the third, sixth and ninth

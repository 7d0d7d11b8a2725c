"""Pairs come back in the order of their errors, from memory and from files."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.audit import nearest as room
from evenvoice.audit.nearest import NearestFirst


@pytest.mark.parametrize("most", [1, 200, 1 << 19], ids=["files", "some in files", "memory"])
@pytest.mark.parametrize("parts", [1, 7, 64])
def test_pairs_are_sorted_by_their_errors_and_stay_in_order(
    most: int, parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_MOST_IN_MEMORY", most)
    monkeypatch.setattr(room, "_PARTS", parts)
    monkeypatch.setattr(room, "_AT_ONCE", 10)
    rng = np.random.default_rng(0)
    # All shares of bits that there can be, those next to each other among them.
    different, compared = rng.integers(0, 900, 2000), rng.integers(1, 129, 2000)
    errors = different / (24 * compared)
    errors = np.concatenate([errors[errors < 0.3], [0.0, np.nextafter(0.3, 0), 921 / 3072, 920 / 3072]])
    first, second, lag = rng.integers(0, 1000, (3, len(errors)))
    lag -= 500
    with NearestFirst(0.3) as pairs:
        for start in range(0, len(errors), 100):
            pairs.put(*(column[start : start + 100] for column in (errors, first, second, lag)))
        blocks = list(pairs)
    order = np.argsort(errors, kind="stable")
    assert max(len(block[0]) for block in blocks) == 10
    for found, column in zip(zip(*blocks, strict=True), (first, second, lag), strict=True):
        assert np.concatenate(found).tolist() == column[order].tolist()


def test_no_pairs() -> None:
    with NearestFirst(0.3) as pairs:
        assert list(pairs) == []

"""Candidates: known lags, and bounds on what is compared."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from evenvoice.audit import candidates as room
from evenvoice.audit.candidates import candidates
from evenvoice.audit.fingerprint import Fingerprint, fingerprint
from evenvoice.audit.hums import Hums
from tests.audit.copies import spoken


def of(waveform: np.ndarray, rate: int = 16000) -> Fingerprint:
    return fingerprint(np.asarray(waveform, np.float32), rate, "")


def found_in(fingerprints: list[Fingerprint]) -> Iterator[tuple[int, int, float]]:
    return candidates(fingerprints, Hums(fingerprints, 0.6))


@pytest.fixture(scope="module")
def six() -> list[Fingerprint]:
    """Three sentences, and a copy of each half a second later."""
    return [of(spoken(n)) for n in range(3)] + [of(np.pad(spoken(n), (8000, 0))) for n in range(3)]


def test_candidates_come_with_their_lag(six: list[Fingerprint]) -> None:
    lags = {(first, second): lag for first, second, lag in found_in(six)}
    assert len(lags) < 15 / 2  # of all pairs
    assert [lags[n, n + 3] for n in range(3)] == pytest.approx([0.5] * 3, abs=0.02)
    # A later start of the same sound first: other sentences share fewer bits.
    assert {pair[:2] for pair in list(found_in(six))[:3]} == {(n, n + 3) for n in range(3)}
    assert list(found_in([])) == []
    assert list(found_in(six[:1])) == []


def test_blocks_change_nothing(six: list[Fingerprint], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(found_in(six))
    monkeypatch.setattr(room, "_LOOKED_UP", 1)
    monkeypatch.setattr(room, "_PAIRS_COMPARED", 1)
    assert list(found_in(six)) == whole


def printed(bits: list[int], audible: list[int]) -> Fingerprint:
    """A fingerprint of these sub-fingerprints and of no waveform."""
    return Fingerprint("", np.array(bits, np.uint32), np.array(audible, bool), np.zeros(0, np.int8))


@pytest.mark.parametrize("looked_up", [1, 10, 1000])
def test_equal_frames_are_those_of_two_loops(monkeypatch: pytest.MonkeyPatch, looked_up: int) -> None:
    monkeypatch.setattr(room, "_LOOKED_UP", looked_up)
    rng = np.random.default_rng(0)
    prints = [printed(rng.integers(0, 4, n).tolist(), (rng.random(n) < 0.7).tolist()) for n in (5, 9, 1, 12, 7)]
    track = room._Track.of(prints)
    found = [each for three in room._equal_frames(track) for each in zip(*three, strict=True)]
    file = np.repeat(np.arange(5), track.lengths).tolist()
    audible, bits = (np.concatenate([getattr(each, name) for each in prints]) for name in ("audible", "bits"))
    expected = {
        (file[a], a, b)
        for a in range(34)
        for b in range(34)
        if file[a] < file[b] and audible[a] and audible[b] and bits[a] == bits[b]
    }
    assert len(found) == len(expected) > 30
    assert set(found) == expected


@pytest.mark.parametrize("lengths", [(1,) * 200, (64, 64, 1), (63, 2, 130, 1, 1, 500), (1000,)])
def test_the_file_of_a_frame(lengths: tuple[int, ...]) -> None:
    track = room._Track.of([printed([0] * n, [1] * n) for n in lengths])
    files = np.repeat(np.arange(len(lengths)), lengths)
    assert track.file(np.arange(len(files))).tolist() == files.tolist()


@pytest.mark.parametrize(("parts", "indexed"), [(1, 1 << 20), (16, 7), (16, 1 << 20)])
def test_the_next_frame_of_equal_bits(monkeypatch: pytest.MonkeyPatch, parts: int, indexed: int) -> None:
    monkeypatch.setattr(room, "_PARTS", parts)
    monkeypatch.setattr(room, "_INDEXED", indexed)
    rng = np.random.default_rng(0)
    bits, audible = rng.integers(0, 40, 200), rng.random(200) < 0.8
    bits[::9] = 0xFFFFFF
    words = room._Track.of([printed(bits.tolist(), audible.tolist())]).words
    expected = [
        next((b for b in range(a + 1, 200) if audible[b] and bits[b] == bits[a]), -1) if audible[a] else -1
        for a in range(200)
    ]
    assert room._following(words).tolist() == expected


def test_bits_are_counted() -> None:
    words = np.random.default_rng(0).integers(0, 1 << 32, (3, 6), dtype=np.uint32)
    words[0, :2], words[1, :2] = 0xFFFFFFFF, 0
    expected = [
        [a.bit_count() + b.bit_count() for a, b in zip(row[::2], row[1::2], strict=True)] for row in words.tolist()
    ]
    assert room._ones(words).tolist() == expected


def test_bit_errors_by_hand() -> None:
    first = printed([0b1111, 0, 0xFFFFFF, 5], [1, 1, 0, 1])
    second = printed([77, 0b1010, 0b110000000000000000000001, 0, 5], [1, 1, 1, 1, 1])
    track = room._Track.of([first, second])
    one, other = np.array([0]), np.array([1])
    # One frame later: 2, 3, unheard and 0 bits differ. Three earlier: 0b101 against 0b1001101.
    assert room._bit_errors(track, one, other, np.array([1])) == pytest.approx((2 + 3 + 0) / (3 * 24))
    assert room._bit_errors(track, one, other, np.array([-3])) == pytest.approx(2 / 24)
    # Two earlier: the first is unheard, then 5 against 10.
    assert room._bit_errors(track, one, other, np.array([-2])) == pytest.approx(4 / 24)
    silent = room._Track.of([printed([1], [0]), printed([1], [1])])
    assert room._bit_errors(silent, one, other, np.array([0])) == 1


def test_many_copies_are_chained_though_few_equals_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    copies = [of(np.pad(spoken(0), (8 * n, 0))) for n in range(12)]
    every = {(a, b) for a, b, _ in found_in(copies)}
    assert len(every) == 66
    monkeypatch.setattr(room, "_EQUALS", 3)
    fewer = {(a, b) for a, b, _ in found_in(copies)}
    assert fewer < every
    assert {(n, n + 1) for n in range(11)} <= fewer


def test_silence_is_no_candidate() -> None:
    assert list(found_in([of(np.zeros(16000)), of(np.zeros(17000))])) == []

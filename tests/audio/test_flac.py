"""Where the last frame of a FLAC file ends."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.audio import Clip, duration
from evenvoice.audio.flac import _frame_end, checksum_of_frame


def test_any_bytes_are_a_frame_or_none() -> None:
    random = np.random.default_rng(0)
    for first in range(256):  # what the number of a frame begins with, 0xFF among them
        frame = bytes([0xFF, 0xF8, 0xC9, 0x18, first]) + random.bytes(40)
        assert _frame_end(frame, 4096) is None  # its checksums are not those


@pytest.mark.parametrize("samples", [4096, 4096 * 130 + 17, 4096 * 2100 + 1])  # numbers of one, two and three bytes
def test_the_last_frame_counts_all_samples(samples: int, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(-9, 9, samples).astype(np.int16)
    soundfile.write(tmp_path / "a.flac", noise, 16000)
    assert duration(Clip(tmp_path / "a.flac")) == samples / 16000


def test_every_real_recording_in_flac_is_read() -> None:
    if "EVENVOICE_CORPORA" not in os.environ:
        pytest.skip("no real recordings; set EVENVOICE_CORPORA")
    files = sorted(Path(os.environ["EVENVOICE_CORPORA"]).rglob("*.flac"))
    assert len(files) > 1000
    for file in files:
        assert duration(Clip(file)) == soundfile.info(file).duration


@pytest.mark.parametrize("length", [0, 1, 2, 255, 256, 257, 512, 5001])
def test_blocks_give_the_checksum_that_single_bits_give(length: int) -> None:
    data = np.random.default_rng(length).bytes(length)
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) & 0xFFFF ^ (0x8005 if value & 0x8000 else 0)
    assert checksum_of_frame(data) == value

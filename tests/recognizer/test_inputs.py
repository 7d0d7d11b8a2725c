"""Recordings that are named: files, folders, standard input with a header and without."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer.inputs import Raw, find_inputs


class _Trickle(io.RawIOBase):
    """A pipe that gives what it is told to at each reading, however little."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts = parts

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self.parts.pop(0) if self.parts else b""
        buffer[: len(part)] = part
        return len(part)


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put bytes on standard input, in these parts."""
    return lambda *parts: monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BufferedReader(_Trickle([part for part in parts if part])), encoding="utf-8")
    )


def _wav(samples: np.ndarray, rate: int = 16000, kind: str = "WAV") -> bytes:
    memory = io.BytesIO()
    soundfile.write(memory, samples, rate, format=kind)
    return memory.getvalue()


def test_files_and_folders_in_their_order(tmp_path: Path) -> None:
    for name in ("b.WAV", "a/z.flac", "a/y/x.mp3", "a/notes.txt", "a/._z.flac", "__MACOSX/c.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "a" / "round").symlink_to(tmp_path)
    found = [
        Path(each.name).relative_to(tmp_path).as_posix() for each in find_inputs([tmp_path / "none.txt", tmp_path])
    ]
    assert found == ["none.txt", "a/y/x.mp3", "a/z.flac", "b.WAV"]
    again = tmp_path / "b.WAV"
    assert [each.name for each in find_inputs([again, str(again)])] == [str(again)] * 2


def test_a_folder_without_recordings_is_one_bad_recording(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    (each,) = find_inputs([tmp_path])
    assert each.name == str(tmp_path)
    with pytest.raises(AudioError, match=r"a folder without recordings \(\.wav, .*; name another$"):
        each.load(16000)
    (tmp_path / "model.onnx").touch()
    (each,) = find_inputs([tmp_path])
    with pytest.raises(AudioError, match=r"a folder without recordings .*; name the model in it, .*model\.onnx$"):
        each.load(16000)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(EvenvoiceError, match="closed: cannot be read"):
        find_inputs([tmp_path])


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "AIFF", "OGG"])
def test_standard_input_with_a_header(kind: str, piped: Callable[..., None]) -> None:
    wave = 0.5 * np.sin(np.arange(8000) / 10)
    data = _wav(wave, kind=kind)
    piped(data[:10], data[10:99], data[99:])
    (each,) = find_inputs(["-"])
    assert (each.name, each.chunks) == ("-", None)
    np.testing.assert_allclose(each.load(16000), wave, atol=0.05 if kind == "OGG" else 1e-4)


def test_a_wav_of_unknown_length_as_pipes_give_it(piped: Callable[..., None]) -> None:
    data = _wav(np.sin(np.arange(1600)))
    place = data.index(b"data") + 4
    piped(data[:4] + b"\xff" * 4 + data[8:place] + b"\xff" * 4 + data[place + 4 :])
    assert find_inputs(["-"])[0].load(16000).size == 1600


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"hello, these are words\n" * 9, "holds text, not audio"),
        (_wav(np.zeros(100)), "silent"),
        (bytes(range(255)), "not a format that evenvoice reads"),
    ],
)
def test_standard_input_that_cannot_be_used(data: bytes, message: str, piped: Callable[..., None]) -> None:
    piped(data)
    with pytest.raises(AudioError, match=f"^standard input: {message}"):
        find_inputs(["-"])[0].load(16000)


def test_standard_input_without_an_end(piped: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.recognizer.inputs._LARGEST", 1000)
    for raw in (None, Raw(16000)):
        piped(*[b"\x01" * 999] * 50)
        with pytest.raises(AudioError, match=r"^standard input: more than 0 MiB; save it to a file"):
            find_inputs(["-"], raw)[0].load(16000)


VALUES = np.tile([0.5, -0.5, 0.25, -1.0], 400)
CODED = {
    "s16le": (VALUES * 2**15).astype("<i2"),
    "s32le": (VALUES * 2**31).astype("<i4"),
    "f32le": VALUES.astype("<f4"),
}


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("cut", [1, 3, 4, 7])
def test_raw_samples_however_the_pipe_cuts_them(coding: str, cut: int, piped: Callable[..., None]) -> None:
    data = CODED[coding].tobytes()
    piped(data[:cut], data[cut:])
    (each,) = find_inputs(["-"], Raw(16000, coding))
    np.testing.assert_array_equal(each.load(16000), VALUES)
    piped(data[:cut], data[cut:])
    assert each.chunks is not None
    parts = list(each.chunks())
    assert len(parts) == 2
    np.testing.assert_array_equal(np.concatenate(parts), VALUES)
    assert each.rate == 16000


def test_raw_samples_are_resampled_and_checked(piped: Callable[..., None]) -> None:
    (each,) = find_inputs(["-"], Raw(48000))
    piped((1000 * np.sin(np.arange(4800))).astype("<i2").tobytes())
    assert each.load(16000).size == 1600
    for data, message in (
        (b"", "no samples"),
        (bytes(20), "silent"),
        (b"\1\2\3", "ends in the middle of a sample of 2 bytes; check that it is s16le, mono"),
    ):
        piped(data)
        with pytest.raises(AudioError, match=f"^standard input: {message}"):
            each.load(16000)


def test_what_does_not_go_together() -> None:
    with pytest.raises(EvenvoiceError, match=r"^recording '': empty; name a file or a folder"):
        find_inputs(["a.wav", ""])
    with pytest.raises(EvenvoiceError, match=r"^b.ONNX: a model file among the recordings; name one model"):
        find_inputs(["a.wav", "b.ONNX"])
    with pytest.raises(EvenvoiceError, match=r"^standard input \(-\) is named 2 times"):
        find_inputs(["-", "a.wav", "-"])
    with pytest.raises(EvenvoiceError, match=r"^raw audio is read from standard input only"):
        find_inputs(["a.wav"], Raw(16000))
    with pytest.raises(EvenvoiceError, match=r"'s16': unknown \(did you mean 's16le'\?\); known are s16le, s32le, f32"):
        Raw(16000, "s16")
    for rate in (999, 0, -1, 1_000_001):
        with pytest.raises(EvenvoiceError, match=f"^raw audio of {rate} Hz: expected 1000 to 1000000"):
            Raw(rate)

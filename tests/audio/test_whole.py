"""What was decoded is what the file holds, or the file is refused in one line."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest

from evenvoice.audio import Clip, decode, duration, load
from evenvoice.audio.flac import _end_of_last_frame
from evenvoice.audio.ogg import checksum
from evenvoice.audio.source import Source
from evenvoice.errors import AudioError
from tests.audio.sounds import encoded, likeness, mp3, shift_between, voice, written

KINDS = {
    "wav": {"format": "WAV"},
    "24-bit.wav": {"format": "WAV", "subtype": "PCM_24"},
    "adpcm.wav": {"format": "WAV", "subtype": "MS_ADPCM"},
    "w64": {"format": "W64", "subtype": "PCM_16"},
    "rf64": {"format": "RF64", "subtype": "PCM_16"},
    "aiff": {"format": "AIFF"},
    "au": {"format": "AU", "subtype": "PCM_16"},
    "caf": {"format": "CAF", "subtype": "PCM_16"},
    "nist": {"format": "NIST", "subtype": "PCM_16"},
    "voc": {"format": "VOC", "subtype": "PCM_16"},
    "flac": {"format": "FLAC"},
    "ogg": {"format": "OGG"},
    "opus": {"format": "OGG", "subtype": "OPUS"},
    "mp3": {"format": "MP3"},
}


def refusal(data: bytes, tmp_path: Path) -> str:
    """Return the line that refuses a recording, as a file and as bytes, by `load` and by `duration`."""
    with pytest.raises(AudioError) as caught:
        load(written(tmp_path / "a", data))
    line = str(caught.value)
    assert line.startswith(f"{tmp_path / 'a'}: ")
    assert "\n" not in line
    with pytest.raises(AudioError, match=r"^upload: "):
        decode(io.BytesIO(data), name="upload")
    return line


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_recording_is_decoded_whatever_its_name(kind: str, tmp_path: Path):
    # No suffix, one that lies, and one from which libsndfile would guess samples without a header.
    data = encoded(**KINDS[kind])
    for name in ("a", "a.mp3", "a.gsm", "a.raw"):
        file = written(tmp_path / name, data)
        waveform = load(file)
        assert waveform.size == pytest.approx(48000, abs=1200)
        assert duration(Clip(file)) == pytest.approx(waveform.size / 16000, abs=1e-3)
    if kind != "mp3":  # its delay depends on the encoder
        assert likeness(waveform, voice()) > 0.99


@pytest.mark.parametrize("share", [0.2, 0.35, 0.5, 0.98])
@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_cut_short_by_a_copy_is_refused(kind: str, share: float, tmp_path: Path):
    data = encoded(**KINDS[kind])
    assert "cut off" in refusal(data[: int(share * len(data))], tmp_path)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "rf64"])
def test_two_recordings_in_one_file_are_refused_or_decoded_whole(kind: str, tmp_path: Path):
    data = encoded(**KINDS[kind])
    assert "holds" in refusal(data + data, tmp_path)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0xFFFFFFFF - 36, 0x7FFFFFFF, 0x7FFFF000, 0x80000000])
@pytest.mark.parametrize("extensible", [False, True])
def test_a_wav_written_to_a_pipe_is_decoded(size: int, extensible: bool, tmp_path: Path):
    data = bytearray(encoded(format="WAVEX" if extensible else "WAV"))
    place = data.index(b"data") + 4
    data[4:8] = data[place : place + 4] = struct.pack("<I", size)
    file = written(tmp_path / "a.wav", bytes(data))
    assert np.array_equal(load(file), decode(io.BytesIO(encoded(format="WAV"))))
    assert duration(Clip(file)) == 3.0
    assert np.array_equal(load(file, start=1.0, end=2.0), load(file)[16000:32000])


def test_a_wav_of_no_samples_holds_none_though_a_chunk_follows(tmp_path: Path):
    head = encoded(np.zeros(0), format="WAV")
    place = head.index(b"data")
    assert "no samples" in refusal(head[: place + 8] + b"LIST" + struct.pack("<I", 4) + b"INFO", tmp_path)


def test_chunks_and_tags_behind_the_samples_are_no_samples(tmp_path: Path):
    data = encoded(format="WAV")
    for rest in (b"LIST\x04\0\0\0INFO", b"TAG" + b" " * 125, bytes(8192), b"\0"):
        assert load(written(tmp_path / "a.wav", data + rest)).size == 48000


def test_samples_that_the_header_does_not_count_are_noticed(tmp_path: Path):
    data = bytearray(encoded(format="WAV"))
    data[40:44] = struct.pack("<I", 16000)
    assert "80,000 bytes behind the 16,000 bytes" in refusal(bytes(data), tmp_path)


@pytest.mark.parametrize("kind", ["w64", "nist", "voc"])
def test_zeros_behind_the_samples_are_no_samples(kind: str, tmp_path: Path):
    data = encoded(**KINDS[kind])
    assert np.array_equal(load(written(tmp_path / "a", data + bytes(8192))), decode(io.BytesIO(data)))


def test_two_chunks_of_samples_are_not_taken_for_one(tmp_path: Path):
    data = encoded(format="WAV")
    assert "holds several chunks of samples" in refusal(data + data[data.index(b"data") :], tmp_path)


@pytest.mark.parametrize(("place", "number"), [(22, 3), (34, 7), (34, 24), (32, 6)])
def test_a_wav_that_says_two_things_about_its_samples(place: int, number: int, tmp_path: Path):
    data = bytearray(encoded(format="WAV"))
    data[place : place + 2] = struct.pack("<H", number)
    assert "its header contradicts itself" in refusal(bytes(data), tmp_path)


def test_mp3_in_a_wav_is_decoded_and_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    av = pytest.importorskip("av")
    file = io.BytesIO()
    with av.open(file, "w", format="wav") as out:
        track = out.add_stream("mp3", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(voice()[None].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16000
        for part in (frame, None):
            out.mux(track.encode(part))
    data = bytearray(file.getvalue())
    assert load(written(tmp_path / "a.wav", bytes(data))).size == pytest.approx(48000, abs=2400)
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
    assert "damaged" in refusal(bytes(data), tmp_path)
    assert capfd.readouterr() == ("", "")


def with_length(flac: bytes, frames: int) -> bytes:
    """A FLAC whose header promises a number of samples: the 36 bits from the middle of byte 21 on."""
    data = bytearray(flac)
    data[21] = data[21] & 0xF0 | frames >> 32
    data[22:26] = struct.pack(">I", frames & 0xFFFFFFFF)
    return bytes(data)


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 12345])
def test_flac_that_holds_more_than_its_header_promises(rate: int, tmp_path: Path):
    data = encoded(voice(rate=rate), rate, format="FLAC")
    for promised in (rate, 3 * rate - 1):
        line = refusal(with_length(data, promised), tmp_path)
        assert f"promises {promised:,} samples, and {3 * rate:,} are there" in line


def test_what_only_begins_like_a_frame_of_flac_is_none():
    generator = np.random.default_rng(0)
    tail = b"".join(b"\xff\xf8\xc9\x08" + bytes([first]) + generator.bytes(40) for first in range(256))
    for code in range(16):
        for block in (b"\xff\xf8" + bytes([code << 4 | 9]) + b"\x08" + generator.bytes(3), tail):
            source = Source(io.BytesIO(block), len(block), "a")
            assert _end_of_last_frame(source, 4096) is None


def test_a_tag_before_flac_is_no_recording(tmp_path: Path):
    data = encoded(format="FLAC")
    tagged = written(tmp_path / "a.flac", b"ID3\x04\0\0\0\0\x04\x00" + bytes(512) + data)
    assert np.array_equal(load(tagged), decode(io.BytesIO(data)))


@pytest.mark.parametrize("frames", [0, 2**36 - 1])
def test_flac_of_unknown_or_absurd_length(frames: int, tmp_path: Path):
    file = written(tmp_path / "a.flac", with_length(encoded(format="FLAC"), frames))
    assert np.array_equal(load(file), decode(io.BytesIO(encoded(format="FLAC"))))
    assert duration(Clip(file)) == 3.0
    assert duration(Clip(file, start=1.0)) == 2.0
    assert np.array_equal(load(file, start=1.0, end=2.0), load(file)[16000:32000])
    with pytest.raises(AudioError, match="it lasts 3 s"):
        load(file, end=3.5)
    with pytest.raises(AudioError, match="is not in it"):
        load(file, start=5.0, end=6.0)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT"])
def test_mp3_that_does_not_say_how_long_it_is(rate: int, mode: str, tmp_path: Path):
    told = load(written(tmp_path / "a.mp3", mp3(rate=rate, mode=mode)), rate=rate)
    bare = load(written(tmp_path / "b.mp3", mp3(rate=rate, mode=mode, announced=False)), rate=rate)
    assert told.size == pytest.approx(3 * rate, abs=1)
    # Without the first frame nobody knows what the encoder added: at the beginning, and to fill the last frame.
    shift = shift_between(bare, told)
    assert 0 <= shift <= 2400
    assert told.size + shift <= bare.size <= told.size + 4000
    assert likeness(bare[shift:], told) > 0.99
    assert duration(Clip(tmp_path / "b.mp3")) == pytest.approx(bare.size / rate, abs=1e-3)


def test_a_part_of_an_mp3_is_that_part_of_the_whole(tmp_path: Path):
    file = written(tmp_path / "a.mp3", mp3())
    assert np.array_equal(load(file, start=1.0, end=2.0), load(file)[16000:32000])


@pytest.mark.parametrize("announced", [True, False])
def test_damaged_mp3(announced: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    data = bytearray(mp3(announced=announced))
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    assert "damaged" in refusal(bytes(data), tmp_path)
    assert capfd.readouterr() == ("", "")


def test_bits_turned_in_an_mp3_print_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    generator, refused = np.random.default_rng(0), 0
    for _ in range(20):
        data = bytearray(mp3(1.0, 44100, "CONSTANT"))
        for place in generator.integers(500, len(data), 40):
            data[place] ^= 1 << int(generator.integers(8))
        try:
            load(written(tmp_path / "a.mp3", bytes(data)))
        except AudioError as error:
            refused += "damaged" in str(error)
    assert refused > 3
    assert capfd.readouterr().err == ""


def test_tags_around_an_mp3_are_no_frames(tmp_path: Path):
    data = mp3()
    tagged = b"ID3\x04\0\0\0\0\x04\x00" + bytes(512) + data + b"TAG" + b" " * 125
    assert np.array_equal(load(written(tmp_path / "a.mp3", tagged)), decode(io.BytesIO(data)))


def test_an_mp3_of_a_tag_alone(tmp_path: Path):
    assert "holds a tag (ID3) and no audio" in refusal(b"ID3\x04\0\0\0\0\x04\x00" + bytes(512), tmp_path)


def test_ogg_pages_are_counted(tmp_path: Path):
    data = encoded(format="OGG")
    pages = [place for place in range(len(data)) if data[place : place + 4] == b"OggS"]
    assert len(pages) > 3
    damaged = bytearray(data)
    damaged[pages[2] + 200] ^= 1
    assert "checksum" in refusal(bytes(damaged), tmp_path)
    assert "lacks the pages" in refusal(data[: pages[2]] + data[pages[3] :], tmp_path)
    # libogg writes the same checksums.
    for begin, end in zip(pages, [*pages[1:], len(data)], strict=True):
        assert checksum(data[begin:end]) == int.from_bytes(data[begin + 22 : begin + 26], "little")


def test_gsm_is_decoded_without_seeking(tmp_path: Path):
    data = encoded(voice(rate=8000), 8000, format="WAV", subtype="GSM610")
    waveform = load(written(tmp_path / "a.wav", data), rate=8000)
    assert likeness(waveform, voice(rate=8000)) > 0.9
    assert np.array_equal(load(tmp_path / "a.wav", rate=8000, start=1.0, end=2.0), waveform[8000:16000])


@pytest.mark.parametrize("suffix", [".au", ".snd", ".vox", ".gsm", ".raw", ".sd2", ".iff"])
def test_no_suffix_makes_sound_of_a_web_page_or_of_noise(suffix: str, tmp_path: Path):
    page = written(tmp_path / f"page{suffix}", b"<!DOCTYPE html><html><title>Sign in</title></html>" * 20)
    with pytest.raises(AudioError, match="holds text, not audio"):
        load(page)
    noise = written(tmp_path / f"noise{suffix}", np.random.default_rng(0).bytes(20000))
    with pytest.raises(AudioError, match=r"without a header|not a format"):
        load(noise)


@pytest.mark.parametrize("rate", [1, 999, 1_000_001, 2**31 - 1])
def test_a_sample_rate_that_no_recording_has(rate: int, tmp_path: Path):
    data = bytearray(encoded(format="WAV"))
    data[24:28] = struct.pack("<I", rate)
    assert f"a sample rate of {rate} Hz, expected 1000 to 1000000" in refusal(bytes(data), tmp_path)


def test_more_channels_than_any_recording_has(tmp_path: Path):
    many = np.random.default_rng(0).uniform(-0.1, 0.1, (100, 65))
    assert "65 channels, expected at most 64" in refusal(encoded(many, format="WAV"), tmp_path)


def test_a_longer_recording_than_allowed_is_refused_before_it_fills_the_memory(tmp_path: Path):
    file = written(tmp_path / "a.wav", encoded(format="WAV"))
    assert load(file, max_seconds=3.0).size == 48000
    with pytest.raises(AudioError, match=r"lasts 3 s or more, at most 2\.5 s are decoded"):
        load(file, max_seconds=2.5)
    assert load(file, start=1.0, max_seconds=2.5).size == 32000


def test_a_name_with_a_line_break_makes_one_line(tmp_path: Path):
    for name in ("a\nb.wav", "a\r\x1b[31m.wav"):
        with pytest.raises(AudioError) as caught:
            load(tmp_path / name)
        assert str(caught.value).isprintable()
        assert "no such file" in str(caught.value)


def test_mutated_recordings_are_decoded_or_refused_and_print_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    generator = np.random.default_rng(0)
    whole = [encoded(voice(1.0), **how) for how in KINDS.values()]
    for number in range(240):
        data = bytearray(whole[number % len(whole)])
        for _ in range(int(generator.choice([1, 3, 20]))):
            place = int(generator.integers(min(len(data), generator.choice([60, 400, len(data)]))))
            length = int(generator.integers(1, 30))
            change = generator.integers(4)
            if change == 0:
                data[place] = int(generator.choice([0, 255, 128]))
            elif change == 1:
                data[place:place] = generator.bytes(length)
            elif change == 2:
                data[place : place + length] = bytes(length)
            else:
                del data[max(place, 12) + 50 * length :]
        lines = []
        for call in (
            lambda data=bytes(data): decode(io.BytesIO(data)),
            lambda data=bytes(data): duration(Clip(written(tmp_path / "a", data))),
        ):
            try:
                call()
            except AudioError as error:
                lines.append(str(error))
        assert all("\n" not in line for line in lines)
    assert capfd.readouterr() == ("", "")

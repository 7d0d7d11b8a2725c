"""m4a, mp4, webm and others: decoded with PyAV where it is installed, else named with what to install."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from evenvoice.audio import SUFFIXES, Clip, decode, duration, header, load, read
from evenvoice.errors import AudioError
from tests import fuzz
from tests.audio.sounds import likeness, shift_between, voice, written

av = pytest.importorskip("av")

# Suffix → container, codec and sample rate, as phones, browsers and cameras write them.
KINDS = {
    "m4a": ("ipod", "aac", 44100),
    "mp4": ("mp4", "aac", 16000),
    "mov": ("mov", "aac", 48000),
    "3gp": ("3gp", "aac", 16000),
    "webm": ("webm", "libopus", 48000),
    "mka": ("matroska", "libopus", 48000),
    "aac": ("adts", "aac", 16000),
    "amr": ("amr", "libopencore_amrnb", 8000),
    "wma": ("asf", "wmav2", 44100),
}


def media(kind: str, samples: np.ndarray | None = None, video: bool = False) -> bytes:
    """The bytes of a recording as FFmpeg writes it."""
    container, codec, rate = KINDS[kind]
    if codec not in av.codecs_available:
        pytest.skip(f"this FFmpeg has no {codec}")
    samples = voice(rate=rate) if samples is None else samples
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        track = out.add_stream(codec, rate=rate, layout="mono") if samples.size else None
        picture = out.add_stream("mpeg4", rate=10, width=64, height=64, pix_fmt="yuv420p") if video else None
        if picture is not None:
            for number in range(10):
                image = av.VideoFrame(64, 64, "yuv420p")
                image.pts = number
                out.mux(picture.encode(image))
            out.mux(picture.encode(None))
        if track is not None:
            track.bit_rate = 12200 if kind == "amr" else 64000
            if not track.codec_context.is_open:
                track.codec_context.open()  # only now is its frame size known
            resampler = av.AudioResampler(track.format, "mono", rate, track.codec_context.frame_size)
            frame = av.AudioFrame.from_ndarray(samples[None].astype(np.float32), format="fltp", layout="mono")
            frame.sample_rate = rate
            for part in [*resampler.resample(frame), *resampler.resample(None)]:
                out.mux(track.encode(part))
            out.mux(track.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_media_are_decoded_by_content(kind: str, tmp_path: Path):
    data = media(kind)
    rate = KINDS[kind][2]
    for name in (f"a.{kind}", "a.wav", "a.mp3", "a"):
        file = written(tmp_path / name, data)
        waveform = load(file, rate=rate)
        assert waveform.size == pytest.approx(3 * rate, abs=2100)  # raw AAC says not how much of it is padding
        assert duration(Clip(file)) == pytest.approx(waveform.size / rate, abs=1e-6)
    # Written like this, only Opus says what the delay of their encoders is.
    shift = shift_between(waveform, voice(rate=rate))
    assert abs(shift) <= (0 if kind in ("webm", "mka") else 2048)
    likely = likeness(waveform[max(0, shift) :], voice(rate=rate)[max(0, -shift) :])
    assert likely > (0.4 if kind == "amr" else 0.98)  # AMR keeps what is said, not the waveform
    assert np.array_equal(decode(io.BytesIO(data), rate=rate), waveform)
    assert np.array_equal(load(file, rate=rate, start=1.0, end=2.0), waveform[rate : 2 * rate])
    assert read(Clip(file)).channels == 1
    assert header(Clip(file)).rate == read(Clip(file)).rate


OTHERS = {"adts": "aac", "ac3": "ac3", "eac3": "eac3", "avi": "pcm_s16le", "wv": "wavpack", "tta": "tta"}


@pytest.mark.parametrize(("container", "codec"), OTHERS.items())
def test_less_than_the_whole_is_refused_wherever_it_ends(container: str, codec: str, tmp_path: Path):
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        track = out.add_stream(codec, rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(voice(rate=48000)[None].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48000
        for part in (frame, None):
            out.mux(track.encode(part))
    data = file.getvalue()
    assert load(written(tmp_path / "a", data), rate=48000).size == pytest.approx(3 * 48000, abs=2100)
    for end in range(len(data) // 2 + 3, len(data) // 2 + 60, 7):  # a frame of AC-3 may end at the half
        with pytest.raises(AudioError, match="cut off"):
            load(written(tmp_path / "a", data[:end]))
    if codec != "pcm_s16le":
        middle = len(data) // 2
        with pytest.raises(AudioError, match="damaged"):
            load(written(tmp_path / "a", data[:middle] + bytes(len(data) // 5) + data[middle + len(data) // 5 :]))


@pytest.mark.parametrize("share", [0.2, 0.5])
@pytest.mark.parametrize("kind", KINDS)
def test_media_cut_short_by_a_copy_are_refused(
    kind: str, share: float, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    data = media(kind)
    with pytest.raises(AudioError, match="cut off") as caught:
        load(written(tmp_path / "a", data[: int(share * len(data))]))
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ["m4a", "mov"])
def test_two_recordings_in_one_file(kind: str, tmp_path: Path):
    with pytest.raises(AudioError, match="several recordings"):
        load(written(tmp_path / "a", 2 * media(kind)))


def test_the_sound_of_a_video_is_decoded_and_a_silent_film_is_named(tmp_path: Path):
    file = written(tmp_path / "a.mp4", media("mp4", video=True))
    assert likeness(load(file)[1024:], voice()) > 0.9
    mute = written(tmp_path / "b.mp4", media("mp4", np.zeros(0, np.float32), video=True))
    with pytest.raises(AudioError, match="holds no audio track"):
        load(mute)


def test_media_have_the_same_checks_as_all_audio(tmp_path: Path):
    silent = written(tmp_path / "a.m4a", media("m4a", np.zeros(44100, np.float32)))
    with pytest.raises(AudioError, match="silent"):
        load(silent)
    with pytest.raises(AudioError, match=r"at most 2 s"):
        load(written(tmp_path / "b.m4a", media("m4a")), max_seconds=2)


@pytest.mark.parametrize("kind", KINDS)
def test_where_pyav_is_not_installed_one_line_says_what_to_install(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = written(tmp_path / f"a.{kind}", media(kind))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(AudioError, match=r'pip install "evenvoice\[media\]", or convert it: ffmpeg -i '):
        load(file)


def test_bytes_that_begin_like_media_and_are_none(tmp_path: Path):
    for head in (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom", b"\x1a\x45\xdf\xa3", b"#!AMR\n", b"OggS"):
        with pytest.raises(AudioError) as caught:
            load(written(tmp_path / "a.m4a", head + np.random.default_rng(0).bytes(3000)))
        assert "\n" not in str(caught.value)


def test_every_suffix_of_media_is_looked_for():
    assert {f".{kind}" for kind in KINDS} <= set(SUFFIXES)
    assert len(set(SUFFIXES)) == len(SUFFIXES)


@pytest.mark.parametrize("number", [386, 468])
def test_a_place_that_no_file_has_prints_nothing(
    number: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """PyAV prints a traceback where seeking fails, and goes on."""
    file = tmp_path / "a.mov"
    file.write_bytes(fuzz.KINDS["sounds"].case(number))
    with pytest.raises(AudioError):
        load(file)
    assert capfd.readouterr().err == ""

"""Every recording that people have is either decoded, or gives one clear line."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.audio import Clip, content_hash, decode, duration, load, read, resample
from evenvoice.errors import AudioError


def tone(seconds: float = 0.5, rate: int = 16000, hertz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def wav(file: Path, samples: np.ndarray | None = None, rate: int = 16000, **how: str) -> Path:
    soundfile.write(file, tone(rate=rate) if samples is None else samples, rate, **how)
    return file


def line(file: Path, **part: float) -> str:
    """Return the one line that `load` raises; `duration` may succeed (it reads the header) but not crash."""
    with pytest.raises(AudioError) as caught:
        load(file, **part)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert "\n" not in message
    assert ";" in message, "no remedy"
    with contextlib.suppress(AudioError):
        duration(Clip(file, **part))
    return message


# --- what is decoded -----------------------------------------------------------------------------------------------


def test_samples_of_16_bit_wav_come_back_as_fractions_of_full_scale(tmp_path):
    file = wav(tmp_path / "a.wav", np.tile(np.array([0, 16384, -32768, 32767], dtype=np.int16), 400))
    waveform = load(file)
    assert waveform.dtype == np.float32
    assert waveform.tolist() == 400 * [0.0, 0.5, -1.0, 32767 / 32768]


def test_channels_are_averaged(tmp_path):
    eight = np.zeros((1600, 8))
    eight[:, 0] = 0.8 * np.sin(np.arange(1600))
    expected = 0.1 * np.sin(np.arange(1600))
    assert load(wav(tmp_path / "a.wav", eight, subtype="FLOAT")) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 192000])
def test_any_rate_is_resampled_to_the_same_tone(tmp_path, rate):
    waveform = load(wav(tmp_path / "a.wav", tone(1.0, rate), rate))
    assert waveform.size == pytest.approx(16000, abs=1)
    # The ends ring; the middle is the tone itself.
    middle = slice(2000, 14000)
    assert waveform[middle] == pytest.approx(tone(1.0)[middle], abs=2e-3)


def test_a_recording_is_read_as_it_is_stored(tmp_path):
    left = tone(1.0, 44100)
    file = wav(tmp_path / "a.flac", np.stack([left, left / 2], axis=1), 44100, subtype="PCM_24")
    recording = read(Clip(file, start=0.5))
    assert (recording.rate, recording.channels) == (44100, 2)
    assert (recording.format, recording.subtype) == ("FLAC", "PCM_24")
    assert recording.waveform == pytest.approx(0.75 * left[22050:], abs=1e-6)
    assert recording.waveform.dtype == np.float32


def test_what_load_refuses_read_refuses_too(tmp_path):
    for file in (wav(tmp_path / "silent.wav", np.zeros(100)), tmp_path / "absent.wav", tmp_path / "a.raw"):
        if file.suffix == ".raw":
            file.write_bytes(bytes(100))
        with pytest.raises(AudioError) as caught:
            read(Clip(file))
        assert str(caught.value) == line(file)


def test_resample_leaves_the_same_rate_alone():
    waveform = tone().astype(np.float32)
    assert resample(waveform, 16000, 16000) is waveform
    assert resample(waveform, 16000, 22050).dtype == np.float32


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("8-bit.wav", {"subtype": "PCM_U8"}),
        ("24-bit.wav", {"subtype": "PCM_24"}),
        ("double.wav", {"subtype": "DOUBLE"}),
        ("a.flac", {}),
        ("a.aiff", {}),
        ("a.ogg", {}),
        ("a.mp3", {}),
        ("aiff inside.wav", {"format": "AIFF"}),
    ],
)
def test_containers_and_encodings(tmp_path, name, how):
    file = wav(tmp_path / name, tone(1.0), **how)
    waveform = load(file)
    assert np.sqrt(np.mean(waveform**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert duration(Clip(file)) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("name", ["two words.wav", 'it\'s "quoted".wav', "🎤 émotion.wav", "-dash.wav", "no suffix"])
def test_names(tmp_path, name):
    assert load(wav(tmp_path / name, format="WAV")).size == 8000


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_name_that_is_no_utf8(tmp_path):
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/fr\xf6hlich.wav"))
    file.write_bytes(wav(tmp_path / "a.wav").read_bytes())
    assert load(file).size == 8000


def test_clipped(tmp_path):
    assert np.abs(load(wav(tmp_path / "a.wav", np.clip(2.5 * tone(), -1, 1)))).max() == 1.0


@pytest.mark.parametrize("rate", [8000, 11025, 44100, 48000])
def test_less_than_a_tenth_of_a_second_is_refused(tmp_path, rate):
    enough = tone(0.1, rate)
    assert load(wav(tmp_path / "a.wav", enough, rate)).size == pytest.approx(1600, abs=1)
    for few in (enough[: round(0.099 * rate)], enough[:60], enough[3:4]):
        assert re.search(
            r"a\.wav: lasts [\de.-]+ s, expected 0\.1 s or more;", line(wav(tmp_path / "a.wav", few, rate))
        )


def test_a_part_of_less_than_a_tenth_of_a_second_is_refused(tmp_path):
    file = wav(tmp_path / "a.wav", tone(1.0))
    assert "a.wav: the part from 0.5 s lasts 0.05 s, expected 0.1 s" in line(file, start=0.5, end=0.55)
    assert "a.wav: the part from 0.95 s lasts 0.05 s" in line(file, start=0.95)


# --- parts of a file ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_part_of_a_file_is_that_part(tmp_path, name):
    # A tone would look the same from any whole period on.
    file = wav(tmp_path / name, np.random.default_rng(0).uniform(-0.5, 0.5, 16000))
    whole = load(file)
    assert np.array_equal(load(file, start=0.25, end=0.75), whole[4000:12000])
    assert np.array_equal(load(file, start=0.5), whole[8000:])
    assert np.array_equal(load(file, end=0.5), whole[:8000])
    assert duration(Clip(file, start=0.25, end=0.75)) == 0.5


def test_part_of_a_resampled_file_is_cut_before_resampling(tmp_path):
    file = wav(tmp_path / "a.wav", tone(1.0, 48000), 48000)
    assert load(file, start=0.25, end=0.75).size == pytest.approx(8000, abs=1)


def test_end_may_be_rounded_up(tmp_path):
    file = wav(tmp_path / "a.wav", tone(0.4996))
    assert load(file, end=0.5).size == round(0.4996 * 16000)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0.6, None),
        (-0.1, None),
        (None, 0.6),
        (0.3, 0.2),
        (0.2, 0.2),
        (float("nan"), None),
        (0.5, None),
        (0.5, 0.505),
        (0.1, 0.10001),
    ],
)
def test_part_outside_of_the_file(tmp_path, start, end):
    file = wav(tmp_path / "a.wav")
    assert "correct start and end" in line(file, start=start, end=end)
    with pytest.raises(AudioError, match="correct start and end"):
        duration(Clip(file, start, end))


# --- what is not ----------------------------------------------------------------------------------------------------


def test_missing(tmp_path):
    assert "no such file" in line(tmp_path / "a.wav")


def test_folder(tmp_path):
    assert "a folder" in line(tmp_path)


def test_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    assert "not a regular file" in line(tmp_path / "a.wav")


def test_no_permission(tmp_path, monkeypatch):
    file = wav(tmp_path / "a.wav")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # Not chmod: the tests may run as root, who may read everything.
    monkeypatch.setattr(Path, "open", refuse)
    assert "cannot be read (Permission denied); check its permissions" in line(file)


def test_empty_file(tmp_path):
    (tmp_path / "a.wav").touch()
    assert "empty (0 bytes)" in line(tmp_path / "a.wav")


def test_no_samples(tmp_path):
    assert "no samples" in line(wav(tmp_path / "a.wav", np.zeros(0)))


def test_fewer_samples_than_the_new_rate_can_hold(tmp_path):
    assert "lasts 5.2e-06 s" in line(wav(tmp_path / "a.wav", np.full(1, 0.5), 192000))


def test_silent(tmp_path):
    assert "silent" in line(wav(tmp_path / "a.wav", np.zeros(1000)))
    assert "silent" in line(wav(tmp_path / "b.wav", np.zeros(1000), subtype="PCM_U8"))


def test_silent_part_of_a_file_that_is_not(tmp_path):
    file = wav(tmp_path / "a.wav", np.concatenate([np.zeros(8000), tone()]))
    assert "silent" in line(file, end=0.5)
    assert load(file).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers(tmp_path, bad):
    samples = np.stack([tone(), tone()], axis=1)
    samples[100] = bad, -bad
    assert "NaN or infinite" in line(wav(tmp_path / "a.wav", samples, subtype="FLOAT"))


def test_samples_beyond_all_measure(tmp_path):
    assert "full scale is 1" in line(wav(tmp_path / "a.wav", tone() * 1e20, subtype="FLOAT"))


@pytest.mark.parametrize(
    "text", ["hello, I am text\n" * 100, "x", "emotion;wütend\n" * 200, "ü" * 600, "x" + "ü" * 600]
)
def test_text_renamed_wav(tmp_path, text):
    (tmp_path / "a.wav").write_text(text, encoding="utf-8")
    assert "holds text" in line(tmp_path / "a.wav")


@pytest.mark.parametrize("length", [8, 20, 30])
def test_wav_cut_off_in_its_header(tmp_path, length):
    file = wav(tmp_path / "a.wav")
    file.write_bytes(file.read_bytes()[:length])
    assert "cut off" in line(file)


@pytest.mark.parametrize(("name", "length"), [("a.flac", 60), ("a.flac", 2000), ("a.ogg", 100), ("a.aiff", 20)])
def test_compressed_file_cut_off(tmp_path, name, length):
    file = wav(tmp_path / name)
    file.write_bytes(file.read_bytes()[:length])
    assert "cut off" in line(file)


@pytest.mark.parametrize("name", ["a.m4a", "it's a 'test'.mp4", "a b.wma", "renamed.wav", "noise.flac", "🎤.m4a"])
def test_unknown_format_comes_with_a_command_that_the_shell_reads(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(bytes(range(256)) * 3)
    command = line(file).partition("convert it: ")[2]
    program, flag, source, target = shlex.split(command)
    assert (program, flag, source) == ("ffmpeg", "-i", str(file))
    assert target.endswith(".wav")
    assert target != source


def test_bytes_that_are_no_text_at_all_are_not_called_text(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"\xff\xfe" * 200)
    assert "convert it" in line(tmp_path / "a.wav")


def test_leading_dash_is_no_option(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("-a.m4a").write_bytes(bytes(range(256)))
    assert line(Path("-a.m4a")).endswith("ffmpeg -i ./-a.m4a ./-a.wav")


def test_raw_samples(tmp_path):
    (tmp_path / "a.raw").write_bytes(bytes(1000))
    assert "ffmpeg -f s16le" in line(tmp_path / "a.raw")


# --- bytes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3"])
def test_decode_gives_what_load_gives(tmp_path, name):
    file = wav(tmp_path / name, tone(1.0, 44100), 44100)
    assert np.array_equal(decode(io.BytesIO(file.read_bytes()), start=0.2, end=0.8), load(file, start=0.2, end=0.8))


@pytest.mark.parametrize(("data", "what"), [(b"", "empty"), (b"hello", "text"), (bytes(range(256)), "ffmpeg")])
def test_decode_names_what_it_was_given(data, what):
    with pytest.raises(AudioError, match=f"^standard input: .*{what}"):
        decode(io.BytesIO(data), name="standard input")


def test_content_hash_is_that_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert content_hash(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("function", [content_hash, lambda file: duration(Clip(file))])
def test_missing_file_elsewhere(tmp_path, function: Callable[[Path], object]):
    with pytest.raises(AudioError, match="no such file"):
        function(tmp_path / "a.wav")


def test_real_recordings_last_as_long_as_their_table_says(corpora_folder):
    pandas = pytest.importorskip("pandas")
    table = pandas.read_csv(corpora_folder / "emodb.csv").iloc[::100]
    for row in table.itertuples():
        file = corpora_folder / "emodb" / row.file
        assert duration(Clip(file)) == pytest.approx(row.duration_s, abs=1e-4)
        assert load(file).size == pytest.approx(row.duration_s * 16000, abs=2)


def test_decoding_needs_nothing_heavy():
    heavy = ["torch", "scipy", "sklearn", "pandas", "pydantic", "yaml", "librosa", "joblib"]
    code = f"import sys; import evenvoice.audio; print([m for m in {heavy} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"

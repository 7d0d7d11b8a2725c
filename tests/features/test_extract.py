"""Features by content: nothing stale, nothing half-written, nothing finished lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from threadpoolctl import ThreadpoolController

from evenvoice.audio import Clip, load
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.features import (
    MFCC,
    Extracted,
    FeatureSettings,
    ShapeSettings,
    cache,
    cache_size,
    clear_cache,
    extract,
    extract_each,
    extract_waveforms,
    feature_digest,
    keeps_rows,
    rows_of,
)
from evenvoice.features.shapes.functionals import FunctionalsShape
from evenvoice.features.shards import Entry, Shards
from evenvoice.features.threads import one_thread

SETTINGS = FeatureSettings()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "features"


@pytest.fixture
def transforms(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many samples each transform was given, one entry for each that was really made."""
    made: list[int] = []
    forward = MFCC.forward

    def counted(self: MFCC, waveform: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        made.append(int(lengths[0]))
        return forward(self, waveform, lengths)

    monkeypatch.setattr(MFCC, "forward", counted)
    return made


def noise(file: Path, samples: int = 16000, seed: int = 0) -> Path:
    soundfile.write(file, 0.1 * np.random.default_rng(seed).standard_normal(samples), 16000)
    return file


def clips_in(folder: Path, count: int) -> list[Clip]:
    return [Clip(noise(folder / f"{index}.wav", 8000 + 777 * index, seed=index)) for index in range(count)]


def test_features_are_those_of_the_module_in_order_and_ragged(tmp_path):
    clips = clips_in(tmp_path, 3)
    features = extract(clips, SETTINGS)
    assert [one.shape for one in features] == [(120, 16), (120, 18), (120, 19)]
    for one, clip in zip(features, clips, strict=True):
        waveform = torch.from_numpy(load(clip.file))
        with one_thread():
            expected, _ = SETTINGS.make()(waveform[None], torch.tensor([len(waveform)]))
        assert one.dtype == np.float32
        assert np.array_equal(one, expected[0])


def test_second_time_from_the_cache_bit_for_bit(tmp_path, transforms):
    clips = clips_in(tmp_path, 3)
    first = extract(clips, SETTINGS)
    second = extract(clips, SETTINGS)
    assert len(transforms) == 3
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_jobs_change_nothing(tmp_path, monkeypatch):
    clips = clips_in(tmp_path, 7)
    one = extract(clips, SETTINGS)
    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "other"))
    two = extract(clips, SETTINGS, jobs=2)
    assert all(np.array_equal(left, right) for left, right in zip(one, two, strict=True))


def test_torch_has_its_threads_back(tmp_path):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        extract(clips_in(tmp_path, 1), SETTINGS)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("name", ["mfcc-cqt-f0", "voice"])
def test_threads_of_blas_change_nothing(name):
    samples = np.random.default_rng(0).standard_normal(48000).astype(np.float32) / 10
    with ThreadpoolController().limit(limits=1):
        one = extract_waveforms([samples], FeatureSettings(name=name))
    with ThreadpoolController().limit(limits=2):
        two = extract_waveforms([samples], FeatureSettings(name=name))
    assert np.array_equal(one[0], two[0])


def test_nothing_to_do():
    assert extract([], SETTINGS) == []


# --- never stale ----------------------------------------------------------------------------------------------------


def test_changed_file_is_heard_again(tmp_path):
    clip = Clip(noise(tmp_path / "a.wav", seed=1))
    old = extract([clip], SETTINGS)[0]
    noise(clip.file, seed=2)
    assert not np.array_equal(extract([clip], SETTINGS)[0], old)


def test_copy_under_another_name_is_not_heard_again(tmp_path, transforms):
    file = noise(tmp_path / "a.wav")
    (tmp_path / "b.wav").write_bytes(file.read_bytes())
    extract([Clip(file)], SETTINGS)
    extract([Clip(tmp_path / "b.wav")], SETTINGS)
    assert len(transforms) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"sample_rate": 22050},
        {"n_fft": 1024},
        {"win_length": 1000},
        {"hop_length": 256},
        {"n_mels": 64},
        {"n_mfcc": 20},
    ],
)
def test_changed_setting_makes_other_features(tmp_path, transforms, changes):
    clip = Clip(noise(tmp_path / "a.wav"))
    old = extract([clip], SETTINGS)[0]
    new = extract([clip], SETTINGS.model_copy(update=changes))[0]
    assert len(transforms) == 2
    assert not np.array_equal(old, new)


def test_parts_of_one_file_are_told_apart(tmp_path, transforms):
    file = noise(tmp_path / "a.wav")
    parts = [Clip(file), Clip(file, start=0.5), Clip(file, end=0.5), Clip(file, start=0, end=1)]
    assert [one.shape[1] for one in extract(parts, SETTINGS)] == [32, 16, 16, 32]
    assert len(transforms) == 4


@pytest.mark.parametrize(("where", "what"), [(cache, "DECODING_VERSION"), (MFCC, "version")])
def test_another_version_of_the_extractor_or_of_decoding_starts_anew(tmp_path, transforms, monkeypatch, where, what):
    clip = Clip(noise(tmp_path / "a.wav"))
    extract([clip], SETTINGS)
    monkeypatch.setattr(where, what, getattr(where, what) + 1)
    extract([clip], SETTINGS)
    assert len(transforms) == 2


# --- never half -----------------------------------------------------------------------------------------------------


def put(cache: Path, rows: int, data: bytes) -> None:
    """Keep something else, with a checksum that agrees, under the one key there is."""
    (file,) = cache.glob("*.sqlite")
    connection = sqlite3.connect(file)
    ((key,),) = connection.execute("SELECT key FROM entries").fetchall()
    connection.close()
    with Shards(cache) as shards:
        shards.put(key, Entry(rows, data))


def other_rows(cache: Path) -> None:
    put(cache, 60, bytes(4 * 60 * 32))


def odd_size(cache: Path) -> None:
    put(cache, 120, bytes(4 * 120 * 32 - 4))


def flip(cache: Path) -> None:
    (file,) = cache.glob("*.sqlite")
    content = bytearray(file.read_bytes())
    content[-2000] ^= 16
    file.write_bytes(content)


def scribble(cache: Path) -> None:
    (file,) = cache.glob("*.sqlite")
    file.write_bytes(b"no database at all" * 100)


@pytest.mark.parametrize("damage", [other_rows, odd_size, flip, scribble])
def test_damaged_features_are_made_again(tmp_path, own_cache, transforms, damage):
    clip = Clip(noise(tmp_path / "a.wav"))
    whole = extract([clip], SETTINGS)[0]
    damage(own_cache)
    assert np.array_equal(extract([clip], SETTINGS)[0], whole)
    assert np.array_equal(extract([clip], SETTINGS)[0], whole)
    assert len(transforms) == 2


def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path, own_cache):
    own_cache.parent.mkdir()
    own_cache.touch()
    with pytest.raises(EvenvoiceError, match=r"features: the feature cache cannot be written .*EVENVOICE_CACHE"):
        extract([Clip(noise(tmp_path / "a.wav"))], SETTINGS)


# --- rows of shapes -------------------------------------------------------------------------------------------------

MEAN, FUNCTIONALS = ShapeSettings(name="mean"), ShapeSettings(name="functionals")


def rows(clips: list[Clip], *shapes: ShapeSettings, **options: object) -> list[Extracted | None]:
    return list(extract_each(clips, SETTINGS, shapes, **options))


def test_rows_of_shapes_are_those_of_the_features_bit_for_bit(tmp_path, transforms):
    clips = clips_in(tmp_path, 3)
    first = rows(clips, MEAN, FUNCTIONALS)
    again = rows(clips, MEAN, FUNCTIONALS)
    assert len(transforms) == 3
    features = extract(clips, SETTINGS)
    for one, same, frames in zip(first, again, features, strict=True):
        assert one.digest == same.digest == feature_digest(frames)
        for got, kept, shape in zip(one.arrays, same.arrays, (MEAN, FUNCTIONALS), strict=True):
            expected = rows_of(shape.make(SETTINGS.make()), frames)
            assert np.array_equal(got, expected)
            assert np.array_equal(kept, expected)


def test_rows_are_made_of_features_that_are_there_and_keep_none_themselves(tmp_path, transforms, own_cache):
    clips = clips_in(tmp_path, 2)
    extract(clips[:1], SETTINGS)
    rows(clips, MEAN)
    rows(clips, FUNCTIONALS)
    # The second clip's features were not kept: each shape made them.
    assert len(transforms) == 3
    extract(clips, SETTINGS)
    assert len(transforms) == 4


@pytest.mark.parametrize("shape", [ShapeSettings(name="functionals", kind="rich"), MEAN])
def test_other_shapes_options_and_versions_have_rows_of_their_own(tmp_path, transforms, monkeypatch, shape):
    clips = clips_in(tmp_path, 1)
    rows(clips, FUNCTIONALS)
    rows(clips, shape)
    rows(clips, FUNCTIONALS)
    assert len(transforms) == 2  # neither took the other's place
    monkeypatch.setattr(FunctionalsShape, "version", 99)
    rows(clips, FUNCTIONALS)
    rows(clips, FUNCTIONALS, perturbation="gain:-6")
    assert len(transforms) == 4
    for _ in range(2):
        rows(clips, FUNCTIONALS, perturbation="gain:-6")
    assert len(transforms) == 4


def test_only_a_shape_of_one_frame_with_a_version_stands_for_the_features(monkeypatch):
    assert keeps_rows(MEAN)
    assert not keeps_rows(ShapeSettings(name="sequence"))
    monkeypatch.delattr(FunctionalsShape, "version")
    assert not keeps_rows(FUNCTIONALS)


# --- bad recordings -------------------------------------------------------------------------------------------------


def with_a_bad_one(folder: Path) -> list[Clip]:
    clips = clips_in(folder, 4)
    clips[2].file.write_text("text", encoding="utf-8")
    return clips


@pytest.mark.parametrize("jobs", [1, 2])
def test_first_bad_recording_is_raised_and_finished_work_is_kept(tmp_path, transforms, jobs):
    clips = with_a_bad_one(tmp_path)
    with pytest.raises(AudioError, match=r"2\.wav: holds text"):
        extract(clips, SETTINGS, jobs=jobs)
    done = len(transforms)
    assert done >= 2
    extract(clips[:2], SETTINGS)
    assert len(transforms) == done


@pytest.mark.parametrize("jobs", [1, 2])
def test_bad_recordings_are_passed_over_where_asked(tmp_path, jobs):
    bad: list[tuple[int, AudioError]] = []
    clips = with_a_bad_one(tmp_path)
    features = extract(clips, SETTINGS, jobs=jobs, skip_bad=True, on_bad=lambda *told: bad.append(told))
    assert [one is None for one in features] == [False, False, True, False]
    ((index, error),) = bad
    assert index == 2
    assert "2.wav: holds text" in str(error)
    assert extract(clips, SETTINGS, skip_bad=True)[2] is None


# --- the cache itself -----------------------------------------------------------------------------------------------


def test_size_and_clear(tmp_path, own_cache):
    assert cache_size() == clear_cache() == (0, 0)
    extract(clips_in(tmp_path, 3), SETTINGS)
    # Earlier versions kept a file for each clip, and a killed process left one half-written.
    for name in ("ab/ab12.npy", "ab/.half.npy"):
        (own_cache / name).parent.mkdir(exist_ok=True)
        (own_cache / name).write_bytes(b"12345")
    files = [path for path in own_cache.rglob("*") if path.is_file()]
    assert len(files) > 3
    expected = len(files), sum(path.stat().st_size for path in files)
    assert cache_size() == expected
    assert clear_cache() == expected
    assert cache_size() == (0, 0)
    assert list(own_cache.iterdir()) == []

"""Descriptors by emotion, and a spectrogram with F0, of tones whose pitch and length are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.corpora import Corpus, open_corpus
from evenvoice.errors import AudioError
from evenvoice.report import descriptors, features_figure, spectrogram_figure
from evenvoice.report.voice_figures import DESCRIPTORS
from tests.report.test_figures import words

_RATE = 16000


def voiced(file: Path, hertz: float, seconds: float) -> Path:
    """Write harmonics of a pitch that stays."""
    time = np.arange(int(seconds * _RATE)) / _RATE
    wave = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 9))
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, 0.2 * wave, _RATE)
    return file


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    for emotion, hertz, seconds in (("calm", 110, 0.8), ("tense", 220, 0.5)):
        voiced(tmp_path / emotion / "a.wav", hertz, seconds)
    hiss = np.random.default_rng(0).normal(0, 0.1, _RATE // 2)
    soundfile.write(tmp_path / "tense" / "hiss.wav", hiss, _RATE)
    return open_corpus(f"folder:{tmp_path}")


def test_descriptors_of_known_tones(corpus: Corpus) -> None:
    table = descriptors(corpus)
    calm, tense = (table.loc[f"{name}/a.wav"] for name in ("calm", "tense"))
    assert (calm["F0"], tense["F0"]) == pytest.approx((110, 220), rel=0.01)
    assert calm["F0 range"] == pytest.approx(0, abs=0.1)
    assert (calm["duration"], tense["duration"]) == pytest.approx((0.8, 0.5), abs=0.03)
    assert np.isnan(table.loc["tense/hiss.wav", "F0"])
    assert table.loc["tense/hiss.wav", "centroid"] == pytest.approx(4000, rel=0.1)  # of white noise: half of 8 kHz


def test_a_panel_each_with_its_unit(corpus: Corpus) -> None:
    figure = features_figure(descriptors(corpus), corpus)
    assert len(figure.axes) == len(DESCRIPTORS)
    assert {"F0 (Hz, median)", "calm", "tense"} <= set(words(figure))


def test_an_unusable_recording_is_left_out(corpus: Corpus) -> None:
    soundfile.write(corpus.table.loc["tense/hiss.wav", "file"], np.zeros(_RATE), _RATE)
    assert descriptors(corpus, skip_bad=True).index.to_list() == ["calm/a.wav", "tense/a.wav"]
    with pytest.raises(AudioError):
        descriptors(corpus)


def test_the_f0_over_the_spectrogram(tmp_path: Path) -> None:
    _, over = spectrogram_figure(voiced(tmp_path / "a.wav", 200, 1.0)).axes
    drawn = np.asarray(over.lines[0].get_ydata())
    assert drawn[10:-10] == pytest.approx(200, rel=0.01)
    hiss = tmp_path / "hiss.wav"
    soundfile.write(hiss, np.random.default_rng(0).normal(0, 0.1, _RATE), _RATE)
    assert np.isnan(np.asarray(spectrogram_figure(hiss).axes[1].lines[0].get_ydata())).all()


def test_a_long_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="30"):
        spectrogram_figure(voiced(tmp_path / "long.wav", 200, 31.0))

"""The demo corpus: one seed, one set of bytes; IEMOCAP's proportions; nothing half made; eSpeak stays outside."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.corpora import demo
from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.demo_prosody import RULES, VOICES, Recording, recordings
from evenvoice.corpora.demo_sentences import SENTENCES
from evenvoice.corpora.emotions import EMOTIONS
from evenvoice.errors import EvenvoiceError, MissingExtraError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return demo.demo_corpus(0, folder)


def few(seed: int = 0) -> list[Recording]:
    """Twelve utterances: each speaker and each emotion is among them."""
    return recordings(seed)[::43]


def make(wanted: list[Recording], place: Path) -> dict[str, str]:
    """Speak the recordings into a folder; return the hash of each file."""
    demo._make(wanted, place, demo._find_espeak())
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in place.iterdir()}


def test_the_plan_has_the_proportions_of_iemocap() -> None:
    counts = Counter(recording.emotion for recording in recordings(0))
    assert counts == {"neutral": 182, "angry": 120, "sad": 115, "happy": 63}
    # 1708, 1103, 1084 and 595 of 4490.
    for emotion, share in {"neutral": 0.380, "angry": 0.246, "sad": 0.241, "happy": 0.133}.items():
        assert counts[emotion] / 480 == pytest.approx(share, abs=0.01)
    assert set(counts) <= set(EMOTIONS)


def test_two_speakers_a_session_and_every_emotion_from_each() -> None:
    assert Counter(voice.gender for voice in VOICES) == {"female": 5, "male": 5}
    assert Counter(voice.session for voice in VOICES) == dict.fromkeys("12345", 2)
    for voice in VOICES:
        counts = Counter(recording.emotion for recording in recordings(3) if recording.voice == voice)
        assert sum(counts.values()) == 48
        assert set(counts) == set(RULES)
        assert counts["happy"] in (6, 7)


def test_the_words_do_not_tell_the_emotion() -> None:
    assert len(SENTENCES) == len(set(SENTENCES)) == 100
    said = Counter((recording.emotion, recording.text) for recording in recordings(0))
    for emotion in RULES:
        times = [said[emotion, sentence] for sentence in SENTENCES]
        assert max(times) - min(times) <= 1


def test_a_seed_is_a_plan() -> None:
    assert recordings(0) == recordings(0)
    assert recordings(0) != recordings(1)


def test_the_same_seed_gives_the_same_bytes_wherever_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = make(few(), tmp_path / "here")
    far = tmp_path / ("a long name " * 15) / ("and a longer one " * 10)
    far.mkdir(parents=True)
    monkeypatch.chdir(far)
    # What lies in the user's own folders is never run by the child.
    (far / "json.py").write_text("raise RuntimeError('not the standard library')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(far))
    # eSpeak's data is copied to the temporary folder: that, too, may have a long path.
    monkeypatch.setattr("tempfile.tempdir", str(far))
    assert len(here) == 12
    # Left alone, eSpeak seeds its breath with the clock, in whole seconds.
    time.sleep(1.1)
    assert make(few(), far / "there") == here


def test_another_seed_gives_other_recordings(tmp_path: Path) -> None:
    one, other = (make(few(seed), tmp_path / str(seed)) for seed in (0, 1))
    assert len(one) == len(other) == 12
    assert not set(one.values()) & set(other.values())


def test_the_table_and_the_recordings(corpus: Corpus) -> None:
    assert len(corpus) == 480
    assert corpus.synthetic
    assert "ynthetic" in corpus.licence
    assert corpus.labels == ("angry", "happy", "sad", "neutral")
    assert all(corpus.has(column) for column in ("speaker", "session", "text", "gender"))
    seconds = []
    for file in corpus.table["file"]:
        head = soundfile.info(file)
        assert (head.samplerate, head.channels, head.format, head.subtype) == (16000, 1, "WAV", "PCM_16")
        seconds.append(head.duration)
    assert min(seconds) > 1
    assert max(seconds) < 5
    assert 1.5 < np.quantile(seconds, 0.05) < np.quantile(seconds, 0.95) < 3.6


def test_the_rules_can_be_heard(corpus: Corpus) -> None:
    """Angry is louder than neutral and sad softer; sad takes longer than neutral and happy is shorter."""
    level: dict[str, list[float]] = {emotion: [] for emotion in RULES}
    seconds: dict[str, list[float]] = {emotion: [] for emotion in RULES}
    for file, emotion in zip(corpus.table["file"], corpus.table["emotion"], strict=True):
        waveform, rate = soundfile.read(file)
        assert 0.005 < np.abs(waveform).max() <= 1
        level[emotion].append(10 * np.log10(np.mean(waveform**2)))
        seconds[emotion].append(len(waveform) / rate)
    loud = {emotion: float(np.mean(levels)) for emotion, levels in level.items()}
    long = {emotion: float(np.mean(times)) for emotion, times in seconds.items()}
    assert loud["angry"] - loud["neutral"] > 3
    assert loud["neutral"] - loud["sad"] > 2
    assert long["happy"] < long["angry"] < long["neutral"] < long["sad"]


def test_pitch_and_formants_reach_espeak() -> None:
    """The pitch range of a voice file, in Hz, is the one that comes out; higher formants move the energy up."""
    import librosa

    speech = few()[0].speech | {"text": "We are all in a yellow room.", "pitch": [120, 160], "roughness": [0]}
    high = speech | {"pitch": [240, 320]}
    bright = speech | {"formants": {number: 1.3 * scale for number, scale in speech["formants"].items()}}
    heard = list(demo._spoken([speech, high, bright], demo._find_espeak()))
    waves = [samples / 32768 for samples, _ in heard]
    rate = heard[0][1]
    pitches = [np.median(librosa.yin(wave, fmin=80, fmax=500, sr=rate)) for wave in waves]
    assert 115 < pitches[0] < 165
    assert pitches[1] / pitches[0] == pytest.approx(2, rel=0.1)
    centroids = [librosa.feature.spectral_centroid(y=wave, sr=rate).mean() for wave in waves]
    assert centroids[2] > 1.1 * centroids[0]


def test_a_corpus_that_is_whole_is_not_made_again(
    corpus: Corpus, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("spoken again")

    monkeypatch.setattr(demo, "_make", refuse)
    again = demo.demo_corpus(0, folder)
    assert again.table.equals(corpus.table)
    with pytest.raises(AssertionError, match="spoken again"):
        demo.demo_corpus(1, folder)


def test_a_corpus_that_lost_a_file_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "recordings", few)
    first = demo.demo_corpus(0, tmp_path)
    lost = Path(first.table["file"].iloc[5])
    before = lost.read_bytes()
    lost.unlink()
    demo.demo_corpus(0, tmp_path)
    assert lost.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_another_process_may_have_been_faster(tmp_path: Path) -> None:
    first = make(few()[:2], tmp_path / "demo")
    assert make(few()[:2], tmp_path / "demo") == first
    with pytest.raises(EvenvoiceError, match="cannot be made"):
        make(few()[:3], tmp_path / "demo")
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_changed_rule_gets_a_folder_of_its_own() -> None:
    espeak = demo._find_espeak()
    wanted = few()
    changed = [replace(wanted[0], gain=wanted[0].gain + 1), *wanted[1:]]
    keys = {
        demo._key(0, wanted, espeak),
        demo._key(0, changed, espeak),
        demo._key(0, wanted, replace(espeak, version="0.0")),
    }
    assert len(keys) == 3


def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r'pip install "evenvoice\[demo\]"'):
        demo.demo_corpus()


@pytest.mark.parametrize(
    ("broken", "reason"),
    [({"data": "/nowhere"}, "No such file"), ({"library": "/nowhere/libespeak-ng.so"}, "/nowhere/libespeak-ng.so")],
)
def test_a_child_that_fails_is_one_line_and_leaves_nothing(
    tmp_path: Path, broken: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with pytest.raises(EvenvoiceError, match=reason) as caught:
        demo._make(few(), tmp_path / "corpora" / "demo", replace(demo._find_espeak(), **broken))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "corpora").exists()
    assert list(temporary.iterdir()) == []


def test_a_child_that_is_killed_names_the_signal() -> None:
    with pytest.raises(EvenvoiceError, match="signal 11"):
        demo._check_ended(-11, "")
    demo._check_ended(0, "a warning of no consequence")


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(EvenvoiceError, match="seed -1"):
        demo.demo_corpus(-1)


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match="cannot be written"):
        demo.demo_corpus(0, tmp_path / "file")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/self/maps is Linux's")
def test_espeak_is_never_loaded_into_this_process(corpus: Corpus) -> None:
    assert "espeak" not in Path("/proc/self/maps").read_text(encoding="utf-8")

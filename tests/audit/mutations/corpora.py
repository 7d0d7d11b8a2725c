"""A clean corpus of generated sounds, and defects planted in it: one small function for each, with its codes.

Three speakers, three emotions, three recordings of each: shaped noise with an envelope of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile

from evenvoice.corpora import Corpus
from tests.audit.mutations import copies
from tests.audit.mutations.planted import Mutations

EMOTIONS = ("angry", "happy", "sad")
SPEAKERS = ("anna", "ben", "carl")
RATE = 16000
Plant = Callable[[pd.DataFrame, Path], pd.DataFrame]


PLANTED: Mutations[Plant] = Mutations()
planted = PLANTED


@cache
def sound(seed: int, seconds: float = 0.8) -> np.ndarray:
    """Noise that falls towards high frequencies, as speech does, in syllables."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    frequency = np.fft.rfftfreq(n, 1 / RATE)
    spectrum *= (frequency > 80) / np.maximum(frequency, 80)
    syllables = np.interp(np.arange(n), np.linspace(0, n, 9), rng.uniform(0.3, 1, 9))
    samples = np.fft.irfft(spectrum, n) * syllables
    return np.asarray(0.5 * samples / np.abs(samples).max(), np.float32)


def clean(folder: Path) -> pd.DataFrame:
    """Write the corpus without a defect and return its table."""
    rows = []
    for number, (speaker, emotion, take) in enumerate(
        (speaker, emotion, take) for speaker in SPEAKERS for emotion in EMOTIONS for take in range(3)
    ):
        file = folder / f"{number:02d}.wav"
        soundfile.write(file, sound(number, 0.7 + 0.007 * number), RATE)
        rows.append({"file": str(file), "emotion": emotion, "speaker": speaker, "text": f"text {take}"})
    table = pd.DataFrame(rows)
    table.index = pd.Index([f"{number:02d}" for number in range(len(rows))], name="utterance")
    return table


def corpus(table: pd.DataFrame) -> Corpus:
    return Corpus("generated", table, "CC0-1.0")


def _again(table: pd.DataFrame, file: Path, row: str = "00", **changes: str) -> pd.DataFrame:
    """The table with one more row, which is like another but for the file and some values."""
    more = table.loc[[row]].assign(file=str(file), **changes)
    return pd.concat([table, more.set_axis(["again"])])


def _copy(table: pd.DataFrame, folder: Path, how: Callable[[Path, Path], Path]) -> Path:
    return how(Path(table["file"]["00"]), folder / "again")


def _rewrite(table: pd.DataFrame, rows: list[str], change: Callable[[np.ndarray], np.ndarray]) -> pd.DataFrame:
    """Change some recordings."""
    for row in rows:
        samples, rate = soundfile.read(table["file"][row], dtype="float32")
        soundfile.write(table["file"][row], change(samples), rate)
    return table


@planted("duplicate-audio", leak=False)
def a_recording_is_there_twice(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _again(table, _copy(table, folder, copies.EVERY["WAV"]))


@planted("duplicate-across-speakers", leak=True)
def a_copy_is_under_another_speaker(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _again(table, _copy(table, folder, copies.EVERY["WAV"]), speaker="ben")


@planted("duplicate-across-emotions", leak=False)
def a_copy_is_under_another_emotion(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _again(table, _copy(table, folder, copies.EVERY["WAV"]), emotion="sad")


@planted("duplicate-across-speakers", "duplicate-across-emotions", leak=True)
def a_copy_is_under_another_speaker_and_emotion(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _again(table, _copy(table, folder, copies.EVERY["WAV"]), emotion="sad", speaker="carl")


@planted("near-duplicate-audio", leak=False)
def a_quieter_copy_is_there(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _again(table, _copy(table, folder, copies.EVERY["20 dB softer"]))


@planted("near-duplicate-audio", "mixed-sample-rates", leak=False)
def a_resampled_copy_is_there(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _again(table, _copy(table, folder, copies.EVERY["8 kHz"]))


@planted("duplicate-across-speakers", leak=True)
def a_trimmed_copy_is_under_another_speaker(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _again(table, _copy(table, folder, copies.EVERY["without a sixth at either end"]), speaker="ben")


@planted("label-outside-taxonomy", leak=False)
def a_label_is_no_emotion(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return table.assign(emotion=table["emotion"].replace("sad", "class2"))


@planted("label-variants", "corpus-warnings", leak=False)
def a_label_is_spelt_in_two_ways(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return table.assign(emotion=[*table["emotion"][:-1], "Sad"])


@planted("name-contradicts-label", leak=False)
def a_name_says_another_emotion(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    renamed = Path(table["file"]["00"]).rename(folder / "happy_00.wav")
    return table.assign(file=[str(renamed), *table["file"][1:]])


@planted("clipped", leak=False)
def a_recording_is_clipped(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _rewrite(table, ["04"], lambda samples: np.clip(20 * samples, -1, 1))


@planted("dc-offset", leak=False)
def a_recording_has_an_offset(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _rewrite(table, ["04"], lambda samples: samples + 0.1)


@planted("zero-padded", leak=False)
def a_recording_ends_with_zeros(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _rewrite(table, ["04"], lambda samples: np.concatenate([samples, np.zeros(4000, np.float32)]))


@planted("unusable-recording", leak=False)
def a_recording_is_silent(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _rewrite(table, ["04"], np.zeros_like)


@planted("unusable-recording", leak=False)
def a_recording_is_not_there(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    Path(table["file"]["04"]).unlink()
    return table


@planted("mixed-formats", leak=False)
def a_recording_is_flac(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    again = _copy(table, folder, copies.EVERY["FLAC"])
    return table.assign(file=[str(again), *table["file"][1:]])


@planted("mixed-formats", "emotion-tied-to-format", leak=False)
def an_emotion_is_flac(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    flac = copies.EVERY["FLAC"]
    sad = table["emotion"] == "sad"
    again = [str(flac(Path(file), Path(file))) for file in table["file"][sad]]
    return table.assign(file=table["file"].mask(sad, pd.Series(again, index=table.index[sad])))


@planted("emotion-tied-to-session", leak=False)
def an_emotion_has_a_session_of_its_own(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return table.assign(session=["2" if emotion == "sad" else "1" for emotion in table["emotion"]])


@planted("emotion-tied-to-text", leak=False)
def an_emotion_has_sentences_of_its_own(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return table.assign(text=["a sad one" if emotion == "sad" else "another" for emotion in table["emotion"]])


@planted("emotion-tied-to-gender", leak=False)
def an_emotion_is_spoken_by_women(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return table.assign(gender=["female" if emotion == "sad" else "male" for emotion in table["emotion"]])


@planted("cut-to-one-length", leak=False)
def recordings_were_cut_to_one_length(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return _rewrite(table, list(table.index[:-1]), lambda samples: samples[: round(0.7 * RATE)])


@planted("emotion-has-one-length", leak=False)
def an_emotion_was_cut_to_one_length(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    sad = list(table.index[table["emotion"] == "sad"])
    return _rewrite(table, sad, lambda samples: samples[: round(0.69 * RATE)])


@planted("speakers-with-one-emotion", "emotion-tied-to-speaker", leak=False)
def each_emotion_has_speakers_of_its_own(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return table.assign(speaker=[f"{emotion}-{row % 2}" for row, emotion in enumerate(table["emotion"])])

"""Duplicates: copies of every make are found, other takes of a sentence are not, and findings say what it means."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from evenvoice.audit import candidates as room
from evenvoice.audit import duplicates, hums
from evenvoice.audit.candidates import candidates
from evenvoice.audit.duplicates import Pair, duplicate_findings, duplicate_sets, find_duplicates
from evenvoice.audit.fingerprint import Fingerprint, decoded_hash, fingerprint
from evenvoice.audit.hums import Hums
from evenvoice.audit.matching import correlate
from tests.audit.copies import COPIES, encoded, spoken
from tests.audit.words import words

# The one recording that RAVDESS has twice.
ACTOR_07 = ("03-01-03-01-02-01-07.flac", "03-01-03-01-02-02-07.flac")


def of(waveform: np.ndarray, rate: int = 16000) -> Fingerprint:
    waveform = np.asarray(waveform, np.float32)
    return fingerprint(waveform, rate, decoded_hash(waveform))


def of_files(files: Iterable[Path]) -> list[Fingerprint]:
    return [of(*soundfile.read(file, dtype="float32")) for file in files]


def pairs_of(fingerprints: list[Fingerprint]) -> list[tuple[int, int, str]]:
    return [(pair.first, pair.second, pair.kind) for pair in find_duplicates(fingerprints)]


@pytest.fixture(scope="module")
def generated() -> list[np.ndarray]:
    """Two sentences by two speakers, each twice."""
    return [spoken(sentence, speaker, take) for sentence in (0, 1) for speaker in (0, 1) for take in (0, 1)]


@pytest.fixture(scope="module")
def real(corpora_folder: Path) -> list[np.ndarray]:
    """Six recordings of EmoDB and of RAVDESS, among them takes a and b, 1 and 2 of the same sentence."""
    emodb = ("03a01Fa", "08a02La", "08a02Tb", "14a02Ab", "16b10Wa", "16b10Wb")
    ravdess = (
        "05-02-02-01-23",
        "05-02-02-02-23",
        "03-02-01-01-23",
        "03-02-01-02-23",
        "01-01-01-01-01",
        "08-01-02-01-12",
    )
    names = [f"emodb/wav/{name}.flac" for name in emodb]
    names += [f"ravdess/Actor_{name[-2:]}/03-01-{name}.flac" for name in ravdess]
    return [soundfile.read(corpora_folder / name, dtype="float32")[0] for name in names]


@pytest.mark.slow
@pytest.mark.parametrize("copy", COPIES)
def test_copies_of_generated_sounds(generated: list[np.ndarray], copy: str) -> None:
    prints = [*map(of, generated), *(of(*COPIES[copy](sound, 16000)) for sound in generated)]
    assert pairs_of(prints) == [(n, n + 8, "near") for n in range(8)]


@pytest.mark.slow
@pytest.mark.parametrize("copy", COPIES)
def test_copies_of_real_recordings(real: list[np.ndarray], copy: str) -> None:
    prints = [*map(of, real), *(of(*COPIES[copy](sound, 16000)) for sound in real)]
    found = find_duplicates(prints)
    assert [(pair.first, pair.second) for pair in found] == [(n, n + 12) for n in range(12)]
    assert min(pair.correlation for pair in found) > 0.85


def test_lags_and_correlations_are_said(generated: list[np.ndarray]) -> None:
    [pair] = find_duplicates([of(generated[0]), of(np.pad(generated[0], (1600, 0)))])
    assert pair == Pair(0, 1, "near", pytest.approx(1, abs=0.01), pytest.approx(0.1, abs=1e-4))


def test_equal_samples_are_paired_with_the_first_of_them(generated: list[np.ndarray]) -> None:
    flac, rate = encoded(generated[0], 16000, format="FLAC", subtype="PCM_16")
    soft = of(0.3 * generated[0])
    sounds = [of(generated[1]), of(flac), of(flac, rate), soft, of(flac)]
    assert pairs_of(sounds) == [(1, 2, "same-samples"), (1, 3, "near"), (1, 4, "same-samples")]
    assert find_duplicates(sounds)[0].correlation == 1
    assert pairs_of([soft, of(flac), sounds[0], sounds[0], of(flac)]) == [
        (0, 1, "near"),
        (1, 4, "same-samples"),
        (2, 3, "same-samples"),
    ]


def test_hums_silence_and_noise_are_no_duplicates() -> None:
    rng, time = np.random.default_rng(0), np.arange(40000) / 16000
    trembling = sum(np.cos(2 * np.pi * 120 * n * time + n * n) / n for n in range(1, 20)) * np.sin(2 * np.pi * 3 * time)
    two = [of(0.1 * trembling[:24000]), of(0.1 * trembling[3000:])]
    assert len(list(candidates(two, Hums(two, 0.6)))) == 1
    assert correlate(*two, about=-3000 / 16000)[0] > 0.99
    assert pairs_of([*two, *map(of, rng.normal(0, 0.1, (5, 20000))), of(np.zeros(9000)), of(np.zeros(8000))]) == []
    assert find_duplicates([]) == []


def hummed(number: int, seconds: float) -> np.ndarray:
    """A part of a hum that trembles, in noise of its own."""
    time = np.arange(round(seconds * 16000)) / 16000 + number / 100
    tone = sum(np.cos(2 * np.pi * 120 * n * time + n * n) / n for n in range(1, 20)) * np.sin(2 * np.pi * 3 * time)
    return tone + np.random.default_rng(number).normal(0, 0.003, len(time))


def test_hums_that_are_left_out_early_change_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hums, and copies of speech among them, shorter and longer than the hums."""
    sounds = [hummed(number, 1 + number * 37 % 60 / 40) for number in range(60)]
    for number in range(0, 60, 6):
        sounds[number] = spoken(number // 12) * (1 if number % 12 else 0.4)
    prints = [*map(of, sounds)]
    compared: list[int] = []
    bit_errors = room._bit_errors

    def counted(track: room._Track, first: np.ndarray, *rest: np.ndarray) -> np.ndarray:
        compared[-1] += len(first)
        return bit_errors(track, first, *rest)

    monkeypatch.setattr(room, "_bit_errors", counted)
    monkeypatch.setattr(room, "_LOOKED_UP", 1)
    found = []
    for many in (10**9, 4, 0):  # at the end, early, at once
        monkeypatch.setattr(hums, "_MANY", many)
        compared.append(0)
        found.append(find_duplicates(prints))
    assert found[0] == found[1] == found[2]
    assert [(pair.first, pair.second) for pair in found[0]] == [(n, n + 6) for n in range(0, 60, 12)]
    assert compared[0] > compared[1] > compared[2], compared


def test_what_looks_alike_is_compared_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearest first, and no farther candidate of two recordings that were each compared in vain often enough."""
    noise = np.random.default_rng(0).normal(0, 0.1, (12, 8000))
    prints = [*map(of, noise), of(0.5 * noise[11])]
    everyone = [(a, b, 0.0) for a in range(12) for b in range(a + 1, 12)]
    calls: list[float] = []

    def counted(first: Fingerprint, second: Fingerprint, about: float) -> tuple[float, float]:
        calls.append(about)
        return correlate(first, second, about)

    monkeypatch.setattr(duplicates, "candidates", lambda *_: [(11, 12, 0.0), *everyone])
    monkeypatch.setattr(duplicates, "correlate", counted)
    monkeypatch.setattr(duplicates, "_OTHERS", 3)
    assert pairs_of(prints) == [(11, 12, "near")]
    assert 12 * 3 / 2 <= len(calls) <= 1 + 12 * 3 < len(everyone)


def test_no_false_pair_in_emodb(corpora_folder: Path) -> None:
    files = sorted((corpora_folder / "emodb").rglob("*.flac"))
    assert len(files) == 535
    assert pairs_of(of_files(files)) == []


def test_actor_07_has_one_recording_twice(corpora_folder: Path) -> None:
    files = sorted((corpora_folder / "ravdess" / "Actor_07").glob("*.flac"))
    [(first, second, kind)] = pairs_of(of_files(files))
    assert (files[first].name, files[second].name, kind) == (*ACTOR_07, "same-samples")


@pytest.mark.long
def test_both_corpora_hold_one_pair(corpora_folder: Path) -> None:
    files = [*sorted((corpora_folder / "emodb").rglob("*.flac")), *sorted((corpora_folder / "ravdess").rglob("*.flac"))]
    assert len(files) == 1975
    [(first, second, kind)] = pairs_of(of_files(files))
    assert (files[first].name, files[second].name, kind) == (*ACTOR_07, "same-samples")


def test_what_correlates_by_less_than_copies_do_is_none(generated: list[np.ndarray]) -> None:
    """As words of one voice do: here the energies are a copy's, and an eighth of the waveform has another sign."""
    energy = np.cumsum(generated[0] ** 2)
    both = [of(generated[0]), of(np.where(energy > 7 / 8 * energy[-1], -1, 1) * generated[0])]
    assert [pair[:2] for pair in candidates(both, Hums(both, 0.6))] == [(0, 1)]
    assert 0.6 <= correlate(*both, 0)[0] < 0.8
    assert pairs_of(both) == []


@pytest.mark.slow
def test_words_of_one_voice_are_no_copies(corpora_folder: Path) -> None:
    """Of short words many correlate by 0.6 to 0.77, takes of one word by one voice first of all."""
    files = sorted(corpora_folder.glob("ravdess/Actor_*/03-01-0[124]-*.flac"))
    sounds, names = words(files, per_file=1)
    prints = [*map(of, sounds), of(COPIES["telephone"](sounds[0], 16000)[0], 8000)]
    alike = [
        (first, second)
        for first, second, about in candidates(prints[:-1], Hums(prints[:-1], 0.6))
        if names[first][0] != names[second][0] and correlate(prints[first], prints[second], about)[0] >= 0.6
    ]
    assert len(alike) > 5
    assert pairs_of(prints) == [(0, len(sounds), "near")]


@pytest.mark.slow
@pytest.mark.parametrize("copy", [name for name in COPIES if "without" not in name and name != "much of it"])
def test_copies_of_words(corpora_folder: Path, copy: str) -> None:
    """Half a second is enough to find a copy, and it correlates by more than any other word."""
    sounds, _ = words(sorted((corpora_folder / "emodb").rglob("*.flac"))[::25], per_file=1)
    prints = [of(sound) for sound in sounds]
    of_copies = [of(*COPIES[copy](sound, 16000)) for sound in sounds]
    found = find_duplicates([*prints, *of_copies])
    assert {(pair.first, pair.second) for pair in found} <= {(n, n + len(sounds)) for n in range(len(sounds))}
    few = ("clipped", "trimmed, soft and Opus", "MP3, low rate", "Vorbis, low rate")
    assert len(found) >= (0.5 if copy in few else 0.9) * len(sounds)
    assert min(pair.correlation for pair in found) > 0.89


@pytest.mark.long
def test_words_of_both_corpora_hold_one_pair(corpora_folder: Path) -> None:
    files = [*sorted((corpora_folder / "emodb").rglob("*.flac")), *sorted((corpora_folder / "ravdess").rglob("*.flac"))]
    sounds, names = words(files, per_file=4)
    pairs = [(names[pair.first][0], names[pair.second][0]) for pair in find_duplicates(list(map(of, sounds)))]
    assert {pair for pair in pairs if pair[0] != pair[1]} == {ACTOR_07}


def near(first: int, second: int) -> Pair:
    return Pair(first, second, "near", 0.9, 0.25)


def same(first: int, second: int) -> Pair:
    return Pair(first, second, "same-samples", 1.0, 0.0)


def test_sets_are_connected() -> None:
    assert duplicate_sets([]) == []
    chain = [near(0, 9), near(3, 4), near(4, 9), near(5, 6), near(0, 3)]
    assert duplicate_sets(chain) == [[0, 3, 4, 9], [5, 6]]


def table(*rows: tuple[str, str | None, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["file", "speaker", "emotion"])


FOUR = table(("/c/s1/a.wav", "1", "sad"), ("/c/s1/b.wav", "1", "sad"), ("/c/s2/c.wav", "2", "sad"),
             ("/c/s2/d.wav", "2", "angry"))  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "codes", "severities"),
    [
        ([same(0, 1)], ["duplicate-audio"], ["warning"]),
        ([near(0, 1)], ["near-duplicate-audio"], ["warning"]),
        ([same(1, 2)], ["duplicate-across-speakers"], ["leak"]),
        ([near(2, 3)], ["duplicate-across-emotions"], ["warning"]),
        ([same(0, 3)], ["duplicate-across-speakers", "duplicate-across-emotions"], ["leak", "warning"]),
        ([same(0, 1), near(1, 2)], ["duplicate-across-speakers"], ["leak"]),  # a and c meet through b
        ([same(0, 1), near(2, 3)], ["duplicate-across-emotions", "duplicate-audio"], ["warning", "warning"]),
        ([], [], []),
    ],
)
def test_kinds(pairs: list[Pair], codes: list[str], severities: list[str]) -> None:
    found = duplicate_findings(pairs, FOUR)
    assert [finding.kind.code for finding in found] == codes
    assert [finding.kind.severity for finding in found] == severities


def test_evidence_names_files_and_relation() -> None:
    [finding] = duplicate_findings([same(0, 1)], FOUR)
    assert finding.message == "2 recordings in 1 set"
    assert finding.evidence == ("s1/a.wav = s1/b.wav, same samples",)
    speakers, emotions = duplicate_findings([near(0, 2), near(0, 3)], FOUR)
    assert speakers.message == "3 recordings in 1 set"
    assert speakers.evidence[0] == "s1/a.wav (1) = s2/c.wav (2), shifted 0.25 s, correlation 0.900"
    assert emotions.evidence[1] == "s1/a.wav (sad) = s2/d.wav (angry), shifted 0.25 s, correlation 0.900"


def test_an_unknown_speaker_is_no_other_speaker() -> None:
    some = table(("/c/a.wav", "1", "sad"), ("/c/b.wav", None, "sad"), ("/c/c.wav", None, "sad"))
    assert [found.kind.code for found in duplicate_findings([near(0, 1), near(1, 2)], some)] == ["near-duplicate-audio"]
    some.loc[2, "speaker"] = "2"
    [found] = duplicate_findings([near(0, 1), near(1, 2)], some)
    assert found.evidence[0].startswith("a.wav (1) = b.wav (unknown)")


def test_parts_of_a_file_differ_by_their_times() -> None:
    parts = FOUR.assign(file="/c/long.wav", start=[0.0, 1.25, None, 3.0], end=[1.0, 2.0, None, 4.0])
    [finding] = duplicate_findings([same(0, 1)], parts)
    assert finding.evidence == ("long.wav 0-1 s = long.wav 1.25-2 s, same samples",)
    whole, _ = duplicate_findings([same(0, 2), same(0, 3)], parts)
    assert whole.evidence[0] == "long.wav 0-1 s (1) = long.wav (2), same samples"


def test_one_sound_under_many_names_is_one_line() -> None:
    many = table(*((f"/c/{number:04d}.wav", "1", "sad") for number in range(5531)))
    [finding] = duplicate_findings([same(0, number) for number in range(1, 5531)], many)
    assert finding.message == "5531 recordings in 1 set"
    assert finding.evidence == ("0000.wav = 0001.wav = 0002.wav = … (5531 in all), same samples",)
    [finding] = duplicate_findings([near(0, number) for number in range(1, 6)], many)
    assert finding.evidence == ("0000.wav = 0001.wav = 0002.wav = … (6 in all), correlation 0.900 and more",)

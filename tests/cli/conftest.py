"""Corpora and models that are quick to work with, one of each for all tests of the command line."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from tests.cli import sounds
from tests.recognizer import tiny

EMOTIONS = ("angry", "happy", "sad")
COLUMNS = ("file", "emotion", "speaker", "session", "style", "split")
SPEAKERS = ("anna", "ben", "carl", "dora")


@pytest.fixture(scope="session")
def _voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise for every speaker and emotion, three times; emotions differ in loudness."""
    root = tmp_path_factory.mktemp("cli") / "voices"
    for row, (speaker, emotion, number) in enumerate(_utterances()):
        file = root / emotion / f"{speaker}_{number}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        sounds.sound(sounds.noise(0.2, loudness=0.1 * (1 + EMOTIONS.index(emotion)), seed=100 + row))(file)
    return root


def _utterances() -> Iterable[tuple[str, str, int]]:
    return ((speaker, emotion, number) for speaker in SPEAKERS for emotion in EMOTIONS for number in range(3))


@pytest.fixture
def voices(_voices: Path, tmp_path: Path) -> Path:
    """A folder of 36 recordings, ``EMOTION/SPEAKER_NUMBER.wav``, for a test to change as it likes."""
    return Path(shutil.copytree(_voices, tmp_path / "voices"))


@pytest.fixture
def table(voices: Path) -> Callable[..., Path]:
    """Write the table of the folder's recordings and return its path.

    The arguments are more rows: file and emotion, or more than these. Dora is the test part, the others are training.
    """

    def write(*more: Sequence[str]) -> Path:
        rows = [
            (f"{emotion}/{speaker}_{number}.wav", emotion, speaker, 1 + SPEAKERS.index(speaker) // 2,
             "scripted" if number else "improvised", "test" if speaker == "dora" else "train")
            for speaker, emotion, number in _utterances()
        ]  # fmt: skip
        path = voices / "table.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows((*row, *("anna", "1", "scripted", "train")[len(row) - 2 :]) for row in (*rows, *more))
        return path

    return write


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file that answers at once."""
    file = tmp_path_factory.mktemp("model") / "tiny.onnx"
    file.write_bytes(tiny.model_file())
    return file


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the report out, where a test is of something else."""
    monkeypatch.setattr("evenvoice.report.write_report", lambda folder, **options: folder / "report.html")


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that is wide enough for every column, and a machine of known speed: measuring it takes a second."""
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr("evenvoice.study.cost.rows_per_second", lambda *_: 100.0)

"""Predictions on workers that see no recording: the same rows in the same order."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import soundfile

from evenvoice.cluster import DaskExecutor
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer import Recognizer, remote
from evenvoice.recognizer.inputs import Input, each_input, find_inputs
from evenvoice.recognizer.many import predict_all
from evenvoice.recognizer.output import CsvWriter
from tests.recognizer import tiny


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voices")
    for number in range(20):
        file = folder / f"{number:02}.wav"
        soundfile.write(file, tiny.steady(0.5 - number / 20, 3 * tiny.RATE), tiny.RATE, subtype="FLOAT")
    (folder / "07.wav").write_bytes(b"RIFF")
    (folder / "19.wav").write_bytes(b"")
    return folder


@pytest.fixture
def recognizer(tmp_path: Path) -> Recognizer:
    (tmp_path / "tiny.onnx").write_bytes(tiny.model_file())
    return Recognizer(tmp_path / "tiny.onnx")


@pytest.mark.parametrize("window", [None, 1.0])
def test_rows_are_those_of_one_machine(
    window: float | None, voices: Path, recognizer: Recognizer, cluster: DaskExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_RECORDINGS", 3)
    rows, skipped = [], []
    for executor in (None, cluster):
        text = io.StringIO()
        writer = CsvWriter(text, recognizer.labels, timeline=window is not None)
        errors = predict_all(recognizer, each_input([voices]), writer, window=window, skip_bad=True, executor=executor)
        rows.append(text.getvalue())
        skipped.append(sorted(map(str, errors)))
    assert rows[0] == rows[1]
    assert len(rows[0].splitlines()) == 1 + 18 * (3 if window else 1)
    assert skipped[0] == skipped[1]
    assert len(skipped[0]) == 2


def test_the_first_bad_recording_ends_it_after_those_before(
    voices: Path, recognizer: Recognizer, cluster: DaskExecutor
) -> None:
    text = io.StringIO()
    with pytest.raises(AudioError, match=r"07\.wav"):
        predict_all(recognizer, find_inputs([voices]), CsvWriter(text, recognizer.labels), executor=cluster)
    assert len(text.getvalue().splitlines()) == 1 + 7


def test_a_pipe_is_not_sent(recognizer: Recognizer, cluster: DaskExecutor) -> None:
    pipe = Input("-", lambda rate: tiny.steady(0.5), lambda: iter([]), tiny.RATE)
    with pytest.raises(
        EvenvoiceError, match=r"^-: comes over time, and cannot be sent to a cluster; leave out --cluster"
    ):
        predict_all(recognizer, [pipe], CsvWriter(io.StringIO(), recognizer.labels), executor=cluster)

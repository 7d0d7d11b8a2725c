"""Side by side and in order: results, errors, and how far the work runs ahead."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from evenvoice.audio import Waveform
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer import Recognizer
from evenvoice.recognizer.inputs import Input
from evenvoice.recognizer.many import in_order, predict_all
from evenvoice.recognizer.output import JsonWriter
from tests.recognizer import tiny


@pytest.mark.parametrize("jobs", [1, 2, 5, None])
def test_results_and_errors_come_in_the_order_of_the_items(jobs: int | None) -> None:
    last = threading.Event()

    def work(number: int) -> int:
        if number == 3:
            last.set()
        if number == 0 and jobs == 5:
            assert last.wait(60)  # the first is finished after the fourth
        if number % 4 == 2:
            raise AudioError(str(number))
        return -number

    found: list[object] = []
    for result in in_order(work, range(20), jobs):
        try:
            found.append(result())
        except AudioError as error:
            found.append(str(error))
    assert found == [str(number) if number % 4 == 2 else -number for number in range(20)]


@pytest.mark.parametrize("jobs", [2, 3])
def test_work_is_done_ahead_but_not_far_ahead(jobs: int) -> None:
    begun: list[int] = []
    threads = set()

    def work(number: int) -> int:
        begun.append(number)
        threads.add(threading.current_thread().name)
        return number

    for taken, result in enumerate(in_order(work, range(50), jobs)):
        assert result() == taken
        assert len(begun) <= taken + 2 * jobs
    assert sorted(begun) == list(range(50))
    assert all(name.startswith("evenvoice") for name in threads)


def test_one_item_or_one_job_takes_no_thread() -> None:
    here = threading.current_thread()
    for items, jobs in ((range(3), 1), (range(1), 4), (range(0), 4)):
        assert [result() for result in in_order(lambda _: threading.current_thread(), items, jobs)] == [here] * len(
            items
        )


def test_who_stops_early_leaves_no_thread_and_no_work_behind() -> None:
    begun: list[int] = []
    before = set(threading.enumerate())  # of other tests
    results = in_order(begun.append, range(1000), 2)
    next(results)()
    results.close()
    done = len(begun)
    assert done <= 4
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name.startswith("evenvoice")]
    assert len(begun) == done


def _constant(value: float) -> Input:
    return Input(str(value), lambda rate: tiny.steady(value, 2 * rate))


def _bad(rate: int) -> Waveform:
    raise AudioError("bad.wav: cut off")


def _run(recognizer: Recognizer, inputs: list[Input], **how: object) -> tuple[list[dict], list[AudioError]]:
    out = io.StringIO()
    writer = JsonWriter(out, recognizer.labels, timeline="window" in how)
    skipped = predict_all(recognizer, inputs, writer, **how)  # type: ignore[arg-type]
    return json.loads(out.getvalue()), skipped


@pytest.mark.parametrize("jobs", [1, 3])
def test_bad_recordings_are_skipped_and_returned(recognizer: Recognizer, jobs: int) -> None:
    inputs = [_constant(0.5), Input("bad.wav", _bad), _constant(-0.5), Input("bad.wav", _bad), _constant(0.25)]
    found, skipped = _run(recognizer, inputs, jobs=jobs, skip_bad=True)
    assert [each["file"] for each in found] == ["0.5", "-0.5", "0.25"]
    assert [each["scores"][0]["label"] for each in found] == ["angry", "sad", "angry"]
    assert [str(error) for error in skipped] == ["bad.wav: cut off"] * 2


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_first_bad_recording_ends_it_after_those_before(recognizer: Recognizer, jobs: int) -> None:
    out = io.StringIO()
    inputs = [_constant(0.5), _constant(-0.5), Input("bad.wav", _bad), _constant(0.25)]
    with pytest.raises(AudioError, match=r"bad\.wav: cut off"):
        predict_all(recognizer, inputs, JsonWriter(out, recognizer.labels), jobs=jobs)
    assert [each["file"] for each in json.loads(out.getvalue())] == ["0.5", "-0.5"]


def test_windows_of_a_recording_and_of_what_comes_over_time(recognizer: Recognizer) -> None:
    wave = np.linspace(-1, 1, 3 * tiny.RATE, dtype=np.float32)

    def refuse(rate: int) -> Waveform:
        pytest.fail("a pipe is not to be read to its end")

    inputs = [
        Input("whole", lambda rate: wave),
        Input("live", refuse, lambda: iter(np.array_split(wave, 7)), tiny.RATE),
    ]
    found, skipped = _run(recognizer, inputs, window=1.0, hop=0.5)
    assert found[0]["windows"] == found[1]["windows"] == recognizer.windows(wave, window=1.0, hop=0.5)
    assert skipped == []


def test_a_wrong_window_is_said_before_anything_is_decoded(recognizer: Recognizer) -> None:
    with pytest.raises(EvenvoiceError, match=r"^window of 99 s"):
        predict_all(recognizer, [Input("-", _bad)], JsonWriter(io.StringIO(), recognizer.labels), window=99)


def test_progress_sees_every_recording(recognizer: Recognizer) -> None:
    seen: list[str] = []

    def track(inputs: Iterable[Input]) -> Iterable[Input]:
        for each in inputs:
            yield each
            seen.append(each.name)

    _run(recognizer, [_constant(0.5), _constant(0.25)], track=track)
    assert seen == ["0.5", "0.25"]


def test_real_recordings_side_by_side_give_what_they_give_alone(recognizer: Recognizer, corpora_folder: Path) -> None:
    from evenvoice.recognizer.inputs import find_inputs

    inputs = find_inputs([corpora_folder / "emodb"])[:12]
    assert len(inputs) == 12
    found, _ = _run(recognizer, inputs, jobs=3)
    assert [each["scores"] for each in found] == [recognizer(each.name) for each in inputs]

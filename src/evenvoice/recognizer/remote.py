"""Recordings on machines that do not see them: sent as bytes, predicted there, given back in order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer.inputs import Input, of_bytes

if TYPE_CHECKING:
    from evenvoice.parallel import Call, Executor

# What goes into one call: enough that a call is worth its way, little enough that many fit into memory.
_BYTES, _RECORDINGS = 1 << 20, 64

Entries = Iterable[dict[str, Any]]
Predict = Callable[..., Entries]
Answer = Callable[[], Entries]


@dataclass
class _Batch:
    """Recordings of one call: place, name, bytes, and the longest to decode, in seconds."""

    recordings: list[tuple[int, str, bytes, float | None]] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether it is worth a call."""
        return len(self.recordings) >= _RECORDINGS or sum(len(data) for _, _, data, _ in self.recordings) >= _BYTES


def ahead_remotely(
    predict: Predict, shared: Any, inputs: Iterable[Input], executor: Executor
) -> Generator[tuple[Input, Answer], None, None]:
    """Yield each recording with a function that returns its entries or raises its error, in order.

    Args:
        predict: ``predict(shared, recording)`` returns the entries of one; a function of a module, perhaps partial.
        shared: What every call needs, such as the model; sent once.
        inputs: Recordings that have their bytes; taken as there is work for them.
        executor: Makes the calls.

    Raises:
        EvenvoiceError: A recording that comes over time, which cannot be sent; or the cluster is lost.
    """
    sent: dict[int, Input] = {}
    answers: dict[int, Answer] = {}
    model = getattr(executor, "share", lambda value: value)(shared)

    def calls() -> Iterator[Call]:
        batch = _Batch()
        for place, each in enumerate(inputs):
            sent[place] = each
            if each.data is None:
                raise EvenvoiceError(
                    f"{each.name}: comes over time, and cannot be sent to a cluster; leave out --cluster"
                )
            try:
                batch.recordings.append((place, each.name, each.data(), each.max_seconds))
            except AudioError as error:
                answers[place] = partial(_raise, error)
            if batch.is_full:
                yield _predict_batch, (predict, model, batch), {}
                batch = _Batch()
        if batch.recordings:
            yield _predict_batch, (predict, model, batch), {}

    done = 0
    with closing(_run(executor, calls())) as results:
        for made in results:
            for place, answer in made:
                # What a worker could not use is looked at here, where its name is a path: for what is said of it.
                bad = isinstance(answer, AudioError)
                answers[place] = partial(predict, shared, sent[place]) if bad else partial(iter, answer)
            while done in answers:
                yield sent.pop(done), answers.pop(done)
                done += 1
    for place in sorted(answers):  # recordings that could not be read, behind the last call
        yield sent.pop(place), answers.pop(place)


def _run(executor: Executor, calls: Iterator[Call]) -> Generator[Any, None, None]:
    yield from executor.run(calls)


def _predict_batch(predict: Predict, shared: Any, batch: _Batch) -> list[tuple[int, list[dict[str, Any]] | AudioError]]:
    """Predict a batch, in a worker."""
    return [
        (place, _predict_one(predict, shared, of_bytes(name, data, longest)))
        for place, name, data, longest in batch.recordings
    ]


def _predict_one(predict: Predict, shared: Any, each: Input) -> list[dict[str, Any]] | AudioError:
    try:
        return list(predict(shared, each))
    except AudioError as error:
        return error


def _raise(error: AudioError) -> Any:
    raise error

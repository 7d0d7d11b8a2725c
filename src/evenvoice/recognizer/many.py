"""Many recordings: worked on side by side, written in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from functools import partial
from typing import Any, TypeVar

from evenvoice.cores import cores
from evenvoice.errors import AudioError
from evenvoice.recognizer.inputs import Input
from evenvoice.recognizer.output import Writer
from evenvoice.recognizer.recognizer import Recognizer
from evenvoice.recognizer.windows import in_samples

Item = TypeVar("Item")
Result = TypeVar("Result")


def predict_all(
    recognizer: Recognizer,
    inputs: Sequence[Input],
    writer: Writer,
    *,
    window: float | None = None,
    hop: float = 1.0,
    jobs: int | None = None,
    skip_bad: bool = False,
    track: Callable[[Sequence[Input]], Iterable[Input]] = iter,
) -> list[AudioError]:
    """Write the predictions of recordings, in their order, each as soon as it and those before it are known.

    Args:
        recognizer: The model in use.
        inputs: The recordings.
        writer: Where to write; it is ended in any case.
        window: Length of a window in seconds; ``None`` takes each recording whole.
        hop: From the start of a window to that of the next, in seconds.
        jobs: How many recordings to work on at once; one a core if ``None``.
        skip_bad: Go on without unusable recordings.
        track: Draws progress while the inputs go through it.

    Returns:
        Why recordings were skipped.

    Raises:
        AudioError: The first recording that cannot be used, unless ``skip_bad``; those before it are written.
        EvenvoiceError: A window or a hop out of its range.
    """
    if window is not None:
        in_samples(window, hop, recognizer.sample_rate)  # before a pipe is waited for
    skipped: list[AudioError] = []
    predict = partial(_predict, recognizer, window, hop)
    with writer, closing(in_order(predict, inputs, jobs)) as results:
        for each, result in zip(track(inputs), results, strict=True):
            try:
                writer.write(each.name, result())
            except AudioError as error:
                if not skip_bad:
                    raise
                skipped.append(error)
    return skipped


def _predict(recognizer: Recognizer, window: float | None, hop: float, each: Input) -> Iterable[dict[str, Any]]:
    """Return one entry for the whole recording, or one a window; over time where the recording comes over time."""
    if window is None:
        return [{"scores": recognizer(each.load(recognizer.sample_rate))}]
    if each.chunks is not None:
        return recognizer.stream(each.chunks(), each.rate, window=window, hop=hop)
    if each.blocks is not None:
        with each.blocks() as (rate, blocks):
            # As a list: where only the end shows that a recording is cut short, no half a timeline is written.
            return list(recognizer.stream(blocks, rate, window=window, hop=hop))
    return recognizer.windows(each.load(recognizer.sample_rate), window=window, hop=hop)


def in_order(
    call: Callable[[Item], Result], items: Sequence[Item], jobs: int | None = None
) -> Generator[Callable[[], Result], None, None]:
    """Yield, item by item, a function that returns the item's result or raises its error.

    Threads work ahead by two items each and no more, so that memory does not depend on the number of items.
    onnxruntime and libsndfile leave Python's lock while they work.

    Args:
        call: What to do with an item.
        items: Anything.
        jobs: How many threads; one a core if ``None``. With one, or one item, the work is done in the caller's.

    Examples:
        >>> [result() for result in in_order(abs, [-1, 2, -3], jobs=2)]
        [1, 2, 3]
    """
    jobs = min(jobs or cores(), len(items))
    if jobs <= 1:
        for item in items:
            yield partial(call, item)
        return
    from concurrent.futures import Future, ThreadPoolExecutor  # one recording does not wait for this import

    waiting: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(jobs, "evenvoice")
    try:
        for item in items:
            waiting.append(pool.submit(call, item))
            if len(waiting) == 2 * jobs:
                yield waiting.popleft().result
        while waiting:
            yield waiting.popleft().result
    finally:
        pool.shutdown(cancel_futures=True)

"""Many recordings: worked on side by side, written in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from evenvoice.audio import Waveform
from evenvoice.cores import cores
from evenvoice.errors import AudioError
from evenvoice.recognizer.inputs import Input
from evenvoice.recognizer.output import Writer
from evenvoice.recognizer.recognizer import Recognizer
from evenvoice.recognizer.windows import in_samples

if TYPE_CHECKING:
    from evenvoice.parallel import Executor

Item = TypeVar("Item")
Result = TypeVar("Result")

NOBODY: Mapping[str, Recognizer] = MappingProxyType({})


def predict_all(
    recognizer: Recognizer,
    inputs: Iterable[Input],
    writer: Writer,
    *,
    adapted: Mapping[str, Recognizer] = NOBODY,
    window: float | None = None,
    hop: float = 1.0,
    adapt: float | None = None,
    jobs: int | None = None,
    skip_bad: bool = False,
    track: Callable[[Iterable[Input]], Iterable[Input]] = iter,
    on_skip: Callable[[AudioError], object] | None = None,
    executor: Executor | None = None,
) -> list[AudioError]:
    """Write the predictions of recordings, in their order, each as soon as it and those before it are known.

    Args:
        recognizer: The model in use.
        inputs: The recordings, taken as there is work for them: a million need not be there at once.
        writer: Where to write; it is ended in any case.
        adapted: The recognizers of recordings that have one of their own, by the recording's name: `adapted_by_folder`.
        window: Length of a window in seconds; ``None`` takes each recording whole.
        hop: From the start of a window to that of the next, in seconds.
        adapt: With windows: adapt along each recording, as `Recognizer.stream` does.
        jobs: How many recordings to work on at once; one a core if ``None``.
        skip_bad: Go on without unusable recordings.
        track: Draws progress while the inputs go through it.
        on_skip: Called with why a recording is skipped, as it is.
        executor: Predicts on other machines, each recording with ``recognizer``; none is ``adapted`` by itself then.

    Returns:
        Why recordings were skipped, unless ``on_skip`` took it.

    Raises:
        AudioError: The first recording that cannot be used, unless ``skip_bad``; those before it are written.
        EvenvoiceError: A window or a hop out of its range.
    """
    if window is not None:
        in_samples(window, hop, recognizer.sample_rate)  # before a pipe is waited for
    skipped: list[AudioError] = []
    if executor is None:
        made = _ahead(partial(_predict, recognizer, adapted, window, hop, adapt), inputs, jobs)
    else:
        from evenvoice.recognizer.remote import ahead_remotely

        made = ahead_remotely(partial(_predict_with, window, hop, adapt), recognizer, inputs, executor)
    results: deque[Callable[[], Iterable[dict[str, Any]]]] = deque()
    with writer, closing(made) as pairs:
        for each in track(_first(pairs, results)):
            try:
                writer.write(each.name, results.popleft()())
            except AudioError as error:
                if not skip_bad:
                    raise
                (on_skip or skipped.append)(error)
    return skipped


def _first(pairs: Iterable[tuple[Item, Result]], seconds: deque[Result]) -> Iterator[Item]:
    """Yield the first of each pair, and leave the second."""
    for first, second in pairs:
        seconds.append(second)
        yield first


def folders_of(inputs: Sequence[Input]) -> dict[Path, list[Input]]:
    """Return the recordings of each folder, all of which are one speaker's.

    Args:
        inputs: The recordings, each in a file.
    """
    folders: dict[Path, list[Input]] = {}
    for each in inputs:
        folders.setdefault(Path(each.name).absolute().parent, []).append(each)
    return folders


def adapted_by_folder(
    recognizer: Recognizer, inputs: Sequence[Input], jobs: int | None = None
) -> dict[str, Recognizer]:
    """Return for each recording a recognizer that is adapted to its folder, all files of which are one speaker.

    A recording that cannot be used is not enrolled; `predict_all` says why, or skips it.

    Args:
        recognizer: The model in use.
        inputs: The recordings, each in a file.
        jobs: How many folders to work on at once; one a core if ``None``.

    Raises:
        EvenvoiceError: The model cannot be adapted.
    """
    folders = list(folders_of(inputs).values())
    found: dict[str, Recognizer] = {}
    with closing(in_order(partial(_adapt, recognizer), folders, jobs)) as results:
        for those, result in zip(folders, results, strict=True):
            found |= dict.fromkeys((each.name for each in those), result())
    return found


def _adapt(recognizer: Recognizer, inputs: Sequence[Input]) -> Recognizer:
    usable = _usable(inputs, recognizer.sample_rate)
    first = next(usable, None)
    return recognizer if first is None else recognizer.adapted(recognizer.enrol(chain([first], usable)))


def _usable(inputs: Sequence[Input], rate: int) -> Iterator[Waveform]:
    for each in inputs:
        with suppress(AudioError):
            yield each.load(rate)


def _predict(
    recognizer: Recognizer,
    adapted: Mapping[str, Recognizer],
    window: float | None,
    hop: float,
    adapt: float | None,
    each: Input,
) -> Iterable[dict[str, Any]]:
    """Return one entry for the whole recording, or one a window; over time where the recording comes over time."""
    recognizer = adapted.get(each.name, recognizer)
    if window is None:
        known = {} if recognizer.speaker is None else {"adapted": recognizer.speaker.utterances}
        return [{"scores": recognizer(each.load(recognizer.sample_rate)), **known}]
    if each.chunks is not None:
        return recognizer.stream(each.chunks(), each.rate, window=window, hop=hop, adapt=adapt)
    if each.blocks is not None:
        with each.blocks() as (rate, blocks):
            # As a list: where only the end shows that a recording is cut short, no half a timeline is written.
            return list(recognizer.stream(blocks, rate, window=window, hop=hop, adapt=adapt))
    return recognizer.windows(each.load(recognizer.sample_rate), window=window, hop=hop, adapt=adapt)


def _predict_with(
    window: float | None, hop: float, adapt: float | None, recognizer: Recognizer, each: Input
) -> Iterable[dict[str, Any]]:
    return _predict(recognizer, NOBODY, window, hop, adapt, each)


def in_order(
    call: Callable[[Item], Result], items: Iterable[Item], jobs: int | None = None
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
    with closing(_ahead(call, items, jobs)) as pairs:
        for _, result in pairs:
            yield result


def _ahead(
    call: Callable[[Item], Result], items: Iterable[Item], jobs: int | None
) -> Generator[tuple[Item, Callable[[], Result]], None, None]:
    """Yield each item with what `in_order` yields for it."""
    items = iter(items)
    begin = list(islice(items, jobs or cores()))
    jobs = len(begin)
    items = chain(begin, items)
    if jobs <= 1:
        for item in items:
            yield item, partial(call, item)
        return
    from concurrent.futures import Future, ThreadPoolExecutor  # one recording does not wait for this import

    waiting: deque[tuple[Item, Future[Result]]] = deque()
    pool = ThreadPoolExecutor(jobs, "evenvoice")
    try:
        for item in items:
            waiting.append((item, pool.submit(call, item)))
            if len(waiting) == 2 * jobs:
                first, result = waiting.popleft()
                yield first, result.result
        while waiting:
            first, result = waiting.popleft()
            yield first, result.result
    finally:
        pool.shutdown(cancel_futures=True)

"""Features by machines that do not see the recordings: sent as bytes, computed there, kept here."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from joblib import delayed

from evenvoice.audio import Clip, decode, read_bytes
from evenvoice.errors import AudioError
from evenvoice.features.cache import features_folder
from evenvoice.features.of_clip import CachedOfClip, Extracted, OfClip
from evenvoice.features.shards import Shards
from evenvoice.features.threads import one_thread
from evenvoice.parallel import Call, Executor, in_parallel

# What goes into one call: enough that a call is worth its way, little enough that many fit into memory.
_BYTES, _CLIPS = 1 << 20, 64


@dataclass
class _Batch:
    """Clips to compute in one call, and the recordings that they are parts of."""

    clips: list[tuple[str, Clip]] = field(default_factory=list)
    recordings: dict[str, bytes] = field(default_factory=dict)

    def add(self, content: str, clip: Clip, recording: bytes) -> bool:
        """Add a clip; return whether the batch is full."""
        self.clips.append((content, clip))
        self.recordings[content] = recording
        return len(self.clips) >= _CLIPS or sum(map(len, self.recordings.values())) >= _BYTES


def compute_remotely(clips: Sequence[Clip], of: OfClip, executor: Executor, *, skip_bad: bool) -> None:
    """Put into the cache what is missing of some clips, computed by the workers of an executor.

    Args:
        clips: Which.
        of: What to compute of each.
        executor: Whose workers need evenvoice, and no file of ours.
        skip_bad: Go on without recordings that cannot be used.

    Raises:
        AudioError: One cannot be used, and ``skip_bad`` is not asked for.
        EvenvoiceError: The cache cannot be written, or the cluster is lost; what was computed is in the cache.
    """
    with Shards(features_folder()) as cache:
        cached = CachedOfClip(of, cache)
        calls = _calls(clips, cached)
        first = next(calls, None)
        if first is None:
            return

        def every() -> Iterator[Call]:
            yield first
            yield from calls

        for answers in in_parallel(every(), f"{of.called} on the cluster", None, jobs=1, executor=executor):
            for content, clip, answer in answers:
                if isinstance(answer, Extracted):
                    cached.keep(content, clip, answer)
                elif not skip_bad:
                    # Here its name is a path, for what is said of it.
                    here = cached(clip)
                    if isinstance(here, AudioError):
                        raise here


def _calls(clips: Sequence[Clip], cached: CachedOfClip) -> Iterator[Call]:
    """Yield a call for each batch of clips of which the cache has nothing."""
    batch = _Batch()
    for clip in clips:
        try:
            recording = read_bytes(clip.file)
        except AudioError:
            continue  # said when the clip itself is loaded
        content = hashlib.sha256(recording).hexdigest()
        if cached.find(content, clip) is None and batch.add(content, clip, recording):
            yield delayed(_compute)(batch, replace(cached.of))
            batch = _Batch()
    if batch.clips:
        yield delayed(_compute)(batch, replace(cached.of))


def _compute(batch: _Batch, of: OfClip) -> list[tuple[str, Clip, Extracted | AudioError]]:
    """Compute a batch, in a worker."""
    with one_thread():
        return [(content, clip, _one(batch.recordings[content], content, clip, of)) for content, clip in batch.clips]


def _one(recording: bytes, content: str, clip: Clip, of: OfClip) -> Extracted | AudioError:
    rate = of.settings.make().sample_rate
    try:
        waveform = decode(io.BytesIO(recording), rate=rate, start=clip.start, end=clip.end, name=str(clip.file))
        return of.compute(waveform, content)
    except AudioError as error:
        return error

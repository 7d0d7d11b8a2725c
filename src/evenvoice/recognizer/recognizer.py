"""A model file in use."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
import numpy.typing as npt

from evenvoice.audio import Waveform
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer.audio_like import as_encoded, blocks_of, check_rate, several, to_waveform
from evenvoice.recognizer.live import Known, Live
from evenvoice.recognizer.loaded import LoadedModel, Scores
from evenvoice.recognizer.profile import SpeakerProfile
from evenvoice.recognizer.running import RunningMean, check_half_life, kappa_of
from evenvoice.recognizer.stream import Resampling
from evenvoice.recognizer.windows import Cutter, in_samples


class Recognizer(LoadedModel):
    """Recognises emotions with a model file, in numpy and onnxruntime alone.

    It can be pickled, copied and sent to workers: the model is opened once more there.

    Args:
        path: The model file (``.onnx``), or ``hf:user/model`` for one on the Hugging Face hub (extra ``hub``), perhaps
            with ``/file.onnx`` and ``@revision``; without one, the model that comes with evenvoice.
        threads: How many threads one prediction may take.

    Attributes:
        labels: Emotions, in the order of `probabilities`.
        sample_rate: In Hz.

    Raises:
        EvenvoiceError: The file is missing, unreadable, damaged, no ONNX model, not one that evenvoice wrote, or one
            that a newer evenvoice wrote.

    Examples:
        >>> Recognizer("missing.onnx")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: missing.onnx: no such file; check the path; \
`evenvoice train CORPUS --out DIR` writes DIR/model.onnx

        With the ready model, ``Recognizer()("clip.wav")`` gives
        ``[{"label": "angry", "score": 0.93}, {"label": "happy", "score": 0.05}, …]``.
    """

    @property
    def adaptive(self) -> bool:
        """Whether the model can be adapted to a speaker."""
        return self._session.width is not None

    @property
    def speaker(self) -> SpeakerProfile | None:
        """Who speaks, where `adapted` was given somebody."""
        return self._speaker

    def enrol(self, recordings: Any, rate: float | None = None) -> SpeakerProfile:
        """Return where a speaker lies among all: the mean of the features of some recordings, shrunk; no labels needed.

        With k recordings their mean counts k / (k + kappa), and the training mean the rest; kappa is in the recipe.

        Args:
            recordings: A list or an iterator of recordings of one speaker, or one recording, as in a call.
            rate: Sample rate of waveforms in Hz; the model's own if not given.

        Raises:
            AudioError: A recording cannot be used.
            EvenvoiceError: The model cannot be adapted, or there is no recording.

        Examples:
            ``anna = r.enrol(["1.wav", "2.wav"])``, and then ``r("clip.wav", speaker=anna)``, or ``r.adapted(anna)``.
        """
        self._check_adaptive()
        listed = several(recordings)
        mean, k = RunningMean(kappa_of(self._card, self._name), math.inf), 0
        for k, recording in enumerate([recordings] if listed is None else listed, start=1):  # how many there are
            waveform = to_waveform(recording, rate, self.sample_rate, f"recording {k}")
            mean.add(self._session.normalised([waveform])[0])
        if mean.offset is None:
            raise EvenvoiceError(f"{self._name}: no recordings to enrol; give one at least, of one speaker")
        return SpeakerProfile(mean.offset, k, self._card["sha256"])

    def adapted(self, speaker: SpeakerProfile | None) -> Self:
        """Return a recognizer for recordings of one speaker; it shares this one's model. ``None``: nobody enrolled.

        Raises:
            EvenvoiceError: The profile is of another model, or the model cannot be adapted.
        """
        if speaker is None:
            return self._with(_speaker=None)
        if not isinstance(speaker, SpeakerProfile):
            raise EvenvoiceError(
                f"speaker: {type(speaker).__name__}, expected a SpeakerProfile; make one with enrol, or "
                "SpeakerProfile.load"
            )
        self._check_adaptive()
        speaker.check_of(self._card["sha256"], self._session.width, Path(self._name).name)
        return self._with(_speaker=speaker)

    def _check_adaptive(self) -> None:
        if not self.adaptive:
            raise EvenvoiceError(
                f"{self._name}: cannot be adapted to a speaker; train one that can: evenvoice train CORPUS --recipe "
                "voice-adaptive (or another recipe with --normalise enrolled)"
            )

    @overload
    def __call__(
        self, audio: list[Any], rate: float | None = None, *, speaker: SpeakerProfile | None = None
    ) -> list[Scores]: ...
    @overload
    def __call__(self, audio: Any, rate: float | None = None, *, speaker: SpeakerProfile | None = None) -> Scores: ...
    def __call__(self, audio: Any, rate: float | None = None, *, speaker: SpeakerProfile | None = None) -> Any:
        """Return ``[{"label": str, "score": float}, …]``, best first, for one recording; a list of these for a list.

        Args:
            audio: A file (``str``, ``Path``), its bytes or an open file; a mono waveform, float ``[n]``, full scale 1;
                ``(rate, waveform)`` as from Gradio, ``(waveform, rate)`` as from librosa or torchaudio,
                ``{"array": waveform, "sampling_rate": rate}`` as from Hugging Face; or a list of these.
                `evenvoice.recognizer.audio_like` has all that is taken.
            rate: Sample rate of a waveform in Hz; the model's own if not given.
            speaker: Who speaks, as `enrol` gives it: the same as ``adapted(speaker)(audio)``.

        Raises:
            AudioError: The recording cannot be used: missing, no audio, cut short, empty, silent, NaN, …
            EvenvoiceError: The speaker's profile is of another model, or the model cannot be adapted.
        """
        if speaker is not None:
            return self.adapted(speaker)(audio, rate)
        return self._scores(audio, rate, "the waveform")

    def windows(
        self,
        audio: Any,
        rate: float | None = None,
        *,
        window: float = 3.0,
        hop: float = 1.0,
        adapt: float | None = None,
    ) -> list[dict[str, Any]]:
        """Return the emotions of a long recording over time, one entry a window.

        An entry is ``{"start": s, "end": s, "scores": [{"label": str, "score": float}, …]}``, times in seconds, scores
        best first. A silent window has ``"scores": []`` and ``"silent": True``; an adapted one ``"adapted": n``, to so
        many utterances. `evenvoice.recognizer.windows` has the rule by which a recording is cut. A file is decoded in
        blocks: memory does not grow with its length.

        Args:
            audio: As in a call, but one recording.
            rate: Sample rate of a waveform in Hz; the model's own if not given.
            window: Length of a window in seconds.
            hop: From the start of a window to that of the next, in seconds.
            adapt: As in `stream`.

        Raises:
            AudioError: The recording cannot be used, as in a call; silence from end to end cannot, either.
            EvenvoiceError: A window or a hop out of its range, or `adapt`, or the model cannot be adapted.

        Examples:
            With a model file, ``Recognizer("model.onnx").windows("talk.wav")[1]`` gives
            ``{"start": 1.0, "end": 4.0, "scores": [{"label": "happy", "score": 0.71}, …]}``.
        """
        encoded = as_encoded(audio, rate, "the recording")
        if encoded is not None:
            in_samples(window, hop, self.sample_rate)  # before a file is opened
            with blocks_of(encoded, "the recording") as (own_rate, blocks):
                return list(self.stream(blocks, own_rate, window=window, hop=hop, adapt=adapt))
        waveform = to_waveform(audio, rate, self.sample_rate, "the waveform")
        return list(self.stream([waveform], window=window, hop=hop, adapt=adapt))

    def stream(
        self,
        chunks: Iterable[npt.ArrayLike],
        rate: float | None = None,
        *,
        window: float = 3.0,
        hop: float = 1.0,
        adapt: float | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Return an iterator over what `windows` gives, each entry as soon as its window is complete: live audio.

        Two windows and a chunk are held in memory, however long it lasts. Where all is silence, the windows say so.

        Args:
            chunks: Consecutive parts of the recording: mono, float ``[n]`` each, full scale 1, of any lengths.
            rate: Their sample rate in Hz; the model's own if not given. Any other is resampled on the way, which adds
                some 40 ms.
            window: Length of a window in seconds.
            hop: From the start of a window to that of the next, in seconds.
            adapt: Adapt to the voice while it speaks, each window to those before it: after so many seconds of speech
                what was known counts half, so that another speaker is soon known as well (``math.inf``: never). It
                begins with the speaker of `adapted`, if any. `evenvoice.recognizer.running` has the rule.

        Raises:
            AudioError: A chunk is NaN, infinite, not mono or not of floats (the line counts from 1), or there is none.
            EvenvoiceError: A window or a hop out of its range, or `adapt`, or the model cannot be adapted; raised by
                the call, before the first chunk is taken.

        Examples:
            ``for entry in Recognizer("model.onnx").stream(microphone(), 48000): …``, where ``microphone`` yields what
            was recorded since it was last asked.
        """
        live = self.live(rate, window=window, hop=hop, adapt=adapt)
        if isinstance(chunks, np.ndarray) and chunks.ndim < 2:
            raise AudioError(f"the stream: one array {list(chunks.shape)}, expected an iterable of arrays [n]: [array]")
        if not isinstance(chunks, Iterable) or isinstance(chunks, str | bytes | dict):
            raise AudioError(f"the stream: {type(chunks).__name__}, expected an iterable of arrays [n]")
        return live.over(chunks)

    def live(
        self, rate: float | None = None, *, window: float = 3.0, hop: float = 1.0, adapt: float | None = None
    ) -> Live:
        """Return what `stream` does for a program that is given the parts of a recording one at a time.

        Raises:
            EvenvoiceError: See `stream`.

        Examples:
            ``live = Recognizer("model.onnx").live(48000)``, then ``list(live.push(chunk))`` whenever there is one, and
            ``list(live.finish())`` at the end.
        """
        cutter = Cutter(*in_samples(window, hop, self.sample_rate))
        known: Known | None = self._speaker
        if adapt is not None:
            self._check_adaptive()
            known = RunningMean(kappa_of(self._card, self._name), check_half_life(adapt), self._speaker)
        resampling = Resampling(self.sample_rate if rate is None else check_rate(rate), self.sample_rate)
        return Live(resampling, cutter, self.sample_rate, known, partial(self._answer, known))

    def _scores(self, audio: Any, rate: float | None, name: str) -> Any:
        """Return what a call does; errors call a recording without a name of its own by this one."""
        listed = several(audio)
        if listed is not None:
            return [self._scores(each, rate, f"recording {k}") for k, each in enumerate(listed, start=1)]
        return self._ranked(self.probabilities([to_waveform(audio, rate, self.sample_rate, name)])[0])

    def _answer(self, known: Known | None, samples: Waveform, new: int) -> Scores:
        """Return what is predicted of a window, and have a running mean take it in."""
        offset = None if known is None else known.offset
        if not isinstance(known, RunningMean):
            return self._ranked(self._session.run([samples], len(self.labels), offset)[0])
        scores, rows = self._session.run_and_normalised([samples], len(self.labels), offset)
        known.add(rows[0], new / samples.size, new / self.sample_rate)
        return self._ranked(scores[0])

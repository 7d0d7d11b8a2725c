"""A model file in use."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evenvoice._onnxruntime import onnxruntime, ort_errors
from evenvoice.audio import Waveform, check_waveform, load, resample
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer.bounds import bound_memory, bounded_run
from evenvoice.recognizer.metadata import INPUTS, OUTPUT, Card, read_card
from evenvoice.recognizer.stream import heard
from evenvoice.recognizer.windows import cut, in_samples, starts

# Enough to share the cost of starting a run among short clips; on one core more would cost memory only.
_BATCH = 8

# Our largest model is a few megabytes. Whatever is above this is no model of ours, and is not read into memory.
_LARGEST = 256 * 2**20

# onnxruntime has no base class for its errors.
_ORT_ERRORS = (
    ort_errors.EPFail, ort_errors.Fail, ort_errors.InvalidArgument, ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf, ort_errors.NoModel, ort_errors.NotImplemented, ort_errors.RuntimeException,
    RuntimeError,
)  # fmt: skip

_SIGNATURE = {"waveform": ("tensor(float)", 2), "lengths": ("tensor(int64)", 1), OUTPUT: ("tensor(float)", 2)}


class Recognizer:
    """Recognises emotions with a model file, in numpy and onnxruntime alone.

    Args:
        path: The model file (``.onnx``).
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
        evenvoice.errors.EvenvoiceError: missing.onnx: no such file; check the path

        With a model file, ``Recognizer("model.onnx")("clip.wav")`` gives
        ``[{"label": "angry", "score": 0.93}, {"label": "happy", "score": 0.05}, …]``.
    """

    def __init__(self, path: Path | str, *, threads: int = 1) -> None:
        self._name = str(path)
        model = _read(Path(path))
        self._card = read_card(model, self._name)
        self.labels: tuple[str, ...] = tuple(self._card["labels"])
        self.sample_rate: int = self._card["sample_rate"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        bound_memory(options)
        options.log_severity_level = 4  # what goes wrong is raised; nothing is to be printed beside it
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except _ORT_ERRORS as error:
            raise EvenvoiceError(
                f"{self._name}: onnxruntime {onnxruntime.__version__} cannot open it ({_first_line(error)}); "
                "update onnxruntime, or export the model again"
            ) from error
        self._check_signature()

    @property
    def card(self) -> Card:
        """What the model file says of itself: labels, recipe, training corpus, measured figures, versions, use."""
        return copy.deepcopy(self._card)

    def __call__(self, audio: Path | str | Waveform, rate: float | None = None) -> list[dict[str, Any]]:
        """Return ``[{"label": str, "score": float}, …]``, best first, for one recording.

        Args:
            audio: A file, or a mono waveform, float ``[n]``, full scale 1.
            rate: Sample rate of a waveform in Hz; the model's own if not given.

        Raises:
            AudioError: The recording cannot be used: missing, no audio, empty, silent, NaN, …
        """
        return self._ranked(self.probabilities([self._waveform(audio, rate)])[0])

    def windows(
        self, audio: Path | str | Waveform, rate: float | None = None, *, window: float = 3.0, hop: float = 1.0
    ) -> list[dict[str, Any]]:
        """Return the emotions of a long recording over time, one entry a window.

        An entry is ``{"start": s, "end": s, "scores": [{"label": str, "score": float}, …]}``, times in seconds, scores
        best first. A silent window has ``"scores": []`` and ``"silent": True``. `evenvoice.recognizer.windows` has
        the rule by which a recording is cut.

        Args:
            audio: A file, or a mono waveform, float ``[n]``, full scale 1.
            rate: Sample rate of a waveform in Hz; the model's own if not given.
            window: Length of a window in seconds.
            hop: From the start of a window to that of the next, in seconds.

        Raises:
            AudioError: The recording cannot be used, as in a call; silence from end to end cannot, either.
            EvenvoiceError: A window or a hop out of its range.

        Examples:
            With a model file, ``Recognizer("model.onnx").windows("talk.wav")[1]`` gives
            ``{"start": 1.0, "end": 4.0, "scores": [{"label": "happy", "score": 0.71}, …]}``.
        """
        length, step = in_samples(window, hop, self.sample_rate)
        waveform = self._waveform(audio, rate)
        return [self._entry(start, waveform[start : start + length]) for start in starts(waveform.size, length, step)]

    def stream(
        self,
        chunks: Iterable[npt.ArrayLike],
        rate: float | None = None,
        *,
        window: float = 3.0,
        hop: float = 1.0,
    ) -> Iterator[dict[str, Any]]:
        """Return an iterator over what `windows` gives, each entry as soon as its window is complete: live audio.

        Two windows and a chunk are held in memory, however long it lasts. Where all is silence, the windows say so.

        Args:
            chunks: Consecutive parts of the recording: mono, float ``[n]`` each, full scale 1, of any lengths.
            rate: Their sample rate in Hz; the model's own if not given. Any other is resampled on the way, which adds
                some 40 ms.
            window: Length of a window in seconds.
            hop: From the start of a window to that of the next, in seconds.

        Raises:
            AudioError: A chunk is NaN, infinite, not mono or not of floats (the line counts from 1), or there is none.
            EvenvoiceError: A window or a hop out of its range; raised by the call, before the first chunk is taken.

        Examples:
            ``for entry in Recognizer("model.onnx").stream(microphone(), 48000): …``, where ``microphone`` yields what
            was recorded since it was last asked.
        """
        length, step = in_samples(window, hop, self.sample_rate)
        pieces = heard(chunks, self.sample_rate if rate is None else _possible(rate), self.sample_rate)
        return (self._entry(start, samples) for start, samples in cut(pieces, length, step))

    def probabilities(self, waveforms: Sequence[Waveform]) -> npt.NDArray[np.float32]:
        """Return float32 ``[n, emotions]`` for waveforms of any lengths at the model's sample rate.

        Args:
            waveforms: Mono, float ``[samples]`` each, full scale 1. They go through in small padded batches; what a
                waveform is batched with changes its probabilities by rounding only.

        Raises:
            AudioError: A waveform is empty, silent, NaN, infinite, not mono or not of floats; the line counts from 1.
        """
        checked = [check_waveform(waveform, f"waveform {number}") for number, waveform in enumerate(waveforms, start=1)]
        # Waveforms of like length go together, so that little time is spent on padding.
        order = sorted(range(len(checked)), key=lambda row: checked[row].size)
        found = np.empty((len(checked), len(self.labels)), np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            found[rows] = self._run([checked[row] for row in rows])
        return found

    def _run(self, waveforms: list[Waveform]) -> npt.NDArray[np.float32]:
        """Pad one batch with zeros and run the model on it."""
        lengths = np.array([waveform.size for waveform in waveforms], np.int64)
        padded = np.zeros((len(waveforms), int(lengths.max())), np.float32)
        for row, waveform in zip(padded, waveforms, strict=True):
            row[: waveform.size] = waveform
        try:
            with bounded_run(padded.size) as options:
                (found,) = self._session.run([OUTPUT], dict(zip(INPUTS, (padded, lengths), strict=True)), options)
        except _ORT_ERRORS as error:
            raise EvenvoiceError(
                f"{self._name}: the model failed on {len(waveforms)} waveforms ({_first_line(error)}); "
                "export it again, or free memory if the recording is very long"
            ) from error
        expected = (len(waveforms), len(self.labels))
        if found.shape != expected:
            raise EvenvoiceError(
                f"{self._name}: gave an array of {list(found.shape)}, expected {list(expected)}, one a label; "
                "name a file that evenvoice exported"
            )
        if not np.isfinite(found).all():
            raise EvenvoiceError(
                f"{self._name}: gave probabilities that are NaN or infinite; train again with a lower learning rate"
            )
        return np.asarray(found, np.float32)

    def _waveform(self, audio: Path | str | Waveform, rate: float | None) -> Waveform:
        """Return what the model is to hear, at its own rate."""
        if isinstance(audio, Path | str):
            if rate is not None:
                raise AudioError(f"{audio}: a file knows its own sample rate; give a rate with waveforms only")
            return load(audio, rate=self.sample_rate)
        waveform = check_waveform(audio, "the waveform")
        if rate is None:
            return waveform
        return resample(waveform, _possible(rate), self.sample_rate)

    def _ranked(self, scores: npt.NDArray[np.float32]) -> list[dict[str, Any]]:
        """Return the labels with their probabilities, best first."""
        order = np.argsort(-scores, kind="stable")
        return [{"label": self.labels[number], "score": float(scores[number])} for number in order]

    def _entry(self, start: int, samples: Waveform) -> dict[str, Any]:
        """Return what `windows` says of one window. Each is run alone: on one thread a batch is no faster."""
        times = {"start": start / self.sample_rate, "end": (start + samples.size) / self.sample_rate}
        if not samples.any():
            return {**times, "scores": [], "silent": True}
        return {**times, "scores": self._ranked(self._run([samples])[0])}

    def _check_signature(self) -> None:
        """Refuse a graph whose inputs and output are not those of a recognizer."""
        found = {
            value.name: (value.type, len(value.shape))
            for value in (*self._session.get_inputs(), *self._session.get_outputs())
        }
        if found != _SIGNATURE:
            listed = ", ".join(f"{name[:40]} {kind} of {rank}" for name, (kind, rank) in list(found.items())[:4])
            raise EvenvoiceError(
                f"{self._name}: its inputs and outputs are {listed or 'none'}, expected waveform [b, n], lengths [b] "
                "and probabilities [b, emotions]; name a file that evenvoice exported"
            )


def _read(path: Path) -> bytes:
    """Return the bytes of a model file, or raise what a person can do about it."""
    try:
        if path.is_dir():
            raise EvenvoiceError(f"{path}: a folder, not a model file; name the .onnx file in it")
        size = path.stat().st_size
        # A pipe or a device would be waited for, or never end.
        if not path.is_file() or size > _LARGEST:
            raise EvenvoiceError(f"{path}: not a model file of evenvoice ({size} bytes); name a .onnx file")
        if size == 0:
            raise EvenvoiceError(f"{path}: empty (0 bytes); export or download it again")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise EvenvoiceError(f"{path}: no such file; check the path") from error
    except OSError as error:
        raise EvenvoiceError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error


def _possible(rate: float) -> float:
    """Return a sample rate, unless it is none."""
    if not 0 < rate < math.inf:
        raise AudioError(f"the waveform: a sample rate of {rate} Hz is impossible; give the one it was recorded at")
    return rate


def _first_line(error: Exception) -> str:
    """Return onnxruntime's own words, short."""
    return str(error).partition("\n")[0][:120]

"""A model file in use."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from evenvoice.audio import Waveform, check_waveform, load, resample
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer.metadata import INPUTS, OUTPUT, Card, read_card

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
        if isinstance(audio, Path | str):
            if rate is not None:
                raise AudioError(f"{audio}: a file knows its own sample rate; give a rate with waveforms only")
            waveform = load(audio, rate=self.sample_rate)
        else:
            waveform = self._at_own_rate(check_waveform(audio, "the waveform"), rate)
        scores = self.probabilities([waveform])[0]
        order = np.argsort(-scores, kind="stable")
        return [{"label": self.labels[number], "score": float(scores[number])} for number in order]

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
            (found,) = self._session.run([OUTPUT], dict(zip(INPUTS, (padded, lengths), strict=True)))
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

    def _at_own_rate(self, waveform: Waveform, rate: float | None) -> Waveform:
        """Resample to the model's rate."""
        if rate is None:
            return waveform
        if not 0 < rate < math.inf:
            raise AudioError(f"the waveform: a sample rate of {rate} Hz is impossible; give the one it was recorded at")
        return resample(waveform, rate, self.sample_rate)  # type: ignore[arg-type]  # soxr takes fractions, too

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


def _first_line(error: Exception) -> str:
    """Return onnxruntime's own words, short."""
    return str(error).partition("\n")[0][:120]

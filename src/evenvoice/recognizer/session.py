"""A model file's graph, run by onnxruntime on one batch; it pickles, and opens itself anew where it is unpickled."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from evenvoice._onnxruntime import onnxruntime, ort_errors
from evenvoice.audio import Waveform
from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer.bounds import FOLDING, bound_memory, bounded_run
from evenvoice.recognizer.metadata import INPUTS, NORMALISED, OUTPUT, SPEAKER

# onnxruntime has no base class for its errors.
_ORT_ERRORS = (
    ort_errors.EPFail, ort_errors.Fail, ort_errors.InvalidArgument, ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf, ort_errors.NoModel, ort_errors.NotImplemented, ort_errors.RuntimeException,
    RuntimeError,
)  # fmt: skip

# How far probabilities may be from a sum of 1.
_ROUNDING = 1e-3

_SIGNATURE = {"waveform": ("tensor(float)", 2), "lengths": ("tensor(int64)", 1), OUTPUT: ("tensor(float)", 2)}
_ADAPTIVE = {SPEAKER: ("tensor(float)", 2), NORMALISED: ("tensor(float)", 2)}


class Session:
    """An open model.

    Args:
        model: The bytes of the model file. They are kept, for pickling.
        name: What error messages call it.
        threads: How many threads one prediction may take.

    Attributes:
        width: How many numbers say where a speaker lies; ``None`` where the model cannot be adapted.

    Raises:
        EvenvoiceError: onnxruntime cannot open it, or it is no recognizer.
    """

    def __init__(self, model: bytes, name: str, threads: int) -> None:
        self._arguments = (model, name, threads)
        self._name = name
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        bound_memory(options)
        options.log_severity_level = 4  # what goes wrong is raised; nothing is to be printed beside it
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"], disabled_optimizers=FOLDING
            )
        except _ORT_ERRORS as error:
            raise EvenvoiceError(
                f"{name}: onnxruntime {onnxruntime.__version__} cannot open it ({_first_line(error)}); "
                "update onnxruntime, or export the model again"
            ) from error
        self.width = self._check_signature()

    @property
    def model(self) -> bytes:
        """The bytes of the model file."""
        return self._arguments[0]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle, copy and deep-copy by opening the model once more: onnxruntime's own object cannot be copied."""
        return type(self), self._arguments

    def run(
        self, waveforms: list[Waveform], labels: int, speaker: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        """Return probabilities, float32 ``[b, labels]``, of waveforms of float32 ``[samples]`` each.

        Args:
            waveforms: The batch.
            labels: How many probabilities each has.
            speaker: Where their speaker lies, float32 ``[width]``; the training mean if not given.

        Raises:
            EvenvoiceError: The model fails, or gives something else.
        """
        (found,) = self._run(waveforms, {OUTPUT: labels}, speaker)
        return found

    def normalised(self, waveforms: list[Waveform]) -> npt.NDArray[np.float32]:
        """Return the normalised rows, float32 ``[b, width]``, of a model that can be adapted.

        Raises:
            EvenvoiceError: The model fails, or gives something else.
        """
        assert self.width is not None
        (found,) = self._run(waveforms, {NORMALISED: self.width}, None)
        return found

    def run_and_normalised(
        self, waveforms: list[Waveform], labels: int, speaker: npt.NDArray[np.float32] | None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return what `run` and `normalised` do, in one run."""
        assert self.width is not None
        probabilities, rows = self._run(waveforms, {OUTPUT: labels, NORMALISED: self.width}, speaker)
        return probabilities, rows

    def _run(
        self, waveforms: list[Waveform], outputs: dict[str, int], speaker: npt.NDArray[np.float32] | None
    ) -> list[npt.NDArray[np.float32]]:
        """Return outputs, float32 ``[b, columns]`` each, by their names and columns."""
        sizes = np.array([waveform.size for waveform in waveforms], np.int64)
        padded = np.zeros((len(waveforms), int(sizes.max())), np.float32)
        for row, waveform in zip(padded, waveforms, strict=True):
            row[: waveform.size] = waveform
        given = dict(zip(INPUTS, (padded, sizes), strict=True))
        if speaker is not None:
            given[SPEAKER] = speaker[None]
        try:
            with bounded_run(padded.size) as options:
                results = self._session.run(list(outputs), given, options)
        except _ORT_ERRORS as error:
            raise EvenvoiceError(
                f"{self._name}: the model failed on {len(waveforms)} waveforms ({_first_line(error)}); "
                "export it again, or free memory if the recording is very long"
            ) from error
        for (output, columns), found in zip(outputs.items(), results, strict=True):
            if found.shape != (len(waveforms), columns):
                raise EvenvoiceError(
                    f"{self._name}: gave {output} of {list(found.shape)}, expected {[len(waveforms), columns]}; "
                    "name a file that evenvoice exported"
                )
            if not np.isfinite(found).all():
                raise EvenvoiceError(
                    f"{self._name}: gave {output} that are NaN or infinite; train again with a lower learning rate"
                )
            if output == OUTPUT and ((found < 0).any() or (np.abs(found.sum(axis=1) - 1) > _ROUNDING).any()):
                raise EvenvoiceError(
                    f"{self._name}: gave probabilities from {found.min():.3g} to {found.max():.3g} that sum to "
                    f"{found[0].sum():.3g}, expected 0 to 1 and a sum of 1; name a file that evenvoice exported"
                )
        return [np.asarray(found, np.float32) for found in results]

    def _check_signature(self) -> int | None:
        """Refuse a graph whose inputs and outputs are not those of a recognizer; return its width if it adapts."""
        found = {
            value.name: (value.type, len(value.shape))
            for value in (*self._session.get_inputs(), *self._session.get_outputs())
        }
        optional = {value.name: value for value in self._session.get_overridable_initializers()}
        speaker = optional.get(SPEAKER)
        if speaker is not None:
            found[SPEAKER] = (speaker.type, len(speaker.shape))
            if found == _SIGNATURE | _ADAPTIVE and isinstance(speaker.shape[1], int):
                return speaker.shape[1]
        if speaker is not None or found != _SIGNATURE:
            listed = ", ".join(f"{name[:40]} {kind} of {rank}" for name, (kind, rank) in list(found.items())[:4])
            raise EvenvoiceError(
                f"{self._name}: its inputs and outputs are {listed or 'none'}, expected waveform [b, n], lengths [b] "
                "and probabilities [b, emotions], perhaps speaker [1, r] that may be left out and normalised [b, r]; "
                "name a file that evenvoice exported"
            )
        return None


def _first_line(error: Exception) -> str:
    """Return onnxruntime's own words, short."""
    return str(error).partition("\n")[0][:120]

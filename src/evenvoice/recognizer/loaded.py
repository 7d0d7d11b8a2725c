"""A model file in memory: what it says of itself, and its probabilities."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from evenvoice.audio import one_line
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer.audio_like import several, to_waveform
from evenvoice.recognizer.hub import PREFIX, as_written, download_model, is_hub_name, push_model
from evenvoice.recognizer.metadata import Card, read_card
from evenvoice.recognizer.model_card import model_card
from evenvoice.recognizer.profile import SpeakerProfile
from evenvoice.recognizer.reading import read_whole
from evenvoice.recognizer.ready import ready_model
from evenvoice.recognizer.session import Session

# Enough to share the cost of starting a run among short clips; on one core more would cost memory only.
_BATCH = 8

# Our largest model is a few megabytes. Whatever is above this is no model of ours, and is not read into memory.
_LARGEST = 256 * 2**20
_SOURCE = "`evenvoice train CORPUS --out DIR` writes DIR/model.onnx"

Scores = list[dict[str, Any]]


class LoadedModel:
    """What `Recognizer` is built on; see there."""

    def __init__(self, path: Path | str | None = None, *, threads: int = 1) -> None:
        if path is not None and not isinstance(path, Path | str):
            raise EvenvoiceError(f"Recognizer: the model is {type(path).__name__}, expected the path of a .onnx file")
        if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
            raise EvenvoiceError(
                f"Recognizer: threads is {one_line(f'{threads!r:.40}')}, expected a whole number from 1"
            )
        if path is not None and is_hub_name(path):
            file, self._name = download_model(path, _LARGEST), one_line(as_written(path))
        else:
            file = ready_model() if path is None else Path(path)
            self._name = one_line(str(file))
        model = read_whole(file, "model file", ".onnx", "export or download it again", _LARGEST, _SOURCE)
        self._card = read_card(model, self._name)
        self.labels: tuple[str, ...] = tuple(self._card["labels"])
        self.sample_rate: int = self._card["sample_rate"]
        self._session = Session(model, self._name, threads)
        self._top = len(self.labels)
        self._speaker: SpeakerProfile | None = None

    def __repr__(self) -> str:
        """Return the model's name, what it tells apart, and its sample rate."""
        return f"<Recognizer {Path(self._name).name}: {', '.join(self.labels)}; {self.sample_rate} Hz>"

    def push_to_hub(
        self,
        repo: str,
        *,
        private: bool = False,
        licence: str | None = None,
        language: str | None = None,
        token: str | None = None,
    ) -> str:
        """Upload the model and its card to the Hugging Face hub; return the repository's address.

        Args:
            repo: ``user/model``; it is made where there is none.
            private: Whether a new repository is private.
            licence: Of the model, as the hub writes it (``apache-2.0``); that of the recordings if not given.
            language: Of the speech, as an ISO 639 code.
            token: Who uploads; otherwise whom ``hf auth login`` or ``HF_TOKEN`` say.

        Raises:
            EvenvoiceError: Not logged in, not allowed, or no answer.

        Examples:
            ``Recognizer("model.onnx").push_to_hub("anna/voices")``, and then ``Recognizer("hf:anna/voices")``.
        """
        card = model_card(self.card, file=f"{PREFIX}{repo}", licence=licence, language=language)
        return push_model(self._session.model, card, repo, private=private, token=token)

    def top(self, k: int) -> Self:
        """Return a recognizer that gives the k best emotions only; it shares this one's model.

        Args:
            k: How many, from 1. More than there are gives all.

        Raises:
            EvenvoiceError: k is no whole number from 1.

        Examples:
            ``best = Recognizer().top(3)``, then ``best("clip.wav")`` gives three entries.
        """
        if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
            raise EvenvoiceError(f"top: {one_line(f'{k!r:.40}')}, expected a whole number from 1, for example top(3)")
        return self._with(_top=min(int(k), len(self.labels)))

    @property
    def card(self) -> Card:
        """What the model file says of itself: labels, recipe, training corpus, measured figures, versions, use."""
        return copy.deepcopy(self._card)

    def probabilities(self, waveforms: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Return float32 ``[n, emotions]`` for recordings of any lengths, in the order of ``labels``.

        Args:
            waveforms: Mono, float ``[samples]`` each, full scale 1, at the model's sample rate; or anything else that a
                call takes. They go through in small padded batches; what a waveform is batched with changes its
                probabilities by rounding only.

        Raises:
            AudioError: A recording cannot be used; the line counts waveforms from 1.
        """
        given: Any = several(waveforms)
        given = waveforms if given is None else list(given)
        listed = given.ndim > 0 if isinstance(given, np.ndarray) else isinstance(given, Sequence)
        if not listed or isinstance(given, str | bytes):
            raise AudioError(f"probabilities: {type(waveforms).__name__}, expected a list of recordings")
        checked = [
            to_waveform(waveform, None, self.sample_rate, f"waveform {number}")
            for number, waveform in enumerate(given, start=1)
        ]
        # Waveforms of like length go together, so that little time is spent on padding.
        order = sorted(range(len(checked)), key=lambda row: checked[row].size)
        found = np.empty((len(checked), len(self.labels)), np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            found[rows] = self._session.run([checked[row] for row in rows], len(self.labels), self._offset)
        return found

    def _ranked(self, scores: npt.NDArray[np.float32]) -> Scores:
        """Return the labels with their probabilities, best first."""
        order = np.argsort(-scores, kind="stable")
        return [{"label": self.labels[number], "score": float(scores[number])} for number in order[: self._top]]

    @property
    def _offset(self) -> npt.NDArray[np.float32] | None:
        return None if self._speaker is None else self._speaker.offset

    def _with(self, **changes: Any) -> Self:
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__ | changes)
        return other

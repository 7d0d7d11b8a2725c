"""The extractor ``encoder``: a pretrained speech encoder, frozen, through Hugging Face transformers."""

from __future__ import annotations

import hashlib
import math
import threading
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError
from evenvoice.extras import need
from evenvoice.features.one_by_one import OneByOne

# Whisper's input; the attention of the others costs the square of it.
_PIECE = 30  # seconds
# What the first convolutions of wav2vec 2.0 and its kin need, in samples.
_LEAST = 400


class Encoder(OneByOne):
    """Hidden states of a frozen encoder: WavLM, HuBERT, wav2vec 2.0, Whisper and others of their architecture.

    Written ``encoder:PATH`` (a folder with ``config.json`` and weights) or ``encoder:NAME`` (on the Hugging Face hub:
    downloaded on first use, by transformers, under the licence of its authors). Code that comes with a model is not
    run. A frame is a vector of hidden states every 20 ms; longer recordings are encoded in pieces of 30 s.

    Args:
        model: A folder, or a name on the hub.
        layer: Whose hidden states: 0 is the input of the first layer, −1 the last layer's output. ``None``: the mean of
            all.

    Raises:
        MissingExtraError: transformers is not installed.
        EvenvoiceError: There is no such encoder, or no such layer.

    Source:
        Baevski et al. 2020, "wav2vec 2.0"; Hsu et al. 2021, "HuBERT"; Chen et al. 2022, "WavLM"; Radford et al. 2022,
        "Robust speech recognition via large-scale weak supervision" (Whisper).

    Examples:
        ``FeatureSettings(name="encoder:microsoft/wavlm-base").make().n_rows`` is 768.
    """

    name: ClassVar[str] = "encoder"
    version: ClassVar[int] = 1
    argument: ClassVar[str] = "model"
    default_shape: ClassVar[dict[str, Any]] = {"name": "functionals", "kind": "spread"}

    def __init__(self, *, model: str = "", layer: int | None = None) -> None:
        if not model:
            raise EvenvoiceError("extractor 'encoder': which one? write encoder:PATH_OR_HUB_NAME")
        need("transformers", "extractor 'encoder'")
        from transformers import AutoConfig, AutoFeatureExtractor

        self.model, self.layer = model, layer
        config = self._load(AutoConfig)
        self._whisper = config.model_type == "whisper"
        if not self._whisper and not hasattr(config, "conv_stride"):
            raise EvenvoiceError(
                f"extractor 'encoder': {model!r} is a {config.model_type}; give an encoder of waveforms such as WavLM, "
                "HuBERT, wav2vec 2.0, or Whisper"
            )
        layers = config.encoder_layers if self._whisper else config.num_hidden_layers
        if layer is not None and not -layers - 1 <= layer <= layers:
            raise EvenvoiceError(
                f"extractor 'encoder': layer is {layer}, and {model!r} has {layers}; give one from 0 to {layers}"
            )
        self._config = config
        self._prepare = self._load(AutoFeatureExtractor)
        self.sample_rate = int(self._prepare.sampling_rate)
        self.n_rows = int(config.d_model if self._whisper else config.hidden_size)
        self._encoder: nn.Module | None = None
        self._lock = threading.Lock()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the weights: what a folder holds may change."""
        sums = hashlib.sha256()
        for name, values in sorted(self.encoder.state_dict().items()):
            sums.update(name.encode() + np.ascontiguousarray(values.to(torch.float32).numpy()).tobytes())
        return sums.hexdigest()

    @property
    def encoder(self) -> nn.Module:
        """The network, loaded when it is first needed."""
        with self._lock:
            if self._encoder is None:
                from transformers import AutoModel

                whole = self._load(AutoModel)
                self._encoder = (whole.encoder if self._whisper else whole).eval().requires_grad_(False)
            return self._encoder

    def frames(self, samples: int) -> int:
        """Return how many frames a waveform of so many samples has."""
        piece = _PIECE * self.sample_rate
        whole, rest = divmod(samples, piece)
        return whole * self._frames(piece) + (self._frames(rest) if rest else 0)

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model, "layer": self.layer}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def _frames(self, samples: int) -> int:
        """Return how many frames a piece has."""
        if self._whisper:
            return math.ceil(samples / (2 * int(self._prepare.hop_length)))
        samples = max(samples, _LEAST)
        for width, stride in zip(self._config.conv_kernel, self._config.conv_stride, strict=True):
            samples = (samples - int(width)) // int(stride) + 1
        return samples

    def _features(self, waveform: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        piece = _PIECE * self.sample_rate
        with torch.inference_mode():
            states = [self._states(waveform[start : start + piece]) for start in range(0, waveform.size, piece)]
        return np.ascontiguousarray(torch.cat(states).T.numpy())

    def _states(self, waveform: npt.NDArray[np.float32]) -> Tensor:
        """Return the hidden states of a piece, ``[t, n_rows]``."""
        frames = self._frames(waveform.size)
        if not self._whisper:
            waveform = np.pad(waveform, (0, max(0, _LEAST - waveform.size)))
        given = self._prepare(waveform, sampling_rate=self.sample_rate, return_tensors="pt")
        inputs = given["input_features" if self._whisper else "input_values"]
        every = self.encoder(inputs, output_hidden_states=True).hidden_states
        chosen = torch.stack(every).mean(dim=0) if self.layer is None else every[self.layer]
        return chosen[0, :frames].to(torch.float32)

    def _load(self, kind: Any) -> Any:
        """Return what transformers loads of this model."""
        try:
            # transformers draws the first values of weights that a file then replaces.
            with torch.random.fork_rng(devices=[]):
                return kind.from_pretrained(self.model)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise EvenvoiceError(
                f"extractor 'encoder': {self.model!r} cannot be loaded ({' '.join(str(error).split())[:150]}); give a "
                "folder with config.json, preprocessor_config.json and weights, or a name on the Hugging Face hub that "
                "this machine reaches"
            ) from error

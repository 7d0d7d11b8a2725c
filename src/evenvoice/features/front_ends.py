"""Front ends by name. A new one is one file, one line in `FrontEndSettings` and one in `FRONT_ENDS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, Discriminator, Tag

from evenvoice.audio import Waveform
from evenvoice.errors import nearest
from evenvoice.features.baselines import (
    LogSpectrogramSettings,
    MfccCqtF0Settings,
    ShortTermSettings,
    log_spectrogram_features,
    mfcc_cqt_f0_features,
    short_term_features,
)
from evenvoice.features.mfcc import MFCC
from evenvoice.features.settings import MFCCSettings

Features = npt.NDArray[np.float32]
Hear = Callable[[Waveform], Features]


def _name(settings: Any) -> str:
    """The name of the front end that settings, or the keys and values of a file, are of."""
    return str(settings.get("name", "mfcc") if isinstance(settings, dict) else getattr(settings, "name", ""))


FrontEndSettings = Annotated[
    Annotated[MFCCSettings, Tag("mfcc")]
    | Annotated[ShortTermSettings, Tag("short-term")]
    | Annotated[MfccCqtF0Settings, Tag("mfcc-cqt-f0")]
    | Annotated[LogSpectrogramSettings, Tag("log-spectrogram")],
    Discriminator(_name),
]
"""The settings of any front end: each has ``name``, ``sample_rate``, ``form``, ``n_rows``, ``n_frames`` and
``feature_parameters()``."""


def _mfcc(settings: MFCCSettings) -> Hear:
    """Our own front end, as a function on one waveform."""
    module = MFCC(settings)

    def hear(waveform: Waveform) -> Features:
        # Alone, not in a batch: the length that a batch is padded to moves the last bits of a matrix product, and a
        # feature must not depend on its neighbours. It is no slower, either: one clip fits the processor's cache.
        with torch.inference_mode():
            features, _ = module(torch.from_numpy(waveform)[None], torch.tensor([waveform.size]))
        return np.ascontiguousarray(features[0].numpy())

    return hear


def _function(features: Callable[[Waveform, Any], Features]) -> Callable[[Any], Hear]:
    """A front end that is a function of waveform and settings."""
    return lambda settings: lambda waveform: features(waveform, settings)


# Of each front end: its settings, and what makes of these a function from float32 [n] to float32 [n_rows, t].
FRONT_ENDS: dict[str, tuple[type[BaseModel], Callable[[Any], Hear]]] = {
    "mfcc": (MFCCSettings, _mfcc),
    "short-term": (ShortTermSettings, _function(short_term_features)),
    "mfcc-cqt-f0": (MfccCqtF0Settings, _function(mfcc_cqt_f0_features)),
    "log-spectrogram": (LogSpectrogramSettings, _function(log_spectrogram_features)),
}


def check_front_end(name: object) -> None:
    """Raise a `ValueError` unless the front end is known."""
    if not isinstance(name, str):
        raise ValueError(f"{name!r} is no name; known are {', '.join(FRONT_ENDS)}")
    if name not in FRONT_ENDS:
        raise ValueError(f"{name!r} is unknown{nearest(name, list(FRONT_ENDS))}; known are {', '.join(FRONT_ENDS)}")


def hearing(settings: FrontEndSettings) -> Hear:
    """Return the function from a waveform, float32 ``[n]`` at the settings' rate, to features, float32 ``[n_rows, t]``.

    Examples:
        >>> hearing(MFCCSettings())(np.ones(16000, np.float32)).shape
        (120, 32)
    """
    return FRONT_ENDS[settings.name][1](settings)

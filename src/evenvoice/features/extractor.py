"""Extractors: waveform to a sequence of feature frames. Shipped ones by name, others by class or entry point."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch
from pydantic import ConfigDict, model_validator
from torch import Tensor, nn

from evenvoice.audio import Waveform
from evenvoice.errors import EvenvoiceError
from evenvoice.options import Settings, check_options
from evenvoice.outside import calling, is_outside, refused
from evenvoice.registry import Registry

Features = npt.NDArray[np.float32]


@runtime_checkable
class Extractor(Protocol):
    """What every extractor has; its constructor's keywords are its options, as a recipe's ``features:`` writes them.

    Attributes:
        name: What recipes call it.
        version: Raise it with every change that changes a feature: cached features of other versions are not read.
        sample_rate: Of the waveforms that it takes, in Hz.
        n_rows: Number of features of a frame.

    A class may say more of itself: ``default_shape``; ``row_names``; ``log_power``, where its rows are natural
    logarithms of power; ``argument``, the option that ``name:…`` sets; ``licence``, one line that is said when it is
    used; ``digest``, what its features depend on besides options and version (weights from elsewhere).
    """

    name: ClassVar[str]
    version: ClassVar[int]
    sample_rate: int
    n_rows: int

    def __call__(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return features and number of frames of a padded batch.

        Args:
            waveform: ``[b, n]`` float32; what lies beyond an utterance's length is ignored.
            lengths: ``[b]`` int64, samples.

        Returns:
            ``[b, n_rows, t]`` float32, zero beyond an utterance's own frames, and ``[b]`` int64.
        """
        ...

    def frames(self, samples: int) -> int:
        """Return how many frames a waveform of so many samples has at most: an extractor may cut quiet ends off."""
        ...


def _check(name: str, found: Any) -> None:
    """Raise unless a class from outside has what every extractor has."""
    for wanted in ("name", "version", "__call__", "frames"):
        if not hasattr(found, wanted):
            raise EvenvoiceError(
                f"extractor {name!r}: has no {wanted}; see evenvoice.features.Extractor, and check yours with "
                "evenvoice.testing.check_extractor"
            )


EXTRACTORS = Registry(
    "extractor",
    {
        "mfcc": "evenvoice.features.mfcc:MFCC",
        "voice": "evenvoice.features.voice:Voice",
        "log-mel": "evenvoice.features.log_mel:LogMel",
        "short-term": "evenvoice.features.baselines:ShortTerm",
        "mfcc-cqt-f0": "evenvoice.features.baselines:MfccCqtF0",
        "log-spectrogram": "evenvoice.features.baselines:LogSpectrogram",
        "opensmile": "evenvoice.features.optional:OpenSmile",
        "encoder": "evenvoice.features.optional:Encoder",
    },
    _check,
)


@lru_cache(maxsize=16)
def _made(kind: type[Extractor], options: str) -> Extractor:
    """Make an extractor once: it keeps no state from one call to the next."""
    with calling("extractor", kind):
        return kind(**json.loads(options))


class FeatureSettings(Settings):
    """Which extractor, with which options: a recipe's ``features:``. Options that are not given get their defaults.

    Raises:
        EvenvoiceError: An unknown extractor or option, or an impossible value.

    Examples:
        >>> FeatureSettings(name="mfcc", n_mfcc=13).make().n_rows
        39
        >>> FeatureSettings(name="encoder:some/model").options["model"]
        'some/model'
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = "mfcc"

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            options = {str(key): value for key, value in values.items() if key != "name"}
            name = values.get("name", "mfcc")
            EXTRACTORS.check_known(name)
            name, options = EXTRACTORS.with_argument(name, options)
            values = {"name": name, **check_options("extractor", name, EXTRACTORS[name], options)}
        return values

    @property
    def options(self) -> dict[str, Any]:
        """The extractor's options, all of them."""
        return dict(self.model_extra or {})

    @property
    def licence(self) -> str | None:
        """What the licence of the extractor asks of its users, one line; ``None`` where it is evenvoice's own."""
        said: str | None = getattr(EXTRACTORS[self.name], "licence", None)
        return said

    def make(self) -> Extractor:
        """Return the extractor.

        Raises:
            EvenvoiceError: Its options make it larger than the memory.
        """
        try:
            return _made(EXTRACTORS[self.name], json.dumps(self.options, sort_keys=True))
        except EvenvoiceError:
            raise
        except (MemoryError, RuntimeError, OverflowError) as error:
            words = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise EvenvoiceError(f"extractor {self.name!r}: cannot be made of {self.options} ({words})") from error


def exportable(extractor: Extractor) -> nn.Module | None:
    """Return the extractor as a torch module that a model file can hold; ``None`` where it has none."""
    module = getattr(extractor, "module", None)
    return module() if callable(module) else extractor if isinstance(extractor, nn.Module) else None


def compute(extractor: Extractor, waveform: Waveform) -> Features:
    """Return the features of one waveform, float32 ``[n_rows, t]``.

    One at a time, not in a batch: the length that a batch is padded to moves the last bits of a matrix product, and a
    feature must not depend on its neighbours. It is no slower, either: one clip fits the processor's cache.

    Args:
        extractor: Which.
        waveform: float32 ``[n]``, mono at the extractor's sample rate.

    Examples:
        >>> compute(FeatureSettings().make(), np.ones(16000, np.float32)).shape
        (120, 32)
    """
    with torch.inference_mode(), calling("extractor", extractor):
        given = extractor(torch.from_numpy(waveform)[None], torch.tensor([waveform.size]))
    if is_outside(extractor):
        _check_given(extractor, given)
    features, frames = given
    return np.ascontiguousarray(features[0, :, : int(frames[0])].numpy())


def _check_given(extractor: Extractor, given: Any) -> None:
    """Raise unless an extractor from outside gave features of one waveform."""

    def wrong(found: str, expected: str) -> EvenvoiceError:
        return refused("extractor", extractor, f"gives {found}; expected {expected}")

    if not (isinstance(given, tuple) and len(given) == 2 and all(isinstance(part, Tensor) for part in given)):
        raise wrong(f"a {type(given).__name__}", "two tensors, features [b, n_rows, t] and frames [b]")
    features, frames = given
    if features.ndim != 3 or features.shape[:2] != (1, extractor.n_rows) or features.dtype != torch.float32:
        raise wrong(f"features {features.dtype} {list(features.shape)}", f"float32 [1, {extractor.n_rows}, t]")
    if frames.shape != (1,) or not 1 <= int(frames[0]) <= features.shape[2]:
        raise wrong(f"frames {frames.tolist()} of {features.shape[2]}", "1 frame or more, and no more than there are")
    if not bool(torch.isfinite(features[:, :, : int(frames[0])]).all()):
        raise wrong("NaN or infinity", "finite features; floor what you divide by")

"""What these extractors share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import ConfigDict, Field

from evenvoice.features.one_by_one import OneByOne
from evenvoice.options import Settings

Features = npt.NDArray[np.float32]
Float = TypeVar("Float", np.float32, np.float64)


class SequenceSettings(Settings):
    """Options of an extractor that gives a sequence of frames.

    Args:
        sample_rate: Of the waveform, in Hz.

    Raises:
        EvenvoiceError: A value is impossible, or the values contradict each other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample_rate: int = Field(default=16000, gt=0, le=1_000_000)

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """Number of features of a frame."""

    @abstractmethod
    def frames(self, samples: int) -> int:
        """Return how many frames a waveform of so many samples, at least one, has."""


class BaselineExtractor(OneByOne):
    """An extractor that is a function of one waveform: a subclass names its settings and its function.

    Args:
        settings: The options; or give these as keywords.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    Settings: ClassVar[type[SequenceSettings]]

    def __init__(self, settings: SequenceSettings | None = None, **options: Any) -> None:
        self.settings = settings or self.Settings(**options)
        self.sample_rate = self.settings.sample_rate
        self.n_rows = self.settings.n_rows

    def frames(self, samples: int) -> int:
        """Return how many frames a waveform of so many samples, at least one, has."""
        return self.settings.frames(samples)


def filled(waveform: npt.NDArray[Float], least: int) -> npt.NDArray[Float]:
    """Return the waveform ``[n]`` with zeros behind it where it is shorter than ``least`` samples.

    Examples:
        >>> filled(np.ones(2, np.float32), 4).tolist(), filled(np.ones(3, np.float32), 2).tolist()
        ([1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0])
    """
    return np.pad(waveform, (0, max(0, least - waveform.size)))

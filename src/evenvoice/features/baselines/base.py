"""What the settings of all these front ends share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

Features = npt.NDArray[np.float32]
Float = TypeVar("Float", np.float32, np.float64)

_OUTSIDE_THE_CACHE = {"form", "seconds"}


class RivalSettings(BaseModel):
    """Settings of a front end that gives a sequence of frames.

    Args:
        name: Which front end.
        sample_rate: Of the waveform, in Hz.
        form: ``sequence``: n_rows x frames, padded or cropped by the network's side.
        seconds: How much of an utterance the network sees; the rest is cropped. The features are of all of it.

    Raises:
        pydantic.ValidationError: A value is impossible, or the values contradict each other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sample_rate: int = Field(default=16000, gt=0)
    form: Literal["sequence"] = "sequence"
    seconds: float = Field(gt=0, allow_inf_nan=False)

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """Number of features of a frame."""

    @abstractmethod
    def frames(self, samples: int) -> int:
        """Return how many frames a waveform of so many samples, at least one, has."""

    @property
    def n_frames(self) -> int:
        """Number of frames in ``seconds``."""
        return self.frames(round(self.seconds * self.sample_rate))

    def feature_parameters(self) -> dict[str, Any]:
        """Return the parameters that change the ragged features, and no others: the cache is keyed by them."""
        return self.model_dump(exclude=_OUTSIDE_THE_CACHE)


def filled(waveform: npt.NDArray[Float], least: int) -> npt.NDArray[Float]:
    """Return the waveform ``[n]`` with zeros behind it where it is shorter than ``least`` samples.

    Examples:
        >>> filled(np.ones(2, np.float32), 4).tolist(), filled(np.ones(3, np.float32), 2).tolist()
        ([1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0])
    """
    return np.pad(waveform, (0, max(0, least - waveform.size)))

"""Frames side by side: padded with zeros or cropped to the same length."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from evenvoice.errors import EvenvoiceError
from evenvoice.features.extractor import Extractor
from evenvoice.options import Count, Positive


class Array:
    """All rows as one channel, ``[1, n_rows, frames]``: the paper's "entire arrays" (section 5.2).

    Padding is zero after normalising, which is the training mean, so it says nothing; before, it would be a loud
    artefact.

    Args:
        extractor: Whose features.
        seconds: How much of an utterance is shown; the rest is cropped, and what is missing is filled with zeros.

    Examples:
        >>> from evenvoice.features import FeatureSettings
        >>> Array(FeatureSettings().make()).size, Channels(FeatureSettings().make()).size
        ((1, 120, 94), (3, 40, 94))
    """

    name: ClassVar[str] = "array"
    one_frame: ClassVar[bool] = False

    def __init__(self, extractor: Extractor, *, seconds: Positive = 3.0) -> None:
        self.n_normalised = extractor.n_rows
        self.n_frames = extractor.frames(round(seconds * extractor.sample_rate))
        self.size = (1, extractor.n_rows, self.n_frames)

    def rows(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features as they are; see `Shape`."""
        return features, frames

    def image(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Return the first ``seconds``, ``[b, *size]``. Normalising moved the zeros beyond an utterance: they return.

        Examples:
            >>> from evenvoice.features import FeatureSettings
            >>> shape = Channels(FeatureSettings(n_mfcc=2).make(), seconds=0.1)
            >>> picture = shape.image(torch.ones(1, 6, 9), torch.tensor([2]))
            >>> picture.shape, picture[0, 0].tolist()
            (torch.Size([1, 3, 2, 4]), [[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]])
        """
        return self._fit(rows, self._own(rows, frames))

    def _own(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Which frames are the utterance's own: bool ``[b, t]``."""
        return torch.arange(rows.shape[2], device=rows.device) < frames[:, None]

    def _fit(self, rows: Tensor, own: Tensor) -> Tensor:
        """Zeros beyond the utterance, and the width of ``size``."""
        fitted = F.pad(rows.masked_fill(~own[:, None], 0.0), (0, self.n_frames))[:, :, : self.n_frames]
        return fitted.reshape(rows.shape[0], *self.size)


class Channels(Array):
    """One channel for each group of rows, ``[3, n_mfcc, frames]`` for MFCC, Δ and ΔΔ.

    Args:
        extractor: Whose features; its ``groups`` says into how many equal parts the rows fall, 1 if it does not say.
        seconds: See `Array`.

    Raises:
        EvenvoiceError: The rows do not fall into equal groups.
    """

    name: ClassVar[str] = "channels"

    def __init__(self, extractor: Extractor, *, seconds: Positive = 3.0) -> None:
        super().__init__(extractor, seconds=seconds)
        groups = getattr(extractor, "groups", 1)
        if extractor.n_rows % groups:
            raise EvenvoiceError(
                f"shape 'channels': extractor {extractor.name!r} has {extractor.n_rows} rows, which do not fall into "
                f"{groups} equal groups; use shape array"
            )
        self.size = (groups, extractor.n_rows // groups, self.n_frames)


class Sequence(Array):
    """All rows and one more, the last: 1 where a frame is the utterance's own, 0 where it is padding.

    Args:
        extractor: Whose features.
        seconds: See `Array`.
        n_rows: The first so many rows of the features, for a network that needs no Δ; all of them if not given.

    Raises:
        EvenvoiceError: The extractor has fewer rows.

    Examples:
        >>> from evenvoice.features import FeatureSettings
        >>> Sequence(FeatureSettings().make()).size, Sequence(FeatureSettings().make(), n_rows=40).size
        ((1, 121, 94), (1, 41, 94))
    """

    name: ClassVar[str] = "sequence"

    def __init__(self, extractor: Extractor, *, seconds: Positive = 3.0, n_rows: Count | None = None) -> None:
        super().__init__(extractor, seconds=seconds)
        if n_rows is not None and n_rows > extractor.n_rows:
            raise EvenvoiceError(
                f"shape 'sequence': n_rows {n_rows}, and extractor {extractor.name!r} has {extractor.n_rows} rows; "
                "give no more, or leave n_rows out"
            )
        self.size = (1, (n_rows or extractor.n_rows) + 1, self.n_frames)

    def image(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Return the first ``seconds`` with the row that says which frames are the utterance's own."""
        own = self._own(rows, frames)
        return self._fit(torch.cat((rows[:, : self.size[1] - 1], own[:, None].to(rows.dtype)), dim=1), own)

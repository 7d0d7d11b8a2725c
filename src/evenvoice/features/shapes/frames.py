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
        named: The rows whose name begins so, ``log-mel``, in the place of the first ones; of an extractor with
            ``row_names``.

    Attributes:
        chosen: Which rows of the features it takes, in order.

    Raises:
        EvenvoiceError: The extractor has fewer rows, or none of that name, or both are asked for.

    Examples:
        >>> from evenvoice.features import FeatureSettings
        >>> Sequence(FeatureSettings().make()).size, Sequence(FeatureSettings().make(), n_rows=40).size
        ((1, 121, 94), (1, 41, 94))
        >>> Sequence(FeatureSettings(name="voice", log_mels=80).make(), named="log-mel").size
        (1, 81, 301)
    """

    name: ClassVar[str] = "sequence"

    def __init__(
        self,
        extractor: Extractor,
        *,
        seconds: Positive = 3.0,
        n_rows: Count | None = None,
        named: str | None = None,
    ) -> None:
        super().__init__(extractor, seconds=seconds)
        if n_rows is not None and n_rows > extractor.n_rows:
            raise EvenvoiceError(
                f"shape 'sequence': n_rows {n_rows}, and extractor {extractor.name!r} has {extractor.n_rows} rows; "
                "give no more, or leave n_rows out"
            )
        self.chosen = slice(0, n_rows or extractor.n_rows) if named is None else _rows_named(named, n_rows, extractor)
        self.size = (1, self.chosen.stop - self.chosen.start + 1, self.n_frames)

    def image(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Return the first ``seconds`` with the row that says which frames are the utterance's own."""
        own = self._own(rows, frames)
        return self._fit(torch.cat((rows[:, self.chosen], own[:, None].to(rows.dtype)), dim=1), own)


def _rows_named(named: str, n_rows: int | None, extractor: Extractor) -> slice:
    """Return which rows have a name that begins so; they follow one another."""
    if n_rows is not None:
        raise EvenvoiceError(
            f"shape 'sequence': n_rows {n_rows} and named {named!r} both choose rows; give one of them"
        )
    names = list(getattr(extractor, "row_names", ()))
    found = [number for number, name in enumerate(names) if name.startswith(named)]
    if not found or not named:
        kinds = sorted({name.rstrip(" 0123456789") for name in names})
        remedy = f"its rows are {', '.join(kinds)}" if kinds else "it names no rows; leave named out"
        if "log-mel".startswith(named or " "):
            remedy = "set features: {name: voice, log_mels: 80}"
        raise EvenvoiceError(
            f"shape 'sequence': extractor {extractor.name!r} has no row whose name begins with {named!r}; {remedy}"
        )
    if found[-1] - found[0] + 1 != len(found):
        raise EvenvoiceError(
            f"shape 'sequence': the rows named {named!r} do not follow one another in extractor {extractor.name!r}; "
            "give a longer beginning"
        )
    return slice(found[0], found[-1] + 1)

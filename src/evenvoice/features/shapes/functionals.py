"""One vector: statistics of each row's trajectory over the utterance's own frames."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor

from evenvoice.features.extractor import Extractor
from evenvoice.features.functionals import Functionals

_BASIC = 5


class FunctionalsShape:
    """Functionals of each row, one vector an utterance: `evenvoice.features.Functionals` lists them.

    Args:
        extractor: Whose features; with ``row_names`` where it names its rows.
        kind: ``mean`` of each row; ``spread`` (mean and standard deviation); ``basic`` (mean, standard deviation,
            minimum, maximum and slope); ``rich`` (moments, percentiles, regression, levels, peaks, autocorrelation,
            voiced and unvoiced apart, duration).

    Examples:
        >>> from evenvoice.features import FeatureSettings
        >>> FunctionalsShape(FeatureSettings().make()).size
        (1, 5, 120)
    """

    name: ClassVar[str] = "functionals"
    version: ClassVar[int] = 1
    one_frame: ClassVar[bool] = True

    def __init__(self, extractor: Extractor, *, kind: Literal["mean", "spread", "basic", "rich"] = "basic") -> None:
        names = getattr(extractor, "row_names", None) or [f"row {row}" for row in range(extractor.n_rows)]
        self.kind, self.n_rows = kind, extractor.n_rows
        self.functionals = Functionals(names, kind)
        self.n_normalised = len(self.functionals.names)
        basic = kind == "basic"
        self.size = (1, _BASIC, extractor.n_rows) if basic else (1, 1, self.n_normalised)

    def rows(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return the first functional of every row, then the second, and so on: ``[b, n_normalised, 1]``."""
        values: Tensor = self.functionals(features, frames)
        return values[:, :, None], torch.ones_like(frames)

    def image(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Return ``[b, *size]``; of ``basic``, one line for each statistic."""
        return rows.reshape(rows.shape[0], *self.size)

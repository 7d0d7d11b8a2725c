"""Means and deviations over the voiced and over the unvoiced frames apart."""

from __future__ import annotations

from torch import Tensor

from evenvoice.features.functionals.contours import Contours

# A frame of this periodicity is unvoiced, voiced, and in proportion between.
_UNVOICED, _VOICED = 0.3, 0.7


def voiced(contours: Contours, periodicity: Tensor) -> list[Tensor]:
    """Mean and deviation over voiced frames, then over unvoiced ones, both less those over all frames.

    A frame is voiced to the degree w = (periodicity − 0.3) / 0.4 within 0 and 1, so that no border case flips. One
    frame of the weight 1 with the utterance's own mean and variance is added on each side: without any voiced frame
    the result is 0.

    Args:
        contours: ``[b, r, t]``.
        periodicity: ``[b, t]``.
    """
    degree = ((periodicity - _UNVOICED) / (_VOICED - _UNVOICED)).clamp(0, 1)[:, None]
    deviation = contours.variance.sqrt()
    found = []
    for weight in (degree, 1 - degree):
        own = weight.masked_fill(~contours.own, 0.0)
        total = own.sum(dim=2) + 1
        shift = (own * contours.centred).sum(dim=2) / total
        power = ((own * contours.squared).sum(dim=2) + contours.variance) / total
        found += [shift, (power - shift.square()).clamp(min=0).sqrt() - deviation]
    return found

"""Where rounding alone would decide, the functionals do not jump."""

from __future__ import annotations

import torch

from evenvoice.features.functionals.contours import Contours
from evenvoice.features.functionals.families import levels


def test_frames_that_lie_exactly_at_a_level_are_not_counted_by_their_rounding() -> None:
    """The Δ of a steady tone: its start, its end, and between them nothing, half way from lowest to highest."""
    rounding = 1e-5 * torch.tensor([1.0, -1.0]).repeat(20)
    ends = torch.tensor([2.0]), torch.tensor([-2.0])
    found = [
        torch.stack(levels(Contours(torch.cat((ends[0], sign * rounding, ends[1]))[None, None], torch.tensor([42]))))
        for sign in (0.0, 1.0, -1.0)
    ]
    torch.testing.assert_close(found[1], found[0], atol=1e-3, rtol=0)
    torch.testing.assert_close(found[2], found[0], atol=1e-3, rtol=0)

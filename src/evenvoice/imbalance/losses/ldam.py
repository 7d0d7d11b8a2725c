"""LDAM: a larger margin for rarer classes, with weights that come late."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.losses.base import BaseLoss
from evenvoice.imbalance.losses.weighted import effective_weights


class LDAM(BaseLoss):
    """Cross entropy of s·(z − Δ), with Δ_c = C·n_c^{−1/4} taken from the logit of the true class.

    Source: Cao, Wei, Gaidon, Arechiga & Ma 2019, equation 12 and their deferred re-weighting (algorithm 1). Δ is scaled
    so that its largest is ``max_margin``. Their network's last layer compares directions and is bounded, hence s = 30;
    ours is not, so s is 1 unless you say otherwise.

    Args:
        class_counts: n_c; [k].
        n_epochs: Length of the training.
        max_margin: The margin of the rarest class.
        scale: s.
        deferred: Share of the epochs after which rows are weighted by the effective number of their class (β =
            ``beta``); 1 for never.
        beta: See `EffectiveNumber`.

    Raises:
        EvenvoiceError: An option has an impossible value; and see `BaseLoss`.

    Examples:
        >>> LDAM((16, 1)).margins.tolist()
        [0.25, 0.5]
    """

    def __init__(
        self,
        class_counts: Sequence[float],
        n_epochs: int = 1,
        *,
        max_margin: float = 0.5,
        scale: float = 1.0,
        deferred: float = 0.8,
        beta: float = 0.9999,
    ) -> None:
        super().__init__(class_counts, n_epochs)
        if not (max_margin >= 0 and scale > 0 and 0 <= deferred <= 1 and 0 <= beta < 1):
            raise EvenvoiceError(
                f"loss ldam: max_margin {max_margin!r}, scale {scale!r}, deferred {deferred!r}, beta {beta!r}; give "
                "max_margin of 0 or more, scale above 0, deferred from 0 to 1, beta from 0 and below 1"
            )
        margins = self.class_counts**-0.25
        self.margins = margins * (max_margin / margins.max())
        self.scale = scale
        self.starts = math.ceil(deferred * n_epochs)
        self.weights = effective_weights(self.class_counts, beta)

    def rows(self, logits: Tensor, targets: Tensor, epoch: int) -> Tensor:
        """See `BaseLoss.rows`."""
        shifted = self.scale * (logits - self.per_class(self.margins, logits) * targets)
        each = targets * shifted.log_softmax(dim=1)
        if epoch >= self.starts:
            each = self.per_class(self.weights, logits) * each
        return -each.sum(dim=1)

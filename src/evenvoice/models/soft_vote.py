"""An ensemble of fitted models: the mean of their probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError
from evenvoice.models.estimator import Estimator


class SoftVote(nn.Module):
    """Networks whose probabilities are averaged.

    Args:
        members: Networks of the same input and classes, one at least.

    Shape:
        - Input: ``[b, c, h, w]`` float32
        - Output: ``[b, k]`` float32: ln of the mean probability, of which the softmax is that mean

    Source:
        Kittler et al. 1998, "On combining classifiers": the sum rule.

    Examples:
        >>> vote = SoftVote([nn.Identity(), nn.Identity()])
        >>> vote(torch.tensor([[0.0, math.log(3)]])).softmax(dim=1).round(decimals=3).tolist()
        [[0.25, 0.75]]
    """

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits ``[b, k]``."""
        each = torch.stack([member(features).log_softmax(dim=1) for member in self.members])
        return each.logsumexp(dim=0) - math.log(len(self.members))

    def penalty(self) -> Tensor:
        """Return zero: members are fitted one by one."""
        return torch.zeros(())


class EstimatorVote(Estimator):
    """Classical classifiers, fitted already, whose probabilities are averaged.

    Args:
        members: Fitted classifiers of the same input and classes, one at least.
    """

    name: ClassVar[str] = "soft-vote"

    def __init__(self, members: Sequence[Estimator]) -> None:
        super().__init__(members[0].input_shape, members[0].n_classes)
        self.members = tuple(members)

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """See `Estimator.learned`."""
        return {
            f"{number}/{name}": values
            for number, member in enumerate(self.members)
            for name, values in member.learned().items()
        }

    def restore(self, learned: Mapping[str, npt.NDArray[Any]]) -> None:
        """See `Estimator.restore`."""
        for number, member in enumerate(self.members):
            start = f"{number}/"
            own = {name.removeprefix(start): values for name, values in learned.items() if name.startswith(start)}
            member.restore(own)

    def module(self) -> nn.Module | None:
        """See `Estimator.module`; ``None`` unless every member has one."""
        modules = [member.module() for member in self.members]
        return SoftVote([module for module in modules if module is not None]) if None not in modules else None

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        raise EvenvoiceError("model 'soft-vote': its members are fitted one by one; set ensemble in the recipe")

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.floating[Any]]:
        mean: npt.NDArray[np.float64] = np.mean([member.probabilities(X) for member in self.members], axis=0)
        return mean


def soft_vote(members: Sequence[nn.Module | Estimator]) -> nn.Module | Estimator:
    """Return one model of several, or the only one as it is."""
    if len(members) == 1:
        return members[0]
    estimators = [member for member in members if isinstance(member, Estimator)]
    if estimators:
        return EstimatorVote(estimators)
    return SoftVote([member for member in members if isinstance(member, nn.Module)])

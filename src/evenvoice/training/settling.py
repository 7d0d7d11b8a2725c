"""Whether the running statistics of batch normalisation have settled: what a network predicts with, after few steps."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from torch import nn

from evenvoice.errors import EvenvoiceError
from evenvoice.models import Estimator, check_model
from evenvoice.training.trained import TrainedModel

MOST_UNSETTLED = 0.01
"""Above this share of their initial values, running statistics have not settled."""

_Norm = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d


def unsettled(network: nn.Module | Estimator) -> float:
    """Return the share of their initial values that the running statistics of batch normalisation still hold.

    A running mean or variance r begins at 0 or 1, and each step with the statistic s of its batch makes it
    (1 − m) r + m s, where m is torch's momentum (Keras' is 1 − m). After n steps the beginning has the weight
    (1 − m)ⁿ: 9 % after 240 steps with m = 0.01, the default of Keras. Training normalises with the batch, prediction
    with r; so until r has settled, a network predicts with statistics of nothing that it saw.

    Args:
        network: Fitted.

    Returns:
        The largest share of any normalisation, from 0 to 1; 0 where there is none, and of a classical classifier.

    Examples:
        >>> import torch
        >>> network = nn.Sequential(nn.BatchNorm1d(2, momentum=0.5))
        >>> for _ in range(3):
        ...     _ = network(torch.zeros(4, 2))
        >>> unsettled(network)
        0.125
    """
    if isinstance(network, Estimator):
        return 0.0
    return max(map(_share, _norms(network)), default=0.0)


def unsettled_shares(trained: TrainedModel) -> list[float]:
    """Return `unsettled` of a fitted recipe and of each of its partners."""
    return [unsettled(one.network) for one in (trained, *trained.partners)]


def unsettled_words(found: Sequence[tuple[str, Mapping[str, Any], float]]) -> str:
    """Return which fits have running statistics that have not settled, what that does, and what to do, in one sentence.

    Args:
        found: Of each a name, the recipe as plain data (``model`` and ``training`` are looked at), and the share by
            `unsettled`, above `MOST_UNSETTLED`.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> recipe = open_recipe("2dcnn", {"training": {"epochs": 40}})
        >>> unsettled_words([("2dcnn", recipe.model_dump(), 0.0896)])
        '...not settled: 2dcnn (9.0 % ...set training.epochs=77 or model.options.batch_norm_momentum=0.1'
    """
    names = ", ".join(f"{name} ({100 * share:.1f} % of the initial values are left)" for name, _, share in found)
    remedies = dict.fromkeys(remedy for _, recipe, _ in found for remedy in _remedies(recipe))
    epochs = [_enough(recipe, share) for _, recipe, share in found if recipe["training"]["select"] == "last"]
    words = ([f"training.epochs={max(epochs)}"] if epochs else []) + list(remedies)
    return (
        f"running statistics of batch normalisation have not settled: {names}, so prediction uses other statistics "
        f"than training; set {' or '.join(words)}"
    )


def warn_of_unsettled(trained: TrainedModel) -> None:
    """Warn, as scikit-learn does of a fit that has not converged, where running statistics have not settled."""
    models = (trained, *trained.partners)
    shares = zip(models, unsettled_shares(trained), strict=True)
    found = [(one.recipe.name, one.recipe.model_dump(), share) for one, share in shares if share > MOST_UNSETTLED]
    if found:
        warnings.warn(unsettled_words(found), ConvergenceWarning, stacklevel=3)


def _enough(recipe: Mapping[str, Any], share: float) -> int:
    """After how many epochs the statistics will have settled."""
    epochs: int = recipe["training"]["epochs"]
    return math.ceil(epochs * math.log(MOST_UNSETTLED) / math.log(share))


def _remedies(recipe: Mapping[str, Any]) -> list[str]:
    """What helps beside more epochs."""
    found = [] if recipe["training"]["select"] == "last" else ["training.select=last"]
    return found + (["model.options.batch_norm_momentum=0.1"] if _takes_momentum(recipe["model"]) else [])


def _takes_momentum(model: Mapping[str, Any]) -> bool:
    """Whether the momentum is an option of the model, and not a large one already."""
    options = {**model["options"], "batch_norm_momentum": 0.1}
    try:
        check_model(str(model["name"]), options)
    except EvenvoiceError:
        return False
    return bool(model["options"].get("batch_norm_momentum", 0) < 0.1)


def _norms(network: nn.Module) -> Iterator[_Norm]:
    """The batch normalisations that keep running statistics; one that saw no batch is not part of the network."""
    return (one for one in network.modules() if isinstance(one, _Norm) and one.track_running_stats and _steps(one))


def _steps(norm: _Norm) -> int:
    return 0 if norm.num_batches_tracked is None else int(norm.num_batches_tracked)


def _share(norm: _Norm) -> float:
    """What is left of the beginning; without a momentum the statistics are the plain mean over all batches."""
    return 0.0 if norm.momentum is None else float((1 - norm.momentum) ** _steps(norm))

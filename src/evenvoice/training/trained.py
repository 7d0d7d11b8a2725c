"""What a fit gives: the fitted recipe, with the record of what each of its steps was fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from scipy.special import softmax

from evenvoice.errors import EvenvoiceError
from evenvoice.features import one_thread
from evenvoice.imbalance import Draw, Plan, Shift
from evenvoice.metrics import log_probabilities
from evenvoice.models import Estimator
from evenvoice.outside import calling
from evenvoice.recipes import Recipe
from evenvoice.training.blocks import by_blocks, rows_at_once
from evenvoice.training.dataset import Dataset
from evenvoice.training.guards import check_logits, part_of, read_only
from evenvoice.training.images import Images
from evenvoice.training.normalise import Normaliser, shrinkage
from evenvoice.training.prepare import to_images

Network = torch.nn.Module | Estimator


@dataclass(frozen=True)
class TrainedModel:
    """A fitted recipe, and the record of what each of its steps was fitted on.

    Attributes:
        recipe: What was fitted.
        labels: Emotions, in the order of the probabilities.
        network: In evaluation mode; or the fitted classical classifier.
        normaliser: ``None`` where each speaker's own audio normalises.
        plans: What the samplers did, by epoch and member of the ensemble, both from 1; one plan unless they are drawn
            anew. Row numbers count the training part's examples.
        history: One row an epoch, the mean over the members of an ensemble; none for a classical classifier, which
            has no epochs.
        epoch: Whose weights were kept, by the first member of an ensemble; 0 where there are none.
        fitted_on: Utterance ids that each step saw: ``normaliser``, ``balancer``, ``network``, ``selection``,
            ``calibration``.
        seconds: How long the fit took.
        decision: What turns logits into answers; nothing unless the recipe has one.
        partners: The fitted partners of the recipe, in their order.
    """

    recipe: Recipe
    labels: tuple[str, ...]
    network: Network
    normaliser: Normaliser | None
    plans: Mapping[Draw, Plan]
    history: pd.DataFrame
    epoch: int
    fitted_on: dict[str, tuple[str, ...]]
    seconds: float
    decision: Shift = field(default_factory=Shift)
    partners: tuple[TrainedModel, ...] = ()

    @property
    def plan(self) -> Plan:
        """The first plan."""
        return next(iter(self.plans.values()))

    def probabilities(
        self, examples: Dataset, offsets: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        """Return float32 ``[n, emotions]``; nothing of the examples but features (and speakers) is looked at.

        Args:
            examples: What to predict.
            offsets: Of the speakers, float32 ``[1, r]`` or ``[n, r]``: see `offset`.
        """
        own, *others = self._apart(offsets)
        images = to_images(self.recipe, examples, self.normaliser, own)
        if not self.partners:
            return self.image_probabilities(images)
        partners = [
            one.probabilities(partner_part(self.recipe, one.recipe, examples), part)
            for one, part in zip(self.partners, others, strict=True)
        ]
        logits = probabilities_of(self.network, images, Shift())
        return together([logits, *partners], weights_of(self.recipe), self.decision)

    def offset(self, enrolled: Dataset, weight: float | None = None) -> npt.NDArray[np.float32]:
        """Return where a speaker lies, normalised, float32 ``[1, r]``: the mean of some utterances, shrunk; no labels.

        Of frames, an utterance has their mean. Where several of a recipe and its partners adapt, theirs follow each
        other.

        Args:
            enrolled: Utterances of one speaker, one at least.
            weight: How much their mean counts; k / (k + kappa) if not given.

        Raises:
            EvenvoiceError: The recipe does not say ``normalise: enrolled``.
        """
        if not self.recipe.adaptive:
            raise EvenvoiceError(
                f"recipe {self.recipe.name!r} cannot be adapted to a speaker; use normalise: enrolled, as "
                "voice-adaptive does"
            )
        weight = shrinkage(len(enrolled.ids), self.recipe.kappa) if weight is None else weight
        means = [
            one._mean_of(partner_part(self.recipe, one.recipe, enrolled)) for one in (self, *self.partners) if one.width
        ]
        return (weight * np.concatenate(means)).astype(np.float32)[None]

    @property
    def width(self) -> int:
        """How many values of its offset are this model's own, without those of its partners."""
        return self.recipe.made_shape.n_normalised if self.recipe.normalise == "enrolled" else 0

    @property
    def offset_width(self) -> int:
        """How many values an offset has."""
        return sum(one.width for one in (self, *self.partners))

    def _mean_of(self, enrolled: Dataset) -> npt.NDArray[np.float64]:
        """Return the mean of normalised utterances, float64 ``[width]``."""
        assert self.normaliser is not None
        rows = self.normaliser.each(enrolled.rows(self.recipe.made_shape))
        mean: npt.NDArray[np.float64] = np.stack([row.mean(axis=1) for row in rows]).mean(axis=0, dtype=np.float64)
        return mean

    def _apart(self, offsets: npt.NDArray[np.float32] | None) -> list[npt.NDArray[np.float32] | None]:
        """Return the parts of offsets that belong to this model and to each partner."""
        models = (self, *self.partners)
        if offsets is None:
            return [None] * len(models)
        ends = np.cumsum([one.width for one in models])
        return [offsets[:, end - one.width : end] if one.width else None for one, end in zip(models, ends, strict=True)]

    def image_probabilities(self, images: Images) -> npt.NDArray[np.float32]:
        """Return float32 ``[n, emotions]`` for normalised features ``[n, c, h, w]`` (softmax: equation 9).

        Raises:
            EvenvoiceError: The recipe has partners, which need features of another shape.
        """
        if self.partners:
            raise EvenvoiceError(
                f"recipe {self.recipe.name!r} has partners, which need more than one array; predict from features, or "
                "leave partners out"
            )
        return probabilities_of(self.network, images, self.decision)


@dataclass(frozen=True)
class Watched:
    """Rows that the network is measured on after each epoch: normalised features ``[n, c, h, w]``, labels and ids."""

    images: Images
    emotions: npt.NDArray[np.str_]
    ids: Sequence[str]


def partner_part(recipe: Recipe, partner: Recipe, part: Dataset) -> Dataset:
    """Return a part of a corpus with the features of a recipe's partner; the part itself where they are the same."""
    return part if partner.features == recipe.features else part.beside(partner.features)


def weights_of(recipe: Recipe) -> tuple[float, ...]:
    """Return how much the log-probabilities of a recipe and of its partners count."""
    return recipe.own_weight, *(partner.weight for partner in recipe.partners)


def together(
    probabilities: Sequence[npt.NDArray[np.float32]], weights: Sequence[float], decision: Shift
) -> npt.NDArray[np.float32]:
    """Return softmax(Σ w ln p) after a decision, float32 ``[n, emotions]``.

    Source: Kittler et al. 1998, "On combining classifiers": the product rule, with weights.
    """
    logits = sum(weight * log_probabilities(each) for weight, each in zip(weights, probabilities, strict=True))
    return np.asarray(softmax(decision(logits), axis=1), np.float32)


def probabilities_of(network: Network, images: Images, decision: Shift) -> npt.NDArray[np.float32]:
    """Softmax of the logits after a decision, float32 ``[n, emotions]`` (without one: equation 9 of the paper)."""
    if isinstance(network, Estimator):
        with read_only(images, f"model {type(network).__name__}") as X:
            found = network.probabilities(X)
        if decision.temperature == 1 and not decision.moves:
            return found
        # ln p is a logit: the softmax takes the rest away.
        return np.asarray(softmax(decision(log_probabilities(found)), axis=1), np.float32)
    device = next(network.parameters()).device
    decide = decision.module().to(device)

    def of_block(block: Images) -> npt.NDArray[np.float32]:
        with calling("model", part_of(network)):
            logits = network(torch.from_numpy(block).to(device))
            found: npt.NDArray[np.float32] = decide(logits).softmax(dim=1).cpu().numpy()
        check_logits(network, logits, len(block))
        return found

    with torch.inference_mode(), one_thread():
        return by_blocks(of_block, images, rows_at_once(images))

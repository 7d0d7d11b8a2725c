"""The whole recognizer as one torch module: what a model file holds."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError
from evenvoice.features import FeatureSettings, exportable, for_model_file
from evenvoice.models import Estimator, is_exportable
from evenvoice.recipes import Recipe, needs_of
from evenvoice.training.trained import TrainedModel, weights_of


class Branch(nn.Module):
    """Features → rows → normalise → clip → pad or crop → network: one fitted recipe without its extractor.

    Args:
        trained: The fitted recipe; its network is copied.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, trained: TrainedModel) -> None:
        super().__init__()
        check_exportable(trained.recipe)
        assert trained.normaliser is not None
        network = trained.network.module() if isinstance(trained.network, Estimator) else trained.network
        assert network is not None
        self.decide = trained.decision.module()
        self.shape = trained.recipe.made_shape
        self.clip = trained.recipe.clip
        self.width = trained.width
        # One column: the same for every frame.
        self.register_buffer("mean", torch.from_numpy(trained.normaliser.mean)[:, None])
        self.register_buffer("scale", torch.from_numpy(trained.normaliser.scale)[:, None])
        # Training lays kernels out channels last; the file holds them as ONNX does.
        self.network = copy.deepcopy(network).cpu().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]  # torch's stub

    def normalised(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return the normalised rows ``[b, r, t']``, and how many of their frames are each utterance's own."""
        rows, frames = self.shape.rows(features, frames)
        return (rows - self.mean) * self.scale, frames

    def mean_of(self, normalised: Tensor, frames: Tensor) -> Tensor:
        """Return the mean over each utterance's own frames, ``[b, r]``."""
        if self.shape.one_frame:
            return normalised[:, :, 0]
        own = torch.arange(normalised.shape[2]) < frames[:, None]
        return (normalised * own[:, None]).sum(dim=2) / frames.clamp(min=1)[:, None]

    def logits(self, normalised: Tensor, frames: Tensor) -> Tensor:
        """Return the logits ``[b, emotions]`` of normalised rows."""
        if self.clip is not None:
            normalised = normalised.clamp(-self.clip, self.clip)
        logits: Tensor = self.network(self.shape.image(normalised, frames))
        return logits


class WaveformToProbabilities(nn.Module):
    """Extractors → branches of the recipe and its partners → decision → softmax, on the CPU and in evaluation mode.

    Each step is the one that training took; nothing is written a second time but the line that normalises.

    Args:
        trained: The fitted recipe; its network is copied.

    Shape:
        - waveform: ``[b, n]`` float32, mono at the recipe's sample rate; what lies beyond a length is ignored.
        - lengths: ``[b]`` int64, samples.
        - Output: ``[b, emotions]`` float32 probabilities.

    Raises:
        EvenvoiceError: The recipe cannot be a model file, see `check_exportable`.
    """

    def __init__(self, trained: TrainedModel) -> None:
        super().__init__()
        self.own = Branch(trained)
        self.partners = nn.ModuleList(Branch(partner) for partner in trained.partners)
        self.weights = weights_of(trained.recipe)
        own, *further = needs_of([trained.recipe])
        self.extractor = _in_model_file(own.features)
        self.further = nn.ModuleList(_in_model_file(need.features) for need in further)
        # Which extractor each branch reads: 0 is the recipe's own.
        extractors = [need.features for need in (own, *further)]
        self.reads = [extractors.index(one.features) for one in trained.recipe.with_partners]
        self.eval()

    def forward(self, waveform: Tensor, lengths: Tensor) -> Tensor:
        """Return the probabilities ``[b, emotions]`` (softmax: equation 9)."""
        return self.answer(self.normalised(waveform, lengths))

    def normalised(self, waveform: Tensor, lengths: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return what each branch gets: its normalised rows, and their frames."""
        features = [extractor(waveform, lengths) for extractor in (self.extractor, *self.further)]
        return [branch.normalised(*features[number]) for branch, number in zip(self.branches, self.reads, strict=True)]

    @property
    def branches(self) -> list[Branch]:
        """The recipe's own branch, then those of its partners."""
        return [self.own, *(branch for branch in self.partners if isinstance(branch, Branch))]

    def answer(self, rows: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
        """Return the probabilities ``[b, emotions]`` of what each branch gets: its normalised rows and their frames."""
        logits = self.own.logits(*rows[0])
        if len(self.partners):
            # See `together`.
            logits = self.weights[0] * logits.log_softmax(dim=1)
            for branch, weight, given in zip(self.branches[1:], self.weights[1:], rows[1:], strict=True):
                other = branch.decide(branch.logits(*given))
                logits = logits + weight * other.log_softmax(dim=1)
        decided: Tensor = self.own.decide(logits)
        return decided.softmax(dim=1)


def _in_model_file(features: FeatureSettings) -> nn.Module:
    """The extractor as a model file holds it."""
    extractor = exportable(features.make())
    assert extractor is not None
    return for_model_file(extractor)


class Adaptive(WaveformToProbabilities):
    """The same for a recipe with ``normalise: enrolled``, with where the speaker lies as a third input.

    Shape:
        - speaker: ``[1, r]`` or ``[b, r]`` float32, the offset of `TrainedModel.offset`; zeros: the training mean.
        - Output: the probabilities, and the normalised rows ``[b, r]`` from which offsets are made: the mean over the
          frames, of each branch that adapts.
    """

    def forward(self, waveform: Tensor, lengths: Tensor, speaker: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """Return the probabilities ``[b, emotions]`` and the normalised rows ``[b, r]``, not clipped, not moved."""
        rows = self.normalised(waveform, lengths)
        adapting = [(branch, given) for branch, given in zip(self.branches, rows, strict=True) if branch.width]
        means = torch.cat([branch.mean_of(*given) for branch, given in adapting], dim=1)
        moved, start = [], 0
        for branch, (normalised, frames) in zip(self.branches, rows, strict=True):
            if branch.width:
                normalised = normalised - speaker[:, start : start + branch.width, None]
                start += branch.width
            moved.append((normalised, frames))
        return self.answer(moved), means


def check_exportable(recipe: Recipe) -> None:
    """Raise an `EvenvoiceError` if what this recipe trains cannot be a model file; worth asking before training.

    Examples:
        >>> check_exportable(Recipe(name="mine", normalise="speaker"))
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: recipe 'mine': normalise: speaker cannot be exported, for it needs other \
recordings of the same speaker and a model file is given one recording; use normalise: training
    """
    what = None
    if exportable(recipe.extractor) is None:
        what = f"extractor {recipe.features.name!r} is"
    elif not is_exportable(recipe.model.name):
        what = f"model {recipe.model.name!r} is"
    if what:
        raise EvenvoiceError(
            f"recipe {recipe.name!r}: its {what} for comparison, evaluated and not exported to a model file; measure "
            "it with `evenvoice evaluate`, and train a recipe such as voice-linear or calibrated-2dcnn"
        )
    if recipe.transductive:
        raise EvenvoiceError(
            f"recipe {recipe.name!r}: normalise: speaker cannot be exported, for it needs other recordings of the same "
            "speaker and a model file is given one recording; use normalise: training"
        )
    for partner in recipe.partners:
        check_exportable(partner.recipe)

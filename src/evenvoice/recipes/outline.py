"""What a recipe does, step by step, and its network, layer by layer: what `recipe show --figure` draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from evenvoice.models import Estimator, SequenceNetwork, count_parameters, is_network, make_model
from evenvoice.recipes.full import EMOTIONS
from evenvoice.recipes.schema import Recipe


@dataclass(frozen=True)
class Step:
    """One step from a recording to probabilities.

    Attributes:
        name: The recipe's key, or what goes in and comes out.
        detail: What is done there.
        training_only: Whether only the training part goes through it.
    """

    name: str
    detail: str
    training_only: bool = False


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    Attributes:
        name: Where it is in the network: ``features.0``.
        kind: Its class: ``Conv2d``.
        size: Of its output for one utterance, without the batch.
        parameters: Its own, as Keras counts them.
    """

    name: str
    kind: str
    size: tuple[int, ...]
    parameters: int


def steps(recipe: Recipe, emotions: int = EMOTIONS) -> list[Step]:
    """Return the steps of a recipe in their order: Figure 1 of the paper, of any recipe.

    Args:
        recipe: An opened recipe.
        emotions: Number of classes.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> [step.name for step in steps(open_recipe("smote-2dcnn"))]
        ['recording', 'features', 'shape', 'normalise', 'balance', 'model', 'loss', 'answer']
    """
    samplers = [_named(sampler) for sampler in recipe.samplers if sampler.name != "none"]
    size = " × ".join(map(str, recipe.input_shape))
    rows = [
        Step("recording", f"one channel, {recipe.extractor.sample_rate} Hz"),
        Step("augment", ", ".join(recipe.augment), training_only=True) if recipe.augment else None,
        Step("features", f"{_named(recipe.features)}: {recipe.extractor.n_rows} rows a frame"),
        Step("shape", f"{_named(recipe.shape)}: {size}"),
        Step("normalise", recipe.normalise + (f", limited to ±{recipe.clip:g}" if recipe.clip else "")),
        Step("balance", ", then ".join(samplers), training_only=True) if samplers else None,
        Step("model", _model(recipe)),
        Step("loss", _named(recipe.loss), training_only=True) if is_network(recipe.model.name) else None,
        Step("partners", ", ".join(f"{one.recipe.name} {one.weight:g}" for one in recipe.partners))
        if recipe.partners
        else None,
        Step("decision", _named(recipe.decision)) if recipe.decision.name != "none" else None,
        Step("answer", f"probabilities of {emotions} emotions"),
    ]
    return [row for row in rows if row is not None]


def layers(recipe: Recipe, emotions: int = EMOTIONS) -> list[Layer]:
    """Return the layers of a recipe's network in the order in which they are called: Figure 2, of any network.

    What a module does between its layers (sums, softmax, pooling by attention) has no layer of its own.

    Args:
        recipe: An opened recipe.
        emotions: Number of classes.

    Returns:
        A layer for each module without modules of its own, and for multi-head attention as one; none for a classical
        classifier.

    Examples:
        >>> from evenvoice.recipes import open_recipe
        >>> found = layers(open_recipe("smote-2dcnn"))
        >>> found[0], sum(layer.parameters for layer in found)
        (Layer(name='features.0', kind='Conv2d', size=(64, 16, 8), parameters=640), 83524)
    """
    with torch.random.fork_rng(devices=[]):
        network = make_model(recipe.model.name, recipe.input_shape, emotions, **recipe.model.options)
        if isinstance(network, Estimator):
            return []
        found: dict[str, Layer] = {}
        whole = [name for name, module in network.named_modules() if isinstance(module, nn.MultiheadAttention)]
        for name, module in network.named_modules():
            inside = name.startswith(tuple(f"{each}." for each in whole))
            if name in whole or not (inside or list(module.children())):
                module.register_forward_hook(_note(found, name))
        # Two rows, in training: neither batch normalisation nor torch's short cuts past the layers get in the way.
        image = torch.randn(2, *recipe.input_shape)
        if isinstance(network, SequenceNetwork):
            image[:, :, -1] = 1  # every frame is the utterance's own
        network.train()(image)
    rest = count_parameters(network)[1] - sum(layer.parameters for layer in found.values())
    return [*found.values(), *([Layer("", "weights outside of layers", (), rest)] if rest else [])]


def _note(found: dict[str, Layer], name: str) -> Any:
    """Return a hook that writes down what a layer returns the first time."""

    def hook(module: nn.Module, _: Any, output: Any) -> None:
        values: Any = output[0] if isinstance(output, tuple) else output  # LSTMs return their state as well
        size = tuple(values.data.shape)[1:]
        found.setdefault(name, Layer(name, type(module).__name__, size, count_parameters(module)[1]))

    return hook


def _model(recipe: Recipe) -> str:
    members = recipe.ensemble.members
    return _named(recipe.model) + (f", {members} of them, their probabilities averaged" if members > 1 else "")


def _named(section: Any) -> str:
    """Return a part's name with its options, as far as they say something of themselves."""
    options = ", ".join(
        f"{key}={value:g}" if isinstance(value, float) else f"{key}={value}"
        for key, value in section.options.items()
        if value not in (None, False) and key != "sample_rate"
    )
    return f"{section.name} ({options})" if options else str(section.name)

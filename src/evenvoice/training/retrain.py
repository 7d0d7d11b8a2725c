"""Re-train a network's last layer on its own embeddings, balanced: the second of two stages.

The first stage learns embeddings from the rows as the recipe balances them. Here they are frozen, a sampler balances
the embeddings of the recorded rows, and a new last layer is learnt from these. With ``random-over`` this is the
decoupled classifier re-training of Kang et al. 2020 (cRT); with ``eos`` the method of Dablain et al. 2023, "Efficient
augmentation for imbalanced deep learning"; ``smote`` and ``mixup`` interpolate embeddings.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import Plan, draw_plan, make_chain
from evenvoice.recipes import Retraining
from evenvoice.training.blocks import by_blocks, rows_at_once
from evenvoice.training.images import Images
from evenvoice.training.loop import Labels


def last_layer(network: nn.Module, images: Images, model: str) -> nn.Linear:
    """Return the linear layer whose output is the network's, found by asking for the logits of two rows.

    Args:
        network: Any network; its mode is kept.
        images: Features ``[n, c, h, w]``.
        model: Its name, for the message.

    Raises:
        EvenvoiceError: The logits are not what a linear layer gives.
    """
    outputs: list[tuple[nn.Linear, torch.Tensor]] = []
    hooks = [
        layer.register_forward_hook(lambda layer, _, output: outputs.append((layer, output)))
        for layer in network.modules()
        if isinstance(layer, nn.Linear)
    ]
    training = network.training
    try:
        with torch.inference_mode():
            logits = network.eval()(_on_device_of(network, images[:2]))
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    for layer, output in outputs:
        if output is logits:
            return layer
    raise EvenvoiceError(
        f"training.retrain: model {model!r} does not end in a linear layer that could be learnt again; leave it out"
    )


def embeddings(network: nn.Module, layer: nn.Linear, images: Images) -> npt.NDArray[np.float32]:
    """Return what a network's last layer is given for each row, float32 ``[n, e]``; in evaluation mode."""
    given_to: list[torch.Tensor] = []
    hook = layer.register_forward_pre_hook(lambda _, given: given_to.append(given[0]))

    def of_block(block: Images) -> npt.NDArray[np.float32]:
        network(_on_device_of(network, block))
        return given_to.pop().cpu().numpy()

    try:
        with torch.inference_mode():
            return by_blocks(of_block, images, rows_at_once(images))
    finally:
        hook.remove()


def retrain(
    network: nn.Module,
    layer: nn.Linear,
    images: Images,
    labels: Labels,
    settings: Retraining,
    batch_size: int,
    seed: int,
) -> list[Plan]:
    """Learn a network's last layer anew, in place, with Adam and cross entropy; nothing else of it changes.

    Initial weights and the order of rows are drawn from torch's global generator; the caller seeds it.

    Args:
        network: Fitted, in evaluation mode.
        layer: Its last layer; see `last_layer`.
        images: Normalised features of recorded rows ``[n, c, h, w]``.
        labels: Their classes ``[n]``.
        settings: Sampler, epochs and learning rate.
        batch_size: Rows of a batch.
        seed: Of the sampler.

    Returns:
        The plans over these rows: one, or one an epoch where the sampler is drawn anew each epoch.

    Raises:
        EvenvoiceError: The sampler cannot plan on these embeddings.
    """
    rows = embeddings(network, layer, images)
    sampler = make_chain([step.model_dump() for step in settings.samplers])
    layer.reset_parameters()
    optimiser = torch.optim.Adam(layer.parameters(), lr=settings.learning_rate)
    plans: list[Plan] = []
    for epoch in range(settings.epochs):
        if not plans or getattr(sampler, "per_epoch", False):
            plans.append(draw_plan(sampler, rows, labels, seed=seed, epoch=epoch))
        plan, targets = plans[-1], torch.from_numpy(plans[-1].y(labels)).to(layer.weight.device)
        each = plan.class_weights
        weights = None if each is None else torch.tensor([each[label] for label in sorted(each)]).to(layer.weight)
        for batch in torch.split(torch.randperm(len(plan)), batch_size):
            made = torch.from_numpy(plan.take(rows, batch.numpy())).to(layer.weight.device)
            loss = functional.cross_entropy(layer(made), targets[batch], weight=weights, reduction="none").mean()
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
    return plans


def _on_device_of(network: nn.Module, images: Images) -> torch.Tensor:
    return torch.from_numpy(images).to(next(network.parameters()).device)

"""The paper's 2DCNN (section 3.3, Table 2), built from the shape of its input."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import nn

from evenvoice.errors import EvenvoiceError
from evenvoice.options import Count, NotNegative, Positive, Share, UpToOne

Initialisation = Annotated[Literal["glorot", "torch"], Field(description="glorot or torch")]


class CNN2D(nn.Module):
    """Three convolution blocks and two dense layers: the 2DCNN of section 3.3, with Keras' defaults where it is silent.

    Each block is convolution (equation 2) → leaky ReLU (equation 3) → 2×2 max pooling, and batch normalisation
    (equations 4–7) after the first two. Then DENSE 1 (equation 8) with dropout, and DENSE 2, whose softmax
    (equation 9) is left to the caller: the network returns logits.

    Args:
        input_shape: Channels, height, width; (1, 16, 8) in the paper.
        n_classes: Number of emotions.
        filters: Kernels of each convolution.
        kernel_size: Side of a kernel; "same" padding.
        dense_units: Width of DENSE 1.
        dropout: Share of DENSE 1's outputs dropped in training.
        negative_slope: Of the leaky ReLU. Keras' layer has 0.3, torch's 0.01.
        l2: Penalty on kernel and bias of DENSE 1: ``l2 · Σw²``, without the ½ of weight decay, as Keras counts it.
        batch_norm_momentum: Weight of the newest batch in the running statistics; 0.01 is Keras' momentum of 0.99.
        batch_norm_eps: ε of equation 6; 1e-3 in Keras.
        initialisation: ``glorot`` (Keras: uniform Glorot kernels, zero biases) or ``torch`` (torch's own).

    Shape:
        - Input: ``[b, c, h, w]`` float32
        - Output: ``[b, n_classes]`` float32 logits

    Raises:
        EvenvoiceError: The input is too small for three poolings.

    Source:
        Section 3.3, Table 2, equations 2–9; Keras' defaults where the paper leaves them open.

    Examples:
        >>> network = CNN2D((1, 16, 8), n_classes=4)
        >>> network(torch.zeros(2, 1, 16, 8)).shape
        torch.Size([2, 4])
        >>> count_parameters(network)  # as Keras counts: trainable, and with the batch normalisation's statistics
        (83268, 83524)
    """

    stackable: ClassVar[bool] = True

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        filters: Count = 64,
        kernel_size: Count = 3,
        dense_units: Count = 64,
        dropout: Share = 0.5,
        negative_slope: NotNegative = 0.3,
        l2: NotNegative = 0.01,
        batch_norm_momentum: UpToOne = 0.01,
        batch_norm_eps: Positive = 1e-3,
        initialisation: Initialisation = "glorot",
    ) -> None:
        super().__init__()
        channels, height, width = input_shape
        if min(height, width) < 8:
            raise EvenvoiceError(
                f"model '2dcnn': an input of {height}×{width} is too small for three 2×2 poolings; "
                "height and width must be at least 8 (more seconds or a shorter hop give more frames)"
            )
        self.l2 = l2

        def block(inputs: int) -> list[nn.Module]:
            # The leaky ReLU is monotone, so max pooling before it gives the same numbers (and gradients) for a quarter
            # of the work; the batch normalisation comes after both, as in the paper.
            return [
                nn.Conv2d(inputs, filters, kernel_size, padding="same"),
                nn.MaxPool2d(2),
                nn.LeakyReLU(negative_slope),
            ]

        def normalise() -> nn.Module:
            return nn.BatchNorm2d(filters, eps=batch_norm_eps, momentum=batch_norm_momentum)

        self.features = nn.Sequential(
            *block(channels), normalise(), *block(filters), normalise(), *block(filters), nn.Flatten()
        )
        flat = filters * (height // 8) * (width // 8)
        self.dense = nn.Linear(flat, dense_units)
        self.activation = nn.LeakyReLU(negative_slope)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(dense_units, n_classes)
        if initialisation == "glorot":
            self.apply(_as_keras)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits ``[b, n_classes]`` of features ``[b, c, h, w]``."""
        hidden = self.activation(self.dense(self.features(features)))
        logits: torch.Tensor = self.output(self.dropout(hidden))
        return logits

    def penalty(self) -> torch.Tensor:
        """Return the L2 penalty of DENSE 1 (Table 2, "Regularized"), to be added to the loss of each batch."""
        assert self.dense.bias is not None
        return self.l2 * (self.dense.weight.square().sum() + self.dense.bias.square().sum())


def count_parameters(network: nn.Module) -> tuple[int, int]:
    """Return the numbers of trainable and of all parameters as Keras counts them.

    Keras' total includes the running mean and variance of each batch normalisation (torch keeps them as buffers).
    """
    trainable = sum(p.numel() for p in network.parameters() if p.requires_grad)
    statistics = sum(
        buffer.numel() for name, buffer in network.named_buffers() if name.endswith(("running_mean", "running_var"))
    )
    return trainable, trainable + statistics


def _as_keras(module: nn.Module) -> None:
    """Uniform Glorot kernels and zero biases: Keras' defaults."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)

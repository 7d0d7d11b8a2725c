"""Networks of one make as one: the weights of all along a first axis, and one pass through all of them."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

State = dict[str, Tensor]


def is_stackable(network: nn.Module) -> bool:
    """Return whether the class of a network says that `StackedNetwork` can pass through many of it: ``stackable``.

    Examples:
        >>> from evenvoice.models import make_model
        >>> is_stackable(make_model("2dcnn", (1, 16, 8), 4)), is_stackable(nn.LSTM(3, 4))
        (True, False)
    """
    return bool(getattr(type(network), "stackable", False))


class StackedNetwork:
    """Many networks that differ in their numbers alone.

    Args:
        networks: J of them, of one class and made with the same options; they are not changed.
        device: Where to compute.

    Attributes:
        parameters: By name, ``[J, …]``, to be given to an optimiser.
        buffers: By name, ``[J, …]``: the statistics of batch normalisation.

    Shape:
        - Input: ``[J, b, c, h, w]`` float32
        - Output: ``[J, b, k]`` logits and the penalties ``[J]``

    Source:
        `torch.func.vmap`: a convolution becomes one with J groups, a matrix product a batch of J products.

    Examples:
        >>> import torch
        >>> from evenvoice.models import make_model
        >>> two = [make_model("2dcnn", (1, 16, 8), 4) for _ in range(2)]
        >>> logits, penalties = StackedNetwork(two, "cpu")(torch.zeros(2, 5, 1, 16, 8))
        >>> logits.shape, penalties.shape
        (torch.Size([2, 5, 4]), torch.Size([2]))
    """

    def __init__(self, networks: Sequence[nn.Module], device: str) -> None:
        with_penalty = [_WithPenalty(copy.deepcopy(network).to(device)) for network in networks]
        self.parameters, self.buffers = stack_module_state(with_penalty)
        self._frame = with_penalty[0].to("meta")
        # A mask of its own for the dropout of each network.
        self._call = vmap(self._one, randomness="different")

    def __call__(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits ``[J, b, k]`` of features ``[J, b, c, h, w]``, and what is added to each loss ``[J]``."""
        logits, penalties = self._call(self.parameters, self.buffers, features)
        return logits, penalties

    def _one(
        self, parameters: dict[str, Tensor], buffers: dict[str, Tensor], features: Tensor
    ) -> tuple[Tensor, Tensor]:
        found: tuple[Tensor, Tensor] = functional_call(self._frame, (parameters, buffers), (features,))
        return found

    def train(self, mode: bool = True) -> None:
        """Go to training mode, or to evaluation mode."""
        self._frame.train(mode)

    def state(self) -> State:
        """Return a copy of all weights and statistics, by name, ``[J, …]``."""
        return {name: value.detach().clone() for name, value in (self.parameters | self.buffers).items()}

    @staticmethod
    def hand_out(state: State, networks: Sequence[nn.Module], device: str) -> None:
        """Give each network its part of a state, in place, and leave it in evaluation mode on a device."""
        for number, network in enumerate(networks):
            own = {name.removeprefix("network."): values[number] for name, values in state.items()}
            network.to(device).load_state_dict(own)
            network.eval()


class _WithPenalty(nn.Module):
    """A network's logits and its penalty in one call: only what is called is given the weights of the stack."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        penalty: Tensor = self.network.penalty()  # type: ignore[operator]  # part of the contract of a network
        return self.network(features), penalty

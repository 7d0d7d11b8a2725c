"""DeepSMOTE: SMOTE between the codes of a small autoencoder, decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.makers import VALUES
from evenvoice.imbalance.options import check_integers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.samplers.smote import SMOTE
from evenvoice.imbalance.strategy import OverStrategy

if TYPE_CHECKING:
    from torch import nn

    from evenvoice.imbalance.samplers.small_network import Standardised

_BATCH = 100
_RATE = 1e-3


@dataclass(repr=False)
class DeepSMOTE(Planned):
    """Encode the rows, interpolate codes of one class as SMOTE does, decode.

    Source: Dablain, Krawczyk & Chawla 2022 ([38] of the SMOTE-2DCNN paper), and its authors' code. Known: encoder and
    decoder are trained on all classes with Adam and batches of 100; to the squared error of a batch comes that of up to
    100 rows of one class drawn at random, decoded from codes that the encoder gets no gradient from (the code permutes
    codes and rows alike, which changes no mean); then SMOTE, k = 5, between codes of a class, and the decoder makes the
    rows. Assumed: fully connected layers where the authors convolve images, for features are no images; a linear output
    over standardised attributes where they have tanh; ``steps`` batches, drawn evenly, at a learning rate of 0.001,
    where they have 200 epochs at 0.0002. So the time is bounded: it grows with ``steps`` and attributes, not with rows.

    The parents of a made row are those between whose codes it lies; the decoder has learnt from all rows given. A made
    row is smoother than a recorded one: what the code does not hold is lost.

    Attributes:
        k_neighbors: See `SMOTE`.
        sampling_strategy: See `SMOTE`.
        latent: Numbers in a code.
        hidden: Width of the layer between attributes and code.
        steps: Batches to train on.

    Raises:
        EvenvoiceError: An option has an impossible value.
    """

    k_neighbors: int | Literal["shrink"] = 5
    sampling_strategy: OverStrategy = "not majority"
    latent: int = 32
    hidden: int = 128
    steps: int = 1500

    between_parents: ClassVar[bool] = False
    copies: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        self._smote()
        check_integers("DeepSMOTE", latent=self.latent, hidden=self.hidden, steps=self.steps)

    def _smote(self) -> SMOTE:
        return SMOTE(self.k_neighbors, self.sampling_strategy)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        import torch

        from evenvoice.features import one_thread
        from evenvoice.imbalance.samplers.small_network import Standardised, freeze, in_blocks

        # What SMOTE refuses is refused before anything is trained; what it leaves alone needs no training.
        if not (plan := self._smote().plan(X[:, :1], y, seed=seed)).synthetic.any():
            return plan
        rows = Standardised.of(X)
        with one_thread():
            encoder, decoder = self._trained(rows, targets, seed)
            with torch.inference_mode():
                codes = in_blocks(encoder, rows).numpy()
                plan = self._smote().plan(codes, y, seed=seed)
                values = np.empty((int(plan.synthetic.sum()), X.shape[1]), dtype=X.dtype)
                made = np.flatnonzero(plan.synthetic)
                for start in range(0, len(made), _BATCH):
                    block = torch.from_numpy(plan.take(codes, made[start : start + _BATCH]))
                    values[start : start + _BATCH] = rows.back(decoder(block))
        return Plan(plan.kept, plan.made_from, plan.weights, plan.labels, VALUES, freeze(values))

    def _trained(self, rows: Standardised, targets: NDArray[Any], seed: int) -> tuple[nn.Module, nn.Module]:
        """Return encoder and decoder."""
        import torch
        from torch.nn import functional

        from evenvoice.imbalance.samplers.small_network import layers

        random = torch.Generator().manual_seed(seed)
        n, d = rows.rows.shape
        encoder = layers([d, self.hidden, self.latent], random)
        decoder = layers([self.latent, self.hidden, d], random)
        optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=_RATE)
        members = [np.flatnonzero(targets == number) for number in range(int(targets.max()) + 1)]
        for _ in range(self.steps):
            batch = rows.take(torch.randint(n, (min(n, _BATCH),), generator=random))
            of_class = members[int(torch.randint(len(members), (1,), generator=random))]
            some = torch.randperm(len(of_class), generator=random)[:_BATCH]
            kin = rows.take(of_class[some.numpy()])
            loss = functional.mse_loss(decoder(encoder(batch)), batch)
            loss = loss + functional.mse_loss(decoder(encoder(kin).detach()), kin)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
        return encoder, decoder

"""A game of three: a generator of rare rows, a discriminator that it deceives and a classifier that it helps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evenvoice.imbalance.options import check_integers, check_numbers
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.samplers.planned import Planned
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, rows_to_add

_BATCH = 64
_RATE = 1e-3
_NOISE = 16
_BLOCK = 256


@dataclass(repr=False)
class ThreePlayerGAN(Planned):
    """Raise small classes with rows of a generator that was trained against a discriminator and with a classifier.

    Source: Choi, Jung, Kim & Yoon 2022 ([33] of the SMOTE-2DCNN paper), of which only the abstract was at hand. Known:
    three players, a discriminator, a generator and a classifier; the generator is trained in cooperation with the
    classifier, so that its rows of small classes gradually widen their region; the decision boundary is regularised.
    Assumed: fully connected networks with one hidden layer over standardised attributes; generator and discriminator
    are given the class; in each of ``steps`` rounds each player takes one step of Adam on a batch of 64, rare classes
    drawn as often as large ones; the generator's loss is the adversarial one plus the classifier's cross entropy of its
    rows, whose weight rises from 0 to ``cooperation``; the classifier learns from recorded and made rows alike. Left
    out: the regularisation of the boundary, and the classifier itself once the rows are made: a plan holds rows, and
    the recipe's model learns from them. The time is bounded by ``steps``.

    A made row has no parents on record: the networks have learnt from all rows given.

    Attributes:
        sampling_strategy: See `SMOTE`.
        hidden: Width of the hidden layer of each player.
        steps: Rounds.
        cooperation: Weight of the classifier's loss in the generator's at the end, from 0.

    Raises:
        EvenvoiceError: An option has an impossible value.
    """

    sampling_strategy: OverStrategy = "not majority"
    hidden: int = 64
    steps: int = 1500
    cooperation: float = 0.5

    between_parents: ClassVar[bool] = False
    copies: ClassVar[float] = 0.9

    def __post_init__(self) -> None:
        check_strategy("ThreePlayerGAN", self.sampling_strategy, "not majority")
        check_integers("ThreePlayerGAN", hidden=self.hidden, steps=self.steps)
        check_numbers("ThreePlayerGAN", 0, 100, cooperation=self.cooperation)

    def _planned(
        self, X: NDArray[Any], targets: NDArray[Any], y: NDArray[Any], have: dict[Any, int], seed: int
    ) -> Plan:
        import torch

        from evenvoice.features import one_thread
        from evenvoice.imbalance.samplers.small_network import Standardised, freeze

        labels, more = list(have), rows_to_add("ThreePlayerGAN", self.sampling_strategy, have)
        numbers = np.repeat([labels.index(label) for label in more], list(more.values())).astype(np.int64)
        first_of = np.array([np.flatnonzero(targets == number)[0] for number in range(len(have))])
        values = np.empty((len(numbers), X.shape[1]), dtype=X.dtype)
        if len(numbers):
            rows = Standardised.of(X)
            with one_thread():
                random = torch.Generator().manual_seed(seed)
                generate = self._trained(rows, targets, sorted(set(numbers.tolist())), random)
                with torch.inference_mode():
                    for start in range(0, len(numbers), _BLOCK):
                        block = torch.from_numpy(numbers[start : start + _BLOCK])
                        values[start : start + _BLOCK] = rows.back(generate(block))
        return Plan.stored(np.arange(len(y)), freeze(values), y[first_of[numbers]])

    def _trained(self, rows: Any, targets: NDArray[Any], small: list[int], random: Any) -> Any:
        """Return what makes rows of class numbers [b]; [b, d], standardised."""
        import torch
        from torch.nn import functional

        from evenvoice.imbalance.samplers.small_network import layers

        k, d = int(targets.max()) + 1, rows.rows.shape[1]
        generator = layers([_NOISE + k, self.hidden, d], random)
        discriminator = layers([d + k, self.hidden, 1], random)
        classifier = layers([d, self.hidden, k], random)
        players = [
            torch.optim.Adam(player.parameters(), lr=_RATE, betas=(0.5, 0.999))
            for player in (discriminator, generator, classifier)
        ]
        members = [np.flatnonzero(targets == number) for number in range(k)]
        some = torch.tensor(small)

        def generate(classes: torch.Tensor) -> torch.Tensor:
            noise = torch.randn(len(classes), _NOISE, generator=random)
            made: torch.Tensor = generator(torch.cat([noise, functional.one_hot(classes, k)], dim=1))
            return made

        def judged(rows: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
            verdict: torch.Tensor = discriminator(torch.cat([rows, functional.one_hot(classes, k)], dim=1))[:, 0]
            return verdict

        def recorded(classes: torch.Tensor) -> torch.Tensor:
            which = torch.rand(len(classes), generator=random).numpy()
            numbers = [members[c][int(at * len(members[c]))] for c, at in zip(classes.tolist(), which, strict=True)]
            taken: torch.Tensor = rows.take(np.array(numbers))
            return taken

        def step(player: int, loss: torch.Tensor) -> None:
            players[player].zero_grad()
            torch.autograd.backward(loss)
            players[player].step()

        for round_ in range(self.steps):
            wanted = some[torch.randint(len(some), (_BATCH,), generator=random)]
            real, made = recorded(wanted), generate(wanted)
            # softplus(−v) is −log of the probability that a row is recorded, softplus(v) that it is made.
            step(
                0,
                functional.softplus(-judged(real, wanted)).mean()
                + functional.softplus(judged(made.detach(), wanted)).mean(),
            )
            share = self.cooperation * (round_ + 1) / self.steps
            helped = functional.cross_entropy(classifier(made), wanted)
            step(1, functional.softplus(-judged(made, wanted)).mean() + share * helped)
            any_class = torch.randint(k, (_BATCH,), generator=random)
            learnt = functional.cross_entropy(classifier(recorded(any_class)), any_class)
            step(2, learnt + functional.cross_entropy(classifier(made.detach()), wanted))
        return generate

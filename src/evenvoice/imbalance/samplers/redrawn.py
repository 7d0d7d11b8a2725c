"""Any sampler, drawn anew each epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.registry import make_sampler
from evenvoice.imbalance.sampler import BaseSampler, Sampler
from evenvoice.imbalance.strategy import is_integer


@dataclass(repr=False)
class Redrawn(BaseSampler):
    """Draw another sampler's plan anew each epoch, from seeds that follow from the run's.

    The plan of the first epoch is that of the sampler itself; the record of the run holds the plans of all epochs.

    Attributes:
        sampler: Name of the sampler, or a sampler.
        options: Its options, where it is a name.

    Raises:
        EvenvoiceError: The sampler or an option is unknown.

    Examples:
        >>> X, y = [[0.0], [1.0], [2.0], [9.0], [8.0]], ["neutral", "neutral", "neutral", "sad", "sad"]
        >>> redrawn = Redrawn("random-over")
        >>> [redrawn.plan(X, y, epoch=epoch).kept[-1].item() for epoch in range(4)]
        [3, 3, 4, 4]
    """

    sampler: str | Sampler = "smote"
    options: dict[str, Any] = field(default_factory=dict)

    per_epoch: ClassVar[bool] = True

    def __post_init__(self) -> None:
        make_sampler(self.sampler, **self.options)

    # What the sampler says of itself holds for its rows whenever they are drawn.

    @property
    def between_parents(self) -> bool:  # type: ignore[override]
        """As of the sampler."""
        return bool(self._of_sampler("between_parents", True))

    @property
    def mixes_classes(self) -> bool:  # type: ignore[override]
        """As of the sampler."""
        return bool(self._of_sampler("mixes_classes", False))

    @property
    def perturbations(self) -> tuple[str, ...]:
        """As of the sampler; none where it perturbs no waveform."""
        return tuple(self._of_sampler("perturbations", ()))

    @property
    def copies(self) -> float:  # type: ignore[override]
        """As of the sampler."""
        return float(self._of_sampler("copies", 0.0))

    def _of_sampler(self, name: str, usual: Any) -> Any:
        return getattr(make_sampler(self.sampler, **self.options), name, usual)

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0, epoch: int = 0) -> Plan:
        """Plan with the sampler, from the seed of an epoch; see there.

        Args:
            X: Features; [n, …].
            y: Labels; [n].
            groups: Speaker of each row; [n].
            seed: Of the first epoch; the others' follow from it.
            epoch: From 0.

        Raises:
            EvenvoiceError: As the sampler; or the epoch is not an integer of 0 or more.
        """
        if not is_integer(epoch) or epoch < 0:
            raise EvenvoiceError(f"Redrawn epoch: {epoch!r}; give an integer of 0 or more")
        sampler = make_sampler(self.sampler, **self.options)
        if epoch:
            seed = int(np.random.SeedSequence([int(seed), int(epoch)]).generate_state(1)[0])
        return sampler.plan(X, y, groups=groups, seed=seed)

"""Protocols that change the folds of another protocol: what they take over from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from evenvoice.protocols.protocol import SplitProtocol, Splitter


@dataclass(frozen=True)
class Wrapped(Splitter):
    """Another protocol's folds, changed.

    Args:
        inner: Whose folds.
    """

    balance_first: ClassVar[bool] = False
    inner: SplitProtocol

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns in which no value may be missing."""
        return self.inner.needs

    @property
    def validation_by(self) -> str | None:
        """See `SplitProtocol`."""
        return self.inner.validation_by

    @property
    def n_folds(self) -> int:
        """The other protocol's; an `AttributeError` where it depends on the groups."""
        return int(self.inner.n_folds)  # type: ignore[attr-defined]  # not every protocol has it


@dataclass(frozen=True)
class Narrowed(Wrapped):
    """Another protocol's folds with fewer training rows; validation and test parts are the other's."""

    @property
    def select_on_test(self) -> bool:
        """See `SplitProtocol`."""
        return self.inner.select_on_test

"""The balancers by name, as a recipe writes them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Protocol

from numpy.typing import ArrayLike

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.smote import SMOTE
from evenvoice.imbalance.weights import ClassWeights, NoBalancing


class Balancer(Protocol):
    """What all balancers have in common; each is a frozen dataclass whose fields are its options."""

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan a balanced training set from features [n, …] and labels [n]; the same input gives the same plan."""
        ...


BALANCERS: dict[str, type[NoBalancing] | type[ClassWeights] | type[SMOTE]] = {
    "none": NoBalancing,
    "class-weights": ClassWeights,
    "smote": SMOTE,
}


def make_balancer(name: str, **options: Any) -> Balancer:
    """Return the balancer of a name, with its options.

    Args:
        name: A key of ``BALANCERS``.
        **options: Fields of that balancer's class.

    Raises:
        EvenvoiceError: The name or an option is unknown, or an option has an impossible value.

    Examples:
        >>> make_balancer("smote", k_neighbors=3).k_neighbors
        3
    """
    if name not in BALANCERS:
        known = list(BALANCERS)
        raise EvenvoiceError(f"balancer {name!r}: unknown; known are {', '.join(known)}{nearest(name, known)}")
    allowed = [field.name for field in fields(BALANCERS[name])]
    unknown = [option for option in options if option not in allowed]
    if unknown:
        takes = f"it takes {', '.join(allowed)}" if allowed else "it takes no options"
        listed = ", ".join(f"{option!r}{nearest(option, allowed)}" for option in unknown)
        raise EvenvoiceError(f"balancer {name!r}: unknown option {listed}; {takes}")
    return BALANCERS[name](**options)

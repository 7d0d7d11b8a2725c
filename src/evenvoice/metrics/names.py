"""Names of measures, as the field writes them."""

from __future__ import annotations

from typing import TypeVar

from evenvoice.errors import EvenvoiceError, nearest

Value = TypeVar("Value")

ALIASES = {
    "uar": "ua",
    "balanced accuracy": "ua",
    "unweighted accuracy": "ua",
    "unweighted average recall": "ua",
    "accuracy": "wa",
    "acc": "wa",
    "war": "wa",
    "weighted accuracy": "wa",
    "macro f1": "macro_f1",
    "f1 macro": "macro_f1",
    "logloss": "log_loss",
    "cross entropy": "log_loss",
    "brier score": "brier",
    "calibration error": "ece",
}
"""Other names of the measures."""


def measure_name(name: str) -> str:
    """Return the name that evenvoice uses for a measure; others as they are.

    Examples:
        >>> measure_name("UAR"), measure_name("balanced_accuracy"), measure_name("recall:angry")
        ('ua', 'ua', 'recall:angry')
    """
    plain = name.strip().lower().replace("_", " ").replace("-", " ")
    if plain in ALIASES:
        return ALIASES[plain]
    return plain.replace(" ", "_") if plain.replace(" ", "_") in ALIASES.values() else name


class ByMeasure(dict[str, Value]):
    """Values by the name of the measure; indexing understands the aliases."""

    def __missing__(self, name: str) -> Value:
        """Return the value of an alias.

        Raises:
            EvenvoiceError: No such measure.

        Examples:
            >>> ByMeasure(ua=0.7)["balanced_accuracy"]
            0.7
        """
        found = measure_name(name)
        if found not in self:
            raise EvenvoiceError(
                f"measure {name!r}: unknown{nearest(name, [*self])}; expected one of {', '.join(self)}"
            )
        return self[found]

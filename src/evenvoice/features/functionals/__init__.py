"""The shape ``functionals``: contours of any length to one vector of named statistics."""

from evenvoice.features.functionals.module import Functionals
from evenvoice.features.functionals.sets import FAMILIES, SETS, Family

__all__ = ["FAMILIES", "SETS", "Family", "Functionals"]

"""What recipes need computed of recordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evenvoice.features import FeatureSettings, Shape, ShapeSettings
from evenvoice.recipes.schema import Recipe


@dataclass(frozen=True)
class Needs:
    """What one extractor is needed for.

    Attributes:
        features: The extractor and its options.
        shapes: Of its features, each once.
        perturbations: Of the waveforms, each once: their features are needed too.
    """

    features: FeatureSettings
    shapes: tuple[ShapeSettings, ...]
    perturbations: tuple[str, ...]

    @property
    def made_shapes(self) -> list[Shape]:
        """The shapes of this extractor's features."""
        extractor = self.features.make()
        return [shape.make(extractor) for shape in self.shapes]


def needs_of(recipes: Iterable[Recipe]) -> list[Needs]:
    """Return what some recipes and their partners need, one for each extractor; that of the first recipe is first.

    Examples:
        >>> [need] = needs_of([Recipe(name="one"), Recipe(name="other", augment=["speed:0.9"])])
        >>> need.features.name, len(need.shapes), need.perturbations
        ('mfcc', 1, ('speed:0.9',))
    """
    each = [one for recipe in recipes for one in recipe.with_partners]
    groups: dict[str, list[Recipe]] = {}
    for one in each:
        groups.setdefault(one.features.model_dump_json(), []).append(one)
    return [
        Needs(
            some[0].features,
            tuple({one.shape.model_dump_json(): one.shape for one in some}.values()),
            tuple(dict.fromkeys(name for one in some for name in one.own_perturbations)),
        )
        for some in groups.values()
    ]

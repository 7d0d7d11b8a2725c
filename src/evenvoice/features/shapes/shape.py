"""What every shape has, and the shapes by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from pydantic import ConfigDict, model_validator
from torch import Tensor

from evenvoice.errors import EvenvoiceError
from evenvoice.features.extractor import Extractor
from evenvoice.options import Settings, check_options
from evenvoice.outside import calling, is_outside, refused
from evenvoice.registry import Registry


class Shape(Protocol):
    """How an utterance of any length becomes one array; built as ``Shape(extractor, **options)``.

    The road is `rows` → normalise each row over its frames → `image`. Nothing here looks at other utterances, so all of
    it exports together with the extractor.

    A shape of one frame may have a ``version: ClassVar[int]``, raised with every change that changes a row: the rows of
    a clip are then cached, and its frames need not be.

    Attributes:
        name: What recipes call it.
        size: Channels, height and width of the array.
        n_normalised: How many rows are normalised: each has a mean and a standard deviation.
        one_frame: Whether an utterance becomes one vector, without frames.
    """

    name: ClassVar[str]
    size: tuple[int, int, int]
    n_normalised: int
    one_frame: bool

    def rows(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is normalised, and how many frames of it are each utterance's own.

        Args:
            features: ``[b, n_rows, t]`` float32, as the extractor gives them: zero beyond an utterance's own frames.
            frames: ``[b]`` int64.

        Returns:
            ``[b, n_normalised, t']`` float32 and ``[b]`` int64; t' = 1 where ``one_frame``.
        """
        ...

    def image(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Return the model's input ``[b, *size]`` from rows that have been normalised."""
        ...


def _check(name: str, found: Any) -> None:
    """Raise unless a class from outside has what every shape has."""
    for wanted in ("name", "rows", "image"):
        if not hasattr(found, wanted):
            raise EvenvoiceError(
                f"shape {name!r}: has no {wanted}; see evenvoice.features.Shape, and check yours with "
                "evenvoice.testing.check_shape"
            )


SHAPES = Registry(
    "shape",
    {
        "mean": "evenvoice.features.shapes.mean:Mean",
        "array": "evenvoice.features.shapes.frames:Array",
        "channels": "evenvoice.features.shapes.frames:Channels",
        "sequence": "evenvoice.features.shapes.frames:Sequence",
        "functionals": "evenvoice.features.shapes.functionals:FunctionalsShape",
    },
    _check,
)


class ShapeSettings(Settings):
    """Which shape, with which options: a recipe's ``shape:``. Options that are not given get their defaults.

    Raises:
        EvenvoiceError: An unknown shape or option, or an impossible value.

    Examples:
        >>> from evenvoice.features import FeatureSettings
        >>> ShapeSettings(name="array", seconds=3).make(FeatureSettings().make()).size
        (1, 120, 94)
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = "mean"

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            options = {str(key): value for key, value in values.items() if key != "name"}
            name = values.get("name", "mean")
            SHAPES.check_known(name)
            values = {"name": name, **check_options("shape", name, SHAPES[name], options)}
        return values

    @property
    def options(self) -> dict[str, Any]:
        """The shape's options, all of them."""
        return dict(self.model_extra or {})

    def make(self, extractor: Extractor) -> Shape:
        """Return the shape of an extractor's features.

        Raises:
            EvenvoiceError: The extractor's features do not fit it.
        """
        kind = SHAPES[self.name]
        with calling("shape", kind):
            made: Shape = kind(extractor, **self.options)
        if is_outside(kind):
            absent = [name for name in ("size", "n_normalised", "one_frame") if not hasattr(made, name)]
            if absent:
                raise refused("shape", kind, f"has no {', '.join(absent)}; see evenvoice.features.Shape")
        return made

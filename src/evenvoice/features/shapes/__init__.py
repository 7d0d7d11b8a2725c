"""Shapes: a sequence of feature frames to the fixed array that a sampler and a model work on."""

from evenvoice.features.shapes.shape import SHAPES, Shape, ShapeSettings

__all__ = ["SHAPES", "Shape", "ShapeSettings"]

"""The extractor ``voice``: low-level descriptors of a voice, made for functionals and small models."""

from evenvoice.features.voice.module import Voice

__all__ = ["Voice"]

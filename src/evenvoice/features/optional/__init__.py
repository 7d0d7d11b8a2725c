"""Extractors whose libraries or weights a user brings: openSMILE, and pretrained encoders."""

from evenvoice.features.optional.encoder import Encoder
from evenvoice.features.optional.opensmile import OpenSmile

__all__ = ["Encoder", "OpenSmile"]

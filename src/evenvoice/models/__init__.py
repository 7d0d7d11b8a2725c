"""Networks: features ``[b, c, h, w]`` in, logits ``[b, emotions]`` out."""

from evenvoice.models.cnn2d import CNN2D, count_parameters
from evenvoice.models.registry import MODELS, check_model, make_model

__all__ = ["CNN2D", "MODELS", "check_model", "count_parameters", "make_model"]

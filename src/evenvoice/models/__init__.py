"""Networks: features ``[b, c, h, w]`` in, logits ``[b, emotions]`` out. And classical classifiers: see `Estimator`."""

from evenvoice.models.cnn2d import CNN2D, count_parameters
from evenvoice.models.estimator import Estimator
from evenvoice.models.registry import (
    MODELS,
    check_model,
    is_deterministic,
    is_exportable,
    is_network,
    is_restorable,
    make_model,
    needed_shape,
    weighs_classes,
)
from evenvoice.models.sequence import SequenceNetwork
from evenvoice.models.soft_vote import SoftVote, soft_vote

__all__ = [
    "CNN2D",
    "MODELS",
    "Estimator",
    "SequenceNetwork",
    "SoftVote",
    "check_model",
    "count_parameters",
    "is_deterministic",
    "is_exportable",
    "is_network",
    "is_restorable",
    "make_model",
    "needed_shape",
    "soft_vote",
    "weighs_classes",
]

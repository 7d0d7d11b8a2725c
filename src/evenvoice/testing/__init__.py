"""Public contract checks: does a class of your own keep what evenvoice promises of its own classes?

Each check raises an `AssertionError` that says what was expected and what was found, as scikit-learn's
``check_estimator`` does. The same checks test what evenvoice ships.
"""

from evenvoice.testing.corpus import check_corpus
from evenvoice.testing.decision import check_decision
from evenvoice.testing.extractor import check_extractor
from evenvoice.testing.loss import check_loss
from evenvoice.testing.model import check_model
from evenvoice.testing.protocol import check_protocol
from evenvoice.testing.sampler import check_sampler
from evenvoice.testing.shape import check_shape

__all__ = [
    "check_corpus",
    "check_decision",
    "check_extractor",
    "check_loss",
    "check_model",
    "check_protocol",
    "check_sampler",
    "check_shape",
]

"""How a corpus becomes train, validation and test, and what that promises."""

from evenvoice.protocols.promise import Fold, Promise, check_promise
from evenvoice.protocols.registry import PROTOCOLS, check_columns, make_folds, open_protocol
from evenvoice.protocols.select_on_test import SUFFIX as SELECT_ON_TEST
from evenvoice.protocols.splits import SplitProtocol, promise_of
from evenvoice.protocols.validation import cut_validation

__all__ = [
    "PROTOCOLS",
    "SELECT_ON_TEST",
    "Fold",
    "Promise",
    "SplitProtocol",
    "check_columns",
    "check_promise",
    "cut_validation",
    "make_folds",
    "open_protocol",
    "promise_of",
]

"""How a corpus becomes train, validation and test, and what that promises."""

from evenvoice.protocols.cross import Cross
from evenvoice.protocols.enrol import Enrol, adapted_words, with_enrolled
from evenvoice.protocols.fewer import SPEAKERS, FewerSpeakers, fewer_name
from evenvoice.protocols.folds import check_columns, make_folds
from evenvoice.protocols.groups import LeaveOneGroupOut, Session, Speaker, SpeakerFolds, TextFolds
from evenvoice.protocols.predefined import Predefined, promise_of
from evenvoice.protocols.promise import Fold, Promise, check_promise
from evenvoice.protocols.protocol import NO_ROWS, BaseProtocol, SplitProtocol, Splitter
from evenvoice.protocols.registry import (
    ALIASES,
    PROTOCOLS,
    divides_once,
    folds_of,
    open_protocol,
    protocol_name,
    protocol_text,
)
from evenvoice.protocols.select_on_test import SUFFIX as SELECT_ON_TEST
from evenvoice.protocols.select_on_test import SelectOnTest
from evenvoice.protocols.splits import KFold, Paper, Random
from evenvoice.protocols.thin import THIN, Thin, thinned_name
from evenvoice.protocols.validation import cut_validation
from evenvoice.protocols.wrapped import Narrowed

__all__ = [
    "ALIASES",
    "NO_ROWS",
    "PROTOCOLS",
    "SELECT_ON_TEST",
    "SPEAKERS",
    "THIN",
    "BaseProtocol",
    "Cross",
    "Enrol",
    "FewerSpeakers",
    "Fold",
    "KFold",
    "LeaveOneGroupOut",
    "Narrowed",
    "Paper",
    "Predefined",
    "Promise",
    "Random",
    "SelectOnTest",
    "Session",
    "Speaker",
    "SpeakerFolds",
    "SplitProtocol",
    "Splitter",
    "TextFolds",
    "Thin",
    "adapted_words",
    "check_columns",
    "check_promise",
    "cut_validation",
    "divides_once",
    "fewer_name",
    "folds_of",
    "make_folds",
    "open_protocol",
    "promise_of",
    "protocol_name",
    "protocol_text",
    "thinned_name",
    "with_enrolled",
]

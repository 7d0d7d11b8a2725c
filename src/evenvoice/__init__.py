"""Speech emotion recognition on small, imbalanced corpora, with results that can be believed.

The names below are the public ones, with the sub-packages. Each is imported when it is first used, so that
``Recognizer`` alone needs neither torch nor pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from evenvoice.audit import audit_corpus, audit_counts, audit_run, audit_split
    from evenvoice.bench import Bench, balance
    from evenvoice.corpora import Corpus, open_corpus
    from evenvoice.errors import EvenvoiceError
    from evenvoice.imbalance import SMOTE, Plan
    from evenvoice.paper import reproduce
    from evenvoice.protocols import KFold, LeaveOneGroupOut, Session, Speaker, SpeakerFolds, TextFolds
    from evenvoice.recipes import Recipe, open_recipe
    from evenvoice.recognizer import Recognizer
    from evenvoice.report import write_report
    from evenvoice.study import Result, Standings, Study, compare, evaluate, intervals, load_study, score
    from evenvoice.tables import Table
    from evenvoice.training import SpeechEmotionClassifier, train
    from evenvoice.tuning import tune

_HOMES = {
    "SMOTE": "imbalance",
    "Bench": "bench",
    "balance": "bench",
    "Plan": "imbalance",
    "Corpus": "corpora",
    "audit_corpus": "audit",
    "audit_counts": "audit",
    "audit_run": "audit",
    "audit_split": "audit",
    "open_corpus": "corpora",
    "EvenvoiceError": "errors",
    "KFold": "protocols",
    "LeaveOneGroupOut": "protocols",
    "Session": "protocols",
    "Speaker": "protocols",
    "SpeakerFolds": "protocols",
    "TextFolds": "protocols",
    "Recipe": "recipes",
    "open_recipe": "recipes",
    "Recognizer": "recognizer",
    "write_report": "report",
    "Result": "study",
    "Standings": "study",
    "Study": "study",
    "compare": "study",
    "evaluate": "study",
    "intervals": "study",
    "load_study": "study",
    "score": "study",
    "Table": "tables",
    "tune": "tuning",
    "reproduce": "paper",
    "SpeechEmotionClassifier": "training",
    "train": "training",
}

__all__ = [
    "SMOTE",
    "Bench",
    "Corpus",
    "EvenvoiceError",
    "KFold",
    "LeaveOneGroupOut",
    "Plan",
    "Recipe",
    "Recognizer",
    "Result",
    "Session",
    "Speaker",
    "SpeakerFolds",
    "SpeechEmotionClassifier",
    "Standings",
    "Study",
    "Table",
    "TextFolds",
    "audit_corpus",
    "audit_counts",
    "audit_run",
    "audit_split",
    "balance",
    "compare",
    "evaluate",
    "intervals",
    "load_study",
    "open_corpus",
    "open_recipe",
    "reproduce",
    "score",
    "train",
    "tune",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'evenvoice' has no attribute {name!r}")
    try:
        return getattr(importlib.import_module(f"evenvoice.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        from evenvoice.extras import missing_extra

        raise missing_extra(error, f"evenvoice.{name}") or error from error


def __dir__() -> list[str]:
    """Return the public names, imported or not."""
    return sorted({*globals(), *__all__})

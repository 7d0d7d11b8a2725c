"""Speech emotion recognition on small, imbalanced corpora, with results that can be believed.

The names below are the public ones, with the sub-packages. Each is imported when it is first used, so that
``Recognizer`` alone needs neither torch nor pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evenvoice.lazy import lazy_names

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
else:
    _get, __dir__ = lazy_names(
        __name__,
        {
            "Bench": "bench",
            "Corpus": "corpora",
            "EvenvoiceError": "errors",
            "KFold": "protocols",
            "LeaveOneGroupOut": "protocols",
            "Plan": "imbalance",
            "Recipe": "recipes",
            "Recognizer": "recognizer",
            "Result": "study",
            "SMOTE": "imbalance",
            "Session": "protocols",
            "Speaker": "protocols",
            "SpeakerFolds": "protocols",
            "SpeechEmotionClassifier": "training",
            "Standings": "study",
            "Study": "study",
            "Table": "tables",
            "TextFolds": "protocols",
            "audit_corpus": "audit",
            "audit_counts": "audit",
            "audit_run": "audit",
            "audit_split": "audit",
            "balance": "bench",
            "compare": "study",
            "evaluate": "study",
            "intervals": "study",
            "load_study": "study",
            "open_corpus": "corpora",
            "open_recipe": "recipes",
            "reproduce": "paper",
            "score": "study",
            "train": "training",
            "tune": "tuning",
            "write_report": "report",
        },
    )

    def __getattr__(name: str) -> Any:
        """Import a public name when it is first asked for; say what to install where a library is missing."""
        try:
            return _get(name)
        except ModuleNotFoundError as error:
            from evenvoice.extras import missing_extra

            raise missing_extra(error, f"evenvoice.{name}") or error from error


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

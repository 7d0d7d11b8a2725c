"""Audits of corpora, splits, runs and published counts: what makes a figure too good.

The names below are imported when they are first used: a corpus or published counts need no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenvoice.lazy import lazy_names

if TYPE_CHECKING:
    from evenvoice.audit.corpus import audit_corpus
    from evenvoice.audit.counts import audit_counts, parse_classes
    from evenvoice.audit.findings import Audit, Finding, Kind
    from evenvoice.audit.run import audit_run
    from evenvoice.audit.split import audit_split
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "Audit": "findings",
            "Finding": "findings",
            "Kind": "findings",
            "audit_corpus": "corpus",
            "audit_counts": "counts",
            "audit_run": "run",
            "audit_split": "split",
            "parse_classes": "counts",
        },
    )

__all__ = ["Audit", "Finding", "Kind", "audit_corpus", "audit_counts", "audit_run", "audit_split", "parse_classes"]

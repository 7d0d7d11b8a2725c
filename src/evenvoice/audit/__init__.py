"""Audits of corpora, splits, runs and published counts: what makes a figure too good."""

from evenvoice.audit.corpus import audit_corpus
from evenvoice.audit.counts import audit_counts, parse_classes
from evenvoice.audit.findings import Audit, Finding, Kind
from evenvoice.audit.run import audit_run
from evenvoice.audit.split import audit_split

__all__ = ["Audit", "Finding", "Kind", "audit_corpus", "audit_counts", "audit_run", "audit_split", "parse_classes"]

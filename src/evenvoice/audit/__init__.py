"""Audits of corpora, splits, runs and published counts: what makes a figure too good."""

from evenvoice.audit.findings import Audit, Finding, Kind

__all__ = ["Audit", "Finding", "Kind"]

"""Decisions: what turns a network's logits into answers, fitted on validation rows."""

"""The kinds of finding about audio that is in a corpus more than once."""

from __future__ import annotations

from evenvoice.audit.findings import Kind

DUPLICATE_AUDIO = Kind(
    "duplicate-audio",
    "warning",
    "The same samples are in the corpus more than once",
    "leave out all but one of each set: a random split puts copies on both sides, and any split counts them twice",
)

NEAR_DUPLICATE_AUDIO = Kind(
    "near-duplicate-audio",
    "warning",
    "The same recording is in the corpus more than once, resampled, trimmed, padded, louder or re-encoded",
    "leave out all but the best copy of each set: a random split puts copies on both sides",
)

DUPLICATE_ACROSS_SPEAKERS = Kind(
    "duplicate-across-speakers",
    "leak",
    "The same recording is under two speakers",
    "find out who speaks and leave out the other copies: folds by speaker put the copies on both sides",
)

DUPLICATE_ACROSS_EMOTIONS = Kind(
    "duplicate-across-emotions",
    "warning",
    "The same recording is under two emotions",
    "listen and keep the copy whose label is right, or leave out the set: at most one of the labels can be right",
)

"""Whether a fit can be held in memory, known before it starts."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

from evenvoice.corpora import Corpus
from evenvoice.models import is_network
from evenvoice.recipes import Recipe

# A classical classifier gets all rows at once, as float32, and works on a copy of twice the size.
_COPIES = 3


def too_large(recipe: Recipe, corpus: Corpus, workers: int) -> str:
    """Return why a recipe's fits do not fit into memory, or nothing where they do.

    A network draws its rows batch by batch; a classical classifier gets all at once, the made ones too.

    Args:
        recipe: With a method.
        corpus: What it is fitted on.
        workers: How many fits at once.
    """
    if is_network(recipe.model.name):
        return ""
    counts = corpus.table["emotion"].value_counts()
    grows = any(sampler.name not in ("none", "class-weights") for sampler in recipe.samplers)
    source = int(counts.sum()) * (1 + len(recipe.augment))
    rows = int(counts.max()) * len(counts) * (1 + len(recipe.augment)) if grows else source
    needed = 4 * math.prod(recipe.input_shape) * (source + _COPIES * rows)
    there = available_memory()
    if there is None or workers * needed <= there:
        return ""
    return (
        f"about {needed / 2**30:.1f} GiB for {rows:,} rows of {math.prod(recipe.input_shape):,} values, {workers} at "
        f"once, and {there / 2**30:.1f} GiB are free; use fewer --jobs, or a smaller shape"
    )


def available_memory() -> int | None:
    """Return how many bytes could be taken now; ``None`` where the system does not tell.

    Examples:
        >>> available_memory() is None or available_memory() > 0
        True
    """
    try:
        found = re.search(
            r"^MemAvailable:\s+(\d+) kB$", Path("/proc/meminfo").read_text(encoding="ascii"), re.MULTILINE
        )
    except OSError:
        found = None
    if found:
        return 1024 * int(found[1])
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # no such question on this system
        return None

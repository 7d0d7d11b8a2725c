"""What to try first on a corpus, and why: from its class counts, and from what was measured elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from evenvoice.bench.evidence import Record, in_words, near, read_evidence, records
from evenvoice.bench.methods import NONE, open_method
from evenvoice.corpora import Corpus, CorpusLike, as_corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import draw_plan, make_chain
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import DEFAULT_RECIPE, open_recipe
from evenvoice.study import as_protocols
from evenvoice.tables import count

FIRST = 3
"""How many methods are named beside none."""

LEAST_BENCHES = 2
"""A method that was measured once is not named: one corpus says little of another."""

FEW = 6
"""Rows of a class below which neighbours say little, and SMOTE with its usual five cannot be used."""


@dataclass(frozen=True)
class Advice:
    """What to try first.

    Attributes:
        corpus: Its name.
        utterances: How many.
        speakers: How many are known.
        protocol: Whose training parts were counted, with split seed 0.
        rarest: The emotion with the fewest rows of a training part.
        fewest: How many, in the fold that has the fewest.
        ratio: Largest over smallest class of the training parts, mean over folds.
        evidence: On what the advice rests, in words.
        tried: How many methods were measured there.
        shown: Which were shown better than none in some bench.
        suggestions: What to try after none, in order.
        avoid: Methods that were shown worse and never better.
        unusable: Of what would have been suggested, why it cannot be used here.
        networks: Of what would have been suggested, what the default recipe, which is no network, cannot use.
    """

    corpus: str
    utterances: int
    speakers: int
    protocol: str
    rarest: str
    fewest: int
    ratio: float
    evidence: str
    tried: int
    shown: tuple[str, ...]
    suggestions: tuple[Record, ...]
    avoid: tuple[str, ...]
    unusable: dict[str, str]
    networks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what ``evenvoice balance --advise --json`` prints; fractions."""
        return asdict(self) | {"words": str(self)}

    def __str__(self) -> str:
        lines = [
            f"{self.corpus}: {self.utterances} utterances, {count(self.speakers, 'known speaker')}. Training parts of "
            f"{self.protocol}: {self.ratio:.1f} : 1 between the largest and the smallest class; at least "
            f"{count(self.fewest, 'row')} of {self.rarest}.",
            f"Measured near this ratio: {self.evidence}; {self.tried} methods.",
            f"1. {NONE}: " + self._of_none(),
        ]
        lines += [f"{place}. {_words(record)}" for place, record in enumerate(self.suggestions, start=2)]
        lines += [f"Not here: {method}: {why}." for method, why in self.unusable.items()]
        if self.networks:
            lines.append(f"As good, for recipes with a network: {', '.join(self.networks)}.")
        if self.avoid:
            lines.append(f"Shown worse than {NONE}: {', '.join(self.avoid)}.")
        if self.fewest < FEW:
            lines.append(
                f"{count(self.fewest, 'row')} of {self.rarest} in a training part: more recordings of it will do more "
                "than any method."
            )
        names = ",".join(record.method for record in self.suggestions)
        if names:
            quoted = f"'{names}'" if "(" in names else names
            lines.append(f"Measure it: evenvoice balance CORPUS --methods {quoted} --seeds 5")
        lines.append("Means over few corpora, not promises; docs/imbalance.md has the intervals.")
        return "\n".join(lines)

    def _of_none(self) -> str:
        if not self.shown:
            return "no method was shown better there. Fit without any first; whatever follows has to beat it."
        return f"the baseline of all; shown better there: {', '.join(self.shown)}."


def advise(corpus: CorpusLike, protocol: str | None = None) -> Advice:
    """Say what to try first on a corpus, and why. Nothing is decoded or fitted.

    Args:
        corpus: A `Corpus`, or what `open_corpus` takes.
        protocol: Whose training parts count; ``speaker-folds``, or ``kfold`` where speakers are unknown, if not given.

    Raises:
        EvenvoiceError: A corpus of one emotion, or that the protocol cannot divide.

    Examples:
        ``print(advise("emodb:data/emodb"))``
    """
    the_corpus = as_corpus(corpus)
    (name,) = as_protocols(protocol, the_corpus)
    folds = _counts(the_corpus, name)
    smallest = min(folds, key=lambda counts: min(counts.values()))
    rarest = min(smallest, key=lambda label: smallest[label])
    ratio = float(np.mean([max(counts.values()) / min(counts.values()) for counts in folds]))
    rows = near(read_evidence(), ratio)
    known = records(rows)
    suggestions: list[Record] = []
    unusable: dict[str, str] = {}
    networks: list[str] = []
    for record in (record for record in known if record.benches >= LEAST_BENCHES and record.worse <= record.better):
        if len(suggestions) == FIRST:
            break
        if not _fits_default(record.method):
            networks.append(record.method)
            continue
        why = _unusable(record.method, list(smallest.values()))
        if why:
            unusable[record.method] = why
        else:
            suggestions.append(record)
    return Advice(
        the_corpus.name,
        len(the_corpus),
        int(the_corpus.table["speaker"].dropna().nunique()),
        name,
        rarest,
        smallest[rarest],
        ratio,
        in_words(rows),
        len(known),
        tuple(record.method for record in known if record.better),
        tuple(suggestions),
        tuple(record.method for record in known if record.worse and not record.better),
        unusable,
        tuple(networks),
    )


def _counts(corpus: Corpus, protocol: str) -> list[dict[str, int]]:
    """Return the emotions of each training part."""
    table = corpus.table
    if table["emotion"].nunique() < 2:
        raise EvenvoiceError(f"{corpus.name}: one emotion only; there is nothing to balance, name more with --emotions")
    return [
        {str(label): int(n) for label, n in table["emotion"].iloc[fold.train].value_counts().items()}
        for fold in make_folds(open_protocol(protocol), table, 0)
    ]


def _unusable(method: str, sizes: Sequence[int]) -> str:
    """Return why samplers cannot be drawn on classes of these sizes (on noise), or nothing where they can."""
    chain = [part.section for part in open_method(method).parts if part.kind == "samplers"]
    if not chain:
        return ""
    y = np.repeat([f"class-{number}" for number in range(len(sizes))], sizes)
    X = np.random.default_rng(0).standard_normal((len(y), 8), np.float32)
    try:
        draw_plan(make_chain(chain), X, y, groups=np.arange(len(y)).astype(str))
    except EvenvoiceError as error:
        return str(error).rstrip(".")
    return ""


def _fits_default(method: str) -> bool:
    """Whether the default recipe, which is no network, can be fitted with a method."""
    try:
        open_method(method).of(open_recipe(DEFAULT_RECIPE))
    except EvenvoiceError:
        return False
    return True


def _words(record: Record) -> str:
    """Say of a method what it gained."""
    times = f"{record.benches} benches" + (f", shown better in {record.better}" if record.better else "")
    gains = f"{100 * record.gain:+.1f} points of UA ({100 * record.least:+.1f} to {100 * record.most:+.1f}; {times})"
    return f"{record.method}: {gains}, recall of the rarest {100 * record.rarest:+.1f}, ECE {100 * record.ece:+.1f}."

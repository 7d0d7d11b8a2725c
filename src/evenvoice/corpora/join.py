"""Two corpora as one table, for training on one and testing on the other."""

from __future__ import annotations

import pandas as pd

from evenvoice.corpora.corpus import Corpus
from evenvoice.errors import EvenvoiceError


def join_for_cross(train: Corpus, test: Corpus) -> Corpus:
    """Return both corpora as one, the training corpus first, with the emotions that both have.

    Ids, speakers and sessions get their corpus' name in front: speaker 01 of one corpus is not speaker 01 of the other.

    Args:
        train: What to learn from.
        test: What to test on.

    Raises:
        EvenvoiceError: The same corpus twice, a recording that is in both, or no two emotions in common.

    Examples:
        >>> from pathlib import Path
        >>> from evenvoice.corpora.corpus import Utterance, table_of
        >>> def small(name):
        ...     rows = [Utterance(e, Path(f"/{name}/{e}.wav"), e, speaker="01") for e in ("sad", "happy")]
        ...     return Corpus(name, table_of(rows), "CC0-1.0")
        >>> join_for_cross(small("one"), small("two")).table["speaker"].to_list()
        ['one-01', 'one-01', 'two-01', 'two-01']
    """
    for corpus in (train, test):
        if not isinstance(corpus, Corpus):
            raise EvenvoiceError(f"protocol cross: a {type(corpus).__name__}; expected two corpora (open_corpus)")
    if train.name == test.name and train.fingerprint() == test.fingerprint():
        raise EvenvoiceError(f"protocol cross: trained and tested on the same corpus {train.name}; name another")
    shared = sorted(set(train.table["file"]) & set(test.table["file"]))
    if shared:
        raise EvenvoiceError(
            f"protocol cross: {train.name} and {test.name} share {len(shared)} recordings, first {shared[0]}; name "
            "corpora that share none"
        )
    labels = tuple(label for label in train.labels if label in test.labels)
    if len(labels) < 2:
        raise EvenvoiceError(
            f"protocol cross: {train.name} has {', '.join(train.labels)}, {test.name} has {', '.join(test.labels)}; "
            "they must share two emotions at least. Merge or rename some with --emotions"
        )
    names = (train.name, test.name if test.name != train.name else f"{test.name}-2")
    table = pd.concat([_named(corpus.table, name) for corpus, name in zip((train, test), names, strict=True)])
    left_out = sorted({*train.labels, *test.labels} - set(labels))
    unknown = [name for name, corpus in zip(names, (train, test), strict=True) if not corpus.has("speaker")]
    if unknown:  # a corpus knows every speaker or none
        table = table.assign(speaker=None)
    return Corpus(
        name=" → ".join(names),
        table=table[table["emotion"].isin(labels)],
        licence=train.licence if train.licence == test.licence else f"{train.licence}; {test.licence}",
        synthetic=train.synthetic or test.synthetic,
        notes=(
            *train.notes,
            *test.notes,
            *(f"{name} is in one corpus only: left out" for name in left_out),
            *(f"the speakers of {name} are not known, so none are" for name in unknown),
        ),
        labels=labels,
    )


def _named(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the table with its corpus' name in front of what is only unique within it."""
    named = table.assign(corpus=name).set_axis([f"{name}-{utterance}" for utterance in table.index])
    for column in ("speaker", "session"):
        named[column] = [value if value is None else f"{name}-{value}" for value in table[column]]
    return named

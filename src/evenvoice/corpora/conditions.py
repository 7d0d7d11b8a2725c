"""What ``--without`` says: utterances to leave out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evenvoice.corpora.corpus import Corpus
from evenvoice.errors import EvenvoiceError, shown


def leave_out(corpus: Corpus, conditions: Sequence[str]) -> Corpus:
    """Return a corpus without the utterances that meet one of some conditions.

    Each condition is of the corpus as it is given: whether a value is there does not depend on the other conditions.

    Args:
        corpus: Which corpus.
        conditions: ``COLUMN=VALUE`` or ``COLUMN=VALUE,VALUE``, as `Corpus.without` takes them. A value of the column
            that holds a comma can be written as it is.

    Raises:
        EvenvoiceError: No such condition, an unknown column, a value that no utterance has, or nothing is left.

    Examples:
        >>> from pathlib import Path
        >>> from evenvoice.corpora import Utterance, table_of
        >>> rows = [Utterance(s, Path(f"/{s}.wav"), "sad", speaker=s, session=s[0]) for s in ("1f", "1m", "2f")]
        >>> corpus = Corpus("mine", table_of(rows), "CC0-1.0")
        >>> leave_out(corpus, ["speaker=1f,1m", "session=1"]).table.index.to_list()
        ['2f']
    """
    out: set[str] = set()
    for condition in conditions:
        column, values = _read(corpus, condition)
        out |= set(corpus.table.index) - set(corpus.without(column, values).table.index)
    if not out:
        return corpus
    table = corpus.table[~corpus.table.index.isin(out)]
    present = set(table["emotion"])
    return replace(corpus, table=table, labels=tuple(label for label in corpus.labels if label in present))


def leave_out_of_both(one: Corpus, other: Corpus, conditions: Sequence[str]) -> tuple[Corpus, Corpus]:
    """Return two corpora without the utterances that meet a condition; each is for those that have its values.

    Args:
        one: A corpus, with a note on each condition afterwards.
        other: Another.
        conditions: As `leave_out` takes them.

    Raises:
        EvenvoiceError: As in `leave_out`; neither corpus has the values of a condition.
    """
    own: dict[str, list[str]] = {"one": [], "other": []}
    notes = []
    for condition in conditions:
        those = {"one": _meets(one, condition), "other": _meets(other, condition)}
        if all(those.values()):
            notes.append(f"{condition} is left out of {one.name} and of {other.name}")
        elif any(those.values()):
            has, lacks = (one, other) if those["one"] else (other, one)
            notes.append(f"{condition} is left out of {has.name}; {lacks.name} has none")
        for name, meets in those.items():
            if meets or not any(those.values()):  # of neither: the error says what there is
                own[name].append(condition)
    one = leave_out(one, own["one"])
    return replace(one, notes=(*one.notes, *notes)), leave_out(other, own["other"])


def _meets(corpus: Corpus, condition: str) -> bool:
    """Return whether a corpus has all values of a condition."""
    column, values = _read(corpus, condition)
    return column in corpus.table and set(values) <= set(corpus.table[column].dropna().map(str))


def _read(corpus: Corpus, condition: str) -> tuple[str, list[str]]:
    """Return the column and the values of a condition."""
    column, equals, text = (part.strip() for part in condition.partition("="))
    if not (column and equals and text):
        raise EvenvoiceError(
            f"without {shown(condition)}: expected COLUMN=VALUE, for example session=5 or speaker=03,08"
        )
    whole = column in corpus.table and text in set(corpus.table[column].dropna().map(str))
    return column, [text] if whole else [value.strip() for value in text.split(",") if value.strip()]

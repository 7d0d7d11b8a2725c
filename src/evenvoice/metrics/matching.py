"""Two systems can be compared where both were tested on the same utterances: brought into one order, or refused."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evenvoice.errors import EvenvoiceError


def matched(
    first: Sequence[pd.DataFrame], second: Sequence[pd.DataFrame], *, paired: bool = True
) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
    """Put the second system's rows in the order of the first's.

    Args:
        first: Predictions of one system, one table a seed.
        second: Predictions of the other, table i from the same seed as the first's.
        paired: Whether tables i belong together; if not, all tables of both must hold the same utterances.

    Returns:
        Both; where only one names the speakers, they are those of both.

    Raises:
        EvenvoiceError: Table i of both does not hold the same utterances, with the same emotions and speakers.

    Examples:
        >>> first = pd.DataFrame({"utterance": ["1", "2"], "emotion": ["sad", "happy"], "speaker": ["a", "a"]})
        >>> second = pd.DataFrame({"utterance": ["2", "1"], "emotion": ["happy", "sad"]})
        >>> matched([first], [second])[1][0].to_dict("list")
        {'utterance': ['1', '2'], 'emotion': ['sad', 'happy'], 'speaker': ['a', 'a']}
    """
    if not first or not second or (paired and len(first) != len(second)):
        raise EvenvoiceError(
            f"compare: found {len(first)} seeds of the first system and {len(second)} of the second; "
            "expected the same seeds of both, at least one"
        )
    if not paired:
        ours = [first[0], *(_matched_seed(first[0], table, number)[1] for number, table in enumerate(first[1:], 2))]
        matches = [_matched_seed(first[0], table, number) for number, table in enumerate(second, 1)]
        if "speaker" in matches[0][0]:
            ours = [table.assign(speaker=matches[0][0]["speaker"].to_numpy()) for table in ours]
        return ours, [match[1] for match in matches]
    pairs = [_matched_seed(*tables, number) for number, tables in enumerate(zip(first, second, strict=True), 1)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _matched_seed(first: pd.DataFrame, second: pd.DataFrame, number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Order the second's rows as the first's, or raise unless both have the same utterances, emotions and speakers."""
    remedy = "compare runs of the same corpus, protocol and seed"
    ours, theirs = (table.set_index("utterance") for table in (first, second))
    for table in (ours, theirs):
        if not table.index.is_unique:
            twice = table.index[table.index.duplicated()][0]
            raise EvenvoiceError(f"compare: table {number}: utterance {twice!r} stands in it twice; {remedy}")
    alone = ours.index.symmetric_difference(theirs.index)
    if len(alone):
        which = "first" if alone[0] in ours.index else "second"
        raise EvenvoiceError(
            f"compare: table {number}: {len(alone)} utterances were tested by one system only, {alone[0]!r} by the "
            f"{which}; {remedy}"
        )
    theirs = theirs.loc[ours.index]
    for column in ("emotion", "speaker"):
        if column not in ours or column not in theirs:
            continue
        both = ours[column].notna() & theirs[column].notna()
        odd = ours.index[both & (ours[column].astype(str) != theirs[column].astype(str))]
        if len(odd):
            raise EvenvoiceError(
                f"compare: table {number}: {len(odd)} utterances have another {column} in the second system, "
                f"{odd[0]!r} is {ours[column][odd[0]]!r} in the first and {theirs[column][odd[0]]!r} in the second; "
                f"{remedy}"
            )
    known = [table["speaker"] for table in (ours, theirs) if "speaker" in table and table["speaker"].notna().all()]
    if known:  # a table from elsewhere may lack the column: the utterances are the same, so are their speakers
        ours, theirs = (table.assign(speaker=known[0]) for table in (ours, theirs))
    return ours.reset_index(), theirs.reset_index()

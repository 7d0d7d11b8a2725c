"""The columns of a corpus' table beside those that predictions have of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from evenvoice.audio import duration
from evenvoice.corpora import Corpus
from evenvoice.metrics import taken_names

_SECONDS = "seconds"


def with_durations(corpus: Corpus) -> pd.DataFrame:
    """Return a corpus' table with ``seconds``, what each utterance lasts; a column of that name gets another."""
    called = {theirs: ours for theirs, ours in taken_names(corpus.table).items() if theirs == _SECONDS}
    return corpus.table.rename(columns=called).assign(**{_SECONDS: list(map(duration, corpus.clips()))})


def renamed_columns(corpus: Corpus) -> Iterator[str]:
    """Yield a line for each column that is called otherwise in the predictions."""
    for theirs, ours in taken_names(corpus.table).items():
        what = f"column {theirs!r} of the table is called {ours!r} in the predictions, which have one of that name"
        yield f"warning: {corpus.name}: {what}"

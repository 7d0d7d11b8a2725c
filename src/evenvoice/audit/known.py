"""What the files of a study, and its corpus where it is at hand, know of each utterance."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pandas as pd

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.study import Run, find_runs, read_run

FROM_PREDICTIONS = ("emotion", "speaker", "session", "text")
_FROM_CORPUS = (*FROM_PREDICTIONS, "file", "start", "end", "corpus")
_COLUMNS = {
    "split": ("utterance", "part"),
    "plan": ("synthetic", "emotion", "base", "neighbour"),
    "history": ("epoch",),
    "predictions": (),  # checked where they are read
}


def read_part(run: Run, name: Literal["split", "plan", "history", "predictions"]) -> pd.DataFrame:
    """Return one of a run's tables.

    Raises:
        EvenvoiceError: The file is missing, no table, or lacks a column.
    """
    path = run.folder / f"{name}.csv"
    try:
        table: pd.DataFrame = getattr(run, name)
    except EvenvoiceError:
        raise
    except (OSError, ValueError) as error:
        raise EvenvoiceError(f"{path}: cannot be read ({error}); evaluate the run again") from error
    absent = [column for column in _COLUMNS[name] if column not in table]
    if absent:
        raise EvenvoiceError(f"{path}: no column {absent[0]!r}; expected {', '.join(_COLUMNS[name])}")
    return table


def study_of(run: Run) -> Path | None:
    """Return the folder of the study in which a run lies; ``None`` where it lies elsewhere."""
    above = run.folder.resolve().parents
    inside = len(above) > 4 and above[3].name == "runs" and (above[4] / "study.json").is_file()
    return above[4] if inside else None


def runs_beside(run: Run) -> list[Run]:
    """Return the other runs of the study in which a run lies; none where it lies elsewhere."""
    study = study_of(run)
    found = [] if study is None else find_runs(study)
    return [read_run(folder) for folder in found if folder != run.folder.resolve()]


def known_utterances(runs: Iterable[Run], corpus: Corpus | None = None) -> pd.DataFrame:
    """Return what is known of each utterance, indexed by its id: emotion, speaker, session, text (and file).

    Every utterance is tested in some fold of a cross-validation, so the predictions of all folds know them all.
    Where the corpus is given it knows best, but for the emotions of tested rows: a study may merge or rename them.

    Raises:
        EvenvoiceError: A table of predictions cannot be read, or the corpus holds none of the utterances.

    Warns:
        UserWarning: The corpus holds some of the utterances only.
    """
    tables = [_real(read_part(run, "predictions")) for run in runs]
    everything = pd.concat(tables) if tables else pd.DataFrame(columns=list(FROM_PREDICTIONS))
    known = everything[~everything.index.duplicated()]
    if corpus is None:
        return known
    table = corpus.table[list(_FROM_CORPUS)]
    if len(known) and not known.index.isin(table.index).any():
        raise EvenvoiceError(
            f"corpus {corpus.name}: holds none of the {len(known)} test utterances (first: {known.index[0]}, the "
            f"corpus has {table.index[0]}); name the corpus that was evaluated"
        )
    strange = known.index[~known.index.isin(table.index)]
    if len(strange):
        warnings.warn(
            f"corpus {corpus.name}: holds {len(known) - len(strange)} of the {len(known)} test utterances (not "
            f"{strange[0]}); what it alone knows is known of these only: name all of the corpus that was evaluated",
            stacklevel=2,
        )
    known = known.astype(object)
    both = table.combine_first(known).reindex(columns=list(_FROM_CORPUS))
    return both.assign(emotion=known["emotion"].combine_first(table["emotion"]))


def _real(predictions: pd.DataFrame) -> pd.DataFrame:
    """What predictions know of the utterances that somebody spoke; a synthetic row's name differs from run to run."""
    real = predictions[~predictions["synthetic"].astype(bool)].set_index("utterance")
    return real.reindex(columns=list(FROM_PREDICTIONS))

"""A run on a machine that does not see the study: computed there, sent back as files, written here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.errors import EvenvoiceError, StorageError
from evenvoice.leases import temporary_folder
from evenvoice.study.records import RunKey, write_run_files
from evenvoice.study.work import Task, make_run
from evenvoice.training import Dataset


@dataclass(frozen=True)
class RemoteRun:
    """What comes back of a run.

    Attributes:
        key: Which run.
        fingerprint: What it depends on.
        files: Its folder: names and contents.
        reason: Why it could not be made, where it could not.
    """

    key: RunKey
    fingerprint: str
    files: dict[str, bytes]
    reason: str | None = None


def make_run_remotely(
    task: Task, corpus: str, labels: tuple[str, ...], utterances: pd.DataFrame, dataset: Dataset, study: Path, *how: Any
) -> RemoteRun:
    """Make one run as `make_run` does, in a temporary folder of the worker."""
    with temporary_folder() as folder:
        make_run(task, corpus, labels, utterances, dataset, folder, *how)
        files = {path.name: path.read_bytes() for path in sorted(task.key.folder(folder).iterdir())}
    return RemoteRun(task.key, task.fingerprint, files)


def try_run_remotely(task: Task, *what: Any) -> RemoteRun:
    """Make one run as `make_run_remotely` does; return why it could not be made where that is so."""
    try:
        return make_run_remotely(task, *what)
    except StorageError:
        raise
    except EvenvoiceError as error:
        return RemoteRun(task.key, task.fingerprint, {}, str(error))


def keep_run(run: RemoteRun, study: Path) -> tuple[RunKey, str] | None:
    """Write a run that came back; return which it was and why there is none, where it could not be made.

    Raises:
        EvenvoiceError: Another process made a run of other settings meanwhile.
    """
    if run.reason is not None:
        return run.key, run.reason
    write_run_files(run.key.folder(study), run.files, run.fingerprint)
    return None

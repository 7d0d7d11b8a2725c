"""A folder that `reproduce` writes: what was asked for (``reproduction.json``), and the tables of its runs."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evenvoice.arguments import as_path
from evenvoice.errors import EvenvoiceError
from evenvoice.files import write_json
from evenvoice.paper.tables import Tables
from evenvoice.study import load_study

RECORD_FILE = "reproduction.json"
_FORMAT = 1


@dataclass(frozen=True)
class Record:
    """How the runs of a folder were asked for.

    Attributes:
        corpus: Name, and fingerprint of what was run.
        quick: A few epochs of short inputs.
        scale: The share of the corpus that was kept; ``None`` for all of it.
        unseen: The protocol that stands for unseen speakers.
        emotions: Utterances of each emotion in the whole corpus.
        kept: The same, of what was run.
        failures: By recipe: why it could not be finished.
    """

    corpus: tuple[str, str]
    quick: bool
    scale: float | None
    unseen: str
    emotions: dict[str, int]
    kept: dict[str, int]
    failures: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write it whole or not at all."""
        write_json(folder / RECORD_FILE, {"format": _FORMAT, **dataclasses.asdict(self)})


def read_record(folder: Path) -> Record | None:
    """Return the record of a folder; ``None`` where there is none.

    Raises:
        EvenvoiceError: It cannot be read.
    """
    path = folder / RECORD_FILE
    if not path.exists():
        return None
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("format") != _FORMAT:
            raise ValueError("another format")
        return Record(**{**data, "corpus": tuple(data["corpus"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvenvoiceError(
            f"{path}: cannot be read ({error}); remove the file, and the same command as before writes it again"
        ) from error


@dataclass(frozen=True)
class Reproduction:
    """What was asked for, and the tables of what was measured."""

    record: Record
    tables: Tables


def open_reproduction(folder: Path | str) -> Reproduction:
    """Read a folder that `reproduce` wrote.

    Raises:
        EvenvoiceError: It holds no reproduction, or no finished run.
    """
    folder = as_path(folder, "folder")
    record = read_record(folder)
    if record is None:
        raise EvenvoiceError(f"{folder}: holds no {RECORD_FILE}; expected a folder that `evenvoice reproduce` wrote")
    return Reproduction(record, Tables(load_study(folder), record.unseen))

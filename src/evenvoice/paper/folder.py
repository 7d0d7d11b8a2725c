"""A folder that `reproduce` wrote, read back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evenvoice.errors import EvenvoiceError
from evenvoice.paper.record import RECORD_FILE, Record, read_record
from evenvoice.paper.tables import Tables
from evenvoice.study import load_study


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
    folder = Path(folder)
    record = read_record(folder)
    if record is None:
        raise EvenvoiceError(f"{folder}: holds no {RECORD_FILE}; expected a folder that `evenvoice reproduce` wrote")
    return Reproduction(record, Tables(load_study(folder), record.unseen))

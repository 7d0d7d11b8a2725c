"""Predictions in a file that an interruption does not cost: what is finished is found again, and skipped.

Rows are appended, a recording's at once. A process that is killed leaves at most one damaged row, the last: it is cut
off, and its recording predicted again. A note beside the file says of which model and options the rows are, so that
two never mix.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np

from evenvoice.errors import EvenvoiceError
from evenvoice.extras import need
from evenvoice.files import naming_full, writing
from evenvoice.leases import held
from evenvoice.printing import cell
from evenvoice.recognizer.inputs import Input
from evenvoice.recognizer.output import CsvWriter

SUFFIXES = (".csv", ".parquet")

# In bytes: a name has some thousand at most.
_LONGEST_ROW = 1 << 16

Named = TypeVar("Named", bound=Input)


class OutFile:
    """A file of predictions, new or begun: a context manager.

    While it is open, rows of a ``.parquet`` are collected in a file beside it, ``.parquet.rows.csv``; the Parquet file
    is made of them in the end, whole or not at all.

    Args:
        path: ``.csv`` or ``.parquet``.
        columns: Names of the columns; the first is the recording's name.
        about: What the rows depend on: model and options. Compared with what the file was begun with.
        timeline: True where a recording has several rows.

    Attributes:
        finished: How many recordings are in it already.

    Raises:
        EvenvoiceError: Another suffix, a file of other predictions or damaged other than at its end, one that another
            process writes to, or a Parquet file that is complete.
        MissingExtraError: pyarrow is not installed.
    """

    def __init__(self, path: Path, columns: Sequence[str], about: Mapping[str, Any], *, timeline: bool = False) -> None:
        path = path.resolve()  # a link is locked where it leads
        self.path = path
        if "://" in str(path) or path.suffix.lower() not in SUFFIXES:
            raise EvenvoiceError(f"{path}: expected a file of this machine that ends in {' or '.join(SUFFIXES)}")
        self._is_parquet = path.suffix.lower() == ".parquet"
        if self._is_parquet:
            need("pyarrow", str(path))
            if path.exists():
                raise EvenvoiceError(f"{path}: is there already, and complete; remove it, or choose another --out")
        self._rows = path.with_name(f"{path.name}.rows.csv") if self._is_parquet else path
        self._note = path.with_name(f"{path.name}.json")
        self._columns, self._timeline = list(columns), timeline
        self._about = json.loads(json.dumps({"columns": self._columns, **about}))
        self.finished = 0
        self._known = array("Q")

    @contextmanager
    def writing(self) -> Iterator[io.TextIOWrapper]:
        """Give the file to append rows to, after what is finished; make a Parquet file of it if the block ends well.

        Raises:
            EvenvoiceError: See the class.
        """
        try:
            self._rows.parent.mkdir(parents=True, exist_ok=True)
            file = self._rows.open("ab+", buffering=0)
        except OSError as error:
            raise EvenvoiceError(f"{self.path}: cannot be written ({error.strerror}); choose another --out") from error
        with naming_full(self.path), file, self._alone():
            self._check_note(is_empty=file.seek(0, io.SEEK_END) == 0)
            file.truncate(self._find_finished())
            file.seek(0, io.SEEK_END)
            text = io.TextIOWrapper(io.BufferedWriter(file), "utf-8", errors="backslashreplace", newline="")
            try:
                if not file.tell():
                    csv.writer(text, lineterminator="\n").writerow(self._columns)
                yield text
            finally:
                text.flush()
        if self._is_parquet:
            _write_parquet(self._rows, self.path, self._about)
            self._rows.unlink()
            self._note.unlink()

    def left(self, inputs: Iterable[Named]) -> Iterator[Named]:
        """Yield the recordings that are not finished."""
        for each in inputs:
            number = _number(self._as_written(each.name))
            place = bisect_left(self._known, number)
            if place == len(self._known) or self._known[place] != number:
                yield each

    def writer(self, text: io.TextIOWrapper, labels: Sequence[str], **how: Any) -> CsvWriter:
        """Return what writes the rows; a Parquet file has names as they are."""
        return _RowWriter(text, labels, as_cell=self._as_written, **how)

    def _as_written(self, name: str) -> str:
        """Return a recording's name as the file has it."""
        name = name.encode("utf-8", "backslashreplace").decode()
        return name if self._is_parquet else cell(name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            with held(self._rows):
                yield
        except BlockingIOError as error:
            raise EvenvoiceError(f"{self.path}: another process writes to it; choose another --out") from error

    def _check_note(self, *, is_empty: bool) -> None:
        """Raise unless the rows that are there are of this model and these options."""
        if is_empty:
            with writing(self._note) as aside:
                aside.write_text(json.dumps(self._about, indent=1) + "\n", encoding="utf-8")
            return
        try:
            before = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise EvenvoiceError(
                f"{self.path}: is there, and {self._note.name}, which says of which model it is, cannot be read; "
                "choose another --out"
            ) from error
        other = [key for key in self._about if not isinstance(before, dict) or before.get(key) != self._about[key]]
        if other:
            raise EvenvoiceError(
                f"{self.path}: holds predictions with another {' and another '.join(other)}; choose another --out"
            )

    def _find_finished(self) -> int:
        """Find what is finished, and return where the last row of a finished recording ends."""
        numbers = array("Q")
        end = begin = 0
        last: str | None = None
        with self._rows.open("rb") as file:
            for line, row, at in _rows(file, self.path):
                if len(row) != len(self._columns):
                    raise EvenvoiceError(
                        f"{self.path}: line {line} is no prediction ({len(row)} cells, expected {len(self._columns)}); "
                        "remove that line, or choose another --out"
                    )
                if end and not (self._timeline and row[0] == last):
                    numbers.append(_number(row[0]))
                    begin, last = end, row[0]
                end = at
        if self._timeline and numbers:
            # Windows of the last recording may be missing.
            numbers.pop()
            end = begin
        np.frombuffer(numbers, np.uint64).sort()  # where they are
        self._known = numbers
        self.finished = len(numbers)
        return end


class _RowWriter(CsvWriter):
    """Writes rows after those that are there: the file has its first line."""

    def __init__(self, *arguments: Any, as_cell: Callable[[str], str], **how: Any) -> None:
        super().__init__(*arguments, **how)
        self._as_cell = as_cell

    def _head(self) -> None:
        """Write nothing."""

    def _name(self, name: str) -> str:
        return self._as_cell(name)


def _number(name: str) -> int:
    """Return 64 bits that stand for a name: of a million, two agree once in thirty million times."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _rows(file: BinaryIO, path: Path) -> Iterator[tuple[int, list[str], int]]:
    """Yield number of line, cells and end of each whole row; what a killed writer left of the last is passed over.

    Raises:
        EvenvoiceError: What is left is more than a row.
    """
    held_back = b""
    at = begun = 0
    for number, line in enumerate(file, 1):
        begun = begun if held_back else number
        held_back += line
        # A name may hold line breaks: then it stands between quotes, and what is whole has an even number of them.
        if line.endswith(b"\n") and held_back.count(b'"') % 2 == 0:
            at += len(held_back)
            yield begun, next(csv.reader([held_back.decode(errors="replace")])), at
            held_back = b""
        elif len(held_back) > _LONGEST_ROW:
            raise EvenvoiceError(
                f"{path}: damaged from line {begun} on, and not at its end alone; remove that line, or choose another "
                "--out"
            )


def _write_parquet(rows: Path, path: Path, about: Mapping[str, Any]) -> None:
    """Make a Parquet file of rows, in parts: memory does not depend on their number."""
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    kinds = {"file": pyarrow.string(), "label": pyarrow.string()}
    columns = about["columns"]
    types = {
        name: kinds.get(name, pyarrow.float32() if name.startswith("p:") else pyarrow.float64()) for name in columns
    }
    note = {b"evenvoice": json.dumps(about).encode()}
    reader = pyarrow.csv.open_csv(
        rows,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True),
    )
    schema = pyarrow.schema(types.items(), metadata=note)
    with writing(path) as aside, reader, pyarrow.parquet.ParquetWriter(aside, schema) as parquet:
        for batch in reader:
            parquet.write_table(pyarrow.Table.from_batches([batch]).cast(schema))

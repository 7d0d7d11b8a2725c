"""Tables as text (CSV and its relatives), whatever wrote them: encodings, separators, spreadsheets' leftovers."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from evenvoice.corpora.paths import is_file
from evenvoice.errors import EvenvoiceError

MOST_COLUMNS = 1000
_LONGEST_NAME = 200
_LFS = b"version https://git-lfs.github.com/spec/"
# UTF-32 before UTF-16: its mark begins with the other's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Line:
    """A line of a table: its number in the file, and its cells by column; empty cells are left out."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class TextTable:
    """A table that was read.

    Attributes:
        path: The file.
        header: The names of the columns, as they are written.
        lines: Those below the header, without the empty ones.
        separator: ``,``, ``;`` or a tab.
        notes: What was noticed, a sentence each.
    """

    path: Path
    header: list[str]
    lines: list[Line]
    separator: str
    notes: list[str]


def read_text_table(path: Path, expected: Collection[str] = (), *, quotes: bool = True) -> TextTable:
    r"""Read a table with a header: commas, semicolons or tabs; UTF-8, UTF-16 or Windows-1252.

    Args:
        path: The file.
        expected: Names of columns, in lower case; the separator is the one that finds most of them.
        quotes: Whether a quotation mark holds a cell together; else it is a letter like others.

    Raises:
        EvenvoiceError: The file cannot be read, is not text, or is not a table; the line has its number.

    Examples:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "ages.csv"
        >>> _ = path.write_text("speaker;age;;\n1;30;;\n", encoding="utf-16")
        >>> table = read_text_table(path)
        >>> table.header, table.lines, table.separator
        (['speaker', 'age'], [Line(number=2, cells={'speaker': '1', 'age': '30'})], ';')
    """
    text, notes = _text(path)
    skip = 0
    if text[:4].lower() == "sep=":  # Excel's own way to say it
        skip = 1
        text = text.partition("\n")[2]
    separator = _separator(text, expected)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        strict=True,
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
    )
    try:
        header = _header(next(reader, []), path, 1 + skip)
        lines = list(_lines(reader, header, path, skip, separator))
    except csv.Error as error:
        raise EvenvoiceError(f"{path}, line {reader.line_num + skip}: no CSV ({error}); correct the line") from error
    unnamed = [str(place) for place, column in enumerate(header, start=1) if not column]
    if unnamed:  # pandas writes its index so
        notes.append(f"{path.name}: column {', '.join(unnamed)} has no name, left out")
        lines = [Line(line.number, {name: cell for name, cell in line.cells.items() if name}) for line in lines]
    return TextTable(path, [column for column in header if column], lines, separator, notes)


def _text(path: Path) -> tuple[str, list[str]]:
    """Return a file as text, and a note where its encoding had to be guessed."""
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise EvenvoiceError(f"{path}: cannot be read ({reason}); check the path and its permissions") from error
    if raw.startswith(_LFS):
        raise EvenvoiceError(f"{path}: a Git LFS pointer, not the table itself; run git lfs pull")
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), None) or _without_mark(raw)
    try:
        text = raw.decode(encoding or "utf-8")
        notes = []
    except UnicodeDecodeError as error:
        try:
            text = raw.decode("cp1252") if encoding is None else ""
        except UnicodeDecodeError:
            text = ""
        if not text:
            raise EvenvoiceError(f"{path}: no text in UTF-8 ({error.reason}); save it as CSV in UTF-8") from error
        notes = [f"{path.name} is not UTF-8 and was read as Windows-1252; save it as UTF-8 if letters are wrong"]
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise EvenvoiceError(f"{path}, line {line}: a NUL character, so no text table; save it as CSV in UTF-8")
    return text, notes


def _without_mark(raw: bytes) -> str | None:
    """Return UTF-16 where every other byte of the beginning is zero, as in Latin letters."""
    head = raw[:200]
    for encoding, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(head) >= 8 and zeros.count(0) > 0.9 * len(zeros) and 0 not in letters:
            return encoding
    return None


def _separator(text: str, expected: Collection[str]) -> str:
    """Return the separator under which the first line has most of the columns expected, else most columns."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")

    def found(separator: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([first], delimiter=separator), [])
        except csv.Error:
            return 0, 0
        return sum(cell.strip().lower() in expected for cell in cells), len(cells)

    return max(",;\t", key=found)


def _header(cells: list[str], path: Path, number: int) -> list[str]:
    """Return the names of the columns, checked, without the empty ones at the end."""
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    where = f"{path}, line {number}"
    if not header:
        raise EvenvoiceError(f"{where}: no header; expected the names of the columns")
    if len(header) > MOST_COLUMNS:
        raise EvenvoiceError(f"{where}: {len(header):,} columns, more than {MOST_COLUMNS:,}; is it this file?")
    for column in header:
        if len(column) > _LONGEST_NAME:
            raise EvenvoiceError(f"{where}: a column named {column[:40]!r}… of {len(column):,} characters; shorten it")
    twice = [column for column, times in Counter(header).items() if times > 1 and column]
    if twice:
        raise EvenvoiceError(f"{where}: column {twice[0]!r} twice; keep one")
    return header


def _lines(reader: Iterator[list[str]], header: list[str], path: Path, skip: int, separator: str) -> Iterator[Line]:
    """Yield the lines below the header, without the empty ones."""
    name = {",": "comma", ";": "semicolon", "\t": "tab"}[separator]
    for cells in reader:
        number = reader.line_num + skip  # type: ignore[attr-defined]  # csv's own reader has it
        if not any(cell.strip() for cell in cells):
            continue
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(header):
            raise EvenvoiceError(
                f"{path}, line {number}: {len(cells)} cells where the header has {len(header)}; "
                f"quote a cell that holds a {name}, or fill the line up"
            )
        yield Line(number, {column: cell for column, cell in zip(header, cells, strict=True) if cell.strip()})


def read_side_table(
    paths: Collection[Path], key: str, column: str, *, quotes: bool = True
) -> tuple[dict[str, str], list[str]]:
    """Read one column of a table that lies beside a corpus, by another: ``{"1001": "male"}``.

    A corpus can be used without it: what is wrong with the table is said, and the column is not known then.

    Args:
        paths: Where the table may lie; the first that is there is read.
        key: The column of the keys.
        column: The column of the values.
        quotes: See `read_text_table`.

    Returns:
        The values in lower case, and what to say.
    """
    path = next((path for path in paths if is_file(path)), None)
    if path is None:
        return {}, []
    try:
        table = read_text_table(path, (key.lower(), column.lower()), quotes=quotes)
    except EvenvoiceError as error:
        return {}, [f"{error} ({column} is not known now)"]
    absent = [name for name in (key, column) if name not in table.header]
    if absent:
        return {}, [f"{path}: no column {absent[0]!r}, found {', '.join(table.header[:8])}; {column} is not known now"]
    values = {
        line.cells[key].strip(): line.cells.get(column, "").strip().lower() for line in table.lines if key in line.cells
    }
    return {name: value for name, value in values.items() if value}, table.notes

"""Entries by key in a few SQLite files: bounded in inodes, whole or absent, and checked when they are read.

SQLite commits an entry or rolls it back, whatever process is killed, and lets several processes write. It does not
check what it stored, so each entry has a SHA-256 over its key and content. An entry that does not agree with it is not
there. A file that SQLite cannot read any more is deleted and begun anew: what is in here can be made again.

Journals are truncated (``journal_mode``), not shared memory (WAL): that works wherever files can be locked, also over a
network. Where the file system's locks do not work (some NFS), give each machine a cache of its own.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TypeVar

from evenvoice.errors import StorageError
from evenvoice.leases import locked

# How many files: bounds what a damaged one costs, and how long writers wait for each other.
_SHARDS = 16

# Seconds to wait for another process that writes to the same file: it takes milliseconds.
_PATIENCE = 60.0

_TABLE = (
    "CREATE TABLE IF NOT EXISTS entries "
    "(key BLOB PRIMARY KEY, checksum BLOB NOT NULL, source BLOB NOT NULL, rows INTEGER NOT NULL, data BLOB NOT NULL)"
)
# The file is unreadable, is no database, has another table than ours (a bit of the names in it is enough), or was
# deleted or replaced while it was open.
_DAMAGED = (
    sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
)  # fmt: skip
_MOVED = sqlite3.SQLITE_READONLY_DBMOVED

Result = TypeVar("Result")


@dataclass(frozen=True)
class Entry:
    """What is kept under a key: float32 values, little-endian, row by row.

    Attributes:
        rows: Number of rows.
        data: The values.
        source: Of values that were made from others, the `digest` of these.
    """

    rows: int
    data: bytes
    source: bytes = b""

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the values, 32 bytes."""
        return hashlib.sha256(self.rows.to_bytes(8, "little") + self.data).digest()


class Shards:
    """A folder of SQLite files that hold entries by key; threads may share it.

    Args:
        folder: Created with the first entry.

    Examples:
        >>> import tempfile
        >>> key = hashlib.sha256(b"a.wav").digest()
        >>> with Shards(Path(tempfile.mkdtemp())) as shards:
        ...     shards.put(key, Entry(1, b"1234"))
        ...     shards.get(key), shards.get(hashlib.sha256(b"b.wav").digest())
        (Entry(rows=1, data=b'1234', source=b''), None)
    """

    def __init__(self, folder: Path) -> None:
        self._shards = [_Shard(folder, number) for number in range(_SHARDS)]

    def __enter__(self) -> Shards:
        return self

    def __exit__(self, *_: object) -> None:
        for shard in self._shards:
            shard.close()

    def get(self, key: bytes) -> Entry | None:
        """Return an entry, or ``None`` where there is none or it is not what was put there.

        Raises:
            StorageError: The file cannot be read, or another process locks it for a minute.
        """
        columns = self._of(key).get(key)
        if columns is None:
            return None
        checksum, source, rows, data = columns
        # Damage may have changed types as well.
        if not (isinstance(source, bytes) and isinstance(data, bytes) and isinstance(rows, int) and rows > 0):
            return None
        entry = Entry(rows, data, source)
        return entry if _checksum(key, entry) == checksum else None

    def put(self, key: bytes, entry: Entry) -> None:
        """Keep an entry, in place of an earlier one.

        Raises:
            StorageError: The file cannot be written, or another process locks it for a minute.
        """
        self._of(key).put(key, (_checksum(key, entry), entry.source, entry.rows, entry.data))

    def _of(self, key: bytes) -> _Shard:
        return self._shards[key[0] % _SHARDS]


def shard_files(folder: Path) -> list[Path]:
    """Return the files that hold entries, and journals of writes that were killed."""
    return sorted([*folder.glob("*.sqlite"), *folder.glob("*.sqlite-journal")]) if folder.is_dir() else []


def _checksum(key: bytes, entry: Entry) -> bytes:
    """SHA-256 over an entry and its key, so that another entry's bytes are noticed."""
    return hashlib.sha256(key + entry.digest + entry.source).digest()


class _Shard:
    """One of the files, opened when it is first needed."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._path: Path | None = None

    def get(self, key: bytes) -> tuple[object, ...] | None:
        """Return the columns of an entry."""

        def select(connection: sqlite3.Connection) -> tuple[object, ...] | None:
            found: tuple[object, ...] | None = connection.execute(
                "SELECT checksum, source, rows, data FROM entries WHERE key = ?", (key,)
            ).fetchone()
            return found

        with self._lock:
            if self._connection is None and not self._files():
                return None
            return self._attempt(select, "read")

    def put(self, key: bytes, columns: tuple[bytes, bytes, int, bytes]) -> None:
        """Write an entry."""
        with self._lock:
            self._attempt(
                lambda connection: connection.execute(
                    "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?)", (key, *columns)
                ),
                "written",
            )

    def close(self) -> None:
        """Close the file, once no thread is at work with it."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._path = None

    def _attempt(self, work: Callable[[sqlite3.Connection], Result], done: str) -> Result:
        """Do something with the file; where it is damaged, with a new one."""
        try:
            try:
                return work(self._open())
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # SQLite's message may quote damaged names
                if not self._is_damage(error):
                    raise
                self._discard()
                return work(self._open())
        except sqlite3.Error as error:
            path = self._path or self._folder
            raise StorageError(
                f"{path}: the feature cache cannot be {done} ({error}); make room there, or set EVENVOICE_CACHE to "
                "another folder"
            ) from error
        except OSError as error:
            raise StorageError(
                f"{self._folder}: the feature cache cannot be {done} ({error.strerror}); set EVENVOICE_CACHE to "
                "another folder"
            ) from error

    def _open(self) -> sqlite3.Connection:
        """Return the connection to the file; make the file where there is none."""
        if self._connection is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            # A name is never used again: a process that still has a deleted file open, and its journal, disturb nobody.
            with locked(self._folder):
                files = self._files() or [self._folder / f"{self._number:02x}-{secrets.token_hex(8)}.sqlite"]
                self._path = files[0]
                if not self._path.exists():
                    self._path.touch()
            connection = sqlite3.connect(
                self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=8
            )
            self._connection = connection
            connection.execute("PRAGMA journal_mode = TRUNCATE")
            # A killed process loses nothing by this; a power failure may, and then the checksums tell.
            connection.execute("PRAGMA synchronous = OFF")
            if os.access(self._path, os.W_OK):
                connection.execute(_TABLE)
        return self._connection

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._number:02x}-*.sqlite"))

    def _discard(self) -> None:
        """Delete a file that is of no more use."""
        path = self._path
        self._close()
        if path is not None:
            for file in (path, Path(f"{path}-journal")):
                with suppress(FileNotFoundError):
                    file.unlink()

    def _is_damage(self, error: sqlite3.DatabaseError | UnicodeDecodeError) -> bool:
        if isinstance(error, UnicodeDecodeError):
            return True
        code = getattr(error, "sqlite_errorcode", 0)
        if code == sqlite3.SQLITE_READONLY:  # a bit of the header says so, too
            return self._path is not None and os.access(self._path, os.W_OK) and os.access(self._folder, os.W_OK)
        return code == _MOVED or code & 0xFF in _DAMAGED

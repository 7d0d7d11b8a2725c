"""A lock between processes that is free again when its holder dies."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from types import TracebackType

# Between two looks at a lock that another process holds.
PAUSE = 0.05


class Lock:
    """SQLite's lock on an empty file: it works wherever the tuning's own SQLite file does, and outlives no process.

    Args:
        path: The file; its folder is created. It stays where it is.

    Examples:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "lock"
        >>> with Lock(path):
        ...     Lock(path).take()
        False
        >>> Lock(path).take()
        True
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: sqlite3.Connection | None = None

    def take(self) -> bool:
        """Take the lock if it is free; return whether it is ours now."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return False
        self._held = connection
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def __enter__(self) -> Lock:
        # Not SQLite's own waiting, which Ctrl-C would not end.
        while not self.take():
            time.sleep(PAUSE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

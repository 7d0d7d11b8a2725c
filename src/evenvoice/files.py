"""Files that are written whole or not at all, where evenvoice keeps what it can make again, and what is in a folder."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from evenvoice.errors import EvenvoiceError, StorageError
from evenvoice.leases import leased_file, leased_folder, named

# No space, no quota, or a limit on the size of files; they say so without the file's name.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# What Windows has in no name, the devices that it takes names for, and how long a name may be for whole paths to fit.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10))}
_LONGEST = 48

# Entries of one folder that are sorted at once.
PIECE = 10_000


def _read_umask() -> int:
    # The only portable way to read the mask is to set it: not safe while other threads write files.
    mask = os.umask(0)
    os.umask(mask)
    return mask


# mkstemp and mkdtemp ignore the mask and use 0600 and 0700. Read once, when this is imported: before any thread.
_UMASK = _read_umask()


def cache_folder() -> Path:
    """Return the folder for what can be made again: ``$EVENVOICE_CACHE``, else ``~/.cache/evenvoice``."""
    named = os.environ.get("EVENVOICE_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "evenvoice"


@contextmanager
def writing(path: Path | str) -> Iterator[Path]:
    """Give a temporary path beside ``path``; rename it into place if the block ends without an error.

    Args:
        path: The file to write. Its folder is created.

    Raises:
        EvenvoiceError: The folder or the file cannot be written to, or there is no space; ``path`` is a folder.

    Examples:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "a" / "note.txt"
        >>> with writing(target) as aside:
        ...     _ = aside.write_text("whole")
        >>> target.read_text()
        'whole'
    """
    path = Path(path)
    with _new_folders(path.parent), ExitStack() as stack:
        try:
            if path.is_dir():
                raise EvenvoiceError(f"{path}: a folder; name the file to write")
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = stack.enter_context(leased_file(path.parent, path.suffix))
        except OSError as error:
            raise _refused(path, error) from error
        with naming_full(path), named(aside, path):
            yield aside
            aside.chmod(0o666 & ~_UMASK)
            aside.replace(path)


@contextmanager
def writing_folder(path: Path | str) -> Iterator[Path]:
    """Give a temporary folder beside ``path``; rename it into place if the block ends without an error.

    What a killed process leaves, the next that writes there removes (`evenvoice.leases`).

    Args:
        path: The folder to make. It must not exist yet.

    Raises:
        EvenvoiceError: The parent folder cannot be written to, or is full.
        OSError: Another process made the folder meanwhile.
    """
    path = Path(path)
    with _new_folders(path.parent), ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = stack.enter_context(leased_folder(path.parent))
        except OSError as error:
            raise _refused(path, error) from error
        with naming_full(path), named(aside, path):
            yield aside
            aside.chmod(0o777 & ~_UMASK)
            aside.replace(path)


def _refused(path: Path, error: OSError) -> EvenvoiceError:
    remedy = "choose a shorter name" if error.errno == errno.ENAMETOOLONG else "choose another place"
    return EvenvoiceError(f"{path}: cannot be written ({error.strerror}); {remedy}")


def write_json(path: Path, data: Any) -> None:
    """Write JSON, readable and whole."""
    with writing(path) as aside:
        aside.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def naming_full(path: Path | str) -> Iterator[None]:
    """Say what could not be written where the block finds no space: the system's error does not.

    Raises:
        StorageError: No space, no quota, or a limit on the size of files.

    Examples:
        >>> with naming_full("a.csv"):
        ...     raise OSError(errno.ENOSPC, "No space left on device")
        Traceback (most recent call last):
        ...
        evenvoice.errors.StorageError: a.csv: cannot be written (No space left on device); free some space, or \
choose another place
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        why = error.strerror or os.strerror(error.errno)  # NumPy says how much was written, and no more
        raise StorageError(f"{path}: cannot be written ({why}); free some space, or choose another place") from error


def check_writable(folder: Path | str) -> None:
    """Raise unless files can be written to a folder, before hours of work; nothing is left there, nor a new folder.

    Raises:
        EvenvoiceError: The folder cannot be made or written to.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp()) / "a" / "b"
        >>> check_writable(folder)
        >>> folder.parent.exists()
        False
    """
    folder = Path(folder)
    with _new_folders(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            raise EvenvoiceError(f"{folder}: cannot be written to ({error.strerror}); choose another --out") from error


@contextmanager
def _new_folders(folder: Path) -> Iterator[None]:
    """After the block, remove a folder that was not there before, and those above it, if nothing lies in them."""
    missing = [path for path in (folder, *folder.parents) if not os.path.lexists(path)]
    try:
        yield
    finally:
        for path in missing:
            with suppress(OSError):
                path.rmdir()


def portable_name(name: str) -> str:
    r"""Return the name of a file or folder for something of this name, which every operating system can have.

    A name that all can have is returned as it is. Windows has none with ``< > : " / \ | ? *`` or control characters,
    none that end with a dot or a space, no ``con`` or ``nul``, and paths of 260 characters at most: such names are
    changed and cut to 48 characters, with the beginning of their SHA-256, so that different names stay different.

    Examples:
        >>> portable_name("speaker-folds"), portable_name("my_parts:Split"), portable_name("nul")
        ('speaker-folds', 'my_parts-Split-0ed6a05a', 'nul-99e62427')
    """
    stem = name.partition(".")[0].rstrip().upper()
    portable = not _FORBIDDEN.search(name) and name[-1:] not in (".", " ") and stem not in _DEVICES
    if portable and 0 < len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    kept = _FORBIDDEN.sub("-", name)[: _LONGEST - len(digest) - 1].rstrip(". ")
    return f"{kept.partition('.')[0].rstrip() if stem in _DEVICES else kept}-{digest}"


def files_under(
    folder: Path | str, suffixes: Collection[str], on_link: Callable[[Path], object] = lambda path: None
) -> list[Path]:
    """Return the files under a folder with one of these suffixes, sorted by path, whatever the file system's order.

    Names that begin with a dot and ``__MACOSX`` folders (macOS leaves both in archives) are passed over.

    Args:
        folder: Where to look, at any depth; links are followed.
        suffixes: In lower case, each with its dot.
        on_link: Called with each folder that is passed over because a link led to it before.

    Raises:
        EvenvoiceError: A folder under it cannot be read.

    Examples:
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("b.WAV", "a.wav", "._a.wav", "notes.txt"):
        ...     (folder / name).touch()
        >>> [file.name for file in files_under(folder, (".wav",))]
        ['a.wav', 'b.WAV']
    """
    found: list[Path] = []
    seen: set[str] = set()
    for here, folders, files in os.walk(folder, followlinks=True, onerror=_refuse):
        # A link to a folder above would go round for ever.
        real = os.path.realpath(here)
        if real in seen:
            folders.clear()
            on_link(Path(here))
            continue
        seen.add(real)
        folders[:] = [name for name in folders if not _is_clutter(name)]
        found += [Path(here, name) for name in files if Path(name).suffix.lower() in suffixes and not _is_clutter(name)]
    return sorted(found, key=Path.as_posix)


def each_file_under(
    folder: Path | str, suffixes: Collection[str], on_refused: Callable[[EvenvoiceError], object]
) -> Iterator[Path]:
    """Yield what `files_under` returns, in the same order, while the folders are read: a million need not be listed.

    A folder of more than `PIECE` entries is sorted piece by piece, as the file system gives them.

    Args:
        folder: Where to look, at any depth; links are followed, each folder once.
        suffixes: In lower case, each with its dot.
        on_refused: Called with the error of a folder that cannot be read; the others go on.
    """
    yield from _walk(os.fspath(folder), suffixes, on_refused, set())


def _walk(
    here: str, suffixes: Collection[str], on_refused: Callable[[EvenvoiceError], object], seen: set[str]
) -> Iterator[Path]:
    # A link to a folder above would go round for ever.
    real = os.path.realpath(here)
    if real in seen:
        return
    seen.add(real)
    try:
        with os.scandir(here) as entries:
            # With its slash a folder stands where its files stand among all paths.
            while piece := sorted((f"{one.name}/" if one.is_dir() else one.name) for one in islice(entries, PIECE)):
                for name in piece:
                    if _is_clutter(name.removesuffix("/")):
                        continue
                    if name.endswith("/"):
                        yield from _walk(os.path.join(here, name[:-1]), suffixes, on_refused, seen)  # noqa: PTH118
                    elif os.path.splitext(name)[1].lower() in suffixes:  # noqa: PTH122  # a million times
                        yield Path(here, name)
    except OSError as error:
        on_refused(EvenvoiceError(f"{here}: cannot be read ({error.strerror}); check its permissions"))


def _is_clutter(name: str) -> bool:
    """Whether macOS or a tool, not a person, made this."""
    return name.startswith(".") or name == "__MACOSX"


def _refuse(error: OSError) -> None:
    """Raise for a folder that cannot be read: passing over it would lose files without a word."""
    raise EvenvoiceError(f"{error.filename}: cannot be read ({error.strerror}); check its permissions") from error

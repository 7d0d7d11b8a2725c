"""The contract of a corpus: a loader of one's own."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, cast

import numpy as np

from evenvoice.audio import duration
from evenvoice.corpora import LOADERS, Corpus, Loader, Reading, Utterance, parse_selection
from evenvoice.errors import EvenvoiceError
from evenvoice.testing.watch import expect, watched

# Recordings that are opened: headers of a whole corpus would take long.
_OPENED = 20
_CHECKSUM = re.compile(r"(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64})")
# What macOS leaves beside files in archives.
_LEFT = b"\x00\x05\x16\x07"


def check_corpus(loader: Loader | str, folder: Path | str) -> None:
    """Check a corpus of your own: a loader, or a name as ``NAME:PATH`` has it, on a folder that holds some of it.

    What is checked: name, title, licence and layout in one line each, address, checksum and emotions where given;
    ``read(folder)`` gives a `Reading` of `Utterance`s and notes in one line; ids are unique, texts are texts, files are
    absolute paths of recordings in that folder, which can be opened, and hold what start and end say; every utterance
    has an emotion, and a speaker or none has; the same again, and from another place: nothing comes from the folder's
    own path or from the order in which the system lists it; files that macOS leaves in archives are passed over; an
    empty folder and one of other recordings give no utterances, or an `EvenvoiceError`; global random states are left
    alone, and nothing is printed.

    What is not seen: whether the labels are right.

    Args:
        loader: What to check.
        folder: Some of the corpus, in its layout. It is read, and nothing is written to it.

    Raises:
        AssertionError: The contract is broken; the message says what was expected and what was found.
        EvenvoiceError: The name is unknown, or there is no such folder.

    Examples:
        >>> import soundfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("03a01Fa", "03a01Nc", "08b10Wb"):
        ...     soundfile.write(folder / f"{name}.wav", np.zeros(8000), 16000)
        >>> check_corpus("emodb", folder)
    """
    if isinstance(loader, str):
        LOADERS.check_known(loader)
    found: Any = LOADERS[loader] if isinstance(loader, str) else loader
    what = f"corpus {getattr(found, 'name', found)!r:.60}"
    expect(isinstance(found, Loader), f"{what}: a {type(found).__name__}; expected an evenvoice.corpora.Loader")
    if isinstance(loader, str) and loader in LOADERS:
        expect(found.name == loader, f"{what}: is registered as {loader!r}; give both one name")
    _check_attributes(found, what)
    folder = Path(folder).expanduser().resolve()
    if not folder.is_dir():
        raise EvenvoiceError(f"{what}: {folder} is no folder; give one that holds some of the corpus")
    with watched(what):
        reading = _read(found, folder, what)
        expect(reading.utterances, f"{what}: no utterance in {folder}; give a folder that holds some of the corpus")
        _check_utterances(reading.utterances, folder, what)
        corpus = found.open(folder)
        _check_recordings(corpus, what)
        again = found.open(folder)
        expect(corpus.table.equals(again.table), f"{what}: reads other utterances the second time")
        with tempfile.TemporaryDirectory() as elsewhere:
            _check_elsewhere(found, corpus, folder, Path(elsewhere), what)
        with tempfile.TemporaryDirectory() as empty:
            _check_without(found, Path(empty), what)


def _check_attributes(loader: Loader, what: str) -> None:
    """What a loader says of itself."""
    for name in ("name", "title", "licence", "layout"):
        value: Any = getattr(loader, name)
        line = isinstance(value, str) and value.strip() and "\n" not in value
        expect(line, f"{what}: {name} is {value!r}; expected a line of text")
    expect(
        re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", loader.name),
        f"{what}: the name stands before a colon and in folders; use small letters, digits and -",
    )
    expect(callable(loader.read), f"{what}: read is {loader.read!r}; expected a function of a folder")
    for name in ("url", "archive"):
        value = getattr(loader, name)
        address = value is None or (isinstance(value, str) and re.match(r"https?://\S+$", value))
        expect(address, f"{what}: {name} is {value!r}; expected an address, https://…")
    checksum = loader.checksum is None or _CHECKSUM.fullmatch(str(loader.checksum))
    expect(checksum, f"{what}: checksum is {loader.checksum!r}; expected md5:… or sha256:…, in hexadecimal digits")
    if loader.default_emotions is not None:
        try:
            parse_selection(loader.default_emotions)
        except EvenvoiceError as error:
            raise AssertionError(f"{what}: default_emotions: {error}") from error


def _read(loader: Loader, folder: Path, what: str) -> Reading:
    """Return what `read` gives of a folder."""
    given: Any = loader.read(folder)
    expect(
        isinstance(given, Reading),
        f"{what}: read() returns a {type(given).__name__}; expected an evenvoice.corpora.Reading",
    )
    expect(isinstance(given.utterances, list), f"{what}: utterances are a {type(given.utterances).__name__}, no list")
    for one in given.utterances:
        expect(isinstance(one, Utterance), f"{what}: a {type(one).__name__}; expected evenvoice.corpora.Utterance")
    for note in given.notes:
        expect(isinstance(note, str) and "\n" not in note, f"{what}: the note {note!r:.60}; expected a line of text")
    return cast("Reading", given)


def _check_utterances(utterances: list[Utterance], folder: Path, what: str) -> None:
    """Each row is complete, and its recording is one of the folder."""
    ids = [one.id for one in utterances]
    twice = next((one for one in ids if ids.count(one) > 1), None) if len(set(ids)) < len(ids) else None
    expect(twice is None, f"{what}: utterance {twice!r} is there twice; ids must be unique")
    for one in utterances:
        name = f"{what}: utterance {one.id!r}"
        texts = ("id", "emotion", "speaker", "session", "text", "gender", "style", "split", "corpus")
        for field in texts:
            value: Any = getattr(one, field)
            optional = value is None and field not in ("id", "emotion")
            expect(
                optional or (isinstance(value, str) and value == value.strip() and value),
                f"{name}: {field} is {value!r}; expected text without blanks around it"
                + (", or None where it is not known" if field not in ("id", "emotion") else ""),
            )
        expect(isinstance(one.file, Path), f"{name}: file is {one.file!r:.80}; expected a Path")
        expect(one.file.is_absolute(), f"{name}: {one.file} is not absolute; join it with the folder that is read")
        inside = one.file.is_relative_to(folder) or one.file.resolve().is_relative_to(folder)
        expect(inside, f"{name}: {one.file} lies outside the folder that is read")


def _check_recordings(corpus: Corpus, what: str) -> None:
    """Some recordings, from the whole corpus, can be opened."""
    clips = corpus.clips()
    for number in np.unique(np.linspace(0, len(clips) - 1, _OPENED).astype(int)).tolist():
        clip = clips[number]
        try:
            long = duration(clip)
        except EvenvoiceError as error:
            raise AssertionError(f"{what}: utterance {corpus.table.index[number]!r}: {error}") from error
        expect(long > 0, f"{what}: utterance {corpus.table.index[number]!r}: {long} seconds between start and end")


def _check_elsewhere(loader: Loader, corpus: Corpus, folder: Path, elsewhere: Path, what: str) -> None:
    """The same corpus in another place, with what macOS leaves in archives, is the same."""
    moved = elsewhere / "08-sad_female 03a01Fa"
    moved.mkdir()
    # Folders first, the last first: the system may list them in any order.
    for entry in sorted(folder.iterdir(), reverse=True):
        _link(entry, moved / entry.name)
    for file in {Path(file) for file in corpus.table["file"]}:
        left = moved / "__MACOSX" / f"._{file.name}"
        left.parent.mkdir(exist_ok=True)
        left.write_bytes(_LEFT)
    try:
        again = loader.open(moved)
    except EvenvoiceError as error:
        raise AssertionError(f"{what}: in another folder, with files that macOS leaves in archives: {error}") from error
    hidden = [Path(file).name for file in again.table["file"] if Path(file).name.startswith("._")]
    expect(
        not hidden,
        f"{what}: takes {hidden[0] if hidden else ''}, which macOS leaves in archives, for a recording; pass over "
        "names that begin with a dot, as evenvoice.corpora.read_names does",
    )
    same = corpus.table.drop(columns="file").equals(again.table.drop(columns="file"))
    expect(
        same,
        f"{what}: reads other utterances in another folder; take nothing from the path of the folder itself, and sort "
        "what the system lists",
    )


def _link(entry: Path, at: Path) -> None:
    """Put a file or folder into another place; a copy where the system has no links for everybody."""
    try:
        at.symlink_to(entry, target_is_directory=entry.is_dir())
    except OSError:
        if entry.is_dir():
            shutil.copytree(entry, at)
        else:
            shutil.copyfile(entry, at)


def _check_without(loader: Loader, folder: Path, what: str) -> None:
    """A folder that holds none of the corpus gives nothing, or is refused in one line."""
    for name in (None, "a song.wav", "notes.txt"):
        if name:
            (folder / name).write_bytes(os.urandom(64))
        try:
            reading = _read(loader, folder, what)
        except EvenvoiceError as error:
            expect("\n" not in str(error), f"{what}: an error of several lines: {error}")
            continue
        expect(
            not reading.utterances,
            f"{what}: takes {name!r} for one of its recordings; pass over what the corpus does not name so",
        )

"""Which column of a table is which: as the user says, or by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evenvoice.audio import SUFFIXES
from evenvoice.corpora.table import INDEX
from evenvoice.corpora.utterance import COLUMNS, TIMES
from evenvoice.errors import EvenvoiceError, nearest, shown

# What other tools call the two columns that must be there.
USUAL = {
    "file": ("path", "filename", "file_name", "filepath", "file_path", "audio", "wav", "recording"),
    "emotion": ("label", "labels", "class", "target", "category", "emotion.categories"),
}
# And those without which folds share speakers, or whole files are decoded. A column of such a name is kept under it,
# for it may hold something else, and that is said.
_OFTEN = {
    "speaker": ("speaker_id", "speakerid", "speaker id", "spk", "spk_id", "subject", "subject_id", "actor", "actor_id"),
    "start": ("begin", "onset", "start_time", "starttime", "start_s", "start (s)"),
    "end": ("stop", "offset", "end_time", "endtime", "end_s", "end (s)"),
}
_LENGTHS = ("duration", "dur", "length", "seconds")


def parse_columns(columns: Mapping[str, str] | str | None) -> dict[str, str]:
    """Read which column of the table is which: ``emotion=label,file=path``.

    Examples:
        >>> parse_columns("emotion=label, file=path")
        {'emotion': 'label', 'file': 'path'}
        >>> parse_columns("mood=label")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: columns 'mood=label': 'mood' is not a column that evenvoice reads; known are \
file, emotion, speaker, session, text, gender, style, start, end, split, corpus
    """
    if columns is None:
        return {}
    if isinstance(columns, str):
        pairs = [part.partition("=")[::2] for part in columns.split(",")]
    elif isinstance(columns, Mapping):
        pairs = list(columns.items())
    else:
        raise EvenvoiceError(f"columns {shown(columns)}: expected OURS=THEIRS, for example emotion=label,file=path")
    if not all(
        isinstance(ours, str) and isinstance(theirs, str) and ours.strip() and theirs.strip() for ours, theirs in pairs
    ):
        raise EvenvoiceError(f"columns {shown(columns)}: expected OURS=THEIRS, for example emotion=label,file=path")
    found: dict[str, str] = {}
    for ours, theirs in pairs:
        if found.setdefault(ours.strip(), theirs.strip()) != theirs.strip():
            both = f"{found[ours.strip()]!r} and {theirs.strip()!r}"
            raise EvenvoiceError(f"columns {shown(columns)}: {ours.strip()!r} is {both}; name one")
    for ours in found:
        if ours not in COLUMNS:
            raise EvenvoiceError(
                f"columns {shown(columns)}: {ours!r} is not a column that evenvoice reads{nearest(ours, list(COLUMNS))}"
                f"; known are {', '.join(COLUMNS)}"
            )
    return found


def names_of(
    header: Sequence[str], columns: Mapping[str, str], what: str, option: str = "--columns"
) -> tuple[dict[str, str], list[str]]:
    """Return what each column of a table is called in a corpus, and what to say of it.

    Args:
        header: The table's own names.
        columns: As `parse_columns` gives it.
        what: How errors call the table.
        option: How users call ``columns``.

    Raises:
        EvenvoiceError: ``file`` or ``emotion`` is missing, or a column that ``columns`` names; two columns for one.
    """
    there = ", ".join(name[:40] for name in header[:20]) + (", …" if len(header) > 20 else "")
    ours_of: dict[str, str] = {}
    for ours, theirs in columns.items():
        if theirs not in header:
            raise EvenvoiceError(f"{what}: no column {theirs!r}{nearest(theirs, list(header))}; it has {there}")
        if theirs in ours_of:
            raise EvenvoiceError(f"{what}: column {theirs!r} for {ours_of[theirs]} and for {ours}; name it for one")
        ours_of[theirs] = ours
    named = set(columns)
    for name in header:
        if name in ours_of:
            continue
        if name.lower() not in COLUMNS or name.lower() in named:
            ours_of[name] = f"{name} (table)" if name in named or name == INDEX else name
            continue
        if name.lower() in ours_of.values():
            raise EvenvoiceError(f"{what}: column {name.lower()!r} twice; keep one")
        ours_of[name] = name.lower()
    known = set(ours_of.values())
    missing = [ours for ours in USUAL if ours not in known]
    if missing and len(header) == 1:
        raise EvenvoiceError(
            f"{what}: one column, {there}; expected file and emotion, parted by a comma, a semicolon or a tab"
        )
    if missing:
        raise EvenvoiceError(
            f"{what}: no column {missing[0]!r}; it has {there}; {_how_to_name(header, columns, missing, option)}"
        )
    notes = []
    for theirs, ours in ours_of.items():
        near = nearest(ours.lower(), [name for name in COLUMNS if name not in known], 0.85)
        if ours not in COLUMNS and near:
            notes.append(f"column {theirs!r} is kept as a column of its own{near}")
    notes += _often_called(header, known, option)
    if "corpus" in known:
        notes.append("column 'corpus' is kept: protocol cross trains on its first value and tests on its second")
    return ours_of, notes


def _how_to_name(
    header: Sequence[str], columns: Mapping[str, str], missing: Sequence[str], option: str = "--columns"
) -> str:
    """Return the remedy for columns that are missing: the whole option, with what was named already.

    Examples:
        >>> _how_to_name(["path", "label"], {}, ["file", "emotion"])
        'name the column that holds it with --columns file=path,emotion=label'
        >>> _how_to_name(["a.wav", "happy"], {}, ["file", "emotion"])
        'is this a recording, and no header? Put a line with the names of the columns above it: file,emotion'
    """
    if any(name.lower().endswith(SUFFIXES) for name in header):
        names = ",".join(["file", "emotion", "speaker"][: len(header)])
        return f"is this a recording, and no header? Put a line with the names of the columns above it: {names}"
    pairs = dict(columns)
    for ours in missing:
        free = [name for name in header if name not in pairs.values()]
        usual = next((name for name in free if name.lower() in USUAL[ours]), None)
        pairs[ours] = usual or f"…{nearest(ours, free)}"
    named = ",".join(f"{ours}={theirs}" for ours, theirs in pairs.items())
    return f"name the column that holds it with {option} {named}"


def _often_called(header: Sequence[str], known: set[str], option: str = "--columns") -> list[str]:
    """Say which columns may be one of ours that the table lacks, by what others call it.

    Examples:
        >>> _often_called(["file", "emotion", "spk"], {"file", "emotion", "spk"})
        ["column 'spk' is kept as a column of its own; if it holds the speaker, say --columns speaker=spk"]
    """
    notes = []
    for ours, usual in _OFTEN.items():
        theirs = next((name for name in header if name.lower() in usual), None)
        if ours not in known and theirs is not None:
            what = f"the {ours} in seconds" if ours in TIMES else f"the {ours}"
            notes.append(
                f"column {theirs!r} is kept as a column of its own; if it holds {what}, say {option} {ours}={theirs}"
            )
    length = next((name for name in header if name.lower() in _LENGTHS), None)
    if "start" in known and "end" not in known and length is not None:
        notes.append(
            f"there is a start and no end, so utterances last to the end of their file, whatever {length!r} says; add "
            "a column end"
        )
    return notes

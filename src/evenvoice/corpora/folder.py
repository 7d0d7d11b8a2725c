"""``folder:PATH``: recordings in folders that are named after emotions, or whose paths say the emotion."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePath

from evenvoice.corpora.corpus import Corpus
from evenvoice.corpora.layout import SPLITS, cut_words, guess_layout, pattern_for
from evenvoice.corpora.loader import existing_folder
from evenvoice.corpora.scan import scan
from evenvoice.corpora.table import table_of
from evenvoice.corpora.utterance import Utterance
from evenvoice.errors import EvenvoiceError

_LAYOUT = "a folder with a sub-folder for each emotion (angry/, happy/, …) and the recordings in them"


def open_folder(
    folder: Path | str,
    speaker_from: str | None = None,
    emotion_from: str | None = None,
    *,
    wanted: Collection[str] = (),
) -> Corpus:
    """Read a folder of recordings; an utterance's id is its path from the folder, its label as the folder is called.

    Args:
        folder: The folder. Recordings lie in ``emotion/``, ``emotion/speaker/`` or ``speaker/emotion/``, at any depth;
            what is guessed is in the corpus' notes.
        speaker_from: A regular expression searched for in each path from the folder (``happy/anna_01.wav``). Its group
            ``speaker``, or its only group, is the speaker. ``None``: by the folders, or not known.
        emotion_from: The same for the emotion; ``None``: by the folders.
        wanted: Emotions that the user names: they tell which folders are the emotions'.

    Raises:
        EvenvoiceError: No such folder, no recordings, a recording outside of any sub-folder, an expression that cannot
            be read, or one that finds nothing in a path.
    """
    root = existing_folder(folder, "folder", _LAYOUT)
    speaker, emotion = pattern_for("speaker", speaker_from), pattern_for("emotion", emotion_from)
    found = scan(root)
    if not found.files:
        also = f" ({found.notes[0]})" if found.notes else ""
        raise EvenvoiceError(f"folder:{root}: no recordings found; expected {_LAYOUT}{also}")
    paths = [PurePath(file.relative_to(root)) for file in found.files]
    notes = list(found.notes)
    if emotion is None:
        for path in paths:
            if len(path.parts) == 1:
                raise EvenvoiceError(
                    f"folder:{root}: {path.name!r} lies in no sub-folder; put it into the one of its emotion, or say "
                    "with --emotion-from where the name has it"
                )
        layout = guess_layout(paths, wanted)
        notes += layout.notes if speaker is None else layout.notes[:1] if layout.emotion else ()
        notes += layout.split_notes
        emotions = [path.parts[layout.emotion] for path in paths]
        by_folder, split = layout.speaker, layout.split
    else:
        emotions = [emotion(path.as_posix()) for path in paths]
        by_folder = split = None
    notes += [*cut_words("speaker", speaker_from, paths), *cut_words("emotion", emotion_from, paths)]
    if speaker is not None:
        speakers: list[str | None] = [speaker(path.as_posix()) for path in paths]
    else:
        speakers = [None if by_folder is None else path.parts[by_folder] for path in paths]
    rows = [
        Utterance(
            id=path.as_posix(),
            file=file,
            emotion=label,
            speaker=who,
            split=None if split is None else SPLITS[path.parts[split].casefold()],
        )
        for path, file, label, who in zip(paths, found.files, emotions, speakers, strict=True)
    ]
    return Corpus(root.name or str(root), table_of(rows), "not stated", notes=tuple(notes))

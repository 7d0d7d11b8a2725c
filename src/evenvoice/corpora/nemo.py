"""nEMO (Christop, LREC-COLING 2024): Polish, acted, 4481 utterances, nine actors."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from evenvoice.corpora.emotions import canonical
from evenvoice.corpora.loader import Loader, Reading
from evenvoice.corpora.scan import read_names
from evenvoice.corpora.text_table import read_side_table
from evenvoice.corpora.utterance import Utterance

# Speaker, emotion, sentence.
_NAME = re.compile(
    r"(?P<speaker>[A-Za-z]+\d+)_(?P<emotion>anger|fear|happiness|neutral|sadness|surprised?)_(?P<text>\w+)"
)


def read(folder: Path) -> Reading:
    """Return the utterances: text is the sentence's number; gender where ``data.tsv`` is at hand."""
    reading = read_names(folder, _NAME, _utterance)
    genders, notes = _genders(folder)
    rows = [replace(row, gender=genders.get(row.speaker or "")) for row in reading.utterances]
    return Reading(rows, [*reading.notes, *notes])


def _utterance(name: re.Match[str], file: Path) -> Utterance | None:
    emotion = canonical(name["emotion"])
    if emotion is None:
        return None
    return Utterance(
        id=file.stem, file=file, emotion=emotion, speaker=name["speaker"], text=name["text"], style="acted"
    )


def _genders(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Return each speaker's gender from the corpus' own table, which lies beside ``samples``."""
    return read_side_table([folder / "data.tsv", folder.parent / "data.tsv"], "speaker_id", "gender", quotes=False)


NEMO = Loader(
    name="nemo",
    title="nEMO: Dataset of Emotional Speech in Polish",
    licence="CC BY-NC-SA 4.0",
    read=read,
    layout="a folder with samples/<speaker>_<emotion>_<sentence>.wav, …",
    url="https://github.com/amu-cai/nEMO",
)

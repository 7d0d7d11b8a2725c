"""CREMA-D (Cao et al., IEEE Transactions on Affective Computing 2014): English, acted, 7442 utterances, 91 actors."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from evenvoice.corpora.loader import Loader, Reading
from evenvoice.corpora.scan import read_names
from evenvoice.corpora.text_table import read_side_table
from evenvoice.corpora.utterance import Utterance

# Actor, sentence, emotion, level. Most levels are XX (not given); one name, 1040_ITH_SAD_X, has a single X.
_NAME = re.compile(r"(?P<actor>1\d{3})_(?P<text>[A-Z]{3})_(?P<emotion>ANG|DIS|FEA|HAP|NEU|SAD)_(?:LO|MD|HI|XX?)")
_EMOTIONS = {"ANG": "angry", "DIS": "disgust", "FEA": "fear", "HAP": "happy", "NEU": "neutral", "SAD": "sad"}


def read(folder: Path) -> Reading:
    """Return the utterances: text is the sentence's code; gender where ``VideoDemographics.csv`` is at hand."""
    reading = read_names(folder, _NAME, _utterance)
    genders, notes = _genders(folder)
    rows = [replace(row, gender=genders.get(row.speaker or "")) for row in reading.utterances]
    return Reading(rows, [*reading.notes, *notes])


def _utterance(name: re.Match[str], file: Path) -> Utterance:
    return Utterance(
        id=file.stem,
        file=file,
        emotion=_EMOTIONS[name["emotion"]],
        speaker=name["actor"],
        text=name["text"],
        style="acted",
    )


def _genders(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Return each actor's gender from the corpus' own table, which lies beside ``AudioWAV``."""
    return read_side_table(
        [folder / "VideoDemographics.csv", folder.parent / "VideoDemographics.csv"], "ActorID", "Sex"
    )


CREMA_D = Loader(
    name="crema-d",
    title="Crowd-sourced Emotional Multimodal Actors Dataset (CREMA-D)",
    licence="ODbL-1.0",
    read=read,
    layout="a folder with AudioWAV/1001_DFA_ANG_XX.wav, …",
    url="https://github.com/CheyneyComputerScience/CREMA-D",
)

"""SAVEE (Haq & Jackson, AVSP 2009): British English, acted, 480 utterances, four men."""

from __future__ import annotations

import re
from pathlib import Path

from evenvoice.corpora.loader import Loader, Reading
from evenvoice.corpora.scan import read_names
from evenvoice.corpora.utterance import Utterance

_SPEAKERS = ("DC", "JE", "JK", "KL")
# DC_a01 where the files lie in one folder; a01 in the official folders, which bear the speakers' names.
_NAME = re.compile(r"(?:(?P<speaker>DC|JE|JK|KL)_)?(?P<emotion>sa|su|[adfhn])(?P<number>\d\d)")
_EMOTIONS = {
    "a": "angry",
    "d": "disgust",
    "f": "fear",
    "h": "happy",
    "n": "neutral",
    "sa": "sad",
    "su": "surprise",
}


def read(folder: Path) -> Reading:
    """Return the utterances, without text.

    Sentences are numbered anew for each emotion and some are shared, so the names do not tell which are the same.
    """
    return read_names(folder, _NAME, _utterance)


def _utterance(name: re.Match[str], file: Path) -> Utterance | None:
    speaker = name["speaker"] or file.parent.name
    if speaker not in _SPEAKERS:
        return None
    return Utterance(
        id=f"{speaker}_{name['emotion']}{name['number']}",
        file=file,
        emotion=_EMOTIONS[name["emotion"]],
        speaker=speaker,
        gender="male",
        style="acted",
    )


SAVEE = Loader(
    name="savee",
    title="Surrey Audio-Visual Expressed Emotion database (SAVEE)",
    licence="for research, after registration",
    read=read,
    layout="a folder with DC_a01.wav, … or AudioData/DC/a01.wav, …",
    url="http://kahlan.eps.surrey.ac.uk/savee/",
)

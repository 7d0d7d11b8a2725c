"""The Berlin Database of Emotional Speech (Burkhardt et al., Interspeech 2005): German, acted, 535 utterances."""

from __future__ import annotations

import re
from pathlib import Path

from evenvoice.corpora.loader import Loader, Reading
from evenvoice.corpora.scan import read_names
from evenvoice.corpora.utterance import Utterance

# Speaker, text, emotion, version: 03a01Fa. The letters are those of the German words (Wut, Langeweile, Ekel, …).
_NAME = re.compile(r"(?P<speaker>\d\d)(?P<text>[ab]\d\d)(?P<emotion>[WLEAFTN])[a-z]")
_EMOTIONS = {
    "W": "angry",
    "L": "boredom",
    "E": "disgust",
    "A": "fear",
    "F": "happy",
    "T": "sad",
    "N": "neutral",
}
_MEN = {"03", "10", "11", "12", "15"}
_WOMEN = {"08", "09", "13", "14", "16"}


def read(folder: Path) -> Reading:
    """Return EmoDB's utterances: speaker, text (its code, ``a01``) and gender from the file names."""
    return read_names(folder, _NAME, _utterance)


def _utterance(name: re.Match[str], file: Path) -> Utterance | None:
    speaker = name["speaker"]
    if speaker not in _MEN | _WOMEN:
        return None
    return Utterance(
        id=file.stem,
        file=file,
        emotion=_EMOTIONS[name["emotion"]],
        speaker=speaker,
        text=name["text"],
        gender="male" if speaker in _MEN else "female",
        style="acted",
    )


EMODB = Loader(
    name="emodb",
    title="Berlin Database of Emotional Speech (EmoDB)",
    licence="CC0-1.0",
    read=read,
    layout="a folder with wav/03a01Fa.wav, wav/03a01Nc.wav, …",
    url="http://emodb.bilderbar.info",
    archive="http://emodb.bilderbar.info/download/download.zip",
)

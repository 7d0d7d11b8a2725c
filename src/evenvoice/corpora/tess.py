"""The Toronto emotional speech set (Pichora-Fuller & Dupuis 2020): English, acted, 2800 utterances, two women."""

from __future__ import annotations

import re
from pathlib import Path

from evenvoice.corpora.loader import Loader, Reading
from evenvoice.corpora.scan import read_names
from evenvoice.corpora.utterance import Utterance

# Speaker, word, emotion. One name, OA_bite_neutral, lacks its F.
_NAME = re.compile(
    r"(?P<speaker>OAF?|YAF)_(?P<word>[a-z]+)_(?P<emotion>angry|disgust|fear|happy|neutral|ps|sad)", re.IGNORECASE
)


def read(folder: Path) -> Reading:
    """Return the utterances: speaker ``OAF`` or ``YAF``; text is the word after *Say the word*."""
    return read_names(folder, _NAME, _utterance)


def _utterance(name: re.Match[str], file: Path) -> Utterance:
    emotion = name["emotion"].lower()
    return Utterance(
        id=file.stem,
        file=file,
        emotion="surprise" if emotion == "ps" else emotion,
        speaker="YAF" if name["speaker"].upper() == "YAF" else "OAF",
        text=name["word"].lower(),
        gender="female",
        style="acted",
    )


TESS = Loader(
    name="tess",
    title="Toronto emotional speech set (TESS)",
    licence="CC BY-NC-ND 4.0",
    read=read,
    layout="a folder with OAF_back_angry.wav, … in it or in sub-folders",
    url="https://doi.org/10.5683/SP2/E8H2MF",
)

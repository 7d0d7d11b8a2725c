"""ESD (Zhou et al., Speech Communication 2022): Chinese and English, acted, 35,000 utterances, 20 speakers."""

from __future__ import annotations

import re
from pathlib import Path

from evenvoice.corpora.emotions import canonical
from evenvoice.corpora.loader import Loader, Reading
from evenvoice.corpora.scan import read_names
from evenvoice.corpora.utterance import Utterance

_NAME = re.compile(r"(?P<speaker>00[012]\d)_(?P<number>\d{6})")
_EMOTIONS = ("angry", "happy", "neutral", "sad", "surprise")
_SPLITS = {"train": "train", "evaluation": "validation", "test": "test"}
# The corpus' ReadMe.txt: 0001 to 0010 speak Chinese, 0011 to 0020 English.
_WOMEN = {1, 2, 3, 7, 9, 15, 16, 17, 18, 19}


def read(folder: Path) -> Reading:
    """Return the utterances; emotion and, in the older release, split are folder names.

    A speaker says the same 350 sentences five times, numbered from 1 to 1750, so text is the language and the number
    within the 350 (``en-007``).
    """
    return read_names(folder, _NAME, _utterance)


def _utterance(name: re.Match[str], file: Path) -> Utterance | None:
    above = [part.name.lower() for part in file.parents]
    split = _SPLITS.get(above[0])
    emotion = canonical(above[1] if split else above[0])
    speaker = int(name["speaker"])
    if emotion not in _EMOTIONS or not 1 <= speaker <= 20:
        return None
    sentence = (int(name["number"]) - 1) % 350 + 1
    return Utterance(
        id=file.stem,
        file=file,
        emotion=emotion,
        speaker=name["speaker"],
        text=f"{'zh' if speaker <= 10 else 'en'}-{sentence:03d}",
        gender="female" if speaker in _WOMEN else "male",
        style="acted",
        split=split,
    )


ESD = Loader(
    name="esd",
    title="Emotional Speech Database (ESD)",
    licence="for research",
    read=read,
    layout="a folder with 0001/Angry/0001_000351.wav, … (or 0001/Angry/train/…)",
    url="https://github.com/HLTSingapore/Emotional-Speech-Data",
)

"""RAVDESS (Livingstone & Russo, PLoS ONE 2018), its speech as audio: English, acted, 1440 utterances."""

from __future__ import annotations

import re
from pathlib import Path

from evenvoice.corpora.loader import Loader, Reading
from evenvoice.corpora.scan import read_names
from evenvoice.corpora.utterance import Utterance

# Modality, channel, emotion, intensity, statement, repetition, actor. Modality 03 is audio, channel 01 is speech.
_NAME = re.compile(r"03-01-(?P<emotion>0[1-8])-0[12]-(?P<statement>0[12])-0[12]-(?P<actor>[012]\d)")
_EMOTIONS = {
    "01": "neutral",
    "02": "calm",
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fear",
    "07": "disgust",
    "08": "surprise",
}


def read(folder: Path) -> Reading:
    """Return the utterances: text is the statement (``01`` kids, ``02`` dogs), and odd actors are men."""
    return read_names(folder, _NAME, _utterance)


def _utterance(name: re.Match[str], file: Path) -> Utterance:
    return Utterance(
        id=file.stem,
        file=file,
        emotion=_EMOTIONS[name["emotion"]],
        speaker=name["actor"],
        text=name["statement"],
        gender="male" if int(name["actor"]) % 2 else "female",
        style="acted",
    )


RAVDESS = Loader(
    name="ravdess",
    title="Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS), speech",
    licence="CC BY-NC-SA 4.0",
    read=read,
    layout="a folder with Actor_01/03-01-01-01-01-01-01.wav, … (audio only, speech)",
    url="https://zenodo.org/record/1188976",
    archive="https://zenodo.org/record/1188976/files/Audio_Speech_Actors_01-24.zip",
    checksum="md5:bc696df654c87fed845eb13823edef8a",
)

"""A corpus: recordings whose names say emotion and speaker, such as sad-s3-1.wav."""

import re
from pathlib import Path

from evenvoice.corpora import Loader, Reading, Utterance, read_names

NAME = re.compile(r"(?P<emotion>[a-z]+)-(?P<speaker>s\d+)-\d+")


def read(folder: Path) -> Reading:
    """Return the utterances in a folder, and what is left out."""
    return read_names(folder, NAME, utterance)


def utterance(name: re.Match[str], file: Path) -> Utterance:
    """Return the utterance of a recording."""
    return Utterance(id=file.stem, file=file, emotion=name["emotion"], speaker=name["speaker"])


NAMED = Loader(
    name="named",
    title="Recordings named by emotion and speaker",
    licence="not stated",
    read=read,
    layout="a folder with sad-s3-1.wav, happy-s3-1.wav, …",
)

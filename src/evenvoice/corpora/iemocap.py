"""IEMOCAP (Busso et al., Language Resources and Evaluation 2008): English, acted dialogues, 10,039 utterances."""

from __future__ import annotations

import re
from pathlib import Path

from evenvoice.audio import SUFFIXES
from evenvoice.corpora.loader import Loader, Reading
from evenvoice.corpora.utterance import Utterance
from evenvoice.errors import EvenvoiceError

_EMOTIONS = {
    "ang": "angry",
    "hap": "happy",
    "exc": "excited",
    "sad": "sad",
    "neu": "neutral",
    "fru": "frustrated",
    "fea": "fear",
    "sur": "surprise",
    "dis": "disgust",
    "oth": "other",
    "xxx": "unknown",
}
# [6.2901 - 8.2357]	Ses01F_impro01_F000	neu	[2.5000, 2.5000, 2.5000]
_LABEL = re.compile(r"\[[^\]]*\]\t(?P<id>\S+)\t(?P<code>\w+)\t\[[^\]]*\]\s*")
# The first [FM] belongs to the dialog, in which both actors speak. Only the last one tells who speaks.
_ID = re.compile(r"(?P<dialog>Ses0(?P<session>[1-5])[FM]_(?P<style>impro|script)\w+)_(?P<gender>[FM])\w{3}")
_STYLES = {"impro": "improvised", "script": "scripted"}


def read(folder: Path) -> Reading:
    """Return the utterances of the consensus labels (``dialog/EmoEvaluation/*.txt``), with or without their audio.

    Speakers are session and gender (``1F``). There are no bounds: each utterance is a file, cut already.

    Raises:
        EvenvoiceError: A label that cannot be read.
    """
    root = folder if any(folder.glob("Session[1-5]")) else folder / "IEMOCAP_full_release"
    rows: list[Utterance] = []
    for labels in sorted(root.glob("Session[1-5]/dialog/EmoEvaluation/*.txt")):
        if not labels.name.startswith("."):
            rows += _read_dialog(labels)
    there = {row.session for row in rows}
    absent = [session for session in "12345" if session not in there]
    return Reading(sorted(rows, key=lambda row: row.id), [f"session {session} is missing" for session in absent])


def _read_dialog(labels: Path) -> list[Utterance]:
    """Return the utterances of one label file; lines that do not begin with a bracket are the raters'."""
    session = labels.parents[2]
    audio = _audio_of(session / "sentences" / "wav" / labels.stem)
    rows = []
    # The few characters that are not ASCII stand in the raters' comments.
    try:
        text = labels.read_text(encoding="latin-1")
    except OSError as error:
        raise EvenvoiceError(f"{labels}: cannot be read ({error.strerror}); check its permissions") from error
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("["):
            continue
        label = _LABEL.fullmatch(line)
        name = _ID.fullmatch(label["id"]) if label else None
        if label is None or name is None or label["code"] not in _EMOTIONS:
            raise EvenvoiceError(
                f"{labels}, line {number}: {line!r} is not a label of IEMOCAP; expected [start - end], utterance, one "
                f"of {' '.join(_EMOTIONS)} and [V, A, D], with tabs between; get the file again"
            )
        rows.append(
            Utterance(
                id=label["id"],
                file=audio.get(label["id"], session / "sentences" / "wav" / name["dialog"] / f"{label['id']}.wav"),
                emotion=_EMOTIONS[label["code"]],
                speaker=name["session"] + name["gender"],
                session=name["session"],
                gender="female" if name["gender"] == "F" else "male",
                style=_STYLES[name["style"]],
            )
        )
    return rows


def _audio_of(folder: Path) -> dict[str, Path]:
    """Return a dialog's recordings by utterance, in whatever container; the lossless one where there are two."""
    if not folder.is_dir():
        return {}
    files = [file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")]
    files.sort(key=lambda file: (SUFFIXES.index(file.suffix.lower()), file.name), reverse=True)
    return {file.stem: file for file in files}


IEMOCAP = Loader(
    name="iemocap",
    title="Interactive Emotional Dyadic Motion Capture database (IEMOCAP)",
    licence="for research, after a signed form",
    read=read,
    layout="the folder IEMOCAP_full_release with Session1/dialog/EmoEvaluation/*.txt and Session1/sentences/wav/…",
    default_emotions="angry,happy,sad,neutral",
    url="https://sail.usc.edu/iemocap/",
)

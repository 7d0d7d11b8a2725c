"""A twin of IEMOCAP's labels: the official layout with the published counts, and audio only where it is asked for.

IEMOCAP may not be shipped. What is published is how many utterances of each emotion each speaker has, how many are
improvised and how many scripted; how these cross is not, so the twin spreads them evenly. The counts of the other
emotions are published as totals only and are spread over the speakers evenly too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import soundfile

from evenvoice.corpora import Corpus

SPEAKERS = ("1F", "1M", "2F", "2M", "3F", "3M", "4F", "4M", "5F", "5M")

# Utterances of each speaker, in the order of SPEAKERS.
BY_SPEAKER = {
    "ang": (147, 82, 67, 70, 92, 148, 205, 122, 78, 92),
    "hap": (69, 66, 70, 47, 80, 55, 31, 34, 77, 66),
    "exc": (63, 80, 96, 114, 48, 103, 154, 84, 82, 217),
    "sad": (78, 116, 113, 84, 172, 133, 62, 81, 132, 113),
    "neu": (171, 213, 135, 227, 130, 190, 76, 182, 221, 163),
}
IMPROVISED = {"ang": 289, "hap": 284, "exc": 663, "sad": 608, "neu": 1099}
TOTALS = {
    "xxx": 2507,
    "fru": 1849,
    "neu": 1708,
    "ang": 1103,
    "sad": 1084,
    "exc": 1041,
    "hap": 595,
    "sur": 107,
    "fea": 40,
    "oth": 3,
    "dis": 2,
}

_SCRIPTS = ("01_1", "01_2", "01_3", "02_1", "02_2", "03_1", "03_2")
_IMPROS = {
    "1": ("01", "02", "03", "04", "05", "06", "07"),
    "3": ("01", "02", "03", "04", "05a", "05b", "06", "07", "08"),
}
_HEADER = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"


def write_iemocap_twin(folder: Path) -> Path:
    """Write the twin into a folder, with the traps of the real one, and return ``IEMOCAP_full_release``."""
    root = folder / "IEMOCAP_full_release"
    turns: dict[str, list[str]] = {dialog: [] for session in "12345" for dialog in dialogs(session)}
    for utterance, code in utterances():
        turns[utterance.rpartition("_")[0]].append(_block(len(turns), utterance, code))
    for dialog, blocks in turns.items():
        labels = root / f"Session{dialog[4]}" / "dialog" / "EmoEvaluation"
        for rater in ("Attribute", "Categorical", "Self-evaluation"):
            (labels / rater).mkdir(parents=True, exist_ok=True)
        (labels / f"{dialog}.txt").write_text(_HEADER + "\n".join(blocks), encoding="latin-1")
        (labels / f"._{dialog}.txt").write_bytes(b"\x00\x05\x16\x07\n[Mac OS X]\n")
        # A rater's file has the name of the dialog and labels of its own.
        (labels / "Categorical" / f"{dialog}.txt").write_text("\n".join(blocks), encoding="utf-8")
    return root


def dialogs(session: str) -> list[str]:
    """The dialogs of a session, 151 in all: what was improvised, then what was scripted, by both actors."""
    impros = _IMPROS.get(session, (*_IMPROS["1"], "08"))
    names = [*(f"impro{number}" for number in impros), *(f"script{number}" for number in _SCRIPTS)]
    extra = ["Ses05M_script01_1b"] if session == "5" else []
    return [f"Ses0{session}{letter}_{name}" for name in names for letter in "FM"] + extra


def utterances() -> Iterator[tuple[str, str]]:
    """Every utterance's id and code; each speaker speaks in turn in the dialogs of either letter."""
    turns: dict[tuple[str, str], int] = {}
    cycles = {
        (session, style): itertools.cycle([name for name in dialogs(session) if style in name])
        for session in "12345"
        for style in ("impro", "script")
    }
    for code in TOTALS:
        for speaker, style, number in _cells(code):
            for _ in range(number):
                dialog = next(cycles[speaker[0], style])
                turn = turns[dialog, speaker] = turns.get((dialog, speaker), -1) + 1
                yield f"{dialog}_{speaker[1]}{turn:03d}", code


def _cells(code: str) -> Iterator[tuple[str, str, int]]:
    """Yield speaker, style and number of utterances of one emotion, so that every published sum is met."""
    counts = BY_SPEAKER.get(code) or _spread(TOTALS[code], (1,) * len(SPEAKERS))
    improvised = _spread(IMPROVISED.get(code, TOTALS[code] // 2), counts)
    for speaker, count, free in zip(SPEAKERS, counts, improvised, strict=True):
        yield speaker, "impro", free
        yield speaker, "script", count - free


def _spread(total: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Share a total out in proportion to the weights, in whole numbers."""
    sums = [total * so_far // sum(weights) for so_far in itertools.accumulate(weights)]
    return tuple(after - before for before, after in itertools.pairwise([0, *sums]))


def _block(number: int, utterance: str, code: str) -> str:
    """One utterance's block of a label file, as the raters' tool wrote it."""
    start = number * 2.0
    return (
        f"[{start:.4f} - {start + 1.9:.4f}]\t{utterance}\t{code}\t[2.5000, 2.5000, 2.5000]\n"
        "C-E2:\tNeutral;\t()\nC-E4:\tOther;\t(caf\xe9)\nA-E3:\tval 3; act 2; dom  2;\t()\n"
    )


def write_audio(twin: Corpus, speech: Corpus, seconds: float = 1.0) -> None:
    """Write the recordings of some of the twin's utterances: another corpus' speech, cut short.

    Each of the twin's speakers gets a speaker of the same gender, and each utterance one of the same emotion.

    Args:
        twin: The utterances that are to be heard; the others stay without audio.
        speech: Whose speech it is: with gender, ten speakers and the twin's emotions.
        seconds: How much of it.
    """
    voices = {
        speaker: voice
        for gender in ("female", "male")
        for speaker, voice in zip(_of(twin, gender), _of(speech, gender), strict=True)
    }
    said = {key: itertools.cycle(rows["file"]) for key, rows in speech.table.groupby(["speaker", "emotion"])}
    for row in twin.table.itertuples():
        samples, rate = soundfile.read(next(said[voices[row.speaker], row.emotion]), dtype="int16")
        file = Path(row.file)
        file.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(file, samples[: round(seconds * rate)], rate)


def _of(corpus: Corpus, gender: str) -> list[str]:
    """The speakers of a gender."""
    return sorted(set(corpus.table.loc[corpus.table["gender"] == gender, "speaker"]))

"""What a voice does: descriptors by emotion over a corpus, and one recording's spectrogram with its F0."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from matplotlib.figure import Figure

from evenvoice.audio import load
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.features import FeatureSettings, Voice, extract, one_thread
from evenvoice.report.style import BLUE, FAINT, INK, ORANGE, SKY, drawing, new_figure
from evenvoice.tables import count

_REFERENCE = 100.0  # Hz: F0 is given in octaves above it
_RATE = 16000
_DB = 10 / np.log(10)
_TOP, _DEPTH = 5000, 70  # Hz and dB of the spectrogram
_LONGEST = 30.0  # seconds

DESCRIPTORS = {
    "F0": "Hz, median",
    "F0 range": "semitones between the quartiles",
    "level range": "dB, 5 to 95 %",
    "centroid": "Hz, median",
    "alpha ratio": "dB, 1 to 5 kHz over 50 to 1000 Hz, median",
    "duration": "s, without quiet ends",
}


def descriptors(corpus: Corpus, *, jobs: int = 1, skip_bad: bool = False) -> pd.DataFrame:
    """Return six descriptors of each utterance: F0 and its range, range of level, centroid, alpha ratio, duration.

    None of them depends on how loud the recording is, which says as much of the microphone as of the voice.

    Args:
        corpus: Which corpus.
        jobs: How many recordings to work on at once.
        skip_bad: Go on without unusable recordings; they are left out of the table.

    Returns:
        Indexed as the corpus; the columns of `DESCRIPTORS`, ``emotion`` and ``speaker``. NaN: no voiced frame.

    Source:
        `evenvoice.features.Voice` says how each is computed.
    """
    settings = FeatureSettings.model_validate({"name": "voice", "f0": True, "deltas": False})
    names = Voice(f0=True, deltas=False).row_names
    found = extract(corpus.clips(), settings, jobs=jobs, skip_bad=skip_bad)
    rows = [dict.fromkeys(DESCRIPTORS, np.nan) if each is None else _of_one(each, names) for each in found]
    table = pd.DataFrame(rows, corpus.table.index)
    table = table.assign(emotion=corpus.table["emotion"], speaker=corpus.table["speaker"])
    return table[[each is not None for each in found]]


def _of_one(features: npt.NDArray[np.float32], names: tuple[str, ...]) -> dict[str, float]:
    rows = dict(zip(names, features.astype(float), strict=True))
    octaves = rows["F0"][rows["voiced"] > 0]
    return {
        "F0": _REFERENCE * 2 ** float(np.median(octaves)) if octaves.size else np.nan,
        "F0 range": 12 * _range(octaves, 25, 75) if octaves.size else np.nan,
        "level range": _range(_DB * rows["energy"], 5, 95),
        "centroid": 1000 * float(np.median(rows["centroid"])),
        "alpha ratio": _DB * float(np.median(rows["alpha ratio"])),
        "duration": 0.01 * features.shape[1],
    }


def _range(values: npt.NDArray[np.float64], lowest: float, highest: float) -> float:
    low, high = np.percentile(values, (lowest, highest))
    return float(high - low)


def features_figure(table: pd.DataFrame, corpus: Corpus) -> Figure:
    """Draw the descriptors by emotion: median, quartiles, and 5 to 95 % of the utterances.

    Args:
        table: As `descriptors` gives it.
        corpus: Whose.
    """
    about = [f"{corpus.name}, {count(len(table), 'utterance')}", "boxes: quartiles and median; whiskers: 5 to 95 %"]
    labels = list(corpus.labels)
    with drawing():
        figure, panels = new_figure(
            "Voices by emotion", about, height=1.15 * len(DESCRIPTORS) + 0.5, rows=len(DESCRIPTORS)
        )
        for axes, (name, unit) in zip(panels, DESCRIPTORS.items(), strict=True):
            values = [table.loc[table["emotion"] == label, name].dropna().to_numpy() for label in labels]
            axes.boxplot(
                values, positions=range(len(labels)), whis=(5, 95), widths=0.55, showfliers=False, patch_artist=True,
                boxprops={"facecolor": SKY, "edgecolor": BLUE, "alpha": 0.55}, medianprops={"color": INK},
                whiskerprops={"color": BLUE}, capprops={"color": BLUE},
            )  # fmt: skip
            axes.set_title(f"{name} ({unit})", fontsize=8.5, color=FAINT, loc="left", pad=2)
            axes.grid(axis="y")
            axes.tick_params(axis="x", length=0)
        many = len(labels) > 5
        panels[-1].set_xticks(range(len(labels)), labels, rotation=35 if many else 0, ha="right" if many else "center")
    return figure


def spectrogram_figure(recording: Path | str) -> Figure:
    """Draw a recording's spectrogram up to 5 kHz, and its F0 over it, on an axis of its own.

    Raises:
        AudioError: The recording cannot be used, or is longer than half a minute.
    """
    path = Path(recording)
    waveform = load(path, rate=_RATE, max_seconds=_LONGEST)
    voice = Voice(sample_rate=_RATE, f0=True)
    if voice.f0 is None:
        raise EvenvoiceError("spectrogram: the extractor voice gives no F0; report this")
    samples = torch.from_numpy(np.ascontiguousarray(waveform))[None]
    with torch.inference_mode(), one_thread():
        power = voice.power(samples)[0].numpy()
        octaves, voiced = voice.f0(voice.voicing.band(samples), torch.tensor([voice.frames(waveform.size)]))[0].numpy()
    f0 = np.where(voiced > 0, _REFERENCE * 2.0 ** octaves.astype(float), np.nan)
    db = _DB * np.log(power)
    seconds, rows = waveform.size / _RATE, power.shape[0] - 1
    shown = 1 + round(rows * _TOP / (_RATE / 2))
    about = [path.name, f"{seconds:.2f} s · windows of 25 ms every 10 ms · F0 of voiced frames, 60 to 600 Hz"]
    with drawing():
        figure, (axes,) = new_figure("Spectrogram and F0", about, height=3.0, width=6.4)
        axes.imshow(
            db[:shown], origin="lower", aspect="auto", cmap="Greys", vmin=db.max() - _DEPTH, vmax=db.max(),
            extent=(0, seconds, 0, _TOP), interpolation="nearest",
        )  # fmt: skip
        axes.set_ylabel("Hz")
        axes.set_xlabel("s")
        over = axes.twinx()
        over.plot(np.arange(f0.size) * 0.01, f0, color=ORANGE, linewidth=2.2)
        over.set_ylim(50, max(300.0, 1.25 * np.nanmax(f0)) if voiced.any() else 300.0)
        over.set_ylabel("F0 (Hz)", color="#8A5F00")
        over.tick_params(axis="y", colors="#8A5F00")
        over.spines["right"].set_visible(True)
    return figure

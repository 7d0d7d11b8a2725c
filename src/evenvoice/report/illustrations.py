"""Figures with the words that belong to them: a caption, and a text for those who do not see them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from evenvoice.errors import EvenvoiceError, shown
from evenvoice.files import writing
from evenvoice.report.comparison import comparison_figure
from evenvoice.report.figures import confusion_figure, counts_figure, curves_figure, emotions_figure
from evenvoice.report.groups import speakers_figure, worst_speaker
from evenvoice.report.measures import (
    MEASURES,
    balanced_first,
    class_counts,
    confusion,
    curve,
    emotion_scores,
    row_shares,
    selected_on_test,
)
from evenvoice.report.reliability import calibration_words, reliability_figure
from evenvoice.report.style import as_pdf, as_png, as_svg
from evenvoice.study import LEAKY, Result, Study, by_protocol, marks, units
from evenvoice.tables import count, per_cent, with_interval

_WRITERS: dict[str, Callable[[Figure], bytes]] = {"png": as_png, "pdf": as_pdf, "svg": as_svg}


@dataclass(frozen=True)
class Illustration:
    """A figure, ready for the page.

    Attributes:
        name: Of its file, without the suffix.
        alt: What it shows, in words and numbers.
        caption: What it was measured on, and how to read it.
        figure: The picture.
        source: The picture as a data URI, for the page.
    """

    name: str
    alt: str
    caption: str
    figure: Figure
    source: str

    @classmethod
    def of(cls, figure: Figure, name: str, alt: str, caption: str) -> Illustration:
        """Draw a figure."""
        svg = base64.b64encode(as_svg(figure)).decode("ascii")
        return cls(name, alt, caption, figure, f"data:image/svg+xml;base64,{svg}")

    def write(self, folder: Path, kinds: Sequence[str] = ()) -> None:
        """Write the picture as PNG, and as whatever else is wanted: ``pdf``, ``svg``; each whole or not at all."""
        write_figure(self.figure, folder / self.name, kinds)


def write_figure(figure: Figure, path: Path, kinds: Sequence[str] = ()) -> list[Path]:
    """Write a figure as PNG and in the other kinds; return the files, whose names are the path and a suffix."""
    files = [path.with_name(f"{path.name}.{kind}") for kind in dict.fromkeys(("png", *kinds))]
    for file in files:
        with writing(file) as aside:
            aside.write_bytes(_WRITERS[file.suffix[1:]](figure))
    return files


def figure_kinds(kinds: str | Sequence[str]) -> tuple[str, ...]:
    """Return the kinds of file that figures are written as.

    Raises:
        EvenvoiceError: One that is not known.

    Examples:
        >>> figure_kinds("pdf"), figure_kinds(["svg", "svg"])
        (('pdf',), ('svg',))
    """
    wanted = tuple(dict.fromkeys([kinds] if isinstance(kinds, str) else kinds))
    for kind in wanted:
        if kind not in _WRITERS:
            raise EvenvoiceError(f"figures: found {shown(kind)}; expected one of {', '.join(_WRITERS)}")
    return wanted


def illustrate_study(study: Study) -> Illustration:
    """Draw UA and WA of the whole study."""
    shown = []
    for result in by_protocol(study):
        ua, wa = (with_interval(result.intervals[measure]) for measure in ("ua", "wa"))
        shown.append(f"{_named(result)}: UA {ua} %, WA {wa} %")
    return Illustration.of(
        comparison_figure(study),
        "ua-wa",
        "Bars of UA and WA by protocol and recipe. " + "; ".join(shown) + ".",
        "By protocol, the strictest first: compare recipes within a protocol, and never across them. "
        f"Whiskers and brackets: 95 % interval over {units(study)}.",
    )


def illustrate(result: Result) -> Iterator[Illustration]:
    """Draw a result: class counts, curves, confusion matrix, scores of each emotion, speakers, reliability."""
    for kind, draw, words in (
        ("counts", counts_figure, _counts_words),
        ("curves", curves_figure, _curves_words),
        ("confusion", confusion_figure, _confusion_words),
        ("emotions", emotions_figure, _emotions_words),
        ("speakers", speakers_figure, _speakers_words),
        ("reliability", reliability_figure, _reliability_words),
    ):
        figure = draw(result)
        if figure is None:
            continue
        alt, caption = words(result)
        yield Illustration.of(figure, f"{result.recipe}-{result.protocol}-{kind}", f"{_named(result)}. {alt}", caption)


def _named(result: Result) -> str:
    """A result with its marks; LEAKY goes first so that no listener misses it."""
    found = marks(result)
    first = f"{LEAKY}: " if LEAKY in found else ""
    others = ", ".join(mark for mark in found if mark != LEAKY)
    return f"{first}{result.recipe}, {result.protocol}" + (f" ({others})" if others else "")


def _counts_words(result: Result) -> tuple[str, str]:
    table = class_counts(result)
    rows = (
        f"{label} {row['before']:.0f} before, {row['kept'] + row['synthetic']:.0f} after "
        f"({row['synthetic']:.0f} of them synthetic)"
        for label, row in table.iterrows()
    )
    caption = (
        "The whole corpus was balanced, test part included"
        if balanced_first(result)
        else "Only the training part was balanced"
    )
    sampler = _samplers(result.runs[0].recipe["balance"])
    if not table["synthetic"].any():
        caption = f"Sampler “{sampler}” makes no rows" + (
            "; it weighs the emotions in the loss" if sampler == "class-weights" else ""
        )
    return f"Class counts: {'; '.join(rows)}.", f"{caption}."


def _curves_words(result: Result) -> tuple[str, str]:
    rows, shown = [], []
    for part in ("train", "validation", "test"):
        accuracy, loss = curve(result, f"{part}_accuracy"), curve(result, f"{part}_loss")
        if accuracy is not None and loss is not None:
            shown.append(part)
            name = "training" if part == "train" else part
            first, last = accuracy["mean"].iloc[0], accuracy["mean"].iloc[-1]
            ends = f"loss from {loss['mean'].iloc[0]:.2f} to {loss['mean'].iloc[-1]:.2f}"
            rows.append(f"{name} part: accuracy from {per_cent(first)} to {per_cent(last)} %, {ends}")
    caption = (
        "Measured on the training part as it was balanced, while fitting (with dropout; the loss with its penalty)"
    )
    if selected_on_test(result):
        caption += f", and on the test part, on which the best epoch was chosen: {LEAKY}."
    else:
        caption += ", and on the validation part, which is never balanced" if "validation" in shown else ""
        caption += (
            ", and on the test part: recorded for drawing only, it chose nothing."
            if "test" in shown
            else "; never on the test part."
        )
    if len(result.runs) > 1:
        caption += f" Line: mean of {count(len(result.runs), 'run')}; band: lowest to highest."
    return f"Accuracy and loss by epoch, {'; '.join(rows)}.", caption


def _confusion_words(result: Result) -> tuple[str, str]:
    counts = confusion(result)
    recalls = np.diag(row_shares(counts).to_numpy(float))
    rows = []
    for label, recall in zip(result.labels, recalls, strict=True):
        wrong = counts.loc[label].drop(label)
        most = f", taken for {wrong.idxmax()} most often" if wrong.max() > 0 else ""
        rows.append(f"{label} {per_cent(float(recall))} % recognised{most}")
    seeds = f" of {count(len(result.seeds), 'seed')}" if len(result.seeds) > 1 else ""
    synthetic = (
        ", the synthetic ones included" if any(run.info["leaks"]["synthetic_test_rows"] for run in result.runs) else ""
    )
    return f"Confusion matrix: {'; '.join(rows)}.", f"All test rows{seeds}{synthetic}. A row sums to 100 %."


def _emotions_words(result: Result) -> tuple[str, str]:
    rows = (
        f"{label} " + ", ".join(f"{measure} {with_interval(found[measure])}" for measure in MEASURES)
        for label, found in emotion_scores(result).items()
    )
    return (
        f"Per cent by emotion: {'; '.join(rows)}.",
        f"On the test part. Whiskers: 95 % interval over {result.intervals['ua'].unit}s.",
    )


def _speakers_words(result: Result) -> tuple[str, str]:
    return (
        f"UA of each speaker. {worst_speaker(result) or ''}".strip(),
        "Dotted: the UA of all together, with its 95 % interval. A speaker's own UA rests on few utterances.",
    )


def _reliability_words(result: Result) -> tuple[str, str]:
    return (
        f"Reliability diagram. {calibration_words(result)}",
        "Below the dotted line the system is too sure of itself. Whiskers: 95 % interval of the accuracy in a bin, "
        "were utterances independent.",
    )


def _samplers(balance: Any) -> str:
    """The names of a recipe's samplers, in order."""
    return " → ".join(sampler["name"] for sampler in (balance if isinstance(balance, list | tuple) else [balance]))

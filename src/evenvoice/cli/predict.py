"""``evenvoice predict``: recordings to emotions with a model file; no torch."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from evenvoice.cli import complete, options
from evenvoice.errors import EvenvoiceError
from evenvoice.printing import printable

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="[MODEL] FILE|DIR|-",
        autocompletion=complete.models,
        help="A model file (.onnx) or hf:USER/MODEL, or none for the one that comes with evenvoice; then recordings, "
        "folders of recordings, or - for standard input.",
        show_default=False,
    ),
]
Window = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="Cut recordings into windows of this length: a timeline, e.g. 3."),
]
Hop = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="From one window to the next, with --window.", show_default="1"),
]
RawRate = Annotated[
    int | None,
    typer.Option(
        metavar="HZ", help="Standard input is mono samples without a header, of this rate.", show_default=False
    ),
]
RawFormat = Annotated[
    str | None, typer.Option(metavar="CODING", help="With --raw-rate: s16le, s32le or f32le.", show_default="s16le")
]
Voice = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Who speaks, as `evenvoice enrol` wrote it.", show_default=False),
]
Adapt = Annotated[
    bool,
    typer.Option(
        "--adapt",
        help="Adapt to voices: all files of one folder are one speaker. With --window: each recording is one, known "
        "better as it goes on.",
    ),
]
MaxSeconds = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="Refuse longer recordings.", show_default="1800; 86400 with --window"),
]

Download = Annotated[
    bool,
    typer.Option(
        "--allow-download", help="Recordings and the model may be addresses, https://…: at most 256 MiB, 300 s each."
    ),
]

OutOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write a .csv or .parquet instead. What is in it already is skipped: an interrupted command goes on.",
        show_default=False,
    ),
]

# Folders that are named when --adapt says who is one speaker.
_FOLDERS = 8


def predict(
    inputs: Inputs,
    as_json: options.AsJson = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV on stdout: a probability column an emotion.")
    ] = False,
    top: Annotated[int | None, typer.Option(min=1, metavar="K", help="Print the K best.", show_default="all")] = None,
    window: Window = None,
    hop: Hop = None,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    skip_bad: options.SkipBad = False,
    max_seconds: MaxSeconds = None,
    raw_rate: RawRate = None,
    raw_format: RawFormat = None,
    voice: Voice = None,
    adapt: Adapt = False,
    allow_download: Download = False,
    out: OutOption = None,
) -> None:
    """Print the emotions of recordings with their probabilities, best first.

    Example: evenvoice predict model.onnx talk.wav recordings/ --window 3 --hop 1 --csv

    Many, resumable: evenvoice predict model.onnx recordings/ --out predictions.csv --skip-bad

    Adapted: evenvoice predict model.onnx anna/ --voice anna.voice

    Live: arecord -f S16_LE -r 16000 -t raw | evenvoice predict model.onnx - --raw-rate 16000 --window 3
    """
    from evenvoice.recognizer import (
        HALF_LIFE,
        NOBODY,
        CsvWriter,
        JsonWriter,
        Raw,
        TextWriter,
        adapted_by_folder,
        each_input,
        predict_all,
    )

    if as_json and as_csv:
        raise EvenvoiceError("--json and --csv are two formats of one output; choose one")
    if out is not None and (as_json or as_csv):
        raise EvenvoiceError("--out has its format from its name, .csv or .parquet; leave out --json and --csv")
    if hop is not None and window is None:
        raise EvenvoiceError(f"--hop {hop:g} moves a window, and there is none; add --window 3, for example")
    if raw_format is not None and raw_rate is None:
        raise EvenvoiceError(f"--raw-format {raw_format} has no sample rate; add --raw-rate 16000, for example")
    if adapt:
        _check_adapt(inputs, voice, window, cluster)
    recognizer, names = _open(inputs, allow_download)
    if voice is not None:
        from evenvoice.recognizer import SpeakerProfile

        recognizer = recognizer.adapted(SpeakerProfile.load(voice))
    raw = Raw(raw_rate, raw_format or "s16le") if raw_rate is not None else None
    recordings: Any = each_input(names, raw, max_seconds, allow_download=allow_download)
    by_folder = NOBODY
    if adapt:
        recordings = list(recordings)
        _say_who(recordings, window)
        by_folder = adapted_by_folder(recognizer, recordings, jobs) if window is None else NOBODY
    kind = JsonWriter if as_json else CsvWriter if as_csv else TextWriter
    how: dict[str, Any] = {"top": top, "timeline": window is not None, "adapted": adapt or voice is not None}
    moves = 1.0 if hop is None else hop
    run = partial(
        predict_all, recognizer, window=window, hop=moves, jobs=jobs, skip_bad=skip_bad, adapted=by_folder,
        adapt=HALF_LIFE if adapt else None,
    )  # fmt: skip
    about = {"model": recognizer.card["sha256"], "window": window, "hop": moves if window else None, "top": top}
    with options.executor_on(cluster, jobs) as executor:
        run = partial(run, executor=executor)
        if out is not None:
            about |= {"voice": _digest(voice), "adapt": adapt}
            _into(out, run, recordings, recognizer.labels, about, how)
            return
        for reason in run(recordings, kind(sys.stdout, recognizer.labels, **how), track=_track(names)):
            _say_skipped(reason)


def _into(
    path: Path, run: Any, recordings: Any, labels: Sequence[str], about: dict[str, Any], how: dict[str, Any]
) -> None:
    """Predict into a file what is not in it yet."""
    from evenvoice.progress import track
    from evenvoice.recognizer import OutFile, csv_columns

    columns = csv_columns(labels, timeline=how["timeline"], adapted=how["adapted"])
    out = OutFile(path, columns, about, timeline=how["timeline"])
    with out.writing() as text:
        if out.finished:
            print(f"{path}: {out.finished} recordings are there already", file=sys.stderr)
        run(
            out.left(recordings), out.writer(text, labels, **how), on_skip=_say_skipped,
            track=partial(track, description="predicting"),
        )  # fmt: skip


def _say_skipped(reason: Exception) -> None:
    print(f"skipped: {printable(reason)}", file=sys.stderr)


def _digest(voice: Path | None) -> str | None:
    """Return what tells profiles apart."""
    import hashlib

    return None if voice is None else hashlib.sha256(voice.read_bytes()).hexdigest()


def _check_adapt(inputs: list[str], voice: Path | None, window: float | None, cluster: str | None) -> None:
    """Raise where there are no folders of whole utterances to adapt to; a timeline adapts along each recording."""
    if window is not None:
        return
    if voice is not None:
        raise EvenvoiceError("--voice and --adapt both say who speaks; choose one")
    if cluster is not None:
        raise EvenvoiceError("--adapt needs all files of a folder in one place; leave out --cluster, or add --window 3")
    if "-" in inputs:
        raise EvenvoiceError(
            "--adapt takes the files of a folder as one speaker, not standard input; add --window 3 to adapt along it, "
            "or use --voice"
        )


def _say_who(recordings: list[Any], window: float | None) -> None:
    """Say who is taken for one speaker: nothing in the files does."""
    from evenvoice.recognizer import folders_of

    if window is not None:
        print("adapting: each recording is taken as one speaker, known better as it goes on", file=sys.stderr)
        return
    counts = [f"{printable(folder.name)} {len(those)}" for folder, those in folders_of(recordings).items()]
    shown = ", ".join(counts[:_FOLDERS]) + (", …" if len(counts) > _FOLDERS else "")
    print(
        f"adapting: all files of one folder are taken as one speaker ({len(counts)} folders; recordings: {shown})",
        file=sys.stderr,
    )


def _open(inputs: list[str], allow_download: bool) -> tuple[Any, list[str]]:
    """Return the recognizer of the model that is named first, else the ready one, and what else is named."""
    from evenvoice.recognizer import Recognizer, introduction, is_hub_name, open_model, ready_model

    if not (inputs[0].lower().endswith(".onnx") or is_hub_name(inputs[0])):
        recognizer = Recognizer(ready_model())
        print(f"no model named, so the one that comes with evenvoice: {introduction(recognizer.card)}", file=sys.stderr)
        return recognizer, inputs
    if len(inputs) == 1:
        raise typer.BadParameter(f"name a recording after the model {inputs[0]}", param_hint="'FILE|DIR|-'")
    return open_model(inputs[0], allow_download=allow_download), inputs[1:]


def _track(names: list[str]) -> Any:
    """Return what draws progress while recordings go through it: only for a person who does not see the results."""
    if not sys.stderr.isatty() or sys.stdout.isatty() or _total(names) == 1:
        return iter
    from evenvoice.progress import track

    return partial(track, description="predicting", total=_total(names))


def _total(names: list[str]) -> int | None:
    """Return how many recordings are named; nobody has counted those of a folder."""
    return None if any("://" in name or Path(name).is_dir() for name in names) else len(names)


def print_scores(file: Path, scores: list[dict[str, Any]], spoken: str | None = None) -> None:
    """Print a recording and its emotions in one line, best first."""
    from evenvoice.recognizer import scores_as_text

    actual = f" (spoken as {spoken})" if spoken else ""
    print(f"{file}{actual}\t{scores_as_text(scores)}", flush=True)

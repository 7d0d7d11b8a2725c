"""``evenvoice listen``: what a microphone records to emotions, while one speaks; no torch."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from evenvoice.errors import EvenvoiceError


def listen(
    model: Annotated[
        Path | None, typer.Argument(metavar="MODEL", help="A model file (.onnx); else the ready one.")
    ] = None,
    window: Annotated[float, typer.Option(metavar="SECONDS", help="How much of the latest speech is looked at.")] = 3.0,
    hop: Annotated[float, typer.Option(metavar="SECONDS", help="From one answer to the next.")] = 0.5,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help="A microphone, by its number or a part of its name.")
    ] = None,
    devices: Annotated[bool, typer.Option("--devices", help="Print the microphones, and end.")] = False,
    seconds: Annotated[float | None, typer.Option(metavar="SECONDS", help="End after so long.")] = None,
    voice: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Who speaks, as `evenvoice enrol` wrote it.")
    ] = None,
    adapt: Annotated[bool, typer.Option("--adapt", help="Adapt to the voice while it speaks.")] = False,
) -> None:
    """Show the emotions of what the microphone records, as bars that move. Nothing is stored.

    Example: evenvoice listen model/model.onnx --adapt. It ends with Ctrl-C.
    """
    from evenvoice.recognizer import HALF_LIFE, Recognizer, SpeakerProfile, microphones, open_microphone, show_meter

    if devices:
        print("\n".join(microphones()))
        return
    if seconds is not None and not seconds > 0:
        raise EvenvoiceError(f"--seconds {seconds:g}: expected more than 0")
    recognizer = Recognizer(model)
    if voice is not None:
        recognizer = recognizer.adapted(SpeakerProfile.load(voice))
    recognizer.live(window=window, hop=hop, adapt=HALF_LIFE if adapt else None)  # before a microphone is opened
    with open_microphone(device, math.inf if seconds is None else seconds) as (rate, chunks):
        entries = recognizer.stream(chunks, rate, window=window, hop=hop, adapt=HALF_LIFE if adapt else None)
        show_meter(entries, recognizer.labels)

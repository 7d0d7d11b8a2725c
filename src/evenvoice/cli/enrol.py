"""``evenvoice enrol``: recordings of one speaker to a file that adapts a model to the voice; no torch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from evenvoice.cli import options
from evenvoice.errors import AudioError
from evenvoice.printing import printable


def enrol(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model file (.onnx) that can be adapted.")],
    recordings: Annotated[
        list[str], typer.Argument(metavar="FILE|DIR", help="Recordings of one speaker, or folders of them.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write.")] = Path("speaker.voice"),
    skip_bad: options.SkipBad = False,
) -> None:
    """Write where one speaker's voice lies among all, for `evenvoice predict --voice`. No labels are needed.

    Example: evenvoice enrol model.onnx anna/1.wav anna/2.wav --out anna.voice
    """
    from evenvoice.recognizer import Recognizer, find_inputs

    recognizer = Recognizer(model)

    def usable() -> Iterator[Any]:
        for each in find_inputs(recordings):
            try:
                yield each.load(recognizer.sample_rate)
            except AudioError as error:
                if not skip_bad:
                    raise
                print(f"skipped: {printable(error)}", file=sys.stderr)

    profile = recognizer.enrol(usable())
    options.say_replaced(out)
    print(f"{profile.save(out)}: {profile.utterances} utterances")

"""``evenvoice predict``: recordings to emotions with a model file; no torch."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from evenvoice.cli import options
from evenvoice.errors import AudioError


def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model file (.onnx).")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Recordings.")],
    as_json: options.AsJson = False,
    skip_bad: options.SkipBad = False,
) -> None:
    """Print the emotions of recordings with their probabilities, best first."""
    from evenvoice.recognizer import Recognizer

    recognizer = Recognizer(model)
    answers: list[dict[str, object]] = []
    skipped: list[AudioError] = []
    for file in files:
        try:
            scores = recognizer(file)
        except AudioError as error:
            if not skip_bad:
                raise
            skipped.append(error)
            continue
        answers.append({"file": str(file), "scores": scores})
        if not as_json:
            print_scores(file, scores)
    if as_json:
        print(json.dumps(answers, indent=1))
    for reason in skipped:
        print(f"skipped: {reason}", file=sys.stderr)


def print_scores(file: Path, scores: list[dict[str, Any]], spoken: str | None = None) -> None:
    """Print a recording and its emotions in one line, best first."""
    told = f" (spoken as {spoken})" if spoken else ""
    print(f"{file}{told}\t" + "  ".join(f"{entry['label']} {entry['score']:.1%}" for entry in scores), flush=True)

"""Options that are read without pydantic get the values, and the refusals, that Typer gives."""

from __future__ import annotations

import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from evenvoice.cli.strict import Commands

pytestmark = pytest.mark.slow


class Colour(Enum):
    RED = "red"


def _given(app: typer.Typer, arguments: list[str]) -> tuple[int, str]:
    """Return the exit code, and the values or the refusal, of a command with options of every kind that we have."""

    @app.command("show")
    def show(
        files: Annotated[list[Path], typer.Argument()],
        name: Annotated[str, typer.Option()] = "a",
        count: Annotated[int, typer.Option(min=1, max=99)] = 2,
        share: Annotated[float, typer.Option(max=1.0)] = 0.5,
        size: Annotated[int | None, typer.Option()] = None,
        folder: Annotated[Path | None, typer.Option(file_okay=False)] = None,
        existing: Annotated[Path | None, typer.Option(exists=True)] = None,
        sets: Annotated[list[str] | None, typer.Option("--set")] = None,
        loud: Annotated[bool, typer.Option("--loud")] = False,
        colour: Annotated[Colour, typer.Option()] = Colour.RED,
    ) -> None:
        values: list[Any] = [files, name, count, share, size, folder, existing, sets, loud, colour]
        typer.echo([(type(value).__name__, value) for value in values])

    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    "options",
    [
        "", "--name x", "--name=", "--count 7", "--count -7", "--count 0", "--count 100", "--count 07", "--count +7",
        "--count 1_0", "--count 1e1", "--count 2.0", "--count ²", "--count x", "--share 0.25", "--share .5",
        "--share 1", "--share -3", "--share 2", "--share nan", "--share inf", "--share x", "--size 5",
        "--size 99999999999999999999", "--folder .", "--folder missing", "--folder /dev/null",
        f"--folder {'x' * 300}", "--existing .", "--existing missing", "--set a=1",
        "--set a=1 --set b=2", "--loud", "--colour red", "--colour blue", "--unknown 1", "--count",
    ],
)  # fmt: skip
def test_the_values_and_refusals_are_typers(options: str) -> None:
    arguments = ["one.wav", "two.wav", *options.split()]
    assert _given(Commands(), arguments) == _given(typer.Typer(), arguments)


def test_a_missing_argument_is_refused_as_by_typer() -> None:
    assert _given(Commands(), []) == _given(typer.Typer(), [])
    assert _given(Commands(), [])[0] == 2


def test_a_command_with_plain_options_needs_no_pydantic(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no model")
    code = (
        "import sys; from evenvoice.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.exit('pydantic' in sys.modules)"
    )
    command = [sys.executable, "-c", code, "predict", str(tmp_path / "model.onnx"), "a.wav", "--jobs", "1"]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert "model.onnx" in found.stderr


def test_a_prediction_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", 0.1 * np.random.default_rng(0).standard_normal(16000), 16000)
    code = (
        "import sys; from evenvoice.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "sys.exit(' '.join({'numpy.ma', 'pandas', 'pydantic', 'scipy', 'torch'} & set(sys.modules)) or None)"
    )
    command = [sys.executable, "-c", code, "predict", str(tmp_path / "a.wav"), "--jobs", "1"]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert "angry" in found.stdout

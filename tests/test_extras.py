"""A library that is not installed: one line that says what to install, in Python as on the command line."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from evenvoice.extras import EXTRAS

SCRIPT = """
import sys
sys.modules["{library}"] = None
import evenvoice
try:
    evenvoice.{name}
except evenvoice.EvenvoiceError as error:
    print(error)
"""


def test_the_face_names_the_extra_of_a_missing_library() -> None:
    for name, library, extra in (("tune", "optuna", "tune"), ("write_report", "matplotlib", "train")):
        script = SCRIPT.format(library=library, name=name)
        said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
        assert said == f'evenvoice.{name} needs {library}, which is not installed; pip install "evenvoice[{extra}]"\n'


def test_extras_are_those_of_the_package() -> None:
    with (Path(__file__).parents[1] / "pyproject.toml").open("rb") as file:
        known = tomllib.load(file)["project"]["optional-dependencies"]
    assert set(EXTRAS.values()) <= set(known)

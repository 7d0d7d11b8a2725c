"""What a shell offers after the Tab key, and that looking around imports nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from evenvoice.recipes import open_recipe, recipe_names, recipe_summaries

_MAIN = "from evenvoice.cli.main import main; main()"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("recipe show smote-2", {"smote-2dcnn"}),
        ("evaluate demo --recipe weighted", {"weighted-2dcnn"}),
        ("train demo --recipe calib", {"calibrated-2dcnn"}),
        ("corpus show rav", {"ravdess:"}),
        ("evaluate demo --protocol speaker", {"speaker", "speaker-folds"}),
    ],
)
def test_names_are_offered(words: str, offered: set[str]) -> None:
    environment = {
        **os.environ, "_EVENVOICE_COMPLETE": "complete_bash", "COMP_WORDS": f"evenvoice {words}",
        "COMP_CWORD": str(len(words.split())),
    }  # fmt: skip
    ended = subprocess.run([sys.executable, "-c", _MAIN], capture_output=True, text=True, check=False, env=environment)
    assert offered <= set(ended.stdout.split()), ended


def test_a_summary_is_what_the_recipe_says() -> None:
    assert [found.name for found in recipe_summaries()] == recipe_names()
    for found in recipe_summaries():
        recipe = open_recipe(found.name)
        assert (found.about, found.source) == (recipe.about, recipe.source)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        "--help",
        "recipe list",
        "recipe show voice-robust",
        "recipe show svm --json",
        "recipe --help",
        "evaluate --help",
        "serve --help",
    ],
)
def test_looking_around_imports_nothing_heavy(arguments: str) -> None:
    program = f"""
import sys
sys.argv = ["evenvoice", *{arguments.split()!r}]
from evenvoice.cli.main import main
try:
    main()
finally:
    heavy = {{"torch", "pandas", "sklearn", "scipy", "onnxruntime", "matplotlib", "numpy"}} & set(sys.modules)
    print(sorted(heavy), file=sys.stderr)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "[]\n")

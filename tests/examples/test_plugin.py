"""The example plug-in, installed as a user installs it, with a study in worker processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.golden.study import write_sounds

EVENVOICE = [sys.executable, "-c", "from evenvoice.cli.main import main; main()"]
PLUGIN = Path(__file__).parents[2] / "examples" / "plugin"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the plug-in is installed, beside what is there."""
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(target), str(PLUGIN)], check=True)
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(target), *filter(None, [os.environ.get("PYTHONPATH")])])}


@pytest.mark.slow
def test_every_part_keeps_its_contract(environment: dict[str, str], tmp_path: Path) -> None:
    write_sounds(tmp_path)
    script = (
        "from evenvoice import testing\n"
        f"testing.check_corpus('named', {str(tmp_path)!r})\n"
        "testing.check_shape('thirds', 'loudness')\n"
        "testing.check_extractor('loudness')\n"
        "testing.check_sampler('repeat-rarest')\n"
        "testing.check_loss('margin')\n"
        "testing.check_model('nearest-mean')\n"
        "testing.check_model('evenvoice_example.model:NearestMean')\n"
    )
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


@pytest.mark.slow
def test_a_study_of_it_runs_in_worker_processes(environment: dict[str, str], tmp_path: Path) -> None:
    write_sounds(tmp_path)
    command = [*EVENVOICE, "evaluate", f"named:{tmp_path}", "--json"]
    command += ["--recipe", str(PLUGIN / "loudness.yaml"), "--protocol", "speaker-folds", "--jobs", "2"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "study")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "study" / "runs" / "loudness").glob("*/*/*/predictions.csv"))) == 5


# The key of a recipe, what is named there, and what is wrong with it.
UNRESOLVED = [
    ("features", "loudnes", "extractor 'loudnes' is unknown (did you mean 'loudness'?)"),
    ("balance", "evenvoice_example.sampler:Nothing", "sampler 'evenvoice_example.sampler:Nothing': cannot be imp"),
    ("model", "json:JSONDecoder", "model 'json:JSONDecoder': is neither a torch.nn.Module nor an"),
    ("loss", "no_such_module:Loss", "loss 'no_such_module:Loss': cannot be imported (ModuleNotFoundError"),
]
# One process for all of them: each would import everything anew.
SHOW = """
import sys
from evenvoice.cli.main import main
for named in sys.argv[1:]:
    sys.argv = ["evenvoice", "recipe", "show", "smote-2dcnn", "--set", named]
    try:
        main()
    except SystemExit as leaving:
        print(leaving.code)
"""


@pytest.mark.slow
def test_what_cannot_be_resolved_is_one_line(environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", SHOW, *(f"{key}={name}" for key, name, _ in UNRESOLVED)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "2\n" * len(UNRESOLVED)
    for line, (_, _, message) in zip(done.stderr.splitlines(), UNRESOLVED, strict=True):
        assert message in line

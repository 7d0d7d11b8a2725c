"""The door itself: what is no command, what is not installed, and what goes where."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import evenvoice
from evenvoice.cli.main import _called, whole_app
from evenvoice.cli.options import as_typed
from evenvoice.extras import EXTRAS
from tests.cli.command import finish, run, start

COMMANDS = (
    "corpus",
    "recipe",
    "cache",
    "demo",
    "evaluate",
    "train",
    "predict",
    "report",
    "export",
    "card",
    "plot",
    "push",
    "compare",
    "audit",
    "serve",
)


def test_help_names_every_command_on_stdout() -> None:
    for flag in ("--help", "-h"):
        answer = run(flag)
        assert all(re.search(rf"\b{command}\b", answer.result()) for command in COMMANDS)
        assert answer.err == ""


@pytest.mark.parametrize("command", [*COMMANDS, "corpus show", "corpus download", "recipe show", "cache clear"])
def test_every_command_has_a_help_text(command: str) -> None:
    answer = run(*command.split(), "--help")
    assert f"Usage: evenvoice {command} " in answer.result()
    assert answer.err == ""


def test_version() -> None:
    answer = run("--version")
    assert (answer.result(), answer.err) == (f"evenvoice {evenvoice.__version__}\n", "")


def test_python_m_is_the_same_door() -> None:
    done = subprocess.run([sys.executable, "-m", "evenvoice", "--version"], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"evenvoice {evenvoice.__version__}\n", "")


def test_the_command_is_recorded_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/evenvoice/__main__.py", "evaluate", "a b.csv"])
    assert as_typed() == "evenvoice evaluate 'a b.csv'"


@pytest.mark.slow
def test_a_key_of_an_earlier_release_works_and_is_one_line() -> None:
    answer = finish(start("recipe", "show", "smote-2dcnn", "--set", "balancer=class-weights"))
    assert "balance:\n  name: class-weights" in answer.result()
    assert answer.err == "warning: recipe key balancer: is now balance:; the old name goes with the next release\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["evalute"], "No such command 'evalute'"),
        (["corpus", "sho"], "No such command 'sho'"),
        (["--colour"], "No such option: --colour"),
        (["evaluate", "demo", "--protocoll", "paper"], "No such option: --protocoll"),
        (["evaluate"], "Missing argument 'CORPUS'"),
        (["evaluate", "demo", "--seeds", "0"], "Invalid value for '--seeds'"),
        (["evaluate", "demo", "--seeds", "many"], "Invalid value for '--seeds'"),
        (["evaluate", "demo", "--seed", "-1"], "Invalid value for '--seed'"),
        (["evaluate", "demo", "--jobs", "0"], "Invalid value for '--jobs'"),
        (["train", "demo", "ravdess:x"], "Got unexpected extra argument"),
        (["predict"], "Missing argument '[MODEL] FILE|DIR|-'"),
        (["predict", "model.onnx"], "name a recording after the model model.onnx"),
        (["report"], "Missing argument 'DIR'"),
        (["recipe", "show", "2dcnn", "--emotions", "1"], "Invalid value for '--emotions'"),
    ],
)
def test_what_is_no_command_is_said_on_stderr(arguments: list[str], named: str) -> None:
    answer = run(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert named in answer.err
    assert "Usage: evenvoice" in answer.err
    assert "Traceback" not in answer.err


BLOCK = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {library!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Block())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("library", "arguments"),
    [
        ("torch", ["evaluate", "table.csv", "--out", "out"]),
        ("torch", ["recipe", "show", "2dcnn", "--set", "training.epochs=3"]),
        ("pandas", ["corpus", "show", "table.csv"]),
        ("yaml", ["recipe", "list"]),
        ("matplotlib", ["report", "out"]),
        ("espeakng_loader", ["corpus", "show", "demo"]),
    ],
)
def test_a_missing_library_names_the_extra_that_brings_it(
    library: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "cache"))
    answer = finish(start(*arguments, before=BLOCK.format(library=library), folder=tmp_path))
    extra = EXTRAS[library]
    assert extra == ("demo" if library == "espeakng_loader" else "train")
    complaint = answer.complaint()
    assert f"{library}, which is not installed; " in complaint or extra == "demo"
    assert f'pip install "evenvoice[{extra}]"' in complaint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("library", "command"), [("espeakng_loader", ["demo"]), ("optuna", ["tune", "table.csv"])])
def test_a_command_with_an_extra_of_its_own_names_it_at_once(library: str, command: list[str], tmp_path: Path) -> None:
    """Without pandas as well: its extra alone would not be enough."""
    neither = BLOCK.format(library=library) + BLOCK.format(library="pandas")
    complaint = finish(start(*command, before=neither, folder=tmp_path)).complaint()
    assert f'pip install "evenvoice[{EXTRAS[library]}]"' in complaint


def test_a_library_of_no_extra_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ModuleNotFoundError("No module named 'numpi'", name="numpi")

    monkeypatch.setattr("evenvoice.features.clear_cache", fail)
    with pytest.raises(ModuleNotFoundError, match="numpi"):
        run("cache", "clear")


@pytest.mark.parametrize("command", ["predict", "corpus", "audit", "tune"])
def test_a_command_built_alone_is_the_one_among_all(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = run(command, "--help").result()
    monkeypatch.setattr("evenvoice.cli.main._called", whole_app)
    assert run(command, "--help").result() == alone


def test_no_other_command_is_built_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["evenvoice", "predict", "a.wav"])
    assert [one.name for one in _called().registered_commands] == ["predict"]
    assert _called().registered_groups == []
    monkeypatch.setattr("sys.argv", ["evenvoice", "predikt"])
    assert _called() is whole_app()

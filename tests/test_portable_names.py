"""Names of files and folders that come from us are such as Windows, macOS and Linux can have."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenvoice.files import portable_name
from evenvoice.protocols import PROTOCOLS
from evenvoice.recipes import recipe_names
from evenvoice.study.records import RunKey, find_runs

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
DEVICES = {"CON", "PRN", "AUX", "NUL"} | {f"{port}{number}" for port in ("COM", "LPT") for number in range(10)}


def windows_can_have(name: str) -> bool:
    """Whether a name is one of a file or folder of Windows."""
    characters = not any(each in '<>:"/\\|?*' or ord(each) < 32 for each in name)
    return (
        characters
        and 0 < len(name) < 64
        and name[-1] not in ". "
        and name.split(".")[0].rstrip().upper() not in DEVICES
    )


@given(st.text(st.characters(codec="utf-8") | st.sampled_from('<>:"/\\|?*. \x00'), max_size=80))
def test_any_name_becomes_one_that_windows_can_have(name: str) -> None:
    assert windows_can_have(portable_name(name))


@pytest.mark.parametrize(
    "name", ["con", "NUL", "nul.txt", "aux .x", "COM1.tar.gz", "lpt0", "a.", "b ", "", ".", "..", "C:\\x"]
)
def test_names_that_windows_keeps_for_itself_are_changed(name: str) -> None:
    assert not windows_can_have(name)
    assert windows_can_have(portable_name(name))


def test_different_names_stay_different() -> None:
    names = ["a:b", "a/b", "a?b", "a-b", "x" * 60, "x" * 61, "nul", "NUL", "nul.a"]
    assert len({portable_name(name) for name in names}) == len(names)


def test_shipped_names_stay_as_they_are() -> None:
    names = [*recipe_names(), *PROTOCOLS, "speaker+enrol-5", "random+select-on-test", "logo-microphone"]
    assert [portable_name(name) for name in names] == names


@pytest.mark.parametrize("protocol", ["my_parts.splits:ByRoom", "my_parts.splits:ByRoom+select-on-test", "logo-a|b"])
def test_a_run_of_any_protocol_has_a_folder_that_windows_can_have(protocol: str) -> None:
    path = PureWindowsPath(RunKey("aux", protocol, 10, 12, 23).folder(Path("study")))
    assert all(windows_can_have(part) for part in path.parts)


def test_the_longest_names_leave_room_for_the_path_of_a_study() -> None:
    """Windows' paths end at 260 characters; the folder of a study may take a hundred of them."""
    folder = RunKey("r" * 300, "p" * 300, 1000, 1000, 100).folder(Path())
    assert len((folder / "predictions.csv").as_posix()) < 160


def test_runs_of_a_recipe_are_found_by_its_own_name(tmp_path: Path) -> None:
    for recipe in ("nul", "x" * 60, "mine"):
        folder = RunKey(recipe, "a:B", 0, 0, 0).folder(tmp_path)
        folder.mkdir(parents=True)
        (folder / "run.json").touch()
    assert len(find_runs(tmp_path)) == 3
    assert [len(find_runs(tmp_path, recipe)) for recipe in ("nul", "x" * 60, "mine", "other")] == [1, 1, 1, 0]

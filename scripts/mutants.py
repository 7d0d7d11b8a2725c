"""Plant the small faults of `tests/mutants/*.toml` in a copy of the source, one at a time: do tests notice?

python scripts/mutants.py                   all rooms
python scripts/mutants.py protocols audit   some rooms
python scripts/mutants.py --page            write docs/mutants.md as well
"""

from __future__ import annotations

import argparse
import compileall
import importlib
import os
import py_compile
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "mutants"
PAGE = ROOT / "docs" / "mutants.md"
# pytest's exit code where a test failed.
_FAILED = 1
# Half of the time would go into importing these, again and again.
_LIBRARIES = ("pytest", "hypothesis", "numpy", "pandas", "scipy.stats", "sklearn.svm", "torch", "skorch", "joblib")


@dataclass(frozen=True)
class Mutant:
    """A small fault.

    Attributes:
        room: The name of its list.
        name: What goes wrong, in words.
        file: Below ``src/evenvoice``.
        old: The text as it is, once in the file.
        new: The text instead.
        tests: What pytest is given; one test of these must fail.
    """

    room: str
    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def source(self) -> str:
        """Return the file's text with the fault in it.

        Raises:
            ValueError: The old text is not there exactly once: the code has changed, and the list must follow.
        """
        text = (ROOT / "src" / "evenvoice" / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.room}: {self.name}: {self.file} holds {text.count(self.old)} times {self.old!r}")
        return text.replace(self.old, self.new)


def read_mutants(rooms: Sequence[str] = ()) -> list[Mutant]:
    """Return the mutants of some rooms; of all, if none is named."""
    found = []
    for path in sorted(LISTS.glob("*.toml")):
        if not rooms or path.stem in rooms:
            listed = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
            found += [Mutant(path.stem, **{**one, "tests": tuple(one["tests"])}) for one in listed]
    return found


def is_killed(mutant: Mutant, source: Path) -> bool:
    """Run the mutant's tests on a copy of the source.

    Raises:
        RuntimeError: The tests could not be run.
    """
    path = source / "evenvoice" / mutant.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(mutant.source(), encoding="utf-8")
    try:
        return bool(failure(mutant.tests, source))
    finally:
        path.write_text(whole, encoding="utf-8")


def failure(tests: Sequence[str], source: Path) -> str:
    """Run tests on a copy of the source, in a fork of this process, which has the libraries.

    Returns:
        The end of what pytest printed if one fails; nothing if none does.

    Raises:
        RuntimeError: The tests could not be run.
    """
    with tempfile.TemporaryFile() as log:
        child = os.fork()
        if not child:
            _become_pytest(tests, source, log.fileno())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        log.seek(0)
        end = log.read().decode(errors="replace")[-2000:]
    if code not in (0, _FAILED):
        raise RuntimeError(f"pytest {' '.join(tests)} ended with {code}:\n{end}")
    return end if code == _FAILED else ""


def _become_pytest(tests: Sequence[str], source: Path, log: int) -> NoReturn:
    """Run pytest in this process, and end it."""
    code = 70
    try:
        os.chdir(ROOT)
        os.environ |= {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
        sys.path[:0] = [str(source), str(ROOT)]
        sys.dont_write_bytecode = True
        for stream in (1, 2):
            os.dup2(log, stream)
        import pytest

        code = pytest.main(["-q", "-x", "-m", "not long", "-p", "no:cacheprovider", *tests])
    finally:
        os._exit(code)


def prepare(source: Path) -> None:
    """Copy the source, compiled so that a changed file is compiled again; import the libraries that tests wait for."""
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(source, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    for library in _LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(library)


def page(results: dict[Mutant, bool]) -> str:
    """Return the page: the rate of each room, and each mutant with what became of it."""
    rooms: dict[str, list[Mutant]] = {}
    for mutant in results:
        rooms.setdefault(mutant.room, []).append(mutant)
    lines = [
        "# Mutants",
        "",
        "Small faults, planted one at a time, that the tests must notice. Made by `make mutants`; the lists are in",
        "`tests/mutants/`, one a room. A new rule gets a mutant: what would go wrong if the line were not there?",
        "",
        "| room | mutants | killed |",
        "|---|---|---|",
    ]
    for room, mutants in rooms.items():
        killed = sum(results[mutant] for mutant in mutants)
        lines.append(f"| {room} | {len(mutants)} | {killed} ({100 * killed / len(mutants):.0f} %) |")
    for room, mutants in rooms.items():
        lines += ["", f"## {room}", ""]
        lines += [f"- {mutant.name}: {'killed' if results[mutant] else '**survives**'}" for mutant in mutants]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run what was asked for; 1 where a mutant survives, 2 where one could not be judged."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", help="names of lists in tests/mutants")
    parser.add_argument("--page", action="store_true", help="write docs/mutants.md")
    asked = parser.parse_args()
    mutants = read_mutants(asked.rooms)
    results: dict[Mutant, bool] = {}
    unmutated: dict[tuple[str, ...], str] = {}
    with tempfile.TemporaryDirectory(prefix="evenvoice-mutants-") as folder:
        source = Path(folder, "src")
        prepare(source)
        for mutant in mutants:
            if mutant.tests not in unmutated:
                unmutated[mutant.tests] = failure(mutant.tests, source)
                print(unmutated[mutant.tests], end="", flush=True)
            if unmutated[mutant.tests]:
                print(
                    f"NOT RUN  {mutant.room}: {mutant.name}: pytest {' '.join(mutant.tests)} fails without it",
                    flush=True,
                )
                continue
            results[mutant] = is_killed(mutant, source)
            print(f"{'killed  ' if results[mutant] else 'SURVIVES'} {mutant.room}: {mutant.name}", flush=True)
    print(f"{sum(results.values())} of {len(results)} killed")
    if asked.page:
        PAGE.write_text(page(results), encoding="utf-8")
    if len(results) < len(mutants):
        return 2
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

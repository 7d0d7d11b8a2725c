"""The lists of mutants fit the source: each old text stands once in its file, and each fault is Python."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "mutants.py"
_spec = importlib.util.spec_from_file_location("mutants", SCRIPT)
assert _spec is not None
assert _spec.loader is not None
mutants = importlib.util.module_from_spec(_spec)
sys.modules["mutants"] = mutants
_spec.loader.exec_module(mutants)


@pytest.mark.parametrize("mutant", mutants.read_mutants(), ids=lambda mutant: f"{mutant.room}: {mutant.name}")
def test_a_mutant_fits_the_source(mutant: object) -> None:
    compile(mutant.source(), mutant.file, "exec")
    for test in mutant.tests[: mutant.tests.index("-k") if "-k" in mutant.tests else None]:
        assert (SCRIPT.parents[1] / test).exists()


def test_old_text_that_is_gone_is_said() -> None:
    gone = mutants.Mutant("audit", "nothing", "errors.py", "no such text", "", ())
    with pytest.raises(ValueError, match=r"audit: nothing: errors\.py holds 0 times 'no such text'"):
        gone.source()


def test_the_page_has_the_rate_and_the_survivors() -> None:
    one, two = (mutants.Mutant("audit", name, "errors.py", "", "", ()) for name in ("first", "second"))
    text = mutants.page({one: True, two: False})
    assert "| audit | 2 | 1 (50 %) |" in text
    assert "- second: **survives**" in text

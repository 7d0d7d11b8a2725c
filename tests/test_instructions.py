"""Nothing got slower: instructions of features, SMOTE and one fit beside those on record."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "instructions.py"
spec = importlib.util.spec_from_file_location("instructions", SCRIPT)
assert spec is not None
assert spec.loader is not None
instructions = importlib.util.module_from_spec(spec)
spec.loader.exec_module(instructions)


@pytest.mark.long
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="no valgrind")
@pytest.mark.parametrize("work", list(instructions.WORK))
def test_no_more_instructions_than_on_record(work: str) -> None:
    record = json.loads(instructions.RECORD.read_text(encoding="utf-8"))
    if record["versions"] != instructions.versions():
        pytest.skip(
            f"the record is of {record['versions']}; run benchmarks/instructions.py --write on the version before"
        )
    assert instructions.count(work) <= (1 + instructions.MARGIN) * record["counts"][work]


def test_there_is_a_count_on_record_for_each_work() -> None:
    record = json.loads(instructions.RECORD.read_text(encoding="utf-8"))
    assert list(record["counts"]) == list(instructions.WORK)
    assert all(count > 10**6 for count in record["counts"].values())

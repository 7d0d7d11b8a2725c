"""Every leak that is planted in a split is found with its code and nothing else; clean splits have no finding."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evenvoice.audit.split import audit_split
from evenvoice.audit.split_table import read_split
from tests.audit.mutations import splits
from tests.audit.mutations.planted import Planted
from tests.audit.mutations.splits import PLANTED, Plant


def _through_a_file(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    path = folder / "split.csv"
    table.to_csv(path, index=False)
    return read_split(path)


@pytest.mark.parametrize("leak", list(PLANTED), ids=lambda leak: leak.name)
def test_a_planted_leak_is_found(leak: Planted[Plant], tmp_path: Path) -> None:
    table = _through_a_file(leak.plant(splits.clean()), tmp_path)
    audit = audit_split(table, "planted", jobs=1)
    assert audit.codes == leak.codes
    assert bool(audit.leaks) is leak.leak
    assert all(finding.evidence for finding in audit.findings)


CLEAN = {
    "speakers apart": splits.clean(),
    "without a validation part": splits.clean()[lambda table: table["part"] != "validation"],
    "nothing known but speakers": splits.clean()[["part", "speaker"]],
    "nothing known but ids": splits.clean()[["part", "utterance"]],
    "other names for parts": splits.clean().replace({"part": {"validation": "Dev", "train": "TRAINING"}}),
    "other names for columns": splits.clean().rename(columns={"part": "split", "utterance": "id", "emotion": "label"}),
    "other columns": splits.clean().assign(duration=1.0, notes="none"),
    "one long file for all": splits.clean().assign(
        file="/nowhere/long.wav",
        start=range(len(splits.clean())),
        end=[number + 0.5 for number in range(len(splits.clean()))],
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_split_has_no_finding(name: str, tmp_path: Path) -> None:
    audit = audit_split(_through_a_file(CLEAN[name], tmp_path), name, jobs=1)
    assert audit.findings == ()

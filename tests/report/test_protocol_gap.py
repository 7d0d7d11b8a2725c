"""The protocol gap on the fabricated study: UA 68.75 on unseen speakers, 75 in the paper's order."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.report.protocol_gap import gap_table, protocol_gap_figure
from evenvoice.study import load_study
from tests.report.fabricated import write_honest, write_leaky, write_study


def test_points_are_counted_from_unseen_speakers(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_leaky(tmp_path)
    write_honest(tmp_path)
    studies = [load_study(tmp_path)] * 2
    rows = [line.split(" | ") for line in gap_table(studies, "smote-2dcnn").to_markdown().splitlines()[2:]]
    assert [(row[1], row[3], row[5]) for row in rows] == 2 * [
        ("speaker-folds", "68.8", ""),
        ("paper", "75.0", "+6.2"),
    ]
    assert rows[1][2] == "**LEAKY**, speakers may be shared"
    axes = protocol_gap_figure(studies, "smote-2dcnn").axes[0]
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in points] == pytest.approx(2 * [68.75, 75])
    assert [line.get_markerfacecolor() == "white" for line in points] == 2 * [False, True]
    assert sum("LEAKY" in text.get_text() for text in axes.texts) == 2


def test_without_unseen_speakers_there_is_nothing_to_count_from(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_leaky(tmp_path)
    with pytest.raises(EvenvoiceError, match="no result of recipe 'smote-2dcnn' on unseen speakers"):
        gap_table([load_study(tmp_path)], "smote-2dcnn")

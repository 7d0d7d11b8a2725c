"""The protocol gap on the fabricated study: UA 68.75 on unseen speakers, 75 in the paper's order."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.report.protocol_gap import compare_protocols, gap_table, protocol_gap_figure
from evenvoice.study import load_study
from tests.report.fabricated import UNSEEN, write_honest, write_leaky, write_run, write_study


def test_points_are_counted_from_unseen_speakers(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_leaky(tmp_path)
    write_honest(tmp_path)
    studies = [load_study(tmp_path)] * 2
    *lines, _, notes = gap_table(studies, "smote-2dcnn").to_markdown().splitlines()[2:]
    rows = [line.split(" | ") for line in lines]
    assert [(row[1], row[3], row[5].split(" [")[0]) for row in rows] == 2 * [
        ("speaker-folds", "68.8", ""),
        ("paper", "75.0", "-50.0"),  # of a1 and h1 it knows one, and both are known by a model of other speakers
    ]
    assert "on the recorded utterances that both tested" in notes
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


def test_the_gap_is_of_the_recorded_utterances_that_both_tested_fit_by_fit(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_honest(tmp_path)
    for seed, answers in enumerate(({"a2": "angry", "h1": "happy"}, {"a2": "angry", "h1": "angry"})):
        write_run(tmp_path, answers, protocol="random", seed=seed, promise=UNSEEN | {"disjoint": []})
    by_protocol = {result.protocol: result for result in load_study(tmp_path).results}
    found = compare_protocols(by_protocol["speaker-folds"], by_protocol["random"])
    # a2 and h1 alone: 50 and 100 % on speakers unseen, 100 and 50 % beside them
    assert (found.difference, found.n_fits) == (pytest.approx(0.0), 2)


def test_protocols_without_a_seed_in_common_have_no_gap(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_honest(tmp_path, seeds=1)
    write_run(tmp_path, {"a1": "angry"}, protocol="random", seed=3, promise=UNSEEN | {"disjoint": []})
    first, second = load_study(tmp_path).results
    with pytest.raises(EvenvoiceError, match="no recorded utterance with the same seed; evaluate both"):
        compare_protocols(first, second)
    markdown = gap_table([load_study(tmp_path)], "smote-2dcnn").to_markdown()
    assert "| – | – | 1 × 1 |" in markdown

"""The figures and the page of a bench, over answers that were written by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evenvoice.bench import open_bench
from evenvoice.report import gains_figure, imbalance_figure, write_balance_report
from tests.report.fabricated import UNSEEN, write_run, write_study

ROWS = {f"{speaker}{number}": ("angry", "happy")[number % 2] for speaker in "abcdefgh" for number in range(8)}
# Of how many utterances one is answered wrongly.
EVERY = {"speaker": {"none": 3, "smote": 5, "tomek": 2}, "speaker+thin-10": {"none": 2, "smote": 4}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three methods at the corpus' own ratio and two at 10 : 1, two seeds, speakers a to h."""
    study = write_study(tmp_path / "study", utterances=len(ROWS))
    for protocol, methods in EVERY.items():
        before = {"angry": 20, "happy": 2 if "thin" in protocol else 10}
        for method, every in methods.items():
            for seed in (0, 1):
                answers = {
                    row: emotion if (ord(row[0]) + int(row[1]) + (seed if row[0] < "c" else 0)) % every else "angry"
                    for row, emotion in ROWS.items()
                }
                counts = {"before": before, "after": {"angry": 20, "happy": 20}}
                write_run(study, answers, recipe=f"svm+{method}", protocol=protocol, seed=seed, emotions=ROWS,
                          promise=UNSEEN, counts=counts)  # fmt: skip
    for path in study.glob("runs/*/*/*/*/predictions.csv"):
        table = pd.read_csv(path)
        table.insert(2, "speaker", table["utterance"].str[0])
        table.to_csv(path, index=False)
    return study


def test_gains_stand_by_method_in_the_order_of_the_table(folder: Path) -> None:
    entries = open_bench(folder).groups["svm", "speaker"]
    figure = gains_figure(entries)
    assert figure is not None
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["smote", "tomek"]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    for entry, dot in zip(entries[1:], dots, strict=True):
        gain = entry.gain()
        assert gain is not None
        assert dot.get_xdata()[0] == pytest.approx(100 * gain.estimate)  # type: ignore[index]


def test_nothing_but_none_has_no_figure(folder: Path) -> None:
    bench = open_bench(folder)
    assert gains_figure(bench.groups["svm", "speaker"][:1]) is None


def test_the_curve_has_a_point_for_each_ratio(folder: Path) -> None:
    figure = imbalance_figure(open_bench(folder), "svm")
    assert figure is not None
    (axes,) = figure.axes
    lines = {line.get_label(): list(line.get_xdata()) for line in axes.lines}  # type: ignore[arg-type]
    assert lines == {"none": [2, 10], "smote": [2, 10]}  # tomek was evaluated at one ratio


def test_one_ratio_has_no_curve(folder: Path) -> None:
    bench = open_bench(folder)
    one = type(bench)(bench.study, tuple(entry for entry in bench.entries if entry.protocol == "speaker"))
    assert imbalance_figure(one, "svm") is None


def test_the_page_holds_table_figures_and_nothing_from_elsewhere(folder: Path) -> None:
    page = write_balance_report(folder, figures="svg").read_text(encoding="utf-8")
    pictures = {path.stem for path in (folder / "figures").glob("*.png")}
    assert pictures == {path.stem for path in (folder / "figures").glob("*.svg")}
    assert page.count("<figure>") == 3
    assert 'src="data:' in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert "difference of" in page
    table = pd.read_csv(folder / "balance.csv")
    assert table["method"].tolist() == ["none", "smote", "tomek", "none", "smote"]
    assert table.loc[table["method"] == "none", "ua_gain"].isna().all()

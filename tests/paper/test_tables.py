from __future__ import annotations

import pytest

from evenvoice.paper import Reproduction, as_text, open_reproduction
from evenvoice.paper.arithmetic import table_2
from evenvoice.paper.tables import Ours, Row
from evenvoice.recipes import open_recipe
from tests.paper.fabricated import OWN, write_reproduction


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Reproduction:
    return open_reproduction(write_reproduction(tmp_path_factory.mktemp("reproduction")))


def of(rows: list[Row], recipe: str) -> Row:
    (row,) = [row for row in rows if row.recipe == recipe]
    return row


def ours(row: Row, protocol: str) -> Ours:
    result = row.ours[protocol]
    assert result is not None
    return result


def test_published_and_ours_stand_side_by_side(found: Reproduction) -> None:
    with_smote, without, mean = found.tables.table_4
    assert (with_smote.wa, without.wa, mean.wa) == (80, 75, None)
    measured = ours(with_smote, "speaker-folds").every
    assert (measured.wa.estimate, measured.ua.estimate) == pytest.approx((0.75, 0.6875))
    assert measured.wa.unit == "utterance"  # the table of predictions has no speakers
    measured = ours(without, "speaker-folds").every
    assert (measured.wa.estimate, measured.ua.estimate) == pytest.approx((4 / 6, 0.5))
    assert mean.ours == {"paper": None, "random": None, "speaker-folds": None}


def test_under_the_papers_order_real_and_synthetic_test_rows_are_told_apart(found: Reproduction) -> None:
    leaky = ours(of(found.tables.table_4, OWN), "paper")
    assert leaky.result.leaky
    assert "LEAKY" in leaky.marks
    assert leaky.real is not None
    assert leaky.synthetic is not None
    assert leaky.every.wa.estimate == pytest.approx(2 / 3)
    assert (leaky.real.wa.estimate, leaky.real.ua.estimate, leaky.real.rows) == pytest.approx((0.5, 0.5, 2))
    assert (leaky.synthetic.wa.estimate, leaky.synthetic.rows) == pytest.approx((1, 1))
    assert set(leaky.real.recalls) == {"angry", "happy"}
    assert set(leaky.synthetic.recalls) == {"happy"}
    for part, synthetic in ((leaky.real, False), (leaky.synthetic, True)):
        spread = leaky.result.ua_of(synthetic=synthetic)
        assert spread is not None
        assert part.ua.estimate == pytest.approx(spread.mean)


def test_every_row_has_intervals_over_speakers_and_fits(found: Reproduction) -> None:
    """Two seeds of the paper's system; all answers of the baseline without SMOTE agree; one seed of the others."""
    of_two = ours(of(found.tables.table_4, OWN), "speaker-folds").every
    assert (of_two.ua.method, of_two.ua.fits) == ("crossed", 2)
    assert of_two.ua.target == "this recipe, new fits and new utterances"
    assert {interval.method for interval in (of_two.wa, *of_two.recalls.values())} == {"crossed"}
    one = ours(of(found.tables.table_4, OWN), "paper").every
    assert (one.ua.method, one.ua.target) == ("t", "this model, new utterances")


def test_elsewhere_nothing_is_synthetic(found: Reproduction) -> None:
    honest = ours(of(found.tables.table_4, OWN), "speaker-folds")
    assert honest.real is None
    assert honest.synthetic is None
    assert honest.marks == []


def test_table_3_is_without_smote(found: Reproduction) -> None:
    assert [(row.recipe, row.wa) for row in found.tables.table_3] == [("2dcnn-mean", 70), ("2dcnn-array", 75)]


def test_table_5_is_the_emotions_scores(found: Reproduction) -> None:
    scores = found.tables.table_5("speaker-folds")
    assert scores is not None
    # Angry is recognised in 3 of 4 and 4 of 4; happy in 1 of 2, twice.
    assert [scores[name]["recall"].estimate for name in ("angry", "happy")] == pytest.approx([0.875, 0.5])  # type: ignore[union-attr]
    assert found.tables.table_5("random") is None


def test_table_6_has_every_baseline_and_the_own_row_in_both_orders(found: Reproduction) -> None:
    rows = found.tables.table_6
    assert [row.recipe for row in rows][4:7] == ["transformer-2", OWN, "gmm"]
    own = of(rows, OWN)
    assert (own.ua, own.wa) == (81, 80)
    assert list(own.ours) == ["speaker-folds", "paper"]
    svm = ours(of(rows, "svm"), "speaker-folds")
    assert svm.every.wa.estimate == 1
    assert svm.marks == ["not complete"]  # one fold of two
    assert of(rows, "knn").ours == {"speaker-folds": None}


def test_what_was_not_run_is_listed_once(found: Reproduction) -> None:
    missing = found.tables.not_run()
    assert "2dcnn-mean, smote-2dcnn-mean × paper, random, speaker-folds" in missing
    assert "2dcnn-array × paper, random" in missing
    assert f"{OWN} × random" in missing
    assert sum("knn" in line for line in missing) == 1
    assert not any("svm" in line.replace("functionals-svm", "").split(" × ")[0].split(", ") for line in missing)


def test_json_has_published_figures_in_per_cent_and_ours_as_fractions(found: Reproduction) -> None:
    row = found.tables.to_json()["table_4"][0]
    assert row["published_per_cent"] == {"wa": 80, "ua": None}
    assert row["ours"]["random"] is None
    assert row["ours"]["paper"]["marks"] == ["LEAKY", "speakers may be shared"]
    assert row["ours"]["paper"]["real"]["wa"]["estimate"] == 0.5
    assert row["ours"]["speaker-folds"]["synthetic"] is None


def test_the_terminal_shows_tables_3_4_and_6(found: Reproduction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    lines = as_text(found.tables).splitlines()
    assert [line for line in lines if line.startswith("Table")] == ["Table 3, WA %", "Table 4, WA %", "Table 6, UA %"]
    (row,) = [line for line in lines if line.startswith("With SMOTE ")]
    assert "66.7 [0.0, 100.0] LEAKY" in row
    assert "not run" in row
    assert "75.0 [" in row
    assert any("(real test rows 50.0 [" in line for line in lines)
    (row,) = [line for line in lines if line.startswith("svm ")]
    assert row.endswith("not complete")


def test_table_2_says_what_was_run() -> None:
    changes = {"shape": {"name": "array"}, "features": {"hop_length": 1024}, "training": {"epochs": 7},
               "model": {"options": {"dropout": 0.3}}}  # fmt: skip
    rows = {row.name: row for row in table_2(open_recipe("smote-2dcnn", changes))}
    assert (rows["epochs"].published, rows["epochs"].ours) == ("100", "7")
    assert (rows["dropout"].published, rows["dropout"].ours) == ("0.5", "0.3")
    assert (rows["kernel"].published, rows["kernel"].ours) == ("3", "3")
    assert rows["input"].ours == "120 × 47 × 1, shape array, 3 s"
    assert "1024 samples" in rows["features"].ours
    assert rows["SMOTE"].ours == "5 neighbours"
    assert rows["SMOTE"].published == "not given"

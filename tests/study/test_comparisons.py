"""Every recipe against the reference, under each protocol: in the order asked for, and never where test data leaked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.metrics import compare_systems, intervals
from evenvoice.metrics.simulation import EMODB_4
from evenvoice.study import Study, compare_within, load_study
from evenvoice.study.comparisons import detectable, summaries
from evenvoice.study.seeds import Seed
from evenvoice.study.standings import differences_table, notes
from evenvoice.study.system import System
from evenvoice.study.systems import Standing
from tests.report.fabricated import LEAKY, UNSEEN, write_run, write_study

ROWS = {f"{speaker}{number}": emotion for speaker in "abcdefgh" for number, emotion in enumerate(("angry", "happy"))}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Three recipes, asked for as zeta, alpha, beta; beta was not evaluated on random splits."""
    folder = write_study(tmp_path / "study", utterances=len(ROWS))
    file = folder / "study.json"
    asked = {"recipes": ["zeta", "alpha", "beta"], "protocols": ["speaker-folds", "random", "paper"], "seeds": [0]}
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"asked": asked}), encoding="utf-8")
    for recipe, right in (("alpha", 8), ("beta", 5), ("zeta", 2)):
        answers = {row: emotion if "abcdefgh".index(row[0]) < right else "angry" for row, emotion in ROWS.items()}
        for protocol in ("speaker-folds", "random", "paper"):
            if (recipe, protocol) != ("beta", "random"):
                promise = LEAKY if protocol == "paper" else UNSEEN
                write_run(folder, answers, recipe=recipe, protocol=protocol, emotions=ROWS, promise=promise)
    return load_study(folder)


def test_the_reference_is_the_first_that_was_asked_for(study: Study) -> None:
    found = compare_within(study)
    assert list(found) == ["speaker-folds", "random"]
    assert [standing.system.name for standing in found["speaker-folds"]] == ["zeta", "alpha", "beta"]
    assert found["speaker-folds"].differences().title == "Compared with zeta, speaker-folds"


def test_another_reference_and_what_it_lacks(study: Study) -> None:
    found = compare_within(study, "beta")
    assert [standing.system.name for standing in found["speaker-folds"]] == ["beta", "zeta", "alpha"]
    assert [standing.system.name for standing in found["random"]] == ["zeta", "alpha"]
    with pytest.raises(EvenvoiceError, match=r"no recipe 'betta' here \(did you mean 'beta'\?\); name one of zeta, al"):
        compare_within(study, "betta")


def test_the_table_says_what_can_be_concluded(study: Study) -> None:
    table = compare_within(study)["speaker-folds"].differences()
    (alpha, beta), (ua, *_) = table.rows, [column.name for column in table.columns][1:]
    assert ua == "UA − zeta [95 %]"
    assert alpha[1].startswith("+37.5 [")  # 6 of 8 happy more, and all angry in both
    assert beta[1].startswith("+18.8 [")
    assert table.notes[0].startswith("Differences to zeta × speaker-folds, for this model, new utterances.")
    assert table.notes[1] == "Holm: corrected for 2 comparisons."
    assert all("There is one fit, so the recipes cannot be compared" in note for note in table.notes[2:])
    latex = table.to_latex()
    assert "There is one fit" in latex[latex.index("caption") : latex.index("tabular")]


def test_what_the_intervals_are_over_is_said(study: Study) -> None:
    note = compare_within(study)["speaker-folds"].table().notes[0]
    assert note.startswith("Intervals: 95 %, for this model, new utterances, over utterances, method ")


def test_speakers_and_fits_are_named_where_they_are_crossed() -> None:
    tables = EMODB_4.draw(6, 3, np.random.default_rng(2))
    system = System(
        Path("a"), "a", "speaker-folds", None, EMODB_4.labels, {Seed(n, n): t for n, t in enumerate(tables)}
    )
    found = intervals(tables, EMODB_4.labels)
    said = notes([Standing(system, found["ua"], found["wa"])])[0]
    assert said.startswith(
        "Intervals: 95 %, for this recipe, new fits and new speakers, over speakers and fits, method crossed."
    )


def test_divisions_into_folds_are_named_where_nothing_else_varies() -> None:
    tables = EMODB_4.draw(6, 3, np.random.default_rng(2))
    answers = [table.assign(predicted=np.roll(table["predicted"], 1)) for table in tables]
    systems = [
        System(Path(name), name, "speaker-folds", None, EMODB_4.labels, {Seed(n, n): t for n, t in enumerate(each)})
        for name, each in (("a", tables), ("b", answers))
    ]
    found = [intervals(each, EMODB_4.labels, varies="folds") for each in (tables, answers)]
    against = compare_systems(tables, answers, EMODB_4.labels, varies=("folds", "folds"))
    first, second = (Standing(system, one["ua"], one["wa"]) for system, one in zip(systems, found, strict=True))
    table = differences_table([first, replace(second, against_first=against, p_holm=against.p_ua)])
    assert table.columns[-1].name == "divisions"
    assert table.notes[0] == (
        "Differences to a × speaker-folds, for this recipe, new folds and new speakers. "
        "p: t test over speakers and divisions into folds."
    )
    assert "over speakers and divisions into folds, method crossed. 6 speakers and 3 divisions" in notes([first])[0]


@pytest.mark.parametrize("width", [40, 72, 120])
def test_the_table_fits_the_terminal_and_names_what_it_leaves_out(study: Study, width: int) -> None:
    text = compare_within(study)["speaker-folds"].differences().to_text(width)
    assert max(map(len, text.splitlines())) <= width
    left_out = "Not shown in 40 columns: WA − zeta [95 %], p, fits."
    assert (left_out in " ".join(text.split())) == (width == 40)


def test_json_has_the_comparison_of_each_result(study: Study) -> None:
    found = {(each["recipe"], each["protocol"]): each["compared"] for each in summaries(study, compare_within(study))}
    assert found["zeta", "speaker-folds"] is None
    assert found["alpha", "paper"] is None
    assert found["alpha", "speaker-folds"]["reference"] == "zeta"
    assert found["alpha", "speaker-folds"]["against_first"]["difference"] == 0.375
    assert found["alpha", "speaker-folds"]["p_ua_holm"] is not None


def test_what_can_be_found_is_said_for_each_protocol(study: Study) -> None:
    lines = detectable(study)
    assert [line.partition(":")[0] for line in lines] == ["speaker-folds", "random"]


def test_a_part_of_a_study_has_the_order_asked_of_it(study: Study) -> None:
    part = study.only(["beta", "zeta"], ["speaker-folds"], [0])
    assert [result.recipe for result in part.results] == ["beta", "zeta"]

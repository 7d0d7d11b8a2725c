"""Every leak that is planted in a study is found with its codes and nothing else; honest studies have no finding."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evenvoice.audit.run import audit_run
from evenvoice.audit.split import audit_split
from evenvoice.audit.split_table import split_of_run
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SMOTE, Plan
from evenvoice.protocols import SELECT_ON_TEST
from evenvoice.recipes import open_recipe
from evenvoice.study import evaluate
from tests.audit.mutations import runs
from tests.audit.mutations.planted import Planted
from tests.audit.mutations.runs import PLANTED, Plant

pytestmark = pytest.mark.slow


@pytest.fixture
def study(honest: Path, tmp_path: Path) -> Path:
    """A copy of the honest study, to be changed."""
    return Path(shutil.copytree(honest, tmp_path / "study"))


def test_runs_that_differ_in_words_and_in_what_tuning_may_change_are_of_one_recipe(study: Path) -> None:
    run = runs.run_of(study, fold=2)
    recipe = json.loads((run / "run.json").read_text(encoding="utf-8"))["recipe"]
    runs.edit_json(run / "run.json", recipe=recipe | {"about": "Mine.", "search": {"training.epochs": [5, 50]}})
    assert not audit_run(study).codes


@pytest.mark.parametrize("leak", list(PLANTED), ids=lambda leak: leak.name)
def test_a_planted_leak_is_found(leak: Planted[Plant], study: Path) -> None:
    leak.plant(study)
    audit = audit_run(study)
    assert audit.codes == leak.codes, audit.as_text()
    assert bool(audit.leaks) is leak.leak


def test_honest_studies_have_no_finding(honest: Path, others: Path, noise: Corpus) -> None:
    for folder in (honest, others):
        for corpus in (None, noise):
            assert audit_run(folder, corpus=corpus).findings == ()


@pytest.mark.parametrize("sampler", ["random-over", "random-under", "tests.audit.mutations.test_runs:Decoded"])
def test_removed_repeated_and_stored_rows_are_no_findings(
    sampler: str, noise: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evenvoice.study.cost.rows_per_second", lambda *_: 100.0)
    recipe = open_recipe("smote-2dcnn", {"balancer": {"name": sampler, "options": {}}, "training": {"epochs": 1}})
    evaluate(noise, [recipe], ["speaker", "paper"], seeds=range(1), out=tmp_path / "out", jobs=1)
    honest = list((tmp_path / "out").glob("runs/*/speaker/*/*"))
    assert [audit_run(run).findings for run in honest] == [()] * len(honest)
    assert any(len(runs.table(run / "plan.csv")) for run in honest)
    (paper,) = (tmp_path / "out").glob("runs/*/paper/*/*")
    assert "record-contradicts-files" not in audit_run(paper).codes


class Decoded:
    """A sampler whose rows are stored, without parents."""

    def plan(self, X: Any, y: Any, groups: Any = None, seed: int = 0) -> Plan:
        plan = SMOTE(k_neighbors="shrink").plan(X, y, seed=seed)
        return Plan.stored(plan.kept, plan.take(X, np.flatnonzero(plan.synthetic)), plan.labels)


def test_files_of_earlier_versions_have_no_finding(study: Path) -> None:
    old = ["synthetic", "emotion", "base", "neighbour", "lambda"]
    for path in study.glob("runs/*/*/*/*/plan.csv"):
        runs.edit(path, lambda plan: plan[old])
    assert audit_run(study).findings == ()


def test_a_run_alone_has_none_either_and_asks_its_neighbours(honest: Path, noise: Corpus) -> None:
    run = runs.run_of(honest)
    audit = audit_run(run)
    assert audit.findings == ()
    assert "promise of speakers apart" in audit.checked
    assert audit_run(run, corpus=noise).findings == ()


def test_a_run_without_its_study_says_what_it_cannot_know(study: Path, tmp_path: Path, noise: Corpus) -> None:
    run = shutil.copytree(runs.run_of(study), tmp_path / "alone")
    assert "promise of speakers apart: 15 of 60 rows known (--corpus tells the others)" in audit_run(run).checked
    audit = audit_run(run, corpus=noise)
    assert "promise of speakers apart" in audit.checked
    assert audit.findings == ()


def test_what_the_corpus_knows_breaks_a_promise_that_the_files_keep(study: Path, tmp_path: Path, noise: Corpus) -> None:
    run = shutil.copytree(runs.run_of(study), tmp_path / "alone")
    tested = runs.ids(run, "test")[0]
    speakers = noise.table["speaker"].where(noise.table.index != tested, "s3")
    other = Corpus("noise", noise.table.assign(speaker=speakers), "CC0-1.0", labels=noise.labels)
    assert {"promise-broken", "record-contradicts-files"} <= audit_run(run, corpus=other).codes


def test_leaky_protocols_are_called_what_they_are(leaky: Path) -> None:
    audit = audit_run(leaky)
    found = {(finding.message.split(" ×")[1].split(":")[0].strip(), finding.kind.code) for finding in audit.leaks}
    selected = f"session{SELECT_ON_TEST}"
    assert found == {
        ("paper", "leaky-protocol"),
        ("paper", "step-saw-test"),
        ("paper", "synthetic-parent-in-test"),
        ("paper", "synthetic-test-rows"),
        (selected, "leaky-protocol"),
        (selected, "step-saw-test"),
    }
    assert len(audit.leaks) == len(audit.findings)


def test_the_counts_of_the_papers_order_are_those_of_its_own_record(leaky: Path) -> None:
    (path,) = leaky.glob("runs/*/paper/*/*/run.json")
    said = json.loads(path.read_text(encoding="utf-8"))["leaks"]
    found = {finding.kind.code: finding.evidence[0] for finding in audit_run(path.parent).findings}
    assert f": {said['synthetic_test_rows']} of " in found["synthetic-test-rows"]
    split = runs.table(path.with_name("split.csv"))
    made = split["utterance"].isin(runs.table(path.with_name("plan.csv"))["synthetic"])
    of = (made & (split["part"] == "train")).sum()
    assert 0 < of < made.sum()
    assert f": {said['training_rows_with_test_parents']} of {of} " in found["synthetic-parent-in-test"]


def test_the_epoch_of_a_leaky_protocol_is_not_held_against_its_recipe(leaky: Path) -> None:
    """Of four epochs one before the last was the best on the test part, and the recipe says last."""
    kept = [
        json.loads(path.read_text(encoding="utf-8"))["epoch"] for path in leaky.glob("runs/*/session*/*/*/run.json")
    ]
    assert min(kept) < 4
    assert "epoch-not-by-rule" not in audit_run(leaky).codes


def test_a_leaky_protocol_that_lost_its_mark_is_found(leaky: Path, tmp_path: Path) -> None:
    study = Path(shutil.copytree(leaky, tmp_path / "study"))
    for path in study.glob("runs/*/*/*/*/run.json"):
        promise = json.loads(path.read_text(encoding="utf-8"))["promise"]
        runs.edit_json(path, promise=promise | {"leaky": False, "words": "speakers apart"})
    codes = audit_run(study).codes
    assert "not-marked-leaky" in codes
    assert "leaky-protocol" not in codes


def test_the_split_of_a_run_can_be_audited(honest: Path, leaky: Path, noise: Corpus) -> None:
    table = split_of_run(runs.run_of(honest), noise)
    assert table["speaker"].notna().all()
    audit = audit_split(table, "run", jobs=1)
    # three sentences, spoken by all; the test part is one speaker with 15 utterances
    assert audit.codes == {"shared-text", "shared-session", "test-too-small"}
    renamed = noise.table["emotion"].replace("happy", "excited")
    other = Corpus("noise", noise.table.assign(emotion=renamed), "CC0-1.0")
    named_by_the_study = split_of_run(runs.run_of(honest), other)["emotion"]
    assert named_by_the_study.to_list() == table["emotion"].to_list()
    (paper,) = leaky.glob("runs/*/paper/*/*")
    assert split_of_run(paper)["emotion"].notna().sum() > 13


@pytest.mark.parametrize("name", ["run.json", "split.csv", "plan.csv", "history.csv", "predictions.csv"])
def test_a_file_that_is_missing_or_broken_is_named(study: Path, name: str) -> None:
    path = runs.run_of(study) / name
    whole = path.read_text(encoding="utf-8")
    for content in (whole.replace("part", "x").replace("epoch", "x").replace("base", "x").replace("emotion", "x"), ""):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(EvenvoiceError, match=name.replace(".", r"\.")):
            audit_run(study)
    path.unlink()
    if name != "run.json":  # without it there is no run
        with pytest.raises(EvenvoiceError, match=name.replace(".", r"\.")):
            audit_run(study)


def test_a_step_is_one_or_zero(study: Path) -> None:
    runs.edit(runs.run_of(study) / "split.csv", lambda split: split.assign(network="yes"))
    with pytest.raises(EvenvoiceError, match="column 'network' holds yes; expected 1 where the step saw the row"):
        audit_run(study)


def test_what_is_no_study_and_another_corpus(tmp_path: Path, honest: Path, noise: Corpus) -> None:
    with pytest.raises(EvenvoiceError, match=r"holds neither study\.json nor run\.json"):
        audit_run(tmp_path)
    (tmp_path / "study.json").write_text("{}", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match="no run has finished yet"):
        audit_run(tmp_path)
    other = Corpus("other", noise.table.set_axis([f"x{number}" for number in range(len(noise))]), "CC0-1.0")
    with pytest.raises(EvenvoiceError, match="corpus other: holds none of the 60 test utterances"):
        audit_run(honest, corpus=other)
    with pytest.warns(UserWarning, match=r"holds \d\d of the 60 test utterances \(not .*: name all of the corpus"):
        audit_run(honest, corpus=noise.without("speaker", noise.speakers[:1]))

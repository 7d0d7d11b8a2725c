"""A bench over recordings of noise: what is evaluated, compared, left out and resumed, and that nothing leaks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evenvoice.audit import audit_run
from evenvoice.bench import Bench, balance, open_bench
from evenvoice.bench.left_out import LeftOut, read_left_out, write_left_out
from evenvoice.bench.size import too_large
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.study import RunKey, compare, load_study
from tests.study.noise import noise_corpus

pytestmark = pytest.mark.slow

METHODS = "class-weights,smote,random-under,focal"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


@pytest.fixture(scope="module")
def messages() -> list[str]:
    return []


@pytest.fixture(scope="module")
def bench(corpus: Corpus, messages: list[str], tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Two ratios. Training parts have 9 to 12 rows of an emotion, thinned to 6 : 1 two of the rarest."""
    return _bench(corpus, tmp_path_factory.mktemp("bench") / "out", messages)


def _bench(corpus: Corpus, out: Path, messages: list[str], methods: str = METHODS) -> Bench:
    return balance(
        corpus, "functionals-svm", methods, "speaker", imbalance=["own", 6], fit_seeds=2, out=out, jobs=1,
        on_message=messages.append,
    )  # fmt: skip


def test_every_method_that_fits_stands_beside_none_in_each_group(bench: Bench) -> None:
    methods = {key: [entry.method for entry in entries] for key, entries in bench.groups.items()}
    own, thinned = methods["functionals-svm", "speaker"], methods["functionals-svm", "speaker+thin-6"]
    assert own[0] == thinned[0] == "none"
    assert set(own) == {"none", "class-weights", "smote", "random-under"}
    assert set(thinned) == {"none", "class-weights", "random-under"}
    for entries in bench.groups.values():
        gains = [entry.ua.estimate for entry in entries[1:]]
        assert gains == sorted(gains, reverse=True)


def test_what_is_left_out_is_named_with_the_reason_and_stays_named(bench: Bench, messages: list[str]) -> None:
    found = {(one.recipe, one.protocol): one.reason for one in bench.left_out}
    assert "is not fitted by a loss of ours" in found["functionals-svm+focal", ""]
    assert "2 rows, and SMOTE with k_neighbors=5 needs 6" in found["functionals-svm+smote", "speaker+thin-6"]
    assert len(found) == 2
    assert len([text for text in messages if text.startswith("left out: ")]) == 2
    assert open_bench(bench.study.folder).left_out == bench.left_out
    assert "Left out: functionals-svm+smote × speaker+thin-6: class" in " ".join(bench.table().notes)


def test_a_bench_that_was_stopped_says_what_was_not_run(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "stopped"
    shutil.copytree(bench.study.folder, folder)
    shutil.rmtree(folder / "runs" / "functionals-svm+class-weights" / "speaker")
    shutil.rmtree(folder / "runs" / "functionals-svm+none" / "speaker+thin-6")
    stopped = open_bench(folder)
    goes_on = "the command that was stopped goes on with it"
    assert {(one.recipe, one.protocol): one.reason for one in stopped.left_out[len(bench.left_out) :]} == {
        ("functionals-svm+none", "speaker+thin-6"): f"no run yet; {goes_on}",
        ("functionals-svm+class-weights", "speaker"): f"no run yet; {goes_on}",
        ("functionals-svm+class-weights", "speaker+thin-6"): f"no run of functionals-svm+none yet to compare with; "
        f"{goes_on}",
        ("functionals-svm+random-under", "speaker+thin-6"): f"no run of functionals-svm+none yet to compare with; "
        f"{goes_on}",
    }
    assert "Left out: " in " ".join(stopped.table().notes)


def test_a_method_that_failed_in_some_runs_is_shown_in_none_of_its_folds(bench: Bench) -> None:
    found = Bench.of(bench.study, [LeftOut("functionals-svm+smote", "fold 3 cannot be drawn", "speaker")])
    assert "smote" not in {entry.method for entry in found.entries}
    assert "fold 3 cannot be drawn" in " ".join(found.table().notes)


def test_each_is_compared_with_none_as_compare_does(bench: Bench) -> None:
    standings = compare(
        load_study(bench.study.folder), ("functionals-svm+none", "speaker"), protocols="speaker",
        recipes=[f"functionals-svm+{name}" for name in ("none", "class-weights", "smote", "random-under")],
    )  # fmt: skip
    for standing in standings[1:]:
        method = standing.system.name.removeprefix("functionals-svm+")
        (entry,) = (each for each in bench.groups["functionals-svm", "speaker"] if each.method == method)
        assert entry.standing.p_holm == standing.p_holm
        assert entry.gain() == standing.against_first.difference_ua  # type: ignore[union-attr]
        assert entry.gain("rarest") == standing.against_first.differences["recall:happy"]  # type: ignore[union-attr]


def test_ratios_rows_and_the_rarest_emotion_are_those_of_the_training_parts(bench: Bench) -> None:
    for entry in bench.entries:
        thinned = "thin" in entry.protocol
        # Of 12, 9, 12 and 12 rows; thinned to 12, 12·6^(-1/3), 12·6^(-2/3) and 12 / 6, rounded down, happy the last.
        assert entry.imbalance == pytest.approx(6 if thinned else 12 / 9)
        assert (entry.rarest, entry.rarest_rows) == ("happy", 2 if thinned else 9)
        rows = {"none": (45, 12 + 6 + 3 + 2), "smote": (48, 0), "random-under": (36, 8)}
        if entry.method in rows:
            assert entry.rows == rows[entry.method][thinned]


def test_rows_thinned_away_are_in_no_part_and_no_step_saw_them(bench: Bench) -> None:
    for result in bench.study.results:
        for run in result.runs:
            away = run.split[run.split["part"] == ""]
            assert len(away) == (45 - 23 if "thin" in result.protocol else 0)
            assert not away.drop(columns=["utterance", "part"]).to_numpy().any()


def test_the_audit_finds_nothing(bench: Bench, corpus: Corpus) -> None:
    found = audit_run(bench.study.folder, corpus=corpus)
    assert [finding.kind.code for finding in found.findings if finding.kind.severity == "leak"] == []


def test_numbers_as_a_frame_as_json_and_as_csv_agree(bench: Bench, tmp_path: Path) -> None:
    frame = bench.to_frame()
    assert len(frame) == len(bench.entries) == 7
    data = json.loads(json.dumps(bench.to_json()))
    assert [row["ua"] for row in data["entries"]] == frame["ua"].tolist()
    assert data["left_out"][0].keys() == {"recipe", "reason", "protocol"}
    (tmp_path / "table.csv").write_text(bench.table().to_csv(), encoding="utf-8")
    assert pd.read_csv(tmp_path / "table.csv")["ua"].tolist() == pytest.approx(frame["ua"].tolist())
    assert repr(bench).startswith("<Bench of noise: 2 recipes and protocols, 7 results")


def test_runs_that_are_there_are_kept_and_methods_can_be_added(bench: Bench, corpus: Corpus) -> None:
    said: list[str] = []
    again = _bench(corpus, bench.study.folder, said, "class-weights,tomek")
    # 2 folders × 8 runs of none and of class-weights are there; those of tomek are not.
    assert any("16 fits (32 are there already)" in text or "(32 are there already)" in text for text in said)
    assert {entry.method for entry in again.entries} == {"none", "class-weights", "tomek"}
    everything = open_bench(bench.study.folder)
    assert {entry.method for entry in everything.entries} == {"none", "class-weights", "smote", "random-under", "tomek"}
    assert {one.recipe for one in everything.left_out} == {"functionals-svm+focal", "functionals-svm+smote"}


def test_what_was_left_out_is_no_longer_once_it_fits(tmp_path: Path) -> None:
    first = [LeftOut("svm+smote", "too few rows", "speaker"), LeftOut("svm+focal", "no loss")]
    write_left_out(tmp_path, first, {("svm+smote", "speaker"), ("svm+focal", "speaker")})
    write_left_out(tmp_path, [], {("svm+smote", "speaker")})
    assert read_left_out(tmp_path) == [first[1]]
    write_left_out(tmp_path, [], {("svm+focal", "speaker")})
    assert read_left_out(tmp_path) == []


@pytest.mark.parametrize("stop", [KeyboardInterrupt, None])
def test_reasons_are_kept_when_a_bench_is_stopped(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException] | None
) -> None:
    """What failed is written when it fails (the process may be killed), and what does not fit when Ctrl-C comes."""

    def stopped(*_: object, on_failure: Any, **__: object) -> None:
        (tmp_path / "study.json").write_text("{}", encoding="utf-8")
        on_failure(RunKey("functionals-svm+smote", "speaker", 0, 0, 0), "too few rows")
        if stop is None:
            assert len(read_left_out(tmp_path)) == 2
            raise MemoryError
        (tmp_path / "left-out.json").unlink()
        raise stop

    monkeypatch.setattr("evenvoice.bench.run.evaluate", stopped)
    with pytest.raises(stop or MemoryError):
        _bench(corpus, tmp_path, [])
    assert [(one.recipe, one.protocol) for one in read_left_out(tmp_path)] == [
        ("functionals-svm+focal", ""),
        ("functionals-svm+smote", "speaker"),
    ]


def test_a_damaged_list_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "left-out.json").write_text("[{]", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=r"left-out.json: cannot be read .*remove it"):
        read_left_out(tmp_path)


def test_a_folder_of_another_evaluation_is_no_bench(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"holds no study.json"):
        open_bench(tmp_path)
    plain = [result for result in bench.study.results if not result.recipe.endswith("+none")]
    with pytest.raises(EvenvoiceError, match="no recipe was evaluated with no method"):
        Bench.of(type(bench.study)(bench.study.folder, bench.study.info, tuple(plain)))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"methods": "focal"}, "recipe 'functionals-svm': none of the methods fits it; .*loss of ours"),
        ({"imbalance": "0.5"}, "imbalance: found '0.5'; expected a ratio from 1"),
        ({"imbalance": []}, "imbalance: found none"),
        ({"imbalance": [True]}, "imbalance: found True"),
        ({"imbalance": "100"}, "a ratio of 100 leaves none of the 12 training rows"),
        ({"protocol": ["speaker", "kfold"]}, "a bench has one protocol"),
        ({"seeds": 0}, "seeds: found 0"),
        ({"jobs": 0}, "jobs: found 0"),
    ],
)
def test_what_is_refused_before_anything_is_fitted(
    corpus: Corpus, tmp_path: Path, arguments: dict[str, object], complaint: str
) -> None:
    given: dict[str, object] = {"methods": "smote", "protocol": "speaker", "jobs": 1, "out": tmp_path / "out"}
    with pytest.raises(EvenvoiceError, match=complaint):
        balance(corpus, "functionals-svm", **given | arguments, on_message=str)  # type: ignore[arg-type]
    assert not list(tmp_path.glob("out/runs/*"))


def test_what_would_not_fit_into_memory_is_said_before_it_starts(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evenvoice.bench.size.available_memory", lambda: 10**6)
    recipe = open_recipe("functionals-svm", {"balance": "smote"})
    # 600 values × 4 bytes × (60 rows + 3 × 64) = 605 kB a fit.
    assert too_large(recipe, corpus, 1) == ""
    assert "GiB for 64 rows of 600 values, 2 at once" in too_large(recipe, corpus, 2)
    assert too_large(open_recipe("2dcnn"), corpus, 100) == ""


def test_a_network_that_is_given_more_rows_is_said_to_train_for_more_steps(corpus: Corpus, tmp_path: Path) -> None:
    small = {"filters": 2, "dense_units": 2}
    recipe = open_recipe("2dcnn", {"model": {"options": small}, "training": {"epochs": 2, "batch_size": 4}})
    bench = balance(corpus, recipe, "random-over,focal", "random", imbalance=[6], seeds=1, out=tmp_path, jobs=1)
    rows = {entry.method: round(entry.rows) for entry in bench.entries}
    assert {entry.method: entry.steps for entry in bench.entries} == {
        method: 2 * -(-rows[method] // 4) for method in ("none", "random-over", "focal")
    }
    (note,) = [note for note in bench.table().notes if "more rows are more steps" in note]
    times = -(-rows["random-over"] // 4) / -(-rows["none"] // 4)
    assert f"has: random-over ({times:.1f} ×)." in note
    assert note.endswith(f"--set training.epochs={round(2 * times)}.")


def test_classifiers_have_no_steps(bench: Bench) -> None:
    assert {entry.steps for entry in bench.entries} == {0}
    assert not [note for note in bench.table().notes if "steps" in note]

"""Studies: whole runs or none, the same predictions with any number of jobs, and going on after a kill."""

from __future__ import annotations

import dataclasses
import importlib
import json
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.leases import PREFIX
from evenvoice.parallel import Call
from evenvoice.recipes import open_recipe
from evenvoice.study import evaluate, load_study
from evenvoice.training import TrainedModel
from evenvoice.training.weights import WEIGHTS_FILE, load_weights
from tests.study.noise import noise_corpus
from tests.workers import start_workers_in

QUICK = {"training": {"epochs": 2}, "balance": {"options": {"k_neighbors": 2}}}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


def _predictions(folder: Path) -> dict[str, str]:
    runs = sorted((folder / "runs").glob("*/*/*/*/predictions.csv"))
    return {path.parent.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in runs}


def _evaluate(corpus: Corpus, out: Path, **options: object) -> list[dict]:
    recipes = [open_recipe("smote-2dcnn", QUICK)]
    arguments: dict = {"jobs": 1, "seeds": (0, 1), **options}
    return [
        result.to_json() for result in evaluate(corpus, recipes, ["speaker", "paper"], out=out, **arguments).results
    ]


@pytest.fixture(scope="module")
def made(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict]]:
    """A study that is finished, made with one job, and what a script reads of it; for tests that leave it alone."""
    folder = tmp_path_factory.mktemp("made") / "one"
    return folder, _evaluate(corpus, folder)


@pytest.fixture
def finished(made: tuple[Path, list[dict]], tmp_path: Path) -> Path:
    """A copy of it, for a test to go on with."""
    return Path(shutil.copytree(made[0], tmp_path / "finished"))


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Where the workers are that make runs in this module."""
    return start_workers_in(tmp_path_factory.mktemp("there"))


@pytest.mark.slow
@pytest.mark.usefixtures("workers")
def test_one_job_or_two_give_the_same_predictions(
    corpus: Corpus, made: tuple[Path, list[dict]], tmp_path: Path
) -> None:
    folder, one = made
    two = _evaluate(corpus, tmp_path / "two", jobs=2)
    assert _predictions(folder) == _predictions(tmp_path / "two")
    assert len(_predictions(folder)) == 2 * (4 + 1)
    assert [{**result, "seconds": 0} for result in one] == [{**result, "seconds": 0} for result in two]


def test_goes_on_where_it_was_stopped_and_ends_the_same(
    corpus: Corpus, made: tuple[Path, list[dict]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("evenvoice.study.work")
    fold_steps, begun = module.fold_steps, []

    def stops_after_three(*arguments: object, **options: object) -> object:
        if len(begun) == 3:
            raise KeyboardInterrupt
        begun.append(1)
        return fold_steps(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(module, "fold_steps", stops_after_three)
        with pytest.raises(KeyboardInterrupt):
            _evaluate(corpus, tmp_path / "killed")
    before = _predictions(tmp_path / "killed")
    assert len(before) == 3
    leftover = tmp_path / "killed" / "runs" / "smote-2dcnn" / "speaker" / "seed-1" / f"{PREFIX}half"
    leftover.mkdir(parents=True)
    said: list[str] = []
    _evaluate(corpus, tmp_path / "killed", on_message=said.append)
    assert "7 fits (3 are there already)" in said[0]
    assert _predictions(tmp_path / "killed") == _predictions(made[0])
    assert not leftover.exists()


def test_a_finished_evaluation_is_not_made_again(corpus: Corpus, finished: Path) -> None:
    stamps = {path: path.stat().st_mtime_ns for path in finished.rglob("predictions.csv")}
    said: list[str] = []
    _evaluate(corpus, finished, on_message=said.append)
    assert said == ["10 fits: all are there already"]
    asked = json.loads((finished / "study.json").read_text(encoding="utf-8"))["asked"]
    assert asked == {"recipes": ["smote-2dcnn"], "protocols": ["speaker", "paper"], "seeds": [0, 1]}
    assert stamps == {path: path.stat().st_mtime_ns for path in finished.rglob("predictions.csv")}


def test_the_summary_has_what_a_script_reads(made: tuple[Path, list[dict]]) -> None:
    speaker, paper = made[1]  # in the order asked for
    assert speaker["protocol"] == "speaker"
    assert (speaker["seeds"], speaker["folds"], speaker["n_test"], speaker["leaky"]) == (2, 4, 60, False)
    assert set(speaker["ua"]) == {"mean", "sd"}
    assert "ua_real" not in speaker
    # 4 × 16 balanced rows, of which ceil(20 %) are tested
    assert (paper["leaky"], paper["folds"], paper["n_test"]) == (True, 1, 13)
    assert 0 <= paper["ua_synthetic"]["mean"] <= 1
    assert json.loads(json.dumps(paper)) == paper


def test_scores_are_those_of_the_pooled_predictions(corpus: Corpus, made: tuple[Path, list[dict]]) -> None:
    folder, (speaker, _) = made
    study, uas = load_study(folder), []
    for seed in (0, 1):
        (result,) = study.only(["smote-2dcnn"], ["speaker"], [seed]).results
        pooled = pd.concat([pd.read_csv(run.folder / "predictions.csv") for run in result.runs])
        assert sorted(pooled["utterance"]) == sorted(corpus.table.index)
        recalls = [(part["predicted"] == emotion).mean() for emotion, part in pooled.groupby("emotion")]
        assert result.over_seeds(lambda scores: scores.ua).mean == pytest.approx(np.mean(recalls))
        assert result.over_seeds(lambda scores: scores.ua).sd is None
        uas.append(np.mean(recalls))
    assert speaker["ua"] == pytest.approx({"mean": np.mean(uas), "sd": np.std(uas, ddof=1)})


def test_a_run_records_parents_parts_and_what_each_step_saw(made: tuple[Path, list[dict]]) -> None:
    for result in load_study(made[0]).results:
        run = result.runs[0]
        split = run.split.set_index("utterance")
        parents = pd.concat([run.plan["base"], run.plan["neighbour"]])
        parts = set(split.loc[parents, "part"])
        seen = set(split.index[split["normaliser"] == 1])
        tested = set(split.index[split["part"] == "test"])
        if result.leaky:
            assert "test" in parts
            assert tested & seen
        else:
            assert parts == {"train"}
            assert not tested & seen
        assert set(run.info["counts"]["after"].values()) == {max(run.info["counts"]["before"].values())}


def test_other_settings_in_the_same_folder_are_refused(corpus: Corpus, finished: Path) -> None:
    changed = open_recipe("smote-2dcnn", {**QUICK, "training": {"epochs": 3}})
    with pytest.raises(EvenvoiceError, match=r"holds a run of other settings.*choose another --out"):
        evaluate(corpus, [changed], ["speaker"], out=finished, jobs=1)


def test_another_corpus_in_the_same_folder_is_refused(corpus: Corpus, finished: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"holds a study of corpus noise \(60 utterances\), other than the 48"):
        evaluate(corpus.select("angry,neutral,sad"), [open_recipe("2dcnn", {"training": {"epochs": 1}})], ["speaker"],
                 out=finished, jobs=1)  # fmt: skip


def test_what_cannot_work_is_said_before_anything_is_heard_or_written(corpus: Corpus, tmp_path: Path) -> None:
    recipe = open_recipe("smote-2dcnn", QUICK)
    anonymous = Corpus("noise", corpus.table.assign(speaker=None), "CC0-1.0")
    cases = [
        (anonymous, [recipe], ["speaker-folds"], "needs the speaker of every utterance; 60 of 60 have none"),
        (anonymous, [open_recipe(recipe, {"normalise": "speaker"})], ["kfold"], "does not know every speaker"),
        (corpus, [recipe, recipe], ["kfold"], "'smote-2dcnn' is named twice"),
        (corpus.select("sad"), [recipe], ["kfold"], "one emotion only"),
        (corpus, [recipe], ["kfolds"], "did you mean 'kfold'"),
    ]
    for the_corpus, recipes, protocols, message in cases:
        with pytest.raises(EvenvoiceError, match=message):
            evaluate(the_corpus, recipes, protocols, out=tmp_path / "none", jobs=1)
    assert not (tmp_path / "none").exists()


def test_a_folder_without_a_study_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"holds no study\.json; expected a folder that `evenvoice evaluate"):
        load_study(tmp_path)


def test_choosing_the_epoch_on_the_test_part_stands_beside_the_honest_result(corpus: Corpus, tmp_path: Path) -> None:
    recipes = [open_recipe("2dcnn", {"training": {"epochs": 6}})]
    protocols = ["speaker", "speaker+select-on-test"]
    honest, chosen = evaluate(corpus, recipes, protocols, out=tmp_path, jobs=1).results
    assert not honest.leaky
    assert chosen.leaky
    for one, other in zip(honest.runs, chosen.runs, strict=True):
        tested = one.split.loc[one.split["part"] == "test", "utterance"].tolist()
        assert tested == other.split.loc[other.split["part"] == "test", "utterance"].tolist()
        assert other.info["leaks"]["test_rows_selected_on"] == len(tested)
        assert other.info["recipe"] == one.info["recipe"]
    last = honest.runs[0].history["train_loss"].to_numpy()
    assert np.array_equal(last, chosen.runs[0].history["train_loss"].to_numpy())
    best = [run.history["test_ua"].max() for run in chosen.runs]
    assert min(best) >= 0
    assert [run.info["epoch"] for run in chosen.runs] == [
        int(run.history["test_ua"].to_numpy().argmax()) + 1 for run in chosen.runs
    ]


def test_a_temperature_is_fitted_on_the_validation_part_and_changes_no_answer(corpus: Corpus, tmp_path: Path) -> None:
    plain = {"epochs": 6, "validation_share": 0.3}
    recipes = [
        open_recipe("2dcnn", {"training": plain}),
        open_recipe("2dcnn", {"name": "calibrated", "training": plain, "decision": "temperature"}),
    ]
    without, calibrated = evaluate(corpus, recipes, ["speaker"], out=tmp_path, jobs=1).results
    for one, other in zip(without.runs, calibrated.runs, strict=True):
        assert one.info["temperature"] == 1
        assert other.info["temperature"] != 1
        assert one.predictions["predicted"].tolist() == other.predictions["predicted"].tolist()
        validation = other.split["part"] == "validation"
        assert other.split["calibration"].astype(bool).equals(validation)
        assert not one.split["calibration"].any()
        columns = one.predictions.columns[one.predictions.columns.str.startswith("p:")]
        powers = one.predictions[columns].to_numpy() ** (1 / other.info["temperature"])
        expected = powers / powers.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(other.predictions[columns], expected, atol=1e-5)


def test_durations_commands_and_weights_are_kept(corpus: Corpus, tmp_path: Path) -> None:
    recipes = [open_recipe("2dcnn", {"training": {"epochs": 1}})]
    for command in ("evenvoice evaluate one", "evenvoice evaluate two"):
        found = evaluate(corpus, recipes, ["random"], out=tmp_path, jobs=1, keep_models=True, command=command)
    assert found.info["commands"] == ["evenvoice evaluate one", "evenvoice evaluate two"]
    (run,) = found.results[0].runs
    assert run.predictions["seconds"].tolist() == [6000 / 16000] * len(run.predictions)
    assert load_weights(run.folder / WEIGHTS_FILE).labels == corpus.labels


def test_synthetic_test_rows_go_by_their_base_parents_speaker(corpus: Corpus, tmp_path: Path) -> None:
    recipes = [open_recipe("smote-2dcnn", QUICK)]
    (result,) = evaluate(corpus, recipes, ["paper"], out=tmp_path, jobs=1).results
    rows = result.runs[0].predictions
    made = rows[rows["synthetic"]].set_index("utterance")
    base = result.runs[0].plan.set_index("synthetic").loc[made.index, "base"]
    assert len(made)
    assert made["speaker"].tolist() == corpus.table.loc[base, "speaker"].tolist()


@pytest.mark.slow
def test_a_relative_folder_is_the_callers_though_the_workers_started_elsewhere(
    corpus: Corpus, workers: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers outlive a call, and keep the working directory that they were started in."""
    assert str(tmp_path) not in workers
    monkeypatch.chdir(tmp_path)
    _evaluate(corpus, Path("study"), jobs=2, seeds=(0,))
    assert [folder for folder in workers if Path(folder, "study").exists()] == []
    assert len(list(tmp_path.glob("study/runs/*/*/*/*/run.json"))) == 5


@pytest.mark.parametrize(("patience", "about"), [(None, "4 fits, about "), (1, "4 fits, at most about ")])
def test_a_recipe_that_may_stop_early_costs_at_most_so_much(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: int | None, about: str
) -> None:
    monkeypatch.setattr("evenvoice.study.cost.rows_per_second", lambda *_: 100.0)
    training = {"epochs": 2, "select": "best-on-validation", "patience": patience}
    said: list[str] = []
    recipe = open_recipe("2dcnn", {"training": training})
    evaluate(corpus, [recipe], ["speaker"], seeds=[0], out=tmp_path, jobs=1, on_message=said.append)
    assert said[0].startswith(about)


def test_the_time_of_a_run_includes_its_answers(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A nearest neighbour learns nothing, and does all of its work when it is asked."""
    answer = TrainedModel.probabilities

    def slowly(*arguments: Any) -> Any:
        time.sleep(0.3)
        return answer(*arguments)

    monkeypatch.setattr(TrainedModel, "probabilities", slowly)
    study = evaluate(corpus, [open_recipe("knn")], ["random"], seeds=[0], out=tmp_path, jobs=1)
    assert study.results[0].seconds >= 0.3


def test_a_changed_split_is_another_run(corpus: Corpus, tmp_path: Path) -> None:
    """Ids, emotions, speakers and files are the same: only what the protocol divides by is not."""
    tested = [corpus.table["speaker"] == speaker for speaker in ("s0", "s1")]
    one, other = (
        dataclasses.replace(corpus, table=corpus.table.assign(split=np.where(rows, "test", "train"))) for rows in tested
    )
    recipe = open_recipe("knn")
    evaluate(one, [recipe], ["given", "random"], seeds=[0], out=tmp_path, jobs=1)
    evaluate(other, [recipe], ["random"], seeds=[0], out=tmp_path, jobs=1)  # which does not look at it
    with pytest.raises(EvenvoiceError, match="holds a run of other settings or other data under the same name"):
        evaluate(other, [recipe], ["given"], seeds=[0], out=tmp_path, jobs=1)


def test_an_executor_of_the_callers_makes_the_runs(corpus: Corpus, tmp_path: Path) -> None:
    class Backwards:
        made = 0

        def run(self, calls: Iterable[Call]) -> Iterator[Any]:
            for function, arguments, options in reversed(list(calls)):
                self.made += 1
                yield function(*arguments, **options)

    executor = Backwards()
    evaluate(corpus, "knn", "speaker", out=tmp_path / "a", executor=executor)
    evaluate(corpus, "knn", "speaker", out=tmp_path / "b", jobs=1)
    assert executor.made == 4
    assert _predictions(tmp_path / "a") == _predictions(tmp_path / "b")

"""Leaks planted in the files of an honest study: one small function for each, with the codes that must be found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from tests.audit.mutations.planted import Mutations

Plant = Callable[[Path], object]


PLANTED: Mutations[Plant] = Mutations()
planted = PLANTED


def run_of(study: Path, fold: int = 0, seed: int = 0) -> Path:
    """The folder of a run."""
    (found,) = study.glob(f"runs/*/speaker/seed-{seed}/fold-{fold}")
    return found


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"utterance": str, "speaker": str, "session": str, "text": str})


def edit(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Change a table on disk."""
    change(table(path)).to_csv(path, index=False)


def edit_json(path: Path, **changes: Any) -> None:
    """Change keys of a run's record."""
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def ids(run: Path, part: str) -> list[str]:
    split = table(run / "split.csv")
    return split.loc[split["part"] == part, "utterance"].to_list()


def _flag(run: Path, step: str, part: str) -> None:
    """Write that a step saw a part."""
    edit(run / "split.csv", lambda split: split.assign(**{step: split.get(step, 0) | (split["part"] == part)}).replace(
        {True: 1, False: 0}))  # fmt: skip


@planted("step-saw-test", "not-marked-leaky", "record-contradicts-files")
def the_normaliser_saw_test_rows(study: Path) -> None:
    _flag(run_of(study), "normaliser", "test")


@planted("step-saw-test", "not-marked-leaky", "record-contradicts-files")
def the_balancer_saw_test_rows(study: Path) -> None:
    _flag(run_of(study), "balancer", "test")


@planted("step-saw-test", "not-marked-leaky", "record-contradicts-files")
def the_network_was_trained_on_test_rows(study: Path) -> None:
    _flag(run_of(study), "network", "test")


@planted("step-saw-test", "not-marked-leaky", "record-contradicts-files")
def the_epoch_was_selected_on_test_rows(study: Path) -> None:
    _flag(run_of(study), "selection", "test")


@planted("step-saw-test", "not-marked-leaky", "record-contradicts-files")
def the_temperature_was_calibrated_on_test_rows(study: Path) -> None:
    _flag(run_of(study), "calibration", "test")


@planted("step-saw-test", "not-marked-leaky", "record-contradicts-files")
def a_step_that_nobody_knows_saw_test_rows(study: Path) -> None:
    _flag(run_of(study, fold=2, seed=1), "denoiser", "test")


@planted("step-saw-validation", leak=False)
def the_network_was_trained_on_validation_rows(study: Path) -> None:
    _flag(run_of(study), "network", "validation")


def _parent(run: Path, utterance: str, column: str) -> None:
    edit(run / "plan.csv", lambda plan: plan.assign(**{column: [utterance, *plan[column][1:]]}))


@planted("synthetic-parent-in-test", "not-marked-leaky", "record-contradicts-files")
def a_synthetic_row_has_a_test_row_for_base(study: Path) -> None:
    _parent(run_of(study), ids(run_of(study), "test")[0], "base")


@planted("synthetic-parent-in-test", "not-marked-leaky")
def a_neighbour_is_a_test_row_and_the_record_admits_it(study: Path) -> None:
    run = run_of(study)
    _parent(run, ids(run, "test")[-1], "neighbour")
    leaks = json.loads((run / "run.json").read_text(encoding="utf-8"))["leaks"]
    edit_json(run / "run.json", leaks=leaks | {"training_rows_with_test_parents": 1})


@planted("synthetic-parent-in-test", "not-marked-leaky", "record-contradicts-files")
def a_test_row_is_repeated_in_training(study: Path) -> None:
    run = run_of(study)
    more = {"synthetic": "", "emotion": "happy", "maker": "kept", "base": ids(run, "test")[0], "times": 2}
    edit(run / "plan.csv", lambda plan: pd.concat([plan, pd.DataFrame([more])]))


@planted("synthetic-parent-in-test", "not-marked-leaky", "record-contradicts-files")
def a_training_row_is_a_perturbed_test_row(study: Path) -> None:
    run = run_of(study)
    edit(run / "plan.csv", lambda plan: plan.assign(
        maker=["waveform:speed:0.9", *plan["maker"][1:]], base=[ids(run, "test")[0], *plan["base"][1:]],
        neighbour=["", *plan["neighbour"][1:]]))  # fmt: skip


@planted("synthetic-parent-outside-training", leak=False)
def a_parent_is_a_validation_row(study: Path) -> None:
    _parent(run_of(study), ids(run_of(study), "validation")[0], "neighbour")


@planted("synthetic-parent-outside-training", leak=False)
def a_parent_is_in_no_part(study: Path) -> None:
    # In a fold whose first row trains: a stranger is not to be taken for it.
    run = next(run for run in map(run_of, [study] * 4, range(4)) if table(run / "split.csv")["part"][0] == "train")
    _parent(run, "stranger", "base")


@planted("synthetic-test-rows", "not-marked-leaky", "record-contradicts-files")
def a_test_row_is_marked_synthetic(study: Path) -> None:
    edit(run_of(study) / "predictions.csv", lambda rows: rows.assign(synthetic=[True, *rows["synthetic"][1:]]))


@planted("synthetic-test-rows", "not-marked-leaky", "record-contradicts-files")
def a_synthetic_row_is_tested_and_not_marked(study: Path) -> None:
    run = run_of(study)
    plan = table(run / "plan.csv").iloc[:1]
    edit(run / "split.csv", lambda split: pd.concat([split, split.iloc[:1].assign(
        utterance=plan["synthetic"][0], part="test", **dict.fromkeys(split.columns[2:], 0))]))  # fmt: skip
    edit(run / "predictions.csv", lambda rows: pd.concat([rows, rows.iloc[:1].assign(utterance=plan["synthetic"][0])]))


@planted("shared-utterance", "not-marked-leaky", "record-contradicts-files", "promise-broken")
def a_test_row_is_trained_on_as_well(study: Path) -> None:
    edit(run_of(study) / "split.csv", lambda split: pd.concat([split, split[split["part"] == "test"].iloc[:1].assign(
        part="train", **dict.fromkeys(split.columns[2:], 0))]))  # fmt: skip


@planted("tested-outside-test-part", "tested-twice", "not-marked-leaky")
def a_training_row_is_tested(study: Path) -> None:
    run, other = run_of(study), run_of(study, fold=1)
    row = table(other / "predictions.csv").iloc[:1]
    edit(run / "predictions.csv", lambda rows: pd.concat([rows, row]))


@planted("test-rows-missing", "untested-rows", leak=False)
def wrong_answers_are_left_out(study: Path) -> None:
    for path in study.glob("runs/*/speaker/seed-0/*/predictions.csv"):
        edit(path, lambda rows: rows[(rows["emotion"] == rows["predicted"]) | (rows.index == 0)])


@planted("tested-twice", "promise-broken", "not-marked-leaky")
def a_row_is_tested_in_two_folds(study: Path) -> None:
    """It was in no part of the first fold, so nothing saw it; but its speaker trained."""
    run = run_of(study)
    row = table(run_of(study, fold=1) / "predictions.csv").iloc[:1]
    unused = row["utterance"][0]
    stand_in = next(utterance for utterance in ids(run, "train") if utterance != unused)
    edit(run / "predictions.csv", lambda rows: pd.concat([rows, row]))
    edit(run / "plan.csv", lambda plan: plan.replace({column: {unused: stand_in} for column in ("base", "neighbour")}))
    edit(run / "split.csv", lambda split: split.assign(
        part=split["part"].where(split["utterance"] != unused, "test"),
        **{step: split[step].where(split["utterance"] != unused, 0) for step in split.columns[2:]}))  # fmt: skip
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))
    emotion = row["emotion"][0]
    counts = {when: n | {emotion: n[emotion] - 1} for when, n in info["counts"].items()}
    edit_json(run / "run.json", counts=counts, parts=table(run / "split.csv")["part"].value_counts().to_dict())


@planted("untested-rows", leak=False)
def the_worst_fold_is_gone(study: Path) -> None:
    shutil.rmtree(run_of(study, fold=3, seed=1))


@planted("promise-broken", "not-marked-leaky", "untested-rows")
def a_test_speaker_is_taught(study: Path) -> None:
    """Half of the test rows are training rows now, and the record is made to fit."""
    run = run_of(study)
    moved = set(ids(run, "test")[::2])
    edit(run / "split.csv", lambda split: split.assign(
        part=split["part"].where(~split["utterance"].isin(moved), "train"),
        network=split["network"].where(~split["utterance"].isin(moved), 1)))  # fmt: skip
    edit(run / "predictions.csv", lambda rows: rows[~rows["utterance"].isin(moved)])
    edit_json(run / "run.json", parts=table(run / "split.csv")["part"].value_counts().to_dict())


@planted("record-contradicts-files")
def the_plan_was_emptied(study: Path) -> None:
    edit(run_of(study) / "plan.csv", lambda plan: plan.iloc[:0])


@planted("record-contradicts-files")
def answers_were_mended(study: Path) -> None:
    edit(run_of(study) / "predictions.csv", lambda rows: rows.assign(predicted=rows["emotion"]))


@planted("record-contradicts-files")
def true_emotions_were_mended(study: Path) -> None:
    edit(run_of(study) / "predictions.csv", lambda rows: rows.assign(emotion=rows["predicted"]))


@planted("record-contradicts-files")
def the_epochs_of_a_network_are_gone(study: Path) -> None:
    run = run_of(study)
    edit(run / "history.csv", lambda history: history.iloc[:0])
    edit_json(run / "run.json", epoch=0)


@planted("record-contradicts-files")
def the_counts_of_the_training_part_are_others(study: Path) -> None:
    run = run_of(study)
    counts = json.loads((run / "run.json").read_text(encoding="utf-8"))["counts"]
    more = {when: {emotion: n + 1 for emotion, n in found.items()} for when, found in counts.items()}
    edit_json(run / "run.json", counts=more)


@planted("epoch-not-by-rule")
def another_epoch_was_kept(study: Path) -> None:
    run = run_of(study)
    kept = json.loads((run / "run.json").read_text(encoding="utf-8"))["epoch"]
    edit_json(run / "run.json", epoch=3 - kept)


@planted("mixed-settings", leak=False)
def a_fold_has_another_learning_rate(study: Path) -> None:
    run = run_of(study, fold=2)
    recipe = json.loads((run / "run.json").read_text(encoding="utf-8"))["recipe"]
    edit_json(run / "run.json", recipe=recipe | {"training": recipe["training"] | {"learning_rate": 0.5}})


@planted("mixed-settings", leak=False)
def a_fold_promises_less(study: Path) -> None:
    run = run_of(study, fold=2)
    promise = json.loads((run / "run.json").read_text(encoding="utf-8"))["promise"]
    edit_json(run / "run.json", promise=promise | {"disjoint": []})


@planted("copied-run", leak=False)
def a_seed_is_a_copy_of_another(study: Path) -> None:
    for fold in range(4):
        run = run_of(study, fold, seed=1)
        shutil.rmtree(run)
        shutil.copytree(run_of(study, fold), run)
        edit_json(run / "run.json", seed=1, fingerprint=f"another {fold}")


@planted("copied-run", "record-contradicts-files", "tested-twice")
def a_fold_was_copied_as_it_is(study: Path) -> None:
    shutil.copytree(run_of(study), run_of(study).with_name("fold-9"))


@planted("validation-test-gap", leak=False)
def validation_is_nothing_like_test(study: Path) -> None:
    for run in study.glob("runs/*/speaker/*/*"):
        rows = table(run / "predictions.csv")
        far = float((rows["emotion"] == rows["predicted"]).mean() < 0.5)
        edit(run / "history.csv", lambda history, far=far: history.assign(validation_accuracy=far))


@planted("validation-test-gap", leak=False)
def test_is_far_better_than_validation(study: Path) -> None:
    for run in study.glob("runs/*/speaker/*/*"):
        edit(run / "history.csv", lambda history: history.assign(validation_accuracy=0.0))
        edit(run / "predictions.csv", _all_right)


def _all_right(rows: pd.DataFrame) -> pd.DataFrame:
    """Every answer right, and the probabilities to match."""
    columns = [name for name in rows if name.startswith("p:")]
    certain = {name: 0.98 * (rows["emotion"] == name.removeprefix("p:")) + 0.02 * rows[name] for name in columns}
    return rows.assign(predicted=rows["emotion"], **certain)


@planted("record-contradicts-files")
def an_answer_is_nearly_the_most_probable(study: Path) -> None:
    def change(rows: pd.DataFrame) -> pd.DataFrame:
        columns = [name for name in rows if name.startswith("p:")]
        rows.loc[0, columns] = [0.26, 0.24, 0.25, 0.25]
        rows.loc[0, "predicted"] = columns[1].removeprefix("p:")
        return rows

    edit(run_of(study) / "predictions.csv", change)

"""Studies on workers that see no file of ours: the same bytes as on one machine."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from evenvoice.bench import balance
from evenvoice.cluster import DaskExecutor
from evenvoice.corpora import Corpus
from evenvoice.errors import AudioError
from evenvoice.recipes import open_recipe
from evenvoice.study import evaluate
from evenvoice.tuning import tune
from tests.study.noise import noise_corpus

QUICK = {
    "shape": {"name": "mean"},
    "model": {"options": {"filters": 8, "dense_units": 8}},
    "training": {"epochs": 2},
    "balance": {"options": {"k_neighbors": 2}},
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


@pytest.fixture
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Features are computed by the cluster, too."""
    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "cache"))


def _files(folder: Path) -> dict[str, Any]:
    """Every file of every run; of run.json what is no measurement."""
    found: dict[str, Any] = {}
    for path in sorted((folder / "runs").glob("*/*/*/*/*")):
        name = path.relative_to(folder).as_posix()
        found[name] = path.read_bytes()
        if path.name == "run.json":
            kept = json.loads(path.read_text(encoding="utf-8"))
            found[name] = {key: kept[key] for key in kept if key not in ("seconds", "cpu_seconds", "memory")}
    return found


@pytest.mark.usefixtures("_empty_cache")
def test_a_study_has_the_same_bytes(corpus: Corpus, tmp_path: Path, cluster: DaskExecutor) -> None:
    recipe = open_recipe("smote-2dcnn", QUICK)
    evaluate(corpus, recipe, ["speaker", "paper"], out=tmp_path / "cluster", executor=cluster, on_message=print)
    evaluate(corpus, recipe, ["speaker", "paper"], out=tmp_path / "here", jobs=1, on_message=print)
    found = _files(tmp_path / "cluster")
    assert len(found) == 5 * (4 + 1)
    assert found == _files(tmp_path / "here")


@pytest.mark.usefixtures("_empty_cache")
def test_features_that_the_cluster_computed_are_cached(
    corpus: Corpus, tmp_path: Path, cluster: DaskExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenvoice.features import FeatureSettings, extract_each, remote

    settings = FeatureSettings()
    found = list(extract_each(corpus.clips(), settings, executor=cluster))
    monkeypatch.setattr(remote, "in_parallel", None)  # nothing is left to be sent
    again = list(extract_each(corpus.clips(), settings, executor=cluster))
    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "another"))
    here = list(extract_each(corpus.clips(), settings))
    assert [one.digest for one in found] == [one.digest for one in again] == [one.digest for one in here]


@pytest.mark.usefixtures("_empty_cache")
def test_a_bad_recording_is_named_or_skipped(
    corpus: Corpus, tmp_path: Path, cluster: DaskExecutor, capfd: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "damaged.wav"
    damaged.write_bytes(b"RIFF, and nothing that follows")
    table = corpus.table.copy()
    table.loc[table.index[3], "file"] = str(damaged)
    worse = Corpus("worse", table, "CC0-1.0", labels=corpus.labels)
    options: dict[str, Any] = {"protocols": "kfold", "executor": cluster, "on_message": print}
    with pytest.raises(AudioError, match=r"damaged\.wav"):
        evaluate(worse, "functionals-svm", out=tmp_path / "a", **options)
    evaluate(worse, "functionals-svm", out=tmp_path / "b", skip_bad=True, **options)
    assert "skipped 1 of 60 recordings" in capfd.readouterr().err


@pytest.mark.usefixtures("_empty_cache")
def test_a_bench_leaves_out_what_cannot_be_drawn(corpus: Corpus, tmp_path: Path, cluster: DaskExecutor) -> None:
    few = corpus.without("speaker", ["s2"])
    found = balance(
        few, "functionals-svm", "random-over,smote(k_neighbors=40)", "speaker", out=tmp_path / "bench",
        executor=cluster, on_message=print,
    )  # fmt: skip
    assert [one.recipe for one in found.left_out] == ["functionals-svm+smote-k_neighbors-40"]


def test_a_tuning_keeps_its_store_here(
    corpus: Corpus, tmp_path: Path, cluster: DaskExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = importlib.import_module("evenvoice.tuning.run")
    monkeypatch.setattr("evenvoice.tuning.cost.rows_per_second", lambda *_: 100.0)
    monkeypatch.setattr(run, "evaluate", lambda *_, **__: None)
    # The second is impossible: more neighbours than the smallest class has.
    search = {"balance.options.k_neighbors": [2, 50]}
    recipe = open_recipe("smote-2dcnn", {**QUICK, "search": dict.fromkeys(open_recipe("smote-2dcnn").search) | search})
    options: dict[str, Any] = {"protocol": "speaker", "inner_folds": 2, "on_message": print}
    found = tune(corpus, recipe, trials=4, out=tmp_path / "cluster", executor=cluster, **options)
    here = tune(corpus, recipe, trials=1, out=tmp_path / "here", jobs=1, **options)
    assert [trial.number for trial in found.trials] == [0, 1, 2, 3]
    assert found.trials[0].ua == here.trials[0].ua
    assert {trial.state for trial in found.trials} <= {"complete", "failed"}

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evenvoice.corpora import Corpus
from evenvoice.corpora.corpus import Utterance, table_of
from evenvoice.errors import EvenvoiceError
from evenvoice.paper import open_reproduction, reproduce, run
from evenvoice.paper.experiments import BASELINES, differences
from evenvoice.recipes import Recipe
from tests.report.fabricated import IDS, write_run, write_study


@pytest.fixture
def corpus() -> Corpus:
    rows = [Utterance(name, Path(f"/{name}.wav"), emotion, speaker=name) for name, emotion in IDS.items()]
    return Corpus("tiny", table_of(rows), "CC0-1.0")


class Evaluations:
    """Stands in for `evaluate`: writes a run for every protocol, or fails where it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, tuple[str, ...], bool]] = []
        self.broken: set[str] = set()
        monkeypatch.setattr(run, "evaluate", self)

    def __call__(
        self, corpus: Corpus, recipes: Sequence[Recipe], protocols: Sequence[str], *, out: Path, **how: Any
    ) -> None:
        (recipe,) = recipes
        self.asked.append((recipe.name, tuple(protocols), how["test_curves"]))
        if recipe.name in self.broken:
            raise EvenvoiceError(f"{recipe.name}: NaN")
        how["on_message"]("1 fit, about 1 s")
        write_study(out, name=corpus.name, fingerprint=corpus.fingerprint())
        for protocol in protocols:
            if not (out / "runs" / recipe.name / protocol).exists():
                write_run(out, {"a1": "angry", "h1": "happy"}, recipe=recipe.name, protocol=protocol)


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch) -> Evaluations:
    monkeypatch.setattr(run, "_check_settings", lambda out, part: None)  # the fabricated runs are of form mean
    return Evaluations(monkeypatch)


def test_every_recipe_is_evaluated_by_itself_and_tells_its_cost(
    corpus: Corpus, evaluations: Evaluations, tmp_path: Path
) -> None:
    said: list[str] = []
    page = reproduce(corpus, tmp_path, [1], seeds=[0], on_message=said.append)
    assert evaluations.asked == [
        (name, ("paper", "random", "speaker-folds"), True) for name in ("2dcnn-mean", "2dcnn-array")
    ]
    assert said[0].startswith("experiment 1: 2 recipes, 6 times")
    assert said[1:] == ["[1/2] 2dcnn-mean: 1 fit, about 1 s", "[2/2] 2dcnn-array: 1 fit, about 1 s"]
    assert page == tmp_path / "reproduction.html"


@pytest.mark.slow
def test_a_baseline_that_fails_costs_no_other_and_is_named(
    corpus: Corpus, evaluations: Evaluations, tmp_path: Path
) -> None:
    evaluations.broken = {"svm", "2dcnn-mean"}
    said: list[str] = []
    page = reproduce(corpus, tmp_path, seeds=[0], on_message=said.append)
    assert {name for name, *_ in evaluations.asked} >= {*BASELINES, "smote-2dcnn-array"}
    found = open_reproduction(tmp_path)
    assert found.record.failures == {"2dcnn-mean": "2dcnn-mean: NaN", "svm": "svm: NaN"}
    assert {ours.result.recipe for ours in found.tables.shown()} >= {"mlp", "majority", "2dcnn-array"}
    assert "svm failed: svm: NaN" in page.read_text(encoding="utf-8")
    assert any("svm: failed: svm: NaN" in line for line in said)
    # Repaired, it is not a failure any more; what was not asked for again still is one.
    evaluations.broken = set()
    reproduce(corpus, tmp_path, [3], seeds=[0])
    assert open_reproduction(tmp_path).record.failures == {"2dcnn-mean": "2dcnn-mean: NaN"}


def test_where_nothing_can_be_run_the_first_error_is_raised_and_nothing_is_left(
    corpus: Corpus, evaluations: Evaluations, tmp_path: Path
) -> None:
    evaluations.broken = {"2dcnn-mean", "2dcnn-array"}
    with pytest.raises(EvenvoiceError, match="nothing could be run; 2dcnn-mean: NaN"):
        reproduce(corpus, tmp_path / "out", [1], seeds=[0])
    assert not (tmp_path / "out").exists()


def test_a_folder_keeps_to_one_kind_of_reproduction(corpus: Corpus, evaluations: Evaluations, tmp_path: Path) -> None:
    reproduce(corpus, tmp_path, [1], seeds=[0], quick=True)
    with pytest.raises(EvenvoiceError, match="--quick True, asked for False; choose another --out"):
        reproduce(corpus, tmp_path, [1], seeds=[0])
    with pytest.raises(EvenvoiceError, match=r"--scale None, asked for 1\.0"):
        reproduce(corpus, tmp_path, [1], seeds=[0], quick=True, scale=1.0)
    with pytest.raises(EvenvoiceError, match="other utterances"):
        reproduce(corpus.without("speaker", ["a1"]), tmp_path, [1], seeds=[0], quick=True)


def test_runs_of_other_settings_are_refused_before_anything_is_made(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    evaluations = Evaluations(monkeypatch)
    write_study(tmp_path, name=corpus.name, fingerprint=corpus.fingerprint())
    write_run(tmp_path, {"a1": "angry", "h1": "happy"}, recipe="2dcnn-array")
    with pytest.raises(EvenvoiceError, match=r"a run of 2dcnn-array with shape\.name mean \(now: array\)"):
        reproduce(corpus, tmp_path, [1], seeds=[0])
    assert not evaluations.asked
    shutil.rmtree(tmp_path / "runs")
    reproduce(corpus, tmp_path, [1], seeds=[0])
    assert len(evaluations.asked) == 2


def test_a_study_of_another_corpus_is_refused_and_left_as_it_was(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    evaluations = Evaluations(monkeypatch)
    write_study(tmp_path, name="other", fingerprint="0")
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(EvenvoiceError, match=r"holds a study of corpus other .*choose another --out"):
        reproduce(corpus, tmp_path, [1], seeds=[0])
    assert not evaluations.asked
    assert {path.name for path in tmp_path.iterdir()} == before


def test_a_run_that_cannot_be_read_is_one_line(corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Evaluations(monkeypatch)
    folder = tmp_path / "runs" / "2dcnn-array" / "random" / "seed-0" / "fold-0"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text('{"recipe": ', encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=r"fold-0"):
        reproduce(corpus, tmp_path, [1], seeds=[0])


def test_a_key_of_a_later_version_is_no_difference() -> None:
    recipe = Recipe(name="mine")
    settings = recipe.model_dump(mode="json")
    del settings["training"]["patience"]
    assert differences(settings, recipe) == []
    settings["training"]["epochs"] = 3
    settings["about"] = "another word"
    assert differences(settings, recipe) == ["training.epochs 3 (shipped: 100)"]

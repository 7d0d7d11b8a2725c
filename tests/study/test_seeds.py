"""Two seeds: the split has one, the fit has the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evenvoice.audit.run import audit_run
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.report import write_report
from evenvoice.study import Seed, Study, evaluate, load_study
from evenvoice.study.seeds import make_seeds, seed_list
from tests.study.noise import noise_corpus

RECIPE = open_recipe("smote-2dcnn", {"training": {"epochs": 2, "validation_share": 0.3},
                                     "balance": {"name": "smote", "options": {"k_neighbors": 2}}})  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


@pytest.fixture(scope="module")
def study(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Two splits × two fits of a random split; (0, 0) and (1, 1) are what ``seeds=2`` makes."""
    out = tmp_path_factory.mktemp("study")
    return evaluate(corpus, [RECIPE], ["random"], split_seeds=2, fit_seeds=2, out=out, jobs=1)


def _parts(study: Study, split: int, fit: int) -> list[Any]:
    (result,) = study.results
    (run,) = [run for run in result.runs if run.key.seed == Seed(split, fit)]
    return [run.split[["utterance", "part"]].to_dict(), run.predictions.to_dict()]


def test_the_split_seed_alone_decides_the_parts(study: Study) -> None:
    (split_0, answers_0), (split_0_again, answers_1) = _parts(study, 0, 0), _parts(study, 0, 1)
    assert split_0 == split_0_again
    assert answers_0 != answers_1
    assert _parts(study, 1, 0)[0] != split_0
    assert _parts(study, 1, 0)[0] == _parts(study, 1, 1)[0]


def test_equal_seeds_are_the_runs_of_one_seed(corpus: Corpus, study: Study, tmp_path: Path) -> None:
    """Same folder, same fingerprint, same predictions: a study made with ``seeds`` goes on with two."""
    plain = evaluate(corpus, [RECIPE], ["random"], seeds=2, out=tmp_path, jobs=1)
    for run in plain.results[0].runs:
        there = study.folder / run.folder.relative_to(tmp_path)
        assert there.parent.name == f"seed-{run.key.fit_seed}"
        assert (there / "predictions.csv").read_bytes() == (run.folder / "predictions.csv").read_bytes()
        assert json.loads((there / "run.json").read_text(encoding="utf-8"))["fingerprint"] == run.info["fingerprint"]
    names = {path.name for path in (study.folder / "runs/smote-2dcnn/random").iterdir()}
    assert names == {"seed-0", "seed-1", "split-0-fit-1", "split-1-fit-0"}


def test_results_are_means_over_all_fits(study: Study) -> None:
    (result,) = study.results
    assert result.seeds == [Seed(0, 0), Seed(0, 1), Seed(1, 0), Seed(1, 1)]
    uas = [scores.ua for scores in result.scores.values()]
    assert result.over_seeds(lambda scores: scores.ua).mean == pytest.approx(sum(uas) / 4)
    assert json.loads((study.folder / "study.json").read_text(encoding="utf-8"))["asked"]["seeds"] == [
        0,
        [0, 1],
        [1, 0],
        1,
    ]


@pytest.mark.slow
def test_report_and_audit_read_such_runs(study: Study) -> None:
    page = write_report(study.folder).read_text(encoding="utf-8")
    assert "split 0 fit 1" in page
    assert not audit_run(study.folder).leaks


def test_a_run_of_an_earlier_version_is_read(study: Study, tmp_path: Path) -> None:
    """It has one key ``seed``."""
    before = json.loads((study.folder / "runs/smote-2dcnn/random/seed-1/fold-0/run.json").read_text(encoding="utf-8"))
    before["seed"] = before.pop("split_seed")
    del before["fit_seed"]
    (tmp_path / "study.json").write_text((study.folder / "study.json").read_text(encoding="utf-8"), encoding="utf-8")
    folder = tmp_path / "runs/smote-2dcnn/random/seed-1/fold-0"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(before), encoding="utf-8")
    assert [run.key.seed for run in load_study(tmp_path).results[0].runs] == [Seed(1, 1)]


def test_one_number_is_how_many_seeds() -> None:
    assert make_seeds(3) == [Seed(0, 0), Seed(1, 1), Seed(2, 2)]
    assert make_seeds([4]) == [Seed(4, 4)]
    assert make_seeds(split_seeds=1, fit_seeds=range(2, 4)) == [Seed(0, 2), Seed(0, 3)]


@pytest.mark.parametrize(
    "wrong", [0, -1, True, "3", 1.5, None, [], [-1], ["a"], [0, 0], [2**32], 100_001, {"a": 1}, object()]
)
def test_what_is_no_seed_is_one_line(wrong: object) -> None:
    with pytest.raises(EvenvoiceError, match=r"seeds: found .*(expected a number of seeds|with a seed twice)"):
        seed_list(wrong)


def test_seeds_exclude_split_and_fit_seeds() -> None:
    with pytest.raises(EvenvoiceError, match="leave one out"):
        make_seeds(3, fit_seeds=2)

"""Runs that cannot be made: the first one ends an evaluation, unless the caller takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.study import RunKey, evaluate, find_runs
from tests.study.noise import noise_corpus

# Training parts have 9 rows of the rarest emotion.
IMPOSSIBLE = {"name": "impossible", "balance": {"name": "smote", "options": {"k_neighbors": 20}}}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


@pytest.mark.slow
def test_the_caller_takes_the_runs_that_fail_and_the_others_are_made(corpus: Corpus, tmp_path: Path) -> None:
    failed: list[tuple[RunKey, str]] = []
    study = evaluate(
        corpus, [open_recipe("functionals-svm", IMPOSSIBLE), "functionals-svm"], "speaker", out=tmp_path, jobs=2,
        on_message=str, on_failure=lambda key, why: failed.append((key, why)),
    )  # fmt: skip
    assert [result.recipe for result in study.results] == ["functionals-svm"]
    assert sorted(key for key, _ in failed) == [RunKey("impossible", "speaker", 0, 0, fold) for fold in range(4)]
    assert all("9 rows, and SMOTE with k_neighbors=20 needs 21" in why for _, why in failed)
    assert len(find_runs(tmp_path)) == 4


def test_without_one_who_takes_them_the_first_is_raised(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match="SMOTE with k_neighbors=20 needs 21"):
        evaluate(corpus, open_recipe("functionals-svm", IMPOSSIBLE), "speaker", out=tmp_path, jobs=1, on_message=str)

"""What cannot be divided is said before any recording is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.study import evaluate, measure_robustness
from evenvoice.training import train
from tests.study.noise import noise_corpus


def _evaluate(corpus: Corpus, recipe: str, protocol: str, out: Path) -> Any:
    return evaluate(corpus, recipe, protocol, out=out, jobs=1, on_message=str)


def _robustness(corpus: Corpus, recipe: str, protocol: str, out: Path) -> Any:
    return measure_robustness(corpus, recipe, protocol, conditions=["noise:10"], out=out)


def _train(corpus: Corpus, recipe: str, protocol: str, out: Path) -> Any:
    return train(corpus, recipe, out)


@pytest.mark.parametrize(
    ("work", "recipe", "protocol", "speakers", "words"),
    [
        (_evaluate, "knn", "speaker-folds", 3, "3 speakers"),
        (_evaluate, "knn", "speaker-folds+select-on-test", 3, "no epochs"),
        (_evaluate, "calibrated-2dcnn", "speaker", 2, "a validation part takes whole speakers"),
        (_robustness, "knn", "speaker-folds", 3, "3 speakers"),
        (_robustness, "calibrated-2dcnn", "speaker", 2, "a validation part takes whole speakers"),
        (_train, "calibrated-2dcnn", "", 1, "a validation part takes whole speakers"),
    ],
)
def test_no_recording_is_read_for_what_cannot_be_divided(
    work: Callable[..., Any], recipe: str, protocol: str, speakers: int, words: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    corpus = noise_corpus(tmp_path, n_speakers=speakers)

    def read(*_: object, **__: object) -> None:
        raise AssertionError("a recording was read")

    for place in ("study.grid", "study.robustness", "training.on_corpus"):
        monkeypatch.setattr(f"evenvoice.{place}.load_for", read)
    with pytest.raises(EvenvoiceError, match=words):
        work(corpus, recipe, protocol, tmp_path / "out")
    assert not (tmp_path / "out").exists()

"""Runs and features of one's own parts hold for their code: after a change they are not taken for those of the new."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import evenvoice
from evenvoice.audio import Clip
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.features import FeatureSettings, compute
from evenvoice.features.cache import cache_key
from evenvoice.recipes import open_recipe
from evenvoice.registry import code_of
from tests.study.noise import noise_corpus

SAMPLER = """
import numpy as np
from evenvoice.imbalance import BaseSampler, Plan

class Mine(BaseSampler):
    times = {times}

    def plan(self, X, y, groups=None, seed=0):
        return Plan.keep(np.tile(np.arange(len(y)), self.times))
"""
EXTRACTOR = """
from evenvoice.features import MFCC

class Mine(MFCC):
    def __call__(self, waveform, lengths):
        features, frames = super().__call__(waveform, lengths)
        return features * {times}, frames
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


def _cell(text: str, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Define a class as a notebook's cell does: without a file."""
    module = ModuleType("a_notebook")
    monkeypatch.setitem(sys.modules, "a_notebook", module)
    exec(text.format(times=times), module.__dict__)  # our own text


def test_runs_of_changed_code_are_not_kept(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _cell(SAMPLER, 2, monkeypatch)
    mine = open_recipe("knn", {"name": "mine", "balance": {"name": "a_notebook:Mine"}})
    study = evenvoice.evaluate(corpus, [mine, "knn"], "kfold", out=tmp_path, jobs=1)
    made = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("run.json")}
    _cell(SAMPLER, 2, monkeypatch)  # the same cell once more
    again = evenvoice.evaluate(corpus, [mine, "knn"], "kfold", out=tmp_path, jobs=1)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("run.json")} == made
    assert again["mine"].ua == study["mine"].ua
    _cell(SAMPLER, 3, monkeypatch)
    with pytest.raises(EvenvoiceError, match="or of other code of yours; choose another --out, or remove the folder"):
        evenvoice.evaluate(corpus, mine, "kfold", out=tmp_path, jobs=1)
    evenvoice.evaluate(corpus, "knn", "kfold", out=tmp_path, jobs=1)  # which has none of it


def test_features_of_another_class_of_that_name_are_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    wave, keys = np.ones(16000, np.float32) * 0.1, []
    for times in (1, 2):
        _cell(EXTRACTOR, times, monkeypatch)
        settings = FeatureSettings(name="a_notebook:Mine")
        keys.append(cache_key("00", Clip(Path("a.wav")), settings))
        assert np.allclose(compute(settings.make(), wave), times * compute(FeatureSettings().make(), wave))
    assert keys[0] != keys[1]


class Base:
    """A base of the same package."""

    def said(self) -> int:
        return 1


def test_the_digest_is_of_methods_values_and_bases() -> None:
    def of(**changes: object) -> str | None:
        return code_of(type("Part", (Base,), {"__module__": __name__, "size": 3, **changes}))

    assert of() == of() != of(size=4)
    assert of() != of(said=lambda self: 2)
    assert of() != of(said=property(lambda self: 3))
    assert code_of(evenvoice.SpeakerFolds) is None

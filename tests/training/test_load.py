"""A corpus to a dataset: features, or rows of shapes alone, without holding a corpus in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from evenvoice.corpora import Corpus
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.features import FeatureSettings, ShapeSettings, extract
from evenvoice.recipes import Recipe
from evenvoice.training.load import load_dataset, load_for

SETTINGS = FeatureSettings()
MEAN, FUNCTIONALS, CHANNELS = (ShapeSettings(name=name) for name in ("mean", "functionals", "channels"))


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    for number in range(5):
        soundfile.write(tmp_path / f"{number}.wav", 0.1 * rng.standard_normal(6000 + 999 * number), 16000)
    files = [tmp_path / f"{number}.wav" for number in range(5)]
    return Corpus.from_frame(pd.DataFrame({"file": files, "emotion": list("abaab"), "speaker": list("xyxyx")}))


def test_rows_alone_are_the_rows_of_the_features(corpus: Corpus) -> None:
    _, whole = load_dataset(corpus, SETTINGS, perturbations=["speed:0.9"])
    _, alone = load_dataset(corpus, SETTINGS, [FUNCTIONALS, MEAN, MEAN], perturbations=["speed:0.9"])
    assert whole.store.digest() == alone.store.digest()
    assert whole.variant("speed:0.9").store.digest() == alone.variant("speed:0.9").store.digest()
    part = np.array([4, 1])
    for settings in (MEAN, FUNCTIONALS):
        shape = settings.make(SETTINGS.make())
        for one, other in ((whole, alone), (whole.variant("speed:0.9"), alone.variant("speed:0.9"))):
            assert np.array_equal(one.take(part).rows(shape), other.take(part).rows(shape))
    with pytest.raises(EvenvoiceError, match="without the features"):
        alone.features[0]
    with pytest.raises(EvenvoiceError, match="without the features"):
        alone.rows(ShapeSettings(name="functionals", kind="rich").make(SETTINGS.make()))


@pytest.mark.parametrize("shapes", [[], [CHANNELS], [MEAN, CHANNELS]])
def test_where_frames_are_wanted_the_features_are_loaded(corpus: Corpus, shapes: list[ShapeSettings]) -> None:
    _, dataset = load_dataset(corpus, SETTINGS, shapes, jobs=2)
    for one, other in zip(dataset.features, extract(corpus.clips(), SETTINGS), strict=True):
        assert np.array_equal(one, other)
    assert dataset.emotions.tolist() == list("abaab")
    assert dataset.speakers.tolist() == list("xyxyx")


@pytest.mark.parametrize("shapes", [[], [MEAN]])
def test_unusable_recordings_are_passed_over_where_asked(
    corpus: Corpus, shapes: list[ShapeSettings], capsys: pytest.CaptureFixture[str]
) -> None:
    corpus.clips()[1].file.write_text("text", encoding="utf-8")
    with pytest.raises(AudioError, match=r"1\.wav: holds text"):
        load_dataset(corpus, SETTINGS, shapes)
    left, dataset = load_dataset(corpus, SETTINGS, shapes, perturbations=["gain:-6"], skip_bad=True)
    assert "skipped 1 of 5 recordings" in capsys.readouterr().err
    assert dataset.ids == list(left.table.index)
    assert [len(part.rows(MEAN.make(SETTINGS.make()))) for part in (dataset, dataset.variant("gain:-6"))] == [4, 4]
    assert dataset.emotions.tolist() == list("aaab")


def test_none_left_is_one_line(corpus: Corpus) -> None:
    for clip in corpus.clips():
        clip.file.write_text("text", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match="no usable recording is left of 5"):
        load_dataset(corpus, SETTINGS, skip_bad=True)


def test_all_that_recipes_and_their_partners_need_is_loaded(corpus: Corpus) -> None:
    voice = Recipe(name="voice", features="voice", shape="functionals", model="logistic", augment=["speed:0.9"])
    fused = Recipe(name="fused", augment=["gain:-6"], partners=[{"recipe": voice, "weight": 0.3}])
    _, dataset = load_for(corpus, [fused, Recipe(name="other", augment=["speed:1.1"])], perturbations=["gain:3"])
    assert list(dataset.variants) == ["gain:-6", "speed:1.1", "gain:3"]
    beside = dataset.take(np.array([3, 0])).beside(voice.features)
    assert list(beside.variants) == ["speed:0.9", "gain:3"]
    assert beside.ids == [dataset.ids[3], dataset.ids[0]]
    _, alone = load_for(corpus, [voice])
    shape = voice.made_shape
    assert np.array_equal(beside.rows(shape), alone.take(np.array([3, 0])).rows(shape))
    # What is perturbed is perturbed for both.
    perturbed = dataset.variant("gain:3").beside(voice.features)
    assert not np.array_equal(perturbed.rows(shape), dataset.beside(voice.features).rows(shape))


def test_a_recording_that_one_extractor_cannot_use_is_passed_over_for_both(corpus: Corpus) -> None:
    corpus.clips()[1].file.write_text("text", encoding="utf-8")
    voice = Recipe(name="voice", features="voice", shape="functionals", model="logistic")
    fused = Recipe(name="fused", partners=[{"recipe": voice, "weight": 0.3}])
    _, dataset = load_for(corpus, [fused], skip_bad=True)
    assert len(dataset) == len(dataset.beside(voice.features)) == 4

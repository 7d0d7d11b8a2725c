"""A map of a corpus: who is near whom, and what cannot be drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evenvoice.corpora import Corpus, Utterance, open_corpus, table_of
from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.report import FeatureMap, feature_map, map_figure
from tests.cli.sounds import noise, sound
from tests.report.test_figures import words


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Two emotions that differ in rhythm, two speakers that do not."""
    for emotion, loud in (("calm", 0.05), ("tense", 0.8)):
        for number in range(6):
            wave = noise(0.4, loudness=0.3, seed=number)
            wave[: len(wave) // 2] *= loud
            file = tmp_path / emotion / f"{number % 2}_{number}.wav"
            file.parent.mkdir(exist_ok=True)
            sound(wave)(file)
    return open_corpus(f"folder:{tmp_path}", speaker_from=r"/(\d)_")


@pytest.mark.parametrize("method", ["t-sne", "pca"])
def test_every_utterance_has_a_place_and_the_same_seed_the_same(corpus: Corpus, method: str) -> None:
    found, again = (feature_map(corpus, "svm", method=method, seed=3) for _ in range(2))  # type: ignore[arg-type]
    assert found.places.shape == (12, 2)
    np.testing.assert_array_equal(found.places, again.places)
    assert found.features.mean(axis=0) == pytest.approx(0, abs=1e-6)
    texts = words(map_figure(found))
    assert {"calm", "tense", "0", "1"} <= set(texts)
    assert any(text.startswith("by emotion: ") for text in texts)


def test_the_share_of_neighbours_by_hand() -> None:
    rows = [Utterance(str(n), Path(f"/{n}.wav"), "sad" if n < 6 else "glad", speaker=str(n % 2)) for n in range(12)]
    corpus = Corpus("two", table_of(rows), "CC0-1.0")
    places = np.array([[n + (100 if n > 5 else 0), 0.0] for n in range(12)])
    found = FeatureMap(corpus, open_recipe("svm"), "pca", places, places)
    # Ten neighbours of eleven others: the five of the same emotion, and five of the other six.
    assert found.shared("emotion") == pytest.approx((0.5, 5 / 11))


def test_without_speakers_there_is_one_panel(corpus: Corpus) -> None:
    alone = Corpus("mine", corpus.table.assign(speaker=None), "CC0-1.0")
    assert len(map_figure(feature_map(alone, "svm", method="pca")).axes) == 1


@pytest.mark.parametrize(
    ("recipe", "method", "says"),
    [
        (
            "lstm-attention",
            "pca",
            r"gives frames \(shape .*\), and a map needs one vector an utterance; use voice-linear",
        ),
        ("svm", "tsne", r"method 'tsne' \(did you mean 't-sne'\?\); use t-sne or pca"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(corpus: Corpus, recipe: str, method: str, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says):
        feature_map(corpus, recipe, method=method)  # type: ignore[arg-type]


def test_four_utterances_are_too_few(corpus: Corpus) -> None:
    few = Corpus("few", corpus.table.groupby("emotion").head(2), "CC0-1.0")
    with pytest.raises(EvenvoiceError, match="has 4 utterances; a map needs five at least"):
        feature_map(few, "svm")

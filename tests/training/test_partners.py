"""Partners: other recipes, fitted beside, their log-probabilities added, in one model file."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evenvoice.audio import load, open_perturbation
from evenvoice.errors import EvenvoiceError
from evenvoice.features import extract_waveforms
from evenvoice.metrics import fit_temperature
from evenvoice.protocols import make_folds, open_protocol
from evenvoice.recipes import Recipe, needs_of, open_recipe
from evenvoice.recognizer import Recognizer
from evenvoice.training import Dataset, SpeechEmotionClassifier, export, fit
from evenvoice.training.dataset import features_key
from evenvoice.training.trained import TrainedModel
from tests import fabricate
from tests.one_fold import run_fold
from tests.quick import SMALL

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)
TRAIN = EXAMPLES.take(np.flatnonzero(TABLE["speaker"].isin(["s0", "s1", "s2", "s3"])))
VALIDATION = EXAMPLES.take(np.flatnonzero(TABLE["speaker"] == "s4"))
TEST = EXAMPLES.take(np.flatnonzero(TABLE["speaker"] == "s5"))

CNN = Recipe(name="cnn", model="2dcnn", training={"epochs": 2, "batch_size": 32})
SMOTE = Recipe(name="other", model="2dcnn", balance="smote", training={"epochs": 1, "batch_size": 32})
VOICE = Recipe(
    name="voice", features="voice", shape={"name": "functionals", "kind": "spread"}, model="logistic",
    augment=["speed:0.9"],
)  # fmt: skip
LINEAR = {"name": "linear", "model": "logistic", "balance": "class-weights"}


def _recipe(**changes: Any) -> Recipe:
    partners = [{"recipe": CNN, "weight": 0.3}, {"recipe": SMOTE, "weight": 0.2}]
    return Recipe(**{**LINEAR, "partners": partners, **changes})


def test_log_probabilities_are_added_by_weight() -> None:
    fused = fit(_recipe(), TRAIN, seed=3)
    alone = [fit(recipe, TRAIN, seed=3) for recipe in (Recipe(**LINEAR), CNN, SMOTE)]
    logs = [np.log(np.maximum(one.probabilities(TEST).astype(float), 1e-38)) for one in alone]
    expected = np.exp(0.5 * logs[0] + 0.3 * logs[1] + 0.2 * logs[2])
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(fused.probabilities(TEST), expected, atol=1e-5)


def _with_other_features(part: Dataset, seed: int = 1) -> Dataset:
    """The part with the features of `VOICE` beside its own."""
    other = fabricate.examples(TABLE, seed, n_rows=128, perturbations=["speed:0.9"])
    return replace(part, others={features_key(VOICE.features): other})


def test_a_partner_has_features_of_its_own() -> None:
    train, test = _with_other_features(TRAIN), _with_other_features(TEST)
    recipe = _recipe(partners=[{"recipe": VOICE, "weight": 0.4}, {"recipe": CNN, "weight": 0.1}])
    fused = fit(recipe, train, seed=3)
    alone = [fit(Recipe(**LINEAR), TRAIN, seed=3), fit(VOICE, train.beside(VOICE.features)), fit(CNN, TRAIN, seed=3)]
    parts = TEST, test.beside(VOICE.features), TEST
    logs = [
        np.log(np.maximum(one.probabilities(part).astype(float), 1e-38)) for one, part in zip(alone, parts, strict=True)
    ]
    expected = np.exp(0.5 * logs[0] + 0.4 * logs[1] + 0.1 * logs[2])
    np.testing.assert_allclose(fused.probabilities(test), expected / expected.sum(axis=1, keepdims=True), atol=1e-5)
    # The features of its own are what it reads, and rows stand where they stood.
    assert np.abs(fused.probabilities(_with_other_features(TEST, seed=5)) - fused.probabilities(test)).max() > 1e-3
    order = np.arange(len(TEST))[::-1]
    np.testing.assert_allclose(fused.probabilities(test.take(order)), fused.probabilities(test)[::-1], atol=1e-6)


def test_a_partner_whose_features_are_not_there_is_refused() -> None:
    with pytest.raises(EvenvoiceError, match=r"no features voice .* beside its own, only none; load it with"):
        fit(_recipe(partners=[{"recipe": VOICE, "weight": 0.4}]), TRAIN)


def test_features_beside_follow_into_other_processes() -> None:
    recipe = _recipe(partners=[{"recipe": VOICE, "weight": 0.4}])
    dataset = _with_other_features(EXAMPLES)
    expected = fit(recipe, dataset).probabilities(dataset)
    assert dataset.digest() != EXAMPLES.digest()
    for moved in (dataset.in_files(needs_of([recipe])), dataset.in_memory(needs_of([recipe]))):
        there = pickle.loads(pickle.dumps(moved))
        np.testing.assert_array_equal(fit(recipe, there).probabilities(there), expected)
        assert there.nbytes > dataset.others[features_key(VOICE.features)].nbytes / 10


def test_an_estimator_computes_what_partners_need() -> None:
    sounds, emotions = _voices(12)
    recipe = _recipe(partners=[{"recipe": VOICE, "weight": 0.4}])
    classifier = SpeechEmotionClassifier(recipe).fit(sounds, emotions)
    dataset = _dataset(recipe, sounds, emotions)
    changed = [open_perturbation("speed:0.9")(sound, 16000, seed) for seed, sound in enumerate(sounds)]
    other = dataset.beside(VOICE.features)
    variants = {"speed:0.9": Dataset(other.ids, extract_waveforms(changed, VOICE.features))}
    dataset = replace(dataset, others={features_key(VOICE.features): replace(other, variants=variants)})
    expected = fit(recipe, dataset).probabilities(dataset)
    np.testing.assert_allclose(classifier.predict_proba(sounds), expected, atol=1e-6)


def test_a_decision_is_fitted_to_what_they_say_together() -> None:
    fused = fit(_recipe(decision="temperature"), TRAIN, VALIDATION)
    truth = np.array([fabricate.EMOTIONS.index(emotion) for emotion in VALIDATION.emotions])
    plain = fit(_recipe(), TRAIN).probabilities(VALIDATION)
    assert fused.decision.temperature == pytest.approx(fit_temperature(plain, truth), rel=1e-3)
    assert fused.fitted_on["calibration"] == tuple(VALIDATION.ids)


def test_each_that_adapts_has_its_part_of_the_offset() -> None:
    network = {"model": {"name": "attentive-cnn", "options": SMALL}, "training": {"epochs": 1}}
    cnn = Recipe(name="frames", normalise="enrolled", shape="sequence", **network)
    recipe = _recipe(normalise="enrolled", partners=[{"recipe": CNN, "weight": 0.3}, {"recipe": cnn, "weight": 0.2}])
    fused = fit(recipe, TRAIN, seed=3)
    alone = [fit(one, TRAIN, seed=3) for one in (Recipe(**LINEAR, normalise="enrolled"), CNN, cnn)]
    offset = fused.offset(TEST)
    parts = [alone[0].offset(TEST), None, alone[2].offset(TEST)]
    assert fused.offset_width == offset.shape[1] == parts[0].shape[1] + parts[2].shape[1]
    np.testing.assert_array_equal(offset, np.concatenate([parts[0], parts[2]], axis=1))
    logs = [np.log(one.probabilities(TEST, part).astype(float)) for one, part in zip(alone, parts, strict=True)]
    expected = np.exp(0.5 * logs[0] + 0.3 * logs[1] + 0.2 * logs[2])
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(fused.probabilities(TEST, offset), expected, atol=1e-5)
    assert np.abs(fused.probabilities(TEST, offset) - fused.probabilities(TEST)).max() > 5e-4


@pytest.mark.slow
def test_a_file_of_partners_that_adapt_agrees_with_torch(tmp_path: Path) -> None:
    network = {"model": {"name": "attentive-cnn", "options": SMALL}, "training": {"epochs": 1}}
    cnn = Recipe(name="frames", normalise="enrolled", shape="sequence", **network)
    recipe = Recipe(**LINEAR, normalise="enrolled", partners=[{"recipe": cnn, "weight": 0.4}])
    sounds, emotions = _voices(12)
    model = fit(recipe, _dataset(recipe, sounds, emotions))
    path = export(model, tmp_path / "model.onnx", corpus=None, check=sounds[:3])  # compares adapted ones, too
    somebody = Recognizer(path).enrol([(16000, sound) for sound in sounds[::2]])
    of_the_fit = model.offset(_dataset(recipe, sounds[::2], None))
    np.testing.assert_allclose(somebody.offset, of_the_fit[0], atol=1e-3)


def test_a_run_records_the_plans_of_partners_and_leaks_nothing() -> None:
    protocol = open_protocol("speaker-folds")
    fold = make_folds(protocol, TABLE, seed=0)[0]
    result = run_fold(_recipe(), protocol, fold, TABLE, EXAMPLES, fabricate.EMOTIONS, 0)
    assert list(result.model.plans) == [(1, 1), (1, 2), (1, 3)]
    assert set(result.plan["member"]) == {3}
    assert not any(result.leaks.values())
    with pytest.raises(EvenvoiceError, match="has partners, which need more than one array"):
        run_fold(_recipe(), open_protocol("paper"), fold, TABLE, EXAMPLES, fabricate.EMOTIONS, 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"partners": [{"recipe": open_recipe("voice-linear", {"features": {"sample_rate": 8000}}), "weight": 0.4}]},
            "voice-linear takes waveforms at 8000 Hz and linear at 16000 Hz; they get the same",
        ),
        ({"partners": [{"recipe": CNN, "weight": 0.5}] * 2}, "weights sum to 1, and this recipe counts the rest"),
        ({"partners": {"2dcn": 0.4}}, "recipe '2dcn' is unknown"),
        ({"partners": {"2dcnn": 1.5}}, "less than 1"),
        ({"normalise": "speaker"}, "linear says normalise: speaker; here each takes training or enrolled"),
        ({"partners": {"calibrated-2dcnn": 0.2}}, "calibrated-2dcnn needs a validation part; set training"),
    ],
)
def test_what_does_not_go_together_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises((EvenvoiceError, ValueError), match=message):
        _recipe(**changes)


def test_a_recipe_is_random_where_a_partner_is() -> None:
    assert Recipe(**LINEAR).deterministic
    assert not _recipe().deterministic
    assert not open_recipe("voice-fusion").deterministic


def test_a_partner_of_a_file_is_found_beside_it(tmp_path: Path) -> None:
    (tmp_path / "cnn.yaml").write_text("extends: 2dcnn\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(
        "extends: functionals-svm\nfeatures: mfcc\npartners: {cnn.yaml: 0.25}\n", encoding="utf-8"
    )
    recipe = open_recipe(tmp_path / "mine.yaml")
    assert (recipe.partners[0].recipe.name, recipe.own_weight) == ("cnn", 0.75)
    assert Recipe(**recipe.model_dump()) == recipe


def _voices(n: int = 24) -> tuple[list[np.ndarray], np.ndarray]:
    random = np.random.default_rng(0)
    sounds = []
    for number in range(n):
        time = np.arange(random.integers(6000, 30000)) / 16000
        pitch = (110, 220)[number % 2] * random.uniform(0.9, 1.1)
        buzz = sum(np.sin(2 * np.pi * pitch * harmonic * time) / harmonic for harmonic in range(1, 20))
        sounds.append((0.1 * buzz + 0.003 * random.standard_normal(len(time))).astype(np.float32))
    return sounds, np.array(["low", "high"] * (n // 2))


@pytest.fixture(scope="module")
def fused() -> tuple[TrainedModel, list[np.ndarray]]:
    """`voice-deep` with `voice-cnn` beside it on generated voices: three models, two extractors."""
    sounds, emotions = _voices()
    partners = [
        {"recipe": open_recipe(name, {"augment": [], "training": {"epochs": epochs}}), "weight": 0.3}
        for name, epochs in (("voice-residual", 1), ("voice-cnn", 2))
    ]
    recipe = Recipe(**{**open_recipe("voice-deep", {"augment": []}).model_dump(), "partners": partners})
    return fit(recipe, _dataset(recipe, sounds, emotions)), sounds


def _dataset(recipe: Recipe, sounds: list[np.ndarray], emotions: np.ndarray | None) -> Dataset:
    ids = [str(number) for number in range(len(sounds))]
    speakers = np.array([f"s{number % 3}" for number in range(len(sounds))])
    own, *beside = [Dataset(ids, extract_waveforms(sounds, need.features)) for need in needs_of([recipe])]
    keys = [features_key(need.features) for need in needs_of([recipe])[1:]]
    return replace(own, emotions=emotions, speakers=speakers, others=dict(zip(keys, beside, strict=True)))


@pytest.mark.long
def test_the_whole_is_one_model_file_that_agrees_with_torch(
    fused: tuple[TrainedModel, list[np.ndarray]], tmp_path: Path
) -> None:
    """What is above with other features, which ``tests/features/voice/test_export.py`` exports each time."""
    model, sounds = fused
    check = sounds[:4]
    if "EVENVOICE_CORPORA" in os.environ:
        files = sorted((Path(os.environ["EVENVOICE_CORPORA"]) / "emodb").rglob("*.flac"))[::50]
        check = [*check, *(load(file, rate=16000) for file in files)]
    path = export(model, tmp_path / "model.onnx", corpus=None, check=check)  # compares, to 1e-4
    assert path.stat().st_size < 6_000_000
    assert Recognizer(path)((16000, sounds[0]))[0]["label"] in ("low", "high")


@pytest.mark.slow
def test_a_model_file_holds_the_extractor_of_each(tmp_path: Path) -> None:
    """A residual network over log-mels beside a linear model of MFCC; compared with torch to 1e-4."""
    sounds, emotions = _voices(12)
    network = {"name": "residual-cnn", "options": {"channels": [4, 4, 4, 4], "attention": 4}}
    residual = Recipe(
        name="residual", features={"name": "log-mel", "n_mels": 20}, shape={"name": "sequence", "seconds": 1}, clip=4,
        model=network, training={"epochs": 2, "crop": 40, "bands": {"noise": 0.5}, "precision": "bfloat16"},
    )  # fmt: skip
    recipe = Recipe(**{**LINEAR, "shape": "functionals"}, partners=[{"recipe": residual, "weight": 0.5}])
    model = fit(recipe, _dataset(recipe, sounds, emotions))
    path = export(model, tmp_path / "model.onnx", corpus=None, check=sounds[:3])
    expected = model.probabilities(_dataset(recipe, sounds, None))
    found = Recognizer(path).probabilities(sounds)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.ptp(found, axis=0).max() > 0.1

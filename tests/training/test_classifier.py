"""The classifier in scikit-learn's hands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict
from sklearn.utils.estimator_checks import check_estimator

from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.imbalance import SMOTE
from evenvoice.recipes import open_recipe
from evenvoice.training import SpeechEmotionClassifier
from evenvoice.training.inputs import as_waveforms, kind_of
from tests.recognizer import tiny

RNG = np.random.default_rng(0)
Y = np.array(["sad", "angry", "happy"] * 12)
SPEAKERS = np.repeat(list("abcdef"), 6)
FEATURES = RNG.standard_normal((36, 3, 8, 16)).astype(np.float32) + np.array([2.0, 0.0, -2.0] * 12)[:, None, None, None]


def _tone(emotion: str, seconds: float) -> np.ndarray:
    """A tone whose pitch and loudness the emotion decides."""
    pitch = {"sad": 120, "angry": 900, "happy": 350}[emotion]
    time = np.arange(int(16000 * seconds)) / 16000
    return (0.3 * np.sin(2 * np.pi * pitch * time) + 0.01 * RNG.standard_normal(len(time))).astype(np.float32)


WAVEFORMS = [_tone(emotion, 0.3 + 0.05 * (number % 5)) for number, emotion in enumerate(Y)]
# 60 epochs of 3 batches: with a momentum of 0.99 the batch normalisation needs that many to settle.
QUICK = SpeechEmotionClassifier(
    "smote-2dcnn", epochs=60, batch_size=16, settings={"balance": {"options": {"k_neighbors": 3}}}
)
ON_FEATURES = clone(QUICK).set_params(shape="channels")


def test_clone_and_parameters_go_round() -> None:
    changed = clone(QUICK).set_params(epochs=7, shape="channels", balance="class-weights")
    assert changed.get_params()["epochs"] == 7
    assert clone(changed).get_params() == changed.get_params()
    assert not hasattr(clone(changed), "model_")


@pytest.mark.parametrize(("classifier", "X"), [(QUICK, WAVEFORMS), (ON_FEATURES, FEATURES)], ids=["waves", "features"])
def test_learns_and_predicts_in_the_order_of_its_classes(classifier: SpeechEmotionClassifier, X: list) -> None:
    fitted = clone(classifier).fit(X, Y)
    assert list(fitted.classes_) == ["angry", "happy", "sad"]
    probabilities = fitted.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(fitted.predict(X), fitted.classes_[probabilities.argmax(axis=1)])
    assert fitted.score(X, Y) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize(("classifier", "X"), [(QUICK, WAVEFORMS), (ON_FEATURES, FEATURES)], ids=["waves", "features"])
def test_cross_val_predict_with_speakers_as_groups(classifier: SpeechEmotionClassifier, X: list) -> None:
    answers = cross_val_predict(classifier, X, Y, groups=SPEAKERS, cv=GroupKFold(3))
    assert (answers == Y).mean() > 0.8


@pytest.mark.slow
def test_grid_search_over_recipe_settings_with_groups() -> None:
    plain = clone(ON_FEATURES).set_params(settings=None)
    search = GridSearchCV(plain, {"learning_rate": [1e-9, 0.01], "balance": ["none", "smote"]}, cv=GroupKFold(2))
    search.fit(FEATURES, Y, groups=SPEAKERS)
    assert search.best_params_["learning_rate"] == 0.01
    assert search.predict(FEATURES).shape == Y.shape


def test_integer_labels_come_back_as_integers() -> None:
    numbers = np.tile([2, 0, 1], 12)
    assert set(clone(ON_FEATURES).fit(FEATURES, numbers).predict(FEATURES)) <= {0, 1, 2}


def test_unfitted_says_so() -> None:
    with pytest.raises(NotFittedError, match="not fitted yet"):
        clone(QUICK).predict(WAVEFORMS)


def test_a_recipe_object_and_settings_are_taken() -> None:
    recipe = open_recipe("2dcnn", {"training": {"epochs": 2}})
    fitted = SpeechEmotionClassifier(recipe, settings={"model": {"options": {"dropout": 0.1}}}).fit(WAVEFORMS, Y)
    assert fitted.model_.recipe.training.epochs == 2
    assert fitted.model_.recipe.model.options["dropout"] == 0.1


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (FEATURES[:, 0], Y, r"X has shape .*expected waveforms .* or features \[n, c, h, w\]"),
        (WAVEFORMS, Y[:-1], "36 utterances and y 35 emotions"),
        (WAVEFORMS, np.full(36, "sad"), r"one class only \(sad"),
        (FEATURES, np.full(36, "sad"), r"one class only \(sad"),
        ([*WAVEFORMS[:-1], np.full(800, np.nan)], Y, r"X\[35\]: holds samples that are NaN"),
        ([*WAVEFORMS[:-1], np.zeros((2, 800))], Y, r"X\[35\]: an array of shape \[2, 800\], expected mono"),
    ],
)
def test_bad_input_is_one_clear_line(X: list, y: np.ndarray, message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        clone(QUICK).set_params(shape="mean" if X is WAVEFORMS else "channels").fit(X, y)


def test_waveforms_and_features_are_not_mixed() -> None:
    with pytest.raises(EvenvoiceError, match=r"fitted on features \[n.*, asked about waveforms; give it the former"):
        clone(ON_FEATURES).fit(FEATURES, Y).predict(WAVEFORMS)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[SpeechEmotionClassifier, Path]:
    """A fitted classifier and its model file."""
    fitted = clone(QUICK).set_params(epochs=20).fit(WAVEFORMS, Y)
    return fitted, fitted.save(tmp_path_factory.mktemp("saved") / "model.onnx")


@pytest.mark.slow
def test_what_is_loaded_predicts_what_was_saved(saved: tuple[SpeechEmotionClassifier, Path]) -> None:
    fitted, path = saved
    loaded = SpeechEmotionClassifier.load(path)
    np.testing.assert_allclose(loaded.predict_proba(WAVEFORMS), fitted.predict_proba(WAVEFORMS), rtol=0, atol=1e-4)
    np.testing.assert_array_equal(loaded.predict(WAVEFORMS), fitted.predict(WAVEFORMS))
    np.testing.assert_array_equal(loaded.classes_, fitted.classes_)
    assert loaded.predict_proba(WAVEFORMS).dtype == np.float32
    assert loaded.score(WAVEFORMS, Y) == fitted.score(WAVEFORMS, Y)
    assert loaded.recipe == fitted.model_.recipe


@pytest.mark.slow
def test_what_is_loaded_says_what_it_cannot_do(saved: tuple[SpeechEmotionClassifier, Path], tmp_path: Path) -> None:
    loaded = SpeechEmotionClassifier.load(saved[1])
    with pytest.raises(EvenvoiceError, match=r"^X\[1\]: silent"):
        loaded.predict([WAVEFORMS[0], np.zeros(800)])
    with pytest.raises(EvenvoiceError, match=r"fitted on waveforms, asked about features \[n, c, h, w\]"):
        loaded.predict(FEATURES)
    with pytest.raises(EvenvoiceError, match="not written, for this classifier was loaded from a model file; copy"):
        loaded.save(tmp_path / "copy.onnx")
    assert not (tmp_path / "copy.onnx").exists()
    with pytest.raises(NotFittedError):
        clone(loaded).predict(WAVEFORMS)


@pytest.mark.slow
def test_fit_after_load_fits_the_files_recipe_anew(saved: tuple[SpeechEmotionClassifier, Path]) -> None:
    loaded = SpeechEmotionClassifier.load(saved[1])
    loaded.fit(WAVEFORMS, np.where(Y == "sad", "calm", "happy"))
    assert list(loaded.classes_) == ["calm", "happy"]
    assert loaded.model_.recipe == loaded.recipe
    assert loaded.model_.recipe.training.epochs == 20
    assert loaded.predict_proba(WAVEFORMS).shape == (36, 2)


def test_files_that_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match="no such file"):
        SpeechEmotionClassifier.load(tmp_path / "absent.onnx")
    path = tmp_path / "tiny.onnx"
    path.write_bytes(tiny.model_file(recipe={"name": "tiny", "form": "mel"}))
    with pytest.raises(EvenvoiceError, match=r"tiny\.onnx: its recipe's form is not understood .*; predict with evenv"):
        SpeechEmotionClassifier.load(path)


@pytest.mark.parametrize("groups", [None, SPEAKERS], ids=["by chance", "whole speakers"])
@pytest.mark.parametrize(("form", "X"), [("mean", WAVEFORMS), ("channels", FEATURES)], ids=["waves", "features"])
def test_a_validation_part_is_cut_off_where_the_recipe_wants_one(form: str, X: list, groups: np.ndarray | None) -> None:
    training = {"select": "best-on-validation", "validation_share": 0.25}
    settings = {"training": training, "decision": "temperature"}
    model = SpeechEmotionClassifier("2dcnn", shape=form, epochs=2, settings=settings).fit(X, Y, groups).model_
    watched, learnt = set(model.fitted_on["selection"]), set(model.fitted_on["network"])
    assert set(model.fitted_on["calibration"]) == watched
    assert set(model.fitted_on["normaliser"]) == learnt
    assert watched.isdisjoint(learnt)
    assert watched | learnt == set(map(str, range(36)))
    if groups is None:
        assert len(watched) == 9
    else:
        speakers = [set(groups[list(map(int, part))]) for part in (watched, learnt)]
        assert speakers[0].isdisjoint(speakers[1])


def test_the_normaliser_sees_nothing_of_the_validation_part_of_features() -> None:
    settings = {"training": {"select": "best-on-validation", "validation_share": 0.25}}
    classifier = SpeechEmotionClassifier("2dcnn", shape="channels", epochs=1, settings=settings)
    model = classifier.fit(FEATURES, Y, SPEAKERS).model_
    rows = FEATURES[list(map(int, model.fitted_on["network"]))]
    assert model.normaliser is not None
    np.testing.assert_allclose(model.normaliser.mean, rows.mean(axis=(0, 3)).reshape(-1), atol=1e-5)


def test_features_of_shape_sequence_are_refused() -> None:
    X = np.ones((36, 1, 121, 30), np.float32)
    with pytest.raises(EvenvoiceError, match=r"shape sequence marks each utterance's own frames.*give waveforms"):
        SpeechEmotionClassifier("gmm").fit(X, Y)


def test_scikit_learns_own_checks_pass() -> None:
    results = check_estimator(SpeechEmotionClassifier("functionals-svm"), on_skip=None, on_fail=None)
    failed = {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"}
    # numpy's protocol for arrays that are no arrays is not ours to answer.
    assert set(failed) <= {"check_classifier_data_not_an_array"}, failed


@pytest.mark.parametrize("balance", [SMOTE(k_neighbors=2), "smote", {"name": "smote", "options": {"k_neighbors": 2}}])
def test_a_sampler_is_a_name_or_an_object(balance: object) -> None:
    fitted = SpeechEmotionClassifier("smote-2dcnn", balance=balance, epochs=1).fit(
        FEATURES[:, 0, :, 0], np.repeat([0, 1], [6, 30])
    )
    assert fitted.n_features_in_ == 8
    assert fitted.model_.recipe.balance.name == "smote"
    assert len(fitted.model_.plan) == 60


def test_paths_and_hugging_face_dicts_are_recordings(tmp_path: Path) -> None:
    files = []
    for number, waveform in enumerate(WAVEFORMS):
        soundfile.write(file := tmp_path / f"{number}.wav", waveform, 16000, subtype="FLOAT")
        files.append(file)
    fitted = SpeechEmotionClassifier("functionals-svm").fit(files, Y)
    expected = fitted.predict_proba(WAVEFORMS)
    np.testing.assert_array_equal(fitted.predict_proba([str(file) for file in files]), expected)
    dicts = [{"array": waveform, "sampling_rate": 16000} for waveform in WAVEFORMS]
    np.testing.assert_array_equal(fitted.predict_proba(dicts), expected)
    with pytest.raises(EvenvoiceError, match="a dict of path; expected the keys array and sampling_rate"):
        fitted.predict([{"path": "a.wav"}])
    for rate in (0, -5, None, "fast", True, float("nan"), 10**9):
        with pytest.raises(AudioError, match=r"^X\[1\]: a sample rate of .* Hz is impossible; give the one it was"):
            fitted.predict([dicts[0], {"array": WAVEFORMS[0], "sampling_rate": rate}])


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed"),
        ([*Y[:-1], None], r"y\[35\] is missing"),
        ([*Y[:-1], pd.NaT], r"y\[35\] is missing"),
        (pd.array([*Y[:-1], pd.NA], dtype="string"), r"y\[35\] is missing"),
        (np.ma.masked_array(np.tile([0, 1], 18), mask=np.arange(36) == 35), r"y\[35\] is missing"),
        (np.linspace(0, 1, 36), "continuous"),
        (np.eye(3)[np.tile([0, 1, 2], 12)], r"one-hot: give class numbers, y.argmax"),
        ([*[1] * 18, *["sad"] * 18], "y: labels of mixed types, words and numbers"),
    ],
)
def test_labels_that_cannot_be_classes_are_refused(y: object, message: str) -> None:
    with pytest.raises(EvenvoiceError, match=message):
        clone(ON_FEATURES).fit(FEATURES, y)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_speaker_that_is_missing_is_refused(missing: object) -> None:
    with pytest.raises(EvenvoiceError, match=r"groups\[35\] is missing"):
        clone(ON_FEATURES).fit(FEATURES, Y, groups=[*["a"] * 35, missing])


def test_scores_are_of_labels_that_could_be_fitted() -> None:
    fitted = clone(ON_FEATURES).set_params(epochs=1).fit(FEATURES, Y)
    assert fitted.score(FEATURES, Y) == (fitted.predict(FEATURES) == Y).mean()
    with pytest.raises(EvenvoiceError, match=r"y\[35\] is missing"):
        fitted.score(FEATURES, [*Y[:-1], np.nan])
    with pytest.raises(EvenvoiceError, match="36 utterances and y 3 emotions"):
        fitted.score(FEATURES, Y[:3])


def test_tensors_are_what_arrays_are() -> None:
    assert kind_of([torch.zeros(8)] * 3) == kind_of([np.zeros(8)] * 3) == "waveforms"
    assert kind_of(torch.zeros(3, 8)) == "matrix"
    waveforms = as_waveforms([torch.tensor(waveform) for waveform in WAVEFORMS[:2]], 16000)
    np.testing.assert_array_equal(waveforms[1], WAVEFORMS[1])


@pytest.mark.parametrize("X", [(waveform for waveform in WAVEFORMS), [b"RIFF" * 9000] * 36, [bytearray(9)] * 36])
def test_what_cannot_be_iterated_twice_or_is_bytes_is_one_short_line(X: object) -> None:
    with pytest.raises(EvenvoiceError, match="expected waveforms") as caught:
        clone(QUICK).fit(X, Y)
    assert len(str(caught.value)) < 300


def test_labels_in_a_column_are_labels() -> None:
    with pytest.warns(DataConversionWarning):
        fitted = clone(ON_FEATURES).set_params(epochs=1).fit(FEATURES, Y[:, None])
    assert list(fitted.classes_) == ["angry", "happy", "sad"]


@pytest.mark.parametrize("X", [None, 5, "a.wav", Path("a.wav"), {"a": 1}, b"RIFF", np.zeros(3), np.zeros((36, 0))])
def test_what_holds_no_recordings_is_one_clear_line(X: object) -> None:
    with pytest.raises(EvenvoiceError):
        clone(QUICK).fit(X, Y)


def test_columns_of_a_frame_are_known_by_their_names() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(12, 3)), columns=["f0", "energy", "rate"])
    fitted = SpeechEmotionClassifier("knn").fit(frame, np.repeat(["sad", "angry"], 6))
    assert fitted.feature_names_in_.tolist() == ["f0", "energy", "rate"]
    assert len(fitted.predict(frame)) == 12
    with pytest.raises(EvenvoiceError, match="X: The feature names should match"):
        fitted.predict(frame[["rate", "f0", "energy"]])

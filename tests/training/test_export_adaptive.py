"""Model files that adapt to a speaker."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import onnx
import pytest

from evenvoice._onnxruntime import onnxruntime
from evenvoice.recipes import open_recipe
from evenvoice.recognizer import Recognizer
from evenvoice.training import Dataset, TrainedModel, fit
from evenvoice.training.export import export
from tests.training.exported import CORPUS, examples_of, generated_voices

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def adaptive(tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainedModel, Dataset, Path]:
    """A model that adapts to a speaker, what it was fitted to, and its model file."""
    changes = {
        "normalise": "enrolled",
        "clip": 6,
        "training": {"epochs": 2, "batch_size": 8},
        "search": {"shape.name": None},
    }
    recipe = open_recipe("2dcnn", {**changes, "model": {"options": {"batch_norm_momentum": 0.5}}})
    voices, emotions = generated_voices()
    examples = dataclasses.replace(examples_of(recipe, voices, emotions), speakers=np.array(list("aabbccdd") * 2))
    trained = fit(recipe, examples)
    path = tmp_path_factory.mktemp("adaptive") / "model.onnx"
    return trained, examples, export(trained, path, corpus=CORPUS, check=voices[:3])


def test_a_model_that_adapts_to_a_speaker(adaptive: tuple[TrainedModel, Dataset, Path]) -> None:
    """Left out, the speaker is the training mean; the older signature stays what it was."""
    trained, examples, path = adaptive
    voices, _ = generated_voices()
    onnx.checker.check_model(onnx.load(path), full_check=True)
    recognizer = Recognizer(path)
    assert recognizer.adaptive
    own = examples.take(np.array([4, 5, 12]))
    profile = recognizer.enrol([voices[row] for row in (4, 5, 12)])
    np.testing.assert_allclose(profile.offset, trained.offset(own)[0], atol=1e-4)
    adapted = recognizer.adapted(profile).probabilities(voices)
    np.testing.assert_allclose(adapted, trained.probabilities(examples, trained.offset(own)), atol=1e-4)
    np.testing.assert_allclose(recognizer.probabilities(voices), trained.probabilities(examples), atol=1e-4)
    assert np.abs(adapted - recognizer.probabilities(voices)).max() > 0.01


def test_a_model_that_adapts_takes_one_speaker_each(adaptive: tuple[TrainedModel, Dataset, Path]) -> None:
    """For a service that has several of them in one batch."""
    trained, _, path = adaptive
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    waveform = np.stack([voice[:8000] for voice in generated_voices()[0][:3]])
    offsets = np.random.default_rng(0).normal(size=(3, trained.offset_width)).astype(np.float32)
    given = {"waveform": waveform, "lengths": np.full(3, 8000), "speaker": offsets}
    (found,) = session.run(["probabilities"], given)
    short = examples_of(trained.recipe, list(waveform))
    np.testing.assert_allclose(found, trained.probabilities(short, offsets), atol=1e-4)

"""The model file against torch on every recording of two corpora. Long: `pytest -m long -s`; see docs/results.md."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evenvoice.audio import Waveform, load
from evenvoice.corpora import open_corpus
from evenvoice.features import extract_waveforms
from evenvoice.imbalance import Shift
from evenvoice.recipes import open_recipe
from evenvoice.recognizer import Recognizer
from evenvoice.training import Dataset, export, fit

MEGABYTES = {"mean": 2, "array": 6, "channels": 6}


@pytest.fixture(scope="module")
def recordings(corpora_folder: Path) -> tuple[list[Waveform], np.ndarray]:
    """All of EmoDB and RAVDESS, with their emotions."""
    corpora = [open_corpus(f"{name}:{corpora_folder / name}") for name in ("emodb", "ravdess")]
    waveforms = [load(file) for corpus in corpora for file in corpus.table["file"]]
    return waveforms, np.concatenate([corpus.table["emotion"].to_numpy(str) for corpus in corpora])


@pytest.mark.long
@pytest.mark.parametrize("form", ["mean", "array", "channels"])
def test_every_recording_alone_and_padded(
    form: str, recordings: tuple[list[Waveform], np.ndarray], tmp_path: Path
) -> None:
    waveforms, emotions = recordings
    assert len(waveforms) == 535 + 1440
    changes = {
        "shape": {"name": form},
        "training": {"epochs": 1},
        "model": {"options": {"batch_norm_momentum": 0.5}},
    }
    recipe = open_recipe("2dcnn", changes)
    examples = Dataset([str(n) for n in range(len(emotions))], extract_waveforms(waveforms, recipe.features), emotions)
    trained = replace(fit(recipe, examples), decision=Shift(0.3))
    path = export(trained, tmp_path / "model.onnx", corpus=None)
    recognizer = Recognizer(path)
    expected = trained.probabilities(examples)
    alone = np.concatenate([recognizer.probabilities([waveform]) for waveform in waveforms])
    # Beside eight seconds of noise, so that each is padded by seconds.
    noise = np.random.default_rng(0).normal(0, 0.1, 8 * recognizer.sample_rate).astype(np.float32)
    padded = np.array([recognizer.probabilities([waveform, noise])[0] for waveform in waveforms])
    worst = [float(np.abs(found - expected).max()) for found in (alone, padded)]
    size = path.stat().st_size
    print(f"\n{form}: {len(waveforms)} recordings, worst {worst[0]:.1e} alone, {worst[1]:.1e} padded; {size:,} bytes")  # noqa: T201
    assert max(worst) < 1e-4
    assert size <= MEGABYTES[form] * 10**6
    # Nine emotions; answers differ between recordings, and are far from uniform: equal numbers mean something.
    assert np.ptp(expected, axis=0).max() > 0.2
    assert np.median(expected.max(axis=1)) > 0.3

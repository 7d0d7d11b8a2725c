"""Voices and their features for tests of model files."""

from __future__ import annotations

import numpy as np
import torch

from evenvoice.audio import Waveform
from evenvoice.recipes import Recipe
from evenvoice.training import Dataset

CORPUS = {"name": "made up", "licence": "CC0-1.0", "synthetic": True, "utterances": 16, "speakers": None}


def examples_of(recipe: Recipe, waveforms: list[Waveform], emotions: list[str] | None = None) -> Dataset:
    """Hear each waveform alone."""
    extractor = recipe.extractor
    with torch.inference_mode():
        features = [
            extractor(torch.from_numpy(waveform)[None], torch.tensor([waveform.size]))[0][0].numpy()
            for waveform in waveforms
        ]
    ids = [str(number) for number in range(len(features))]
    return Dataset(ids, features, None if emotions is None else np.array(emotions))


def generated_voices() -> tuple[list[Waveform], list[str]]:
    """Buzzing "voices", low and high, of different length, loudness and timbre, in some noise."""
    rng = np.random.default_rng(0)
    voices = []
    for number in range(16):
        time = np.arange(rng.integers(8000, 40000)) / 16000
        pitch, tilt = (120, 240)[number % 2] * rng.uniform(0.8, 1.25), rng.uniform(0.5, 2)
        buzz = sum(np.sin(2 * np.pi * pitch * harmonic * time) / harmonic**tilt for harmonic in range(1, 30))
        syllables = np.maximum(0, np.sin(2 * np.pi * rng.uniform(1, 4) * time)) * rng.uniform(0.02, 0.2)
        noise = 10 ** rng.uniform(-5, -2) * rng.standard_normal(time.size)
        voices.append((buzz * syllables + noise).astype(np.float32))
    return voices, ["low", "high"] * 8

"""The contract of an extractor."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import torch
from torch import nn

from evenvoice.features import Extractor, FeatureSettings, compute, exportable
from evenvoice.options import check_options

# Between one utterance alone and in a padded batch: the order in which a batch's products are summed differs.
_ROUNDING = 1e-4


def check_extractor(extractor: type | Extractor | str, **options: Any) -> None:
    """Check an extractor of your own: a class, an object, or a name as a recipe writes it.

    What is checked: name, version and sizes; float32 features of as many rows and frames as it says, finite for speech,
    noise, silence, clicks and a single sample; zero beyond an utterance's own frames; what lies beyond an utterance's
    length changes nothing; an utterance gives the same alone and in a batch, and every time; the waveform is left as it
    is; it pickles, for it is made anew in worker processes.

    Args:
        extractor: What to check.
        **options: Of the extractor, where a class or a name is given.

    Raises:
        AssertionError: The contract is broken; the message says what was expected and what was found.

    Examples:
        >>> check_extractor("mfcc", n_mfcc=13)
    """
    if isinstance(extractor, str):
        made = FeatureSettings(name=extractor, **options).make()
    elif isinstance(extractor, type):
        made = extractor(**check_options("extractor", extractor.__name__, extractor, options))
    else:
        made = extractor
    what = f"extractor {getattr(made, 'name', type(made).__name__)!r}"
    for attribute, kind in (("name", str), ("version", int), ("sample_rate", int), ("n_rows", int)):
        found = getattr(made, attribute, None)
        _expect(isinstance(found, kind), f"{what}: {attribute} is {found!r}; expected {kind.__name__}")
    _check_alone(made, what)
    _check_batch(made, what)
    try:
        again = pickle.loads(pickle.dumps(made))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise AssertionError(f"{what}: cannot be pickled ({error}); keep no lambdas or open files") from error
    wave = _sounds(made.sample_rate)["voice"]
    _expect(np.array_equal(compute(made, wave), compute(again, wave)), f"{what}: gives other features after pickling")
    module = exportable(made)
    if module is not None and not isinstance(made, nn.Module):
        with torch.inference_mode():
            features, _ = module(torch.from_numpy(wave)[None], torch.tensor([wave.size]))
        close = np.allclose(features[0].numpy(), compute(made, wave), atol=_ROUNDING)
        _expect(close, f"{what}: module() gives other features than the extractor itself")


def _sounds(rate: int) -> dict[str, np.ndarray]:
    """Waveforms that an extractor must take."""
    rng = np.random.default_rng(0)
    time = np.arange(round(0.7 * rate)) / rate
    voice = 0.1 * sum(np.sin(2 * np.pi * 130 * harmonic * time) / harmonic for harmonic in range(1, 15))
    sounds = {
        "voice": voice * (1 + 0.5 * np.sin(2 * np.pi * 3 * time)),
        "noise": 0.1 * rng.standard_normal(round(1.1 * rate)),
        "silence": np.zeros(round(0.4 * rate)),
        "a click": np.eye(1, round(0.3 * rate), 100)[0],
        "one sample": np.ones(1),
        "full scale": np.sign(np.sin(2 * np.pi * 200 * time)),
    }
    return {name: sound.astype(np.float32) for name, sound in sounds.items()}


def _check_alone(extractor: Extractor, what: str) -> None:
    """Sizes, types and finite numbers, one waveform at a time."""
    for name, wave in _sounds(extractor.sample_rate).items():
        before = wave.copy()
        features = compute(extractor, wave)
        _expect(features.dtype == np.float32, f"{what}: features of dtype {features.dtype}; expected float32")
        _expect(
            features.ndim == 2 and features.shape[0] == extractor.n_rows and features.shape[1] >= 1,
            f"{what}: {name} gives shape {features.shape}; expected ({extractor.n_rows}, frames)",
        )
        _expect(bool(np.isfinite(features).all()), f"{what}: {name} gives NaN or infinity; floor what you divide by")
        _expect(np.array_equal(wave, before), f"{what}: changes the waveform; work on a copy")
        _expect(np.array_equal(features, compute(extractor, wave)), f"{what}: {name} gives other features each time")
    seconds = 2 * extractor.sample_rate
    frames = compute(extractor, np.full(seconds, 0.1, np.float32)).shape[1]
    _expect(extractor.frames(seconds) == frames, f"{what}: frames({seconds}) is not the {frames} that it gives")


def _check_batch(extractor: Extractor, what: str) -> None:
    """A padded batch gives each utterance what it gives alone."""
    waves = list(_sounds(extractor.sample_rate).values())
    lengths = torch.tensor([wave.size for wave in waves])
    batch = torch.full((len(waves), int(lengths.max())), 0.3)  # what lies beyond a length is not zero
    for row, wave in zip(batch, waves, strict=True):
        row[: wave.size] = torch.from_numpy(wave)
    with torch.inference_mode():
        features, frames = extractor(batch, lengths)
    for row, wave in enumerate(waves):
        own, alone = features[row, :, : int(frames[row])].numpy(), compute(extractor, wave)
        _expect(own.shape == alone.shape, f"{what}: {own.shape[1]} frames in a batch and {alone.shape[1]} alone")
        size = max(1.0, float(np.abs(alone).max()))
        far = float(np.abs(own - alone).max()) / size
        _expect(far < _ROUNDING, f"{what}: features differ by {far:.1e} between a padded batch and one utterance alone")
        beyond = features[row, :, int(frames[row]) :]
        _expect(not bool(beyond.any()), f"{what}: features beyond an utterance's own frames are not zero")


def _expect(kept: bool, message: str) -> None:
    if not kept:
        raise AssertionError(message)

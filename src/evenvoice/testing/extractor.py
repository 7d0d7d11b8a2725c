"""The contract of an extractor."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from evenvoice.features import EXTRACTORS, Extractor, compute, exportable
from evenvoice.options import check_options
from evenvoice.testing.data import sounds
from evenvoice.testing.watch import copies_of, expect, made, watched

# Between one utterance alone and in a padded batch: the order in which a batch's products are summed differs.
_ROUNDING = 1e-4


def check_extractor(extractor: type | Extractor | str, **options: Any) -> None:
    """Check an extractor of your own: a class, an object, or a name as a recipe writes it.

    What is checked: name, version and sizes; a pair of tensors, float32 features of as many rows and at most as many
    frames as it says, finite for speech, noise, silence, clicks and a single sample; zero beyond an utterance's own
    frames; what lies beyond an utterance's length changes nothing; an utterance gives the same alone and in a batch,
    every time, and whatever came before it; waveforms, lengths and global random states are left alone, and nothing is
    printed; it pickles, for it is made anew in worker processes.

    What is not seen: state in a module or in a file, where it changes nothing within one process.

    Args:
        extractor: What to check.
        **options: Of the extractor, where a class or a name is given.

    Raises:
        AssertionError: The contract is broken; the message says what was expected and what was found.
        EvenvoiceError: The name or an option is unknown.

    Examples:
        >>> check_extractor("mfcc", n_mfcc=13)
    """
    built = _built(extractor, options)
    what = f"extractor {getattr(built, 'name', type(built).__name__)!r}"
    for attribute, kind in (("name", str), ("version", int), ("sample_rate", int), ("n_rows", int)):
        found = getattr(built, attribute, None)
        right = isinstance(found, kind) and not isinstance(found, bool)
        expect(right and found, f"{what}: {attribute} is {found!r}; expected {kind.__name__}, and not nothing")
    with watched(what):
        copies = copies_of(built, what)  # before it is called
        _check_pair(built, what)
        _check_alone(built, what)
        _check_batch(built, what)
        _check_copies(built, copies, what)
        _check_module(built, what)


def _built(extractor: Any, options: dict[str, Any]) -> Any:
    """Return the extractor itself."""
    name = extractor if isinstance(extractor, str) else getattr(extractor, "__name__", "")
    if isinstance(extractor, str):
        EXTRACTORS.check_known(extractor)
        extractor, options = EXTRACTORS.with_argument(extractor, options)
        extractor = EXTRACTORS[extractor]
    if not isinstance(extractor, type):
        return extractor
    what, kind = f"extractor {name}", extractor
    expect(hasattr(kind, "frames"), f"{what}: has no frames(samples); see evenvoice.features.Extractor")
    return made(what, lambda: kind(**check_options("extractor", name, kind, options)))


def _check_pair(extractor: Extractor, what: str) -> None:
    """It gives two tensors, and leaves those that it was given."""
    wave = torch.from_numpy(sounds(extractor.sample_rate)["voice"])[None]
    lengths = torch.tensor([wave.shape[1]])
    with torch.inference_mode():
        given: Any = extractor(wave, lengths)
    pair = isinstance(given, tuple) and len(given) == 2 and all(isinstance(part, torch.Tensor) for part in given)
    expect(pair, f"{what}: returns {_kind(given)}; expected two tensors, features [b, n_rows, t] and frames [b]")
    features, frames = given
    expect(features.ndim == 3, f"{what}: features of shape {list(features.shape)}; expected [b, n_rows, t]")
    expect(
        frames.dtype == torch.int64 and tuple(frames.shape) == (1,),
        f"{what}: frames are {frames.dtype} {list(frames.shape)}; expected int64 [b]",
    )
    expect(lengths.tolist() == [wave.shape[1]], f"{what}: changes the lengths; work on a copy")


def _kind(given: Any) -> str:
    """Return what was given, in words."""
    if isinstance(given, tuple | list):
        return f"a {type(given).__name__} of {', '.join(type(part).__name__ for part in given)}"
    return f"a {type(given).__name__}"


def _check_alone(extractor: Extractor, what: str) -> None:
    """Sizes, types and finite numbers, one waveform at a time."""
    for name, wave in sounds(extractor.sample_rate).items():
        before = wave.copy()
        features = compute(extractor, wave)
        expect(features.dtype == np.float32, f"{what}: features of dtype {features.dtype}; expected float32")
        expect(
            features.ndim == 2 and features.shape[0] == extractor.n_rows and features.shape[1] >= 1,
            f"{what}: {name} gives shape {features.shape}; expected ({extractor.n_rows}, frames)",
        )
        expect(bool(np.isfinite(features).all()), f"{what}: {name} gives NaN or infinity; floor what you divide by")
        expect(np.array_equal(wave, before), f"{what}: changes the waveform; work on a copy")
        expect(np.array_equal(features, compute(extractor, wave)), f"{what}: {name} gives other features each time")
        most: Any = extractor.frames(wave.size)
        whole = isinstance(most, int) and not isinstance(most, bool)
        expect(whole, f"{what}: frames({wave.size}) is {most!r}; expected a whole number")
        given = features.shape[1]
        shorter = wave.size < 0.1 * extractor.sample_rate  # than any recording that is taken
        expect(
            shorter or most >= given, f"{what}: frames({wave.size}) is {most}, and {name} of that length gives {given}"
        )
    seconds = 2 * extractor.sample_rate
    frames = compute(extractor, np.full(seconds, 0.1, np.float32)).shape[1]
    expect(extractor.frames(seconds) == frames, f"{what}: frames({seconds}) is not the {frames} that it gives")


def _check_batch(extractor: Extractor, what: str) -> None:
    """A padded batch gives each utterance what it gives alone."""
    waves = list(sounds(extractor.sample_rate).values())
    lengths = torch.tensor([wave.size for wave in waves])
    batch = torch.full((len(waves), int(lengths.max())), 0.3)  # what lies beyond a length is not zero
    for row, wave in zip(batch, waves, strict=True):
        row[: wave.size] = torch.from_numpy(wave)
    with torch.inference_mode():
        features, frames = extractor(batch, lengths)
    for row, wave in enumerate(waves):
        own, alone = features[row, :, : int(frames[row])].numpy(), compute(extractor, wave)
        expect(own.shape == alone.shape, f"{what}: {own.shape[1]} frames in a batch and {alone.shape[1]} alone")
        size = max(1.0, float(np.abs(alone).max()))
        far = float(np.abs(own - alone).max()) / size
        expect(far < _ROUNDING, f"{what}: features differ by {far:.1e} between a padded batch and one utterance alone")
        beyond = features[row, :, int(frames[row]) :]
        expect(not bool(beyond.any()), f"{what}: features beyond an utterance's own frames are not zero")


def _check_copies(extractor: Extractor, copies: tuple[Any, Any], what: str) -> None:
    """What came before a waveform changes nothing, and a copy in a worker process gives the same."""
    waves = list(sounds(extractor.sample_rate).values())
    forwards = [compute(copies[0], wave) for wave in waves]
    backwards = [compute(copies[1], wave) for wave in waves[::-1]][::-1]
    for one, two, wave in zip(forwards, backwards, waves, strict=True):
        same = np.array_equal(one, two) and np.array_equal(one, compute(extractor, wave))
        expect(same, f"{what}: gives other features after other waveforms, or once pickled; keep no state of calls")


def _check_module(extractor: Extractor, what: str) -> None:
    """What can be exported computes the same."""
    module = exportable(extractor)
    if module is None or isinstance(extractor, nn.Module):
        return
    wave = sounds(extractor.sample_rate)["voice"]
    with torch.inference_mode():
        features, _ = module(torch.from_numpy(wave)[None], torch.tensor([wave.size]))
    close = np.allclose(features[0].numpy(), compute(extractor, wave), atol=_ROUNDING)
    expect(close, f"{what}: module() gives other features than the extractor itself")

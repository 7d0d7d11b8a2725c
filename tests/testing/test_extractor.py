"""The contract of extractors: kept by what ships, and seen where it is broken."""

from __future__ import annotations

import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.features import EXTRACTORS, MFCC
from evenvoice.testing import check_extractor


# Those of a user's own libraries and weights are checked in tests/features/optional.
@pytest.mark.parametrize("name", sorted(EXTRACTORS.shipped.keys() - {"opensmile", "encoder"}))
def test_shipped_extractors_keep_the_contract(name: str) -> None:
    check_extractor(name)


class _Changes(MFCC):
    def __call__(self, waveform, lengths):  # type: ignore[no-untyped-def]
        features, frames = super().__call__(waveform, lengths)
        return self.changed(features, waveform), frames


class _LooksBeyond(_Changes):
    def changed(self, features, waveform):  # type: ignore[no-untyped-def]
        return features + waveform.mean(dim=1)[:, None, None] * (features != 0)


class _NotFinite(_Changes):
    def changed(self, features, waveform):  # type: ignore[no-untyped-def]
        return features / waveform.abs().max()


class _NotTheSame(_Changes):
    def changed(self, features, waveform):  # type: ignore[no-untyped-def]
        return features + torch.randn(()) * (features != 0)


class _NotZeroBeyond(_Changes):
    def changed(self, features, waveform):  # type: ignore[no-untyped-def]
        return torch.where(features == 0, 1e-3, features)


class _NoVersion(MFCC):
    version = None  # type: ignore[assignment]


class _Lengths(_Changes):
    def __call__(self, waveform, lengths):  # type: ignore[no-untyped-def]
        found = super().__call__(waveform, lengths)
        lengths -= 1
        return found

    def changed(self, features, waveform):  # type: ignore[no-untyped-def]
        return features


class _Arrays(_Lengths):
    def __call__(self, waveform, lengths):  # type: ignore[no-untyped-def]
        features, frames = super().__call__(waveform, lengths)
        return features.numpy(), frames.tolist()


class _Remembers(_Changes):
    """What it keeps of its first call is too little to see between a batch and one utterance alone."""

    def changed(self, features, waveform):  # type: ignore[no-untyped-def]
        self.first = getattr(self, "first", features.mean())
        return features + 1e-4 * self.first * (features != 0)


class _Reseeds(_Changes):
    def changed(self, features, waveform):  # type: ignore[no-untyped-def]
        torch.manual_seed(0)
        return features


class _Prints(_Changes):
    def changed(self, features, waveform):  # type: ignore[no-untyped-def]
        print("one more")  # noqa: T201  # what is planted
        return features


class _Crashes(_Changes):
    def changed(self, features, waveform):  # type: ignore[no-untyped-def]
        return features / [][0]


class _FewFrames(MFCC):
    def frames(self, samples):  # type: ignore[no-untyped-def]
        return super().frames(samples) if samples == 2 * self.sample_rate else 1


class _HasOptions(MFCC):
    """A constructor of its own, and with it options of its own."""

    def __init__(self, gain: float = 1.0) -> None:
        super().__init__()
        self.gain = gain


class _Demands(MFCC):
    def __init__(self, gain):  # type: ignore[no-untyped-def]
        super().__init__()


@pytest.mark.parametrize(
    ("extractor", "message"),
    [
        (_LooksBeyond, "differ by .* between a padded batch and one utterance alone"),
        (_NotFinite, "silence gives NaN or infinity"),
        (_NotTheSame, "gives other features each time"),
        (_NotZeroBeyond, "beyond an utterance's own frames are not zero"),
        (_NoVersion, "version is None; expected int"),
        (_Lengths, "changes the lengths; work on a copy"),
        (_Arrays, r"returns a tuple of ndarray, list; expected two tensors, features \[b, n_rows, t\] and frames"),
        (_Remembers, "gives other features after other waveforms, or once pickled; keep no state of calls"),
        (_Reseeds, r"changes torch's global random state; use a torch\.Generator"),
        (_Prints, r"prints to standard output \('one more'\)"),
        (_Crashes, r"IndexError: list index out of range \(test_extractor\.py, line \d+\)"),
        (_FewFrames, r"frames\(\d+\) is 1, and voice of that length gives \d+"),
        (int, r"has no frames\(samples\)"),
    ],
)
def test_a_broken_contract_is_seen(extractor: type, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_extractor(extractor)


def test_options_are_those_of_the_nearest_constructor() -> None:
    check_extractor(_HasOptions, gain=2.0)
    with pytest.raises(EvenvoiceError, match="unknown option 'n_mfcc'"):
        check_extractor(_HasOptions, n_mfcc=13)
    with pytest.raises(
        EvenvoiceError, match="extractor '_Demands': needs the option 'gain'; give it a value, or a def"
    ):
        check_extractor(_Demands)

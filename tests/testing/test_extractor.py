"""The contract of extractors: kept by what ships, and seen where it is broken."""

from __future__ import annotations

import pytest
import torch

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


@pytest.mark.parametrize(
    ("extractor", "message"),
    [
        (_LooksBeyond, "differ by .* between a padded batch and one utterance alone"),
        (_NotFinite, "silence gives NaN or infinity"),
        (_NotTheSame, "gives other features each time"),
        (_NotZeroBeyond, "beyond an utterance's own frames are not zero"),
        (_NoVersion, "version is None; expected int"),
    ],
)
def test_a_broken_contract_is_seen(extractor: type, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_extractor(extractor)

from __future__ import annotations

import pytest
from pydantic import ValidationError

from evenvoice.errors import EvenvoiceError
from evenvoice.features import MFCC, SPEECH, MFCCSettings


def test_defaults_are_those_of_the_architecture_page():
    assert MFCCSettings().model_dump() == {
        "sample_rate": 16000,
        "n_fft": 2048,
        "win_length": None,
        "hop_length": 512,
        "n_mels": 128,
        "n_mfcc": 40,
    }
    assert MFCC().frames(48000) == 94
    assert MFCC(SPEECH).frames(48000) == 301
    assert (MFCCSettings().window, SPEECH.window) == (2048, 400)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hop": 160}, "MFCCSettings: unknown key 'hop'; known are sample_rate, n_fft"),
        ({"hop_length": 0}, "greater than 0"),
        ({"n_fft": 511}, "multiple of 2"),
        ({"n_fft": 512, "win_length": 1024}, "win_length 1024 is above n_fft 512; raise n_fft"),
        ({"n_mels": 20}, "n_mfcc 40 is above n_mels 20; raise n_mels or lower n_mfcc"),
    ],
)
def test_impossible_settings_are_refused_with_the_remedy(wrong, words):
    with pytest.raises(EvenvoiceError, match=words):
        MFCCSettings(**wrong)


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        MFCCSettings().n_mfcc = 20

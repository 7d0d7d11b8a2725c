from __future__ import annotations

import pytest
from pydantic import ValidationError

from evenvoice.features import SPEECH, MFCCSettings


def test_defaults_are_those_of_the_architecture_page():
    assert MFCCSettings().model_dump() == {
        "name": "mfcc",
        "sample_rate": 16000,
        "n_fft": 2048,
        "win_length": None,
        "hop_length": 512,
        "n_mels": 128,
        "n_mfcc": 40,
        "form": "mean",
        "mean_layout": "pad",
        "seconds": 3.0,
    }
    assert MFCCSettings().n_frames == 94
    assert SPEECH.n_frames == 301
    assert (MFCCSettings().window, SPEECH.window) == (2048, 400)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hop": 160}, "Extra inputs are not permitted"),
        ({"hop_length": 0}, "greater than 0"),
        ({"n_fft": 511}, "multiple of 2"),
        ({"seconds": float("inf")}, "finite"),
        ({"form": "image"}, "'mean', 'array', 'channels', 'sequence' or 'functionals'"),
        ({"n_fft": 512, "win_length": 1024}, "win_length 1024 is above n_fft 512; raise n_fft"),
        ({"n_mels": 20}, "n_mfcc 40 is above n_mels 20; raise n_mels or lower n_mfcc"),
        ({"n_mfcc": 43}, "room for 3 x 42 means, found n_mfcc 43; lower n_mfcc to 42 or less, or choose"),
        ({"mean_layout": "average"}, "'average' needs n_mfcc 128, found 40; set n_mfcc to 128"),
        ({"mean_layout": "channels"}, "'channels' needs n_mfcc 128, found 40; set n_mfcc to 128"),
        ({"mean_layout": "split", "n_mfcc": 42}, "'split' needs n_mfcc 43, found 42; set n_mfcc to 43"),
    ],
)
def test_impossible_settings_are_refused_with_the_remedy(wrong, words):
    with pytest.raises(ValidationError, match=words):
        MFCCSettings(**wrong)


@pytest.mark.parametrize("form", ["array", "channels"])
def test_mean_layout_binds_only_the_form_mean(form):
    assert MFCCSettings(form=form, n_mfcc=64).n_mfcc == 64


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        MFCCSettings().n_mfcc = 20


def test_feature_parameters_are_all_but_the_form():
    assert set(MFCCSettings().feature_parameters()) == set(MFCCSettings.model_fields) - {
        "name",
        "form",
        "mean_layout",
        "seconds",
    }

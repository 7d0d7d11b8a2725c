"""The extractor ``opensmile``: against openSMILE itself where it is installed, and what is said where it is not."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError, MissingExtraError
from evenvoice.features import FeatureSettings, compute
from evenvoice.recipes import Recipe
from evenvoice.testing import check_extractor

installed = pytest.mark.skipif(
    importlib.util.find_spec("opensmile") is None, reason="openSMILE is not installed, and no part of evenvoice"
)
SETS = {"ComParE_2016": 6373, "eGeMAPSv02": 88}


def noise(seconds: float) -> np.ndarray:
    return (0.1 * np.random.default_rng(0).standard_normal(round(16000 * seconds))).astype(np.float32)


@installed
@pytest.mark.parametrize("feature_set", SETS)
def test_it_keeps_the_contract_of_an_extractor(feature_set: str) -> None:
    check_extractor(f"opensmile:{feature_set}")


@installed
@pytest.mark.parametrize("feature_set", SETS)
def test_its_features_are_those_of_opensmile(feature_set: str) -> None:
    import opensmile

    smile = opensmile.Smile(opensmile.FeatureSet[feature_set], opensmile.FeatureLevel.Functionals)
    wave = noise(1.0)
    expected = smile.process_signal(wave, 16000)
    extractor: Any = FeatureSettings(name=f"opensmile:{feature_set}").make()
    assert extractor.row_names == tuple(expected.columns)
    found = compute(extractor, wave)
    assert found.shape == (SETS[feature_set], 1)
    np.testing.assert_array_equal(found[:, 0], expected.to_numpy(np.float32)[0])


@installed
def test_a_recipe_takes_its_one_frame_as_it_is() -> None:
    recipe = Recipe(name="mine", features="opensmile:eGeMAPSv02", model="svm")  # type: ignore[arg-type]
    assert recipe.features.options == {"feature_set": "eGeMAPSv02"}
    assert recipe.input_shape == (1, 1, 88)


@installed
def test_an_unknown_set_is_named() -> None:
    with pytest.raises(
        EvenvoiceError, match=r"feature_set is 'eGeMAPSv2' \(did you mean 'eGeMAPSv02'\?\); openSMILE has"
    ):
        FeatureSettings(name="opensmile:eGeMAPSv2").make()


def test_without_opensmile_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opensmile", None)
    with pytest.raises(MissingExtraError, match="no part of evenvoice; pip install opensmile, whose licence allows no"):
        FeatureSettings(name="opensmile:IS09").make()


def test_the_licence_is_one_line() -> None:
    licence = FeatureSettings(name="opensmile:eGeMAPSv02").licence
    assert licence is not None
    assert "no products" in licence
    assert "\n" not in licence
    assert FeatureSettings(name="voice").licence is None

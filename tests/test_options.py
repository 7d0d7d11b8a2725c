"""Settings that are made by hand: what is wrong is one line of ours."""

from __future__ import annotations

from typing import Any

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.features import FeatureSettings, MFCCSettings, ShapeSettings
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.recipes.search import Range
from evenvoice.recipes.sections import LossSettings, ModelSettings, SamplerSettings, TrainingSettings
from evenvoice.study import Experiment


@pytest.mark.parametrize(
    ("kind", "values", "line"),
    [
        (FeatureSettings, {"name": "nope:Nope"}, "extractor 'nope:Nope': cannot be imported (ModuleNotFoundError: No "
         "module named 'nope'); check it with python -c \"import nope\", or take one of mfcc, "),
        (FeatureSettings, {"n_mfcc": 0}, "extractor 'mfcc': n_mfcc is 0; give "),
        (ShapeSettings, {"name": "aray"}, "shape 'aray' is unknown (did you mean 'array'?); known are "),
        (MFCCSettings, {"n_mfcc": 0}, "MFCCSettings: n_mfcc: Input should be greater than 0 (found 0)"),
        (SamplerSettings, {"name": "smoet"}, "sampler 'smoet' is unknown (did you mean 'smote'?)"),
        (LossSettings, {"name": "nope:Nope"}, "loss 'nope:Nope': cannot be imported"),
        (ModelSettings, {"name": "nope:Nope"}, "model 'nope:Nope': cannot be imported"),
        (TrainingSettings, {"epochs": True}, "TrainingSettings: epochs: Input should be a number, and not true or "),
        (TrainingSettings, {"epoch": 3}, "TrainingSettings: unknown key 'epoch' (did you mean 'epochs'?)"),
        (Range, {"low": 3}, "Range: high: Field required"),
        (Recipe, {"name": "mine", "training": {"epochs": "x"}}, "Recipe: training.epochs: "),
        (Recipe, {"name": "mine", "features": "nope:Nope"}, "extractor 'nope:Nope': cannot be imported"),
        (Experiment, {"corpus": "demo", "seeds": 0}, "Experiment: seeds: Input should be greater than or equal to 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(kind: Any, values: dict[str, Any], line: str) -> None:
    with pytest.raises(EvenvoiceError) as caught:
        kind(**values)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_settings_within_others_say_where() -> None:
    with pytest.raises(EvenvoiceError, match=r"^recipe '2dcnn': training\.epochs: .*found 'x'"):
        open_recipe("2dcnn", {"training": {"epochs": "x"}})

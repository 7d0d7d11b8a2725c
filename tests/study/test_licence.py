"""An extractor's licence is said before anything is computed."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
import soundfile

from evenvoice.errors import EvenvoiceError
from evenvoice.features import MFCC
from evenvoice.recipes import Recipe
from evenvoice.study import evaluate


class Licensed(MFCC):
    """An extractor with a licence of its own."""

    name: ClassVar[str] = "licensed"
    licence: ClassVar[str] = "for research alone"

    def __call__(self, *waveforms):  # type: ignore[no-untyped-def]
        raise RuntimeError("computed")


def test_the_licence_is_said_once_and_first(tmp_path: Path) -> None:
    rows = []
    for number in range(4):
        soundfile.write(tmp_path / f"{number}.wav", 0.1 * np.sin(np.arange(1600) / (5 + number)), 16000)
        rows.append({"file": tmp_path / f"{number}.wav", "emotion": "ab"[number % 2], "speaker": str(number // 2)})
    recipes = [
        Recipe(name=name, features="tests.study.test_licence:Licensed", model="knn")  # type: ignore[arg-type]
        for name in ("one", "other")
    ]
    said: list[str] = []
    with pytest.raises(EvenvoiceError, match="computed"):
        evaluate(pd.DataFrame(rows), recipes, "speaker", out=tmp_path / "out", jobs=1, on_message=said.append)
    assert [line for line in said if line.startswith("licence")] == ["licence: for research alone"]

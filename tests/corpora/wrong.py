"""Thirty values that are never what a function wants."""

from __future__ import annotations

import numpy as np
import pandas as pd

WRONG = (
    None, 3, 2.5, True, b"x", [], ["emodb"], {}, {"a": 1}, set(), object(), float("nan"), (), range(3), Exception("x"),
    np.zeros(3), pd.Series([1]), pd.DataFrame(), pd.NA, "\0", "", " ", "x" * 10_000, "folder:\0", "emodb:" + "x" * 5000,
    "a:b", "x.csv", ":", type, len,
)  # fmt: skip

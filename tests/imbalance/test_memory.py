"""What a sampler says of its memory is true, and is said before it starts."""

from __future__ import annotations

import tracemalloc
import warnings

import numpy as np
import pytest

from evenvoice.imbalance import BaseSampler, draw_plan, make_sampler
from evenvoice.imbalance.memory import MUCH, memory_needed, warn_of_memory
from evenvoice.imbalance.samplers.redrawn import Redrawn

# The size of the input: 6,832 rows of 11,280 values; it takes no memory itself.
LARGE = np.broadcast_to(np.float32(0), (6832, 11280))


@pytest.mark.parametrize("name", ["rb-ccr", "svm-smote", "kmeans-smote", "smote-tomek", "genetic-ratio"])
def test_a_sampler_that_takes_more_than_a_gibibyte_says_so(name: str) -> None:
    with pytest.warns(UserWarning, match=r"about \d+\.\d GiB of memory above its input of 294 MiB; smote and random-"):
        warn_of_memory(make_sampler(name), LARGE)
    with pytest.warns(UserWarning, match="GiB"):
        warn_of_memory(Redrawn(name), LARGE)


@pytest.mark.parametrize(
    "name",
    ["none", "smote", "random-over", "random-under", "tomek", "enn", "deepsmote", "three-player-gan", "eos", "mixup",
     "borderline-smote-1", "spec-augment", "waveform-over", "redrawn"],
)  # fmt: skip
def test_others_say_nothing(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_memory(make_sampler(name), LARGE)
    assert memory_needed(make_sampler(name), LARGE) < MUCH


def test_it_is_said_before_the_sampler_starts() -> None:
    class Stops(BaseSampler):
        copies = 4.0

        def plan(self, X: object, y: object, groups: object = None, seed: int = 0) -> object:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="sampler Stops: about 1.1 GiB"), pytest.raises(KeyboardInterrupt):
        draw_plan(Stops(), LARGE, np.zeros(len(LARGE)))


@pytest.mark.parametrize(
    "name",
    ["smote", "borderline-smote-1", "adasyn", "tomek", "all-knn", "nearmiss-1", "nearmiss-2", "one-sided",
     "smote-tomek", "db-us", "uncertainty-under", "dbig-us", "kalman-smote", "mixup", "eos", "spec-augment"],
)  # fmt: skip
def test_no_sampler_takes_more_than_it_says(name: str) -> None:
    """As far as Python and NumPy allocate it; `benchmarks/samplers.py` watches the whole process."""
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b", "c", "d"], [228, 162, 120, 90])
    X = rng.standard_normal((len(y), 5000), dtype=np.float32)
    sampler = make_sampler(name)
    tracemalloc.start()
    try:
        draw_plan(sampler, X, y, np.array([f"s{row % 10}" for row in range(len(y))]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Eight mebibytes for what does not grow with the input, such as SMOTE's blocks of distances.
    assert peak <= memory_needed(sampler, X) + 2**23

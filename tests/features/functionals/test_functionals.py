"""Contours to one vector: names, padding, constant rows, and today's five statistics to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.features.functionals import SETS, Functionals

ROWS = ("energy", "periodicity", "Δ energy", "Δ periodicity")
every_kind = pytest.mark.parametrize("kind", SETS)


def contours(length: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, len(ROWS), length, generator=generator).cumsum(dim=2)


@every_kind
def test_one_name_a_value(kind: str) -> None:
    functionals = Functionals(ROWS, kind)
    assert len(set(functionals.names)) == len(functionals.names)
    assert functionals(contours(50), torch.tensor([50])).shape == (1, len(functionals.names))


def test_basic_is_mean_deviation_extremes_and_slope() -> None:
    features = torch.randn(4, 9, 120) * 30 - 200
    frames = [120, 77, 2, 1]
    found = Functionals([str(number) for number in range(9)], "basic")(features, torch.tensor(frames))
    for row, count in enumerate(frames):
        own = features[row, :, :count].double().numpy()
        slope = np.polyfit(np.arange(count), own.T, 1)[0] if count > 1 else np.zeros(9)
        expected = [own.mean(axis=1), own.std(axis=1), own.min(axis=1), own.max(axis=1), slope]
        np.testing.assert_allclose(found[row].numpy(), np.concatenate(expected), rtol=1e-4, atol=1e-4)


@every_kind
def test_padding_and_neighbours_change_nothing(kind: str) -> None:
    functionals = Functionals(ROWS, kind)
    lengths = [300, 41, 3, 2, 1]
    alone = [contours(length, seed) for seed, length in enumerate(lengths)]
    batch = torch.full((len(lengths), len(ROWS), 320), torch.nan)
    for one, row in zip(alone, batch, strict=True):
        row[:, : one.shape[2]] = one[0]
    together = functionals(batch, torch.tensor(lengths))
    for one, found in zip(alone, together, strict=True):
        expected = functionals(one, torch.tensor([one.shape[2]]))[0]
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


@every_kind
@pytest.mark.parametrize("length", [1, 2, 3, 500])
@pytest.mark.parametrize("level", [0.0, -1e-9, 700.0])
def test_a_constant_row_is_finite_and_shows_no_rounding(kind: str, length: int, level: float) -> None:
    functionals = Functionals(ROWS, kind)
    noise = 1e-7 * max(abs(level), 1e-6) * torch.randn(1, len(ROWS), length)
    scale = torch.tensor([1.0, 1.0, 0.0, 0.0])[None, :, None]  # the Δ of a constant are rounding and nothing else
    found = functionals(level * scale + noise, torch.tensor([length]))[0]
    exact = functionals((level * scale).expand(1, len(ROWS), length), torch.tensor([length]))[0]
    assert found.isfinite().all()
    # Of the rounding alone, the kurtosis would be 3 and half of the steps would rise or fall.
    torch.testing.assert_close(found, exact, rtol=1e-4, atol=0.05)


def test_a_large_offset_costs_no_precision() -> None:
    functionals = Functionals(["energy"])
    row = torch.sin(torch.arange(200.0))[None, None]
    frames = torch.tensor([200])
    near = dict(zip(functionals.names, functionals(row, frames)[0].tolist(), strict=True))
    far = dict(zip(functionals.names, functionals(row + 50, frames)[0].tolist(), strict=True))
    for name in ("standard deviation", "skewness", "kurtosis", "range 25-75%", "line error", "autocorrelation 2"):
        assert far[f"{name}: energy"] == pytest.approx(near[f"{name}: energy"], rel=3e-3, abs=1e-3), name


def test_without_periodicity_nothing_is_voiced() -> None:
    names = Functionals(["energy", "Δ energy"]).names
    assert not any(name.startswith("voiced") for name in names)
    assert names[-1] == "log duration"
    assert "voiced mean: energy" in Functionals(ROWS).names
    assert "voiced mean: Δ energy" not in Functionals(ROWS).names


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(EvenvoiceError, match=r"functionals 'ritch' are unknown \(did you mean 'rich'\?\)"):
        Functionals(ROWS, "ritch")

"""Functionals of F0, worked by hand on a contour of 20 frames with two voiced runs."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from evenvoice.features.functionals import Functionals

ROWS = ("energy", "periodicity", "Δ energy", "F0", "voiced")


def functionals_of(f0: list[float], voiced: list[int], kind: str = "rich") -> dict[str, float]:
    functionals = Functionals(ROWS, kind)
    rows = torch.zeros(1, len(ROWS), len(f0))
    rows[0, 3], rows[0, 4] = torch.tensor(f0), torch.tensor(voiced, dtype=torch.float32)
    return dict(zip(functionals.names, functionals(rows, torch.tensor([len(f0)]))[0].tolist(), strict=True))


def test_level_and_movement() -> None:
    # Voiced at the frames 1, 2, 3 and 6, 7.
    found = functionals_of([0, 1.0, 1.2, 1.1, 0, 0, 2.0, 1.6, 0, 0], [0, 1, 1, 1, 0, 0, 1, 1, 0, 0])
    values = np.array([1.0, 1.2, 1.1, 2.0, 1.6])
    time = np.array([1, 2, 3, 6, 7])
    assert found["F0 mean"] == pytest.approx(1.38)
    assert found["F0 standard deviation"] == pytest.approx(values.std(), rel=1e-5)
    assert found["F0 percentile 50%"] == pytest.approx(1.2)
    assert found["F0 percentile 95%"] == pytest.approx(np.percentile(values, 95), rel=1e-5)
    slope, offset = np.polyfit(time, values, 1)
    assert found["F0 slope"] == pytest.approx(slope, rel=1e-4)
    left = values - slope * time - offset
    assert found["F0 line error"] == pytest.approx((left**2).mean() / values.var(), rel=1e-3)
    # Three steps within runs: +0.2, −0.1, −0.4; that from 1.1 to 2.0 is across a pause.
    assert found["F0 mean rise"] == pytest.approx(0.2 / 3, rel=1e-5)
    assert found["F0 mean fall"] == pytest.approx(0.5 / 3, rel=1e-5)


def test_start_and_end_are_ten_voiced_frames() -> None:
    found = functionals_of([0, 0, *[1.0] * 10, *[2.0] * 20, 0, *[0.0] * 10], [0, 0, *[1] * 30, 0, *[1] * 10])
    mean = (10 + 40) / 40
    assert found["F0 start"] == pytest.approx(1 - mean)
    assert found["F0 end"] == pytest.approx(0 - mean)


def test_runs() -> None:
    voiced = [0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1]
    found = functionals_of([float(v) for v in voiced], voiced)
    lengths, pauses = np.array([3, 1, 2]), np.array([2, 1, 3])
    assert found["voiced share"] == pytest.approx(6 / 12)
    assert found["voiced runs"] == pytest.approx(3 / 12)
    for what, values in (("voiced", lengths), ("unvoiced", pauses)):
        assert found[f"{what} run mean"] == pytest.approx(values.mean(), rel=1e-5)
        assert found[f"{what} run deviation"] == pytest.approx(values.std(), rel=1e-5)
        assert found[f"{what} run longest"] == values.max()


def test_without_a_voiced_frame_all_but_the_pause_is_zero() -> None:
    found = functionals_of([0.0] * 7, [0] * 7)
    of_f0 = {name: value for name, value in found.items() if name.startswith(("F0", "voiced r", "voiced s"))}
    assert set(of_f0.values()) == {0.0}
    assert found["unvoiced run longest"] == found["unvoiced run mean"] == 7


def test_a_steady_pitch_has_no_spread_and_no_movement() -> None:
    found = functionals_of([1.3] * 50, [1] * 50)
    assert found["F0 mean"] == found["F0 percentile 99%"] == pytest.approx(1.3)
    for name in ("standard deviation", "skewness", "slope", "line error", "mean rise", "mean fall", "start", "end"):
        assert found[f"F0 {name}"] == pytest.approx(0, abs=1e-5), name


@pytest.mark.parametrize("length", [1, 2, 9, 60])
def test_padding_and_neighbours_change_nothing(length: int) -> None:
    generator = torch.Generator().manual_seed(length)
    rows = torch.rand(2, len(ROWS), 80, generator=generator)
    rows[:, 4] = (rows[:, 4] > 0.4).float()
    functionals = Functionals(ROWS)
    alone = functionals(rows[:1, :, :length], torch.tensor([length]))
    padded = rows.clone()
    padded[0, :, length:] = torch.nan
    together = functionals(padded, torch.tensor([length, 80]))
    torch.testing.assert_close(together[:1], alone, rtol=1e-4, atol=1e-4)
    assert together.isfinite().all()


def test_the_other_functionals_are_what_they_are_without_f0() -> None:
    rows = torch.randn(2, len(ROWS), 40, generator=torch.Generator().manual_seed(0))
    rows[:, 4] = (rows[:, 4] > 0).float()
    frames = torch.tensor([40, 17])
    both, plain = Functionals(ROWS), Functionals(ROWS[:3])
    found = dict(zip(both.names, both(rows, frames).T, strict=True))
    assert both.names[-1] == plain.names[-1] == "log duration"
    for name, expected in zip(plain.names, plain(rows[:, :3], frames).T, strict=True):
        assert torch.equal(found[name], expected), name
    # Other kinds know no F0: it is a row like any other.
    assert "mean: F0" in Functionals(ROWS, "basic").names

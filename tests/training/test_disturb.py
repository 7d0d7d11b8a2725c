"""Masks and mixup: training batches only, of the sizes that were asked for, and repeatable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.recipes.sections import BandSettings, MaskSettings, TrainingSettings
from evenvoice.training import fit
from evenvoice.training.disturb import Scale, cropped, disturbed, masked, mixed, warped_and_noisy
from tests import fabricate

TABLE = fabricate.utterances()
EXAMPLES = fabricate.examples(TABLE)


def test_masks_are_spans_below_their_widths_and_spare_the_last_row() -> None:
    torch.manual_seed(0)
    ones = torch.ones(200, 1, 9, 60)
    found = masked(ones, MaskSettings(number=1, frames=10, rows=4), 8)
    assert (ones == 1).all()
    hidden = (found[:, 0] == 0).numpy()
    assert not hidden[:, 8].any()
    frames, rows = hidden[:, :8].all(axis=1).sum(axis=1), hidden[:, :8].all(axis=2).sum(axis=1)
    assert set(frames.tolist()) == set(range(10))
    assert set(rows.tolist()) == set(range(4))
    # One span each: where a frame is hidden, those beside it are, or it is at an end.
    edges = np.abs(np.diff(hidden[:, :8].all(axis=1).astype(int), axis=1)).sum(axis=1)
    assert edges.max() <= 2


def test_masks_wider_than_the_features_leave_something_of_them() -> None:
    torch.manual_seed(0)
    assert (masked(torch.ones(50, 1, 3, 5), MaskSettings(number=1, frames=100, rows=100), 3) == 1).any(dim=-1).any()


def test_mixup_is_a_line_between_two_rows_and_their_targets() -> None:
    torch.manual_seed(1)
    features, targets = torch.arange(4.0).reshape(4, 1, 1, 1), torch.eye(4)
    mixed_features, mixed_targets = mixed(features, targets, 1.0)
    np.testing.assert_allclose(mixed_targets.sum(dim=1), 1, rtol=1e-6)
    # A row's value is its number, so that the targets say what it must be.
    np.testing.assert_allclose(mixed_features[:, 0, 0, 0], mixed_targets @ torch.arange(4.0), rtol=1e-6)
    shares = mixed_targets.max(dim=1).values
    assert 0 < shares.min() < 1


def test_nothing_is_disturbed_where_nothing_is_asked_for() -> None:
    batch = torch.ones(2, 1, 3, 4), torch.tensor([0, 1])
    assert all(one is other for one, other in zip(disturbed(batch, TrainingSettings(), 2, False), batch, strict=True))


def _recipe(**training: Any) -> Recipe:
    return open_recipe("2dcnn", {"training": {"epochs": 2, "batch_size": 32, **training}})


@pytest.mark.parametrize(
    "training",
    [
        {"mixup": 0.3},
        {"masks": {"number": 1, "frames": 3, "rows": 3}},
        {"schedule": "one-cycle"},
        {"weight_decay": 0.1},
    ],
    ids=["mixup", "masks", "one-cycle", "weight decay"],
)
def test_each_changes_a_fit_and_the_same_seed_repeats_it(training: dict[str, Any]) -> None:
    plain, one, again = (
        fit(_recipe(**options), EXAMPLES).probabilities(EXAMPLES) for options in ({}, training, training)
    )
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - plain).max() > 1e-4


def test_one_cycle_rises_over_a_fifth_and_falls_to_nearly_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[float] = []
    step = torch.optim.Adam.step

    def recorded(self: torch.optim.Adam, *arguments: Any, **options: Any) -> Any:
        rates.append(self.param_groups[0]["lr"])
        return step(self, *arguments, **options)

    monkeypatch.setattr(torch.optim.Adam, "step", recorded)
    fit(_recipe(schedule="one-cycle", epochs=10, batch_size=16, learning_rate=0.01), EXAMPLES)
    highest = int(np.argmax(rates))
    assert rates[highest] == pytest.approx(0.01, rel=0.02)
    assert highest / len(rates) == pytest.approx(0.2, abs=0.05)
    assert rates[-1] < 1e-4


def test_a_schedule_that_warms_up_by_itself_takes_no_warm_up() -> None:
    with pytest.raises(EvenvoiceError, match="one-cycle warms up by itself; set warm_up_steps to 0"):
        _recipe(schedule="one-cycle", warm_up_steps=5)


def test_mixed_rows_count_for_what_they_are_most_of() -> None:
    model = fit(_recipe(mixup=0.2), EXAMPLES)
    assert model.history["train_accuracy"].between(0, 1).all()


LOG_MELS = fabricate.examples(TABLE, n_rows=8)
TINY = {"channels": [4, 4, 4, 4], "attention": 4}
RESIDUAL = {
    "name": "mels",
    "features": {"name": "log-mel", "n_mels": 8},
    "shape": {"name": "sequence", "seconds": 0.2},
    "model": {"name": "residual-cnn", "options": TINY},
}


@pytest.mark.parametrize(
    "training",
    [
        {"crop": 8},
        {"bands": {"warp": 0.1}},
        {"bands": {"level": 3}},
        {"bands": {"noise": 1}},
        {"precision": "bfloat16"},
    ],
    ids=["crop", "warp", "level", "noise", "bfloat16"],
)
def test_what_is_drawn_in_each_batch_changes_a_fit_and_the_same_seed_repeats_it(training: dict[str, Any]) -> None:
    plain, one, again = (
        fit(Recipe(**RESIDUAL, clip=4, training={"epochs": 2, "batch_size": 32, **options}), LOG_MELS).probabilities(
            LOG_MELS
        )
        for options in ({}, training, training)
    )
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - plain).max() > 1e-5


def test_a_batch_is_disturbed_around_the_mean_and_scale_of_its_own_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Scale] = []
    monkeypatch.setattr(
        "evenvoice.training.disturb.warped_and_noisy",
        lambda features, bands, scale: seen.append(scale) or features,
    )
    recipe = Recipe(**RESIDUAL, clip=3, training={"epochs": 1, "bands": {"level": 1}})
    model = fit(recipe, LOG_MELS)
    frames = np.concatenate(list(LOG_MELS.features), axis=1)
    np.testing.assert_allclose(seen[0].mean[:, 0], frames.mean(axis=1), atol=1e-5)
    np.testing.assert_allclose(seen[0].scale[:, 0], 1 / frames.std(axis=1), rtol=1e-4)
    assert seen[0].clip == 3
    assert model.normaliser is not None


def test_a_prediction_is_float32_whatever_training_took() -> None:
    model = fit(Recipe(**RESIDUAL, training={"epochs": 1, "precision": "bfloat16"}), LOG_MELS)
    assert {parameter.dtype for parameter in model.network.parameters()} == {torch.float32}
    found = model.probabilities(LOG_MELS)
    assert found.dtype == np.float32
    # bfloat16 has 256 numbers between 0.5 and 1.
    assert len(np.unique(found)) > 0.9 * found.size


def _sequence(lengths: list[int], width: int, rows: int) -> torch.Tensor:
    """Each value is its frame's number, and the last row the mask."""
    own = torch.arange(width) < torch.tensor(lengths)[:, None]
    values = torch.arange(width).expand(len(lengths), rows, width) * own[:, None]
    return torch.cat((values, own[:, None]), dim=1)[:, None].float()


def test_a_crop_is_a_stretch_from_anywhere_and_starts_short_rows_at_their_first_frame() -> None:
    torch.manual_seed(0)
    features = _sequence([60] * 300 + [7], 64, 2)
    found = cropped(features, 10)
    assert found.shape == (301, 1, 3, 10)
    starts = found[:300, 0, 0, 0]
    assert (found[:300, 0, 0] == starts[:, None] + torch.arange(10)).all()
    assert set(starts.int().tolist()) == set(range(51))  # 60 frames hold 51 stretches of ten; all are drawn
    assert (found[:300, 0, 2] == 1).all()
    assert found[300, 0, 0].tolist() == [0, 1, 2, 3, 4, 5, 6, 0, 0, 0]
    assert found[300, 0, 2].tolist() == [1] * 7 + [0] * 3


def test_a_crop_wider_than_the_features_leaves_them_as_they_are() -> None:
    features = _sequence([5, 3], 6, 2)
    assert torch.equal(cropped(features, 100), features)


# Four bands of log power -4, -3, -2, -1 around other means and scales; the fifth row is the mask of six own frames.
LEVELS = torch.tensor([-4.0, -3.0, -2.0, -1.0])[:, None]
SCALE = Scale(torch.tensor([[-5.0], [-2.0], [0.0], [1.0]]), torch.tensor([[1.0], [2.0], [0.5], [1.0]]), None)


def _bands(n: int, clip: float | None = None) -> tuple[torch.Tensor, Scale]:
    scale = SCALE._replace(clip=clip)
    values = ((LEVELS - scale.mean) * scale.scale).expand(n, 4, 8) * (torch.arange(8) < 6)
    return torch.cat((values, (torch.arange(8) < 6).expand(n, 1, 8)), dim=1)[:, None].float(), scale


def _power(features: torch.Tensor, scale: Scale) -> torch.Tensor:
    """Log power of the own frames, ``[n, bands, 6]``."""
    return features[:, 0, :-1, :6] / scale.scale + scale.mean


def test_another_level_is_the_same_number_of_decibels_everywhere_and_leaves_padding() -> None:
    torch.manual_seed(0)
    features, scale = _bands(500)
    found = warped_and_noisy(features, BandSettings(level=10), scale)
    moved = _power(found, scale) - LEVELS
    first = moved[:, 0, 0]
    torch.testing.assert_close(moved, first[:, None, None].expand_as(moved), atol=1e-5, rtol=0)
    decibels = first * 10 / np.log(10)
    assert decibels.abs().max() <= 10
    assert decibels.min() < -9.5
    assert decibels.max() > 9.5
    assert (found[:, 0, :-1, 6:] == 0).all()
    assert torch.equal(found[:, 0, -1], features[:, 0, -1])


def test_a_warp_reads_between_two_bands_and_leaves_the_lowest() -> None:
    torch.manual_seed(0)
    features, scale = _bands(500)
    found = _power(warped_and_noisy(features, BandSettings(warp=0.2), scale), scale)
    # The bands are a line, so band i at i · a is -4 + i · a, and nothing lies beyond the highest.
    stretch = found[:, 1, 0] + 4
    expected = -4 + (torch.arange(4) * stretch[:, None]).clamp(max=3)
    torch.testing.assert_close(found, expected[:, :, None].expand_as(found), atol=1e-5, rtol=0)
    assert 0.8 <= stretch.min() < 0.82 < 1.18 < stretch.max() <= 1.2


def test_noise_is_as_far_below_the_mean_power_as_was_asked_for() -> None:
    torch.manual_seed(0)
    features, scale = _bands(4000)
    found = warped_and_noisy(features, BandSettings(noise=1.0, noise_depth=(10, 10)), scale)
    added = _power(found, scale).double().exp() - LEVELS.double().exp()
    assert added.min() > -1e-6
    # Exponential power has the mean 1; the tilt, uniform in ± 1.5 at the ends and ± 0.5 between, has sinh(x) / x.
    expected = LEVELS.exp().mean() * 0.1 * torch.tensor([np.sinh(x) / x for x in (1.5, 0.5, 0.5, 1.5)])
    np.testing.assert_allclose(added.mean(dim=(0, 2)), expected, rtol=0.03)
    half = warped_and_noisy(features, BandSettings(noise=0.3), scale)
    assert (half != features).any(dim=(1, 2, 3)).double().mean() == pytest.approx(0.3, abs=0.03)


def test_bands_are_clipped_again_and_a_constant_one_stays_zero() -> None:
    features, scale = _bands(50, clip=1.5)
    scale = scale._replace(scale=torch.tensor([[0.0], [2.0], [0.5], [1.0]]))
    features[:, :, 0] = 0
    found = warped_and_noisy(features, BandSettings(warp=0.2, level=20, noise=0.5), scale)
    assert found[:, 0, :-1].abs().max() == 1.5
    assert (found[:, 0, 0] == 0).all()
    assert torch.isfinite(found).all()


@pytest.mark.parametrize("rows", [1, 2])
def test_one_or_two_bands_can_be_warped(rows: int) -> None:
    features = _sequence([5], 6, rows)
    scale = Scale(torch.zeros(rows, 1), torch.ones(rows, 1), None)
    assert warped_and_noisy(features, BandSettings(warp=0.2), scale).shape == features.shape


_MELS = {
    "features": {"name": "log-mel", "n_mels": 8},
    "model": {"name": "residual-cnn"},
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"training": {"crop": 5}}, "training.crop: shape 'mean' does not say which frames"),
        ({"training": {"bands": {"warp": 0.1}}}, "training.bands: shape 'mean' does not say which frames"),
        (
            {"shape": "sequence", "model": "transformer", "training": {"bands": {"warp": 0.1}}},
            "training.bands: the rows of extractor 'mfcc' are no logarithms of power; use extractor log-mel",
        ),
        (
            {**_MELS, "model": {"name": "svm"}, "training": {"crop": 5}},
            "training.crop: model 'svm' has no batches; leave it out",
        ),
        (
            {**_MELS, "normalise": "speaker", "training": {"bands": {"noise": 0.1}}},
            "training.bands: needs the normaliser of the training part, and found normalise: speaker",
        ),
        ({"training": {"bands": {"noise_depth": [38, 8]}}}, r"noise_depth.*found \[38.0, 8.0\]; expected the least"),
        ({"training": {"bands": {"warp": 0.7}}}, "warp.*less than 0.5"),
        ({"training": {"precision": "float16"}}, "precision.*'float32' or 'bfloat16'"),
    ],
)
def test_what_does_not_go_together_is_said(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(EvenvoiceError, match=f"(?s){words}"):
        Recipe(name="mine", **changes)

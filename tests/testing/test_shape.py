"""The contract of shapes: kept by what ships, and seen where it is broken."""

from __future__ import annotations

import pytest
import torch

from evenvoice.errors import EvenvoiceError
from evenvoice.features import MFCC, SHAPES
from evenvoice.features.shapes.frames import Array
from evenvoice.features.shapes.mean import Mean
from evenvoice.testing import check_shape


@pytest.mark.parametrize("name", sorted(SHAPES.shipped))
@pytest.mark.parametrize("extractor", ["mfcc", "short-term"])
def test_shipped_shapes_keep_the_contract(name: str, extractor: str) -> None:
    check_shape(name, extractor)


@pytest.mark.parametrize(
    ("name", "n_mfcc", "options"),
    [
        ("mean", 128, {"layout": "average"}),
        ("mean", 43, {"layout": "split"}),
        ("mean", 128, {"layout": "channels"}),
        ("sequence", 40, {"n_rows": 40}),
        ("functionals", 13, {"kind": "mean"}),
        ("functionals", 13, {"kind": "spread"}),
        ("functionals", 13, {"kind": "rich"}),
        ("array", 13, {"seconds": 0.1}),
    ],
)
def test_so_do_their_options(name: str, n_mfcc: int, options: dict) -> None:
    check_shape(name, MFCC(n_mfcc=n_mfcc), **options)


class _Rows(Array):
    """An array whose rows are changed."""

    def rows(self, features, frames):  # type: ignore[no-untyped-def]
        return self.changed(features.clone()), frames


class _NotFinite(_Rows):
    def changed(self, features):  # type: ignore[no-untyped-def]
        return features / features.abs().amax(dim=(1, 2), keepdim=True).where(features[:, :1, 1:2] > -850, 0)


class _OfTheBatch(_Rows):
    def changed(self, features):  # type: ignore[no-untyped-def]
        return features - features.mean()


class _Random(_Rows):
    def changed(self, features):  # type: ignore[no-untyped-def]
        return features + torch.rand((), generator=self.generator)

    generator = torch.Generator()


class _Few(_Rows):
    def changed(self, features):  # type: ignore[no-untyped-def]
        return features[:, :5]


class _Wide(_Rows):
    def changed(self, features):  # type: ignore[no-untyped-def]
        return features.double()


class _Remembers(_Rows):
    def changed(self, features):  # type: ignore[no-untyped-def]
        self.first = getattr(self, "first", features.mean())
        return features + 1e-5 * self.first


class _Reseeds(_Rows):
    def changed(self, features):  # type: ignore[no-untyped-def]
        torch.manual_seed(0)
        return features


class _Crashes(_Rows):
    def changed(self, features):  # type: ignore[no-untyped-def]
        return features / [][0]


class _Writes(Array):
    def rows(self, features, frames):  # type: ignore[no-untyped-def]
        features += 1
        return features, frames


class _Alone(Array):
    def rows(self, features, frames):  # type: ignore[no-untyped-def]
        return features


class _NoFrames(Array):
    def rows(self, features, frames):  # type: ignore[no-untyped-def]
        return features, torch.zeros_like(frames)


class _SaysOne(Array):
    one_frame = True


class _Padding(Array):
    """Rows that are padded are moved by the normaliser, and stay so."""

    def image(self, rows, frames):  # type: ignore[no-untyped-def]
        return torch.nn.functional.pad(rows, (0, self.n_frames))[:, :, : self.n_frames][:, None]


class _Ragged(Array):
    def image(self, rows, frames):  # type: ignore[no-untyped-def]
        return rows[:, None]


class _Average(Mean):
    """The mean over padding as well."""

    def rows(self, features, frames):  # type: ignore[no-untyped-def]
        vectors, one = super().rows(features, frames)
        return vectors * frames[:, None, None] / features.shape[2], one


class _NoSize(Array):
    def __init__(self, extractor):  # type: ignore[no-untyped-def]
        super().__init__(extractor)
        self.size = [1, extractor.n_rows, 94]  # type: ignore[assignment]


class _Demands(Array):
    def __init__(self, extractor, width):  # type: ignore[no-untyped-def]
        super().__init__(extractor)


class _Locks(Array):
    def __init__(self, extractor):  # type: ignore[no-untyped-def]
        super().__init__(extractor)
        self.key = lambda: 0


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (_NotFinite, "rows hold NaN or infinity; floor what you divide by"),
        (_OfTheBatch, "the rows of an utterance differ by .* between a padded batch and alone"),
        (_Random, "the same features give other rows each time"),
        (_Few, r"rows of shape \[1, 5, \d+\]; expected \[1, 120, 't'\], as n_normalised says"),
        (_Wide, "rows of torch.float64; expected torch.float32"),
        (_Remembers, "gives other rows after other utterances, or once pickled; keep no state of calls"),
        (_Reseeds, r"changes torch's global random state; use a torch\.Generator"),
        (_Crashes, r"IndexError: list index out of range \(test_shape\.py, line \d+\)"),
        (_Writes, r"rows\(\) changes the features or frames that it is given"),
        (_Alone, r"rows\(\) returns Tensor; expected two tensors"),
        (_NoFrames, r"says that of \d+ frames \[0\] are an utterance's own; expected 1 or more"),
        (_SaysOne, r"says one_frame, and gives \d+ frames"),
        (_Padding, "the image of an utterance differ by .* between a padded batch and alone"),
        (_Ragged, r"an image of shape \[1, 1, 120, \d+\]; expected \[1, 1, 120, 94\], by size"),
        (_Average, "the rows of an utterance differ by"),
        (_NoSize, r"size is \[1, 120, 94\]; expected channels, height and width"),
        (_Locks, "cannot be pickled .*; keep no lambdas"),
        (int, r"shape int: has no rows\(\); see evenvoice\.features\.Shape"),
    ],
)
def test_a_broken_contract_is_seen(shape: type, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_shape(shape)


def test_an_object_is_checked_with_its_extractor() -> None:
    extractor = MFCC(n_mfcc=13)
    check_shape(Array(extractor, seconds=1.0), extractor)
    with pytest.raises(AssertionError, match=r"rows of shape \[1, 120, \d+\]; expected \[1, 39"):
        check_shape(Array(extractor, seconds=1.0))


def test_what_is_no_shape_or_option_is_one_line() -> None:
    with pytest.raises(EvenvoiceError, match=r"shape 'medain' is unknown \(did you mean 'mean'"):
        check_shape("medain")
    with pytest.raises(EvenvoiceError, match="shape 'array': unknown option 'second'"):
        check_shape("array", second=3)
    with pytest.raises(EvenvoiceError, match="shape '_Demands': needs the option 'width'; give it a value"):
        check_shape(_Demands)

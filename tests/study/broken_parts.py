"""Parts of a plug-in, each broken in a way of its own: what people's classes do, not what they should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import nn

from evenvoice.corpora import Loader, Reading, Utterance
from evenvoice.features import MFCC
from evenvoice.features.shapes.mean import Mean
from evenvoice.imbalance import BaseLoss, BaseSampler, Plan, Shift
from evenvoice.models import Estimator
from evenvoice.protocols import NO_ROWS, BaseProtocol, Fold, Promise


class Own(Exception):  # noqa: N818
    """An exception of a user's own, with a message of two lines."""

    def __init__(self, *_: object) -> None:
        super().__init__("no\n  luck")


def _does(method: str, of: type, change: Callable[..., Any]) -> Callable[..., Any]:
    """A method that changes what the usual one returns."""
    usual = getattr(of, method)

    def changed(self: Any, *arguments: Any, **options: Any) -> Any:
        return change(*_several(usual(self, *arguments, **options)))

    return changed


def _several(given: Any) -> tuple[Any, ...]:
    return given if isinstance(given, tuple) else (given,)


def _raises(*_: Any, **__: Any) -> Any:
    raise Own


def _leaves(*_: Any, **__: Any) -> Any:
    raise SystemExit(3)


def _part(of: type, method: str, does: Callable[..., Any]) -> type:
    return type("Broken", (of,), {method: does, "__module__": __name__})


def _named(parts: dict[str, type]) -> None:
    """Put each into this module, under its name."""
    for name, part in parts.items():
        part.__name__ = part.__qualname__ = name
        globals()[name] = part


def _extractor(change: Callable[..., Any]) -> type:
    return _part(MFCC, "__call__", _does("__call__", MFCC, change))


_named(
    {
        "ERaises": _part(MFCC, "__call__", _raises),
        "ELeaves": _part(MFCC, "__call__", _leaves),
        "EMake": _part(MFCC, "__init__", lambda self: _raises()),
        "EFew": _extractor(lambda features, frames: (features[:, :7], frames)),
        "EFlat": _extractor(lambda features, frames: (features[0], frames)),
        "EDouble": _extractor(lambda features, frames: (features.double(), frames)),
        "ENaN": _extractor(lambda features, frames: (features * np.nan, frames)),
        "ENone": _extractor(lambda features, frames: None),
        "EArrays": _extractor(lambda features, frames: (features.numpy(), frames.numpy())),
        "ENoFrames": _extractor(lambda features, frames: (features[:, :, :0], frames * 0)),
        "SRaises": _part(Mean, "rows", _raises),
        "SMake": _part(Mean, "__init__", lambda self, extractor: _raises()),
        "SNothing": _part(Mean, "__init__", lambda self, extractor: None),
        "SImageRaises": _part(Mean, "image", _raises),
        "SFew": _part(Mean, "rows", _does("rows", Mean, lambda rows, own: (rows[:, :5], own))),
        "SNaN": _part(Mean, "rows", _does("rows", Mean, lambda rows, own: (rows * np.nan, own))),
        "SDouble": _part(Mean, "rows", _does("rows", Mean, lambda rows, own: (rows.double(), own))),
        "SImageFlat": _part(Mean, "image", lambda self, rows, frames: rows),
        "SImageNaN": _part(Mean, "image", _does("image", Mean, lambda image: image * np.nan)),
        "PRaises": _part(BaseSampler, "plan", _raises),
        "PMake": _part(BaseSampler, "__init__", lambda self: _raises()),
        "PNone": _part(BaseSampler, "plan", lambda self, X, y, groups=None, seed=0: None),
        "PFar": _part(BaseSampler, "plan", lambda self, X, y, groups=None, seed=0: Plan.keep(np.arange(len(y) + 5))),
        "LRaises": _part(BaseLoss, "rows", _raises),
        "LNone": _part(BaseLoss, "__call__", lambda self, logits, targets, epoch=0: None),
        "LMany": _part(BaseLoss, "__call__", lambda self, logits, targets, epoch=0: logits.sum(dim=1)),
        "LNaN": _part(BaseLoss, "rows", lambda self, logits, targets, epoch: logits.sum(dim=1) * np.nan),
        "LDetached": _part(BaseLoss, "rows", lambda self, logits, targets, epoch: logits.detach().sum(dim=1)),
        "LUncalled": type("LUncalled", (), {"__module__": __name__, "__init__": lambda self, counts, n_epochs: None}),
    }
)


class Decides:
    needs_validation = False

    def fit(self, logits: Any, y: Any, class_counts: Any) -> Any:
        return Shift()


class Net(nn.Module):
    def __init__(self, input_shape: Any, n_classes: int) -> None:
        super().__init__()
        self.layer = nn.Linear(int(np.prod(input_shape)), n_classes)

    def forward(self, rows: Any) -> Any:
        return self.layer(rows.flatten(1))

    def penalty(self) -> Any:
        return torch.zeros(())


class Classical(Estimator):
    name = "classical"

    def _fit(self, X: Any, y: Any, class_weights: Any, seed: int) -> None:
        self.counts = np.bincount(y).astype(np.float32)

    def _probabilities(self, X: Any) -> Any:
        return np.full((len(X), self.n_classes), 1 / self.n_classes, np.float32)

    def learned(self) -> Any:
        return {"counts": self.counts}


def _when_asked(self: Any, rows: Any) -> Any:
    return _raises() if not self.training else self.layer(rows.flatten(1))


@dataclass(frozen=True)
class Divides(BaseProtocol):
    name: ClassVar[str] = "divides"
    promise: ClassVar[Promise] = Promise("nothing is promised")
    needs: ClassVar[tuple[str, ...]] = ()
    validation_by: ClassVar[str | None] = None


def _protocol(folds: Callable[[int], Any]) -> type:
    return _part(Divides, "folds", lambda self, utterances, seed: folds(len(utterances)))


def _fold(train: Any, test: Any) -> list[Fold]:
    return [Fold(0, train, NO_ROWS, test, "half")]


_named(
    {
        "DRaises": _part(Decides, "fit", _raises),
        "DNone": _part(Decides, "fit", lambda self, logits, y, counts: None),
        "DWide": _part(Decides, "fit", lambda self, logits, y, counts: Shift(1.0, np.zeros(99))),
        "DCold": _part(Decides, "fit", lambda self, logits, y, counts: Shift(np.nan)),
        "DNoFlag": type("DNoFlag", (), {"__module__": __name__, "fit": Decides.fit}),
        "NRaises": _part(Net, "forward", _raises),
        "NMake": _part(Net, "__init__", _raises),
        "NWhenAsked": _part(Net, "forward", _when_asked),
        "NTwo": _part(Net, "forward", _does("forward", Net, lambda logits: logits[:, :2])),
        "NOne": _part(Net, "forward", _does("forward", Net, lambda logits: logits[:1])),
        "NNone": _part(Net, "forward", lambda self, rows: None),
        "NPenalty": _part(Net, "penalty", lambda self: None),
        "CFit": _part(Classical, "_fit", _raises),
        "CRaises": _part(Classical, "_probabilities", _raises),
        "COne": _part(Classical, "_probabilities", _does("_probabilities", Classical, lambda found: found[:1])),
        "CNaN": _part(Classical, "_probabilities", _does("_probabilities", Classical, lambda found: found * np.nan)),
        "CSums": _part(Classical, "_probabilities", _does("_probabilities", Classical, lambda found: found * 2)),
        "CNone": _part(Classical, "_probabilities", lambda self, X: None),
        "TRaises": _protocol(lambda n: _raises()),
        "TNone": _protocol(lambda n: None),
        "TPairs": _protocol(lambda n: [(np.arange(n // 2), np.arange(n // 2, n))]),
        "TEmpty": _protocol(lambda n: []),
        "TFar": _protocol(lambda n: _fold(np.arange(n // 2), np.arange(n // 2, n + 5))),
        "TTwice": _protocol(lambda n: _fold(np.arange(n // 2), np.array([n - 1, n - 1]))),
        "TMask": _protocol(lambda n: _fold(np.arange(n) < n // 2, np.arange(n) >= n // 2)),
        "TList": _protocol(lambda n: _fold(list(range(n // 2)), list(range(n // 2, n)))),
    }
)


def _loader(read: Callable[[Path], Any]) -> Loader:
    return Loader("mine", "My corpus", "CC0-1.0", read, "a folder")


K_RAISES = _loader(lambda folder: _raises())
K_NONE = _loader(lambda folder: None)
K_PATHS = _loader(lambda folder: Reading(sorted(folder.iterdir())))  # type: ignore[arg-type]
K_NUMBERS = _loader(lambda folder: Reading([Utterance("a", folder / "a.wav", 3)]))  # type: ignore[arg-type]
K_RELATIVE = _loader(lambda folder: Reading([Utterance("a", Path("a.wav"), "sad")]))
K_TEXT = "a text"

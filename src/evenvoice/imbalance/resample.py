"""``fit_resample``: a plan carried out at once, on whatever scikit-learn accepts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.draw import draw_plan
from evenvoice.imbalance.inputs import class_counts

if TYPE_CHECKING:
    from evenvoice.imbalance.sampler import BaseSampler


def fit_resample(sampler: BaseSampler, X: Any, y: Any, groups: ArrayLike | None) -> tuple[Any, Any]:
    """Return the rows and labels of a sampler's plan; see `BaseSampler.fit_resample`.

    imbalanced-learn gives X and y their types back, as in its own samplers; tensors get their dtype and device back.
    """
    from imblearn.utils._validation import ArraysTransformer
    from sklearn.preprocessing import label_binarize

    tensors, (X, y) = (X, y), (_array("X", X), _array("y", y))
    types = ArraysTransformer(X, y)
    features, labels, one_vs_all = _validated(sampler, X, y)
    have = class_counts(labels)
    if len(have) < 2:
        only = next(iter(have))
        raise EvenvoiceError(f"y: one class only ({only!r}, {len(labels)} rows); a sampler needs two at least")
    plan = draw_plan(sampler, features, labels, groups, _seed(sampler.random_state))
    after = class_counts(plan.y(labels))
    sampler.plan_ = plan
    sampler.sampling_strategy_ = {label: abs(after[label] - n) for label, n in have.items() if after[label] != n}
    rows, resampled = plan.take(features, np.arange(len(plan))), plan.y(labels)
    if one_vs_all:
        resampled = label_binarize(resampled, classes=np.unique(labels))
    rows, resampled = types.transform(rows, resampled)
    return _like(tensors[0], rows), _like(tensors[1], resampled)


def _is_tensor(values: Any) -> bool:
    """Return whether values are a torch tensor, without importing torch: who has one has imported it."""
    return (torch := sys.modules.get("torch")) is not None and isinstance(values, torch.Tensor)


def _array(name: str, values: Any) -> Any:
    """Return a tensor's values as an array; anything else as it is."""
    if not _is_tensor(values):
        return values
    try:
        return values.detach().cpu().numpy()
    except TypeError as error:
        raise EvenvoiceError(f"{name}: a tensor of {values.dtype}, which NumPy lacks; give {name}.float()") from error


def _like(given: Any, values: Any) -> Any:
    """Return values as a tensor of the dtype and on the device of the one given; as they are where that was none."""
    return given.new_tensor(values) if _is_tensor(given) else values


def _validated(sampler: BaseSampler, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any], bool]:
    """Return X and y as arrays, and whether y was one-vs-all; integers become float64."""
    from imblearn.utils import check_target_type
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import validate_data

    if hasattr(X, "columns") and hasattr(X, "sparse"):  # a data frame of sparse columns: pandas' accessor is there
        X = X.sparse.to_dense()
    try:
        check_classification_targets(y)
        y, one_vs_all = check_target_type(y, indicate_one_vs_all=True)
        X, y = validate_data(sampler, X=X, y=y, reset=True, allow_nd=True, ensure_all_finite=False)
    except EvenvoiceError:
        raise
    except (ValueError, TypeError) as error:
        raise EvenvoiceError(f"{type(sampler).__name__}: {' '.join(str(error).split())}") from error
    return (X if np.issubdtype(X.dtype, np.floating) else X.astype(np.float64)), y, bool(one_vs_all)


def _seed(random_state: int | np.random.RandomState | None) -> int:
    """Return the seed that a ``random_state`` stands for."""
    if random_state is None:
        return int(np.random.default_rng().integers(2**32))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    return random_state

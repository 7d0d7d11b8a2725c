"""``fit_resample``: a plan carried out at once, on whatever scikit-learn accepts."""

from __future__ import annotations

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

    imbalanced-learn gives X and y their types back, as in its own samplers.
    """
    from imblearn.utils._validation import ArraysTransformer
    from sklearn.preprocessing import label_binarize

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
    given: tuple[Any, Any] = types.transform(rows, resampled)
    return given


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

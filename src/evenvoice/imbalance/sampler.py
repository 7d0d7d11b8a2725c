"""What all samplers have in common: the contract, and scikit-learn's face over it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, OneToOneFeatureMixin

from evenvoice.imbalance.plan import Plan


class Sampler(Protocol):
    """The contract: training rows in, a plan out; `evenvoice.testing.check_sampler` checks a class of your own.

    A class that sets ``per_epoch = True`` may be drawn anew each epoch: its ``plan`` also takes ``epoch=0``.
    """

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan a training set from features [n, …], which it only reads, and labels [n]; same input, same plan."""
        ...


@dataclass(repr=False)
class BaseSampler(OneToOneFeatureMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Base of a sampler that is a dataclass: write `plan`, and the fields are its options.

    ``fit_resample``, ``get_params``, ``set_params`` and ``clone`` are scikit-learn's, so that a sampler stands in an
    imbalanced-learn pipeline.

    Attributes:
        random_state: Seed of ``fit_resample``, which has no ``seed`` of its own: an integer, a ``RandomState``, or
            ``None`` for another one at each call. ``plan`` does not use it.
    """

    random_state: int | np.random.RandomState | None = field(default=None, kw_only=True)

    per_epoch: ClassVar[bool] = False
    between_parents: ClassVar[bool] = True  # whether each value of a made row lies between those of its parents
    deterministic: ClassVar[bool] = False  # whether plan draws nothing at random, so that every seed plans the same
    copies: ClassVar[float] = 0.0  # how many times its input it takes as memory while it plans, at most (`memory.py`)
    mixes_classes: ClassVar[bool] = False  # whether a made row may have parents of other classes than its first

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan a training set; see `Sampler`."""
        raise NotImplementedError(f"{type(self).__name__}.plan")

    def fit(self, X: Any, y: Any) -> Self:
        """Resample and keep what was learnt: ``plan_``, ``sampling_strategy_``, ``n_features_in_``."""
        self.fit_resample(X, y)
        return self

    def fit_resample(self, X: Any, y: Any, groups: ArrayLike | None = None) -> tuple[Any, Any]:
        """Return the resampled rows and labels.

        Args:
            X: Features; array, list or data frame [n, d], or array of any rank [n, …]. Integers become float64.
            y: Labels; [n].
            groups: Speaker of each row, for samplers that need it; [n].

        Returns:
            X and y of the types that were given.

        Raises:
            EvenvoiceError: X or y cannot be used, or hold one class only; and whatever ``plan`` raises.

        Examples:
            >>> from evenvoice.imbalance import SMOTE
            >>> X, y = SMOTE(k_neighbors=1, random_state=0).fit_resample(
            ...     [[0.0], [1.0], [2.0], [10.0], [20.0]], ["neutral", "neutral", "neutral", "sad", "sad"])
            >>> len(X), y[-1]
            (6, 'sad')
        """
        from evenvoice.imbalance.resample import fit_resample

        return fit_resample(self, X, y, groups)

    def set_fit_resample_request(self, *, groups: bool | str | None) -> Self:
        """Say whether scikit-learn's metadata routing hands groups over to ``fit_resample``.

        scikit-learn writes this method for classes that are made after imbalanced-learn's pipeline was imported.

        Args:
            groups: True, False, or the name under which they are handed over.

        Examples:
            >>> from evenvoice.imbalance import SMOTE
            >>> SMOTE().set_fit_resample_request(groups=True).get_metadata_routing().fit_resample.requests
            {'groups': True}
        """
        importlib.import_module("imblearn.pipeline")  # makes fit_resample a method that metadata are routed to
        request = self.get_metadata_routing()
        request.fit_resample.add_request(param="groups", alias=groups)
        self._metadata_request = request
        return self

    def set_params(self, **params: Any) -> Self:
        """Set options, with the checks of the constructor.

        Raises:
            EvenvoiceError: An option has an impossible value.
        """
        super().set_params(**params)
        check = getattr(self, "__post_init__", None)
        if check is not None:
            check()
        return self

    def __sklearn_tags__(self) -> Any:
        from imblearn.base import BaseSampler as Reference

        tags = Reference.__sklearn_tags__(self)
        tags.input_tags.sparse = False
        tags.input_tags.three_d_array = True
        return tags

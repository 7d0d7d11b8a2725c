"""Ensembles of trees, each fitted on a balanced part of the rows: imbalanced-learn's."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from evenvoice.errors import EvenvoiceError
from evenvoice.models.classical.vectors import vectors
from evenvoice.models.estimator import Estimator
from evenvoice.options import Count, Positive


class _BalancedEnsemble(Estimator):
    """An ensemble of imbalanced-learn; a subclass makes it."""

    def _fit(
        self,
        X: npt.NDArray[np.float32],
        y: npt.NDArray[np.int64],
        class_weights: npt.NDArray[np.float32] | None,
        seed: int,
    ) -> None:
        try:
            with warnings.catch_warnings():
                # Few rows make small bootstraps: that is what the user has, and no news.
                warnings.simplefilter("ignore", UserWarning)
                self._model = self._ensemble(seed).fit(vectors(X), y)
        except ValueError as error:
            sizes = ", ".join(str(size) for size in np.bincount(y, minlength=self.n_classes))
            raise EvenvoiceError(
                f"model {self.name!r}: {' '.join(str(error).split()).rstrip('.')} (rows of each class: {sizes}); "
                "add rows to the smallest class, over-sample it first, or use another model"
            ) from error

    @abstractmethod
    def _ensemble(self, seed: int) -> Any:
        """Return imbalanced-learn's object, not fitted."""

    def _probabilities(self, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        probabilities: npt.NDArray[np.float64] = self._model.predict_proba(vectors(X))
        return probabilities

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return the nodes of all trees, one after another, the nodes of each tree, and the weight of each tree."""
        found = list(_trees(self._model))
        nodes = [tree.tree_ for tree, _ in found]
        parts = ("feature", "threshold", "children_left", "children_right")
        return {
            **{part: np.concatenate([getattr(tree, part) for tree in nodes]) for part in parts},
            "value": np.concatenate([tree.value.ravel() for tree in nodes]),
            "nodes": np.array([tree.node_count for tree in nodes]),
            "weight": np.array([weight for _, weight in found]),
        }


class BalancedBagging(_BalancedEnsemble):
    """Deep trees, each on a bootstrap of the rows that is under-sampled to even classes; their probabilities' mean.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        n_estimators: Trees.

    Raises:
        EvenvoiceError: A bootstrap of two classes, one of a row or two, held one of them.

    Source:
        Hido, Kashima & Takahashi 2009, "Roughly balanced bagging for imbalanced data", with exactly even classes;
        imbalanced-learn's ``BalancedBaggingClassifier``.

    Examples:
        >>> model = BalancedBagging((1, 1, 1), n_classes=2, n_estimators=5)
        >>> model.fit(np.float32([0, 1, 2, 3, 4, 8, 9]).reshape(7, 1, 1, 1), np.array([0, 0, 0, 0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[0]]], [[[9]]]])).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "balanced-bagging"

    def __init__(self, input_shape: tuple[int, int, int], n_classes: int, *, n_estimators: Count = 50) -> None:
        super().__init__(input_shape, n_classes)
        self._n_estimators = n_estimators

    def _ensemble(self, seed: int) -> Any:
        from imblearn.ensemble import BalancedBaggingClassifier

        return BalancedBaggingClassifier(n_estimators=self._n_estimators, random_state=seed)


class EasyEnsemble(_BalancedEnsemble):
    """AdaBoost on several under-sampled sets with even classes; the mean of their probabilities.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        n_estimators: Under-sampled sets.
        n_boosted: Stumps that AdaBoost fits on each set.

    Source:
        Liu, Wu & Zhou 2009, "Exploratory undersampling for class-imbalance learning"; imbalanced-learn's
        ``EasyEnsembleClassifier``.

    Examples:
        >>> model = EasyEnsemble((1, 1, 1), n_classes=2, n_estimators=2, n_boosted=2)
        >>> model.fit(np.float32([0, 1, 2, 8, 9]).reshape(5, 1, 1, 1), np.array([0, 0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[0]]], [[[9]]]])).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "easy-ensemble"

    def __init__(
        self, input_shape: tuple[int, int, int], n_classes: int, *, n_estimators: Count = 10, n_boosted: Count = 50
    ) -> None:
        super().__init__(input_shape, n_classes)
        self._n_estimators, self._n_boosted = n_estimators, n_boosted

    def _ensemble(self, seed: int) -> Any:
        from imblearn.ensemble import EasyEnsembleClassifier
        from sklearn.ensemble import AdaBoostClassifier

        boosted = AdaBoostClassifier(n_estimators=self._n_boosted)
        return EasyEnsembleClassifier(self._n_estimators, estimator=boosted, random_state=seed)


class RUSBoost(_BalancedEnsemble):
    """AdaBoost whose every tree is fitted on rows under-sampled to even classes.

    Args:
        input_shape: Channels, height and width of a row; flattened.
        n_classes: Number of emotions.
        n_estimators: Trees at most.
        max_depth: Of a tree. A stump, of depth 1, can answer with two classes only, and may be no better than chance
            where there are many.
        learning_rate: Shrinks the weight of each tree.

    Raises:
        EvenvoiceError: The first tree is worse than chance.

    Source:
        Seiffert et al. 2010, "RUSBoost: a hybrid approach to alleviating class imbalance"; imbalanced-learn's
        ``RUSBoostClassifier``.

    Examples:
        >>> model = RUSBoost((1, 1, 1), n_classes=2, n_estimators=4)
        >>> model.fit(np.float32([0, 1, 2, 8, 9]).reshape(5, 1, 1, 1), np.array([0, 0, 0, 1, 1]))
        >>> model.probabilities(np.float32([[[[0]]], [[[9]]]])).argmax(axis=1).tolist()
        [0, 1]
    """

    name = "rusboost"

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        n_classes: int,
        *,
        n_estimators: Count = 50,
        max_depth: Count = 3,
        learning_rate: Positive = 1.0,
    ) -> None:
        super().__init__(input_shape, n_classes)
        self._settings: dict[str, Any] = {"n_estimators": n_estimators, "learning_rate": learning_rate}
        self._max_depth = max_depth

    def _ensemble(self, seed: int) -> Any:
        from imblearn.ensemble import RUSBoostClassifier
        from sklearn.tree import DecisionTreeClassifier

        return RUSBoostClassifier(
            DecisionTreeClassifier(max_depth=self._max_depth), **self._settings, random_state=seed
        )


def _trees(model: Any) -> Iterator[tuple[Any, float]]:
    """Yield each fitted tree of an ensemble, of ensembles or of pipelines, and its weight."""
    members = model.estimators_
    weights = getattr(model, "estimator_weights_", np.ones(len(members)))
    for member, weight in zip(members, weights, strict=False):
        last = member.steps[-1][1] if hasattr(member, "steps") else member
        if hasattr(last, "tree_"):
            yield last, float(weight)
        else:
            yield from _trees(last)

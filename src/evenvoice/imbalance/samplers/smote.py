"""SMOTE: raise small classes with synthetic rows between neighbours of the same class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance.inputs import checked, class_counts, flat_features, missing
from evenvoice.imbalance.makers import RULES, Rule
from evenvoice.imbalance.neighbours import nearest_in_class
from evenvoice.imbalance.options import check_one_of
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.sampler import BaseSampler
from evenvoice.imbalance.strategy import OverStrategy, check_strategy, is_integer, rows_to_add

Parents = Literal["any", "same-speaker", "different-speakers"]
Bases = Literal["drawn", "in-turn"]

# Chawla et al. 2002, and imbalanced-learn's default.
_USUAL_NEIGHBOURS = 5


@dataclass(repr=False)
class SMOTE(BaseSampler):
    """Synthetic Minority Over-sampling Technique (Chawla, Bowyer, Hall & Kegelmeyer 2002), as a plan.

    For the same seed and k, the rows of the plan are those of imbalanced-learn's ``SMOTE(random_state=seed,
    k_neighbors=k).fit_resample`` on the flattened features, in the same order. (Where two rows are at exactly the same
    distance, imbalanced-learn leaves open which is the neighbour; here it is the earlier one.)

    Distances are over all attributes alike: give features that are normalised, of one size, and of training rows only.

    Attributes:
        k_neighbors: Neighbours of each row to draw the second parent from. ``"shrink"`` means 5, or as many as the
            class has where that is fewer.
        sampling_strategy: ``"not majority"`` raises every class to the size of the largest; a dict of label → count
            raises those classes to those counts; a ratio above 0 and up to 1 raises every class to that fraction of the
            largest. No row is ever removed: a class that is larger than the ratio asks stays as it is.
        rule: How a row follows from its parents: ``"line"``, ``"absolute"``, ``"norm"`` or ``"box"``; see ``Plan``.
        parents: ``"same-speaker"`` and ``"different-speakers"`` restrict the pairs of parents by the ``groups`` that
            ``plan`` is given. With ``k_neighbors="shrink"`` a row that has fewer such neighbours uses those that it
            has, and one that has none is never a base; otherwise too few are an error.
        bases: ``"drawn"`` draws the base of each row, as imbalanced-learn does. With ``"in-turn"`` each row of a class
            is the base of as many rows, N, as every other (Algorithm 1 of the SMOTE-2DCNN paper, Chawla et al. 2002);
            where the number wanted is no multiple, those of one more row are drawn.

    Raises:
        EvenvoiceError: An option has an impossible value.

    Examples:
        >>> import numpy as np
        >>> X = np.array([[0.0], [1.0], [2.0], [10.0], [20.0]])
        >>> y = np.array(["neutral", "neutral", "neutral", "sad", "sad"])
        >>> plan = SMOTE(k_neighbors=1).plan(X, y, seed=0)
        >>> plan.y(y).tolist()
        ['neutral', 'neutral', 'neutral', 'sad', 'sad', 'sad']
        >>> plan.parents([5])
        array([[3, 4]])
    """

    k_neighbors: int | Literal["shrink"] = _USUAL_NEIGHBOURS
    sampling_strategy: OverStrategy = "not majority"
    rule: Rule = "line"
    parents: Parents = "any"
    bases: Bases = "drawn"

    copies: ClassVar[float] = 1.1

    def __post_init__(self) -> None:
        k = self.k_neighbors
        if k != "shrink" and not (is_integer(k) and k >= 1):
            raise EvenvoiceError(f"SMOTE k_neighbors: {k!r}; give an integer of 1 or more, or 'shrink'")
        check_strategy("SMOTE", self.sampling_strategy, "not majority")
        check_one_of("SMOTE", RULES, rule=self.rule)
        check_one_of("SMOTE", get_args(Parents), parents=self.parents)
        check_one_of("SMOTE", get_args(Bases), bases=self.bases)

    @property
    def between_parents(self) -> bool:  # type: ignore[override]
        """Whether each value of a made row lies between those of its parents."""
        return self.rule in ("line", "box")

    def plan(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, seed: int = 0) -> Plan:
        """Plan the synthetic rows that balance the classes; all rows of X are kept.

        Args:
            X: Features; float [n, …], finite.
            y: Labels; [n].
            groups: Speaker of each row; [n]. Needed only where ``parents`` is not ``"any"``.
            seed: Chooses parents and λ.

        Returns:
            The plan: the synthetic rows follow class by class, in the order of the sorted labels.

        Raises:
            EvenvoiceError: A class, or a speaker within it, has too few rows for ``k_neighbors``; X is not finite
                floating point; lengths differ; a label, or a speaker that is needed, is missing.
        """
        X, y, groups = checked(X, y, groups, seed)
        features = flat_features(X)
        speakers = self._speakers(groups)
        pairs, gaps, labels = [np.empty((0, 2), dtype=np.int64)], [np.empty(0)], [y[:0]]
        for label, count in rows_to_add("SMOTE", self.sampling_strategy, class_counts(y)).items():
            rows = np.flatnonzero(y == label)
            nearest = self._nearest(features, rows, label, None if speakers is None else speakers[rows])
            drawn, gap = _draw(nearest, count, seed) if self.bases == "drawn" else _draw_in_turn(nearest, count, seed)
            pairs.append(rows[drawn])
            gaps.append(gap)
            labels.append(np.full(count, label, dtype=y.dtype))
        base, neighbour = np.concatenate(pairs).T
        kept = np.arange(len(y))
        return Plan.pairs(kept, base, neighbour, np.concatenate(gaps), np.concatenate(labels), rule=self.rule)

    def _speakers(self, groups: NDArray[Any] | None) -> NDArray[Any] | None:
        """Return the groups where they matter."""
        if self.parents == "any":
            return None
        setting = f"SMOTE parents={self.parents!r}"
        if groups is None:
            raise EvenvoiceError(f"{setting}: no groups were given; pass the speaker of each row as groups")
        if lacking := int(missing(groups).sum()):
            raise EvenvoiceError(
                f"{setting}: {lacking} of {len(groups)} rows have no speaker; name them, or use parents='any'"
            )
        return groups

    def _nearest(
        self, X: NDArray[Any], rows: NDArray[np.int64], label: Any, speakers: NDArray[Any] | None
    ) -> NDArray[np.int64]:
        """Return the neighbours of each row of one class, −1 where there are no more; int64 [n, k]."""
        size = len(rows)
        if size == 1:
            raise EvenvoiceError(
                f"class {label!r}: 1 row, and a synthetic row needs two parents; "
                "add rows, leave the class out, or use class weights"
            )
        if self.k_neighbors == "shrink":
            k = min(_USUAL_NEIGHBOURS, size - 1)
        else:
            k = int(self.k_neighbors)
            if size <= k:
                raise EvenvoiceError(
                    f"class {label!r}: {size} rows, and SMOTE with k_neighbors={k} needs {k + 1}; "
                    f"use k_neighbors='shrink' or {size - 1}, or leave the class out"
                )
        if speakers is None:
            return nearest_in_class(X, k, rows=rows)
        nearest = nearest_in_class(
            X, k, rows=rows, groups=speakers, mode="same" if self.parents == "same-speaker" else "different"
        )
        self._check_possible(np.sum(nearest >= 0, axis=1), k, label, speakers)
        return nearest

    def _check_possible(self, possible: NDArray[np.int64], k: int, label: Any, speakers: NDArray[Any]) -> None:
        """Make sure that the speakers of a class leave enough neighbours; with shrink, that any row has one."""
        kin = "of the same speaker" if self.parents == "same-speaker" else "of other speakers"
        if self.k_neighbors == "shrink":
            if not possible.any():
                raise EvenvoiceError(
                    f"class {label!r}: no row has another {kin}, as SMOTE with parents={self.parents!r} needs; "
                    "use parents='any' or leave the class out"
                )
        elif possible.min() < k:
            row = int(np.flatnonzero(possible < k)[0])
            others = f"{possible[row]} other{'' if possible[row] == 1 else 's'} {kin}"
            raise EvenvoiceError(
                f"class {label!r}, speaker {speakers.tolist()[row]!r}: a row has {others}, and "
                f"SMOTE with parents={self.parents!r} and k_neighbors={k} needs {k}; "
                "use k_neighbors='shrink' or parents='any'"
            )


def _draw(nearest: NDArray[np.int64], count: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Draw ``count`` pairs (base, neighbour), int64 [count, 2], and their λ; each class starts from the seed anew.

    imbalanced-learn's draws in its order: one integer for the pair, then λ. Where a base has fewer than k neighbours
    and the integer points beyond them, one more draw among those that it has keeps all bases, and all neighbours of a
    base, equally likely.
    """
    random = np.random.RandomState(seed)
    possible = np.sum(nearest >= 0, axis=1)
    bases = np.flatnonzero(possible)
    k = nearest.shape[1]
    pair = random.randint(0, bases.size * k, size=count, dtype=np.int64)
    gap = random.uniform(size=count)
    base, column = bases[pair // k], pair % k
    beyond = column >= possible[base]
    if beyond.any():
        column[beyond] = random.randint(0, possible[base[beyond]], dtype=np.int64)
    return np.stack([base, nearest[base, column]], axis=1), gap


def _draw_in_turn(nearest: NDArray[np.int64], count: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Draw pairs and λ as `_draw`, each base as often as the others, or once more."""
    random = np.random.RandomState(seed)
    possible = np.sum(nearest >= 0, axis=1)
    bases = np.flatnonzero(possible)
    each, more = divmod(count, bases.size)
    base = np.sort(np.concatenate([np.repeat(bases, each), random.permutation(bases)[:more]]))
    column = random.randint(0, possible[base], dtype=np.int64)
    return np.stack([base, nearest[base, column]], axis=1), random.uniform(size=count)

"""The orders in which a set can be split and balanced, and whether one of them can give some counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

NOTHING = "nothing balanced"
SPLIT_FIRST = "split, then balance the training part"
THEN_SPLIT = "balance, then split"
EACH_PART = "split, then balance each part by itself"
FEWER_AFTER = "split, then cut the training part down to its smallest class"
FEWER_FIRST = "cut down to the smallest class, then split"

TEST_IS_SYNTHETIC = {THEN_SPLIT, EACH_PART}
"""Orders that put made-up rows into the test part."""


@dataclass(frozen=True)
class Counts:
    """A published table: rows of each part, and utterances of each class before anything was done."""

    train: int
    validation: int
    test: int
    classes: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return self.train + self.validation + self.test

    @property
    def utterances(self) -> int:
        """Utterances of all classes."""
        return sum(self.classes.values())

    @property
    def largest(self) -> int:
        """Size of the largest class."""
        return max(self.classes.values())

    @property
    def smallest(self) -> int:
        """Size of the smallest class."""
        return min(self.classes.values())


@dataclass(frozen=True)
class Verdict:
    """Whether an order can give the counts, and why."""

    possible: bool
    why: str


@dataclass(frozen=True)
class Order:
    """An order of steps."""

    name: str
    judge: Callable[[Counts], Verdict]


def _nothing(counts: Counts) -> Verdict:
    """All parts together hold every utterance."""
    same = counts.rows == counts.utterances
    return Verdict(same, f"{counts.rows} rows, {counts.utterances} utterances")


def _balance_then_split(counts: Counts) -> Verdict:
    """There are k classes of M rows each, and they are divided."""
    k, balanced = len(counts.classes), len(counts.classes) * counts.largest
    if balanced == counts.utterances:
        return Verdict(False, "the classes are of one size: there is nothing to balance")
    return Verdict(balanced == counts.rows, f"{k} × {counts.largest} = {balanced}, and {counts.rows} rows")


def _split_then_balance(counts: Counts) -> Verdict:
    """Validation and test are as they were; the training part is k times its largest class."""
    k = len(counts.classes)
    before = counts.utterances - counts.validation - counts.test
    most, rest = divmod(counts.train, k)
    if rest:
        return Verdict(False, f"a balanced training part is a multiple of {k}; {counts.train} = {k} × {most} + {rest}")
    sizes = counts.classes.values()
    if not most + k - 1 <= before <= sum(min(size, most) for size in sizes) or counts.train == before:
        return Verdict(
            False, f"{max(before, 0)} utterances are left to train on; balanced, they are not {counts.train}"
        )
    return _rounding(counts, most, counts.largest, before, "largest")


def _split_then_cut(counts: Counts) -> Verdict:
    """Validation and test are as they were; the training part is k times its smallest class."""
    k = len(counts.classes)
    before = counts.utterances - counts.validation - counts.test
    fewest, rest = divmod(counts.train, k)
    if rest:
        return Verdict(
            False, f"a balanced training part is a multiple of {k}; {counts.train} = {k} × {fewest} + {rest}"
        )
    # Some class has exactly the fewest, all have as many at least: the smallest class gives up the least for it.
    if fewest > counts.smallest or not counts.train < before <= counts.utterances - (counts.smallest - fewest):
        return Verdict(
            False, f"{max(before, 0)} utterances are left to train on; cut down, they are not {counts.train}"
        )
    return _rounding(counts, fewest, counts.smallest, before, "smallest")


def _rounding(counts: Counts, found: int, size: int, before: int, which: str) -> Verdict:
    """Possible; whether a stratified split does it, or only one in which the class shares differ from part to part."""
    share = size * before / counts.utterances
    cuts = 2 if counts.validation else 1
    # Each cut of a stratified split rounds a class up or down once.
    if abs(found - share) < cuts:
        return Verdict(True, f"{found} of the {size} of the {which} class train, of {before} utterances in all")
    return Verdict(
        True,
        f"only where the split is not stratified: {found} of the {size} of the {which} class train, not {share:.0f}",
    )


def _balance_each(counts: Counts) -> Verdict:
    """Each part is k times its own largest class."""
    k = len(counts.classes)
    parts = [part for part in (counts.train, counts.validation, counts.test) if part]
    odd = [part for part in parts if part % k]
    if odd:
        return Verdict(False, f"a balanced part is a multiple of {k}; {odd[0]} is not")
    if len(set(counts.classes.values())) == 1 and counts.rows == counts.utterances:
        return Verdict(False, "the classes are of one size: there is nothing to balance")
    most = sorted((part // k for part in parts), reverse=True)
    said = " + ".join(str(number) for number in most)
    if sum(most) == counts.largest:
        return Verdict(True, f"{said} = {counts.largest}, the largest class")
    # Not stratified: another class may be the largest in each part, and every class must fit into the parts.
    sizes = sorted(counts.classes.values(), reverse=True)
    fits = len(most) <= len(sizes) and all(size >= number for size, number in zip(sizes, most, strict=False))
    if sum(most) > counts.largest and fits:
        return Verdict(True, f"only where the split is not stratified: {said} > {counts.largest}, the largest class")
    return Verdict(False, f"{said} = {sum(most)}, the largest class has {counts.largest}")


def _cut_then_split(counts: Counts) -> Verdict:
    """There are k classes of m rows each, and they are divided."""
    k, cut = len(counts.classes), len(counts.classes) * counts.smallest
    if cut == counts.utterances:
        return Verdict(False, "the classes are of one size: there is nothing to balance")
    return Verdict(cut == counts.rows, f"{k} × {counts.smallest} = {cut}, and {counts.rows} rows")


ORDERS = (
    Order(NOTHING, _nothing),
    Order(SPLIT_FIRST, _split_then_balance),
    Order(THEN_SPLIT, _balance_then_split),
    Order(EACH_PART, _balance_each),
    Order(FEWER_AFTER, _split_then_cut),
    Order(FEWER_FIRST, _cut_then_split),
)

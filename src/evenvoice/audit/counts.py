"""Arithmetic on a published table: which order of steps can give its counts, and what that order puts into the test."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evenvoice.audit.findings import Audit, Finding, Kind
from evenvoice.audit.orders import ORDERS, TEST_IS_SYNTHETIC, THEN_SPLIT, Counts, Verdict
from evenvoice.errors import EvenvoiceError

_TITLE = "The counts are those of a set that was balanced first and split afterwards"
_REMEDY = (
    "split first and balance the training part alone; ask the authors for figures on the real test rows, and do not "
    "compare others with these"
)
BALANCED_FIRST = Kind("balance-before-split", "leak", _TITLE, _REMEDY)
MAYBE_BALANCED_FIRST = Kind(
    "balance-before-split",
    "warning",
    "The counts may be those of a set that was balanced first and split afterwards",
    "ask the authors in which order they split and balanced; the counts alone do not tell",
)
BALANCED_TEST = Kind(
    "balanced-test",
    "leak",
    "Whichever order gave these counts, test rows were made up",
    "balance the training part alone, and test on what was recorded",
)
NO_ORDER = Kind(
    "counts-do-not-fit",
    "warning",
    "No order of steps that we know gives these counts",
    "check the class counts and the parts: rows that were dropped, a validation part, other emotions, a merged class",
)


def audit_counts(
    train: int, test: int, classes: Sequence[int] | Mapping[str, int] | str, *, validation: int = 0
) -> Audit:
    """Tell which order of splitting and balancing can give the counts of a published table.

    SMOTE and the random repetition of rows raise classes to the same counts, so the counts do not tell them apart.

    Args:
        train: Rows of the training part, as published.
        test: Rows of the test part.
        classes: Utterances of each class before anything was done: a list, a mapping, or ``"angry=1103,happy=595"``.
        validation: Rows of the validation part, where there is one.

    Raises:
        EvenvoiceError: What is not a count, a count below 1 (0 for ``validation``), or fewer than two classes.

    Examples:
        The paper's Table 1 (5465 and 1367 rows) for IEMOCAP's four emotions. 4 × 1708 = 6832 = 5465 + 1367; and 5465 is
        odd, so it is not a balanced training part of four classes.

        >>> audit = audit_counts(5465, 1367, {"angry": 1103, "happy": 595, "sad": 1084, "neutral": 1708})
        >>> [finding.kind.code for finding in audit.leaks]
        ['balance-before-split']
        >>> print(audit.leaks[0].evidence[2])
        happy (595 of 1708 recorded): 65.2 % of its test rows made up
    """
    counts = _checked(train, validation, test, classes)
    verdicts = {order.name: order.judge(counts) for order in ORDERS}
    possible = {name for name, verdict in verdicts.items() if verdict.possible}
    findings = _findings(counts, verdicts, possible)
    subject = f"counts {train} + {f'{validation} + ' if validation else ''}{test}"
    return Audit.of(subject, findings, [f"{len(ORDERS)} orders of splitting and balancing"], _facts(counts, verdicts))


def parse_classes(text: str) -> dict[str, int]:
    """Read ``1103,595`` or ``angry=1103,happy=595``.

    Raises:
        EvenvoiceError: No such list.

    Examples:
        >>> parse_classes("angry=1103, 595")
        {'angry': 1103, 'class 2': 595}
    """
    classes: dict[str, int] = {}
    for number, item in enumerate(text.split(","), start=1):
        name, equals, count = item.rpartition("=")
        name = name.strip() if equals else f"class {number}"
        if not count.strip().isdecimal() or not name:
            raise EvenvoiceError(
                f"classes {text!r}: {item.strip()!r} is not a count; write 1103,595,1084,1708 or angry=1103,happy=595,…"
            )
        if name in classes:
            raise EvenvoiceError(f"classes {text!r}: {name!r} stands there twice; name each class once")
        classes[name] = int(count)
    return classes


@dataclass(frozen=True)
class Expected:
    """What balancing first puts into the test part of a random split, on average.

    Attributes:
        shares: For each class, the made-up share of its rows: (M - n) / M with M the size of the largest class.
        overall: The made-up share of all rows.
        with_training_parent: Probability that a made-up test row has a parent in the training part (or validation).
    """

    shares: dict[str, float]
    overall: float
    with_training_parent: float

    @classmethod
    def of(cls, counts: Counts) -> Expected:
        """Work it out.

        Of the T rows of the balanced set, t are tested. The two parents of a made-up test row are two of the other
        T - 1 rows, so both are tested with probability (t - 1)(t - 2) / ((T - 1)(T - 2)).
        """
        largest, rows, tested = counts.largest, counts.rows, counts.test
        shares = {name: (largest - count) / largest for name, count in counts.classes.items()}
        both_tested = (tested - 1) * (tested - 2) / ((rows - 1) * (rows - 2))
        return cls(shares, 1 - counts.utterances / rows, 1 - both_tested)


def _checked(train: int, validation: int, test: int, classes: Sequence[int] | Mapping[str, int] | str) -> Counts:
    """The counts, once they can be counts."""
    named = _named(classes)
    train, validation, test = _number("train", train), _number("validation", validation), _number("test", test)
    named = {name: _number(f"classes, {name}", count) for name, count in named.items()}
    for what, count, least in (("train", train, 1), ("validation", validation, 0), ("test", test, 1)):
        if count < least:
            raise EvenvoiceError(f"{what} {count}: expected a number of rows, {least} at least")
    for name, count in named.items():
        if count < 1:
            raise EvenvoiceError(f"classes: {name} has {count} utterances; expected 1 at least, leave the class out")
    if len(named) < 2:
        raise EvenvoiceError(f"classes: {len(named)} given; expected two at least, for example 1103,595,1084,1708")
    return Counts(train, validation, test, named)


def _number(what: str, count: object) -> int:
    """A count as a number."""
    try:
        if not isinstance(count, bool):
            return operator.index(count)  # type: ignore[arg-type]  # what has no index raises
    except TypeError:
        pass
    raise EvenvoiceError(f"{what}: {count!r:.60}; expected a whole number of rows")


def _named(classes: object) -> dict[str, int]:
    """The count of each class by its name."""
    if isinstance(classes, str):
        return parse_classes(classes)
    if isinstance(classes, Mapping):
        return {str(name): count for name, count in classes.items()}
    if not isinstance(classes, Iterable) or isinstance(classes, bytes):
        raise EvenvoiceError(f"classes: {classes!r:.60}; expected counts, for example [1103, 595, 1084, 1708]")
    return {f"class {number}": count for number, count in enumerate(classes, 1)}


def _findings(counts: Counts, verdicts: Mapping[str, Verdict], possible: set[str]) -> Iterator[Finding]:
    """What follows from the orders that are possible."""
    if not possible:
        reasons = tuple(f"{name}: {verdict.why}" for name, verdict in verdicts.items())
        yield Finding(NO_ORDER, f"{counts.rows} rows published, {counts.utterances} utterances recorded", reasons)
        return
    if THEN_SPLIT in possible:
        others = "; ".join(sorted(possible - {THEN_SPLIT}))
        parts = " + ".join(str(part) for part in (counts.train, counts.validation, counts.test) if part)
        message = f"{len(counts.classes)} × {counts.largest} = {counts.rows} = {parts}, " + (
            f"but this may be, too: {others}" if others else "and no other order gives these counts"
        )
        yield Finding(MAYBE_BALANCED_FIRST if others else BALANCED_FIRST, message, _evidence(counts, parents=True))
    if possible <= TEST_IS_SYNTHETIC and possible != {THEN_SPLIT}:
        yield Finding(BALANCED_TEST, "possible: " + "; ".join(sorted(possible)), _evidence(counts, parents=False))


def _evidence(counts: Counts, *, parents: bool) -> tuple[str, ...]:
    """What a balanced test part holds, a line for all classes and one for each."""
    expected = Expected.of(counts)
    made = f"about {counts.test * expected.overall:.0f} of {counts.test} test rows made up"
    overall = f"{made} ({_per_cent(expected.overall)})"
    if parents:
        overall += f"; in a random split {_per_cent(expected.with_training_parent)} of these have a parent in training"
    classes = [
        f"{name} ({count} of {counts.largest} recorded): {_per_cent(expected.shares[name])} of its test rows made up"
        for name, count in counts.classes.items()
    ]
    return (overall, *classes)


def _facts(counts: Counts, verdicts: Mapping[str, Verdict]) -> dict[str, object]:
    """The table: what was published, and each order's verdict."""
    facts: dict[str, object] = {
        "rows": counts.rows,
        "utterances": counts.utterances,
        "test_share": round(counts.test / counts.rows, 4),
    }
    facts |= {name: f"{'can' if verdict.possible else 'cannot'}: {verdict.why}" for name, verdict in verdicts.items()}
    if verdicts[THEN_SPLIT].possible:
        shares = Expected.of(counts).shares
        facts["synthetic_share_of_test"] = {name: round(share, 4) for name, share in shares.items()}
    return facts


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f} %"

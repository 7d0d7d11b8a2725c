"""Audit of one run's rows: which part each is in, which steps saw it, and where synthetic rows come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from evenvoice.audit.findings import Kind, some
from evenvoice.audit.known import read_part
from evenvoice.audit.spots import Spot
from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import made_rows, parent_ids
from evenvoice.study import Run

STEP_SAW_TEST = Kind(
    "step-saw-test",
    "leak",
    "A step saw test rows",
    "fit it on the training part (selection and calibration on the validation part), and evaluate again",
)
STEP_SAW_VALIDATION = Kind(
    "step-saw-validation",
    "warning",
    "A step that only the training part should teach saw validation rows",
    "keep the validation part out of it, else what is selected on that part is selected on training data",
)
PARENT_IN_TEST = Kind(
    "synthetic-parent-in-test",
    "leak",
    "Training rows are interpolated from test rows",
    "balance the training part alone, after the split",
)
PARENT_OUTSIDE = Kind(
    "synthetic-parent-outside-training",
    "warning",
    "Training rows are interpolated from rows outside the training part",
    "balance the training part alone, after the split, and leave the validation part as it is",
)
SYNTHETIC_TEST = Kind(
    "synthetic-test-rows",
    "leak",
    "Test rows are synthetic",
    "test on what was recorded; balance after the split",
)
TWO_PARTS = Kind(
    "shared-utterance", "leak", "Utterances are in more than one part", "split again, so that each is in one part only"
)
OUTSIDE_TEST = Kind(
    "tested-outside-test-part",
    "leak",
    "Rows were tested that are not in the test part",
    "predict the test part of split.csv and nothing else",
)
NOT_PREDICTED = Kind(
    "test-rows-missing",
    "warning",
    "Rows of the test part have no prediction",
    "predict the whole test part: rows that are left out are seldom the easy ones",
)
# What teaches the network. Other steps (selection, calibration) may see the validation part: that is what it is for.
_TRAINING_STEPS = ("normaliser", "balancer", "network")


def check_rows(run: Run) -> Iterator[Spot]:
    """Yield what is wrong with a run's rows."""
    split = read_part(run, "split")
    yield from _steps(run, split)
    yield from _parts(run, split)
    yield from _parents(run)
    yield from _synthetic_tests(run)


def parts_of(split: pd.DataFrame) -> Mapping[str, frozenset[str]]:
    """Return the utterances of each part."""
    ids, parts = split["utterance"].to_numpy(), split["part"].to_numpy()
    return {part: frozenset(ids[parts == part]) for part in ("train", "validation", "test", "enrolled")}


def parent_counts(run: Run) -> dict[str, int]:
    """Return how many training rows come from the test part, and how many from outside the training part.

    A made row counts by its parents, whatever its maker; an utterance that is repeated counts by itself. A row whose
    method names no parents counts as one of the training part, which is all that its method was given. A made row that
    the split does not name was made for training; the split of protocol ``paper`` names them all.
    """
    split = read_part(run, "split")
    parts, plan = parts_of(split), _learnt_from(run, split)
    parents = pd.DataFrame(parent_ids(plan))
    tested = parents.isin(parts["test"]).any(axis=1)
    trained = (parents.isin(parts["train"]) | (parents == "")).all(axis=1)
    return {"test": int(tested.sum()), "elsewhere": int((~tested & ~trained).sum()), "all": len(plan)}


def synthetic_tests(run: Run) -> int:
    """Return how many tested rows nobody spoke, by the predictions and by the plan."""
    predictions, made = read_part(run, "predictions"), set(made_rows(read_part(run, "plan"))["synthetic"])
    return int((predictions["synthetic"].astype(bool) | predictions["utterance"].isin(made)).sum())


def _steps(run: Run, split: pd.DataFrame) -> Iterator[Spot]:
    """Every column of the split but the first two is a step."""
    parts = split["part"].to_numpy()
    for step in (str(column) for column in split.columns if column not in ("utterance", "part")):
        saw = split[step].to_numpy()
        odd = saw[(saw != 0) & (saw != 1)]
        if len(odd):
            raise EvenvoiceError(
                f"{run.folder / 'split.csv'}: column {step!r} holds {odd[0]!s}; expected 1 where the step saw the row, "
                "else 0"
            )
        kinds = {"test": STEP_SAW_TEST, "enrolled": STEP_SAW_TEST, "validation": STEP_SAW_VALIDATION}
        for part, kind in kinds.items():
            seen, of = int((saw[parts == part] == 1).sum()), int((parts == part).sum())
            if seen and (part != "validation" or step in _TRAINING_STEPS):
                yield Spot(run.key, kind, f"{step} saw {part} rows", f"{seen} of {of} {part} rows")


def _parts(run: Run, split: pd.DataFrame) -> Iterator[Spot]:
    """Each row in one part, and the test part is what was tested."""
    twice = split.loc[split["utterance"].duplicated(), "utterance"].unique()
    if len(twice):
        yield Spot(run.key, TWO_PARTS, "rows in two parts", some(twice))
    tested = set(read_part(run, "predictions")["utterance"])
    in_test = parts_of(split)["test"]
    if tested - in_test:
        yield Spot(run.key, OUTSIDE_TEST, "other rows tested", some(sorted(tested - in_test)))
    if in_test - tested:
        yield Spot(run.key, NOT_PREDICTED, "test rows without a prediction", some(sorted(in_test - tested)))


def _parents(run: Run) -> Iterator[Spot]:
    """Where training rows come from, over the plan and the split as they lie on disk."""
    counts = parent_counts(run)
    of = f"of {counts['all']} synthetic training rows have a parent in"
    if counts["test"]:
        yield Spot(run.key, PARENT_IN_TEST, "training rows from test rows", f"{counts['test']} {of} the test part")
    if counts["elsewhere"]:
        evidence = f"{counts['elsewhere']} {of} neither training nor test"
        yield Spot(run.key, PARENT_OUTSIDE, "training rows from other rows", evidence)


def _learnt_from(run: Run, split: pd.DataFrame) -> pd.DataFrame:
    """The rows of the plan's record that the network was trained on."""
    plan = read_part(run, "plan")
    elsewhere = split.loc[split["part"] != "train", "utterance"]
    return plan[~plan["synthetic"].isin(set(elsewhere)) & (plan["times"] != 0)]


def _synthetic_tests(run: Run) -> Iterator[Spot]:
    found, of = synthetic_tests(run), len(read_part(run, "predictions"))
    if found:
        yield Spot(run.key, SYNTHETIC_TEST, "synthetic test rows", f"{found} of {of} test rows")

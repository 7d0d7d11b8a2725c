"""The contract check finds each way to break the contract, and none in what ships."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from evenvoice.protocols import (
    NO_ROWS,
    PROTOCOLS,
    BaseProtocol,
    Fold,
    KFold,
    LeaveOneGroupOut,
    Promise,
    Random,
    SelectOnTest,
    SpeakerFolds,
    TextFolds,
)
from evenvoice.testing.protocol import check_protocol


@pytest.mark.parametrize("name", PROTOCOLS)
def test_what_ships_keeps_the_contract(name: str) -> None:
    check_protocol(PROTOCOLS[name])


@pytest.mark.parametrize(
    "protocol",
    [
        LeaveOneGroupOut("season"), SelectOnTest(SpeakerFolds(2)), KFold(3, random_state=7), SpeakerFolds(8),
        TextFolds(2), Random(0.5), SelectOnTest(Random()),
    ],
)  # fmt: skip
def test_instances_with_settings_keep_it_too(protocol: BaseProtocol) -> None:
    check_protocol(protocol)


@dataclass(frozen=True)
class Half(BaseProtocol):
    """The last speakers are tested."""

    name: ClassVar[str] = "half"
    promise: ClassVar[Promise] = Promise("half of the speakers", ("speaker",))
    needs: ClassVar[tuple[str, ...]] = ("speaker",)
    validation_by: ClassVar[str | None] = "speaker"

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return one fold."""
        rows = np.arange(len(utterances))
        return [Fold(0, rows[:48], NO_ROWS, rows[48:])]


def broken(what: str) -> type[Half]:
    """Return a protocol with one fault."""

    class Broken(Half):
        def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
            (fold,) = super().folds(utterances, seed)
            if what == "table":
                utterances["emotion"] = "sad"
            if what == "global":
                np.random.rand()
            if what == "seed":
                fold = dataclasses.replace(fold, train=np.random.default_rng().permutation(fold.train)[:47])
            if what == "speaker":
                fold = dataclasses.replace(fold, train=fold.train[:-5], test=np.append(fold.test, fold.train[-5:]))
            if what == "number":
                fold = dataclasses.replace(fold, number=1)
            if what == "list":
                fold = dataclasses.replace(fold, train=fold.train.tolist())
            if what == "float":
                fold = dataclasses.replace(fold, train=fold.train.astype(float))
            if what == "twice":
                fold = dataclasses.replace(fold, train=np.append(fold.train, 0))
            if what == "emotion":
                fold = dataclasses.replace(fold, train=fold.train[fold.train % 4 > 0])
            if what == "crash":
                raise ZeroDivisionError("no speakers")
            if what == "print":
                print("folds")  # noqa: T201  # what is planted
            if what == "generator":
                return (each for each in [fold])  # type: ignore[return-value]
            return [] if what == "none" else [fold]

    return Broken


def test_a_protocol_of_ones_own() -> None:
    check_protocol(Half)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("table", "changes the table"),
        ("global", "changes NumPy's global random state"),
        ("seed", "the same seed gives other folds"),
        ("speaker", "speaker s3 is in the test part and in the training part"),
        ("number", "fold 0 has the number 1"),
        ("list", "not an array of row numbers"),
        ("float", "not an array of row numbers"),
        ("twice", "repeats a row"),
        ("emotion", "every utterance of 'angry' is in its test part"),
        ("none", "no folds"),
        ("crash", "ZeroDivisionError: no speakers"),
        ("print", "prints to standard output"),
        ("generator", "returns a generator; expected a list of Fold"),
        ("pickle", "cannot be pickled .*; define the class in a module"),
    ],
)
def test_a_fault_in_the_folds_is_named(what: str, says: str) -> None:
    with pytest.raises(AssertionError, match=says) as caught:
        check_protocol(broken(what))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "a/b"}, "cannot be a folder's name"),
        ({"name": None}, "name is None; expected str"),
        ({"promise": "speakers apart"}, "promise is 'speakers apart'; expected Promise"),
        ({"promise": Promise("")}, "the promise has no words"),
        ({"needs": "speaker"}, "needs is 'speaker'; expected tuple"),
        ({"balance_first": True}, "is not marked leaky"),
        ({"name": "kfold"}, "the name 'kfold' is that of a shipped protocol"),
        ({"name": ".."}, "cannot be a folder's name"),
        ({"name": " half"}, "cannot be a folder's name"),
        ({"name": "half+thin-3"}, "holds a \\+, which is for what is added to a name"),
    ],
)
def test_a_fault_in_the_attributes_is_named(changes: dict[str, object], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_protocol(type("Changed", (Half,), changes))


def test_a_class_that_is_no_dataclass() -> None:
    class Plain:
        pass

    with pytest.raises(AssertionError, match="no frozen dataclass"):
        check_protocol(Plain)  # type: ignore[arg-type]


@dataclass(frozen=True)
class ReadsSessions(Half):
    """It reads what it does not say that it needs."""

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        return [
            dataclasses.replace(fold, about=utterances["session"].iloc[0]) for fold in super().folds(utterances, seed)
        ]


@dataclass(frozen=True)
class ReadsIds(Half):
    """Its folds follow from the ids."""

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        (fold,) = super().folds(utterances, seed)
        return [dataclasses.replace(fold, train=fold.train[utterances.index[fold.train] < "u40"])]


@dataclass(frozen=True)
class Demands(Half):
    """It cannot be made without settings."""

    share: float = dataclasses.field(kw_only=True)


@pytest.mark.parametrize(
    ("protocol", "says"),
    [
        (ReadsSessions, "reads column 'session', which is not in needs; add it"),
        (ReadsIds, "gives other folds with other ids|training part is empty"),
        (Demands, "cannot be made .*'share'"),
    ],
)
def test_what_a_protocol_reads_is_what_it_says_that_it_needs(protocol: type[Half], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_protocol(protocol)

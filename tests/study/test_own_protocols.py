"""Protocols of one's own in a study: by path, as a class and as an object, also with what is added to a name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

import evenvoice
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import (
    NO_ROWS,
    BaseProtocol,
    Enrol,
    Fold,
    KFold,
    LeaveOneGroupOut,
    Promise,
    Random,
    SelectOnTest,
    Speaker,
    SpeakerFolds,
    TextFolds,
    Thin,
    open_protocol,
    protocol_text,
)
from tests.study.noise import noise_corpus

OWN = f"{__name__}:FirstSpeaker"


@dataclass(frozen=True)
class FirstSpeaker(BaseProtocol):
    """One fold."""

    name: ClassVar[str] = "first-speaker"
    promise: ClassVar[Promise] = Promise("the first speaker is tested", ("speaker",))
    needs: ClassVar[tuple[str, ...]] = ("speaker",)
    validation_by: ClassVar[str | None] = "speaker"

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        first = (utterances["speaker"] == utterances["speaker"].min()).to_numpy()
        return [Fold(0, np.flatnonzero(~first), NO_ROWS, np.flatnonzero(first), "the first speaker")]


@dataclass(frozen=True)
class SameName(FirstSpeaker):
    """Another one of that name."""


@dataclass(frozen=True)
class NamedAsShipped(FirstSpeaker):
    """Its results would pass for those of kfold."""

    name: ClassVar[str] = "kfold"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


def test_a_study_under_a_protocol_of_ones_own(corpus: Corpus, tmp_path: Path) -> None:
    study = evenvoice.evaluate(corpus, "knn", [OWN, f"{OWN}+thin-1"], out=tmp_path / "a", jobs=1)
    assert [result.protocol for result in study.results] == ["first-speaker", "first-speaker+thin-1"]
    again = evenvoice.evaluate(corpus, "knn", FirstSpeaker, out=tmp_path / "a", jobs=1)
    assert again["knn", "first-speaker"].ua == study["knn", "first-speaker"].ua
    assert {finding.kind.severity for finding in evenvoice.audit_run(tmp_path / "a").findings} == {"warning"}
    bench = evenvoice.balance(corpus, "knn", ["random-over"], protocol=OWN, imbalance=[1], out=tmp_path / "b", jobs=1)
    assert {entry.protocol for entry in bench.entries} == {"first-speaker+thin-1"}


def test_a_study_with_another_number_of_folds(corpus: Corpus, tmp_path: Path) -> None:
    study = evenvoice.evaluate(corpus, "majority", [SpeakerFolds(2), "speaker-folds-3"], out=tmp_path / "a", jobs=1)
    assert [(result.protocol, len(list((tmp_path / "a" / "runs" / "majority" / name).glob("seed-0/*"))))
            for result, name in zip(study.results, ("speaker-folds-2", "speaker-folds-3"), strict=True)
    ] == [("speaker-folds-2", 2), ("speaker-folds-3", 3)]  # fmt: skip
    again = evenvoice.load_study(tmp_path / "a")
    assert again["majority", "speaker-folds-2"].ua == study["majority", "speaker-folds-2"].ua
    assert {finding.kind.severity for finding in evenvoice.audit_run(tmp_path / "a").findings} <= {"warning"}


@pytest.mark.parametrize(
    ("protocol", "text"),
    [
        (FirstSpeaker(), OWN),
        (FirstSpeaker, OWN),
        (OWN, OWN),
        (f"{OWN}+enrol-5", f"{OWN}+enrol-5"),
        (SpeakerFolds(), "speaker-folds"),
        (SpeakerFolds(3), "speaker-folds-3"),
        (Thin(TextFolds(7), 2), "text-folds-7+thin-2"),
        ("kfold-5", "kfold"),
        ("GroupKFold 12", "speaker-folds-12"),
        (KFold(n_folds=5), "kfold"),
        (LeaveOneGroupOut("season"), "logo-season"),
        (SelectOnTest(Speaker()), "speaker+select-on-test"),
        (Enrol(Speaker(), 5), "speaker+enrol-5"),
    ],
)
def test_what_opens_a_protocol(protocol: Any, text: str) -> None:
    assert protocol_text(protocol) == text
    opened = open_protocol(text)
    assert isinstance(protocol, str) or opened == (protocol() if isinstance(protocol, type) else protocol)


@pytest.mark.parametrize(
    ("protocols", "says"),
    [
        (Random(0.3), r"Random\(random_state=0, test_size=0.3\): found other settings than 'random' has"),
        (SpeakerFolds(3, random_state=1), "a study has seeds"),
        ([SpeakerFolds(3), "group-kfold-3", "kfold-1"], "n_folds is 1"),
        (KFold(random_state=3), "a study has seeds"),
        ([FirstSpeaker, SameName()], "have one name, 'first-speaker'; give one another"),
        (NamedAsShipped, "its name is 'kfold', as that of a shipped protocol"),
        (f"{__name__}:NamedAsShipped", "its name is 'kfold', as that of a shipped protocol"),
        (int, "protocols: found <class 'int'>; expected a protocol's name"),
    ],
)
def test_what_a_study_could_not_tell_apart_is_refused(
    protocols: Any, says: str, corpus: Corpus, tmp_path: Path
) -> None:
    with pytest.raises(EvenvoiceError, match=says) as caught:
        evenvoice.evaluate(corpus, "knn", protocols, out=tmp_path / "a")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "a").exists()

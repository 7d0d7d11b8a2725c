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
    SelectOnTest,
    Speaker,
    SpeakerFolds,
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


@pytest.mark.parametrize(
    ("protocol", "text"),
    [
        (FirstSpeaker(), OWN),
        (FirstSpeaker, OWN),
        (OWN, OWN),
        (f"{OWN}+enrol-5", f"{OWN}+enrol-5"),
        (SpeakerFolds(), "speaker-folds"),
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
        (SpeakerFolds(3), r"SpeakerFolds\(random_state=0, n_folds=3\): found other settings than 'speaker-folds' has"),
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

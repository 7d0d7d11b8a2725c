"""Every protocol as a splitter of scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import make_pipeline
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score

import evenvoice
from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import SMOTE
from evenvoice.protocols import (
    PROTOCOLS,
    Cross,
    KFold,
    Predefined,
    Random,
    Session,
    Speaker,
    SpeakerFolds,
    make_folds,
    open_protocol,
)
from tests.corpora.wrong import WRONG

RNG = np.random.default_rng(0)
SPEAKERS = np.repeat([f"s{n}" for n in range(10)], 6)
Y = np.tile(["angry", "happy", "sad"], 20)
X = RNG.standard_normal((60, 4)) + (Y == "sad")[:, None]
GROUPS = pd.DataFrame(
    {
        "speaker": SPEAKERS, "session": np.repeat(list("abcde"), 12), "text": np.repeat(list("vwxyz"), 12),
        "split": np.where(SPEAKERS == "s9", "test", "train"), "corpus": np.where(SPEAKERS < "s5", "one", "two"),
    }
)  # fmt: skip


def test_the_program_of_the_issue() -> None:
    answers = cross_val_predict(LogisticRegression(), X, Y, cv=evenvoice.SpeakerFolds(5), groups=SPEAKERS)
    assert answers.shape == Y.shape
    by_hand = np.empty_like(Y)
    folds = open_protocol("speaker-folds").folds(pd.DataFrame({"emotion": Y, "speaker": SPEAKERS}), 0)
    for fold in folds:
        by_hand[fold.test] = LogisticRegression().fit(X[fold.train], Y[fold.train]).predict(X[fold.test])
    assert np.array_equal(answers, by_hand)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_groups_are_routed_to_every_protocol(name: str) -> None:
    protocol = open_protocol(name)
    expected = cross_val_score(LogisticRegression(), X, Y, cv=protocol, groups=GROUPS)
    with config_context(enable_metadata_routing=True):
        routed = cross_val_score(LogisticRegression(), X, Y, cv=protocol, params={"groups": GROUPS})
        search = GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=protocol).fit(X, Y, groups=GROUPS)
        pipeline = make_pipeline(SMOTE(k_neighbors=1).set_fit_resample_request(groups=False), LogisticRegression())
        assert len(cross_val_score(pipeline, X, Y, cv=protocol, params={"groups": GROUPS})) == len(routed)
    assert np.array_equal(routed, expected)
    assert search.best_score_ == pytest.approx(expected.mean())


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_protocol_divides_for_scikit_learn(name: str) -> None:
    protocol = open_protocol(name)
    scores = cross_val_score(LogisticRegression(), X, Y, cv=protocol, groups=GROUPS)
    assert len(scores) == protocol.get_n_splits(X, Y, GROUPS)
    for train, test in protocol.split(X, Y, GROUPS):
        assert not set(train) & set(test)
        for column in protocol.promise.disjoint:
            assert not set(GROUPS[column].iloc[train]) & set(GROUPS[column].iloc[test])


def test_in_a_grid_search_and_cloned() -> None:
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=SpeakerFolds(3, random_state=1))
    assert clone(search).fit(X, Y, groups=SPEAKERS).n_splits_ == 3


@pytest.mark.parametrize(
    ("protocol", "groups", "folds"),
    [
        (Speaker(), SPEAKERS, 10), (SpeakerFolds(4), list(SPEAKERS), 4), (Session(), GROUPS["session"], 5),
        (Predefined(), GROUPS["split"], 1), (Cross(), GROUPS["corpus"].to_numpy(), 1), (KFold(3), None, 3),
        (Random(0.25), None, 1), (open_protocol("logo-season"), {"season": SPEAKERS}, 10),
        (open_protocol("kfold+select-on-test"), None, 5), (open_protocol("random+select-on-test"), None, 1),
        (open_protocol("speaker-folds+enrol-1"), SPEAKERS, 5),
    ],
)  # fmt: skip
def test_groups_are_what_the_protocol_divides_by(protocol: Speaker, groups: object, folds: int) -> None:
    assert len(list(protocol.split(X, Y, groups))) == folds
    assert protocol.get_n_splits(X, Y, groups) == folds


@pytest.mark.parametrize("name", ["kfold+select-on-test", "speaker-folds+enrol-2", "speaker-folds+thin-2"])
def test_a_wrapped_protocol_has_as_many_folds_as_the_one_inside(name: str) -> None:
    assert open_protocol(name).get_n_splits() == 5


def test_the_seed_of_a_splitter_is_its_random_state() -> None:
    zero, again, one = (list(SpeakerFolds(5, random_state=seed).split(X, Y, SPEAKERS)) for seed in (0, 0, 1))
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(zero, again, strict=True))
    assert any(not np.array_equal(a[1], b[1]) for a, b in zip(zero, one, strict=True))


@pytest.mark.parametrize(
    ("protocol", "arguments", "says"),
    [
        (SpeakerFolds(5), (X, Y, None), "SpeakerFolds: divides by speaker, and groups are missing"),
        (
            SpeakerFolds(5),
            (X, Y, ["a", *range(59)]),
            "SpeakerFolds: groups holds int and str; write all values as text",
        ),
        (SpeakerFolds(5), (X, Y, SPEAKERS[:9]), "SpeakerFolds: groups has 9 values for 60 rows"),
        (SpeakerFolds(5), (X, Y[:9], SPEAKERS), "SpeakerFolds: y has 9 values for 60 rows"),
        (SpeakerFolds(5), (X, Y, np.array([None] * 60)), "groups is missing for row 0"),
        (SpeakerFolds(5), (X, Y, GROUPS.to_numpy()), "groups has more than one value for a row"),
        (SpeakerFolds(5), (X, Y, {"speakers": SPEAKERS}), "groups have no column 'speaker'; found speakers"),
        (SpeakerFolds(5), (3, Y, SPEAKERS), "a int has no rows to divide"),
        (SpeakerFolds(11), (X, Y, SPEAKERS), "11 groups of speakers asked for, 10 speakers found"),
        (
            open_protocol("logo-age"),
            (X, Y, {"age": [1, "old"] * 30}),
            r"LeaveOneGroupOut: groups.'age'. holds int and str; write",
        ),
        (open_protocol("logo-age"), (X, Y, {"age": [1] * 60}), "protocol 'logo-age': one age only"),
        (
            Random(0.03),
            (X, Y, None),
            "'random': 3% of 60 utterances leaves a part of 2, .* of 3 emotions; use",
        ),
        (KFold(5), (X, None, None), "KFold: keeps the shares of the labels, and y is missing"),
        (KFold(5), (X, [np.nan, *Y[1:]], None), "y is missing for row 0"),
        (KFold(5), (X, np.eye(3)[[0] * 60], None), "y has more than one value for a row"),
    ],
)
def test_what_cannot_be_divided_is_one_line(protocol: SpeakerFolds, arguments: tuple[object, ...], says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says):
        list(protocol.split(*arguments))


@pytest.mark.parametrize("value", [0, 1, -1, 2.5, "5", None, True, [5], np.nan, np.array([5])])
def test_impossible_settings_are_one_line(value: object) -> None:
    for make in (SpeakerFolds, KFold, evenvoice.TextFolds):
        with pytest.raises(EvenvoiceError, match=r"n_folds is .*; expected a whole number from 2 on"):
            make(value)
    with pytest.raises(EvenvoiceError, match=r"test_size is|random_state is"):
        Random(value if value not in (2.5,) else 1.0, random_state=-1)  # type: ignore[operator]
    if not isinstance(value, str):
        with pytest.raises(EvenvoiceError, match=r"column .*; expected a name"):
            evenvoice.LeaveOneGroupOut(value)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("loso", "speaker"), ("LOSO", "speaker"), ("logo", "speaker"), ("leave one speaker out", "speaker"),
        ("Leave-One-Subject-Out", "speaker"), ("leave_one_session_out", "session"), ("given", "predefined"),
        ("SpeakerFolds", "speaker-folds"), ("k-fold", "kfold"), ("given+select-on-test", "predefined+select-on-test"),
        ("logo-Season", "logo-Season"), ("evenvoice.protocols.groups:Session", "session"),
    ],
)  # fmt: skip
def test_protocols_have_the_names_that_others_use(written: str, name: str) -> None:
    assert open_protocol(written).name == name


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (
            "losso",
            r"protocol 'losso' is unknown \(did you mean 'loso'\?\); known are random \(holdout, train-test-split\)",
        ),
        ("no.such:Thing", "protocol 'no.such:Thing': cannot be imported"),
        ("json:dumps", "has no name, promise"),
        ("evenvoice.protocols:Fold", "has no name, promise"),
        (3, "protocol 3: expected a name or a protocol"),
        (None, "protocol None: expected"),
        (SpeakerFolds, "expected a name or a protocol"),
        ("logo-a/b", "expected a name of letters"),
    ],
)
def test_a_protocol_that_is_not_there_is_one_line(written: object, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says) as caught:
        open_protocol(written)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_an_instance_is_a_protocol_already() -> None:
    assert open_protocol(SpeakerFolds(3)) == SpeakerFolds(3)


@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
def test_a_wrong_value_is_one_line(value: object) -> None:
    folds = SpeakerFolds(5)
    calls = [
        lambda: open_protocol(value),  # type: ignore[arg-type]
        lambda: list(folds.split(X, Y, value)),
        lambda: list(folds.split(value, Y, SPEAKERS)),
        lambda: make_folds(folds, value, 0),  # type: ignore[arg-type]
        lambda: SpeakerFolds(0 if isinstance(value, int) else 5, random_state=value),  # type: ignore[arg-type]
    ]
    if value is not None:
        calls.append(lambda: list(folds.split(X, value, SPEAKERS)))
    for call in calls:
        with pytest.raises(EvenvoiceError) as caught:
            call()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 2000

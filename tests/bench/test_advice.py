"""Advice from class counts and evidence: what is suggested, what cannot be used, and what the words say."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from evenvoice.bench import advice as room
from evenvoice.bench import advise
from evenvoice.bench.evidence import COLUMNS, near, read_evidence, records
from evenvoice.bench.methods import method_names
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from tests import fabricate


def row(corpus: str, ratio: float, method: str, gain: float, p: float = 1.0) -> dict[str, object]:
    """A row of evidence."""
    values = {"corpus": corpus, "recipe": "svm", "protocol": "speaker", "imbalance": ratio, "method": method,
              "ua_gain": gain, "p_holm": p, "rarest_gain": gain, "ece_gain": 0.01}  # fmt: skip
    return dict.fromkeys(COLUMNS, 0) | values


EVIDENCE = pd.DataFrame(
    [
        row(corpus, ratio, method, gain * (1 if corpus == "one" else 2), p)
        for corpus in ("one", "two")
        for ratio, sign in ((2, 1), (10, -1))
        for method, gain, p in (
            ("none", 0.0, 1.0), ("smote", 0.03 * sign, 0.01 if sign > 0 else 1.0), ("random-over", 0.02, 1.0),
            ("random-under", -0.05, 0.001), ("class-weights", 0.01, 1.0), ("tomek", 0.0, 1.0),
        )
    ]
    + [row("one", 2, "adasyn", 0.2, 0.001)]
)  # fmt: skip


@pytest.fixture
def evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "read_evidence", lambda: EVIDENCE)


def corpus(*per_emotion: int, speakers: int = 6) -> Corpus:
    """A corpus whose files are not there: nothing is decoded."""
    table = fabricate.utterances(n_speakers=speakers, per_emotion=per_emotion)
    table["file"] = [str(Path("/nowhere") / f"{name}.wav") for name in table.index]
    return Corpus("mine", table, "CC0-1.0", labels=fabricate.EMOTIONS)


def test_the_nearest_ratio_of_each_corpus_counts() -> None:
    assert set(near(EVIDENCE, 3.0)["imbalance"]) == {2}
    assert set(near(EVIDENCE, 5.0)["imbalance"]) == {10}  # |log 5 − log 2| = 0.92, |log 10 − log 5| = 0.69


def test_a_record_by_hand() -> None:
    (smote,) = (each for each in records(near(EVIDENCE, 2)) if each.method == "smote")
    assert (smote.benches, smote.better, smote.worse) == (2, 2, 0)
    assert (smote.gain, smote.least, smote.most, smote.ece) == pytest.approx((0.045, 0.03, 0.06, 0.01))


@pytest.mark.usefixtures("evidence")
def test_shown_better_comes_first_then_the_higher_gain_and_one_bench_is_not_enough() -> None:
    found = advise(corpus(8, 4, 8, 8), "speaker")
    assert [record.method for record in found.suggestions] == ["smote", "random-over", "class-weights"]
    assert found.avoid == ("random-under",)
    assert set(found.shown) == {"smote", "adasyn"}
    assert (found.ratio, found.rarest, found.fewest, found.tried) == (2.0, "happy", 20, 6)
    text = str(found)
    assert "1. none: the baseline of all; shown better there: adasyn, smote" in text or "smote, adasyn" in text
    assert "--methods smote,random-over,class-weights --seeds 5" in text
    assert json.loads(json.dumps(found.to_json()))["words"] == text


@pytest.mark.usefixtures("evidence")
def test_a_method_that_cannot_be_drawn_on_these_classes_is_not_suggested() -> None:
    found = advise(corpus(2, 1, 2, 2, speakers=5), "speaker")
    # Four rows of the rarest in a training part: SMOTE's five neighbours need six.
    assert [record.method for record in found.suggestions] == ["random-over", "class-weights", "tomek"]
    assert "needs 6" in found.unusable["smote"]
    assert "Not here: smote: class" in str(found)
    assert "more recordings of it will do more" in str(found)


@pytest.mark.usefixtures("evidence")
def test_where_nothing_was_shown_better_none_is_the_advice() -> None:
    found = advise(corpus(20, 2, 20, 20), "speaker")
    assert found.ratio == 10
    assert found.shown == ()
    assert "1. none: no method was shown better there" in str(found)


def test_one_emotion_has_nothing_to_balance() -> None:
    one = corpus(4, 4, 4, 4)
    table = one.table[one.table["emotion"] == "sad"]
    with pytest.raises(EvenvoiceError, match="mine: one emotion only; there is nothing to balance"):
        advise(Corpus("mine", table, "CC0-1.0"), "speaker")


def test_the_evidence_that_ships_is_whole_and_of_methods_that_are_there() -> None:
    shipped = read_evidence()
    assert tuple(shipped.columns) == COLUMNS
    names = {part.split("(")[0] for method in shipped["method"] for part in method.split("+")}
    assert names <= {"none", *method_names()}
    others = shipped[shipped["method"] != "none"]
    assert others[["ua_gain", "p_holm", "ece_gain", "rarest_gain"]].notna().all(axis=None)
    for _, group in shipped.groupby(["corpus", "recipe", "protocol"]):
        assert (group["method"] == "none").sum() == 1
    assert str(advise(corpus(8, 4, 8, 8), "speaker"))


def test_what_needs_a_network_is_named_apart_from_what_to_try() -> None:
    found = advise(corpus(20, 10, 20, 20), "speaker")
    assert "retrain-eos" in found.networks
    assert {"redrawn", "retrain", "retrain-eos"}.isdisjoint(record.method for record in found.suggestions)
    assert "As good, for recipes with a network: " in str(found)

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.corpora import Corpus
from evenvoice.corpora.corpus import Utterance, table_of
from evenvoice.errors import EvenvoiceError
from evenvoice.paper import scaled
from evenvoice.paper.run import LEAST


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Ten speakers; 1000 sad, 300 happy and 15 angry utterances, each spread evenly, or nearly."""
    rows = [
        Utterance(f"{emotion}-{number:04d}", Path(f"/{emotion}{number}.wav"), emotion, speaker=str(number % 10))
        for emotion, total in (("sad", 1000), ("happy", 300), ("angry", 15))
        for number in range(total)
    ]
    return Corpus("mine", table_of(rows), "CC0-1.0", labels=("sad", "happy", "angry"))


def counts(corpus: Corpus) -> dict[str, int]:
    return corpus.table["emotion"].value_counts().to_dict()


def test_a_share_of_each_speaker_and_emotion_is_kept(corpus: Corpus) -> None:
    kept = scaled(corpus, 0.1)
    by_speaker = kept.table.groupby(["emotion", "speaker"]).size()
    assert set(by_speaker["sad"]) == {10}
    assert set(by_speaker["happy"]) == {3}
    # Fewer than LEAST: all of them.
    assert counts(kept) == {"sad": 100, "happy": 30, "angry": 15}
    assert kept.labels == corpus.labels


def test_of_a_rare_emotion_enough_is_kept_for_smote(corpus: Corpus) -> None:
    kept = scaled(corpus, 0.001)
    assert counts(kept) == {"sad": LEAST, "happy": LEAST, "angry": 15}
    assert kept.table["speaker"].nunique() == 10


def test_it_keeps_the_same_ones_whatever_the_order_and_more_of_them_with_a_larger_share(corpus: Corpus) -> None:
    backwards = Corpus(corpus.name, corpus.table.iloc[::-1], corpus.licence, labels=corpus.labels)
    small, large = scaled(corpus, 0.05), scaled(corpus, 0.3)
    assert set(scaled(backwards, 0.05).table.index) == set(small.table.index)
    assert set(small.table.index) < set(large.table.index)
    assert small.table.index.to_list() == [name for name in corpus.table.index if name in set(small.table.index)]


def test_the_whole_is_the_whole(corpus: Corpus) -> None:
    assert scaled(corpus, 1).fingerprint() == corpus.fingerprint()


def test_without_speakers_a_share_of_each_emotion_is_kept(corpus: Corpus) -> None:
    table = corpus.table.assign(speaker=None)
    assert counts(scaled(Corpus("mine", table, "CC0-1.0"), 0.1)) == {"sad": 100, "happy": 30, "angry": 15}


@pytest.mark.parametrize("share", [0, -1, 1.5, float("nan")])
def test_an_impossible_share_is_refused(corpus: Corpus, share: float) -> None:
    with pytest.raises(EvenvoiceError, match=r"scale .*: expected a share above 0 and up to 1"):
        scaled(corpus, share)

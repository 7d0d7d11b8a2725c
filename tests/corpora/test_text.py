from __future__ import annotations

from pathlib import Path

import pandas as pd

from evenvoice.corpora import Corpus, Summary, corpus_as_text


def test_a_corpus_is_described_by_speaker_and_emotion() -> None:
    rows = {"emotion": ["angry", "angry", "sad"], "speaker": ["03", "08", "08"]}
    table = pd.DataFrame(rows, index=["a", "b", "c"]).assign(file=str(Path("/none.wav")))
    corpus = Corpus("[tiny]", table, licence="CC0", synthetic=True)
    counts = pd.crosstab(table["emotion"], table["speaker"])
    summary = Summary("[tiny]", counts, {"angry": 2, "sad": 1}, 1.5, "", 2.0, ["speaker 03 has no sad"])
    lines = corpus_as_text(corpus, summary, 80).splitlines()
    assert lines[0] == "[tiny]: 3 utterances, 2 speakers, 2 emotions"
    assert [line.split() for line in lines[1:5]] == [
        ["speaker", "angry", "sad", "all"], ["03", "1", "0", "1"], ["08", "1", "1", "2"], ["all", "2", "1", "3"]
    ]  # fmt: skip
    assert lines[5:] == [
        "length: 1.50 h",
        "imbalance: largest emotion 2.00 times the smallest",
        "licence: CC0",
        "synthetic: a machine spoke; no accuracy claim rests on this corpus",
        "warning: speaker 03 has no sad",
    ]

"""Columns of a table that predictions have a name for as well."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evenvoice.metrics import read_predictions
from evenvoice.study import evaluate
from tests.study.noise import noise_corpus

TAKEN = ("seconds", "predicted", "synthetic", "p:angry")


def test_no_column_of_the_table_is_lost(tmp_path: Path) -> None:
    corpus = noise_corpus(tmp_path)
    own = {name: [f"{name} {row}" for row in range(len(corpus.table))] for name in ("age", *TAKEN)}
    corpus = type(corpus)("noise", corpus.table.assign(**own), "CC0-1.0", labels=corpus.labels)
    said: list[str] = []
    study = evaluate(corpus, "majority", "speaker", out=tmp_path / "out", jobs=1, on_message=said.append)
    tables = [read_predictions(run.folder / "predictions.csv") for run in study.results[0].runs]
    for table in tables:
        rows = [corpus.table.index.get_loc(utterance) for utterance in table["utterance"]]
        assert table["age"].tolist() == [f"age {row}" for row in rows]
        for name in TAKEN:
            assert table[f"table:{name}"].tolist() == [f"{name} {row}" for row in rows]
        np.testing.assert_allclose(table["seconds"], 6000 / 16000)
    told = [line for line in said if line.startswith("warning: noise: column ")]
    assert [line.split("'")[1] for line in told] == list(TAKEN)
    assert "'predicted' of the table is called 'table:predicted' in the predictions" in "".join(told)

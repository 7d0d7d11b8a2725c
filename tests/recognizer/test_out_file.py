"""Predictions in a file: begun, cut off anywhere, gone on with, and never mixed."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer.inputs import Input
from evenvoice.recognizer.out_file import OutFile
from evenvoice.recognizer.output import csv_columns
from tests.recognizer import tiny

LABELS = ["angry", "sad"]
NAMES = ["a.wav", "=1+1.wav", 'quo"ted, and\nbroken.wav', "Zoë 声.wav", "z.wav"]
ABOUT = {"model": "abc", "window": None}


def _inputs(names: Sequence[str]) -> list[Input]:
    return [Input(name, lambda rate: tiny.steady(0.5)) for name in names]


def _entries(name: str, windows: int) -> list[dict[str, Any]]:
    score = len(name) / 128
    scores = [{"label": "sad", "score": 1 - score}, {"label": "angry", "score": score}]
    if not windows:
        return [{"scores": scores}]
    return [{"start": float(n), "end": n + 1.0, "scores": scores if n else []} for n in range(windows)]


def _predict(path: Path, windows: int = 0, names: Sequence[str] = NAMES, **about: Any) -> list[str]:
    """Predict what is not in the file; return which that was."""
    timeline = windows > 0
    columns = csv_columns(LABELS, timeline=timeline, adapted=False)
    out = OutFile(path, columns, ABOUT | about, timeline=timeline)
    done = []
    with out.writing() as text, out.writer(text, LABELS, timeline=timeline) as writer:
        for each in out.left(_inputs(names)):
            writer.write(each.name, _entries(each.name, windows))
            done.append(each.name)
    assert out.finished == len(names) - len(done)
    return done


@pytest.mark.parametrize("windows", [0, 3])
def test_a_file_that_was_cut_off_anywhere_ends_the_same(windows: int, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert _predict(path, windows) == NAMES
    whole = path.read_bytes()
    assert len(list(csv.reader(io.StringIO(whole.decode())))) == 1 + len(NAMES) * max(1, windows)
    assert _predict(path, windows) == (NAMES[-1:] if windows else [])  # who knows whether windows are missing
    again = set()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        again.add(len(_predict(path, windows)))
        assert path.read_bytes() == whole
    assert again == set(range(1, len(NAMES) + 1))


def test_a_parquet_file_is_there_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    columns = csv_columns(LABELS, timeline=False, adapted=False)
    out = OutFile(path, columns, ABOUT)
    with contextlib.suppress(KeyboardInterrupt), out.writing() as text, out.writer(text, LABELS) as writer:
        writer.write(NAMES[1], _entries(NAMES[1], 0))
        raise KeyboardInterrupt
    assert not path.exists()
    assert _predict(path) == [name for name in NAMES if name != NAMES[1]]
    assert [file.name for file in tmp_path.iterdir()] == ["out.parquet"]
    table = pyarrow.parquet.read_table(path)
    assert table.column_names == columns
    assert sorted(table["file"].to_pylist()) == sorted(NAMES)  # as they are: no spreadsheet opens this
    assert table.schema.field("p:sad").type == pyarrow.float32()
    assert b'"model": "abc"' in table.schema.metadata[b"evenvoice"]
    with pytest.raises(EvenvoiceError, match=r"out\.parquet: is there already, and complete; remove it, or choose"):
        _predict(path)


def test_a_silent_window_has_no_label_in_parquet(tmp_path: Path) -> None:
    _predict(tmp_path / "out.parquet", windows=2)
    first, second = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()[:2]
    assert (first["label"], first["p:sad"], first["start"]) == (None, None, 0.0)
    assert second["label"] == "sad"


def test_rows_of_two_models_never_mix(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    _predict(path)
    whole = path.read_bytes()
    with pytest.raises(
        EvenvoiceError, match=r"holds predictions with another model and another window; choose another"
    ):
        _predict(path, model="def", window=3.0)
    (tmp_path / "out.csv.json").unlink()
    with pytest.raises(
        EvenvoiceError, match=r"is there, and out\.csv\.json, which says of which model it is, cannot be"
    ):
        _predict(path)
    assert path.read_bytes() == whole


def test_damage_in_the_middle_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    _predict(path)
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:2], b"half a row\n", *lines[2:]])
    path.write_bytes(damaged)
    with pytest.raises(EvenvoiceError, match=r"out\.csv: line 3 is no prediction \(1 cells, expected 4\); remove that"):
        _predict(path)
    assert path.read_bytes() == damaged
    path.write_bytes(b"".join([*lines, b'"open\n', *lines[1:2] * 10_000]))
    with pytest.raises(EvenvoiceError, match=r"damaged from line 8 on, and not at its end alone"):
        _predict(path)


def test_one_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with OutFile(path, ["file"], ABOUT).writing(), pytest.raises(EvenvoiceError, match="another process writes to it"):
        _predict(path)


@pytest.mark.parametrize("name", ["out.txt", "out", "s3:/bucket/out.csv.gz"])
def test_another_kind_of_file_is_refused(name: str) -> None:
    with pytest.raises(EvenvoiceError, match=r"expected a file of this machine that ends in \.csv or \.parquet"):
        OutFile(Path(name), ["file"], ABOUT)

"""The tables that lie beside a corpus: whatever is wrong with them is said, and the corpus is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.corpora import LOADERS
from tests.corpora.trees import TREES


@pytest.mark.parametrize(
    ("raw", "genders", "says"),
    [
        (b"ActorID;Age;Sex\n1001;51;Male\n1002;20;Female\n", {"male", "female", None}, None),
        ("ActorID\tAge\tSex\n1001\t51\tMale\n".encode("utf-16"), {"male", None}, None),
        (b"ActorID,Age,Sex,,\n1001,51,Male,,\n", {"male", None}, None),
        (b"ActorID,Age,Sex\n1001,51\n", {None}, "line 2: 2 cells where the header has 3"),
        (b"Actor,Age,Sex\n1001,51,Male\n", {None}, "no column 'ActorID', found Actor, Age, Sex; Sex is not known now"),
        (b"version https://git-lfs.github.com/spec/v1\n", {None}, "a Git LFS pointer"),
        (b"ActorID,Age,Sex\n\0\n", {None}, "a NUL character"),
        (b"", {None}, "no header"),
    ],
)
def test_crema_ds_table_of_actors(tmp_path: Path, raw: bytes, genders: set[str | None], says: str | None) -> None:
    TREES["crema-d"](tmp_path)
    (tmp_path / "VideoDemographics.csv").write_bytes(raw)
    corpus = LOADERS["crema-d"].open(tmp_path)
    assert len(corpus) == 6
    assert set(corpus.table["gender"]) == genders
    assert [says in line for line in corpus.warnings if "VideoDemographics" in line] == ([True] if says else [])


def test_a_table_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    TREES["nemo"](tmp_path)
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == "data.tsv":  # a tester may be root, who may read everything
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    corpus = LOADERS["nemo"].open(tmp_path)
    assert any("data.tsv: cannot be read (Permission denied)" in line for line in corpus.warnings)

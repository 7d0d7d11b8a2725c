"""Tables that were damaged at random: read, or one line."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from evenvoice.corpora.table_file import open_table
from evenvoice.errors import EvenvoiceError
from tests.corpora.trees import write_sound

GOOD = 'file,emotion,speaker,start,end,Käse\n"a.wav",sad,1,0.1,0.2,x\nb.wav,wut,2,"0:00:00.1",,y\n'
PIECES = (
    *(b"\0", b'"', b",", b";", b"\t", b"\n", b"\r", b"\xff", b"\xef\xbb\xbf", b"nan", b"-1", b"1e999", b"\xed\xa0\x80"),
    *(b"../" * 50, b"a" * 400, b"file", b"emotion", b"0 days", b"::", b"\x1b[31m", b"=1+1", b"\xe2\x80\xae"),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_damaged_table_is_read_or_one_line(tmp_path: Path, encoding: str) -> None:
    for name in "ab":
        write_sound(tmp_path / f"{name}.wav")
    draw = random.Random(encoding)
    read = 0
    refused: list[str] = []
    for _ in range(400):
        raw = bytearray(GOOD.encode(encoding))
        for _ in range(draw.randint(1, 4)):
            place = draw.randrange(len(raw))
            kind = draw.random()
            if kind < 0.5:
                raw[place:place] = draw.choice(PIECES)
            elif kind < 0.8:
                del raw[place : place + draw.randint(1, 12)]
            else:
                raw[place] = draw.randrange(256)
            raw = raw or bytearray(b"x")
        (tmp_path / "table.csv").write_bytes(raw)
        try:
            read += len(open_table(tmp_path / "table.csv")) > 0
        except EvenvoiceError as error:
            refused.append(str(error))
    assert read > 10
    assert len(refused) > 10
    assert not [line for line in refused if "\n" in line or len(line) > 1500]

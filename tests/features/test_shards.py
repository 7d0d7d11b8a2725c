"""Entries in SQLite files: whole or absent, whatever is damaged, killed, deleted or written at the same time."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.features.shards import Entry, Shards, shard_files

# Processes that share what is imported: they start at once.
FORK = multiprocessing.get_context("fork")


def key(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def entry(number: int, size: int = 2000) -> Entry:
    return Entry(4, np.random.default_rng(number).standard_normal(size).astype("<f4").tobytes(), key(number))


def filled(folder: Path, count: int, size: int = 2000) -> None:
    with Shards(folder) as shards:
        for number in range(count):
            shards.put(key(number), entry(number, size))


def found(folder: Path, count: int) -> list[Entry | None]:
    with Shards(folder) as shards:
        return [shards.get(key(number)) for number in range(count)]


def change(folder: Path, number: int, statement: str, *values: object) -> None:
    """Change an entry behind the back of its checksum."""
    for file in files(folder):
        connection = sqlite3.connect(file)
        with connection:
            changed = connection.execute(f"UPDATE entries SET {statement} WHERE key = ?", (*values, key(number)))
        connection.close()
        if changed.rowcount:
            return
    raise AssertionError(number)


def flipped(data: bytes, bit: int) -> bytes:
    values = bytearray(data)
    values[bit // 8] ^= 1 << bit % 8
    return bytes(values)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.sqlite"))


def write(folder: Path, first: int, last: int, sending: Connection) -> None:
    """Write entries, and say of each that it is written."""
    with Shards(folder) as shards:
        for number in range(first, last):
            shards.put(key(number), entry(number))
            sending.send(number)


def writer(folder: Path, first: int, last: int) -> tuple[ForkProcess, Connection]:
    receiving, sending = FORK.Pipe(duplex=False)
    process = FORK.Process(target=write, args=(folder, first, last, sending))
    process.start()
    sending.close()
    return process, receiving


def received(receiving: Connection) -> Iterator[int]:
    with suppress(EOFError):
        while True:
            yield receiving.recv()


def test_entries_come_back_bit_for_bit_from_a_bounded_number_of_files(tmp_path: Path) -> None:
    filled(tmp_path, 200)
    assert found(tmp_path, 201) == [*(entry(number) for number in range(200)), None]
    assert len(list(tmp_path.iterdir())) <= 32  # a file and its journal


def test_every_damaged_entry_is_noticed_and_no_other(tmp_path: Path) -> None:
    """A flipped bit, a zeroed block, another entry's bytes: 40 of each."""
    filled(tmp_path, 130)
    draw = random.Random(0)
    for number in range(120):
        data = entry(number).data
        if number % 3 == 0:
            change(tmp_path, number, "data = ?", flipped(data, draw.randrange(8 * len(data))))
        elif number % 3 == 1:
            start = draw.randrange(len(data) - 512)
            change(tmp_path, number, "data = ?", data[:start] + bytes(512) + data[start + 512 :])
        else:
            other = entry(120 + number % 10)
            checksum = hashlib.sha256(key(120 + number % 10) + other.digest + other.source).digest()
            change(tmp_path, number, "checksum = ?, source = ?, data = ?", checksum, other.source, other.data)
    assert found(tmp_path, 120) == [None] * 120
    assert found(tmp_path, 130)[120:] == [entry(number) for number in range(120, 130)]


def test_an_entry_under_the_key_of_another_is_noticed(tmp_path: Path) -> None:
    filled(tmp_path, 2)
    for file in files(tmp_path):
        with sqlite3.connect(file) as connection:
            found_there = connection.execute(
                "SELECT checksum, source, rows, data FROM entries WHERE key = ?", (key(1),)
            ).fetchone()
        connection.close()
        if found_there:
            change(tmp_path, 0, "checksum = ?, source = ?, rows = ?, data = ?", *found_there)
    assert found(tmp_path, 2) == [None, entry(1)]


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("data = ?", b""),
        ("data = ?", "text"),
        ("data = ?", 7),
        ("rows = ?", 5),
        ("rows = ?", 0),
        ("rows = ?", "four"),
        ("source = ?", b""),
        ("checksum = ?", b""),
    ],
)
def test_other_content_is_no_entry(tmp_path: Path, statement: str, value: object) -> None:
    filled(tmp_path, 1)
    change(tmp_path, 0, statement, value)
    assert found(tmp_path, 1) == [None]


@pytest.mark.parametrize("kind", ["flip", "zero", "cut", "scribble"])
def test_damaged_files_give_right_entries_or_none_and_can_be_written_again(tmp_path: Path, kind: str) -> None:
    filled(tmp_path, 60)
    draw = random.Random(1)
    lost = 0
    for file in files(tmp_path):
        content = bytearray(file.read_bytes())
        for _ in range(8):
            place = draw.randrange(len(content))
            if kind == "flip":
                content[place] ^= 1 << draw.randrange(8)
            elif kind == "zero":
                start = place // 4096 * 4096
                content[start : start + 4096] = bytes(4096)
        file.write_bytes({"cut": content[: len(content) // 2], "scribble": b"no database" * 999}.get(kind, content))
    for number, one in enumerate(found(tmp_path, 60)):
        assert one in (None, entry(number))
        lost += one is None
    assert lost
    filled(tmp_path, 60)
    assert found(tmp_path, 60) == [entry(number) for number in range(60)]


def test_any_bit_of_the_header_and_of_the_table_s_definition(tmp_path: Path) -> None:
    """SQLite takes another name of a column for ours, a format of the future for none, and says so in many ways."""
    filled(tmp_path / "whole", 1, 64)
    [whole] = (tmp_path / "whole").glob("*.sqlite")
    before = whole.read_bytes()
    places = [*range(112), *range(4096 - 200, 4096)]
    assert b"checksum" in before[4096 - 200 : 4096]
    folder = tmp_path / "damaged"
    folder.mkdir()
    for number, place in enumerate(places):
        changed = bytearray(before)
        changed[place] ^= 1 << number % 8
        (folder / whole.name).write_bytes(changed)
        with Shards(folder) as shards:
            assert shards.get(key(0)) in (None, entry(0, 64)), place
            shards.put(key(0), entry(0, 64))
            assert shards.get(key(0)) == entry(0, 64), place
        for file in folder.iterdir():
            file.unlink()


def test_a_killed_writer_loses_nothing_that_it_had_written(tmp_path: Path) -> None:
    for enough in (1, 20, 50):
        process, receiving = writer(tmp_path, 0, 1000)
        written = list(islice(received(receiving), enough))
        process.kill()
        written += received(receiving)
        process.join()
        assert written == list(range(len(written)))
        assert found(tmp_path, len(written)) == [entry(number) for number in written]
    filled(tmp_path, 1001)
    assert found(tmp_path, 1001)[1000] == entry(1000)


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    processes = [writer(tmp_path, first, last) for first, last in ((0, 60), (30, 90), (60, 120))]
    assert [len(list(received(receiving))) for _, receiving in processes] == [60, 60, 60]
    for process, _ in processes:
        process.join()
    assert found(tmp_path, 120) == [entry(number) for number in range(120)]


def test_a_file_that_is_deleted_meanwhile_is_made_anew(tmp_path: Path) -> None:
    with Shards(tmp_path) as shards:
        for number in range(20):
            shards.put(key(number), entry(number))
        for file in shard_files(tmp_path):
            file.unlink()
        for number in range(20):
            shards.put(key(number), entry(number))
    assert found(tmp_path, 20) == [entry(number) for number in range(20)]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EvenvoiceError, match=r"file.cache: the feature cache cannot be written .*EVENVOICE_CACHE"):
        filled(tmp_path / "file" / "cache", 1)
    with pytest.raises(EvenvoiceError, match=r"cannot be written \(disk I/O error|database or disk is full"):
        _on_a_full_disk(tmp_path / "full")


def _on_a_full_disk(folder: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    filled(folder, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        filled(folder, 1, size=20_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_closing_waits_for_threads_that_are_at_work(tmp_path: Path) -> None:
    """Who stops early closes the cache while others write: SQLite would end the process."""
    shards = Shards(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(shards.put, key(number), entry(number)) for number in range(50)]
        while not all(work.done() for work in writing):
            shards.__exit__()
        assert all(work.exception() is None for work in writing)
    shards.__exit__()

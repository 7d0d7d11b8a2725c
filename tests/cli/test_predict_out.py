"""``evenvoice predict --out``: a file of predictions that is gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import sounds
from tests.cli.command import run, start
from tests.recognizer import tiny


def _voices(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        sounds.sound(tiny.steady(0.5 - number / count), tiny.RATE, subtype="FLOAT")(folder / f"{number:03}.wav")


def test_a_file_of_predictions_is_what_is_printed(model: Path, tmp_path: Path) -> None:
    _voices(tmp_path / "voices", 5)
    printed = run("predict", model, tmp_path / "voices", "--csv").result()
    answer = run("predict", model, tmp_path / "voices", "--out", tmp_path / "out.csv")
    assert answer.result() == ""
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == printed
    sounds.sound(tiny.steady(0.1), tiny.RATE, subtype="FLOAT")(tmp_path / "voices" / "new.wav")
    again = run("predict", model, tmp_path / "voices", "--out", tmp_path / "out.csv")
    assert again.err.splitlines()[0] == f"{tmp_path / 'out.csv'}: 5 recordings are there already"
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").startswith(printed)
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 1 + 6


def test_a_bad_recording_costs_nothing_that_is_finished(model: Path, tmp_path: Path) -> None:
    _voices(tmp_path / "voices", 4)
    (tmp_path / "voices" / "002.wav").write_bytes(b"RIFF")
    said = run("predict", model, tmp_path / "voices", "--out", tmp_path / "out.csv").complaint()
    assert "002.wav" in said
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 1 + 2
    answer = run("predict", model, tmp_path / "voices", "--out", tmp_path / "out.csv", "--skip-bad")
    assert f"skipped: {tmp_path / 'voices' / '002.wav'}" in answer.err
    rows = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [Path(row.split(",")[0]).name for row in rows] == ["000.wav", "001.wav", "003.wav"]


@pytest.mark.slow
def test_a_killed_command_goes_on(model: Path, tmp_path: Path) -> None:
    _voices(tmp_path / "voices", 300)
    command = ("predict", model, tmp_path / "voices", "--out", tmp_path / "out.csv", "--jobs", "1")
    process = start(*command)
    while not ((tmp_path / "out.csv").exists() and (tmp_path / "out.csv").stat().st_size > 2000):
        assert process.poll() is None
    process.kill()
    process.communicate()
    assert "recordings are there already" in run(*command).err
    assert run("predict", model, tmp_path / "voices", "--csv").result() == (tmp_path / "out.csv").read_text(
        encoding="utf-8"
    )

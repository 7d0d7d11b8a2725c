"""What TensorBoard is given, read back from its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.loggers import open_loggers
from tests.loggers.events import events, scalars


def test_numbers_come_back_by_name_and_step(tmp_path: Path) -> None:
    [logger] = open_loggers("tensorboard", tmp_path, "emodb")
    with logger.run("knn/seed-0", {"recipe": "knn", "epochs": 2}, "f1") as log:
        log({"train/loss": 0.5}, 1)
        log({"train/loss": 0.25}, 2)
        log({"result/ua": 0.75})
    folder = tmp_path / "tensorboard" / "knn" / "seed-0"
    assert scalars(folder) == [("train/loss", 1, 0.5), ("train/loss", 2, 0.25), ("result/ua", 0, 0.75)]
    text = b"".join(event.SerializeToString() for event in events(folder))
    assert b"| epochs | 2 |" in text
    assert b"_hparams_/session_start_info" in text


def test_a_run_is_there_once_it_is_whole_and_a_second_try_replaces_it(tmp_path: Path) -> None:
    [logger] = open_loggers([f"tensorboard:{tmp_path / 'mine'}"], tmp_path, "emodb")
    with pytest.raises(ZeroDivisionError), logger.run("a", {}, "f1") as log:
        log({"train/loss": 1 / 0}, 1)
    assert not logger.has("a", "f1")
    with logger.run("a", {}, "f1") as log:
        log({"train/loss": 2.0}, 1)
    assert logger.has("a", "f1")
    assert not logger.has("a", "f2")
    assert scalars(tmp_path / "mine" / "a") == [("train/loss", 1, 2.0)]


def test_a_folder_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "tensorboard").write_text("", encoding="utf-8")
    [logger] = open_loggers("tensorboard", tmp_path, "emodb")
    with pytest.raises(EvenvoiceError, match=r"TensorBoard's events cannot be written .*tensorboard:DIR"):
        logger.run("a", {}, "f1").__enter__()

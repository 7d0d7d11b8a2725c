"""``evenvoice cache clear``: everything goes, and everything can be made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import QUICK, predictions, run


def test_clear_deletes_the_features_and_nothing_else(
    voices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undrawn: None
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("EVENVOICE_CACHE", str(cache))
    assert run("cache", "clear").result() == "deleted 0 files, 0.0 MB\n"
    for out in ("one", "two"):
        command = ("evaluate", f"folder:{voices}", "--protocol", "random", *QUICK, "--out", tmp_path / out)
        run(*command).result()
        files = [path for path in cache.rglob("*") if path.is_file()]
        assert files
        (cache / "kept.txt").touch()
        answer = run("cache", "clear")
        assert answer.result().startswith(f"deleted {len(files)} files, ")
        assert answer.err == ""
        assert [path for path in cache.rglob("*") if path.is_file()] == [cache / "kept.txt"]
        (cache / "kept.txt").unlink()
    assert predictions(tmp_path / "one") == predictions(tmp_path / "two")

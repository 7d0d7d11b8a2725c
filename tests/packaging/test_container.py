"""The container of the service: what its Dockerfile copies is there, and it works where no file can be written."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.audio import load

ROOT = Path(__file__).parents[2]


def test_what_is_copied_is_in_the_context() -> None:
    """Everything is ignored but what .dockerignore names."""
    named = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert named[0] == "*"
    kept = {line[1:] for line in named if line.startswith("!")}
    copied = [
        source
        for line in re.findall(
            r"^COPY (?!--from)(.*)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
        )
        for source in line.split()[:-1]
    ]
    assert {"src", "hatch_build.py", "web/package-lock.json"} <= {*copied}
    assert [source for source in copied if source.partition("/")[0] not in kept] == []
    assert [source for source in copied if not (ROOT / source).exists()] == []


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="containers are Linux")
def test_an_mp3_is_decoded_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory found")

    file = tmp_path / "a.mp3"
    soundfile.write(file, np.sin(np.arange(16000) / 20), 16000, format="MP3")
    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp", "mkdtemp", "gettempdir"):
        monkeypatch.setattr(f"tempfile.{name}", refuse)
    assert len(load(file, rate=16000)) == pytest.approx(16000, abs=2500)

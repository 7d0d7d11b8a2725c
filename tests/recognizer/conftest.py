"""A recognizer whose answers can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.recognizer import Recognizer
from tests.recognizer import tiny


@pytest.fixture(scope="session")
def recognizer(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """The tiny model at 8 kHz: softmax of the mean of the samples times (2, 0, -2)."""
    file: Path = tmp_path_factory.mktemp("model") / "tiny.onnx"
    file.write_bytes(tiny.model_file())
    return Recognizer(file)

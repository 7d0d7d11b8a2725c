"""Every defect that is planted in a generated corpus is found with its codes and nothing else; clean ones have none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from evenvoice.audit.corpus import audit_corpus
from evenvoice.audit.split import audit_split
from tests.audit.mutations import copies, corpora
from tests.audit.mutations.corpora import PLANTED, Plant
from tests.audit.mutations.planted import Planted

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("defect", list(PLANTED), ids=lambda defect: defect.name)
def test_a_planted_defect_is_found(defect: Planted[Plant], tmp_path: Path) -> None:
    table = defect.plant(corpora.clean(tmp_path), tmp_path)
    audit = audit_corpus(corpora.corpus(table), jobs=1)
    assert audit.codes == defect.codes, audit.as_text()
    assert bool(audit.leaks) is defect.leak


def test_a_clean_corpus_has_no_finding(tmp_path: Path) -> None:
    table = corpora.clean(tmp_path)
    assert audit_corpus(corpora.corpus(table), jobs=1).findings == ()
    anonymous = table.drop(columns=["speaker", "text"])
    assert audit_corpus(corpora.corpus(anonymous), jobs=1).findings == ()


def test_silence_before_an_emotion_is_a_shortcut(tmp_path: Path) -> None:
    """Thirty recordings, of which the sad ones begin after a second of room noise."""
    rows = []
    for number, (speaker, emotion) in enumerate(
        (speaker, emotion) for speaker in corpora.SPEAKERS for emotion in ("happy", "sad") for _ in range(5)
    ):
        file = tmp_path / f"{number:02d}.wav"
        room = 1e-4 * np.random.default_rng(number).standard_normal(8000)
        voice = corpora.sound(number)
        parts = [room, voice] if emotion == "sad" else [voice, room]
        soundfile.write(file, np.concatenate(parts), corpora.RATE)
        rows.append({"file": str(file), "emotion": emotion, "speaker": speaker})
    audit = audit_corpus(corpora.corpus(pd.DataFrame(rows, index=[f"{n:02d}" for n in range(len(rows))])), jobs=1)
    assert "shortcut" in audit.codes


@pytest.mark.parametrize("how", copies.EVERY)
def test_a_copy_of_a_training_recording_in_the_test_part_is_found(how: str, tmp_path: Path) -> None:
    table = corpora.clean(tmp_path).iloc[:6].reset_index(names="utterance")[["utterance", "file"]]
    table["part"] = ["train", "train", "train", "train", "test", "test"]
    assert audit_split(table, "clean", jobs=1).codes == {"test-too-small"}
    copy = copies.EVERY[how](Path(table["file"][0]), tmp_path / "again")
    again = pd.DataFrame([{"utterance": "again", "file": str(copy), "part": "test"}])
    audit = audit_split(pd.concat([table, again], ignore_index=True), "planted", jobs=1)
    assert audit.codes == {"test-too-small", "shared-audio"}
    (finding,) = audit.leaks
    assert "00.wav (train)" in finding.evidence[0]
    assert f"{copy.name} (test)" in finding.evidence[0]


def test_a_copy_in_the_validation_part_is_a_warning(tmp_path: Path) -> None:
    table = corpora.clean(tmp_path).iloc[:3][["file"]].assign(part=["train", "validation", "test"])
    copy = copies.EVERY["20 dB softer"](Path(table["file"]["00"]), tmp_path / "again")
    table.loc["again"] = [str(copy), "validation"]
    audit = audit_split(table, "planted", jobs=1)
    assert audit.codes == {"test-too-small", "shared-audio"}
    assert audit.leaks == ()


def test_a_copy_in_the_same_part_is_no_leak_of_the_split(tmp_path: Path) -> None:
    table = corpora.clean(tmp_path).iloc[:3][["file"]].assign(part=["train", "validation", "test"])
    table.loc["again"] = [str(copies.EVERY["WAV"](Path(table["file"]["00"]), tmp_path / "again")), "train"]
    assert audit_split(table, "planted", jobs=1).codes == {"test-too-small"}

"""Each recording is decoded once, at its own rate; what cannot be used is named and does not stop the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.audio import Clip
from evenvoice.audit.decoded import Decoded, decode_all, decode_one, decoded_table, unusable_findings
from evenvoice.audit.fingerprint import decoded_hash
from evenvoice.corpora import Corpus
from evenvoice.corpora.corpus import Utterance, table_of
from evenvoice.errors import AudioError
from tests.audit.recordings import RATE, speech


@pytest.fixture
def mixed(tmp_path: Path) -> Corpus:
    """A stereo FLAC at 44.1 kHz, text in a WAV's name, a mono WAV, and a file that is not there."""
    soundfile.write(tmp_path / "a.flac", np.stack([speech(0, 1.0, 44100)] * 2, axis=1), 44100, subtype="PCM_24")
    (tmp_path / "b.wav").write_text("no sound", encoding="utf-8")
    soundfile.write(tmp_path / "c.wav", speech(1), RATE)
    names = ("a.flac", "b.wav", "c.wav", "d.wav")
    return Corpus("mixed", table_of([Utterance(name[0], tmp_path / name, "sad") for name in names]), "made here")


def test_a_recording_is_heard_at_its_own_rate(mixed):
    decoded = decode_one(mixed.clips()[0])
    assert (decoded.rate, decoded.channels, decoded.format, decoded.subtype) == (44100, 2, "FLAC", "PCM_24")
    assert decoded.measures.duration == 1.0
    assert decoded.measures.bandwidth == 22050


def test_a_part_of_a_file_is_heard_alone(tmp_path):
    samples = np.concatenate([np.zeros(RATE), speech(0), np.zeros(RATE)])
    soundfile.write(tmp_path / "long.wav", samples, RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "cut.wav", speech(0), RATE, subtype="FLOAT")
    part = decode_one(Clip(tmp_path / "long.wav", 1.0, 1.5))
    cut = decode_one(Clip(tmp_path / "cut.wav"))
    assert part.measures == cut.measures
    assert part.fingerprint.exact == cut.fingerprint.exact == decoded_hash(speech(0).astype(np.float32))


@pytest.mark.parametrize("jobs", [1, 3])
def test_unusable_recordings_are_named_in_order(mixed, jobs, capsys):
    decoded = decode_all(mixed.clips(), jobs=jobs)
    assert [type(one) for one in decoded] == [Decoded, AudioError, Decoded, AudioError]
    assert capsys.readouterr().err == "decoding: 4 to do\n"
    (finding,) = unusable_findings(decoded)
    assert finding.kind.code == "unusable-recording"
    assert finding.message == "2 of 4 recordings cannot be used"
    assert "b.wav: holds text" in finding.evidence[0]
    assert "d.wav: no such file" in finding.evidence[1]


def test_the_table_has_what_was_heard_beside_what_was_known(mixed):
    table = decoded_table(mixed, decode_all(mixed.clips(), jobs=1))
    assert table.index.to_list() == ["a", "c"]
    assert table["rate"].to_list() == [44100, RATE]
    assert table["emotion"].to_list() == ["sad", "sad"]
    assert table.loc["c", "duration"] == 0.5


def test_when_all_can_be_used_there_is_no_finding(mixed):
    assert unusable_findings(decode_all(mixed.clips()[:1], jobs=1)) == []

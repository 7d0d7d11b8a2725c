"""The audit of whole corpora: clean ones have no finding, and each planted defect comes through with its code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from evenvoice.audit.corpus import audit_corpus
from evenvoice.corpora import Corpus, open_corpus
from evenvoice.corpora.corpus import Utterance
from tests.audit.recordings import RATE, noise_corpus, speech

FIRST = "non-speech classifier, recording properties"
SECOND = "non-speech classifier, recording properties, loudness and duration"


def test_a_clean_corpus_has_no_finding(tmp_path):
    audit = audit_corpus(noise_corpus(tmp_path), jobs=2)
    assert audit.findings == ()
    assert audit.subject == "corpus noise"
    assert audit.facts["utterances"] == 60
    assert audit.facts["recordings"] == "60 WAV PCM_16, 16000 Hz, channels: 1"
    assert audit.facts["hours"] == pytest.approx(60 * 0.5 / 3600, abs=0.002)
    assert audit.facts["emotion and speaker"].startswith("Cramér's V 0.00")
    assert "chance 50.0%" in audit.facts[FIRST]
    assert "unseen speakers" in audit.facts[SECOND]
    assert not [line for line in audit.checked if "not checked" in line]
    assert json.loads(json.dumps(audit.to_json()))["findings"] == []


def test_silence_before_one_emotion_is_a_shortcut(tmp_path):
    def delay(samples: np.ndarray, row: Utterance) -> np.ndarray:
        faint = np.random.default_rng(int(row.id)).normal(0, 1e-3, 3000 if row.emotion == "sad" else 500)
        return np.concatenate([faint, samples])

    audit = audit_corpus(noise_corpus(tmp_path, alter=delay), jobs=1)
    assert "shortcut" in audit.codes
    (finding,) = [finding for finding in audit.findings if finding.kind.code == "shortcut"]
    assert "most telling: leading silence" in finding.message


def test_an_emotion_that_some_speakers_have_is_tied_to_them(tmp_path):
    corpus = noise_corpus(tmp_path)
    others = corpus.table[(corpus.table["emotion"] == "angry") | corpus.table["speaker"].isin(["s0", "s1"])]
    only = others.drop(others.index[(others["emotion"] == "angry") & others["speaker"].isin(["s0", "s1"])])
    audit = audit_corpus(replace(corpus, table=only), jobs=1)
    assert audit.codes == {"emotion-tied-to-speaker", "speakers-with-one-emotion"}
    (finding,) = [finding for finding in audit.findings if finding.kind.code == "speakers-with-one-emotion"]
    assert finding.message == "6 of 6 speakers have one emotion"
    assert finding.evidence == ("angry: 4 speakers", "sad: 2 speakers")


def test_what_was_noticed_in_the_table_is_shown(tmp_path, monkeypatch):
    line = "speakers '1' and '1.0' differ only in spelling"
    monkeypatch.setattr(Corpus, "warnings", (line,), raising=False)
    audit = audit_corpus(noise_corpus(tmp_path, speakers=2, takes=1), jobs=1)
    assert audit.codes == {"corpus-warnings"}
    assert audit.findings[0].evidence == (line,)


@pytest.mark.slow
def test_a_real_corpus_that_was_cut_to_one_length(tmp_path, corpora_folder):
    """Two seconds of each recording of EmoDB that is longer, and the shorter ones left out but one."""
    corpus = open_corpus(f"emodb:{corpora_folder / 'emodb'}")
    corpus = corpus.without("speaker", ["03", "08", "09", "10", "11", "12", "13", "14"])
    assert "cut-to-one-length" not in audit_corpus(corpus, jobs=1).codes
    table = corpus.table.copy()
    cut = 0
    for key, file in corpus.table["file"].items():
        samples, rate = soundfile.read(file)
        if len(samples) >= 2 * rate:
            cut += 1
            table.loc[key, "file"] = str(tmp_path / f"{key}.wav")
            soundfile.write(table.loc[key, "file"], samples[: 2 * rate], rate)
    whole = table.index[~table["file"].str.startswith(str(tmp_path))]
    audit = audit_corpus(replace(corpus, table=table.drop(whole[1:]), labels=()), jobs=1)
    (finding,) = [finding for finding in audit.findings if finding.kind.code == "cut-to-one-length"]
    assert finding.message.startswith(f"{cut} of {cut + 1} recordings last 2.000 s; ")


def test_an_emotion_in_a_container_of_its_own_is_tied_to_it(tmp_path):
    corpus = noise_corpus(tmp_path, speakers=3, takes=3)
    table = corpus.table.copy()
    for key in table.index[table["emotion"] == "sad"]:
        samples, rate = soundfile.read(table.loc[key, "file"])
        table.loc[key, "file"] = str(tmp_path / f"{key}.flac")
        soundfile.write(table.loc[key, "file"], samples, rate)
    audit = audit_corpus(replace(corpus, table=table), jobs=1)
    assert audit.codes == {"mixed-formats", "emotion-tied-to-format"}


def test_several_defects_are_each_found(tmp_path):
    corpus = noise_corpus(tmp_path, speakers=3, takes=3)
    files = [Path(file) for file in corpus.table["file"]]
    files[2].write_text("no sound", encoding="utf-8")
    soundfile.write(files[4], np.clip(4 * speech(4), -0.999, 0.999), RATE)
    soundfile.write(files[6], speech(6, 0.5, 44100), 44100)
    files[8].write_bytes(files[7].read_bytes())
    soundfile.write(files[10], np.concatenate([speech(10), np.zeros(4000)]), RATE)
    table = corpus.table.copy()
    table.loc["017", "emotion"] = "Angry"
    audit = audit_corpus(Corpus("noise", table, "made here"), jobs=1)
    assert audit.codes == {
        "unusable-recording",
        "corpus-warnings",
        "clipped",
        "mixed-sample-rates",
        "duplicate-audio",
        "zero-padded",
        "label-variants",
    }
    (copies,) = [finding for finding in audit.findings if finding.kind.code == "duplicate-audio"]
    assert "007" in copies.evidence[0], "rows must stay aligned after the recording that cannot be used"
    assert "008" in copies.evidence[0]


def test_parts_of_one_file_are_recordings_of_their_own(tmp_path):
    long = tmp_path / "long.wav"
    soundfile.write(long, np.concatenate([speech(0), speech(1), speech(0)]), RATE)
    times = {"a": (0.0, 0.5), "b": (0.5, 1.0), "c": (1.0, 1.5)}
    table = pd.DataFrame(
        [{"file": str(long), "emotion": "sad", "start": start, "end": end} for start, end in times.values()],
        index=list(times),
    )
    audit = audit_corpus(Corpus("parts", table, "made here"), jobs=1)
    assert audit.codes == {"duplicate-audio"}
    assert audit.facts["hours"] == pytest.approx(1.5 / 3600, abs=5e-4)


def test_what_cannot_be_checked_is_said(tmp_path):
    corpus = noise_corpus(tmp_path, speakers=1, takes=4)
    table = corpus.table.assign(speaker=None, text=None)
    audit = audit_corpus(Corpus("noise", table, "made here"), jobs=1)
    assert audit.findings == ()
    assert any("the corpus does not tell speaker, session, gender, text" in line for line in audit.checked)
    (first, second) = [line for line in audit.checked if line.startswith("not checked")]
    assert first.startswith(f"not checked: {FIRST}: fewer than two emotions")
    assert second.startswith(f"not checked: {SECOND}: fewer than two emotions")


def test_without_any_recording_labels_and_ties_are_checked_all_the_same(tmp_path):
    corpus = noise_corpus(tmp_path)
    table = corpus.table.assign(file=[str(tmp_path / "gone" / f"{key}.wav") for key in corpus.table.index])
    table["text"] = table["emotion"]
    audit = audit_corpus(replace(corpus, table=table), jobs=1)
    assert audit.codes == {"unusable-recording", "emotion-tied-to-text"}
    assert any(line.startswith("not checked, as no recording can be used") for line in audit.checked)


def test_the_result_does_not_depend_on_jobs(tmp_path):
    corpus = noise_corpus(tmp_path, speakers=3, takes=4)
    assert audit_corpus(corpus, jobs=1) == audit_corpus(corpus, jobs=3)


def test_an_actor_of_ravdess(corpora_folder):
    corpus = open_corpus(f"ravdess:{corpora_folder / 'ravdess'}")
    actor = corpus.table[corpus.table["speaker"] == "07"]
    audit = audit_corpus(replace(corpus, table=actor), jobs=1)
    assert audit.leaks == ()
    assert audit.codes <= {"duplicate-audio", "zero-padded"}
    (copies,) = [finding for finding in audit.findings if finding.kind.code == "duplicate-audio"]
    assert "03-01-03-01-02-01-07" in copies.evidence[0]
    assert "03-01-03-01-02-02-07" in copies.evidence[0]


def test_two_speakers_of_emodb(corpora_folder):
    corpus = open_corpus(f"emodb:{corpora_folder / 'emodb'}", emotions="angry,happy,neutral,sad")
    two = corpus.table[corpus.table["speaker"].isin(["03", "08"])]
    audit = audit_corpus(replace(corpus, table=two), jobs=1)
    assert audit.leaks == ()
    assert audit.codes <= {"zero-padded", "shortcut"}
    assert audit.facts["recordings"].endswith("16000 Hz, channels: 1")

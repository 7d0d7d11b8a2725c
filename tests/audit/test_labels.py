"""Labels that nobody knows, that are spelt in two ways, or that a recording's name contradicts."""

from __future__ import annotations

import pandas as pd
import pytest

from evenvoice.audit.findings import Finding
from evenvoice.audit.labels import label_findings
from evenvoice.corpora import open_corpus


def table(*rows: tuple[str, str], **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["file", "emotion"], index=[f"u{number}" for number in range(len(rows))])
    return frame.assign(**({"speaker": None, "text": None} | columns))


def found(*rows: tuple[str, str], **columns: object) -> dict[str, Finding]:
    findings = {finding.kind.code: finding for finding in label_findings(table(*rows, **columns))}
    assert all(finding.kind.severity == "warning" for finding in findings.values())
    return findings


def test_known_labels_and_plain_names_are_clean():
    assert found(("/a/1.wav", "happy"), ("/a/2.wav", "sad")) == {}


def test_a_label_outside_the_taxonomy_is_counted():
    findings = found(("/a/1.wav", "positive"), ("/a/2.wav", "positive"), ("/a/3.wav", "sad"))
    assert list(findings) == ["label-outside-taxonomy"]
    assert findings["label-outside-taxonomy"].evidence == ("'positive': 2 utterances",)


@pytest.mark.parametrize("variant", ["Happy", "happy ", "happiness", "HAPPY"])
def test_spellings_of_one_emotion_are_variants(variant):
    findings = found(("/a/1.wav", "happy"), ("/a/2.wav", variant), ("/a/3.wav", "sad"))
    assert list(findings) == ["label-variants"]
    (line,) = findings["label-variants"].evidence
    assert line.startswith("happy: ")
    assert f"{variant!r} (1)" in line


def test_spellings_of_an_unknown_label_are_variants_too():
    assert set(found(("/a/1.wav", "so so"), ("/a/2.wav", "So_So"))) == {"label-outside-taxonomy", "label-variants"}


@pytest.mark.parametrize(
    "file",
    [
        "/a/sad_03.wav",
        "/a/03-SAD.wav",
        "/a/anna_sadness03.wav",
        "/a/AnnaSad03.wav",
        "/a/sad/03.wav",
        "/a/happy/sad3.wav",
    ],
)
def test_a_name_with_another_emotion_contradicts(file):
    findings = found((file, "happy"), ("/a/1.wav", "sad"))
    assert list(findings) == ["name-contradicts-label"]
    (line,) = findings["name-contradicts-label"].evidence
    assert line == f"u0 ({file.rpartition('/')[2]}): labelled happy, its name says sad"


@pytest.mark.parametrize(
    "file",
    [
        "/a/happy_03.wav",
        "/a/sad_happy.wav",  # its own emotion as well
        "/a/sad/happy_03.wav",  # the file's name before the folder's
        "/a/sadler_03.wav",  # no word of its own
        "/a/excited_03.wav",  # merged into happy, perhaps: not a label here
    ],
)
def test_these_names_do_not(file):
    assert found((file, "happy"), ("/a/1.wav", "sad")) == {}


def test_the_folder_that_all_share_does_not_count():
    assert found(("/sad/corpus/1.wav", "happy"), ("/sad/corpus/2.wav", "sad")) == {}


def test_a_text_or_a_speaker_may_be_called_like_an_emotion():
    rows = (("/a/joy_sad_1.wav", "sad"), ("/a/joy_2.wav", "sad"), ("/a/3.wav", "happy"))
    assert list(found(*rows)) == ["name-contradicts-label"]
    assert found(*rows, speaker=["joy", "joy", "eve"]) == {}
    assert found(*rows, text=["Joy", "Joy", "none"]) == {}


def test_coded_names_are_read_by_their_corpus_own_rules():
    names = {"03a01Fa": "happy", "03a01Nc": "neutral", "08b02Wd": "angry", "16a05Tb": "sad"}
    rows = [(f"/data/mine/{name}.wav", emotion) for name, emotion in names.items()]
    assert found(*rows) == {}
    rows[2] = (rows[2][0], "sad")
    assert found(*rows) == {}, "no other recording here is angry, so angry may have been merged"
    findings = found(*rows, ("/data/mine/09a01Wb.wav", "angry"))
    assert findings["name-contradicts-label"].evidence == ("u2 (08b02Wd.wav): labelled sad, its name says angry",)


def test_one_coded_name_among_many_others_is_chance():
    others = [(f"/data/mine/{number}.wav", "angry") for number in range(5)]
    assert found(("/data/mine/03a01Fa.wav", "angry"), ("/data/mine/x.wav", "happy"), *others) == {}


@pytest.mark.parametrize("name", ["emodb", "ravdess"])
def test_real_labels_are_clean_and_a_wrong_one_is_found(corpora_folder, name):
    utterances = open_corpus(f"{name}:{corpora_folder / name}").table
    assert label_findings(utterances) == []
    wrong = utterances.index[utterances["emotion"] == "angry"][7]
    utterances.loc[wrong, "emotion"] = "sad"
    (finding,) = label_findings(utterances)
    assert finding.evidence == (f"{wrong}: labelled sad, its name says angry",)

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.corpora import Corpus, open_corpus
from evenvoice.errors import EvenvoiceError
from tests.corpora.iemocap_twin import BY_SPEAKER, IMPROVISED, SPEAKERS, TOTALS, write_iemocap_twin

NAMES = {"ang": "angry", "hap": "happy", "exc": "excited", "sad": "sad", "neu": "neutral"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_iemocap_twin(tmp_path_factory.mktemp("iemocap"))


@pytest.fixture(scope="module")
def everything(root: Path) -> Corpus:
    return open_corpus(f"iemocap:{root}", emotions="all")


@pytest.mark.parametrize(
    ("emotions", "style", "count"),
    [
        (None, None, 4490),
        ("angry,happy=happy+excited,sad,neutral", None, 5531),
        ("angry,happy=excited,sad,neutral", None, 4936),
        (None, "improvised", 2280),
        ("all", None, 10039),
    ],
)
def test_the_variants_in_use_have_their_published_sizes(
    root: Path, emotions: str | None, style: str | None, count: int
) -> None:
    corpus = open_corpus(f"iemocap:{root}", emotions=emotions, style=style)
    assert len(corpus) == count
    if emotions != "all":
        assert corpus.labels == ("angry", "happy", "sad", "neutral")
        assert set(corpus.table["emotion"]) == set(corpus.labels)


def test_every_published_count_is_met(everything: Corpus) -> None:
    table = everything.table
    names = NAMES | {"xxx": "unknown", "fru": "frustrated", "sur": "surprise", "fea": "fear"}
    names |= {"oth": "other", "dis": "disgust"}
    assert table["emotion"].value_counts().to_dict() == {names[code]: count for code, count in TOTALS.items()}
    for code, counts in BY_SPEAKER.items():
        rows = table[table["emotion"] == names[code]]
        assert rows["speaker"].value_counts().to_dict() == dict(zip(SPEAKERS, counts, strict=True))
        assert (rows["style"] == "improvised").sum() == IMPROVISED[code]
        assert (rows["style"] == "scripted").sum() == TOTALS[code] - IMPROVISED[code]
    angry = table[table["emotion"] == "angry"]["session"].value_counts()
    assert angry.to_dict() == {"1": 229, "2": 137, "3": 240, "4": 327, "5": 170}


def test_the_speaker_is_the_session_and_the_last_letter(everything: Corpus) -> None:
    table = everything.table
    last = table.index.str.extract(r"_([FM])\d{3}$")[0].to_numpy()
    assert (table["speaker"] == table.index.str[4] + last).all()
    assert (table["gender"] == ["female" if letter == "F" else "male" for letter in last]).all()
    # In about half of the utterances the dialog's letter is another: reading it instead would be seen here.
    assert 0.4 < (table.index.str[5] != last).mean() < 0.6


def test_the_audio_is_cut_already_and_may_be_absent(everything: Corpus, root: Path) -> None:
    assert not everything.table[["start", "end", "text"]].notna().any(axis=None)
    file = everything.table.loc["Ses03F_impro05a_M000", "file"]
    assert Path(file) == root / "Session3/sentences/wav/Ses03F_impro05a/Ses03F_impro05a_M000.wav"
    assert everything.warnings == ()


def small(folder: Path, line: str = "[0.0 - 1.9]\tSes01F_impro01_M000\tneu\t[2.5, 2.5, 2.5]") -> Path:
    labels = folder / "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
    labels.parent.mkdir(parents=True)
    labels.write_text(
        f"% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n{line}\nC-E2:\tNeutral;\t()\n", encoding="utf-8"
    )
    return folder


def test_the_audio_may_be_in_another_container(tmp_path: Path) -> None:
    audio = small(tmp_path) / "Session1/sentences/wav/Ses01F_impro01"
    audio.mkdir(parents=True)
    for name in ("._Ses01F_impro01_M000.wav", "Ses01F_impro01_M000.mp3", "Ses01F_impro01_M000.flac"):
        (audio / name).touch()
    corpus = open_corpus(f"iemocap:{tmp_path}", emotions="all")
    assert corpus.table["file"].to_list() == [str(audio / "Ses01F_impro01_M000.flac")]
    assert corpus.warnings == tuple(f"session {number} is missing" for number in "2345")


def test_the_folder_above_the_release_will_do(root: Path) -> None:
    assert len(open_corpus(f"iemocap:{root.parent}")) == 4490


@pytest.mark.parametrize(
    "line",
    [
        "[0.0 - 1.9]\tSes01F_impro01_M000\tmeh\t[2.5, 2.5, 2.5]",
        "[0.0 - 1.9]\tSes01F_impro01\tneu\t[2.5, 2.5, 2.5]",
        "[0.0 - 1.9] Ses01F_impro01_M000 neu [2.5, 2.5, 2.5]",
    ],
)
def test_a_label_that_cannot_be_read_is_an_error_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(EvenvoiceError, match=r"Ses01F_impro01\.txt, line 3: .* is not a label of IEMOCAP"):
        open_corpus(f"iemocap:{small(tmp_path, line)}")

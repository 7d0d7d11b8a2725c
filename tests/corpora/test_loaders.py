"""What the small trees hold, corpus by corpus: golden tables, and their traps."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.audio import duration
from evenvoice.corpora import LOADERS, Corpus
from tests.corpora.trees import TREES, write_sound


def opened(name: str, folder: Path) -> Corpus:
    TREES[name](folder)
    return LOADERS[name].open(folder)


def rows(corpus: Corpus, *columns: str) -> dict[str, tuple[object, ...]]:
    return {key: tuple(corpus.table.loc[key, column] for column in columns) for key in corpus.table.index}


def test_emodb(tmp_path: Path) -> None:
    corpus = opened("emodb", tmp_path)
    assert rows(corpus, "emotion", "speaker", "text", "gender") == {
        "03a01Fa": ("happy", "03", "a01", "male"),
        "03a01Nc": ("neutral", "03", "a01", "male"),
        "08b10Wb": ("angry", "08", "b10", "female"),
        "16a07Lb": ("boredom", "16", "a07", "female"),
    }
    assert corpus.warnings == ()


def test_ravdess_is_taken_once_and_without_its_songs(tmp_path: Path) -> None:
    corpus = opened("ravdess", tmp_path)
    assert rows(corpus, "emotion", "speaker", "text", "gender") == {
        "03-01-02-01-01-01-12": ("calm", "12", "01", "female"),
        "03-01-06-01-02-01-01": ("fear", "01", "02", "male"),
        "03-01-08-02-01-02-01": ("surprise", "01", "01", "male"),
    }
    assert not corpus.table["session"].notna().any()
    assert all("audio_speech" not in file for file in corpus.table["file"])
    copies, songs = corpus.warnings
    assert copies.startswith("3 recordings are there a second time")
    assert "1 recording is not named as this corpus" in songs
    assert "03-02-02-01-01-01-12.wav" in songs


def test_crema_d(tmp_path: Path) -> None:
    corpus = opened("crema-d", tmp_path)
    assert rows(corpus, "emotion", "speaker", "text", "gender") == {
        "1001_DFA_ANG_XX": ("angry", "1001", "DFA", "male"),
        "1001_IEO_FEA_HI": ("fear", "1001", "IEO", "male"),
        "1002_IEO_DIS_MD": ("disgust", "1002", "IEO", "female"),
        "1002_IEO_SAD_LO": ("sad", "1002", "IEO", "female"),
        "1040_ITH_SAD_X": ("sad", "1040", "ITH", "male"),
        "1091_WSI_NEU_XX": ("neutral", "1091", "WSI", "female"),
    }
    assert {Path(file).suffix for file in corpus.table["file"]} == {".wav"}  # lossless before lossy
    # Gender comes from a table beside the audio; without it, it is not known.
    (tmp_path / "VideoDemographics.csv").unlink()
    assert not LOADERS["crema-d"].open(tmp_path).table["gender"].notna().any()


def test_tess(tmp_path: Path) -> None:
    corpus = opened("tess", tmp_path)
    assert rows(corpus, "emotion", "speaker", "text", "gender") == {
        "OAF_back_ps": ("surprise", "OAF", "back", "female"),
        "OAF_germ_angry": ("angry", "OAF", "germ", "female"),
        "OA_bite_neutral": ("neutral", "OAF", "bite", "female"),
        "YAF_back_sad": ("sad", "YAF", "back", "female"),
        "YAF_bite_fear": ("fear", "YAF", "bite", "female"),
        "YAF_germ_angry": ("angry", "YAF", "germ", "female"),
    }
    assert len(corpus.warnings) == 1
    # AIFF in a .wav name and 96 kHz are heard as they are.
    assert [duration(clip) for clip in corpus.clips()] == pytest.approx([0.5] * 6)


def test_savee_in_the_official_folders_and_in_one(tmp_path: Path) -> None:
    corpus = opened("savee", tmp_path / "official")
    golden = {
        "DC_a01": ("angry", "DC", "male"),
        "DC_sa15": ("sad", "DC", "male"),
        "JE_su02": ("surprise", "JE", "male"),
        "KL_n30": ("neutral", "KL", "male"),
    }
    assert rows(corpus, "emotion", "speaker", "gender") == golden
    assert not corpus.table["text"].notna().any()
    for name in golden:
        write_sound(tmp_path / "flat" / f"{name}.wav")
    assert rows(LOADERS["savee"].open(tmp_path / "flat"), "emotion", "speaker", "gender") == golden


def test_savee_leaves_out_what_no_folder_gives_a_speaker(tmp_path: Path) -> None:
    TREES["savee"](tmp_path)
    write_sound(tmp_path / "AudioData/XX/a01.wav")
    corpus = LOADERS["savee"].open(tmp_path)
    assert len(corpus) == 4
    assert "AudioData/XX/a01.wav" in corpus.warnings[0]


def test_nemo(tmp_path: Path) -> None:
    assert rows(opened("nemo", tmp_path), "emotion", "speaker", "text", "gender") == {
        "SB0_neutral_3": ("neutral", "SB0", "3", "female"),
        "WR0_anger_12": ("angry", "WR0", "12", "male"),
        "WR0_surprised_12": ("surprise", "WR0", "12", "male"),
    }


def test_esd_in_both_of_its_layouts(tmp_path: Path) -> None:
    assert rows(opened("esd", tmp_path), "emotion", "speaker", "text", "gender", "split") == {
        "0001_000001": ("neutral", "0001", "zh-001", "female", None),
        "0001_000351": ("angry", "0001", "zh-001", "female", None),
        "0011_001750": ("surprise", "0011", "en-350", "male", None),
        "0020_000702": ("happy", "0020", "en-002", "male", "validation"),
        "0020_000703": ("happy", "0020", "en-003", "male", "test"),
        "0020_001052": ("sad", "0020", "en-002", "male", "train"),
    }

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from evenvoice.corpora import LOADERS, Corpus, open_corpus
from evenvoice.corpora.corpus import Utterance, table_of
from evenvoice.errors import EvenvoiceError
from tests.corpora.trees import TREES, write_sound

ODD_NAMES = ["plain", "with spaces", 'it\'s "quoted"', "🎤 voices", "C:\\voices", "a:b:c", "table.csv"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_named_corpus_in_a_folder_of_any_name(name: str, tmp_path: Path) -> None:
    TREES["emodb"](tmp_path / name)
    corpus = open_corpus(f"emodb:{tmp_path / name}")
    assert corpus.name == "emodb"
    assert all(Path(file).is_file() for file in corpus.table["file"])


def test_a_relative_path_with_colons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    TREES["emodb"](tmp_path / "a:b")
    monkeypatch.chdir(tmp_path)
    assert len(open_corpus("emodb:a:b")) == 4
    write_sound(tmp_path / "x.wav")
    (tmp_path / "my:table.CSV").write_text("file,emotion\nx.wav,sad\n", encoding="utf-8")
    assert open_corpus("my:table.CSV").labels == ("sad",)


def test_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A shell expands ~ at the beginning of a word only, not after the colon.
    monkeypatch.setenv("HOME", str(tmp_path))
    TREES["emodb"](tmp_path / "data")
    assert len(open_corpus("emodb:~/data")) == 4


@pytest.mark.parametrize("name", ["crema-d", "crema_d", "CREMA-D"])
def test_a_name_is_read_as_people_write_it(name: str, tmp_path: Path) -> None:
    TREES["crema-d"](tmp_path)
    assert open_corpus(f"{name}:{tmp_path}").name == "crema-d"


def test_emotions_and_style_select(tmp_path: Path) -> None:
    TREES["emodb"](tmp_path)
    corpus = open_corpus(f"emodb:{tmp_path}", emotions="bored,upbeat=happy+neutral", style="acted")
    assert corpus.labels == ("boredom", "upbeat")
    assert len(corpus) == 3


def test_the_demo_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Utterance("a", Path("/a.wav"), "sad"), Utterance("b", Path("/b.wav"), "happy")]
    demo = ModuleType("evenvoice.corpora.demo")
    demo.demo_corpus = lambda: Corpus("demo", table_of(rows), "CC0-1.0", synthetic=True)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "evenvoice.corpora.demo", demo)
    corpus = open_corpus("demo", emotions="happy")
    assert corpus.synthetic
    assert list(corpus.table.index) == ["b"]


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ("emodbb:/data", r"unknown name 'emodbb' \(did you mean 'emodb'\?\); known are iemocap, emodb, ravdess"),
        ("C:\\absent\\emodb", "unknown name 'c'; known are"),
        ("emodb", "no path; write emodb:PATH"),
        ("folder", "no path; write folder:PATH"),
        ("emodb:", "no path; write emodb:PATH"),
        ("folder: ", "no path; write folder:PATH"),
        ("emodb:/absent/emodb", "emodb:/absent/emodb: no such folder; expected a folder with wav/03a01Fa.wav"),
        ("emodb:/my data", "get the corpus with `evenvoice corpus download emodb --out '/my data'`$"),
        ("iemocap:/absent", "check the path, or get the corpus from https://sail.usc.edu/iemocap/$"),
        ("folder:/absent", "no such folder; .*; check the path$"),
        ("/absent/emodb", "neither a name nor a path that exists"),
        ("", "corpus ''"),
        (":", "unknown name ''"),
        ("demo:/data", "the demo takes no path; write demo$"),
        ("dem", r"did you mean 'demo'\?"),
    ],
)
def test_an_argument_that_names_no_corpus_is_one_line(argument: str, says: str) -> None:
    with pytest.raises(EvenvoiceError, match=says.replace("\\a", "\\\\a")) as caught:
        open_corpus(argument)
    assert "\n" not in str(caught.value)


def test_a_bare_path_gets_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"a path without a name; write folder:.* or NAME:.* NAME one of iemocap"):
        open_corpus(str(tmp_path))
    (tmp_path / "a:b").mkdir()
    with pytest.raises(EvenvoiceError, match="a path without a name"):
        open_corpus(str(tmp_path / "a:b"))


def test_speaker_from_is_for_folders(tmp_path: Path) -> None:
    write_sound(tmp_path / "sad" / "anna.wav")
    corpus = open_corpus(f"folder:{tmp_path}", speaker_from=r"(\w+)\.wav")
    assert corpus.table["speaker"].to_list() == ["anna"]
    with pytest.raises(EvenvoiceError, match="speaker-from reads folder:PATH only"):
        open_corpus(f"emodb:{tmp_path}", speaker_from="(x)")


MODULE = """
from evenvoice.corpora import Loader, Reading, Utterance

MINE = Loader("mine", "Mine", "CC0-1.0", lambda folder: Reading([Utterance("a", folder / "a.wav", "sad")]), "a folder")
"""


def test_a_loader_in_a_module_of_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_corpus_of_mine.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert open_corpus(f"a_corpus_of_mine:MINE:{tmp_path}").labels == ("sad",)
    with pytest.raises(EvenvoiceError, match=r"unknown name 'emodbb' \(did you mean 'emodb'"):
        open_corpus(f"emodbb:C:{tmp_path}")


def test_an_entry_point_may_be_written_in_any_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_corpus_of_mine_too.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    point = EntryPoint("My_Corpus", "a_corpus_of_mine_too:MINE", "evenvoice.corpora")
    monkeypatch.setitem(LOADERS.installed, "My_Corpus", point)
    assert open_corpus(f"My_Corpus:{tmp_path}").labels == ("sad",)

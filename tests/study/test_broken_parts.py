"""Broken plug-ins, through evaluations and commands: one line each, with name, reason and how to check it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import evenvoice
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import open_recipe
from tests.study.noise import noise_corpus

HERE = "tests.study.broken_parts"
RAISED = r"Own: no luck \(broken_parts\.py, line \d+\)"
ROOT = Path(__file__).parents[2]
# The kind of each part, its name, and what is wrong with it.
PARTS = [
    ("extractor", "ERaises", RAISED),
    ("extractor", "ELeaves", r"SystemExit: 3 \(broken_parts"),
    ("extractor", "EMake", RAISED),
    ("extractor", "EFew", r"gives features torch\.float32 \[1, 7, \d+\]; expected float32 \[1, 120, t\]"),
    ("extractor", "EFlat", r"gives features torch\.float32 \[120, \d+\]; expected"),
    ("extractor", "EDouble", r"gives features torch\.float64 \[1, 120, \d+\]; expected float32"),
    ("extractor", "ENaN", "gives NaN or infinity; expected finite features"),
    ("extractor", "ENone", "gives a NoneType; expected two tensors"),
    ("extractor", "EArrays", "gives a tuple; expected two tensors"),
    ("extractor", "ENoFrames", r"gives frames \[0\] of 0; expected 1 frame or more"),
    ("shape", "SRaises", RAISED),
    ("shape", "SMake", RAISED),
    ("shape", "SNothing", "has no size, n_normalised; see evenvoice.features.Shape"),
    ("shape", "SImageRaises", RAISED),
    ("shape", "SFew", r"gives rows float32 \[5, 1\]; expected float32 \[128, 1\]"),
    ("shape", "SNaN", "gives rows with NaN or infinity"),
    ("shape", "SDouble", r"gives rows float64 \[128, 1\]; expected float32"),
    ("shape", "SImageFlat", r"gives an image float32 \[30, 128, 1\]; expected float32 \[30, 1, 16, 8\], as size says"),
    ("shape", "SImageNaN", "gives an image with NaN or infinity"),
    ("sampler", "PRaises", RAISED),
    ("sampler", "PMake", RAISED),
    ("sampler", "PNone", "plan returned NoneType; return an evenvoice.Plan"),
    ("sampler", "PFar", "its plan refers to row 34 of 30; plan on the rows given"),
    ("loss", "LRaises", RAISED),
    ("loss", "LNone", "gives a loss of NoneType; expected a tensor with one number"),
    ("loss", "LMany", r"gives a loss of shape \[30\]; expected a tensor with one number"),
    ("loss", "LNaN", "gives nan for finite logits"),
    ("loss", "LDetached", "gives a loss without a gradient"),
    ("loss", "LUncalled", "expected a class whose objects are called as"),
    ("decision", "DRaises", RAISED),
    ("decision", "DNone", "fit returned a NoneType; expected an evenvoice.imbalance.Shift"),
    ("decision", "DWide", r"gives a bias of \(99,\) numbers; expected a finite number for each of 4 classes"),
    ("decision", "DCold", "gives the temperature nan; expected a number above 0"),
    ("decision", "DNoFlag", "has no needs_validation; see evenvoice.imbalance.Decision"),
    ("model", "NRaises", RAISED),
    ("model", "NMake", RAISED),
    ("model", "NWhenAsked", RAISED),
    ("model", "NTwo", r"gives logits \[64, 2\]; expected \[64, 4\]: one for each row and class"),
    ("model", "NOne", r"gives logits \[1, 4\]; expected \[64, 4\]"),
    ("model", "NNone", r"gives a NoneType; expected \[64, 4\]"),
    ("model", "NPenalty", "TypeError: unsupported operand"),
    ("model", "CFit", RAISED),
    ("model", "CRaises", RAISED),
    ("model", "COne", r"gives probabilities float32 \[1, 4\]; expected float32 \[15, 4\]"),
    ("model", "CNaN", "gives probabilities that are negative or NaN, or do not sum to 1"),
    ("model", "CSums", "gives probabilities that are negative or NaN, or do not sum to 1"),
    ("model", "CNone", r"gives probabilities object \[\]; expected float32 \[15, 4\]"),
    ("protocol", "TRaises", RAISED),
    ("protocol", "TNone", r"folds\(\) returns a NoneType; expected a list of evenvoice\.protocols\.Fold"),
    ("protocol", "TPairs", r"folds\(\) returns a list of others, or of none"),
    ("protocol", "TEmpty", r"folds\(\) returns a list of others, or of none"),
    ("protocol", "TFar", "the test part of fold 0 repeats a row, or names one that is not among the 45"),
    ("protocol", "TTwice", "the test part of fold 0 repeats a row"),
    ("protocol", "TMask", "the train part of fold 0 is no array of row numbers; use np.flatnonzero"),
    ("protocol", "TList", "the train part of fold 0 is no array of row numbers"),
]
KEYS = {"extractor": "features", "sampler": "balance"}
NETWORK = {"training": {"epochs": 2}, "model": {"options": {"filters": 4}}}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"), n_speakers=3)


def _evaluate(corpus: Corpus, kind: str, name: str, out: Path, jobs: int = 1) -> None:
    """Evaluate a recipe in which one part is the broken one, from the recipe on."""
    part = f"{HERE}:{name}"
    if kind == "protocol":
        evenvoice.evaluate(corpus, "knn", part, out=out, jobs=jobs)
        return
    network = kind == "loss" or name.startswith("N")
    changes: dict[str, Any] = {"name": "mine", KEYS.get(kind, kind): {"name": part}}
    if network:
        changes = {**NETWORK, **changes}
    if kind == "model":
        changes["model"] = {"name": part, "options": {}}
    recipe = open_recipe("2dcnn" if network else "knn", changes)
    evenvoice.evaluate(corpus, recipe, "speaker", out=out, jobs=jobs)


@pytest.mark.parametrize(("kind", "name", "reason"), PARTS, ids=[name for _, name, _ in PARTS])
def test_a_broken_part_is_one_line(kind: str, name: str, reason: str, corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=reason) as caught:
        _evaluate(corpus, kind, name, tmp_path / "study")
    line = str(caught.value)
    assert f"{kind} '{HERE}:{name}'" in line
    assert line.endswith(f"evenvoice.testing.check_{kind}")
    assert "\n" not in line


# Those that are called in the worker itself.
@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), [("model", "CFit"), ("model", "NWhenAsked"), ("shape", "SImageRaises")])
def test_so_it_is_from_a_worker_process(kind: str, name: str, corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=RAISED) as caught:
        _evaluate(corpus, kind, name, tmp_path / "study", jobs=2)
    assert str(caught.value).startswith(f"{kind} '{HERE}:{name}': ")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("K_RAISES", f"corpus 'mine': {RAISED}; check it with evenvoice.testing.check_corpus"),
        ("K_NONE", r"corpus 'mine': read\(\) gives a NoneType; expected an evenvoice\.corpora\.Reading; check it with"),
        ("K_PATHS", "gives a PosixPath for an utterance; expected an evenvoice"),
        ("K_NUMBERS", "gives the emotion 3; expected text"),
        ("K_RELATIVE", "utterance 'a': 'a.wav' is not an absolute path"),
        ("K_TEXT", "a str, not a Loader; make it an evenvoice.corpora.Loader, and check it with"),
        ("K_NOTHING", f"cannot be imported .{HERE} has no 'K_NOTHING'"),
    ],
)
def test_so_is_a_broken_corpus(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    with pytest.raises(EvenvoiceError, match=reason) as caught:
        evenvoice.evaluate(f"{HERE}:{name}:{tmp_path}", "knn")
    assert "\n" not in str(caught.value)


def test_one_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, corpus: Corpus, tmp_path: Path) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError("a bug of ours")

    monkeypatch.setattr("evenvoice.models.classical.KNN._fit", broken)
    with pytest.raises(KeyError, match="a bug of ours"):
        evenvoice.evaluate(corpus, "knn", "speaker", out=tmp_path / "study", jobs=1)


POINTS = """
[evenvoice.extractors]
not-there = no_such_module:Loudness
gone = broken_plugin:Loudnes
raises = broken_plugin.at_import:Loudness
leaves = broken_plugin.leaves:Loudness
no-class = broken_plugin:function
needs = broken_plugin:Needs
"""
PLUGIN = """
from evenvoice.features import MFCC
class Loudness(MFCC): ...
class Needs(MFCC):
    def __init__(self, *, gain): ...
def function(): ...
"""
UNUSABLE = [
    (
        "not-there",
        "extractor 'not-there' (no_such_module:Loudness): cannot be imported (ModuleNotFoundError: No module",
    ),
    (
        "gone",
        "'gone' (broken_plugin:Loudnes): cannot be imported (broken_plugin has no 'Loudnes' (did you mean 'Loudness'",
    ),
    ("raises", "cannot be imported (RuntimeError: no licence (at_import.py, line 1)); check it with python -c"),
    ("leaves", "cannot be imported (SystemExit: 7 (leaves.py, line 1))"),
    ("no-class", "extractor 'no-class': has no name; see evenvoice.features.Extractor, and check yours with"),
    ("needs", "extractor 'needs': needs the option 'gain'; give it a value, or a default in the constructor"),
]
SHOW = """
import sys
from evenvoice.cli.main import main
for name in sys.argv[1:]:
    sys.argv = ["evenvoice", "recipe", "show", "knn", "--set", f"features={name}"]
    try:
        main()
    except SystemExit as leaving:
        print(leaving.code)
"""


def _run(arguments: list[str], more: Path = ROOT) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(more), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False, encoding="utf-8"
    )


@pytest.mark.slow
def test_entry_points_that_cannot_be_used_are_one_line(tmp_path: Path) -> None:
    about = tmp_path / "broken_plugin-1.0.dist-info"
    package = tmp_path / "broken_plugin"
    about.mkdir()
    package.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(POINTS, encoding="utf-8")
    (package / "__init__.py").write_text(PLUGIN, encoding="utf-8")
    (package / "at_import.py").write_text("raise RuntimeError('no\\nlicence')", encoding="utf-8")
    (package / "leaves.py").write_text("raise SystemExit(7)", encoding="utf-8")
    done = _run(["-c", SHOW, *(name for name, _ in UNUSABLE)], tmp_path)
    assert done.stdout == "2\n" * len(UNUSABLE)
    for line, (_, said) in zip(done.stderr.splitlines(), UNUSABLE, strict=True):
        assert said in line


@pytest.mark.slow
def test_a_command_with_two_jobs_prints_one_line(corpus: Corpus, tmp_path: Path) -> None:
    table = corpus.table[["file", "emotion", "speaker"]]
    table.to_csv(tmp_path / "table.csv", index=False)
    recipe = tmp_path / "mine.yaml"
    recipe.write_text(f"name: mine\nextends: majority\nmodel: {HERE}:CRaises\n", encoding="utf-8")
    command = ["-m", "evenvoice", "evaluate", str(tmp_path / "table.csv"), "--recipe", str(recipe), "--jobs", "2"]
    done = _run([*command, "--protocol", "speaker", "--out", str(tmp_path / "study")])
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith(
        f"evenvoice: model '{HERE}:CRaises': Own: no luck (broken_parts.py, line "
    )

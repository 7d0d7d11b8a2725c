"""``evenvoice evaluate``: what it prints, where, and what its options do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import sounds
from tests.cli.command import QUICK, predictions, run, tree
from tests.loggers.events import scalars

Table = Callable[..., Path]

FIELDS = {"recipe", "corpus", "protocol", "leaky", "seeds", "folds", "n_test", "ua", "wa", "seconds"}


@pytest.fixture
def speakers(voices: Path) -> tuple[str, ...]:
    """The folder as a corpus that knows its speakers."""
    return (f"folder:{voices}", "--speaker-from", r"/([a-z]+)_\d")


def evaluated(*arguments: Path | str) -> list[dict]:
    """What ``--json`` prints: one list, and nothing else."""
    return list(json.loads(run("evaluate", *arguments, *QUICK, "--json").result()))


def test_json_is_one_list_with_an_object_for_each_recipe_and_protocol(
    voices: Path, tmp_path: Path, undrawn: None
) -> None:
    for file in [*voices.glob("sad/*_2.wav"), *voices.glob("happy/*_2.wav")]:
        file.unlink()  # 12 + 8 + 8: four synthetic rows of two emotions
    corpus = (f"folder:{voices}", "--speaker-from", "([a-z]+)_")
    recipes = ("--recipe", "smote-2dcnn", "--recipe", "weighted-2dcnn")
    protocols = ("--protocol", "paper", "--protocol", "speaker")
    quick = ("--set", "training.epochs=1", "--jobs", "1", "--seeds", "2")
    answer = run("evaluate", *corpus, *recipes, *protocols, *quick, "--json", "--out", tmp_path / "out")
    results = json.loads(answer.result())
    assert isinstance(results, list)
    assert {(each["recipe"], each["protocol"]) for each in results} == {
        (recipe, protocol) for recipe in ("smote-2dcnn", "weighted-2dcnn") for protocol in ("paper", "speaker")
    }
    assert len(results) == 4
    for each in results:
        assert set(each) >= FIELDS
        assert each["corpus"] == "voices"
        assert each["leaky"] is (each["protocol"] == "paper")
        assert (each["seeds"], each["folds"]) == (2, 1 if each["leaky"] else 4)
        scores = [each[name] for name in ("ua", "wa", "ua_real", "ua_synthetic") if each.get(name) is not None]
        for score in scores:
            assert set(score) == {"mean", "sd"}
            assert 0 <= score["mean"] <= 1
            assert score["sd"] >= 0
        assert ("ua_real" in each) == ("ua_synthetic" in each) == each["leaky"]
        # The balanced 3 × 12, of which ceil(20 %) are tested; else every utterance once.
        if each["recipe"] == "smote-2dcnn":
            assert each["n_test"] == (8 if each["leaky"] else 28)
        made = each["leaky"] and each["recipe"] == "smote-2dcnn"
        assert (each.get("ua_synthetic") is not None) == made
        assert each["seconds"] >= 0
    assert "20 fits, about " in answer.err


def test_text_is_the_table_on_stdout_and_progress_on_stderr(speakers: tuple[str, ...], tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = run("evaluate", *speakers, "--protocol", "speaker", *QUICK, "--log-to", "tensorboard", "--out", out)
    lines = answer.result().splitlines()
    (row,) = [line for line in lines if line.startswith("smote-2dcnn")]
    assert row.split()[1:3] == ["mean", "speaker"]
    assert lines[-1] == f"report: {out / 'report.html'}"
    found = lines[next(number for number, line in enumerate(lines) if line.startswith("speaker: ")) : -1]
    assert 100 < max(map(len, found)) <= 160  # what a study can find, as wide as the terminal
    assert "4 fits, about " in answer.err
    assert "fits, about" not in answer.out
    assert sorted(path.name for path in out.iterdir()) == [
        "figures", "report.html", "runs", "study.json", "study.yaml", "tensorboard",
    ]  # fmt: skip
    assert scalars(out / "tensorboard" / "smote-2dcnn" / "speaker" / "seed-0" / "fold-0")[0][:2] == ("train/loss", 1)


@pytest.mark.slow
def test_the_number_of_jobs_changes_nothing(speakers: tuple[str, ...], tmp_path: Path, undrawn: None) -> None:
    found = {}
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        answer = run(
            *("evaluate", *speakers, "--protocol", "speaker", "--seeds", "2", *QUICK[:-1], jobs),
            *("--json", "--out", out),
        )
        (result,) = json.loads(answer.result())
        found[jobs] = ({**result, "seconds": None}, predictions(out))
    assert found["1"] == found["2"]
    assert len(found["1"][1]) == 8


def test_seeds_go_on_from_the_first(voices: Path, tmp_path: Path, undrawn: None) -> None:
    out = tmp_path / "out"
    (result,) = evaluated(f"folder:{voices}", "--protocol=random", "--seeds", "2", "--seed", "3", "--out", out)
    assert result["seeds"] == 2
    assert sorted(path.split("/")[3] for path in predictions(out)) == ["seed-3", "seed-4"]
    first, second = predictions(out).values()
    assert first != second
    # A finished one is not made again, and what is printed is what was asked for.
    (one,) = evaluated(f"folder:{voices}", "--protocol=random", "--seed", "3", "--out", out)
    assert one["seeds"] == 1
    assert one["ua"]["sd"] is None


def test_the_fits_on_one_split_test_the_same_utterances(voices: Path, tmp_path: Path, undrawn: None) -> None:
    out = tmp_path / "out"
    (result,) = evaluated(f"folder:{voices}", "--protocol=random", "--fit-seeds", "2", "--seed", "1", "--out", out)
    assert result["seeds"] == 2
    found = {path.split("/")[3]: text for path, text in predictions(out).items()}
    assert sorted(found) == ["seed-1", "split-1-fit-2"]
    first, second = ([line.split(",")[0] for line in text.decode().splitlines()] for text in found.values())
    assert first == second
    assert len(set(found.values())) == 2


def test_without_speakers_the_result_says_that_speakers_may_be_shared(voices: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = run("evaluate", f"folder:{voices}", *QUICK, "--out", out)
    (row,) = [line for line in answer.result().splitlines() if line.startswith("smote-2dcnn")]
    assert row.split()[2] == "kfold"
    assert "speakers may be shared" in row
    assert "speakers may be shared" in (out / "report.html").read_text(encoding="utf-8")


def test_protocol_random_runs_without_speakers(voices: Path, tmp_path: Path, undrawn: None) -> None:
    answer = run("evaluate", f"folder:{voices}", "--protocol", "random", *QUICK, "--out", tmp_path / "out")
    (row,) = [line for line in answer.result().splitlines() if line.startswith("smote-2dcnn")]
    assert row.split()[2] == "random"
    assert "speakers may be shared" in row


def test_speakers_that_are_known_are_not_shared(speakers: tuple[str, ...], tmp_path: Path, undrawn: None) -> None:
    answer = run("evaluate", *speakers, "--protocol", "speaker", *QUICK, "--out", tmp_path / "out")
    assert "may be shared" not in answer.result()
    texts = predictions(tmp_path / "out").values()
    tested = [sorted({line.split(b",")[2] for line in text.splitlines()[1:]}) for text in texts]
    assert sorted(tested) == [[b"anna"], [b"ben"], [b"carl"], [b"dora"]]


def test_protocol_cross_trains_on_one_corpus_and_tests_on_another(
    voices: Path, table: Table, tmp_path: Path, undrawn: None
) -> None:
    other = tmp_path / "other"
    for number in range(2):
        for emotion in ("sad", "happy", "calm"):
            (other / emotion).mkdir(parents=True, exist_ok=True)
            sounds.sound(sounds.noise(seed=number))(other / emotion / f"{number}.wav")
    answer = run(
        *("evaluate", table(), "--test-corpus", f"folder:{other}", *QUICK, "--json", "--out", tmp_path / "out")
    )
    (result,) = json.loads(answer.result())
    assert (result["protocol"], result["corpus"], result["leaky"]) == ("cross", "table → other", False)
    assert (result["folds"], result["n_test"]) == (1, 4)  # calm is in one corpus only


def test_what_reads_one_of_two_corpora_goes_to_that_one(
    voices: Path, table: Table, tmp_path: Path, undrawn: None
) -> None:
    other = shutil.copytree(voices, tmp_path / "others")
    renamed = tmp_path / "voices" / "renamed.csv"
    renamed.write_text(table().read_text(encoding="utf-8").replace("file,emotion", "path,label"), encoding="utf-8")
    said = run(
        *("evaluate", renamed, "--test-corpus", f"folder:{other}", "--columns", "file=path,emotion=label"),
        *("--speaker-from", "/([a-z]+)_", "--without", "speaker=anna", "--without", "session=2"),
        *("--recipe", "knn", "--json", "--jobs", "1", "--out", tmp_path / "out"),
    )
    (result,) = json.loads(said.result())
    assert (result["corpus"], result["n_test"]) == ("renamed → others", 27)
    assert "speaker=anna is left out of renamed and of others" in said.err
    assert "session=2 is left out of renamed; others has none" in said.err
    corpora = ("evaluate", table(), "--test-corpus", f"folder:{other}", "--out", tmp_path / "none")
    assert "16" in run(*corpora, "--without", "speaker=16").complaint()


def test_protocol_given_tests_what_the_table_says(table: Table, tmp_path: Path, undrawn: None) -> None:
    (result,) = evaluated(table(), "--protocol", "given", "--out", tmp_path / "out")
    assert (result["folds"], result["n_test"]) == (1, 9)
    (text,) = predictions(tmp_path / "out").values()
    assert {line.split(b",")[2] for line in text.splitlines()[1:]} == {b"dora"}


@pytest.mark.parametrize(
    ("options", "tested"),
    [
        (("--without", "session=2"), 18),
        (("--without", "speaker=anna,dora"), 18),
        (("--without", "speaker=anna", "--without", "speaker=dora"), 18),
        (("--style", "improvised"), 12),
        (("--emotions", "angry,sad"), 24),
        (("--emotions", "angry=angry+happy,sad"), 36),
    ],
)
def test_options_that_choose_utterances(
    options: tuple[str, ...], tested: int, table: Table, tmp_path: Path, undrawn: None
) -> None:
    path = table()
    (result,) = evaluated(path, *options, "--protocol", "speaker", "--out", tmp_path / "out")
    assert result["n_test"] == tested
    shown = json.loads(run("corpus", "show", path, *options, "--json").result())
    assert shown["utterances"] == tested


def test_the_form_and_normalisation_asked_for_are_the_results(
    speakers: tuple[str, ...], tmp_path: Path, undrawn: None
) -> None:
    small = ("--form", "channels", "--normalise", "speaker", "--set", "shape.seconds=0.6")
    (result,) = evaluated(*speakers, "--protocol", "speaker", *small, "--out", tmp_path / "out")
    assert (result["shape"], result["transductive"]) == ("channels", True)
    before = tree(tmp_path)
    unknown = run("evaluate", speakers[0], "--protocol=kfold", *QUICK, *small, "--out", tmp_path / "2").complaint()
    assert "normalises by speaker, and corpus voices does not know every speaker; name them in a" in unknown
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--protocol", "speakers"), r"protocol 'speakers' is unknown (did you mean 'speaker'?)"),
        (("--protocol", "cross"), "name the other corpus with --test-corpus"),
        (("--recipe", "smote"), "recipe 'smote' is unknown"),
        (("--recipe", "absent.yaml"), "recipe 'absent.yaml': no such file"),
        (("--recipe", "2dcnn", "--recipe", "2dcnn"), "recipe '2dcnn' is named twice"),
        (("--form", "images"), "shape 'images' is unknown; known are mean, array, channels, "),
        (("--normalise", "all"), "normalise: Input should be 'training', 'speaker' or 'enrolled' (found 'all')"),
        (("--device", "gpu"), "device 'gpu': unknown; use cpu or cuda"),
        (("--device", "cuda:99"), "use the device cpu, or install a CUDA build of torch"),
        (("--without", "session=9"), "no session is '9'; there are 1, 2"),
        (("--without", "sesion=1"), "cannot leave out by 'sesion' (did you mean 'session'?)"),
        (("--style", "sung"), "no utterance in style 'sung'; its styles are improvised, scripted"),
        (("--speaker-from", "(.)"), "speaker-from reads folder:PATH only; leave it out"),
        (("--seeds", "2", "--fit-seeds", "2"), "--seeds varies split and fit together; leave it out"),
        (("--set", "epochs"), "--set 'epochs': expected KEY=VALUE, for example training.epochs=50"),
        (("--set", "training.epoch=2"), "unknown key 'training.epoch' (did you mean 'training.epochs'?)"),
        (("--set", "training.epochs=[2"), "--set 'training.epochs=[2': the value is not YAML; quote it"),
        (("--set", "training.epochs=many"), "training.epochs: Input should be a number, and not a text"),
        (("--set", "training=1", "--set", "training.epochs=1"), "training is set twice, to 1 and {'epochs': 1}"),
        (
            ("--form", "mean", "--set", "shape.name=array"),
            "shape.name is set twice, to 'mean' and 'array'",
        ),
        (("--normalise", "speaker", "--set", "normalise=training"), "normalise is set twice, to 'speaker' and "),
        (("--form", ""), "shape '' is unknown"),
        (("--normalise", ""), "normalise: Input should be 'training', 'speaker' or 'enrolled' (found '')"),
        (("--without", "speaker"), "without 'speaker': expected COLUMN=VALUE, for example session=5"),
        (("--without", "speaker=anna", "--without", "speaker=eve"), "no speaker is 'eve'; there are anna, ben, carl"),
        (("--protocol", "paper", "--select-on-test"), "select-on-test: paper is LEAKY by itself; use a protocol"),
        (("--cluster", "local:1"), "--jobs counts processes of this machine, and a --cluster has its own"),
        (
            ("--set", "balance.options.k_neighbors=0"),
            "k_neighbors: 0; give an integer of 1 or more, or 'shrink'",
        ),
    ],
)
def test_options_that_do_not_go(options: tuple[str, ...], says: str, table: Table, tmp_path: Path) -> None:
    path = table()
    before = tree(tmp_path)
    assert says in run("evaluate", path, *options, "--jobs", "1", "--out", tmp_path / "out").complaint()
    assert tree(tmp_path) == before


@pytest.mark.parametrize("option", [("--reference", "smote"), ("--figures", "gif")])
def test_what_the_report_could_not_do_is_refused_before_anything_is_fitted(
    voices: Path, tmp_path: Path, option: tuple[str, str]
) -> None:
    answer = run("evaluate", f"folder:{voices}", *option, *QUICK, "--out", tmp_path / "out")
    assert answer.complaint().startswith(f"{option[0][2:]}: ")
    assert not (tmp_path / "out").exists()


def test_a_test_corpus_is_tested_on_or_refused(voices: Path, table: Table, tmp_path: Path) -> None:
    corpora = (table(), "--test-corpus", f"folder:{voices}", "--out", tmp_path / "out")
    assert "share 36 recordings" in run("evaluate", *corpora, "--protocol", "cross").complaint()
    other = (f"folder:{shutil.copytree(voices, tmp_path / 'others')}", *corpora[1:])
    said = run("evaluate", *other, "--protocol", "random").complaint()
    assert said.startswith("test-corpus: protocol random would divide both corpora as one; use protocol cross")
    assert not (tmp_path / "out").exists()


def test_a_cluster_that_is_none_is_one_line(voices: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    for command in ("evaluate", "tune", "balance"):
        said = run(command, f"folder:{voices}", "--cluster", "local:none", "--out", tmp_path / "out").complaint()
        assert said == "cluster: found 'local:none'; expected local:N with N from 1, such as local:4"
    assert not (tmp_path / "out").exists()

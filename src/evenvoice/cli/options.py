"""Options that commands share: one name, one meaning, one help text."""

from __future__ import annotations

import shlex
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evenvoice.cli import complete
from evenvoice.errors import EvenvoiceError

if TYPE_CHECKING:
    from evenvoice.cluster import DaskExecutor
    from evenvoice.corpora import Corpus
    from evenvoice.recipes import Recipe

CorpusArgument = Annotated[
    str,
    typer.Argument(
        metavar="CORPUS",
        autocompletion=complete.corpora,
        help="NAME:PATH (see `evenvoice corpus list`), demo, folder:PATH (a sub-folder per emotion), or a table.csv "
        "(.tsv, .xlsx, .parquet); audformat:PATH, datasets:PATH.",
        show_default=False,
    ),
]
Emotions = Annotated[
    str | None,
    typer.Option(
        help="Which emotions: angry,happy,sad,neutral; happy=happy+excited merges two; all takes every one.",
        show_default="the corpus' own choice",
    ),
]
Style = Annotated[str | None, typer.Option(help="Only utterances of this style: improvised, scripted, acted.")]
SpeakerFrom = Annotated[
    str | None,
    typer.Option(metavar="REGEX", help="For folder:PATH: the group of this expression in the path is the speaker."),
]
EmotionFrom = Annotated[
    str | None,
    typer.Option(metavar="REGEX", help="For folder:PATH: the group of this expression in the path is the emotion."),
]
Columns = Annotated[
    str | None,
    typer.Option(
        metavar="OURS=THEIRS,…", help="For a table or a dataset: which column is which: emotion=label,file=path."
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN=VALUE", help="Leave utterances out, e.g. session=5 or speaker=03,08. Repeatable."),
]
Form = Annotated[
    str | None,
    typer.Option(
        "--shape", "--form", help="Shape of the features: mean, array, channels, ….", show_default="the recipe's"
    ),
]
Normalise = Annotated[
    str | None,
    typer.Option(
        help="training; speaker: each speaker's own unlabelled audio (transductive); or enrolled: adapts to a voice.",
        show_default="the recipe's",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change the recipe, e.g. training.epochs=50. Repeatable."),
]
Seeds = Annotated[
    int | None,
    typer.Option(min=1, help="How many seeds; each changes the split and the fit.", show_default="1"),
]
SplitSeeds = Annotated[
    int | None,
    typer.Option(min=1, help="How many splits, each met by every fit seed; instead of --seeds.", show_default="1"),
]
FitSeeds = Annotated[
    int | None,
    typer.Option(
        min=1, help="How many fits (weights, shuffling, sampler) on each split; instead of --seeds.", show_default="1"
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="The (first) seed.")]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, help="How many to work on at once; results do not depend on it.", show_default="all cores"),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS|local:N",
        help="Work on a Dask cluster instead: its scheduler's address, or N processes of this machine.",
        show_default=False,
    ),
]
Device = Annotated[
    str, typer.Option(help="cpu or cuda. On a GPU the fits of a study are trained side by side, 50 unless --jobs says.")
]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Go on without unusable recordings, and list them on stderr.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, for scripts.")]
Figures = Annotated[
    list[str] | None,
    typer.Option(metavar="pdf|svg", help="Write the figures in this form as well. Repeatable.", show_default="png"),
]
Reference = Annotated[
    str | None,
    typer.Option(metavar="RECIPE", help="The recipe to compare the others with.", show_default="the first"),
]
LogTo = Annotated[
    list[str] | None,
    typer.Option(
        "--log-to",
        metavar="tensorboard|mlflow",
        autocompletion=complete.loggers,
        help="Log settings, curves and scores there too; tensorboard:DIR, mlflow:ADDRESS say where. Repeatable.",
        show_default=False,
    ),
]
Out = Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")]


def open_the_corpus(
    argument: str,
    emotions: str | None,
    style: str | None,
    speaker_from: str | None,
    without: list[str] | None,
    emotion_from: str | None = None,
    columns: str | None = None,
    warn: bool = True,
) -> Corpus:
    """Open a corpus as the shared options say; its warnings go to stderr, unless the command shows them itself."""
    from evenvoice.corpora import leave_out, open_corpus

    corpus = open_corpus(
        argument, emotions=emotions, style=style, speaker_from=speaker_from, emotion_from=emotion_from, columns=columns
    )
    corpus = leave_out(corpus, without or [])
    for line in corpus.warnings if warn else ():
        print(f"warning: {corpus.name}: {line}", file=sys.stderr)
    return corpus


def open_the_recipe(name: str, form: str | None, normalise: str | None, settings: list[str] | None) -> Recipe:
    """Open a recipe with what the shared options change."""
    from evenvoice.recipes import joined, open_recipe

    changes: dict[str, Any] = {}
    if form is not None:
        changes["shape"] = {"name": form}
    if normalise is not None:
        changes["normalise"] = normalise
    return open_recipe(name, joined(changes, nested(settings)))


def nested(settings: list[str] | None) -> dict[str, Any]:
    """Return what ``--set`` says, nested as a recipe is.

    Examples:
        >>> nested(["training.epochs=50", "features.hop_length=1024"])
        {'training': {'epochs': 50}, 'features': {'hop_length': 1024}}
    """
    from evenvoice.recipes import joined

    found: dict[str, Any] = {}
    for text in settings or []:
        path, value = _setting(text)
        if found.setdefault(path, value) != value:
            warnings.warn(f"--set {path} is given twice; {value}, the last, is taken", stacklevel=2)
            found[path] = value
    return joined(*(_at(path.split("."), value) for path, value in found.items()))


def _setting(text: str) -> tuple[str, Any]:
    """Read ``training.epochs=50``; values are read as YAML reads them."""
    import yaml

    from evenvoice.recipes import read_yaml

    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise EvenvoiceError(f"--set {text!r}: expected KEY=VALUE, for example training.epochs=50")
    try:
        return path.strip(), read_yaml(value)
    except yaml.YAMLError as error:
        raise EvenvoiceError(f"--set {text!r}: the value is not YAML; quote it") from error


def _at(keys: list[str], value: Any) -> dict[str, Any]:
    """Return a value under its keys, one in the other."""
    return {keys[0]: _at(keys[1:], value) if keys[1:] else value}


def seeds(
    first: int, both: int | None, split: int | None, fit: int | None
) -> tuple[range | None, range | None, range | None]:
    """Return ``seeds``, ``split_seeds`` and ``fit_seeds`` of ``evaluate`` for these options and ``--seed``.

    Examples:
        >>> seeds(3, None, None, None), seeds(0, None, None, 2)
        ((range(3, 4), None, None), (None, range(0, 1), range(0, 2)))
    """
    if split is None and fit is None:
        return range(first, first + (both or 1)), None, None
    if both is not None:
        raise EvenvoiceError("--seeds varies split and fit together; leave it out beside --split-seeds and --fit-seeds")
    return None, range(first, first + (split or 1)), range(first, first + (fit or 1))


def say_replaced(path: Path) -> None:
    """Say that a file is there, before it is replaced: a model or a voice may be nowhere else."""
    if path.exists():
        print(f"{path}: is there already, and is replaced", file=sys.stderr)


def as_typed() -> str:
    """Return the command line, with the command's own name; bytes of names that are not text are shown as codes."""
    program = Path(sys.argv[0]).name
    program = "evenvoice" if program == "__main__.py" else program  # python -m evenvoice
    return shlex.join([program, *sys.argv[1:]]).encode("utf-8", "backslashreplace").decode()


@contextmanager
def executor_on(cluster: str | None, jobs: int | None = None) -> Iterator[DaskExecutor | None]:
    """Give what `--cluster` names, connected until the block ends; ``None`` where it is not given."""
    if cluster is None:
        yield None
        return
    if jobs is not None:
        raise EvenvoiceError("--jobs counts processes of this machine, and a --cluster has its own; leave one out")
    from evenvoice.cluster import DaskExecutor

    with DaskExecutor(cluster) as executor:
        yield executor


def cores(jobs: int | None) -> int:
    """Return the number of jobs asked for, else one a core."""
    from evenvoice.cores import cores as all_cores

    return jobs or all_cores()

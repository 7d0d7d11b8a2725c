"""Runs on disk: written whole or not at all, read back for every figure."""

from __future__ import annotations

import glob
import json
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.files import portable_name, write_json, writing_folder
from evenvoice.imbalance import read_plan
from evenvoice.metrics import read_predictions
from evenvoice.recipes import renamed
from evenvoice.study.fold import FoldResult
from evenvoice.study.seeds import Seed
from evenvoice.training import WEIGHTS_FILE, save_weights

FORMAT = 1
STUDY_FILE = "study.json"
RUN_FILE = "run.json"
RUNS = "runs"
LIBRARIES = ("evenvoice", "torch", "skorch", "numpy", "scikit-learn", "soundfile", "soxr")


@dataclass(frozen=True, order=True)
class RunKey:
    """Which run of a study.

    Examples:
        >>> RunKey("smote-2dcnn", "speaker-folds", 0, 0, 3).folder(Path("out")).as_posix()
        'out/runs/smote-2dcnn/speaker-folds/seed-0/fold-3'
        >>> RunKey("smote-2dcnn", "speaker-folds", 0, 2, 3).folder(Path("out")).as_posix()
        'out/runs/smote-2dcnn/speaker-folds/split-0-fit-2/fold-3'
    """

    recipe: str
    protocol: str
    split_seed: int
    fit_seed: int
    fold: int

    @property
    def seed(self) -> Seed:
        """Both seeds."""
        return Seed(self.split_seed, self.fit_seed)

    def folder(self, study: Path) -> Path:
        """Return the run's folder in a study's folder."""
        names = portable_name(self.recipe), portable_name(self.protocol)
        return study.joinpath(RUNS, *names, self.seed.folder, f"fold-{self.fold}")


@dataclass(frozen=True)
class Run:
    """A run read back from disk.

    Attributes:
        folder: Where it lies.
        info: ``run.json``.
    """

    folder: Path
    info: dict[str, Any]

    @property
    def key(self) -> RunKey:
        """Which run it is."""
        return RunKey(*(self.info[name] for name in ("recipe_name", "protocol", "split_seed", "fit_seed", "fold")))

    @cached_property
    def recipe(self) -> dict[str, Any]:
        """The recipe in full, with today's keys."""
        return renamed(self.info["recipe"])

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """One row a test utterance."""
        return read_predictions(self.folder / "predictions.csv")

    @cached_property
    def history(self) -> pd.DataFrame:
        """One row an epoch."""
        return pd.read_csv(self.folder / "history.csv")

    @cached_property
    def split(self) -> pd.DataFrame:
        """Part of each row, and which steps saw it."""
        return pd.read_csv(self.folder / "split.csv", dtype={"utterance": str}, keep_default_na=False)

    @cached_property
    def plan(self) -> pd.DataFrame:
        """Made rows with their parents, and the utterances that were removed or repeated."""
        return read_plan(self.folder / "plan.csv")


def write_run(folder: Path, info: dict[str, Any], result: FoldResult, *, keep_model: bool = False) -> None:
    """Write a run's folder aside and rename it into place; with ``keep_model``, the weights as well.

    A run that another process made meanwhile is kept: with one fingerprint, it is the same.

    Raises:
        EvenvoiceError: Another process made a run of other settings meanwhile.
    """
    with _placing(folder, info["fingerprint"]) as aside:
        # Nine digits give every float32 back exactly.
        result.predictions.to_csv(aside / "predictions.csv", index=False, float_format="%.9g")
        result.model.history.to_csv(aside / "history.csv", index=False, float_format="%.9g")
        result.split.to_csv(aside / "split.csv", index=False)
        result.plan.to_csv(aside / "plan.csv", index=False, float_format="%.17g")
        if keep_model:
            save_weights(result.model, aside / WEIGHTS_FILE)
        write_json(aside / RUN_FILE, {"format": FORMAT, **info})


def write_run_files(folder: Path, files: Mapping[str, bytes], fingerprint: str) -> None:
    """Write a run's folder, as `write_run` does, from the files that a worker without our disk made of it.

    Raises:
        EvenvoiceError: Another process made a run of other settings meanwhile.
    """
    with _placing(folder, fingerprint) as aside:
        for name, data in files.items():
            (aside / name).write_bytes(data)


@contextmanager
def _placing(folder: Path, fingerprint: str) -> Iterator[Path]:
    """Give a folder that is renamed into place; a run that another process made meanwhile is kept."""
    try:
        with writing_folder(folder) as aside:
            yield aside
    except OSError:
        if not folder.exists():
            raise
        is_made(folder, fingerprint)


def is_made(folder: Path, fingerprint: str) -> bool:
    """Return whether a run is there already.

    Raises:
        EvenvoiceError: Another run is in its place.
    """
    if not folder.exists():
        return False
    if read_run(folder).info["fingerprint"] != fingerprint:
        raise EvenvoiceError(
            f"{folder}: holds a run of other settings or other data under the same name, or of other code of yours; "
            "choose another --out, or remove the folder"
        )
    return True


def read_run(folder: Path) -> Run:
    """Read a run's folder.

    Raises:
        EvenvoiceError: It holds no readable run.
    """
    path = folder / RUN_FILE
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
        found = info.get("format")
    except (OSError, ValueError, AttributeError) as error:
        raise EvenvoiceError(
            f"{path}: cannot be read ({error}); remove the folder {folder} and evaluate again"
        ) from error
    if found != FORMAT:
        raise EvenvoiceError(f"{path}: format {found!r}, this evenvoice reads {FORMAT}; evaluate again")
    if "seed" in info:  # written before split and fit had a seed each
        seed = info.pop("seed")
        info |= {"split_seed": seed, "fit_seed": seed}
    return Run(folder, info)


def find_runs(study: Path, recipe: str = "*") -> list[Path]:
    """Return the folders of a study's finished runs, sorted by path.

    Args:
        study: The study's folder.
        recipe: Of this recipe alone; of all if not given.
    """
    pattern = f"{glob.escape(portable_name(recipe)) if recipe != '*' else recipe}/*/*/fold-*/{RUN_FILE}"
    return sorted(found.parent for found in (study / RUNS).glob(pattern))


def check_same_corpus(folder: Path, corpus: Corpus) -> None:
    """Raise an `EvenvoiceError` if the folder holds a study of other utterances."""
    if not (folder / STUDY_FILE).exists():
        return
    there = read_study_file(folder)["corpus"]
    if there["fingerprint"] != corpus.fingerprint():
        raise EvenvoiceError(
            f"{folder}: holds a study of corpus {there['name']} ({there['utterances']} utterances), other than the "
            f"{len(corpus.table)} of {corpus.name} now; choose another --out"
        )


def read_study_file(folder: Path) -> dict[str, Any]:
    """Read what a study's folder says of itself.

    Raises:
        EvenvoiceError: The folder holds no study, or one that cannot be read.
    """
    path = folder / STUDY_FILE
    if not path.is_file():
        raise EvenvoiceError(f"{folder}: holds no study.json; expected a folder that `evenvoice evaluate --out` wrote")
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
        found = info.get("format")
    except (OSError, ValueError, AttributeError) as error:
        raise EvenvoiceError(f"{path}: cannot be read as a study ({error}); evaluate to another --out") from error
    if found != FORMAT:
        raise EvenvoiceError(f"{path}: format {found!r}, this evenvoice reads {FORMAT}; evaluate to another --out")
    return dict(info)


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return dict(_versions())


@cache
def _versions() -> dict[str, str]:
    """Read once a process: they stand in files that are searched each time."""
    return {"python": platform.python_version(), **{library: version(library) for library in LIBRARIES}}

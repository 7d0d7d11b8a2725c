"""Runs on disk: written whole or not at all, read back for every figure."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from evenvoice.corpora.corpus import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.files import writing, writing_folder
from evenvoice.imbalance import read_plan
from evenvoice.metrics import read_predictions
from evenvoice.study.fold import FoldResult
from evenvoice.training.weights import WEIGHTS_FILE, save_weights

FORMAT = 1
STUDY_FILE = "study.json"
LIBRARIES = ("evenvoice", "torch", "skorch", "numpy", "scikit-learn", "soundfile", "soxr")


@dataclass(frozen=True, order=True)
class RunKey:
    """Which run of a study.

    Examples:
        >>> RunKey("smote-2dcnn", "speaker-folds", 0, 3).folder(Path("out")).as_posix()
        'out/runs/smote-2dcnn/speaker-folds/seed-0/fold-3'
    """

    recipe: str
    protocol: str
    seed: int
    fold: int

    def folder(self, study: Path) -> Path:
        """Return the run's folder in a study's folder."""
        return study / "runs" / self.recipe / self.protocol / f"seed-{self.seed}" / f"fold-{self.fold}"


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
        return RunKey(*(self.info[name] for name in ("recipe_name", "protocol", "seed", "fold")))

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

    Raises:
        EvenvoiceError: Another process made the same run meanwhile.
    """
    try:
        with writing_folder(folder) as aside:
            # Nine digits give every float32 back exactly.
            result.predictions.to_csv(aside / "predictions.csv", index=False, float_format="%.9g")
            result.model.history.to_csv(aside / "history.csv", index=False, float_format="%.9g")
            result.split.to_csv(aside / "split.csv", index=False)
            result.plan.to_csv(aside / "plan.csv", index=False, float_format="%.17g")
            if keep_model:
                save_weights(result.model, aside / WEIGHTS_FILE)
            write_json(aside / "run.json", {"format": FORMAT, **info})
    except OSError as error:
        if not folder.exists():
            raise
        raise EvenvoiceError(
            f"{folder}: another process made it meanwhile; run the command again: what is finished is kept"
        ) from error


def read_run(folder: Path) -> Run:
    """Read a run's folder.

    Raises:
        EvenvoiceError: It holds no readable run.
    """
    path = folder / "run.json"
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
        found = info.get("format")
    except (OSError, ValueError, AttributeError) as error:
        raise EvenvoiceError(
            f"{path}: cannot be read ({error}); remove the folder {folder} and evaluate again"
        ) from error
    if found != FORMAT:
        raise EvenvoiceError(f"{path}: format {found!r}, this evenvoice reads {FORMAT}; evaluate again")
    return Run(folder, info)


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


def write_json(path: Path, data: Any) -> None:
    """Write JSON, readable and whole."""
    with writing(path) as aside:
        aside.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {"python": platform.python_version(), **{library: version(library) for library in LIBRARIES}}

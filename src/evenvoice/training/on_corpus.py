"""One model file from a whole corpus: what ``evenvoice train`` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evenvoice.audio import load
from evenvoice.corpora import Corpus, open_corpus
from evenvoice.files import check_writable, writing
from evenvoice.loggers import Logger, open_loggers
from evenvoice.models import is_network
from evenvoice.progress import track
from evenvoice.protocols import Fold, cut_validation
from evenvoice.recipes import DEFAULT_RECIPE, Recipe, open_recipe
from evenvoice.training.dataset import Dataset
from evenvoice.training.device import check_device
from evenvoice.training.export import check_exportable, export
from evenvoice.training.fitting import fit
from evenvoice.training.load import load_for
from evenvoice.training.logged import logging_epochs
from evenvoice.training.settling import warn_of_unsettled

# How many of the corpus' own recordings the model file is checked on, against torch.
CHECKED = 16
MODEL_FILE = "model.onnx"


def train(
    corpus: Corpus | str | Path,
    recipe: Recipe | str | Path = DEFAULT_RECIPE,
    out: Path | str = "model",
    *,
    seed: int = 0,
    jobs: int = 1,
    device: str = "cpu",
    skip_bad: bool = False,
    measured: Sequence[Mapping[str, Any]] | None = None,
    say: Callable[[str], None] = lambda text: None,
    log_to: str | Logger | Sequence[str | Logger] | None = None,
) -> Path:
    """Train a recipe on a whole corpus and write ``model.onnx`` and ``history.csv`` into a folder.

    A model that is there already is replaced.

    It measures nothing: figures come from `evenvoice.evaluate`. Those of a study of the same recipe and corpus can be
    handed in; else the model file's ``measured`` is null.

    Args:
        corpus: What to learn from, all of it; or what `open_corpus` takes.
        recipe: What to fit, or its name. Where it selects on a validation part, that is cut off by speaker.
        out: The folder to write to.
        seed: Of weights, shuffling, dropout and samplers.
        jobs: How many recordings to decode at once; the fit itself takes one thread.
        device: ``cpu`` or ``cuda``.
        skip_bad: Go on without unusable recordings, naming each on stderr.
        measured: What `evenvoice.study.measured` found for this recipe on this corpus.
        say: Called with a line of text: what is trained on, and what balancing makes of it; that a model is replaced; a
            logger that fails.
        log_to: Where to log settings and curves as the training goes on: ``tensorboard``, ``mlflow:ADDRESS``, …, as in
            `evenvoice.evaluate`.

    Returns:
        The path of the model file.

    Raises:
        EvenvoiceError: The recipe cannot be exported, a class is too small to balance, audio is unusable.
    """
    corpus = corpus if isinstance(corpus, Corpus) else open_corpus(corpus)
    recipe = open_recipe(recipe)
    check_exportable(recipe)
    check_device(device)
    check_writable(out)
    path = Path(out) / MODEL_FILE
    if path.exists():
        say(f"{path}: is there already, and is replaced when this training has ended")
    loggers = open_loggers(log_to, Path(out), corpus.name)
    if not skip_bad:  # else what is divided is known once the recordings are
        _divided(corpus, recipe, seed)
    corpus, examples = load_for(corpus, [recipe], jobs=jobs, skip_bad=skip_bad)
    part, validation = _parts(corpus, examples, recipe, seed)
    # A classical model is fitted in one step.
    steps = recipe.training.epochs if is_network(recipe.model.name) else 1
    epochs = track(range(steps), f"training {recipe.name}")
    with logging_epochs(loggers, recipe, corpus.name, seed, say) as log:

        def on_epoch(record: dict[str, float]) -> None:
            next(epochs, None)
            log(record)

        trained = fit(recipe, part, validation, seed, labels=corpus.classes, device=device, on_epoch=on_epoch)
    next(epochs, None)  # draws the finished bar
    warn_of_unsettled(trained)
    emotions = np.asarray(part.emotions)
    say(f"trained on {_in_words(emotions)}; after balancing {_in_words(trained.plan.y(emotions))}")
    about = {
        "name": corpus.name,
        "licence": corpus.licence,
        "synthetic": corpus.synthetic,
        "utterances": len(part),
        "speakers": len(np.unique(part.speakers)) if part.speakers is not None else None,
    }
    export(
        trained, path,
        corpus=about, measured=measured, check=_some_waveforms(corpus, recipe.extractor.sample_rate),
    )  # fmt: skip
    with writing(path.with_name("history.csv")) as aside:
        trained.history.to_csv(aside, index=False)
    return path


def _parts(corpus: Corpus, examples: Dataset, recipe: Recipe, seed: int) -> tuple[Dataset, Dataset | None]:
    """Everything, or everything but a validation part of other speakers."""
    fold = _divided(corpus, recipe, seed)
    return (examples, None) if fold is None else (examples.take(fold.train), examples.take(fold.validation))


def _divided(corpus: Corpus, recipe: Recipe, seed: int) -> Fold | None:
    """Rows to learn from and to validate on; ``None`` where all are learnt from."""
    share, nothing = recipe.training.validation_share, np.array([], np.int64)
    whole = Fold(0, np.arange(len(corpus.table)), nothing, nothing)
    return cut_validation(whole, corpus.table, share, seed) if share else None


def _some_waveforms(corpus: Corpus, rate: int) -> list[np.ndarray]:
    """A few of the corpus' recordings, spread over it."""
    clips = corpus.clips()
    chosen = np.unique(np.linspace(0, len(clips) - 1, CHECKED).round().astype(int))
    return [load(clips[row].file, rate=rate, start=clips[row].start, end=clips[row].end) for row in chosen]


def _in_words(emotions: np.ndarray) -> str:
    counts = Counter(emotions.tolist())
    return ", ".join(f"{emotion} {counts[emotion]}" for emotion in sorted(counts))

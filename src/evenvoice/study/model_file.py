"""A run's model as a model file, with what its study measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evenvoice.arguments import as_path
from evenvoice.audio import load
from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import Recipe
from evenvoice.study.measured import honest_entries
from evenvoice.study.records import STUDY_FILE, Run, read_run
from evenvoice.study.results import Study, load_study
from evenvoice.training import WEIGHTS_FILE, can_be_kept, export, load_weights, why_not_kept

Say = Callable[[str], None]


def export_run(
    run: Path | str, path: Path | str, *, check: Sequence[Path | str] = (), say: Say = lambda text: None
) -> Path:
    """Write the model file of one run: the model of one fold, which was not fitted on the fold's test part.

    Its ``measured`` is what the study of the run measured of the same recipe, under every protocol that is not LEAKY;
    null for a run outside its study, and for a LEAKY run, whose model is not the one that those figures are about.

    Args:
        run: The run's folder, made with ``evaluate(…, keep_models=True)``.
        path: Where to write.
        check: Recordings on which the file's probabilities are compared with torch's.
        say: Called with a line of text: what is left out of the figures, and why.

    Returns:
        The path.

    Raises:
        EvenvoiceError: No run, a run without weights, or whatever `evenvoice.training.export` refuses.
        AudioError: A recording to check cannot be used.
    """
    folder, path = as_path(run, "run"), as_path(path, "path")
    if path.suffix.lower() != ".onnx":
        raise EvenvoiceError(f"{path}: a model file ends in .onnx, by which `evenvoice predict` knows it; name it so")
    _check_is_run(folder)
    record = read_run(folder)
    if not (folder / WEIGHTS_FILE).is_file():
        # Of a run that is older than the names of today, nothing is known but that it has none.
        with suppress(ValidationError):
            recipe = Recipe.model_validate(record.recipe)
            if not can_be_kept(recipe):
                raise EvenvoiceError(f"{folder}: {why_not_kept(recipe)}")
        raise EvenvoiceError(
            f"{folder}: holds no {WEIGHTS_FILE}; evaluate with --keep-models to another --out, or make a model of the "
            "whole corpus with `evenvoice train`"
        )
    trained = load_weights(folder / WEIGHTS_FILE)
    study = _study_of(record)
    entries: list[dict[str, Any]] = []
    if study is None:
        say(f"{folder}: lies in no study, so the model file says that nothing is measured")
    elif record.info["promise"]["leaky"]:
        say(f"{folder}: a LEAKY run, so the model file says that nothing is measured")
    else:
        entries = honest_entries(study, trained.recipe, say=say)
    waveforms = [load(file, rate=trained.recipe.extractor.sample_rate) for file in check]
    return export(trained, path, corpus=_trained_on(record, study), measured=entries or None, check=waveforms)


def _check_is_run(folder: Path) -> None:
    """Raise where a folder is not a run's, before anything says that it should be removed."""
    if (folder / "run.json").exists():
        return
    if (folder / STUDY_FILE).exists():
        raise EvenvoiceError(
            f"{folder}: a study, not one run; name a folder in it, such as "
            f"{folder / 'runs' / 'RECIPE' / 'PROTOCOL' / 'seed-0' / 'fold-0'}"
        )
    raise EvenvoiceError(f"{folder}: holds no run.json; name a run's folder, with seed-… and fold-… at its end")


def _study_of(run: Run) -> Study | None:
    """The study in whose folder the run lies, in its place."""
    folder = run.folder.resolve()
    study = folder.parents[4] if len(folder.parents) > 4 else folder
    in_place = (study / STUDY_FILE).is_file() and run.key.folder(study) == folder
    return load_study(study) if in_place else None


def _trained_on(run: Run, study: Study | None) -> dict[str, Any]:
    """What the model file says of the corpus; what the run does not know is null."""
    # In the order of protocol "paper", the samplers see every utterance, and the network rows made of them.
    ids = run.split["utterance"][run.split["balancer"] == 1]
    about: dict[str, Any] = {"name": run.info["corpus"], "utterances": len(ids)}
    if study is not None:
        about |= {"licence": study.corpus["licence"], "synthetic": study.corpus["synthetic"]}
        about["speakers"] = _speakers(study, set(ids))
    return about


def _speakers(study: Study, ids: set[str]) -> int | None:
    """How many speakers these utterances have, from whichever runs tested them; ``None`` unless all are known."""
    speaker_of: dict[str, str] = {}
    for result in study.results:
        for table in result.pooled.values():
            if "speaker" in table:
                known = table.dropna(subset=["speaker"])
                speaker_of.update(zip(known["utterance"], known["speaker"], strict=True))
        if ids <= set(speaker_of):
            return len({speaker_of[utterance] for utterance in ids})
    return None

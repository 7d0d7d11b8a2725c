"""A corpus to a dataset: decode every utterance once, and keep its features."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evenvoice.corpora.corpus import Corpus
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.features import FeatureSettings, extract
from evenvoice.training.dataset import Dataset
from evenvoice.training.store import FeatureStore


def check_emotions(corpus: Corpus) -> None:
    """Raise an `EvenvoiceError` if there is one emotion only: nothing can be learnt, and that can be known at once."""
    if len(corpus.labels) < 2:
        raise EvenvoiceError(
            f"corpus {corpus.name}: one emotion only ({corpus.labels[0]}); add recordings of another, or select two "
            "at least with --emotions"
        )


def load_dataset(
    corpus: Corpus,
    settings: FeatureSettings,
    *,
    perturbations: Sequence[str] = (),
    jobs: int = 1,
    skip_bad: bool = False,
) -> tuple[Corpus, Dataset]:
    """Return the corpus and its features, in the same order; with ``skip_bad``, both without the unusable recordings.

    Args:
        corpus: What to decode.
        settings: The extractor and its options.
        perturbations: Of the waveforms: their features come along as variants.
        jobs: How many recordings to work on at once.
        skip_bad: Go on without unusable recordings, naming each on stderr.

    Raises:
        AudioError: A recording cannot be used, and ``skip_bad`` is not asked for.
        EvenvoiceError: One emotion only, or no usable recording is left.
    """
    check_emotions(corpus)
    bad: list[AudioError] = []
    features = extract(
        corpus.clips(), settings, jobs=jobs, skip_bad=skip_bad, on_bad=lambda _, error: bad.append(error)
    )
    usable = np.array([values is not None for values in features])
    if bad:
        for error in bad:
            print(f"skipped: {error}", file=sys.stderr)  # noqa: T201  # stderr is where the issue wants them
        print(f"skipped {len(bad)} of {len(features)} recordings", file=sys.stderr)  # noqa: T201
        if not usable.any():
            raise EvenvoiceError(f"corpus {corpus.name}: no usable recording is left of {len(features)}")
        corpus = replace(corpus, table=corpus.table[usable])
    table = corpus.table
    ids = [str(utterance) for utterance in table.index]
    variants = {name: Dataset(ids, _perturbed(corpus, settings, name, jobs)) for name in perturbations}
    dataset = Dataset(
        ids,
        FeatureStore.of([values for values in features if values is not None]),
        table["emotion"].to_numpy(str),
        table["speaker"].to_numpy(str) if corpus.has("speaker") else None,
        variants=variants,
    )
    return corpus, dataset


def _perturbed(corpus: Corpus, settings: FeatureSettings, perturbation: str, jobs: int) -> FeatureStore:
    """Features of the perturbed waveforms of a corpus whose recordings can all be used."""
    features = extract(corpus.clips(), settings, perturbation=perturbation, jobs=jobs)
    return FeatureStore.of([values for values in features if values is not None])

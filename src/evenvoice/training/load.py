"""A corpus to a dataset: decode every utterance once, and keep its features."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

from evenvoice.audio import Clip
from evenvoice.corpora import Corpus
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.features import FeatureSettings, ShapeSettings, extract_each, keeps_rows
from evenvoice.parallel import Executor
from evenvoice.recipes import Needs, Recipe, needs_of
from evenvoice.training.dataset import Dataset, features_key, shape_key
from evenvoice.training.store import Absent, StoreWriter


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
    shapes: Sequence[ShapeSettings] = (),
    *,
    perturbations: Sequence[str] = (),
    jobs: int = 1,
    skip_bad: bool = False,
    executor: Executor | None = None,
    beside: Sequence[Needs] = (),
) -> tuple[Corpus, Dataset]:
    """Return the corpus and its features, in the same order; with ``skip_bad``, both without the unusable recordings.

    Features go to a temporary file as they come (`FeatureStore`), so that a corpus need not fit into memory.

    Args:
        corpus: What to decode.
        settings: The extractor and its options.
        shapes: All that will be asked of the dataset. Where each is one vector an utterance, such as ``functionals``,
            these are loaded instead of the features. If none are given, anything may be asked for.
        perturbations: Of the waveforms: their features come along as variants.
        jobs: How many recordings to work on at once.
        skip_bad: Go on without unusable recordings, naming each on stderr.
        executor: What computes features that are not cached, where it is `remote` (`evenvoice.parallel`).
        beside: What else is computed, for partners with features of their own.

    Raises:
        AudioError: A recording cannot be used, and ``skip_bad`` is not asked for.
        EvenvoiceError: One emotion only, no usable recording is left, or the temporary folder is full.
    """
    check_emotions(corpus)
    bad: dict[int, AudioError] = {}
    loading = _Loading(settings, _vectors(shapes), jobs, executor)
    dataset = loading.load(corpus.clips(), None, bad if skip_bad else None)
    if bad:
        for error in bad.values():
            print(f"skipped: {error}", file=sys.stderr)  # noqa: T201  # stderr is where the issue wants them
        print(f"skipped {len(bad)} of {len(corpus)} recordings", file=sys.stderr)  # noqa: T201
        if len(bad) == len(corpus):
            raise EvenvoiceError(f"corpus {corpus.name}: no usable recording is left of {len(corpus)}")
        corpus = replace(corpus, table=corpus.table[[row not in bad for row in range(len(corpus))]])
    table, clips = corpus.table, corpus.clips()
    ids = [str(utterance) for utterance in table.index]
    others = {}
    for need in beside:
        one = _Loading(need.features, _vectors(need.shapes), jobs, executor)
        others[features_key(need.features)] = replace(
            one.load(clips, None), ids=ids, variants=one.variants(clips, ids, need.perturbations)
        )
    dataset = replace(
        dataset,
        ids=ids,
        emotions=table["emotion"].to_numpy(str),
        speakers=table["speaker"].to_numpy(str) if corpus.has("speaker") else None,
        variants=loading.variants(clips, ids, perturbations),
        others=others,
    )
    return corpus, dataset


def load_for(
    corpus: Corpus,
    recipes: Sequence[Recipe],
    *,
    perturbations: Sequence[str] = (),
    jobs: int = 1,
    skip_bad: bool = False,
    executor: Executor | None = None,
) -> tuple[Corpus, Dataset]:
    """Return what `load_dataset` does, with all that some recipes of the same features, and their partners, need.

    Args:
        corpus: What to decode.
        recipes: One at least; the dataset's own features are those of the first.
        perturbations: More of the waveforms than the recipes need.
        jobs: See `load_dataset`, as for the rest.
        skip_bad: See there.
        executor: See there.
    """
    own, *beside = [
        replace(need, perturbations=tuple(dict.fromkeys([*need.perturbations, *perturbations])))
        for need in needs_of(recipes)
    ]
    return load_dataset(
        corpus, own.features, own.shapes, perturbations=own.perturbations, jobs=jobs, skip_bad=skip_bad,
        executor=executor, beside=beside,
    )  # fmt: skip


def _vectors(shapes: Sequence[ShapeSettings]) -> list[ShapeSettings]:
    """The shapes whose rows stand for the features, each once; none where the features are wanted."""
    return list({shape.model_dump_json(): shape for shape in shapes}.values()) if all(map(keeps_rows, shapes)) else []


@dataclass(frozen=True)
class _Loading:
    """How a corpus is decoded, as it is and perturbed."""

    settings: FeatureSettings
    shapes: Sequence[ShapeSettings]
    jobs: int
    executor: Executor | None = None

    def variants(self, clips: Sequence[Clip], ids: Sequence[str], perturbations: Sequence[str]) -> dict[str, Dataset]:
        """Return the clips perturbed, by the perturbation."""
        return {name: replace(self.load(clips, name), ids=ids) for name in perturbations}

    def load(
        self, clips: Sequence[Clip], perturbation: str | None, bad: dict[int, AudioError] | None = None
    ) -> Dataset:
        """Return the features, or the rows of each shape, of the clips that can be used, under numbers as ids.

        Args:
            clips: What to decode.
            perturbation: What is done to each waveform first.
            bad: Takes the errors of clips that are passed over, by position; none are if not given.
        """
        each = extract_each(
            clips,
            self.settings,
            self.shapes,
            perturbation=perturbation,
            jobs=self.jobs,
            executor=self.executor,
            skip_bad=bad is not None,
            on_bad=None if bad is None else bad.__setitem__,
        )
        extractor = self.settings.make()
        shapes = [shape.make(extractor) for shape in self.shapes]
        digests: list[bytes] = []
        with ExitStack() as stack:
            stack.enter_context(closing(each))
            writers = [stack.enter_context(StoreWriter()) for _ in shapes or (None,)]
            for one in each:
                if one is None:
                    continue
                digests.append(one.digest)
                for writer, values in zip(writers, one.arrays, strict=True):
                    writer.append(values, None if shapes else one.digest)
            ids = [str(number) for number in range(len(digests))]
            if not shapes:
                return Dataset(ids, writers[0].store(extractor.n_rows))
            shaped = {
                shape_key(shape): writer.store(shape.n_normalised)
                for shape, writer in zip(shapes, writers, strict=True)
            }
            return Dataset(ids, Absent(len(ids), extractor.n_rows, digests), shaped=shaped)

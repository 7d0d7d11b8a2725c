"""Who sees what: the test part that is set aside, and the parts within the rest that judge a trial."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace

import numpy as np

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.protocols import (
    NO_ROWS,
    Enrol,
    Fold,
    KFold,
    Narrowed,
    SpeakerFolds,
    SplitProtocol,
    TextFolds,
    cut_validation,
    make_folds,
    open_protocol,
)
from evenvoice.recipes import Recipe

# Whether a fit cuts a validation part off depends on these.
_CUTTING = ("training.validation_share", "training.select", "decision.name")


@dataclass(frozen=True)
class Division:
    """A corpus divided once.

    Attributes:
        protocol: Whose fold the test part is.
        fold: The rows of both parts; a validation part that the corpus brings counts as training here.
        inside: The corpus without the test part: all that a trial is given.
        inner: Divides ``inside`` into the parts that trials are judged on.
        parts: How many of these.
        seed: Of both divisions.
    """

    protocol: SplitProtocol
    fold: Fold
    inside: Corpus
    inner: SplitProtocol
    parts: int
    seed: int

    def marked(self, corpus: Corpus, recipe: Recipe) -> Corpus:
        """Return the whole corpus with the division in its column ``split``, for protocol ``predefined``.

        Where speakers are not known, the validation part that the recipe wants is in it as well: ``predefined`` would
        cut whole speakers.
        """
        fold = self.fold
        if recipe.training.validation_share and not corpus.has("speaker"):
            fold = cut_validation(fold, corpus.table, recipe.training.validation_share, self.seed, self.protocol)
        table = corpus.table.assign(split="train")
        split = table.columns.get_loc("split")
        table.iloc[fold.validation, split] = "validation"  # type: ignore[index]  # names of columns are unique
        table.iloc[fold.test, split] = "test"  # type: ignore[index]
        return replace(corpus, table=table)


def divide(corpus: Corpus, recipe: Recipe, protocol_name: str, number: int, parts: int, seed: int) -> Division:
    """Set the test part aside.

    Args:
        corpus: All of it.
        recipe: What is to be tuned.
        protocol_name: Under which protocol; its promise holds for the parts within as well.
        number: Which of its folds.
        parts: How many parts of the rest judge a trial, two or more.
        seed: Of the division.

    Raises:
        EvenvoiceError: The protocol is LEAKY, keeps rows out, has no such fold, or needs what the corpus lacks; too
            few speakers; a recipe that cannot be fitted on such parts.
    """
    protocol = open_protocol(protocol_name)
    if protocol.promise.leaky:
        raise EvenvoiceError(
            f"tune: protocol {protocol.name!r} is LEAKY, and tuning keeps the test part apart; use speaker-folds, "
            "session or kfold"
        )
    if isinstance(protocol, Enrol | Narrowed):
        raise EvenvoiceError(
            f"tune: protocol {protocol.name!r} keeps rows out of its parts, and the fit that opens the test part would "
            f"learn from them; use {protocol.inner.name}"
        )
    folds = make_folds(protocol, corpus.table, seed)
    if number >= len(folds):
        raise EvenvoiceError(f"tune: protocol {protocol.name!r} has the folds 0 to {len(folds) - 1}, found {number}")
    fold = folds[number]
    everything = np.sort(np.concatenate([fold.train, fold.validation]))
    fold = dataclasses.replace(fold, train=everything, validation=NO_ROWS)
    inside = replace(corpus, table=corpus.table.iloc[fold.train])
    _check(recipe, corpus)
    inner = _within(protocol, inside, parts)
    try:
        make_folds(inner, inside.table, seed)
    except EvenvoiceError as error:
        raise EvenvoiceError(f"tune: the training part cannot be divided by {parts} --inner-folds: {error}") from error
    return Division(protocol, fold, inside, inner, parts, seed)


def _within(protocol: SplitProtocol, inside: Corpus, parts: int) -> SplitProtocol:
    """What divides the training part again, as the protocol divided the corpus."""
    column = protocol.validation_by
    if column == "session":
        _enough(inside, "session", parts)
        return protocol
    if column == "text":
        _enough(inside, "text", parts)
        return TextFolds(parts)
    if column == "speaker" and inside.has("speaker"):
        _enough(inside, "speaker", parts)
        return SpeakerFolds(parts)
    return KFold(parts)


def _enough(inside: Corpus, column: str, parts: int) -> None:
    found = inside.table[column].nunique()
    if found < 2:
        raise EvenvoiceError(
            f"tune: the training part has one {column} only, so that none is left to validate on; use another protocol"
        )
    if found < parts:
        raise EvenvoiceError(
            f"tune: {parts} groups of {column}s asked for, the training part has {found}; use --inner-folds {found}"
        )


def _check(recipe: Recipe, corpus: Corpus) -> None:
    """What would come to light only when the test part is opened."""
    if corpus.has("speaker"):
        return
    if recipe.needs_speakers or "normalise" in recipe.search:
        raise EvenvoiceError(
            f"recipe {recipe.name!r} normalises by speaker, or may, and corpus {corpus.name} does not know every "
            "speaker; name them in a speaker column (of a folder: --speaker-from), or use normalise: training"
        )
    cutting = [path for path in _CUTTING if path in recipe.search]
    if cutting:
        raise EvenvoiceError(
            f"recipe {recipe.name!r}: {cutting[0]} cannot be searched where speakers are not known; drop it with "
            "null, or name the speakers in a speaker column (of a folder: --speaker-from)"
        )

"""What of an evaluation can be known to be impossible before any audio is read."""

from __future__ import annotations

from collections.abc import Sequence

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.models import is_network
from evenvoice.protocols import SELECT_ON_TEST, Enrol, SplitProtocol, check_columns, cut_validation, make_folds
from evenvoice.recipes import Recipe
from evenvoice.study.fold import ADAPT
from evenvoice.study.seeds import Seed


def check_possible(corpus: Corpus, recipes: Sequence[Recipe], protocols: Sequence[SplitProtocol]) -> None:
    """Check that each recipe can be fitted under each protocol on a corpus, as far as its table tells.

    Raises:
        EvenvoiceError: A name is given twice, a protocol or a recipe needs a column that the corpus lacks, or a recipe
            cannot do what a protocol asks of it.
    """
    names = [recipe.name for recipe in recipes]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise EvenvoiceError(f"recipe {twice.pop()!r} is named twice; give each recipe a name of its own")
    for protocol in protocols:
        check_columns(protocol, corpus.table)
    for recipe in recipes:
        if not is_network(recipe.model.name) and any(protocol.select_on_test for protocol in protocols):
            raise EvenvoiceError(
                f"recipe {recipe.name!r}: model {recipe.model.name!r} has no epochs, so none can be chosen on the "
                f"test part; leave it out, or use a protocol without {SELECT_ON_TEST}"
            )
        if not recipe.adaptive and any(isinstance(protocol, Enrol) for protocol in protocols):
            raise EvenvoiceError(f"recipe {recipe.name!r} does not adapt to what is enrolled; {ADAPT}")
        if recipe.needs_speakers and not corpus.has("speaker"):
            raise EvenvoiceError(
                f"recipe {recipe.name!r} normalises by speaker, and corpus {corpus.name} does not know every "
                "speaker; name them in a speaker column (of a folder: --speaker-from), or use normalise: training"
            )


def check_folds(
    corpus: Corpus,
    recipes: Sequence[Recipe],
    protocols: Sequence[SplitProtocol],
    seeds: Sequence[Seed],
    *,
    with_validation: bool = True,
) -> None:
    """Check that the corpus can be divided, with the first seed as every fit will find it.

    What a protocol balances before it divides is not known yet.

    Args:
        corpus: What is divided.
        recipes: Some cut a validation part.
        protocols: What divides it.
        seeds: Those of the evaluation.
        with_validation: Whether a validation part that cannot be cut ends the evaluation, too.

    Raises:
        EvenvoiceError: As in `make_folds` and `cut_validation`.
    """
    shares = dict.fromkeys(recipe.training.validation_share for recipe in recipes) if with_validation else {}
    for protocol in protocols:
        if protocol.balance_first:
            continue
        for split in dict.fromkeys(seed.split for seed in seeds):
            folds = make_folds(protocol, corpus.table, split)
            for fold in folds if split == seeds[0].split else ():
                for share in filter(None, shares):
                    cut_validation(fold, corpus.table, share, split, protocol)

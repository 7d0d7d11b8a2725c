"""What of an evaluation can be known to be impossible before any audio is read."""

from __future__ import annotations

from collections.abc import Sequence

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.models import is_network
from evenvoice.protocols import SELECT_ON_TEST, Enrol, SplitProtocol, check_columns
from evenvoice.recipes import Recipe
from evenvoice.study.fold import ADAPT


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
                "speaker; name them with --speaker-from, or use --normalise training"
            )

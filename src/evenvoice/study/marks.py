"""What must be said wherever a result is shown, and the order in which results are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenvoice.protocols import adapted_words

if TYPE_CHECKING:
    from evenvoice.study.results import Result, Study

LEAKY = "LEAKY"
TRANSDUCTIVE = "transductive"
SHARED = "speakers may be shared"


def units(study: Study) -> str:
    """Return what the study's intervals were drawn over: ``speakers``, or ``utterances`` where these are not known."""
    return " or ".join(sorted({f"{result.intervals['ua'].unit}s" for result in study.results}))


def marks(result: Result) -> list[str]:
    """Return what must be said wherever this result is shown.

    ``LEAKY``: the test part took part in the training. ``transductive``: a test speaker's other, unlabelled audio did.
    ``adapted, 5 utterances``: so many of each test speaker's, without labels, were enrolled and not tested.
    ``speakers may be shared``: the protocol does not promise that test speakers are unseen.
    """
    enrolled = result.runs[0].info.get("enrolled", 0)
    found = {LEAKY: result.leaky, TRANSDUCTIVE: result.transductive, SHARED: not speakers_unseen(result)}
    adapted = [adapted_words(enrolled)] if enrolled else []
    return adapted + [mark for mark, applies in found.items() if applies]


def speakers_unseen(result: Result) -> bool:
    """Return whether the protocol promises that test speakers are unseen. Another corpus has other speakers."""
    return not {"speaker", "corpus"}.isdisjoint(result.runs[0].info["promise"]["disjoint"])


def strictness(result: Result) -> int:
    """Return 0 where test speakers are unseen, 1 where they may be shared, 2 for LEAKY."""
    if result.leaky:
        return 2
    return 0 if speakers_unseen(result) else 1


def by_recipe(study: Study) -> list[Result]:
    """Order results by recipe, then from the strictest protocol to the leaky one: the effect of the protocol."""
    recipes = list(dict.fromkeys(result.recipe for result in study.results))
    return sorted(study.results, key=lambda result: (recipes.index(result.recipe), strictness(result), result.protocol))


def by_protocol(study: Study) -> list[Result]:
    """Order results by protocol, the strictest first and the leaky last: the effect of a recipe, row by row."""
    return sorted(by_recipe(study), key=lambda result: (strictness(result), result.protocol))

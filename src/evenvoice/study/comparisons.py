"""Within a study: under each protocol, every recipe against one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.metrics import mdd_of
from evenvoice.study.results import Study
from evenvoice.study.systems import Standings, compare


def compare_within(study: Study, reference: str | None = None) -> dict[str, Standings]:
    """Return, by protocol, every recipe compared with the reference; LEAKY protocols are left out.

    Args:
        study: Its results, in the order that was asked for.
        reference: A recipe; the first that was asked for if not given. Under a protocol that it was not evaluated
            with, the first that was.

    Raises:
        EvenvoiceError: The study has no such recipe.

    Examples:
        ``compare_within(load_study("evaluation"))["speaker-folds"].differences()``
    """
    check_reference(reference, [result.recipe for result in study.results])
    found = {}
    for protocol in dict.fromkeys(result.protocol for result in study.results if not result.leaky):
        recipes = [result.recipe for result in study.results if result.protocol == protocol]
        if len(recipes) > 1:
            first = reference if reference in recipes else recipes[0]
            found[protocol] = compare(study, (str(first), protocol), protocols=protocol)
    return found


def check_reference(reference: str | None, recipes: Sequence[str]) -> None:
    """Raise an `EvenvoiceError` unless the reference is one of the recipes, or none is named."""
    if reference is not None and reference not in recipes:
        raise EvenvoiceError(
            f"reference: no recipe {reference!r} here{nearest(reference, list(recipes))}; name one of "
            f"{', '.join(dict.fromkeys(recipes))}"
        )


def summaries(study: Study, compared: dict[str, Standings]) -> list[dict[str, Any]]:
    """Return what ``evenvoice evaluate --json`` prints: every result, with its comparison with the reference."""
    by_result = {
        (standing.system.name, protocol): {"reference": standings[0].system.name}
        | {key: value for key, value in standing.to_json().items() if key in ("against_first", "p_ua_holm")}
        for protocol, standings in compared.items()
        for standing in standings[1:]
    }
    return [
        result.to_json() | {"compared": by_result.get((result.recipe, result.protocol))} for result in study.results
    ]


def detectable(study: Study) -> list[str]:
    """Say for each protocol that is not LEAKY what difference a comparison in this study can find."""
    protocols = dict.fromkeys(result.protocol for result in study.results if not result.leaky)
    of = {name: [result for result in study.results if result.protocol == name] for name in protocols}
    return [f"{name}: {mdd_of(results).words}" for name, results in of.items()]

"""What of an evaluation changes nothing, said before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenvoice.imbalance import SAMPLERS
from evenvoice.models import is_network
from evenvoice.protocols import SplitProtocol
from evenvoice.recipes import Recipe
from evenvoice.study.seeds import Seed

# Recipes that are named in one line.
_NAMED = 4


def unused(
    recipes: Sequence[Recipe], protocols: Sequence[SplitProtocol], seeds: Sequence[Seed], test_curves: bool = False
) -> Iterator[str]:
    """Yield what is asked for and changes nothing, a line each.

    Args:
        recipes: What is fitted.
        protocols: Under which protocols.
        seeds: With which seeds.
        test_curves: Whether curves of the test part are asked for.

    Examples:
        >>> from evenvoice.protocols import open_protocol
        >>> from evenvoice.recipes import open_recipe
        >>> list(unused([open_recipe("knn")], [open_protocol("speaker")], [Seed(0, 0), Seed(1, 1)]))
        ['2 seeds and 1 result: nothing is random in knn under speaker; leave the seeds out']
    """
    for protocol in protocols:
        yield from _repeated(recipes, protocol, seeds)
        if protocol.balance_first:
            yield from _before_the_split(recipes, protocol)
        if protocol.select_on_test:
            yield from _without_validation(recipes, protocol)
    without = [recipe.name for recipe in recipes if not is_network(recipe.model.name)]
    if test_curves and without:
        yield f"no test curves of {_in_words(without)}: there are no epochs"


def _repeated(recipes: Sequence[Recipe], protocol: SplitProtocol, seeds: Sequence[Seed]) -> Iterator[str]:
    """Say which recipes give the same result for several seeds."""
    by_results: dict[int, list[str]] = {}
    for recipe in recipes:
        if recipe.deterministic:
            divided = recipe.training.validation_share or getattr(protocol, "drawn", True)
            results = len({seed.split for seed in seeds}) if divided else 1
            by_results.setdefault(results, []).append(recipe.name)
    for results, names in by_results.items():
        if results < len(seeds):
            remedy = "leave the seeds out" if results == 1 else "leave --fit-seeds out"
            many = f"{len(seeds)} seeds and {results} result{'s' * (results > 1)}"
            yield f"{many}: nothing is random in {_in_words(names)} under {protocol.name}; {remedy}"


def _before_the_split(recipes: Sequence[Recipe], protocol: SplitProtocol) -> Iterator[str]:
    """Say what a protocol that normalises and balances the whole corpus does not do."""
    for recipe in recipes:
        once = [each.name for each in recipe.samplers if getattr(SAMPLERS[each.name], "per_epoch", False)]
        for what, names, consequence in (
            ("augment", recipe.augment, "adds no rows"),
            ("balance", once, "is drawn once, and not in each epoch"),
        ):
            if names:
                why = f"protocol {protocol.name} balances the features of the whole corpus"
                yield f"warning: recipe {recipe.name}: {why}, so {what} ({', '.join(names)}) {consequence}"


def _without_validation(recipes: Sequence[Recipe], protocol: SplitProtocol) -> Iterator[str]:
    """Say which decisions are not made where the test part takes the place of the validation part."""
    for recipe in recipes:
        fitted = [one.decision.name for one in recipe.with_partners if one.decision.needs_validation]
        if fitted:
            why = f"protocol {protocol.name} watches the test part instead of a validation part"
            yield f"warning: recipe {recipe.name}: {why}, so decision ({', '.join(fitted)}) is left out there"


def _in_words(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")

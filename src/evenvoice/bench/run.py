"""Evaluate recipes with each method, on training parts as they are or thinned; resumable as every evaluation is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from evenvoice.bench.left_out import LeftOut, read_left_out, write_left_out
from evenvoice.bench.methods import Method, open_methods, replaced
from evenvoice.bench.outcome import Bench
from evenvoice.bench.size import too_large
from evenvoice.corpora import Corpus, CorpusLike, as_corpus
from evenvoice.errors import EvenvoiceError, shown
from evenvoice.parallel import Executor
from evenvoice.protocols import THIN, open_protocol, protocol_text
from evenvoice.recipes import DEFAULT_RECIPE, Recipe
from evenvoice.study import (
    STUDY_FILE,
    Execution,
    OnMessage,
    RecipeLike,
    RunKey,
    Seeds,
    as_folder,
    as_protocols,
    as_recipes,
    evaluate,
    make_seeds,
)

OWN = "own"
"""Among ratios: the training parts as they are."""

Ratio = float | int | str


def balance(
    corpus: CorpusLike,
    recipes: RecipeLike | Sequence[RecipeLike] = DEFAULT_RECIPE,
    methods: str | Iterable[str] = "all",
    protocol: str | None = None,
    *,
    imbalance: Ratio | Iterable[Ratio] = OWN,
    seeds: Seeds | None = None,
    split_seeds: Seeds | None = None,
    fit_seeds: Seeds | None = None,
    out: Path | str | None = None,
    jobs: int | None = None,
    device: str = "cpu",
    skip_bad: bool = False,
    command: str | None = None,
    on_message: OnMessage | None = None,
    executor: Executor | None = None,
) -> Bench:
    """Compare ways to handle imbalance: each recipe with each method, and each method with none.

    A method takes the place of what the recipe does about imbalance; all else stays. Each is a recipe of its own,
    ``voice-linear+smote``, in a study as `evaluate` writes it: runs that are there already are kept. A method that does
    not fit a recipe, or cannot be drawn on a training part, is left out with the reason; the others go on.

    Args:
        corpus: A `Corpus`, or what `open_corpus` takes.
        recipes: One recipe or several.
        methods: ``"smote,focal"``, a list of names, or ``all``, ``samplers``, ``losses``, ``decisions``, ``training``.
            Names joined by ``+`` act together (``tomek+smote+focal``), and one may have options:
            ``smote(k_neighbors=3)``.
        protocol: How the corpus becomes folds; ``speaker-folds`` if not given, or ``kfold`` where speakers are unknown.
        imbalance: Ratios between the largest and the smallest class that the training parts are thinned to (see
            `Thin`); test parts stay as they are. ``own`` is the corpus' own ratio.
        seeds: See `evaluate`; with one, recipes cannot be compared.
        split_seeds: See `evaluate`.
        fit_seeds: See `evaluate`.
        out: The folder for the runs; if not given, a new one in the working directory, named in the first message.
        jobs: How many fits at once; one a core if not given.
        device: ``cpu`` or ``cuda``.
        skip_bad: Go on without unusable recordings, naming each.
        command: What the user typed, for the record.
        on_message: Called with a line of text: what is run, at what cost, and what is left out. Printed to stderr if
            not given.
        executor: See `evaluate`.

    Raises:
        EvenvoiceError: An unknown method or protocol, an impossible ratio, no method that fits, or as `evaluate`.

    Examples:
        ``balance("emodb:data/emodb", "functionals-svm", "smote,random-over", seeds=5).table()``
    """
    execution = Execution(jobs, device, skip_bad, on_message, executor)
    make_seeds(seeds, split_seeds, fit_seeds)
    the_methods = open_methods(methods)
    the_recipes = as_recipes(recipes)
    the_corpus = as_corpus(corpus)
    protocols = _protocols(protocol, imbalance, the_corpus)
    folder = as_folder(out, the_corpus, name="balance")
    derived, left_out = _derived(the_recipes, the_methods, the_corpus, execution.workers)
    for one in left_out:
        execution.message(f"left out: {one}")
    for recipe in the_recipes:
        for line in replaced(recipe, the_methods):
            execution.message(f"{recipe.name}: {line}")
    failed: dict[tuple[str, str], str] = {}
    names = [method.name_in(recipe.name) for recipe in the_recipes for method in the_methods]
    tried = {(name, open_protocol(each).name) for name in names for each in protocols}

    def record() -> None:
        if (folder / STUDY_FILE).exists():  # without a run the folder is no bench's yet
            found = [LeftOut(recipe, reason, name) for (recipe, name), reason in failed.items()]
            write_left_out(folder, [*left_out, *found], tried)

    def on_failure(key: RunKey, reason: str) -> None:
        if (key.recipe, key.protocol) not in failed:
            failed[key.recipe, key.protocol] = reason
            execution.message(f"left out: {key.recipe} × {key.protocol}: {reason}")
            record()

    try:
        study = evaluate(
            the_corpus, derived, protocols, seeds=seeds, split_seeds=split_seeds, fit_seeds=fit_seeds, out=folder,
            jobs=jobs, device=device, skip_bad=skip_bad, command=command, on_message=on_message, on_failure=on_failure,
            executor=executor,
        )  # fmt: skip
    except KeyboardInterrupt:
        record()
        raise
    record()
    return Bench.of(study, read_left_out(folder))


def _protocols(protocol: str | None, imbalance: Any, corpus: Corpus) -> list[str]:
    """Return the protocol once for each ratio."""
    if protocol is not None and not isinstance(protocol, str):
        raise EvenvoiceError(f"protocol: found {shown(protocol)}; expected one name; a bench has one protocol")
    (name,) = as_protocols(protocol, corpus)
    ratios = imbalance.split(",") if isinstance(imbalance, str) else imbalance
    ratios = list(ratios) if isinstance(ratios, Iterable) else [ratios]
    if not ratios:
        raise EvenvoiceError(f"imbalance: found none; expected ratios such as 2,5,10, or {OWN}")
    found = []
    for ratio in ratios:
        text = ratio.strip() if isinstance(ratio, str) else ratio
        if text == OWN:
            found.append(name)
            continue
        try:
            number = float(text)
        except (TypeError, ValueError):
            number = float("nan")
        if isinstance(text, bool) or not 1 <= number < 10**6:
            raise EvenvoiceError(
                f"imbalance: found {shown(ratio)}; expected a ratio from 1 between the largest and the smallest class, "
                f"such as 10, or {OWN} for the corpus' own"
            )
        found.append(protocol_text(f"{name}{THIN}{number:g}"))
    return list(dict.fromkeys(found))


def _derived(
    recipes: Sequence[Recipe], methods: Sequence[Method], corpus: Corpus, workers: int
) -> tuple[list[Recipe], list[LeftOut]]:
    """Return each recipe with each method that fits it, and which do not."""
    fitting, left_out = [], []
    for recipe in recipes:
        with_methods = []
        for method in methods:
            try:
                made = method.of(recipe)
                why = too_large(made, corpus, workers)
            except EvenvoiceError as error:
                why = _short(str(error), recipe)
            if why:
                left_out.append(LeftOut(method.name_in(recipe.name), why))
            else:
                with_methods.append(made)
        if len(with_methods) < 2:
            raise EvenvoiceError(
                f"recipe {recipe.name!r}: none of the methods fits it; {left_out[-1].reason}; name others with methods"
            )
        fitting += with_methods
    return fitting, left_out


def _short(reason: str, recipe: Recipe) -> str:
    """The reason without the recipe's name, which stands before it."""
    for start in (f"recipe {recipe.name!r}: ", "the recipe: "):
        reason = reason.removeprefix(start)
    return reason

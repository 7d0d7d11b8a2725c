"""The epochs of one training in TensorBoard or MLflow, as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime

from evenvoice.errors import EvenvoiceError
from evenvoice.loggers import Logger, curves, flat, tolerant
from evenvoice.recipes import NO_SETTINGS, Recipe


@contextmanager
def logging_epochs(
    loggers: Sequence[Logger], recipe: Recipe, corpus: str, seed: int, say: Callable[[str], None]
) -> Iterator[Callable[[dict[str, float]], None]]:
    """Give a function that logs an epoch's row of the history, in a run named after the recipe and the time.

    Where several networks are fitted one after the other (an ensemble, partners), each after the first has curves of
    its own: ``2/train/loss``.

    Args:
        loggers: Where to; none is fine.
        recipe: What is fitted.
        corpus: Name of the corpus.
        seed: Of the fit.
        say: Called with a line where a logger fails; the training goes on.

    Raises:
        EvenvoiceError: A logger cannot be written to; nothing is fitted yet.
    """
    started = f"{recipe.name}-{datetime.now():%Y%m%d-%H%M%S-%f}"
    settings = recipe.model_dump(mode="json", exclude={"name", *NO_SETTINGS})
    about = {"corpus": corpus, "recipe": recipe.name, "fit_seed": seed, **flat(settings)}
    with ExitStack() as stack:

        def failed(error: EvenvoiceError) -> None:
            say(f"warning: {error}. The training goes on without it")

        logs = [stack.enter_context(tolerant(logger, started, about, started, failed)) for logger in loggers]
        fit, last = 0, float("inf")

        def log(record: dict[str, float]) -> None:
            nonlocal fit, last
            fit += record["epoch"] <= last
            last = record["epoch"]
            for each in logs:
                each(curves(record, "" if fit == 1 else f"{fit}/"), int(last))

        yield log

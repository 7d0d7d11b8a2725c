"""Lists of planted leaks: each is a small function, with the codes that the audit must give for what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

# A function that plants: what it changes differs between corpora, splits and runs.
Plant = TypeVar("Plant", bound=Callable[..., object])


@dataclass(frozen=True)
class Planted(Generic[Plant]):
    """A leak: what is done to something clean, and what must be found of it.

    Attributes:
        plant: Changes a copy.
        codes: All that must be found, and nothing else.
        leak: Whether one of them is a leak.
    """

    plant: Plant
    codes: frozenset[str]
    leak: bool

    @property
    def name(self) -> str:
        return self.plant.__name__.replace("_", " ")


class Mutations(Generic[Plant]):
    """Planted leaks of one kind; used as a decorator, it takes a function among them."""

    def __init__(self) -> None:
        self.planted: list[Planted[Plant]] = []

    def __iter__(self) -> Iterator[Planted[Plant]]:
        return iter(self.planted)

    def __call__(self, *codes: str, leak: bool = True) -> Callable[[Plant], Plant]:
        def add(plant: Plant) -> Plant:
            self.planted.append(Planted(plant, frozenset(codes), leak))
            return plant

        return add

"""What a bench leaves out, and why: kept in a file of the study's folder."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evenvoice.errors import EvenvoiceError
from evenvoice.files import write_json

FILE = "left-out.json"


@dataclass(frozen=True)
class LeftOut:
    """A method that is not in the table.

    Attributes:
        recipe: The recipe with the method: ``voice-linear+focal``.
        reason: Why, in a sentence.
        protocol: Under which protocol; empty for all.

    Examples:
        >>> print(LeftOut("svm+focal", "no loss fits it"))
        svm+focal: no loss fits it
    """

    recipe: str
    reason: str
    protocol: str = ""

    def __str__(self) -> str:
        return f"{self.recipe}{f' × {self.protocol}' if self.protocol else ''}: {self.reason}"


def write_left_out(folder: Path, left_out: Sequence[LeftOut], tried: Collection[tuple[str, str]]) -> None:
    """Write what is left out beside what earlier calls left out.

    Args:
        folder: The study's.
        left_out: Now.
        tried: Recipes and protocols of this call; what the file says of these is no longer so.
    """
    recipes = {recipe for recipe, _ in tried}
    kept = [
        one
        for one in read_left_out(folder)
        if not ((one.recipe, one.protocol) in tried or (not one.protocol and one.recipe in recipes))
    ]
    write_json(folder / FILE, [asdict(one) for one in dict.fromkeys([*kept, *left_out])])


def read_left_out(folder: Path) -> list[LeftOut]:
    """Return what the folder's file says; nothing where there is none.

    Raises:
        EvenvoiceError: The file cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        return []
    try:
        return [LeftOut(**one) for one in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise EvenvoiceError(f"{path}: cannot be read ({error}); remove it and run the bench again") from error

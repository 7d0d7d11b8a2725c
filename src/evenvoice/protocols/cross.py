"""Train on one corpus, test on another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from evenvoice.errors import EvenvoiceError
from evenvoice.protocols.promise import Fold, Promise
from evenvoice.protocols.protocol import NO_ROWS, BaseProtocol


@dataclass(frozen=True)
class Cross(BaseProtocol):
    """The first corpus of a joined table is the training part, the second the test part."""

    name: ClassVar[str] = "cross"
    drawn: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise("trained on one corpus, tested on another", ("corpus",))
    needs: ClassVar[tuple[str, ...]] = ("corpus",)
    validation_by: ClassVar[str | None] = "speaker"

    def folds(self, utterances: pd.DataFrame, seed: int) -> list[Fold]:
        """Return the one fold; the seed changes nothing here (it still changes the weights)."""
        names = list(dict.fromkeys(utterances["corpus"]))
        if len(names) != 2:
            raise EvenvoiceError(
                f"protocol 'cross': the table holds {len(names)} corpus ({', '.join(map(str, names))}); it takes two: "
                "name the other one with --test-corpus, or join two with join_for_cross"
            )
        train, test = (np.flatnonzero(utterances["corpus"] == name) for name in names)
        return [Fold(0, train, NO_ROWS, test, f"corpus {names[1]}")]

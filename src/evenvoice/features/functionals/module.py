"""Contours of any length to one vector."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.features.functionals.contours import Contours
from evenvoice.features.functionals.sets import DURATION, FAMILIES, SETS, VOICED
from evenvoice.features.functionals.voiced import voiced

_DELTA = "Δ "


class Functionals(nn.Module):
    """Statistics of each row over an utterance's own frames: one vector an utterance, whatever its length.

    Args:
        row_names: One name a row. ``Δ x`` is the Δ of the row ``x``. ``rich`` looks for a row ``periodicity``, which
            says how voiced a frame is: with it, the means and deviations over voiced and over unvoiced frames follow,
            of the rows that are no Δ.
        kind: ``basic`` (mean, standard deviation, minimum, maximum, slope) or ``rich`` (`SETS` lists the families).

    Shape:
        - rows: ``[b, len(row_names), t]`` float32; what lies beyond an utterance's own frames is ignored.
        - frames: ``[b]`` int64, 1 or more.
        - Output: ``[b, len(names)]`` float32: the first functional of every row, then the second, and so on.

    Attributes:
        names: What each value is: ``mean: energy``.

    Raises:
        EvenvoiceError: A kind that does not exist.

    Examples:
        >>> functionals = Functionals(["energy"], "basic")
        >>> functionals(torch.tensor([[[1.0, 2.0, 6.0, 9.0]]]), torch.tensor([3])).round(decimals=2)
        tensor([[3.0000, 2.1600, 1.0000, 6.0000, 2.5000]])
        >>> functionals.names[:2]
        ('mean: energy', 'standard deviation: energy')
    """

    static: Tensor | None
    plain: Tensor

    def __init__(self, row_names: Sequence[str], kind: str = "rich") -> None:
        super().__init__()
        if kind not in SETS:
            raise EvenvoiceError(
                f"functionals {kind!r} are unknown{nearest(kind, list(SETS))}; known are {', '.join(SETS)}"
            )
        rows = list(row_names)
        self.kind = kind
        self._families = [FAMILIES[name] for name in SETS[kind]]
        rich = kind == "rich"
        self._periodicity = rows.index("periodicity") if rich and "periodicity" in rows else None
        self._plain = [number for number, row in enumerate(rows) if not row.startswith(_DELTA)]
        static = [rows.index(name) if (name := row.removeprefix(_DELTA)) in rows else i for i, row in enumerate(rows)]
        moved = static != list(range(len(rows)))
        self.register_buffer("static", torch.tensor(static) if moved else None, persistent=False)
        self.register_buffer("plain", torch.tensor(self._plain), persistent=False)
        names = [f"{name}: {row}" for family in self._families for name in family.names for row in rows]
        if self._periodicity is not None:
            names += [f"{name}: {rows[number]}" for name in VOICED for number in self._plain]
        self.names = (*names, DURATION) if rich else tuple(names)

    def forward(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Return the functionals ``[b, len(names)]``."""
        contours = Contours(rows, frames, self.static)
        found = [value for family in self._families for value in family.compute(contours)]
        if self._periodicity is not None:
            apart = voiced(contours, rows[:, self._periodicity])
            found += [value.index_select(1, self.plain) for value in apart]
        if self.kind == "rich":
            found.append(contours.count.log())
        return torch.cat(found, dim=1)

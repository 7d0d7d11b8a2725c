"""Contours of any length to one vector."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.features.functionals.contours import Contours
from evenvoice.features.functionals.f0 import f0
from evenvoice.features.functionals.sets import DURATION, F0, FAMILIES, SETS, VOICED
from evenvoice.features.functionals.voiced import voiced

_DELTA = "Δ "


class Functionals(nn.Module):
    """Statistics of each row over an utterance's own frames: one vector an utterance, whatever its length.

    Args:
        row_names: One name a row. ``Δ x`` is the Δ of the row ``x``. ``rich`` looks for a row ``periodicity``, which
            says how voiced a frame is: with it, the means and deviations over voiced and over unvoiced frames follow,
            of the rows that are no Δ. It looks for rows ``F0`` and ``voiced``, too: they have functionals of their own.
        kind: ``mean``, ``spread`` (mean and standard deviation), ``basic`` (these, minimum, maximum, slope) or ``rich``
            (`SETS` lists the families).

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
    contours: Tensor

    def __init__(self, row_names: Sequence[str], kind: str = "rich") -> None:
        super().__init__()
        if kind not in SETS:
            raise EvenvoiceError(
                f"functionals {kind!r} are unknown{nearest(kind, list(SETS))}; known are {', '.join(SETS)}"
            )
        self.kind = kind
        rich = kind == "rich"
        rows = list(row_names)
        self._f0 = (rows.index("F0"), rows.index("voiced")) if rich and {"F0", "voiced"} <= set(rows) else None
        kept = [number for number in range(len(rows)) if number not in (self._f0 or ())]
        self.register_buffer("contours", torch.tensor(kept), persistent=False)
        rows = [rows[number] for number in kept]
        self._families = [FAMILIES[name] for name in SETS[kind]]
        self._periodicity = rows.index("periodicity") if rich and "periodicity" in rows else None
        self._plain = [number for number, row in enumerate(rows) if not row.startswith(_DELTA)]
        static = [rows.index(name) if (name := row.removeprefix(_DELTA)) in rows else i for i, row in enumerate(rows)]
        moved = static != list(range(len(rows)))
        self.register_buffer("static", torch.tensor(static) if moved else None, persistent=False)
        self.register_buffer("plain", torch.tensor(self._plain), persistent=False)
        names = [f"{name}: {row}" for family in self._families for name in family.names for row in rows]
        if self._periodicity is not None:
            names += [f"{name}: {rows[number]}" for name in VOICED for number in self._plain]
        self.names = (*names, *(F0 if self._f0 else ()), DURATION) if rich else tuple(names)

    def forward(self, rows: Tensor, frames: Tensor) -> Tensor:
        """Return the functionals ``[b, len(names)]``."""
        pitch: list[Tensor] = []
        if self._f0 is not None:
            octaves, on = (rows[:, number] for number in self._f0)
            pitch = f0(octaves, on, frames)
            rows = rows.index_select(1, self.contours)
        contours = Contours(rows, frames, self.static)
        found = [value for family in self._families for value in family.compute(contours)]
        if self._periodicity is not None:
            apart = voiced(contours, rows[:, self._periodicity])
            found += [value.index_select(1, self.plain) for value in apart]
        found += pitch
        if self.kind == "rich":
            found.append(contours.count.log())
        return torch.cat(found, dim=1)

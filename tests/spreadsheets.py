"""Damaged spreadsheets and Parquet files: the bytes of the file, or, in a right container, those of a part of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np

Generator = np.random.Generator
Damage = Callable[[bytes, Generator, tuple[bytes, ...]], bytes]

_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_ROWS = [["file", "emotion", "speaker", "start"], ["a.wav", "sad", "1", 0.1], ["b.wav", "wut", "2", 0.2]] + [
    ["a.wav", "happy", "2", 0.01 * number] for number in range(20)
]
_XML = (
    b"<c/>", b"<row>", b"</row>", b'r="A1048576"', b'r="XFD9"', b't="s"', b't="d"', b'<c t="b"><v>7</v></c>', b"&amp;",
    b"&lol;", b"<![CDATA[", b"1e999", b"nan", b"-1", b"\0", b"\xff", b"<v>99999999999999999999</v>", b"'", b'"',
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>', b"&b;" * 20, b"2024-13-45T99:00:00",
)  # fmt: skip


def workbook(rows: list[list[object]]) -> bytes:
    """Return a workbook of one sheet, in its plainest form."""
    cells = "".join(
        "<row>"
        + "".join(
            f'<c t="inlineStr"><is><t>{cell}</t></is></c>' if isinstance(cell, str) else f"<c><v>{cell}</v></c>"
            for cell in row
        )
        + "</row>"
        for row in rows
    )
    kinds = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet"}
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in kinds.items()
    )
    relation = (
        '<Relationships xmlns="{p}/relationships"><Relationship Id="rId1" Type="{o}/{t}" Target="{g}"/></Relationships>'
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": relation.format(p=_PACKAGE, o=_OFFICE, t="officeDocument", g="xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": relation.format(p=_PACKAGE, o=_OFFICE, t="worksheet", g="worksheets/sheet1.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="a" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>',
    }
    return packed({name: (_HEADER + text).encode() for name, text in parts.items()})


def packed(parts: dict[str, bytes]) -> bytes:
    """Return parts in a ZIP file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def damaged_workbook(damage: Damage) -> Callable[[Generator], bytes]:
    """Return what draws damaged workbooks."""

    def draw(random: Generator) -> bytes:
        content = workbook(_ROWS)
        if random.random() < 0.2:
            return damage(content, random, ())
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = "xl/worksheets/sheet1.xml" if random.random() < 0.7 else list(parts)[random.integers(len(parts))]
        return packed({**parts, name: damage(parts[name], random, _XML)})

    return draw


def damaged_parquet(damage: Damage) -> Callable[[Generator], bytes]:
    """Return what draws damaged Parquet files; any bytes where pyarrow is not installed."""

    def draw(random: Generator) -> bytes:
        import pandas as pd

        file = io.BytesIO()
        try:
            pd.DataFrame(_ROWS[1:], columns=_ROWS[0]).to_parquet(file, compression=None)
        except ImportError:
            file.write(b"PAR1")
        return damage(file.getvalue(), random, (b"PAR1", b"\0" * 8, b"\xff" * 8))

    return draw

"""The XML of a plain workbook (ECMA-376): rows of texts and numbers, nothing that runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from gis.tables.values import Cell

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

SHEET_HEAD = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><sheetData>"
)
"""What stands before the rows: the first one stays in sight."""
SHEET_TAIL = "</sheetData></worksheet>"

# XML 1.0 has no place for these; a carriage return would be read as a line feed.
_SPECIAL = re.compile("[&<>\\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def text_xml(text: str) -> str:
    """Return a text for XML; what XML cannot hold becomes U+FFFD."""
    return _SPECIAL.sub(lambda m: _ESCAPED.get(m[0], "\ufffd"), text)


@cache
def column_name(number: int) -> str:
    """Return the letters of a column, counted from 0.

    >>> [column_name(n) for n in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    above, here = divmod(number, 26)
    return (column_name(above - 1) if above else "") + chr(ord("A") + here)


def row_xml(number: int, cells: Iterable[Cell]) -> str:
    """Return a row, counted from 1; empty cells are left out.

    >>> row_xml(2, ["a<b", None, 1.5, True])
    '<row r="2"><c r="A2" t="inlineStr"><is><t xml:space="preserve">a&lt;b</t></is></c><c r="C2"><v>1.5</v></c><c r="D2" t="b"><v>1</v></c></row>'
    """  # noqa: E501
    parts = [f'<row r="{number}">']
    for column, cell in enumerate(cells):
        if cell is None or cell == "":
            continue
        at = f"{column_name(column)}{number}"
        if isinstance(cell, str):
            text = text_xml(cell) if _SPECIAL.search(cell) else cell
            parts.append(
                f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
            )
        elif isinstance(cell, bool):
            parts.append(f'<c r="{at}" t="b"><v>{int(cell)}</v></c>')
        else:
            parts.append(f'<c r="{at}"><v>{cell!r}</v></c>')
    parts.append("</row>")
    return "".join(parts)


def package_parts(titles: Sequence[str]) -> dict[str, str]:
    """Return the parts of a workbook besides its sheets, by name."""
    numbers = range(1, len(titles) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
        f'ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        for n in numbers
    )
    sheets = "".join(
        f'<sheet name="{text_xml(title)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, title in zip(numbers, titles, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    begin = f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        f'ContentType="{_SHEET_TYPE}.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": f'{begin}<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{begin}{relations}</Relationships>",
    }

"""A whole atlas as plain tables: what is written into a GeoPackage, a workbook or one CSV.

Six tables and a head. Grids are named by their codes; flags are yes and no; lists are JSON. What
is written here reads back to an identical atlas of that edition (:mod:`gis.intake`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import shapely
from shapely.geometry.base import BaseGeometry

from gis.atlas import Atlas
from gis.division import Grid
from gis.exchange.geojson import (
    CONTEXT_FIELDS,
    GRID_FIELDS,
    PLACE_FIELDS,
    grid_properties,
    members_json,
)
from gis.exchange.roster_csv import DUTIES, ORGANISATIONS, PEOPLE, guarded_text
from gis.exchange.vector import Layer, write_gpkg
from gis.geometry import DECIMALS
from gis.ids import GridId
from gis.tables.xlsx_write import Sheet, write_workbook

FORMAT = "wangge-1"
HEAD = (
    "format",
    "title",
    "data_date",
    "note",
    "synthetic",
    "source_datum",
    "datum",
    "edition",
    "as_of",
)
COLUMNS = {
    "boundaries": GRID_FIELDS,
    "places": PLACE_FIELDS,
    "context": CONTEXT_FIELDS,
    "people": PEOPLE,
    "duties": DUTIES,
    "organisations": ORGANISATIONS,
    "head": HEAD,
}
WITH_SHAPES = ("boundaries", "places", "context")
GEOMETRY = "geometry"
_PIECE = 30_000
"""Characters of a WKT in one cell; a longer one goes on in geometry_2, geometry_3 …"""


@dataclass(frozen=True)
class Table:
    """The rows of one kind of thing, and the geometry of each where it has one."""

    name: str
    columns: tuple[str, ...]
    rows: list[list[Any]]
    shapes: list[BaseGeometry] | None = None


def tables_of(atlas: Atlas) -> tuple[Table, ...]:
    """Return boundaries, places, context, people, duties, organisations and the head."""
    division, directory, roster = atlas.division, atlas.directory, atlas.roster
    codes: dict[GridId | None, str] = {g.id: g.code for g in division}
    codes[None] = ""
    head = {
        "format": FORMAT,
        "title": division.title,
        "data_date": division.data_date,
        "note": division.note,
        "synthetic": atlas.synthetic,
        "source_datum": division.source_datum,
        "datum": "wgs84",
        "edition": atlas.edition,
        "as_of": atlas.as_of.isoformat(),
    }
    return (
        Table(
            "boundaries",
            GRID_FIELDS,
            [_grid_row(g, atlas) for g in division],
            [g.boundary for g in division],
        ),
        Table(
            "places",
            PLACE_FIELDS,
            [[_value(getattr(p, c)) for c in PLACE_FIELDS] for p in directory.places],
            [p.geometry for p in directory.places],
        ),
        Table(
            "context",
            CONTEXT_FIELDS,
            [[_value(getattr(c, n)) for n in CONTEXT_FIELDS] for c in directory.context],
            [c.geometry for c in directory.context],
        ),
        Table("people", PEOPLE, [[_value(getattr(p, c)) for c in PEOPLE] for p in roster.people]),
        Table(
            "duties",
            DUTIES,
            [
                [codes[d.grid] if c == "grid" else _value(getattr(d, c)) for c in DUTIES]
                for d in roster.duties
                if d.grid in codes
            ],
        ),
        Table(
            "organisations",
            ORGANISATIONS,
            [
                [codes[o.grid] if c == "grid" else _value(getattr(o, c)) for c in ORGANISATIONS]
                for o in roster.organisations
                if o.grid in codes
            ],
        ),
        Table("head", HEAD, [[_value(head[c]) for c in HEAD]]),
    )


def _grid_row(grid: Grid, atlas: Atlas) -> list[Any]:
    properties = grid_properties(grid, atlas.division)
    members = members_json(grid.members) if grid.members else None
    return [_value(members if c == "members" else properties[c]) for c in GRID_FIELDS]


def _value(value: Any) -> Any:
    """Return a text, a whole number or None."""
    if value is None or (isinstance(value, str) and type(value) is str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return int(value)
    if isinstance(value, tuple | list):
        return json.dumps(list(value), ensure_ascii=False, separators=(",", ":")) if value else None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


# --- the three formats -------------------------------------------------------------------------


def write_atlas_gpkg(path: Path, atlas: Atlas) -> None:
    """Write an atlas as a GeoPackage: three layers, and four tables without geometries."""
    write_gpkg(
        path,
        [
            Layer(t.name, {c: [r[i] for r in t.rows] for i, c in enumerate(t.columns)}, t.shapes)
            for t in tables_of(atlas)
            if t.rows
        ],
    )


def write_atlas_workbook(file: BinaryIO, atlas: Atlas) -> None:
    """Write an atlas as a workbook: a sheet for each table, geometries as WKT."""
    write_workbook(file, [Sheet(t.name, *_with_wkt(t)) for t in tables_of(atlas)])


def atlas_csv(atlas: Atlas) -> bytes:
    """Return an atlas as one CSV: the column ``table`` says what a row is."""
    tables = [(t.name, *_with_wkt(t)) for t in tables_of(atlas)]
    columns = list(dict.fromkeys(c for _, head, _ in tables for c in head))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["table", *columns])
    for name, head, rows in tables:
        at = [head.index(c) if c in head else None for c in columns]
        for row in rows:
            cells = [None if i is None else row[i] for i in at]
            writer.writerow([name, *("" if v is None else guarded_text(str(v)) for v in cells)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _with_wkt(table: Table) -> tuple[tuple[str, ...], list[Sequence[Any]]]:
    """Return the columns and rows of a table, its geometries as WKT behind."""
    if table.shapes is None:
        return table.columns, list(table.rows)
    pieces = [list(_pieces(s)) for s in table.shapes]
    width = max(map(len, pieces), default=1)
    names = [GEOMETRY, *(f"{GEOMETRY}_{n}" for n in range(2, width + 1))]
    rows: list[Sequence[Any]] = [
        [*row, *piece, *[None] * (width - len(piece))]
        for row, piece in zip(table.rows, pieces, strict=True)
    ]
    return (*table.columns, *names), rows


def _pieces(shape: BaseGeometry) -> Iterator[str]:
    text = shapely.to_wkt(shape, rounding_precision=DECIMALS, trim=True)
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]

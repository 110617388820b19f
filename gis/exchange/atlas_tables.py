"""A whole atlas as plain tables: what is written into a GeoPackage, a workbook or one CSV.

Six tables and a head. Grids are named by their codes; flags are yes and no; lists are JSON. What
is written here reads back to an identical atlas of that edition (:mod:`gis.intake`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

import shapely
from shapely.geometry.base import BaseGeometry

from gis.atlas import Atlas
from gis.exchange.geojson import grid_properties
from gis.exchange.vector import Layer, write_gpkg
from gis.geometry import DECIMALS
from gis.ids import GridId
from gis.roster import Duty, Organisation
from gis.schema import RECORDS, Kind
from gis.tables.csv_files import csv_bytes
from gis.tables.xlsx_write import XlsxSheet, write_workbook

FORMAT = "wangge-1"
_TABLES = (
    Kind.BOUNDARIES,
    Kind.PLACES,
    Kind.CONTEXT,
    Kind.PEOPLE,
    Kind.DUTIES,
    Kind.ORGANISATIONS,
    Kind.HEAD,
)
COLUMNS = {str(kind): RECORDS[kind].columns for kind in _TABLES}
WITH_SHAPES = ("boundaries", "places", "context")
GEOMETRY = "geometry"
_PIECE = 30_000
"""Characters of a WKT in one cell; a longer one goes on in geometry_2, geometry_3 …"""


@dataclass(frozen=True)
class AtlasTable:
    """The rows of one kind of thing, and the geometry of each where it has one."""

    name: str
    columns: tuple[str, ...]
    rows: list[list[Any]]
    shapes: list[BaseGeometry] | None = None


def tables_of(atlas: Atlas) -> tuple[AtlasTable, ...]:
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
        _table(
            "boundaries", (grid_properties(g, division) for g in division), division, "boundary"
        ),
        _table("places", map(_values_of, directory.places), directory.places, "geometry"),
        _table("context", map(_values_of, directory.context), directory.context, "geometry"),
        _table("people", map(_values_of, roster.people)),
        _table("duties", (_on_a_grid(d, codes) for d in roster.duties if d.grid in codes)),
        _table(
            "organisations",
            (_on_a_grid(o, codes) for o in roster.organisations if o.grid in codes),
        ),
        _table("head", [head]),
    )


def _table(
    name: str, rows: Iterable[Mapping[str, Any]], shaped: Iterable[Any] = (), shape: str = ""
) -> AtlasTable:
    columns = COLUMNS[name]
    shapes = [getattr(value, shape) for value in shaped] if shape else None
    return AtlasTable(
        name, columns, [[_value(row.get(c)) for c in columns] for row in rows], shapes
    )


def _values_of(value: Any) -> dict[str, Any]:
    return {f.name: getattr(value, f.name) for f in fields(value)}


def _on_a_grid(value: Duty | Organisation, codes: Mapping[GridId | None, str]) -> dict[str, Any]:
    return {**_values_of(value), "grid": codes[value.grid]}


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
    write_workbook(file, [XlsxSheet(t.name, *_with_wkt(t)) for t in tables_of(atlas)])


def atlas_csv(atlas: Atlas) -> bytes:
    """Return an atlas as one CSV: the column ``table`` says what a row is."""
    tables = [(t.name, *_with_wkt(t)) for t in tables_of(atlas)]
    columns = list(dict.fromkeys(c for _, head, _ in tables for c in head))
    rows: list[list[Any]] = []
    for name, head, some in tables:
        at = [head.index(c) if c in head else None for c in columns]
        rows += ([name, *(None if i is None else row[i] for i in at)] for row in some)
    return csv_bytes(["table", *columns], rows, line_end="\r\n", for_excel=True)


def _with_wkt(table: AtlasTable) -> tuple[tuple[str, ...], list[Sequence[Any]]]:
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

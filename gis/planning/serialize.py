"""Changes and cell maps as plain JSON values, and back: what a store keeps of a plan."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from gis.division import GridKind, Member
from gis.geometry import area_m2
from gis.ids import GridId, Level, PersonId, PlaceId
from gis.planning.cell_map import Cell, CellMap
from gis.planning.lattice import Edge, Face, Node, geometry_of
from gis.planning.state import Assignment, GridAttributes, PlanChange, Waiver
from gis.roster import GridRole


def change_to_json(change: PlanChange) -> dict[str, Any]:
    """Return a change as plain values; registers that it leaves alone are left out."""
    rows = {
        "cells": [[k, a, b] for k, (a, b) in change.cells.items()],
        "grids": [[k, _attributes(a), _attributes(b)] for k, (a, b) in change.grids.items()],
        "locks": [[k, a, b] for k, (a, b) in change.locks.items()],
        "waivers": [[k, _waiver(a), _waiver(b)] for k, (a, b) in change.waivers.items()],
        "duties": [[list(k), _duty(a), _duty(b)] for k, (a, b) in change.duties.items()],
        "ground": [[k, _cell(a), _cell(b)] for k, (a, b) in change.cut_cells.items()],
        "put_in": [[list(k), a, b] for k, (a, b) in change.put_in.items()],
    }
    return {name: list_ for name, list_ in rows.items() if list_}


def change_from_json(plain: Mapping[str, Any]) -> PlanChange:
    """Return the change that plain values are."""

    def register(name: str, key: Callable[[Any], Any], value: Callable[[Any], Any]) -> Any:
        return {
            key(k): (None if a is None else value(a), None if b is None else value(b))
            for k, a, b in plain.get(name, ())
        }

    return PlanChange(
        cells=register("cells", int, GridId),
        grids=register("grids", GridId, _attributes_of),
        locks=register("locks", GridId, bool),
        waivers=register("waivers", str, lambda w: Waiver(*w)),
        duties=register("duties", _duty_key, _duty_of),
        cut_cells=register("ground", int, _measured_cell_of),
        put_in=register("put_in", _node, _edge),
    )


def _attributes(attributes: GridAttributes | None) -> Any:
    if attributes is None:
        return None
    return {
        "id": attributes.id,
        "level": int(attributes.level),
        "parent": attributes.parent,
        "name": attributes.name,
        "kind": str(attributes.kind),
        "code": attributes.code,
        "code_scheme": attributes.code_scheme,
        "grid_class": attributes.grid_class,
        "grid_grade": attributes.grid_grade,
        "members": [
            [m.name, m.kind, m.housing, m.households, m.under_construction]
            for m in attributes.members
        ],
        "parts": attributes.parts,
    }


def _attributes_of(row: Mapping[str, Any]) -> GridAttributes:
    return GridAttributes(
        GridId(row["id"]),
        Level(row["level"]),
        None if row["parent"] is None else GridId(row["parent"]),
        row["name"],
        GridKind(row["kind"]),
        row["code"],
        row["code_scheme"],
        row["grid_class"],
        row["grid_grade"],
        tuple(Member(*m) for m in row["members"]),
        row["parts"],
    )


def _waiver(waiver: Waiver | None) -> Any:
    return None if waiver is None else [waiver.reason, waiver.by, waiver.at]


def _duty(duty: Assignment | None) -> Any:
    if duty is None:
        return None
    since = duty.since.isoformat() if duty.since else None
    return [duty.person, duty.grid, str(duty.role), duty.held, since]


def _duty_of(row: list[Any]) -> Assignment:
    person, grid, role, held, since = row
    day = date.fromisoformat(since) if since else None
    return Assignment(PersonId(person), GridId(grid), GridRole(role), held, day)


def _duty_key(row: list[str]) -> tuple[PersonId, GridId, GridRole]:
    return PersonId(row[0]), GridId(row[1]), GridRole(row[2])


def _node(row: list[int]) -> Node:
    return row[0], row[1]


def _edge(row: list[list[int]]) -> Edge:
    return _node(row[0]), _node(row[1])


def _cell(cell: Cell | None) -> Any:
    if cell is None:
        return None
    return [
        cell.id,
        cell.grid,
        [[c for node in ring for c in node] for ring in cell.face],
        list(cell.point),
        cell.area_m2,
        list(cell.buildings),
        list(cell.shops),
        list(cell.units),
        cell.households,
        cell.population,
    ]


def _cell_of(row: list[Any]) -> Cell:
    number, grid, rings, point, area, buildings, shops, units, households, population = row
    face: Face = tuple(tuple(zip(r[::2], r[1::2], strict=True)) for r in rings)
    return Cell(
        number,
        None if grid is None else GridId(grid),
        face,
        _node(point),
        area,
        tuple(PlaceId(p) for p in buildings),
        tuple(PlaceId(p) for p in shops),
        tuple(PlaceId(p) for p in units),
        households,
        population,
    )


_OFF = 1e-3
"""Older releases kept the areas of EPSG:4549: of plans far from 120° E they are measured again."""


def _measured_cell_of(row: list[Any]) -> Cell:
    cell = _cell_of(row)
    return _measured(cell, _area_of(cell))


def _measured(cell: Cell, area: float) -> Cell:
    return cell if _agree(cell.area_m2, area, _OFF) else replace(cell, area_m2=area)


def _agree(one: float, other: float, share: float) -> bool:
    return math.isclose(one, other, rel_tol=share)


def _area_of(cell: Cell) -> float:
    found: float = area_m2(geometry_of((cell.face,)))
    return found


def cell_map_bytes(cell_map: CellMap) -> bytes:
    """Return a cell map as bytes; equal ones have equal bytes."""
    plain = {
        "cells": [_cell(c) for c in cell_map.cells.values()],
        "put_in": [[list(n), e] for n, e in sorted(cell_map.put_in.items())],
        "cut_buildings": list(cell_map.cut_buildings),
    }
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def cell_map_from(content: bytes) -> CellMap:
    """Return the cell map that bytes of :func:`cell_map_bytes` are."""
    plain = json.loads(zlib.decompress(content))
    cells = [_cell_of(row) for row in plain["cells"]]
    largest = max(cells, key=lambda c: c.area_m2, default=None)
    # All cells of a ground were measured alike: where one is right the others need no look.
    if largest is not None and not _agree(largest.area_m2, _area_of(largest), _OFF / 2):
        areas = area_m2(np.array([geometry_of((c.face,)) for c in cells], dtype=object))
        cells = [_measured(c, a) for c, a in zip(cells, areas.tolist(), strict=True)]
    return CellMap(
        {cell.id: cell for cell in cells},
        {_node(n): _edge(e) for n, e in plain["put_in"]},
        tuple(PlaceId(p) for p in plain["cut_buildings"]),
    )

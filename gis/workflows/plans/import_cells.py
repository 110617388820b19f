"""Plans made elsewhere: an assignment of cells, or polygons snapped to the cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.audit import Author
from gis.datum import DATUMS, parse_datum, to_wgs84
from gis.errors import InvalidInput
from gis.exchange.json_object import read_object
from gis.findings import Text
from gis.geometry import LonLat, read_geometry
from gis.ids import GridId
from gis.planning.operations import CellMove, NewCluster, ReassignCells
from gis.planning.plan import apply_operation
from gis.planning.snap import Snapped, snap
from gis.tables.header import NamesColumns
from gis.tables.open_table import open_table
from gis.tables.table import TableReader
from gis.workflows.plans.opened import AppliedStep, OpenPlan
from gis.workflows.plans.workspace import PlanWorkspace

_ROWS = 200_000
_GRID_NAMES = ("grid code", "grid_code", "code", "grid", "编号")


@dataclass(frozen=True)
class CellDoubt:
    """A cell that somebody has to look at; ``shares`` of it lie in polygons, by what they name."""

    cell: int
    text: Text
    place: LonLat | None
    shares: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class ImportedCells:
    """Where cells go, as one operation (None: nothing changes), and what is in doubt."""

    operation: ReassignCells | None
    doubts: tuple[CellDoubt, ...]


@dataclass(frozen=True)
class Imported:
    """What an import made of a plan; ``applied`` is None when nothing changes."""

    opened: OpenPlan
    applied: AppliedStep | None
    doubts: tuple[CellDoubt, ...]


def import_cells(
    workspace: PlanWorkspace,
    plan: str,
    revision: str,
    read: Callable[[OpenPlan], ImportedCells],
    author: Author,
    *,
    dry: bool = False,
) -> Imported:
    """Give cells to grids as a file says; ``dry`` only shows what that would do.

    Parameters
    ----------
    plan, revision
        The plan, and the state of it that the file is for.
    read
        Reads the file against the plan: :func:`from_cells` or :func:`from_polygons`.

    Raises
    ------
    PlanOutdated
        Somebody changed the plan since ``revision``.
    InvalidInput
        Naming the row or member of the file that is wrong.
    """
    opened = workspace.open(plan)
    workspace.check_current(opened, revision)
    found = read(opened)
    if found.operation is None:
        return Imported(opened, None, found.doubts)
    if dry:
        move = apply_operation(opened.plan, found.operation, workspace.context(author, opened.plan))
        applied = AppliedStep(opened, OpenPlan(opened.head, move.plan), move)
        return Imported(opened, applied, found.doubts)
    applied = workspace.operate(plan, revision, found.operation, author)
    return Imported(applied.after, applied, found.doubts)


@contextmanager
def table_rows(
    content: bytes, name: str, names_columns: NamesColumns
) -> Iterator[tuple[list[str], Iterator[list[Any]]]]:
    """Yield the header and rows of a CSV or XLSX file given as bytes.

    ``names_columns`` tells which row is the header; titles above it are left out.
    """
    with TemporaryDirectory(prefix="wangge-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        with open_table(path, names_columns, most_rows=_ROWS) as reader:
            yield reader.header, _rows(reader)


def _rows(reader: TableReader) -> Iterator[list[Any]]:
    for chunk in reader.chunks(1000):
        yield from chunk.rows


def from_cells(opened: OpenPlan, content: bytes) -> ImportedCells:
    """Return the assignment that a CSV, XLSX or JSON ``{"cells": {"17": GRID}}`` holds.

    Raises
    ------
    InvalidInput
        Naming the row or member that is wrong.
    """
    wanted = _from_json(content) if content.lstrip()[:1] == b"{" else _from_table(content)
    grids = _known(opened)
    moves: dict[GridId, list[int]] = {}
    doubts = []
    for cell, name in wanted.items():
        found = opened.plan.state.cell_map.cells.get(cell)
        grid = grids.get(name)
        if found is None or grid is None:
            what = Text(
                f"cell {cell}: not in this plan"
                if found is None
                else f"cell {cell}: no level-3 grid {name[:40]!r}",
                f"本方案没有单元 {cell}" if found is None else f"没有三级网格 {name[:40]!r}",
            )
            doubts.append(CellDoubt(cell, what, found.lon_lat if found else None))
        elif opened.plan.state.owner.get(cell) != grid:
            moves.setdefault(grid, []).append(cell)
    rows = tuple(CellMove(g, tuple(cells)) for g, cells in moves.items())
    return ImportedCells(ReassignCells(moves=rows) if rows else None, tuple(doubts))


def _known(opened: OpenPlan) -> dict[str, GridId]:
    view = opened.plan.view
    names: dict[str, GridId] = {}
    for grid, grid_view in view.grids.items():
        if grid_view.attributes.level == 3:
            names[grid] = grid
            names[view.code(grid)] = grid
            if grid_view.attributes.code:
                names[grid_view.attributes.code] = grid
    return names


def _from_json(content: bytes) -> dict[int, str]:
    given = read_object(content)
    if "features" in given:
        raise InvalidInput(
            "datum",
            "datum is missing: the file is GeoJSON, polygons and not cells; say what its "
            "coordinates are measured in (--datum, or format=geojson and datum)",
            "缺少 datum：文件是 GeoJSON（多边形而非单元），请注明其坐标系"
            "（--datum，或 format=geojson 和 datum）",
            DATUMS,
        )
    cells = given.get("cells")
    if not isinstance(cells, dict):
        raise InvalidInput("cells", "cells must be an object", "cells 应为对象")
    return {_cell(k, f"cells.{k[:20]}"): _name(v) for k, v in cells.items()}


def _from_table(content: bytes) -> dict[int, str]:
    wanted: dict[int, str] = {}
    with table_rows(content, "cells", lambda names: None not in _cell_and_grid(names)) as (
        header,
        rows,
    ):
        cell_at, grid_at = _cell_and_grid(header)
        if cell_at is None or grid_at is None:
            raise InvalidInput(
                "file",
                "file: the columns cell and grid code are missing",
                "file：缺少 cell 和 grid code 两列",
                ("cell", "grid code"),
            )
        for number, row in enumerate(rows, start=2):
            if any(c not in ("", None) for c in row):
                cell = _cell(row[cell_at], f"row {number}")
                wanted[cell] = _name(row[grid_at])
    return wanted


def _cell_and_grid(header: Sequence[str]) -> tuple[int | None, int | None]:
    """Return which columns hold the cell and the code of its grid, None where there is none."""
    names = [h.lower() for h in header]
    grid = next((names.index(n) for n in _GRID_NAMES if n in names), None)
    return (names.index("cell") if "cell" in names else None), grid


def _cell(value: object, field: str) -> int:
    text = str(value).strip().removesuffix(".0")
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise InvalidInput(
        field,
        f"{field}: {str(value)[:20]!r} is not the number of a cell",
        f"{field}：{str(value)[:20]!r} 不是单元号",
    )


def _name(value: object) -> str:
    return str(value).strip().lstrip("'").removesuffix(".0")


def from_polygons(opened: OpenPlan, content: bytes, datum: str) -> ImportedCells:
    """Return the assignment that polygons with ``code``, or ``name`` and ``parent``, amount to.

    Raises
    ------
    InvalidInput
        No GeoJSON, another datum in the file, a polygon that is none of these.
    """
    polygons, targets = _polygons(opened, content, datum)
    found = snap(opened.plan.state.cell_map, polygons)
    owner = opened.plan.state.owner
    moves: dict[GridId, list[int]] = {}
    new: dict[int, list[int]] = {}
    doubts = []
    for one in found:
        if one.in_doubt:
            doubts.append(_doubt(opened, one, targets))
            continue
        target = targets[one.row if one.row is not None else 0]
        if isinstance(target, NewCluster):
            new.setdefault(one.row or 0, []).append(one.cell)
        elif owner.get(one.cell) != target:
            moves.setdefault(target, []).append(one.cell)
    founded = []
    for row, cells in new.items():
        wish = targets[row]
        assert isinstance(wish, NewCluster)
        founded.append(NewCluster(wish.name, wish.parent, tuple(cells), wish.to_kind))
    rows = tuple(CellMove(g, tuple(cells)) for g, cells in moves.items())
    empty = not rows and not founded
    return ImportedCells(None if empty else ReassignCells(rows, tuple(founded)), tuple(doubts))


def _polygons(
    opened: OpenPlan, content: bytes, datum: str
) -> tuple[list[BaseGeometry], list[GridId | NewCluster]]:
    body = read_object(content)
    features = body.get("features")
    if not isinstance(features, list) or not features:
        raise InvalidInput("features", "features: no polygons", "features：没有多边形")
    told = parse_datum(datum)
    if body.get("datum") not in (None, told, str(told)):
        raise InvalidInput(
            "datum",
            f"datum: the file says {str(body['datum'])[:20]!r}, the request {told}",
            f"datum：文件写明 {str(body['datum'])[:20]!r}，请求为 {told}",
        )
    known = _known(opened)
    polygons: list[BaseGeometry] = []
    targets: list[GridId | NewCluster] = []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            raise InvalidInput(
                f"features[{number}]",
                f"feature {number}: no properties",
                f"第 {number} 个：缺少属性",
            )
        if properties.get("level") in (1, 2):
            continue
        shape = read_geometry(feature.get("geometry"), ("Polygon", "MultiPolygon"))
        polygons.append(
            shapely.transform(shape, lambda xy: _columns(to_wgs84(xy[:, 0], xy[:, 1], told)))
        )
        targets.append(_target(opened, properties, known, number))
    return polygons, targets


def _columns(pair: Any) -> Any:
    return np.column_stack(pair)


def _target(
    opened: OpenPlan, properties: dict[str, Any], known: dict[str, GridId], number: int
) -> GridId | NewCluster:
    for key in ("id", "code", "grid"):
        value = properties.get(key)
        if value is not None and str(value) in known:
            return known[str(value)]
    name, parent = properties.get("name"), properties.get("parent")
    above = next(
        (
            g
            for g, s in opened.plan.state.grids.items()
            if s.level == 2 and parent is not None and str(parent) in (g, s.code)
        ),
        None,
    )
    if isinstance(name, str) and name.strip() and above is not None:
        return NewCluster(name.strip()[:100], above, ())
    raise InvalidInput(
        f"features[{number}]",
        f"feature {number}: neither the code of a level-3 grid of this plan, nor name and parent "
        "(a level-2 code) of a new one",
        f"第 {number} 个：既没有本方案三级网格的编号，也没有新网格的 name 和 parent（二级编号）",
    )


def _doubt(opened: OpenPlan, one: Snapped, targets: list[GridId | NewCluster]) -> CellDoubt:
    shares = tuple((_label(targets[row]), share) for row, share in one.shares)
    if shares:
        text = Text(
            f"cell {one.cell}: only {one.shares[0][1]:.0%} of it lie in one polygon",
            f"单元 {one.cell}：只有 {one.shares[0][1]:.0%} 在同一多边形内",
        )
    else:
        text = Text(f"cell {one.cell}: in no polygon", f"单元 {one.cell}：不在任何多边形内")
    return CellDoubt(one.cell, text, opened.plan.state.cell_map.cells[one.cell].lon_lat, shares)


def _label(target: GridId | NewCluster) -> str:
    return target.name if isinstance(target, NewCluster) else target

"""Household counts from tables: of grids, or of buildings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gis.directory import Directory, PlaceKind
from gis.division import Division
from gis.exchange.row_reader import RowValues
from gis.findings import Finding, Noted
from gis.ids import PlaceId
from gis.intake.people import Grids
from gis.intake.tables import Table, rows_of
from gis.schema import Kind


def with_households(
    tables: Sequence[Table], division: Division | None, directory: Directory | None, grids: Grids
) -> tuple[Division | None, Directory | None, list[Finding]]:
    """Return the parts with the counts of tables of households: of grids, or of buildings."""
    findings = Noted()
    counts: dict[Any, dict[str, Any]] = {}
    buildings: dict[PlaceId, int] = {}
    by_address: dict[str, list[PlaceId]] = {}
    for place in directory.places if directory else ():
        if place.kind is PlaceKind.BUILDING:
            by_address.setdefault(place.address, []).append(place.id)
    for table, row in rows_of(tables, Kind.HOUSEHOLDS):
        number = row.count("households")
        population = row.count("resident_population")
        building = _building(row, by_address, directory)
        if building is not None and number is not None:
            buildings[building] = number
        elif (
            row.values.get("grid") and not row.values.get("place") and not row.values.get("address")
        ):
            _count_grid(row, table, grids, counts, (number, population))
        findings += row.findings
    if counts and division is not None:
        division = replace(
            division, grids=tuple(replace(g, **counts.get(g.id, {})) for g in division)
        )
    if buildings and directory is not None:
        directory = replace(
            directory,
            places=tuple(
                replace(p, households=buildings[p.id]) if p.id in buildings else p
                for p in directory.places
            ),
        )
    return (division if counts else None), (directory if buildings else None), findings.told()


def _building(
    row: RowValues, by_address: dict[str, list[PlaceId]], directory: Directory | None
) -> PlaceId | None:
    identity, address = row.text("place", limit=80), row.text("address")
    if not identity and not address:
        return None
    if identity and directory and PlaceId(identity) in directory.by_id:
        return PlaceId(identity)
    found = by_address.get(address, []) if address and not identity else []
    if len(found) == 1:
        return found[0]
    name = "place" if identity else "address"
    row.fault(
        "unknown_building",
        f"{row.called(name)} {(identity or address)[:60]!r}: no building (or more than one) is "
        "called so: give its id",
        f"{row.called(name)} {(identity or address)[:60]!r}：没有（或不止一栋）这样的楼栋："
        "请填写楼栋编号",
        name=name,
    )
    return None


def _count_grid(
    row: RowValues,
    table: Table,
    grids: Grids,
    counts: dict[Any, dict[str, Any]],
    numbers: tuple[int | None, int | None],
) -> None:
    text = row.text("grid", limit=100)
    grid, codes = grids.named(text)
    if grid is None:
        row.fault(
            "unknown_grid",
            f"no grid has the code {text[:40]!r} (candidates: {len(codes)}): give the code",
            f"没有编号为 {text[:40]!r} 的网格（名称相同的 {len(codes)} 个）：请填写编号",
            name="grid",
        )
        return
    named = dict(zip(("households", "resident_population"), numbers, strict=True))
    counts[grid] = {k: v for k, v in named.items() if k in table.fields and v is not None}

"""Plans as files: boundaries, cells and the impact sheet; GeoJSON, GeoPackage, XLSX, PDF."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from api.schemas.compare import plan_sheet
from api.schemas.plans import DrawingFrame
from gis.exchange.geojson import write_division
from gis.exchange.vector import Layer, write_gpkg
from gis.geometry import geometry_as_geojson
from gis.planning.assemble import division_of
from gis.planning.lattice import geometry_of
from gis.tables.xlsx_write import XlsxSheet, write_workbook
from gis.workflows.plans.opened import OpenPlan

_KINDS = {"building": "楼栋", "business": "商铺", "resident_unit": "驻区单位"}


def geojson(opened: OpenPlan) -> bytes:
    """Return the division that a plan leads to; it can be loaded like any other."""
    body = orjson.loads(write_division(division_of(opened.plan.view)))
    features = body.pop("features")
    body["plan"] = {"id": opened.head.id, "title": opened.head.title}
    return orjson.dumps({**body, "features": features})


def cells_geojson(opened: OpenPlan) -> bytes:
    """Return the cells of a plan with the grid each is in."""
    view = opened.plan.view
    division = view.base.atlas.division
    features = [
        {
            "type": "Feature",
            "properties": row,
            "geometry": geometry_as_geojson(
                geometry_of((view.state.cell_map.cells[row["cell"]].face,))
            ),
        }
        for row in cell_rows(opened)
    ]
    return orjson.dumps(
        {
            "type": "FeatureCollection",
            "title": opened.head.title,
            "datum": "wgs84",
            "synthetic": view.base.atlas.synthetic,
            "data_date": division.data_date,
            "note": division.note,
            "plan": {"id": opened.head.id, "title": opened.head.title},
            "features": features,
        }
    )


def cell_rows(opened: OpenPlan) -> list[dict[str, Any]]:
    """Return a row for each cell."""
    view = opened.plan.view
    by_id = view.base.atlas.directory.by_id
    rows = []
    for cell in view.state.cell_map.cells.values():
        grid = view.state.owner.get(cell.id)
        rows.append(
            {
                "cell": cell.id,
                "grid": grid,
                "code": view.code(grid) if grid in view.grids and grid is not None else None,
                "name": view.grids[grid].attributes.name
                if grid in view.grids and grid is not None
                else None,
                "households": cell.households,
                "buildings": len(cell.buildings),
                "shops": len(cell.shops),
                "units": len(cell.units),
                "addresses": "；".join(by_id[b].address or by_id[b].name for b in cell.buildings),
            }
        )
    return rows


def grid_rows(opened: OpenPlan) -> list[dict[str, Any]]:
    """Return a row for each grid."""
    view = opened.plan.view
    people = view.base.atlas.roster.by_id
    rows = []
    for grid, grid_view in view.grids.items():
        attributes = grid_view.attributes
        leader = next(iter(view.leaders.get(grid, ())), None)
        above = view.state.grids.get(attributes.parent) if attributes.parent else None
        rows.append(
            {
                "code": view.code(grid),
                "old_code": attributes.code,
                "level": int(attributes.level),
                "name": attributes.name,
                "parent": view.code(above.id) if above else None,
                "kind": str(attributes.kind),
                "grid_class": attributes.grid_class,
                "grid_grade": attributes.grid_grade,
                "households": grid_view.households,
                "buildings": grid_view.buildings,
                "shops": grid_view.shops,
                "units": grid_view.units,
                "area_m2": round(grid_view.area_m2),
                "leader": people[leader].name if leader in people and leader else None,
                "changed": grid in view.touched,
                "id": grid,
            }
        )
    return sorted(rows, key=lambda r: (r["level"], r["code"]))


def gpkg(opened: OpenPlan) -> bytes:
    """Return a GeoPackage with grids, cells and buildings."""
    view = opened.plan.view
    cell_map = view.state.cell_map
    cells, grids = cell_rows(opened), grid_rows(opened)
    places = [p for p in view.base.atlas.directory.places if p.kind == "building"]
    layers = [
        Layer("grids", _columns(grids), [geometry_of(view.grids[r["id"]].faces) for r in grids]),
        Layer(
            "cells",
            _columns(cells),
            [geometry_of((cell_map.cells[r["cell"]].face,)) for r in cells],
        ),
    ]
    if places:
        rows = [
            {"id": p.id, "name": p.name, "address": p.address, "households": p.households}
            for p in places
        ]
        layers.append(Layer("buildings", _columns(rows), [p.geometry for p in places]))
    with TemporaryDirectory(prefix="wangge-") as folder:
        path = Path(folder) / "plan.gpkg"
        write_gpkg(path, layers)
        return path.read_bytes()


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [r[name] for r in rows] for name in rows[0]} if rows else {}


_GRID_ZH = {
    "code": "编号", "old_code": "原编号", "level": "级别", "name": "名称", "parent": "上级编号",
    "kind": "类型", "grid_class": "类别", "grid_grade": "等级", "households": "户数",
    "buildings": "楼栋", "shops": "商铺", "units": "驻区单位", "area_m2": "面积（平方米）",
    "leader": "网格长", "changed": "有变动", "id": "id",
}  # fmt: skip
_CELL_ZH = {
    "cell": "cell", "code": "grid code", "name": "name", "households": "户数", "buildings": "楼栋",
    "shops": "商铺", "units": "驻区单位", "addresses": "地址",
}  # fmt: skip


def xlsx(opened: OpenPlan, frame: DrawingFrame) -> bytes:
    """Return a workbook: cells (first, to be changed and imported again), grids, the impact."""
    sheets = [
        _sheet("单元", cell_rows(opened), _CELL_ZH),
        _sheet("网格", grid_rows(opened), _GRID_ZH),
        _matrix(plan_sheet(opened, frame, shapes=False), "影响"),
    ]
    return _workbook(sheets)


def _sheet(title: str, rows: list[dict[str, Any]], names: dict[str, str]) -> XlsxSheet:
    return XlsxSheet(title, list(names.values()), [[r[n] for n in names] for r in rows])


def _workbook(sheets: list[XlsxSheet]) -> bytes:
    content = io.BytesIO()
    write_workbook(content, sheets)
    return content.getvalue()


def _brief(brief: dict[str, Any] | None) -> list[Any]:
    return [brief["code"], brief["name"]] if brief else [None, None]


def _matrix(sheet: dict[str, Any], title: str) -> XlsxSheet:
    rows = [
        [
            int(level),
            *_brief(r["from"]),
            *_brief(r["to"]),
            r["buildings"],
            r["households"],
            r["shops"],
            r["units"],
            round(r["area_m2"]),
            round(r["share"] * 100, 1),
        ]
        for level in ("1", "2", "3")
        for r in sheet["matrix"][level]
    ]
    columns = ("级别", "原编号", "原名称", "新编号", "新名称", "楼栋", "户数", "商铺", "驻区单位",
               "面积（平方米）", "占原网格 %")  # fmt: skip
    return XlsxSheet(title, columns, rows)


def impact_xlsx(opened: OpenPlan, frame: DrawingFrame) -> bytes:
    """Return the impact sheet as a workbook."""
    sheet = plan_sheet(opened, frame, shapes=False)
    return _workbook(
        [
            _summary(opened, sheet),
            _matrix(sheet, "新旧对照"),
            XlsxSheet(
                "易手的楼栋商铺单位",
                ("类型", "名称", "地址", "户数", "原三级编号", "原三级网格", "新三级编号",
                 "新三级网格", "原小区", "新小区", "原社区", "新社区"),
                [
                    [
                        _KINDS.get(p["kind"], p["kind"]), p["name"], p["address"], p["households"],
                        *_brief(p["from"]["3"]), *_brief(p["to"]["3"]),
                        _brief(p["from"]["2"])[1], _brief(p["to"]["2"])[1],
                        _brief(p["from"]["1"])[1], _brief(p["to"]["1"])[1],
                    ]
                    for p in sheet["places"]
                ],
            ),
            XlsxSheet(
                "交接",
                ("级别", "移交人", "接手人", "楼栋", "户数", "商铺", "驻区单位"),
                [
                    [
                        h["level"], (h["from"] or {}).get("name"), (h["to"] or {}).get("name"),
                        h["buildings"], h["households"], h["shops"], h["units"],
                    ]
                    for h in sheet["handovers"]
                ],
            ),
            XlsxSheet(
                "任职变动",
                ("变动", "姓名", "职务", "网格编号", "网格", "转至编号", "转至", "起", "止"),
                [
                    [
                        _DUTIES[d["change"]], d["name"], d["title"]["zh"], *_brief(d["grid"]),
                        *_brief(d["to"]), d["since"], d["until"],
                    ]
                    for d in sheet["duties"]
                ],
            ),
            _codes(sheet),
        ]
    )  # fmt: skip


_DUTIES = {"ends": "终止", "begins": "新任", "passes": "转任"}


def summary_rows(opened: OpenPlan, sheet: dict[str, Any]) -> list[list[Any]]:
    """Return the head of an impact sheet: name and value."""
    s = sheet["summary"]
    moved, handed = s["moved"], s["handed_over"]
    grids = f"{s['grids_changed']} / {s['grids_new']} / {s['grids_retired']}"
    state = "合成示例数据" if sheet["synthetic"] else "—"
    return [
        ["方案", opened.head.title],
        ["理由", opened.head.reason],
        ["状态", opened.head.state],
        ["数据", f"{sheet['data_date']}（{state}）"],
        ["基于划分版本", opened.head.base_version],
        ["变动 / 新设 / 撤销网格", grids],
        ["变更归属的楼栋", moved["buildings"]],
        ["变更归属的户数", moved["households"]],
        ["变更归属的商铺", moved["shops"]],
        ["变更归属的驻区单位", moved["units"]],
        ["更换责任人的户数", handed["households"]],
        ["涉及责任人", handed["leaders"]],
        ["新编号 / 废止编号", f"{s['codes_new']} / {s['codes_retired']}"],
        ["说明", "示意图，不作为权属和划界依据"],
    ]


def _summary(opened: OpenPlan, sheet: dict[str, Any]) -> XlsxSheet:
    return XlsxSheet("概要", ("项目", "内容"), summary_rows(opened, sheet))


def _codes(sheet: dict[str, Any]) -> XlsxSheet:
    rows = [["新编号", c["code"], c["name"], c["reason"]["zh"]] for c in sheet["codes"]["new"]]
    for code in sheet["codes"]["retired"]:
        heirs = "；".join(f"{s['code']} {s['name']} {s['share']:.0%}" for s in code["successors"])
        rows.append(["废止", code["code"], code["name"], heirs])
    return XlsxSheet("编号", ("变动", "编号", "网格", "缘由 / 继任"), rows)


def _handed(sheet: dict[str, Any]) -> XlsxSheet:
    rows = [
        [
            h["level"],
            (h["from"] or {}).get("name") or "—",
            (h["to"] or {}).get("name") or "—",
            h["households"],
            h["buildings"],
        ]
        for h in sheet["handovers"]
    ]
    return XlsxSheet("", ("级别", "移交人", "接手人", "户数", "楼栋"), rows)


def impact_pdf(opened: OpenPlan, frame: DrawingFrame) -> bytes:
    """Return the impact sheet as a PDF with the map before and after."""
    from maps.impact import ImpactDocument, draw_impact

    view = opened.plan.view
    sheet = plan_sheet(opened, frame, shapes=True)
    shown = sheet["shapes"]

    def shapes(side: str, of: Any) -> list[tuple[Any, dict[str, Any]]]:
        return [(geometry_of(of.grids[g["id"]].faces), g) for g in shown[side] if g["level"] > 1]

    page = ImpactDocument(
        title=opened.head.title,
        summary=[(str(a), str(b)) for a, b in summary_rows(opened, sheet)],
        before=shapes("before", view.base.view),
        after=shapes("after", view),
        tables=[
            ("新旧对照", _matrix(sheet, "")),
            ("交接", _handed(sheet)),
            ("编号", _codes(sheet)),
        ],
        synthetic=sheet["synthetic"],
    )  # fmt: skip
    return draw_impact(page)

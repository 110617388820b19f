"""The strip of tests.ascii_maps as an office would send it: shapefiles, workbooks, GBK, and worse."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import shapely

from gis.datum import from_wgs84
from gis.exchange.vector import Layer, write_shapefile
from tests import ascii_maps


def grids(level: int | None = None, fc: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the features of the strip, of one level or all."""
    features = (fc or ascii_maps.boundaries())["features"]
    return [f for f in features if level is None or f["properties"]["level"] == level]


def shapefile(
    path: Path, features: list[dict[str, Any]], move: Any = None, prj: str | None = "keep"
) -> Path:
    """Write a zipped shapefile with Chinese headings; ``prj`` None leaves it out."""
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in features]
    if move is not None:
        shapes = [shapely.transform(s, move) for s in shapes]
    rows = [f["properties"] for f in features]
    columns = {
        "网格编号": [r["code"] for r in rows],
        "网格名称": [r["name"] for r in rows],
        "户数": [r["households"] for r in rows],
        "常住人口": [r["resident_population"] for r in rows],
        "类别": [r["grid_class"] for r in rows],
        "等级": [r["grid_grade"] for r in rows],
    }
    whole = path.with_suffix(".whole.zip")
    write_shapefile(whole, Layer("wangge", columns, shapes))
    with zipfile.ZipFile(whole) as given, zipfile.ZipFile(path, "w") as out:
        for name in given.namelist():
            if name.endswith(".prj") and prj is None:
                continue
            content = given.read(name)
            out.writestr(name, prj if name.endswith(".prj") and prj != "keep" else content)
    whole.unlink()
    return path


def to_gcj02(xy: Any) -> Any:
    """Return positions moved into GCJ-02."""
    import numpy as np

    return np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], "gcj02"))


def workbook(
    path: Path, sheets: dict[str, list[list[Any]]], merged: dict[str, list[str]] | None = None
) -> Path:
    """Write a workbook with openpyxl, as Excel does."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for cells in (merged or {}).get(title, []):
            sheet.merge_cells(cells)
    book.save(path)
    return path


def bytes_of(sheets: dict[str, list[list[Any]]]) -> bytes:
    """Return a workbook as bytes."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

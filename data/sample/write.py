"""Writing: compact GeoJSON with one feature to a line, and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping

from data.sample.context import Line
from data.sample.frame import DECIMALS, geometry_to_degrees
from data.sample.grids import CODE_SCHEME, Grid
from data.sample.places import Place

NOTE = (
    "合成示例数据：社区名称为2023年，总量来自未注明日期的原始材料；"
    "界线、类别、等级、小区、人员、商铺与数字均为虚构。示意图，不作为权属和划界依据。 "
    "Synthetic sample: names of communities are of 2023, totals of the undated seed; "
    "all lines, classes, grades, compounds, people, shops and numbers are invented."
)


def grid_feature(grid: Grid) -> dict[str, Any]:
    """A grid as a GeoJSON feature, its properties in the order of the schema."""
    properties: dict[str, Any] = {
        "id": grid.id,
        "code": grid.code,
        "code_scheme": CODE_SCHEME,
        "level": grid.level,
        "parent": grid.parent,
        "name": grid.name,
        "kind": grid.kind,
        "grid_class": grid.grid_class,
        "grid_grade": grid.grid_grade,
        "households": grid.households,
        "resident_population": grid.resident_population,
    }
    if grid.members is not None:
        properties["members"] = list(grid.members)
    return feature(properties, grid.shape)


def place_feature(place: Place) -> dict[str, Any]:
    """A place as a GeoJSON feature."""
    return feature(
        {
            "id": place.id,
            "kind": place.kind,
            "name": place.name,
            "address": place.address,
            "aliases": list(place.aliases),
            "former_names": list(place.former_names),
            "category": place.category,
            "households": place.households,
            "units": place.units,
            "floors": place.floors,
            "compound": place.compound,
            "building": place.building,
            "status": place.status,
            "disclosed": place.disclosed,
        },
        geometry_to_degrees(_counter_clockwise(place.shape)),
    )


def context_feature(line: Line) -> dict[str, Any]:
    """A context line or the river as a GeoJSON feature."""
    return feature({"id": line.id, "kind": line.kind, "name": line.name}, line.shape)


def feature(properties: Mapping[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
    """A feature with coordinates of seven decimals."""
    return {"type": "Feature", "properties": dict(properties), "geometry": _rounded(mapping(shape))}


def _counter_clockwise(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.orient_polygons(shape) if shape.geom_type == "Polygon" else shape


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return round(value, DECIMALS) if isinstance(value, float) else value


def write_collection(
    path: Path, title: str, data_date: str, features: Iterable[dict[str, Any]], **members: Any
) -> None:
    """One FeatureCollection with the sample's top members."""
    top = {
        "type": "FeatureCollection",
        "title": title,
        "datum": "wgs84",
        "synthetic": True,
        "data_date": data_date,
        "note": NOTE,
        **members,
    }
    head = json.dumps(top, ensure_ascii=False, separators=(",", ":"))[:-1]
    lines = ",\n".join(
        json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in features
    )
    path.write_text(f'{head},"features":[\n{lines}\n]}}\n', encoding="utf-8", newline="\n")


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A CSV file with a header line, UTF-8, line feeds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")

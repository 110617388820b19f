"""Starting from nothing: what the office has, read and made into a plan."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.atlas import Atlas
from gis.audit import Author
from gis.clock import today
from gis.datum import Datum, to_wgs84
from gis.directory import Directory, Place, PlaceKind
from gis.division import Division
from gis.errors import InvalidInput
from gis.exchange.json_object import read_object
from gis.findings import Text
from gis.geometry import DECIMALS, read_geometry
from gis.ids import GridId, Level, PlaceId
from gis.planning.evaluation import PlanBase
from gis.planning.first_division import BuildingRow, FirstDivision, first_division
from gis.planning.plan import Step, StepEntry
from gis.planning.state import difference
from gis.roster import Roster
from gis.schema import MAX_COUNT
from gis.store.plans import utc_now
from gis.workflows.plans.draft_rows import doubt_row, place_row
from gis.workflows.plans.import_cells import table_rows
from gis.workflows.plans.opened import OpenPlan
from gis.workflows.plans.workspace import PlanWorkspace

_COLUMNS = {
    "building": ("building", "楼栋", "地址", "address", "id"),
    "cluster": ("cluster", "三级网格", "楼栋群", "level3", "level_3"),
    "compound": ("compound", "二级网格", "小区", "level2", "level_2"),
    "community": ("community", "一级网格", "社区", "level1", "level_1"),
}


@dataclass(frozen=True)
class DraftSources:
    """What the office has: a table, and buildings and an outline as GeoJSON objects.

    ``buildings`` None: the ones the store holds. ``outline`` None: the hull of the buildings.
    ``datum`` is that of both. ``code`` are the nine digits of the subdistrict, "" for the store's.
    """

    title: str
    datum: Datum
    rows: Sequence[BuildingRow]
    buildings: Mapping[str, Any] | None = None
    outline: Mapping[str, Any] | None = None
    code: str = ""


def begin_draft(workspace: PlanWorkspace, sources: DraftSources, author: Author) -> OpenPlan:
    """Begin a plan from buildings, a table and an outline.

    Raises
    ------
    InvalidInput
        Naming the part and what is wrong with it.
    """
    identity = workspace.store.identity()
    code, datum = sources.code, sources.datum
    if code and not re.fullmatch(r"\d{9}", code, re.ASCII):
        raise InvalidInput("code", "code must be nine digits", "code 应为九位数字", ("320106012",))
    given = sources.buildings is not None
    places = (
        _places(sources.buildings, datum) if sources.buildings is not None else _stored(workspace)
    )
    area = _area(sources.outline, datum) if sources.outline is not None else None
    first = first_division(places, sources.rows, area, _new_id)
    synthetic = bool(identity and identity.synthetic)
    review: dict[str, Any] = {
        "doubts": [doubt_row(d) for d in first.doubts],
        "code": code or (identity.code if identity else ""),
        "synthetic": synthetic,
    }
    if given is not None:
        review["buildings"] = [place_row(p) for p in places]
    stored = 0 if given is not None else workspace.store.versions().directory
    head = workspace.new_head(sources.title, "从零起草", author, 0, stored)
    step = _first_step(workspace, sources, places, first, author)
    head = workspace.store.plans.begin(
        replace(head, review=review), first.cell_map, author, [StepEntry(1, "do", step)]
    )
    return workspace.open(head.id)


def _first_step(
    workspace: PlanWorkspace,
    sources: DraftSources,
    places: Sequence[Place],
    first: FirstDivision,
    author: Author,
) -> Step:
    atlas = Atlas(Division((), title=sources.title), Directory(tuple(places)), Roster(), today())
    base = PlanBase(atlas, first.cell_map, workspace.book())
    text = Text(
        f"drafted from {len(places)} buildings and {len(sources.rows)} rows of a table",
        f"由 {len(places)} 栋楼和 {len(sources.rows)} 行表格起草",
    )
    return Step(1, "draft", text, difference(base.state, first.state), author.name, utc_now())


def _new_id(level: Level) -> GridId:
    return GridId(f"g{int(level)}-{uuid.uuid4().hex[:12]}")


def _stored(workspace: PlanWorkspace) -> list[Place]:
    version = workspace.store.versions().directory
    found = workspace.store.directory(version).of_kind(PlaceKind.BUILDING) if version else ()
    if not found:
        raise InvalidInput(
            "buildings",
            "buildings: the store has no places: give the buildings as GeoJSON",
            "buildings：库中没有地点：请以 GeoJSON 给出楼栋",
        )
    return list(found)


def _in_wgs84(geometry: BaseGeometry, datum: Datum) -> BaseGeometry:
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return geometry

    def moved(xy: Any) -> Any:
        return np.round(np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum)), DECIMALS)

    return shapely.transform(geometry, moved)


def _places(body: Mapping[str, Any], datum: Datum) -> list[Place]:
    _check_datum(body, datum, "buildings")
    features = body.get("features")
    if not isinstance(features, list) or not features:
        raise InvalidInput("buildings", "buildings: no features", "buildings：没有要素")
    found: dict[str, Place] = {}
    for number, feature in enumerate(features, start=1):
        where = f"buildings[{number}]"
        given = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(given, dict):
            raise InvalidInput(where, f"{where}: no properties", f"{where}：缺少属性")
        if given.get("kind") not in (None, "building"):
            continue
        try:
            shape = read_geometry(feature.get("geometry"), ("Point", "Polygon", "MultiPolygon"))
        except InvalidInput as problem:
            raise InvalidInput(
                where, f"{where}: {problem.text.en}", f"{where}：{problem.text.zh}"
            ) from None
        identity = _text(given.get("id")) or f"b-{number:05d}"
        if identity in found:
            raise InvalidInput(
                where,
                f"{where}: id {identity[:40]} stands twice",
                f"{where}：id {identity[:40]} 重复",
            )
        found[identity] = Place(
            PlaceId(identity),
            PlaceKind.BUILDING,
            _text(given.get("name")) or _text(given.get("address")) or identity,
            _in_wgs84(shape, datum),
            address=_text(given.get("address")),
            households=_count(given.get("households"), where),
        )
    return list(found.values())


def _check_datum(body: Mapping[str, Any], datum: Datum, field: str) -> None:
    if body.get("datum") not in (None, str(datum)):
        raise InvalidInput(
            "datum",
            f"datum: {field} says {str(body['datum'])[:20]!r}, the request {datum}",
            f"datum：{field} 写明 {str(body['datum'])[:20]!r}，请求为 {datum}",
        )


def _text(value: object) -> str:
    text = "" if value is None else str(value).strip()[:200]
    return "".join(c for c in text if ord(c) >= 32 and not "\ud800" <= c <= "\udfff")


def _count(value: object, where: str) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT:
        return value
    raise InvalidInput(
        where,
        f"{where}: households must be a whole number",
        f"{where}：households 应为整数",
    )


def _area(body: Mapping[str, Any], datum: Datum) -> BaseGeometry:
    _check_datum(body, datum, "outline")
    found: Any = body
    if body.get("type") == "FeatureCollection":
        features = body.get("features")
        found = features[0] if isinstance(features, list) and features else {}
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    try:
        return _in_wgs84(read_geometry(found, ("Polygon", "MultiPolygon")), datum)
    except InvalidInput as problem:
        raise InvalidInput(
            "outline", f"outline: {problem.text.en}", f"outline：{problem.text.zh}"
        ) from None


def read_geojson(content: bytes, field: str) -> dict[str, Any]:
    """Return a JSON object that was uploaded.

    Raises
    ------
    InvalidInput
        Naming the field.
    """
    try:
        return read_object(content.removeprefix(b"\xef\xbb\xbf"))
    except InvalidInput as problem:
        raise InvalidInput(
            field, f"{field}: {problem.text.en}", f"{field}：{problem.text.zh}"
        ) from None


def rows_of_table(content: bytes) -> list[BuildingRow]:
    """Return the rows of a CSV or XLSX table (building, level 3, level 2, community).

    Raises
    ------
    InvalidInput
        A column is missing, or a cell of a row is empty.
    """
    with table_rows(content, "table", lambda h: None not in _columns(h).values()) as (header, rows):
        columns = {}
        for field, at in _columns(header).items():
            if at is None:
                known = _COLUMNS[field]
                raise InvalidInput(
                    "table",
                    f"table: a column for {field} is missing ({', '.join(known)})",
                    f"table：缺少一列：{'、'.join(known)}",
                    known,
                )
            columns[field] = at
        lines = ({f: row[at] for f, at in columns.items()} for row in rows)
        return rows_of(lines)


def _columns(header: Sequence[str]) -> dict[str, int | None]:
    """Return the position of the column for each field, None where there is none."""
    names = [h.lower() for h in header]
    return {
        field: next((names.index(k) for k in known if k in names), None)
        for field, known in _COLUMNS.items()
    }


def rows_of(lines: Iterable[Any]) -> list[BuildingRow]:
    """Return the rows of a table given as objects.

    Raises
    ------
    InvalidInput
        Naming the row.
    """
    found = []
    for number, line in enumerate(lines, start=1):
        where = f"table[{number}]"
        if not isinstance(line, dict):
            raise InvalidInput(where, f"{where}: must be an object", f"{where}：应为对象")
        texts = {f: _text(line.get(f)) for f in _COLUMNS}
        if not any(texts.values()):
            continue
        empty = [f for f, t in texts.items() if not t]
        if empty:
            raise InvalidInput(
                where,
                f"{where}: {', '.join(empty)} is empty: name the grid on every level",
                f"{where}：{'、'.join(empty)} 为空：各级网格都要填写",
            )
        found.append(BuildingRow(**texts))
    return found

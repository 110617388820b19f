"""GeoJSON in and out: boundaries, places, river and roads, in one file or several.

A file is a FeatureCollection (RFC 7946) with our members ``datum`` (required), ``title``,
``data_date``, ``note`` and ``synthetic``. A feature whose ``kind`` is a place's or a context
feature's is one; every other feature is a grid. Reading reports every fault it meets instead of
stopping at the first, and never guesses.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.datum import Datum, parse_datum, to_wgs84
from gis.directory import ContextFeature, ContextKind, Directory, Place, PlaceKind
from gis.division import (
    CODE_SCHEME,
    KINDS_OF_LEVEL,
    Division,
    Grid,
    GridKind,
    Member,
)
from gis.errors import InvalidBoundary, InvalidInput
from gis.exchange.crs import Reference, parse_reference, settle, to_degrees
from gis.exchange.rounded_codes import fault_rounded, is_rounded_code, written
from gis.exchange.row_reader import RowValues, readers_of, unknown_fields
from gis.findings import Finding, Text, error, warning
from gis.geometry import (
    DECIMALS,
    MAX_VERTICES,
    geometry_as_geojson,
    on_lattice,
    point_inside,
    read_geometry,
)
from gis.ids import GridId, Level
from gis.schema import RECORDS, Kind

MAX_FEATURES = 200_000
POLYGONS = ("Polygon", "MultiPolygon")
_PLACE_KINDS = frozenset(PlaceKind)
_CONTEXT_KINDS = frozenset(ContextKind)
_CODE_LENGTH = {1: 12, 2: 15, 3: 18}
_GRID, _PLACE, _CONTEXT = (
    RECORDS[Kind.BOUNDARIES],
    RECORDS[Kind.PLACES],
    RECORDS[Kind.CONTEXT],
)
_GRID_IN_ITS_OWN_WAY = (
    "id", "code", "code_scheme", "level", "parent", "name", "kind", "members",
)  # fmt: skip
_GRID_READERS = readers_of(_GRID, _GRID.but(*_GRID_IN_ITS_OWN_WAY))
_PLACE_READERS = readers_of(_PLACE, _PLACE.but("kind"))
_MEMBER_KINDS = ("compound", "shanty_site", "enterprise")
_HOUSING = ("commercial", "indemnificatory", "shanty")


@dataclass(frozen=True)
class GridRow:
    """A grid as a file tells it: the parent by its code; the id may be missing ("")."""

    grid: Grid
    parent_code: str | None
    source: str


@dataclass
class Reading:
    """What one file of boundaries or places holds, and everything that is wrong with it.

    ``synthetic`` is None where the file cannot say so.

    ``rejected`` are the codes, and their parents', of grids that stand in the file but could
    not be read: they are not missing. ``mendable`` are those of them that lack nothing but a
    valid ring, with the ring as it was drawn.
    """

    source: str
    title: str = ""
    data_date: str = ""
    note: str = ""
    synthetic: bool | None = False
    reference: Reference = field(default_factory=lambda: Reference(Datum.WGS84, "wgs84"))
    source_datum: str = ""
    grids: list[GridRow] = field(default_factory=list)
    rejected: dict[str, str | None] = field(default_factory=dict)
    rejected_levels: set[Level] = field(default_factory=set)
    mendable: list[GridRow] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    context: list[ContextFeature] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    fields_seen: Counter[str] = field(default_factory=Counter)


def read(
    content: bytes,
    source: str,
    told: Reference | None = None,
    translate: Callable[[Any], Any] = lambda properties: properties,
) -> Reading:
    """Read a FeatureCollection, reporting every fault.

    Parameters
    ----------
    content
        The bytes of the file, UTF-8 (a byte-order mark is allowed).
    source
        The name of the file, for the findings.
    told
        What the person who brings the file says its coordinates are in; else the file must.
    translate
        Returns the properties of a feature under our names.

    Raises
    ------
    InvalidInput
        When it is not a GeoJSON FeatureCollection at all.
    """
    obj = _decode(content, source)
    reading = Reading(source)
    _read_head(obj, reading, told)
    for number, feature in enumerate(obj["features"], start=1):
        if isinstance(feature, dict) and isinstance(feature.get("properties"), dict):
            feature = {**feature, "properties": translate(feature["properties"])}
        read_feature(feature, f"{source} feature {number}", reading)
    known = {*_GRID.columns, *_PLACE.columns, *_CONTEXT.columns}
    reading.findings += unknown_fields(reading.fields_seen, known, source)
    return reading


def _decode(content: bytes, source: str) -> dict[str, Any]:
    try:
        obj = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise _unreadable(source, f"byte {problem.start} is not UTF-8") from None
    except RecursionError:
        raise _unreadable(source, "it is nested too deeply") from None
    except ValueError as problem:
        raise _unreadable(source, str(problem)) from None
    if not isinstance(obj, dict) or obj.get("type") != "FeatureCollection":
        raise _unreadable(source, "its type is not FeatureCollection")
    features = obj.get("features")
    if not isinstance(features, list):
        raise _unreadable(source, "it has no list of features")
    if len(features) > MAX_FEATURES:
        raise _unreadable(source, f"it has more than {MAX_FEATURES} features")
    return obj


def _unreadable(source: str, why: str) -> InvalidInput:
    return InvalidInput(
        "file",
        f"{source}: not a GeoJSON FeatureCollection: {why}",
        f"{source}：不是有效的 GeoJSON FeatureCollection：{why}",
        ("GeoJSON FeatureCollection",),
    )


# --- the head ----------------------------------------------------------------------------------


def _read_head(obj: dict[str, Any], reading: Reading, told: Reference | None) -> None:
    row = RowValues(obj, reading.source)
    try:
        reading.reference = settle(_stated(obj), told, reading.source)
    except InvalidInput as problem:
        missing = obj.get("datum") is None and told is None
        hint = (
            Text("; add it at the top of the file", "；请写在文件开头") if missing else Text("", "")
        )
        text = Text(problem.text.en + hint.en, problem.text.zh + hint.zh)
        rule = "missing_datum" if problem.field == "datum" else "unknown_crs"
        row.findings.append(error(rule, text, source=reading.source))
    else:
        if told and obj.get("datum") and str(obj["datum"]) != str(told.datum):
            text = Text(
                f"the file says datum {str(obj['datum'])[:20]!r}, you say {told.name}: yours "
                "is used",
                f"文件注明坐标系为 {str(obj['datum'])[:20]!r}，现按您指定的 {told.name} 读取",
            )
            row.findings.append(warning("datum_overruled", text, source=reading.source))
    reading.source_datum = row.text("source_datum", limit=40)
    reading.title = row.text("title")
    reading.data_date = row.text("data_date", limit=40)
    reading.note = row.text("note", limit=4000)
    if obj.get("synthetic") not in (None, True, False):
        row.fault(
            "invalid_field",
            "synthetic: must be true or false",
            "synthetic（是否合成数据）：应为 true 或 false",
        )
    reading.synthetic = obj.get("synthetic") is True
    reading.findings += row.findings


def _stated(obj: dict[str, Any]) -> Reference | None:
    """Return what a collection says its coordinates are in, None where it does not.

    That is its ``datum``, or a ``crs`` that is projected or EPSG:4490.
    """
    crs = obj.get("crs")
    number = (
        re.search(r"EPSG[:/]{1,2}(?:[\d.]{1,8}[:/])?(\d{4,6})\b", json.dumps(crs))
        if crs is not None
        else None
    )
    geographic = crs is None or any(n in json.dumps(crs) for n in ("CRS84", "4326", "4490"))
    if not geographic:
        if number is None:
            raise InvalidInput(
                "crs",
                f"crs {json.dumps(crs)[:80]} is not known: transform it to EPSG:4326 first",
                f"crs {json.dumps(crs)[:80]} 无法识别：请先转换为 EPSG:4326",
            )
        return parse_reference(number[1], "crs")
    if obj.get("datum") is None:
        # CRS84 and EPSG:4326 stand in files of any datum: they are what programs write unasked.
        return parse_reference("4490", "crs") if number and number[1] == "4490" else None
    datum = parse_datum(obj["datum"])
    return Reference(datum, datum.value)


# --- features ----------------------------------------------------------------------------------


def read_feature(feature: object, source: str, reading: Reading) -> None:
    """Read one GeoJSON feature, a grid, a place or context, into a reading."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        text = Text("is not a GeoJSON Feature", "不是 GeoJSON Feature")
        reading.findings.append(error("not_a_feature", text, source=source))
        return
    properties = feature.get("properties")
    values = properties if isinstance(properties, dict) else {}
    reading.fields_seen.update(str(name) for name in values)
    row = RowValues(values, source)
    kind = values.get("kind")
    if isinstance(kind, str) and kind in _PLACE_KINDS:
        _read_place(row, feature, reading)
    elif isinstance(kind, str) and kind in _CONTEXT_KINDS:
        _read_context(row, feature, reading)
    else:
        _read_grid(row, feature, reading)
    reading.findings += row.findings


def _geometry(
    row: RowValues, feature: dict[str, Any], reading: Reading, kinds: tuple[str, ...]
) -> Any:
    try:
        geometry = read_geometry(_in_degrees(feature.get("geometry"), reading.reference), kinds)
    except InvalidBoundary as problem:
        row.fault(
            _rule_of(problem),
            problem.text.en,
            problem.text.zh,
            problem.place or _some_place(feature.get("geometry")),
        )
        return None
    return _in_wgs84(geometry, reading.reference.datum)


def _in_degrees(obj: Any, reference: Reference) -> Any:
    """Return a GeoJSON geometry in degrees; one that is in them already as it is."""
    if reference.wkt is None or not isinstance(obj, dict):
        return obj
    transform = to_degrees(reference.wkt).transform

    def walk(part: Any, depth: int) -> Any:
        if not isinstance(part, list) or depth > 5:
            return part
        if len(part) >= 2 and all(type(v) in (int, float) for v in part[:2]):
            return [float(v) for v in transform(*part[:2])]
        if part and all(
            isinstance(p, list)
            and len(p) >= 2
            and type(p[0]) in (int, float)
            and type(p[1]) in (int, float)
            for p in part
        ):
            pairs = np.array([p[:2] for p in part], dtype=float)
            return np.column_stack(transform(pairs[:, 0], pairs[:, 1])).tolist()
        return [walk(p, depth + 1) for p in part]

    try:
        return {**obj, "coordinates": walk(obj.get("coordinates"), 0)}
    except OverflowError:
        return obj


def _rule_of(problem: InvalidBoundary) -> str:
    if "out of range" in problem.text.en:
        return "coordinate_out_of_range"
    return "invalid_ring" if "ring" in problem.text.en else "invalid_geometry"


def _some_place(obj: Any) -> tuple[float, float] | None:
    """Return the first pair of numbers in a broken geometry, so that it can be pointed at."""
    found: list[float] = []

    def walk(part: Any, depth: int) -> None:
        if depth > 6 or len(found) >= 2 or not isinstance(part, list):
            return
        if len(part) >= 2 and all(isinstance(v, int | float) for v in part[:2]):
            if abs(part[0]) <= 180 and abs(part[1]) <= 90:
                found.extend((float(part[0]), float(part[1])))
            return
        for item in part:
            walk(item, depth + 1)

    walk(obj.get("coordinates") if isinstance(obj, dict) else None, 0)
    return (found[0], found[1]) if len(found) == 2 else None


def _in_wgs84(geometry: BaseGeometry, datum: Datum) -> BaseGeometry:
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return geometry
    shifted = shapely.transform(
        geometry, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum))
    )
    return on_lattice(shifted)


def _read_grid(row: RowValues, feature: dict[str, Any], reading: Reading) -> None:
    spoilt = [n for n in ("code", "parent") if is_rounded_code(row.values.get(n))]
    if spoilt:
        for name in spoilt:
            fault_rounded(row, name, row.values[name])
        reading.rejected[str(row.values.get("code"))] = _parent_of_rounded(row.values)
        reading.rejected_levels |= set(Level)
        return
    code = row.values.get("code")
    row.grid_code = code if isinstance(code, str) and code else None
    geometry = _geometry(row, feature, reading, POLYGONS)
    here = point_inside(geometry) if geometry is not None else None
    if row.grid_code is None or not row.text("code", limit=40):
        name = str(row.values.get("name"))[:40]
        row.findings = [f for f in row.findings if f.rule != "invalid_field"]
        row.fault(
            "missing_code",
            f"grid {name!r} has no code (a text): give it one",
            f"网格 {name!r} 没有编号（文本）：请补上",
            here,
        )
    level = _read_level(row, here)
    kind = _read_kind(row, level, here)
    parent = row.text("parent", required=level is not None and level > 1, limit=40) or None
    grid = Grid(
        id=GridId(row.text("id", limit=80)),
        code=row.grid_code or "",
        level=level or Level.BUILDING_CLUSTER,
        parent=None,
        name=row.text("name", required=True),
        kind=kind or GridKind.RESIDUAL,
        boundary=geometry,
        code_scheme=row.text("code_scheme", limit=40) or CODE_SCHEME,
        members=_read_members(row),
        **{name: read(row) for name, read in _GRID_READERS},
    )
    if level is not None:
        _check_code(row, grid, parent, here)
    if level is not None and kind is not None and geometry is not None and grid.code:
        reading.grids.append(GridRow(grid, parent, row.source))
    else:
        reading.rejected[grid.code] = parent
        reading.rejected_levels |= {level} if level is not None else set(Level)
        drawn = _as_drawn(feature.get("geometry"), reading.reference)
        if drawn is not None and level is not None and kind is not None and grid.code:
            mendable = replace(grid, boundary=drawn)
            reading.mendable.append(GridRow(mendable, parent, row.source))


def _as_drawn(obj: Any, reference: Reference) -> BaseGeometry | None:
    """Return an invalid polygon as it was drawn, its rings closed; None when it is none at all."""
    found = _in_degrees(obj, reference)
    if not isinstance(found, dict) or found.get("type") not in POLYGONS:
        return None
    parts = found.get("coordinates")
    parts = [parts] if found["type"] == "Polygon" else parts
    try:
        polygons = []
        for rings in parts or ():
            closed = [_closed(np.array([p[:2] for p in ring], dtype=float)) for ring in rings]
            polygons.append(shapely.Polygon(closed[0], closed[1:]))
        drawn = polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)
    except (TypeError, ValueError, IndexError, OverflowError, shapely.errors.ShapelyError):
        return None
    xy = shapely.get_coordinates(drawn)
    if not len(xy) or len(xy) > MAX_VERTICES or not np.isfinite(xy).all():
        return None
    if (np.abs(xy) > (180, 90)).any():
        return None
    return _in_wgs84(drawn, reference.datum)


def _closed(xy: Any) -> Any:
    if not np.isfinite(xy).all():
        raise ValueError
    xy = np.round(xy, DECIMALS)
    return xy if (xy[0] == xy[-1]).all() else np.vstack([xy, xy[:1]])


def _parent_of_rounded(values: Mapping[str, Any]) -> str | None:
    """Return the parent of a grid whose code was rounded: as it says, or its first 15 digits."""
    parent, code = values.get("parent"), values.get("code")
    if isinstance(parent, str) and parent and not is_rounded_code(parent):
        return parent
    digits = str(written(code)) if isinstance(code, float) else str(code)
    return digits[:15] if digits[:15].isdigit() and len(digits) == 18 else None


def _read_level(row: RowValues, here: tuple[float, float] | None) -> Level | None:
    value = row.values.get("level")
    if isinstance(value, int) and not isinstance(value, bool) and value in (1, 2, 3):
        return Level(value)
    row.fault(
        "wrong_level",
        f"level {str(value)[:40]!r}: must be 1 (community), 2 (compound) or 3 (building cluster)",
        f"级别 {str(value)[:40]!r}：应为 1（社区）、2（小区）或 3（楼栋群）",
        here,
    )
    return None


def _read_kind(
    row: RowValues, level: Level | None, here: tuple[float, float] | None
) -> GridKind | None:
    kind = row.choice("kind", GridKind)
    if kind is None or level is None or kind in KINDS_OF_LEVEL[level]:
        return kind
    known = ", ".join(KINDS_OF_LEVEL[level])
    zh = "、".join(map(_titled, KINDS_OF_LEVEL[level]))
    row.fault(
        "wrong_level",
        f"kind {kind} does not exist on level {int(level)} (there: {known}): mend level or kind",
        f"第 {int(level)} 级没有“{_titled(kind)}”这一类型（可用：{zh}）：请改正级别或类型",
        here,
    )
    return kind


def _titled(kind: str) -> str:
    """Return what an office calls a kind of grid."""
    titles = RECORDS[Kind.BOUNDARIES].by_name["kind"].usual_words
    return titles.get(str(kind), str(kind))


def _check_code(
    row: RowValues, grid: Grid, parent: str | None, here: tuple[float, float] | None
) -> None:
    """Check a code of our scheme: 12 digits, then three more for each level, under the parent's."""
    if grid.code_scheme != CODE_SCHEME or not grid.code:
        return
    length = _CODE_LENGTH[grid.level]
    if not (grid.code.isascii() and grid.code.isdigit() and len(grid.code) == length):
        # A spreadsheet that opens a CSV takes codes for numbers and keeps 15 digits of them.
        spoilt = re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", grid.code) is not None
        row.fault(
            "wrong_level",
            f"code {grid.code[:40]!r} is not {length} digits, as level {int(grid.level)} has"
            + (": a spreadsheet rounded it; export XLSX, where codes stay text" if spoilt else ""),
            f"编号 {grid.code[:40]!r} 不是第 {int(grid.level)} 级应有的 {length} 位数字"
            + ("：已被表格软件取整，请改用 XLSX 导出（编号为文本）" if spoilt else ""),
            here,
        )
    elif parent and not grid.code.startswith(parent):
        row.fault(
            "wrong_parent",
            f"code {grid.code} does not begin with its parent's code {parent[:40]}",
            f"编号 {grid.code} 不以上级编号 {parent[:40]} 开头",
            here,
        )


def _read_members(row: RowValues) -> tuple[Member, ...]:
    value = row.values.get("members")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(m, dict) for m in value):
        row.fault("invalid_field", "members: must be a list of objects", "members：应为对象列表")
        return ()
    return tuple(_read_member(row, m) for m in value)


def _read_member(row: RowValues, values: dict[str, Any]) -> Member:
    part = RowValues(values, f"{row.source} members", row.grid_code, row.findings)
    return Member(
        name=part.text("name", required=True),
        kind=part.one_of("kind", _MEMBER_KINDS) or "compound",
        housing=part.one_of("housing", _HOUSING),
        households=part.count("households"),
        under_construction=part.flag("under_construction", False) is True,
    )


def _read_place(row: RowValues, feature: dict[str, Any], reading: Reading) -> None:
    geometry = _geometry(row, feature, reading, ("Point", *POLYGONS))
    place = Place(
        kind=PlaceKind(row.values["kind"]),
        geometry=geometry,
        **{name: read(row) for name, read in _PLACE_READERS},
    )
    if geometry is not None and place.id:
        reading.places.append(place)


def _read_context(row: RowValues, feature: dict[str, Any], reading: Reading) -> None:
    geometry = _geometry(row, feature, reading, ("LineString", "MultiLineString", *POLYGONS))
    found = ContextFeature(
        id=row.text("id", required=True, limit=80),
        kind=ContextKind(row.values["kind"]),
        name=row.text("name"),
        geometry=geometry,
    )
    if geometry is not None and found.id:
        reading.context.append(found)


# --- out ------------------------------------------------------------------------------------------


def write_division(division: Division) -> bytes:
    """Return a division as a GeoJSON file: byte for byte what :func:`read` would read again."""
    features = [_feature(grid_properties(g, division), g.boundary) for g in division.grids]
    return _collection(_head(division, division.synthetic), features)


def write_directory(directory: Directory, head: Division) -> tuple[bytes, bytes]:
    """Return the places, and the river and roads, as two GeoJSON files headed like a division."""
    places = [_feature(_place_properties(p), p.geometry) for p in directory.places]
    context = [
        _feature({"id": c.id, "kind": str(c.kind), "name": c.name}, c.geometry)
        for c in directory.context
    ]
    members = _head(head, directory.synthetic)
    return _collection(members, places), _collection(members, context)


def _head(division: Division, synthetic: bool) -> dict[str, Any]:
    came_in = division.source_datum
    return {
        "title": division.title,
        "datum": "wgs84",
        **({"source_datum": came_in} if came_in != "wgs84" else {}),
        "synthetic": synthetic,
        "data_date": division.data_date,
        "note": division.note,
    }


def grid_properties(grid: Grid, division: Division) -> dict[str, Any]:
    """Return the properties of a grid as a file tells them."""
    properties: dict[str, Any] = {name: getattr(grid, name) for name in _GRID.columns}
    properties["level"] = int(grid.level)
    properties["parent"] = division.by_id[grid.parent].code if grid.parent else None
    properties["members"] = members_json(grid.members)
    if grid.level is not Level.COMPOUND and not grid.members:
        del properties["members"]
    return properties


def members_json(members: Iterable[Member]) -> list[dict[str, Any]]:
    """Return the members of a grid as a file tells them."""
    return [
        {
            "name": m.name,
            "kind": m.kind,
            "housing": m.housing,
            "households": m.households,
            "under_construction": m.under_construction,
        }
        for m in members
    ]


def _place_properties(place: Place) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value := getattr(place, name), tuple) else value
        for name in _PLACE.columns
    }


def _feature(properties: dict[str, Any], geometry: BaseGeometry) -> str:
    return _json(
        {
            "type": "Feature",
            "properties": properties,
            "geometry": geometry_as_geojson(geometry),
        }
    )


def _collection(head: dict[str, Any], features: Iterable[str]) -> bytes:
    opening = _json({"type": "FeatureCollection", **head})[:-1]
    body = ",\n".join(features)
    return f'{opening},"features":[\n{body}\n]}}\n'.encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

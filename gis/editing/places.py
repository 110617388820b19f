"""Places: a new shop, a demolished building, a corrected count, a moved point, another name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis.audit import AuditChange
from gis.datum import Datum, to_wgs84
from gis.directory import Directory, Place, PlaceKind
from gis.editing import fields
from gis.editing.edited import Edited, differences, given_fields, new_id
from gis.errors import Conflict, InvalidInput, NotFound
from gis.geometry import DECIMALS, check_lon_lat, point_inside
from gis.ids import PlaceId
from gis.schema import RECORDS, Kind

RECORD = RECORDS[Kind.PLACES]
_PREFIX = {PlaceKind.BUILDING: "b", PlaceKind.BUSINESS: "s", PlaceKind.RESIDENT_UNIT: "u"}
_NAMED_AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class ReadPoint:
    """A point as somebody read it off a map, in the datum of that map."""

    lon: float
    lat: float
    datum: Datum

    def wgs84(self) -> tuple[float, float]:
        """Return it in WGS84, to seven decimals.

        Raises
        ------
        InvalidInput
            A coordinate that is not finite or out of range.
        """
        check_lon_lat(self.lon, self.lat)
        lon, lat = to_wgs84(self.lon, self.lat, self.datum)
        return round(float(lon), DECIMALS), round(float(lat), DECIMALS)


def place_of(directory: Directory, identity: str) -> Place:
    """Return a place.

    Raises
    ------
    NotFound
        There is none of that id.
    """
    found = directory.by_id.get(PlaceId(identity))
    if found is None:
        raise NotFound(
            f"there is no place {identity[:40]!r}: it may have been removed; look for it again",
            f"没有编号为 {identity[:40]!r} 的地点：可能已删除，请重新查找",
        )
    return found


def add_place(
    directory: Directory,
    kind: PlaceKind,
    given: Mapping[str, Any],
    spot: ReadPoint | None,
    *,
    identity: str = "",
    seen: Directory | None = None,
) -> Edited[Directory]:
    """Return the directory with a new place; a business without a spot stands in its building.

    ``identity`` is the id it gets; a new one when "". A building that is not among the places
    ``seen`` is as unknown as one that there is not; None: all are seen.

    Raises
    ------
    InvalidInput
        A field that is missing, not known or not acceptable; no spot where one is needed.
    """
    read = _read(directory, kind, given, seen=seen)
    fields.text(given, "name", required=True)
    geometry = _standing(directory, read.get("building"), spot)
    made = PlaceId(identity or new_id(_PREFIX[kind], directory.by_id))
    place = Place(id=made, kind=kind, geometry=geometry, **read)
    told = {**given_fields(place), "geometry": list(point_inside(geometry))}
    change = AuditChange("place.add", f"place:{place.id}", None, told)
    return Edited(replace(directory, places=(*directory.places, place)), (change,), place.id)


def edit_place(
    directory: Directory,
    identity: str,
    given: Mapping[str, Any],
    *,
    spot: ReadPoint | None = None,
    keep_name: bool = True,
    seen: Directory | None = None,
) -> Edited[Directory]:
    """Return the directory with a place changed; fields not given stay.

    ``seen`` is as for :func:`add_place`.

    A place that gets another name keeps the one it had among its former names, unless
    ``keep_name`` is False: the name was a slip of the pen. A footprint that is moved keeps its
    form.

    Raises
    ------
    NotFound
        There is no such place.
    InvalidInput
        A field that is not known or not acceptable, or none at all.
    """
    before = place_of(directory, identity)
    if not given and spot is None:
        raise InvalidInput(
            "body",
            "name at least one field to change",
            "请至少给出一个要修改的字段",
            fields.names(RECORD),
        )
    read = _read(directory, before.kind, given, before, seen=seen)
    after = replace(before, **read)
    if after.name != before.name and keep_name:
        former = dict.fromkeys((*after.former_names, before.name))
        after = replace(after, former_names=tuple(n for n in former if n != after.name))
    if spot is not None:
        after = replace(after, geometry=_moved(before.geometry, spot.wgs84()))
    if after == before:
        return Edited(directory, (), before.id)
    was, now = differences(before, after)
    for side, place in ((was, before), (now, after)):
        if "geometry" in side:
            side["geometry"] = list(point_inside(place.geometry))
    change = AuditChange("place.edit", f"place:{before.id}", was, now)
    places = tuple(after if p.id == before.id else p for p in directory.places)
    return Edited(replace(directory, places=places), (change,), before.id)


def remove_place(
    directory: Directory, identity: str, *, with_contents: bool = False
) -> Edited[Directory]:
    """Return the directory without a place that is gone: a shop that closed, a building torn down.

    Former versions keep it.

    Raises
    ------
    NotFound
        There is no such place.
    Conflict
        It is a building with businesses or units in it, unless ``with_contents``.
    """
    gone = place_of(directory, identity)
    inside = [p for p in directory.places if p.building == gone.id]
    if inside and not with_contents:
        named = "、".join(p.name for p in inside[:_NAMED_AT_ONCE])
        raise Conflict(
            f"{len(inside)} place(s) are in {gone.name} ({named}): move them, or remove them with "
            "the building",
            f"{gone.name} 内有 {len(inside)} 处地点（{named}）：请先迁出，或选择一并删除",
        )
    removed = {gone.id, *(p.id for p in inside)}
    changes = tuple(
        AuditChange(
            "place.remove",
            f"place:{p.id}",
            {**given_fields(p), "geometry": list(point_inside(p.geometry))},
            None,
        )
        for p in (gone, *inside)
    )
    places = tuple(p for p in directory.places if p.id not in removed)
    return Edited(replace(directory, places=places), changes, gone.id)


# --- reading -----------------------------------------------------------------------------------


def _read(
    directory: Directory,
    kind: PlaceKind,
    given: Mapping[str, Any],
    before: Place | None = None,
    *,
    seen: Directory | None = None,
) -> dict[str, Any]:
    read = fields.read(given, RECORD)
    for name, value in read.items():
        of = RECORD.by_name[name].of
        if of and kind not in of and value is not None:
            raise _of_others(name, of)
    named = read.get("building")
    if named and not (before is not None and before.building == named):
        _check_building(directory, named, kind, seen or directory)
    return read


def _of_others(name: str, of: tuple[str, ...]) -> InvalidInput:
    """Return the error of a field that a place of this kind does not have."""
    kinds = "、".join(RECORD.by_name["kind"].usual_words[k] for k in of)
    return InvalidInput(
        name,
        f"{name} is only of {', '.join(of)}: leave it out",
        f"{name} 只用于{kinds}：请不要填写",
    )


def _check_building(directory: Directory, named: str, kind: PlaceKind, seen: Directory) -> None:
    building = directory.by_id.get(PlaceId(named)) if PlaceId(named) in seen.by_id else None
    if building is None or building.kind is not PlaceKind.BUILDING:
        raise InvalidInput(
            "building",
            f"building {named[:40]!r} is not a building of the directory: choose one",
            f"building {named[:40]!r} 不是名录中的楼栋：请另选",
        )
    if kind is PlaceKind.BUILDING:
        raise InvalidInput(
            "building", "a building stands in no building", "楼栋不能位于另一楼栋之内"
        )


def _standing(directory: Directory, building: str | None, spot: ReadPoint | None) -> BaseGeometry:
    if spot is not None:
        return shapely.Point(*spot.wgs84())
    if building:
        lon, lat = point_inside(directory.by_id[PlaceId(building)].geometry)
        return shapely.Point(round(lon, DECIMALS), round(lat, DECIMALS))
    raise InvalidInput(
        "lon",
        "say where it is: lon, lat and datum, or the building it is in",
        "请说明位置：lon、lat 和 datum，或所在楼栋",
        ("lon", "lat", "datum", "building"),
    )


def _moved(geometry: BaseGeometry, to: tuple[float, float]) -> BaseGeometry:
    """Return a point there, or a footprint moved so that its inner point lies there."""
    if geometry.geom_type == "Point":
        return shapely.Point(*to)
    lon, lat = point_inside(geometry)
    shift = (to[0] - lon, to[1] - lat)
    return shapely.transform(geometry, lambda xy: (xy + shift).round(DECIMALS))

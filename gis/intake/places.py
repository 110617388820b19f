"""Places from tables: by point, or by address through the address book."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.addresses import AddressBook
from gis.bulk.columns import read_datum
from gis.datum import Datum, to_wgs84
from gis.directory import Directory, Place, PlaceKind
from gis.errors import InvalidInput
from gis.exchange.crs import Reference
from gis.exchange.row_reader import RowValues, readers_of
from gis.findings import Finding, Noted, Text, errors_among, warning
from gis.geometry import DECIMALS, check_lon_lat
from gis.ids import PlaceId
from gis.intake.tables import Table, rows_of
from gis.schema import RECORDS, Kind

Report = Callable[[float], None]
_NUMBER = re.compile(r"[+-]?\d{1,3}(\.\d{0,20})?", re.ASCII)
_NEAR_DEGREES = 0.0005
_EVERY = 2_000
_KINDS = {str(kind): kind for kind in PlaceKind}
_PLACE = RECORDS[Kind.PLACES]
_READERS = readers_of(_PLACE, _PLACE.but("id", "kind", "name", "address"))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A place of a table, but for where it is; ``before``: the same place as it is stored."""

    id: PlaceId
    kind: PlaceKind
    values: dict[str, Any]
    before: Place | None

    def at(self, geometry: BaseGeometry) -> Place:
        """Return the place at a geometry; what its table has no column for is as stored."""
        if self.before is not None and self.before.kind is self.kind:
            return replace(self.before, geometry=geometry, **self.values)
        return Place(id=self.id, kind=self.kind, geometry=geometry, **self.values)


@dataclass
class _Register:
    """The places known and read, and how to find them."""

    stored: Directory
    told: Datum | None
    book: Callable[[], AddressBook] | None
    places: dict[PlaceId, Place] = field(default_factory=dict)
    findings: Noted = field(default_factory=Noted)
    by_key: dict[tuple[str, str, str], PlaceId] = field(default_factory=dict)
    by_address: dict[tuple[str, str], list[PlaceId]] = field(default_factory=dict)
    kinds: set[PlaceKind] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    points: list[tuple[RowValues, _Draft, float, float, Datum]] = field(default_factory=list)


def directory_of(
    tables: Sequence[Table],
    stored: Directory,
    *,
    told: Reference | None,
    book: Callable[[], AddressBook] | None,
    keep_absent: bool,
    report: Report = lambda _done: None,
) -> tuple[Directory | None, list[Finding]]:
    """Return the directory that the tables make of the stored one, None when they hold no places.

    A table replaces all places of the kinds it holds, unless ``keep_absent``; the others stay.
    A column that it does not have, and a footprint it cannot have, stay as they are stored.

    Parameters
    ----------
    told
        The datum of points whose row does not say it; never guessed.
    book
        Returns the address book, for rows without a point; None when nothing is loaded yet.
    report
        Told how much is done, from 0 to 1.
    """
    mine = [t for t in tables if t.kind is Kind.PLACES]
    if not mine:
        return None, []
    datum = None if told is None else told.datum
    register = _Register(stored, datum, book)
    for place in stored.places:
        register.by_key.setdefault((place.kind, place.address, place.name), place.id)
        register.by_address.setdefault((place.kind, place.address), []).append(place.id)
    total = sum(len(t.rows) for t in mine) or 1
    _require_datum(mine, datum)
    for done, (table, row) in enumerate(rows_of(mine, Kind.PLACES)):
        _read(row, table, register)
        if done % _EVERY == 0:
            report(done / total)
    _place_points(register)
    kept = [
        p
        for p in stored.places
        if p.id not in register.places and (keep_absent or p.kind not in register.kinds)
    ]
    return (
        Directory(places=(*kept, *register.places.values()), context=stored.context),
        register.findings.told(),
    )


def _require_datum(tables: Sequence[Table], told: Datum | None) -> None:
    """Refuse points without a datum before anything else is looked at.

    Raises
    ------
    InvalidInput
        Naming the table.
    """
    for table in tables:
        if {"lon", "lat"} <= table.fields and "datum" not in table.fields and told is None:
            known = "wgs84, cgcs2000, gcj02, bd09"
            raise InvalidInput(
                "datum",
                f"{table.source}: datum is missing: the table has points but does not say which "
                f"system they are in: say it ({known}), or add a column datum; it is never guessed",
                f"{table.source}：坐标系缺失：表中有经纬度但未注明坐标系：请注明"
                f"（{known}），或增加“坐标系”一列；本系统从不猜测",
                tuple(known.split(", ")),
            )


# --- a row -------------------------------------------------------------------------------------


def _read(row: RowValues, table: Table, register: _Register) -> None:
    kind = _kind(row, table)
    name, address = row.text("name"), row.text("address")
    if not name and not address and not row.values.get("id"):
        row.fault("invalid_field", "neither name nor address", "缺少名称和地址", name="name")
    name = name or (address if "name" not in table.fields else "")
    if not name and "name" in table.fields and not row.findings:
        row.text("name", required=True)
    before = None
    if kind is not None:
        before = _stored(row, kind, name, address, register)
        register.kinds.add(kind)
    draft = _draft(row, table, kind, (name, address), before)
    point = _point(row, table, register)
    if row.findings:
        met, row.findings = row.findings, []
        register.findings += met
        if errors_among(met):
            return
    if draft is None:
        return
    if draft.id in register.used:
        again = replace(row, findings=[])
        again.fault(
            "duplicate_id" if row.values.get("id") else "duplicate_row",
            f"place {draft.id} stands twice: delete one row",
            f"地点 {draft.id} 重复出现：请删除其一",
            name="id" if row.values.get("id") else "name",
        )
        register.findings += again.findings
        return
    register.used.add(draft.id)
    if point is not None:
        register.points.append((row, draft, *point))
        return
    if before is not None:
        register.places[draft.id] = draft.at(before.geometry)
        return
    _by_address(row, draft, register)


def _kind(row: RowValues, table: Table) -> PlaceKind | None:
    if row.values.get("kind") is not None:
        return row.choice("kind", PlaceKind)
    if table.place_kind:
        return _KINDS[table.place_kind]
    row.fault(
        "invalid_field",
        "kind: is it a building, a business or a resident_unit? add a column, or name the sheet "
        "楼栋, 商铺 or 驻区单位",
        "类型：是楼栋、商铺还是驻区单位？请增加“类型”列，或将工作表命名为 楼栋、商铺、驻区单位",
        name="kind",
    )
    return None


def _stored(
    row: RowValues, kind: PlaceKind, name: str, address: str, register: _Register
) -> Place | None:
    known = register.stored.by_id
    if identity := row.values.get("id"):
        return known.get(PlaceId(str(identity)))
    if found := register.by_key.get((kind, address, name)):
        return known[found]
    alike = register.by_address.get((kind, address), []) if address else []
    return known[alike[0]] if len(alike) == 1 and kind is PlaceKind.BUILDING else None


def _draft(
    row: RowValues,
    table: Table,
    kind: PlaceKind | None,
    called: tuple[str, str],
    before: Place | None,
) -> _Draft | None:
    """Return what a row says of a place, but for where it is; ``called``: its name, address."""
    fields = table.fields
    name, address = called
    identity = row.text("id", limit=80)
    if not identity and kind is not None:
        digest = hashlib.sha256(f"{kind}\x1f{address}\x1f{name}".encode("utf-8", "replace"))
        identity = before.id if before else f"{kind[0]}-{digest.hexdigest()[:12]}"
    values: dict[str, Any] = {"name": name or (before.name if before else "")}
    if "address" in fields:
        values["address"] = address
    for field_name, read in _readers_among(fields):
        values[field_name] = read(row)
    military = values.get("category") == "military" and (before is None or before.disclosed)
    if military and "disclosed" not in fields:
        values["disclosed"] = False
        row.doubt(
            "kept_undisclosed",
            "a military unit is never in the public edition: disclosed = no",
            "部队单位从不进入公开版：已设为不公开",
            name="category",
        )
    return None if kind is None else _Draft(PlaceId(identity), kind, values, before)


@cache
def _readers_among(fields: frozenset[str]) -> tuple[tuple[str, Callable[[RowValues], Any]], ...]:
    """Return what reads the fields for which a table has a column."""
    return tuple((name, read) for name, read in _READERS if name in fields)


# --- where it is -------------------------------------------------------------------------------


def _point(row: RowValues, table: Table, register: _Register) -> tuple[float, float, Datum] | None:
    if not {"lon", "lat"} <= table.fields:
        return None
    texts = {name: row.text(name, limit=40) for name in ("lon", "lat")}
    if not any(texts.values()):
        return None
    numbers: dict[str, float] = {}
    for name, text in texts.items():
        if _NUMBER.fullmatch(text):
            numbers[name] = float(text)
        else:
            row.fault(
                "invalid_field",
                f"{row.called(name)} {text!r}: must be decimal degrees such as 118.7551",
                f"{row.called(name)} {text!r}：应为 118.7551 这样的十进制度数",
                name=name,
            )
    datum = _datum(row, register)
    if len(numbers) < 2 or datum is None:
        return None
    try:
        check_lon_lat(numbers["lon"], numbers["lat"])
    except InvalidInput as problem:
        row.fault("coordinate_out_of_range", problem.text.en, problem.text.zh, name=problem.field)
        return None
    return numbers["lon"], numbers["lat"], datum


def _datum(row: RowValues, register: _Register) -> Datum | None:
    said = row.values.get("datum")
    if said in (None, ""):
        if register.told is None:
            row.fault(
                "missing_datum",
                "the row has a point but no datum (wgs84, cgcs2000, gcj02, bd09)",
                "该行有经纬度但未注明坐标系（wgs84、cgcs2000、gcj02、bd09）",
                name="datum",
            )
        return register.told
    try:
        return read_datum(str(said))
    except InvalidInput as problem:
        row.fault("missing_datum", problem.text.en, problem.text.zh, name="datum")
        return None


def _place_points(register: _Register) -> None:
    """Give the places that came with a point their geometry, all of one datum at once."""
    for datum in Datum:
        mine = [p for p in register.points if p[4] is datum]
        if not mine:
            continue
        lon, lat = to_wgs84(np.array([p[2] for p in mine]), np.array([p[3] for p in mine]), datum)
        shapes = shapely.points(np.round(lon, DECIMALS), np.round(lat, DECIMALS))
        for (row, draft, *_), shape in zip(mine, shapes, strict=True):
            register.places[draft.id] = draft.at(_shape(row, draft, shape, register))


def _shape(row: RowValues, draft: _Draft, point: BaseGeometry, register: _Register) -> BaseGeometry:
    """Return the point; or the stored footprint that it lies in or by, which is kept."""
    before = draft.before.geometry if draft.before else None
    if before is None or before.geom_type == "Point":
        return point
    if before.distance(point) <= _NEAR_DEGREES:
        return before
    again = replace(row, findings=[])
    again.doubt(
        "moved",
        f"{draft.id} lies elsewhere than its stored footprint: the footprint is replaced by the "
        "point",
        f"{draft.id} 的坐标不在原有楼栋轮廓处：轮廓将改为该点",
        name="lon",
    )
    register.findings += again.findings
    return point


def _by_address(row: RowValues, draft: _Draft, register: _Register) -> None:
    """Find a place by its address; what is in doubt is listed and left out, never picked."""
    address = draft.values.get("address", "")
    again = replace(row, findings=[])
    if not address or register.book is None:
        again.fault(
            "not_located",
            "neither a point nor an address that could be looked up: give lon and lat",
            "既无坐标，也无可查的地址：请填写经纬度",
            name="address",
        )
        register.findings += again.findings
        return
    try:
        found = register.book().search(address, 3)
    except InvalidInput as problem:
        again.fault("not_located", problem.text.en, problem.text.zh, name="address")
        register.findings += again.findings
        return
    best = found.candidates[0] if found.candidates else None
    if best is not None and found.clear and best.point is not None:
        point = shapely.points(np.round(np.array(best.point), DECIMALS))
        register.places[draft.id] = draft.at(point)
        return
    shown = "；".join(f"{c.address or c.name}" for c in found.candidates[:3])
    maybe = Text(f"; perhaps {shown}" if shown else "", f"；可能是：{shown}" if shown else "")
    text = Text(
        f"the address is not found for certain, so the row is left out: mend it, or give lon and "
        f"lat{maybe.en}",
        f"地址无法确定，该行未载入：请改正地址，或填写经纬度{maybe.zh}",
    )
    again.findings.append(
        warning(
            "not_located", text, source=row.source, sheet=row.sheet, row=row.number,
            column=row.called("address"), value=address[:80],
        )
    )  # fmt: skip
    register.findings += again.findings

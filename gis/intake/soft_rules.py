"""What the soft rules say of a set together with what is stored: it is loaded all the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import shapely

from gis.atlas import Atlas
from gis.directory import Directory, Place, PlaceKind
from gis.division import Division, Grid
from gis.findings import Finding, Noted, Text, note, warning
from gis.geometry import point_inside
from gis.roster import Roster
from gis.rules import OfficeRules, check_leaders, check_phones, check_sizes

_NOTABLE_SHARE = 0.05
_ZH_KINDS = {
    PlaceKind.BUILDING: "楼栋",
    PlaceKind.BUSINESS: "商业网点",
    PlaceKind.RESIDENT_UNIT: "驻区单位",
}


def check_rules(
    division: Division | None,
    directory: Directory | None,
    roster: Roster | None,
    today: date,
    base: Atlas | None,
    rules: OfficeRules,
) -> list[Finding]:
    """Return what the soft rules say of the set, taken together with what is stored."""
    if division is None and base is None:
        return []
    atlas = Atlas(
        division=division or base.division,  # type: ignore[union-attr]
        directory=directory or (base.directory if base else Directory()),
        roster=roster or (base.roster if base else Roster()),
        as_of=today,
    )
    findings = check_sizes(atlas, rules) + _places_outside(atlas)
    findings += _across_borders(atlas) if directory is not None or division is not None else []
    if roster is not None:
        findings += _without_duty(atlas)
    # A table that names nobody at all leaves every grid without a leader.
    nobody = roster is not None and not atlas.roster.people
    findings += check_phones(atlas)
    return findings + (check_leaders(atlas) if atlas.roster.duties or nobody else [])


def _without_duty(atlas: Atlas) -> list[Finding]:
    """Return a note for each person who holds no duty, now or later or before."""
    held = {d.person for d in atlas.roster.duties}
    return [
        note(
            "person_without_grid",
            Text(
                f"person {p.id} {p.name[:40]!r} holds no duty on any grid: add one, or leave it",
                f"人员 {p.id} {p.name[:40]!r} 没有任何任职：可补充任职，或保留",
            ),
        )
        for p in atlas.roster.people
        if p.id not in held
    ]


def _across_borders(atlas: Atlas) -> list[Finding]:
    """Return the buildings of which a notable part stands in another level-3 grid."""
    places = [p for p in atlas.directory.of_kind(PlaceKind.BUILDING) if p.geometry.area > 0]
    grids = atlas.division.level(3)
    if not places or not grids:
        return []
    tree = shapely.STRtree([g.boundary for g in grids])
    rows, hits = tree.query([p.geometry for p in places], predicate="intersects")
    met: dict[int, list[int]] = {}
    for row, hit in zip(rows.tolist(), hits.tolist(), strict=True):
        met.setdefault(row, []).append(hit)
    findings = []
    for row, touched in met.items():
        if len(touched) > 1:
            findings += _across(places[row], [grids[i] for i in touched])
    return findings


def _across(place: Place, grids: Sequence[Grid]) -> list[Finding]:
    shares = [(float(place.geometry.intersection(g.boundary).area), g.code) for g in grids]
    shares = sorted((s / place.geometry.area, code) for s, code in shares)[::-1]
    held = [(share, code) for share, code in shares if share >= _NOTABLE_SHARE]
    if len(held) < 2:
        return []
    shown = ", ".join(f"{code} {share:.0%}" for share, code in held)
    text = Text(
        f"building {place.id} {place.name[:40]!r} stands across a border ({shown}): it counts "
        f"where its middle is; move the border or leave it",
        f"楼栋 {place.id} {place.name[:40]!r} 跨越网格边界（{shown}）：按其中心归属；"
        "可调整边界或保留",
    )
    here = point_inside(place.geometry)
    return [warning("building_across", text, grid_code=held[0][1], place=here)]


def _places_outside(atlas: Atlas) -> list[Finding]:
    grid_of = atlas.grid_of
    outside = [p for p in atlas.directory.places if grid_of[p.id] is None]
    return Noted(_outside(place) for place in outside).told()


def _outside(place: Place) -> Finding:
    text = Text(
        f"{place.kind} {place.id} {place.name[:40]!r} lies in no grid",
        f"{_ZH_KINDS[place.kind]} {place.id} {place.name[:40]!r} 不在任何网格内",
    )
    centre = place.geometry.centroid
    return warning("place_outside", text, place=(float(centre.x), float(centre.y)))

"""Sheets, spots, grids and places as plain JSON values: what API, page and table all print.

Only fields that are known are printed, so that what an edition does not hold leaves no empty
field behind.
"""

from __future__ import annotations

from typing import Any

from gis.atlas import Atlas, Counts, Sheet, Spot
from gis.directory import Place
from gis.division import Division, Grid
from gis.geometry import DECIMALS, geometry_as_geojson, point_inside
from gis.ids import GridId, Level
from gis.lookup.locator import Location, Near
from gis.roster import Organisation, Responsible, role_title
from gis.schema import RECORDS, Kind

MORE_OF_A_GRID = tuple(
    f.name
    for f in RECORDS[Kind.BOUNDARIES].but(
        "id", "code", "code_scheme", "level", "parent", "name", "kind", "members"
    )
)
MORE_OF_A_PLACE = tuple(f.name for f in RECORDS[Kind.PLACES].but("id", "kind", "name", "disclosed"))


def grid_json(grid: Grid, division: Division, *, geometry: bool = False) -> dict[str, Any]:
    """Return a grid: code, name, level, kind, class or grade, counts of its own, members."""
    row: dict[str, Any] = {
        "id": grid.id,
        "code": grid.code,
        "code_scheme": grid.code_scheme,
        "level": int(grid.level),
        "parent": division.by_id[grid.parent].code if grid.parent else None,
        "name": grid.name,
        "kind": str(grid.kind),
        **_known(
            **{name: getattr(grid, name) for name in MORE_OF_A_GRID},
            members=[_known(**_member(m)) for m in grid.members] or None,
        ),
    }
    if geometry:
        row["geometry"] = geometry_as_geojson(grid.boundary)
    return row


def _member(member: Any) -> dict[str, Any]:
    return {
        "name": member.name,
        "kind": member.kind,
        "housing": member.housing,
        "households": member.households,
        "under_construction": member.under_construction or None,
    }


def sheet_json(sheet: Sheet, atlas: Atlas) -> dict[str, Any]:
    """Return everything about one grid."""
    return {
        **grid_json(sheet.grid, atlas.division),
        "chain": [{"code": g.code, "name": g.name, "level": int(g.level)} for g in sheet.chain],
        "point": list(point_inside(sheet.grid.boundary)),
        "counts": counts_json(sheet.counts),
        "responsible": [responsible_json(r, sheet.grid, atlas.division) for r in sheet.responsible],
        "organisations": [organisation_json(o) for o in sheet.organisations],
    }


def counts_json(counts: Counts) -> dict[str, int]:
    """Return how many households, buildings, businesses and resident units there are."""
    return _known(
        households=counts.households,
        resident_population=counts.resident_population,
        buildings=counts.buildings,
        businesses=counts.businesses,
        resident_units=counts.resident_units,
    )


def responsible_json(held: Responsible, grid: Grid | None, division: Division) -> dict[str, Any]:
    """Return a responsible person: name, role, its title, phones, where inherited from.

    The mobile number stands only in the internal edition: the public one does not hold it, but
    for a duty mobile that the office shows.
    """
    level = grid.level if grid else None
    if held.inherited_from:
        level = division.by_id[held.inherited_from].level
    return {
        "name": held.person.name,
        "role": str(held.duty.role),
        "title": role_title(held.duty.role, level).zh,
        "title_en": role_title(held.duty.role, level).en,
        **_known(
            office_phone=held.person.office_phone or None,
            public_mobile=held.person.public_mobile or None,
            mobile=held.person.mobile or None,
            organisation=held.person.organisation or None,
            inherited_from=_code_of(held.inherited_from, division),
        ),
        "since": held.duty.since.isoformat(),
    }


def _code_of(grid: GridId | None, division: Division) -> str | None:
    return division.by_id[grid].code if grid else None


def organisation_json(body: Organisation) -> dict[str, Any]:
    """Return one of the "4+4" bodies."""
    return {"kind": str(body.kind), "name": body.name, **_known(phone=body.phone or None)}


def place_json(place: Place, atlas: Atlas) -> dict[str, Any]:
    """Return a place with its derived level-3 grid and a point in it."""
    lon, lat = point_inside(place.geometry)
    return {
        "id": place.id,
        "kind": str(place.kind),
        "name": place.name,
        "grid": _code_of(atlas.grid_of.get(place.id), atlas.division),
        "lon": lon,
        "lat": lat,
        **_known(
            **{name: _said(getattr(place, name)) for name in MORE_OF_A_PLACE},
            undisclosed=(not place.disclosed) or None,
        ),
    }


def spot_json(spot: Spot, atlas: Atlas) -> dict[str, Any]:
    """Return everything about one WGS84 point; ``grids`` has level 1 first, [] outside."""
    location = spot.location
    return location_json(
        location,
        grids=[sheet_json(s, atlas) for s in spot.sheets],
        places=[place_json(p, atlas) for p in spot.places],
        near=[near_json(n, atlas.division) for n in location.near],
        nearest=near_json(location.nearest, atlas.division) if location.nearest else None,
        provenance=provenance_json(atlas),
    )


def location_json(
    location: Location,
    *,
    grids: Any,
    places: Any,
    near: Any,
    nearest: Any,
    provenance: dict[str, Any],
) -> dict[str, Any]:
    """Return what :func:`spot_json` does, of parts that are written already."""
    return {
        "point": {
            "lon": round(location.lon, DECIMALS),
            "lat": round(location.lat, DECIMALS),
            "datum": "wgs84",
        },
        "match": _match(location),
        "grids": grids,
        "places": places,
        "distance_to_boundary_m": _metres(location.distance_to_boundary_m),
        "near": near,
        **({"nearest": nearest} if nearest is not None else {}),
        **provenance,
    }


def _match(location: Location) -> str:
    if not location.grids:
        return "outside"
    return "boundary" if location.distance_to_boundary_m == 0 else "inside"


def _metres(distance: float | None) -> float | None:
    return None if distance is None else round(distance, 2)


def near_json(near: Near, division: Division) -> dict[str, Any]:
    """Return a grid that is close by, with the names above it."""
    chain = division.chain(near.grid.id)
    return {
        "code": near.grid.code,
        "name": near.grid.name,
        "level": int(Level.BUILDING_CLUSTER),
        "within": [g.name for g in chain[:-1]],
        "distance_m": near.distance_m,
    }


def provenance_json(atlas: Atlas) -> dict[str, Any]:
    """Return what every answer carries: versions, day, edition, and that it is synthetic."""
    return {
        "version": atlas.version,
        "as_of": atlas.as_of.isoformat(),
        "edition": atlas.edition,
        "synthetic": atlas.synthetic,
    }


def _said(value: Any) -> Any:
    """Return a value as JSON has it, None for what says nothing."""
    if isinstance(value, tuple):
        return list(value) or None
    return None if value == "" else value


def _known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}

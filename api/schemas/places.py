"""Places as the desk shows them: internal, with what guards an edit."""

from __future__ import annotations

from typing import Any

from api.http.auth import Caller
from api.schemas.people import grid_brief
from gis.atlas import Atlas
from gis.directory import Place
from gis.editing import fields, places
from gis.geometry import point_inside
from gis.workflows.edits import state_tag


def place_brief(place: Place, atlas: Atlas) -> dict[str, Any]:
    """Return a place in a line of a list, with its grid."""
    grid = atlas.grid_of.get(place.id)
    return {
        "id": place.id,
        "kind": str(place.kind),
        "name": place.name,
        "address": place.address,
        "households": place.households,
        "disclosed": place.disclosed,
        "grid": grid_brief(atlas.division.by_id[grid], atlas.division) if grid else None,
    }


def place_json(place: Place, atlas: Atlas, caller: Caller) -> dict[str, Any]:
    """Return everything about a place, and its ETag."""
    lon, lat = point_inside(place.geometry)
    building = atlas.directory.by_id.get(place.building) if place.building else None
    inside = [p for p in atlas.directory.places if p.building == place.id]
    grid = atlas.grid_of.get(place.id)
    return {
        **place_brief(place, atlas),
        **{name: getattr(place, name) for name in fields.names(places.RECORD)},
        "building_name": building.name if building else None,
        "contents": [{"id": p.id, "name": p.name} for p in inside],
        "lon": lon,
        "lat": lat,
        "datum": "wgs84",
        "footprint": place.geometry.geom_type != "Point",
        "editable": caller.editor.may_edit_grid(atlas.division, grid),
        "etag": state_tag(place),
    }

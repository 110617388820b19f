"""The layers of the map, each a folium layer: what of an atlas it carries into the page.

A layer's ``payload`` is plain JSON; its drawing is the module of the same family in ``static/``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import shapely

from gis.atlas import Atlas
from gis.directory import ContextFeature, ContextKind, Place, PlaceKind
from gis.exchange.json_values import place_json, sheet_json
from gis.ids import Level
from maps.labels import label_centres
from maps.lean_folium import Layer, Template
from maps.mesh import arc_levels, grid_rings, neighbour_colours
from maps.page import RawRender
from maps.topology import Position, coverage_arcs, integers, rings_of


class AtlasLayer(Layer, RawRender):
    """A family of things drawn from the page's data block by our own script."""

    family = ""
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = wangge.layer({{ this.family|tojson }});\n"
        "{% endmacro %}"
    )

    def __init__(self, atlas: Atlas, origin: Position) -> None:
        super().__init__(name=self.family, overlay=True, control=False)
        self._name = "Layer"
        self.payload = self.read(atlas, origin)

    def read(self, atlas: Atlas, origin: Position) -> dict[str, Any]:
        """Return what the layer carries, as JSON values."""
        raise NotImplementedError


def deltas(line: Any, origin: Position) -> list[int]:
    """Return positions as x, y, dx, dy, dx, dy …: the first counted from the origin."""
    xy = np.asarray(line, dtype=np.int64).reshape(-1, 2)
    steps = np.diff(xy, axis=0, prepend=[origin])
    return steps.ravel().tolist()


# --- river and roads ------------------------------------------------------------------------------


class ContextLayer(AtlasLayer):
    """The river and the roads that the map is drawn over."""

    family = "context"

    def read(self, atlas: Atlas, origin: Position) -> dict[str, Any]:
        """Return the rings of each river and the lines of each road."""
        found: dict[str, list[dict[str, Any]]] = {"rivers": [], "roads": []}
        for feature in atlas.directory.context:
            place = "rivers" if feature.kind is ContextKind.RIVER else "roads"
            lines = [deltas(integers(line), origin) for line in _lines(feature)]
            found[place].append({"name": feature.name, "lines": lines})
        return found


def _lines(feature: ContextFeature) -> list[Any]:
    if feature.geometry.geom_type in ("Polygon", "MultiPolygon"):
        return rings_of(feature.geometry)
    merged = shapely.line_merge(feature.geometry)
    return list(shapely.get_parts(merged))


# --- grids ----------------------------------------------------------------------------------------


class GridLayer(AtlasLayer):
    """The grids of all levels: sheets, shared boundaries, colours and places for the names."""

    family = "grids"

    def read(self, atlas: Atlas, origin: Position) -> dict[str, Any]:
        """Return grids by level and code, and the arcs their boundaries are made of."""
        division = atlas.division
        ground = division.level(Level.BUILDING_CLUSTER)
        arcs = coverage_arcs([g.boundary for g in ground])
        rings = grid_rings(division, arcs)
        centres, radii = label_centres([g.boundary for g in division])
        colours = {**neighbour_colours(division, arcs, 1), **neighbour_colours(division, arcs, 2)}
        return {
            "sheets": [sheet_json(atlas.sheet(g), atlas) for g in division],
            "rings": [rings[g.id] for g in division],
            "labels": [
                [*(integers(shapely.Point(c))[0] - origin).tolist(), round(float(r), 1)]
                for c, r in zip(centres, radii, strict=True)
            ],
            "colours": [colours.get(g.id, 0) for g in division],
            "arcs": [deltas(line, origin) for line in arcs.lines],
            "arc_levels": arc_levels(division, ground, arcs),
        }


# --- places ---------------------------------------------------------------------------------------


class PlaceLayer(AtlasLayer):
    """Buildings by their footprints, businesses and resident units by their points."""

    family = "places"

    def __init__(
        self, atlas: Atlas, origin: Position, kinds: Collection[PlaceKind] = tuple(PlaceKind)
    ) -> None:
        self.kinds = kinds
        super().__init__(atlas, origin)

    def read(self, atlas: Atlas, origin: Position) -> dict[str, Any]:
        """Return the places as the API prints them, and the rings of those that are areas."""
        places = [p for p in atlas.directory.places if p.kind in self.kinds]
        return {
            "rows": [place_json(p, atlas) for p in places],
            "rings": [_footprint(p, origin) for p in places],
        }


def _footprint(place: Place, origin: Position) -> list[list[int]]:
    return [deltas(integers(ring), origin) for ring in rings_of(place.geometry)]

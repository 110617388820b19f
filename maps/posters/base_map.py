"""The face of the map: water, ground, roads, buildings, boundaries, signs, without any name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.directory import PlaceKind
from gis.division import Grid
from gis.ids import Level
from maps.posters import style
from maps.posters.paper import Paper, outline_of, polygon_outline
from maps.posters.projected import Lot, ProjectedAtlas, Sign, sign_of
from maps.posters.scale import MapScale
from maps.posters.style import Weights, weights

# A road is drawn this wide on the ground, where the scale lets it be seen.
_ROAD_M = 13

Shape = Sequence[tuple[float, float]]
_ROUND: Shape = [(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 25)[:-1]]
SHAPES: Mapping[Sign, Shape] = {
    "business": _ROUND,
    "resident_unit": [(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)],
    "school": [(0, -1.25), (1.2, 0.9), (-1.2, 0.9)],
    "medical": [
        (-0.42, -1.15), (0.42, -1.15), (0.42, -0.42), (1.15, -0.42), (1.15, 0.42), (0.42, 0.42),
        (0.42, 1.15), (-0.42, 1.15), (-0.42, 0.42), (-1.15, 0.42), (-1.15, -0.42), (-0.42, -0.42),
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """One map on one sheet: what it is drawn from, where, how large, and which grid it is of.

    ``factor`` is the size of the sheet against A3; ``focus`` is None on the poster of the whole.
    """

    paper: Paper
    ground: ProjectedAtlas
    view: MapScale
    factor: float
    focus: Grid | None
    words: Mapping[str, Any]

    @property
    def weights(self) -> Weights:
        """Line weights for this sheet."""
        return weights(self.factor)

    def has(self, lot: Lot) -> bool:
        """Tell whether a place lies on the grid the map is of; on the poster, on any."""
        if self.focus is None or lot.grid is None:
            return lot.grid is not None
        return self.focus.id in {g.id for g in self.ground.division.chain(lot.grid)}


def draw_face(scene: Scene) -> None:
    """Draw everything below the names."""
    scene.paper.rect(scene.view.frame, fill=style.MAP_PAPER)
    _water(scene)
    _grounds(scene)
    _roads(scene)
    _buildings(scene)
    _boundaries(scene)


def lines_on_paper(scene: Scene, lines: Iterable[BaseGeometry]) -> list[Any]:
    """Return the parts of lines in metres that the frame shows: arrays in millimetres."""
    held = list(lines)
    if not held:
        return []
    parts = shapely.get_parts(shapely.get_parts(scene.view.clipped(np.array(held, dtype=object))))
    return [
        shapely.get_coordinates(p) for p in parts if p.geom_type in ("LineString", "LinearRing")
    ]


def _fill(scene: Scene, polygons: Sequence[BaseGeometry], colour: str) -> None:
    if polygons:
        shown = scene.view.clipped(np.array(polygons, dtype=object))
        scene.paper.shape(polygon_outline(shown), fill=colour)


def _water(scene: Scene) -> None:
    for _, river in scene.ground.rivers:
        _fill(scene, [river], style.WATER)
        shore = lines_on_paper(scene, [shapely.boundary(river)])
        scene.paper.lines(shore, style.SHORE, 0.9 * scene.factor**0.75)


def _grounds(scene: Scene) -> None:
    ground, bounds = scene.ground, scene.view.bounds
    if scene.focus is None:
        shown, level = ground.grids_in(bounds, Level.COMPOUND), Level.COMPOUND
        bare = _bare(ground, ground.grids_in(bounds, Level.COMMUNITY))
        shown = [*bare, *shown]
    else:
        everything = ground.grids_in(bounds, Level.COMMUNITY)
        _fill(scene, [ground.polygon(g) for g in everything], style.ELSEWHERE)
        level = Level(min(scene.focus.level + 1, 3))
        shown = [scene.focus, *ground.division.children(scene.focus.id)]
    by_colour: dict[str, list[BaseGeometry]] = {}
    for grid in shown:
        tint = ground.colour(grid) if grid.level == level else 0
        colour = style.ground_colour(ground.community_colour(grid), tint)
        by_colour.setdefault(colour, []).append(ground.polygon(grid))
    for colour, polygons in by_colour.items():
        _fill(scene, polygons, colour)


def _bare(ground: ProjectedAtlas, communities: Sequence[Grid]) -> list[Grid]:
    """Return the communities without any grid in them."""
    return [g for g in communities if not ground.division.children(g.id)]


def _roads(scene: Scene) -> None:
    lines = lines_on_paper(scene, (line for _, line in scene.ground.roads))
    width_mm = _ROAD_M * scene.view.mm_per_m
    width = max(scene.weights.road, min(width_mm / 0.3528, 16 * scene.factor))
    edge = 0.7 * scene.factor**0.75
    scene.paper.lines(lines, style.ROAD_EDGE, width + 2 * edge, clip=scene.view.frame)
    scene.paper.lines(lines, style.ROAD, width, clip=scene.view.frame)


def _buildings(scene: Scene) -> None:
    own: list[BaseGeometry] = []
    other: list[BaseGeometry] = []
    for lot in scene.ground.lots_in(scene.view.bounds):
        if lot.place.kind is PlaceKind.BUILDING and lot.ground.geom_type != "Point":
            (own if scene.has(lot) else other).append(lot.ground)
    for grounds, fill, edge in (
        (other, style.ELSEWHERE_BUILDING, style.ELSEWHERE_EDGE),
        (own, style.BUILDING, style.BUILDING_EDGE),
    ):
        if grounds:
            outline = polygon_outline(scene.view.paper(np.array(grounds, dtype=object)))
            width = scene.weights.building * (2.2 if scene.focus else 1)
            scene.paper.shape(outline, fill=fill, edge=edge, width_pt=width, clip=scene.view.frame)


def _boundaries(scene: Scene) -> None:
    ground, view, w = scene.ground, scene.view, scene.weights
    paper, clip = scene.paper, view.frame
    dash = (2.4, 1.6)
    lines = [lines_on_paper(scene, ground.lines_in(view.bounds, level)) for level in range(4)]
    if scene.focus is None:
        paper.lines(lines[3], style.BOUNDARY, w.boundary[3], alpha=0.6, dash=dash, clip=clip)
        paper.lines(lines[2], style.BOUNDARY, w.boundary[2], alpha=0.75, clip=clip)
        strong = [*lines[1], *lines[0]]
        paper.lines(strong, style.WHITE, w.casing, alpha=0.85, clip=clip, round_ends=True)
        paper.lines(lines[1], style.BOUNDARY, w.boundary[1], clip=clip, round_ends=True)
        paper.lines(lines[0], style.BOUNDARY, w.boundary[0], clip=clip, round_ends=True)
        return
    grey = style.ELSEWHERE_LINE
    paper.lines(lines[3], grey, w.boundary[3], dash=dash, clip=clip)
    paper.lines(lines[2], grey, w.boundary[2] * 1.2, clip=clip)
    paper.lines([*lines[1], *lines[0]], grey, w.boundary[1] * 1.5, clip=clip)
    for level in range(3, scene.focus.level, -1):
        inner = lines_on_paper(scene, ground.lines_inside(scene.focus, level))
        thick = w.boundary[level] * 1.7
        paper.lines(inner, style.BOUNDARY, thick, clip=clip, dash=dash if level == 3 else None)
    edge = lines_on_paper(scene, [shapely.boundary(ground.polygon(scene.focus))])
    paper.lines(edge, style.WHITE, 6.5 * scene.factor, alpha=0.9, clip=clip, round_ends=True)
    paper.lines(edge, style.SELECTION, 3.2 * scene.factor, clip=clip, round_ends=True)


# --- signs ----------------------------------------------------------------------------------------


def draw_signs(
    paper: Paper, sign: Sign, spots: Any, radius_mm: float, *, colour: str | None = None
) -> None:
    """Draw the sign of businesses or resident units at some places on paper, shape (n, 2)."""
    corners = np.array([*SHAPES[sign], SHAPES[sign][0]]) * radius_mm
    outline = outline_of((corners + spot for spot in np.asarray(spots)), closed=True)
    paper.shape(
        outline,
        fill=colour or style.POINTS[sign],
        edge=style.WHITE,
        width_pt=radius_mm * 0.35,
    )


def sign_spots(scene: Scene, lots: Iterable[Lot]) -> list[tuple[Lot, Sign, Any]]:
    """Return businesses and resident units with their sign and place on paper, if in the frame."""
    found = []
    x0, y0, x1, y1 = scene.view.box
    for lot in lots:
        if lot.place.kind is PlaceKind.BUILDING:
            continue
        point = shapely.point_on_surface(lot.ground)
        x, y = scene.view.xy(shapely.get_coordinates(point))[0]
        if x0 + 1 < x < x1 - 1 and y0 + 1 < y < y1 - 1:
            found.append((lot, sign_of(lot.place), np.array([x, y])))
    return found

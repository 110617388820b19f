"""Cells: each building's patch of ground; the cells of a grid tile it exactly.

Inside each level-3 grid the ground goes to the nearest building: the Voronoi cells of points
along the walls, joined by building, their borders straightened a little. All coordinates stay on
the lattice of 1e-7 degree, and borders are cut where they cross by snap rounding, so that nothing
is lost and nothing overlaps. No border cuts a building: where one would, it follows the wall.

A border ends at a vertex that the grid's boundary has already, where one is near; then an edit
changes no byte of the grid beyond. Where none is near, a node is put on the boundary's edge on
both its sides; :mod:`gis.planning.cell_map` takes it out again when no border ends there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.geometry import metres_of_degree
from gis.planning.lattice import (
    SCALE,
    Edge,
    Face,
    Node,
    Ring,
    components,
    edges_of,
    faces_from,
    outline,
)

_STEP_M = (1.5, 8.0)
_SHRINK_M = 0.5
_STRAIGHTEN_M = 1.0
_REACH_M = 45.0
_CLEAR_M = 0.6
_WIDE_M2 = 4.0
_CORNERS_TRIED = 4
_GROUND_M2 = 25_000.0
_MOST_GROUND_CELLS = 8


@dataclass(frozen=True)
class Patch:
    """The cells of one part of a grid: faces, and for each the rows of its buildings."""

    faces: tuple[Face, ...]
    buildings: tuple[tuple[int, ...], ...]


class _Frame:
    """Metres around a place, so that nearness means nearness: x east, y north."""

    def __init__(self, origin: Node) -> None:
        self.origin = np.array(origin, dtype=float)
        self.scale = np.array(metres_of_degree(origin[1] / SCALE)) / SCALE

    def metres(self, lattice: NDArray[np.float64]) -> NDArray[np.float64]:
        moved: NDArray[np.float64] = (lattice - self.origin) * self.scale
        return moved

    def lattice(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        nearest: NDArray[np.float64] = np.rint(metres / self.scale)
        return nearest


def tessellate(face: Face, buildings: Sequence[BaseGeometry]) -> Patch:
    """Return the cells of one polygon of a grid.

    Parameters
    ----------
    face
        The polygon, on the lattice.
    buildings
        Points or footprints in degrees that belong to it; a part beyond its edge is ignored.
        One that lies in it with no part is left out.

    Notes
    -----
    A polygon without buildings is one cell, or a few of about 2.5 hectares.
    """
    frame = _Frame(face[0][0])
    ground = _to_frame(face, frame)
    rows, seeds = _seeds(buildings, ground, frame)
    if not seeds:
        seeds, rows = _ground_seeds(ground), []
    if len(seeds) < 2:
        return Patch((face,), (tuple(rows),))
    points, label = _points_of(seeds)
    chains = _chains(points, label)
    walls = [s for s in seeds if s.geom_type != "Point"]
    for reach, straighten in ((_REACH_M, _STRAIGHTEN_M), (0.0, _STRAIGHTEN_M), (0.0, 0.0)):
        lines = _borders(chains, ground, seeds, reach, straighten)
        faces = _cut(face, lines, frame)
        owner = _owners(faces, seeds, frame)
        if owner is None:
            continue
        if walls and _cuts_a_wall(faces, owner, seeds, frame):
            faces, owner = _along_walls(face, faces, owner, seeds, frame)
        return _patch(faces, owner, rows, len(seeds))
    return Patch((face,), (tuple(rows),))


def _to_frame(face: Face, frame: _Frame) -> BaseGeometry:
    shell, *holes = [frame.metres(np.array(ring, dtype=float)) for ring in face]
    return shapely.polygons(shell, [shapely.linearrings(hole) for hole in holes] or None)


# --- what the ground is divided by ---------------------------------------------------------------


def _seeds(
    buildings: Sequence[BaseGeometry], ground: BaseGeometry, frame: _Frame
) -> tuple[list[int], list[BaseGeometry]]:
    rows, seeds = [], []
    for row, building in enumerate(buildings):
        local = shapely.transform(building, lambda xy: frame.metres(np.rint(xy * SCALE)))
        inside = local if ground.covers(local) else shapely.intersection(local, ground)
        if inside.geom_type == "GeometryCollection":
            inside = max(shapely.get_parts(inside).tolist(), key=lambda g: g.area)
        if inside.is_empty:
            continue
        if inside.geom_type not in ("Polygon", "MultiPolygon"):
            inside = shapely.point_on_surface(inside)
        rows.append(row)
        seeds.append(inside)
    return rows, seeds


def _ground_seeds(ground: BaseGeometry) -> list[BaseGeometry]:
    wanted = min(_MOST_GROUND_CELLS, round(ground.area / _GROUND_M2))
    if wanted < 2:
        return []
    west, south, east, north = ground.bounds
    step = (ground.area / wanted) ** 0.5
    return [
        point
        for row, y in enumerate(np.arange(south + step / 2, north, step))
        for x in np.arange(west + step / (4 if row % 2 else 1.4), east, step)
        if ground.contains(point := shapely.Point(x, y))
    ]


def _points_of(seeds: Sequence[BaseGeometry]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return points along the walls, float (n, 2) in metres, and the row of each point's seed."""
    shapes = np.array(seeds, dtype=object)
    tree = shapely.STRtree(shapes)
    near = tree.query_nearest(shapes, exclusive=True, return_distance=True, all_matches=False)
    apart = np.full(len(shapes), _STEP_M[1])
    apart[near[0][0]] = near[1]
    smaller = shapely.buffer(shapes, -_SHRINK_M, quad_segs=1, join_style="mitre")
    shapes = np.where(shapely.is_empty(smaller), shapes, smaller)
    shapes = shapely.segmentize(shapes, np.clip(apart, *_STEP_M))
    xy, label = shapely.get_coordinates(shapes, return_index=True)
    points, first = np.unique(xy, axis=0, return_index=True)
    return points, label[first]


def _chains(points: NDArray[np.float64], label: NDArray[np.int64]) -> list[BaseGeometry]:
    """Return the lines between the Voronoi cells of different labels, whole between forks."""
    from scipy.spatial import Voronoi

    low, high = points.min(axis=0), points.max(axis=0)
    middle, size = (low + high) / 2, 50 * (np.ptp(points, axis=0).max() + 100)
    far = middle + size * np.array([(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1)])
    diagram = Voronoi(np.concatenate([points, far]))
    label = np.concatenate([label, np.full(len(far), -1)])
    pair = label[diagram.ridge_points]
    between = (pair[:, 0] != pair[:, 1]) & (pair >= 0).all(axis=1)
    ends = np.array(diagram.ridge_vertices)[between]
    if not len(ends):
        return []
    ends = ends[(ends >= 0).all(axis=1)]
    lines = shapely.linestrings(diagram.vertices[ends])
    merged = shapely.line_merge(shapely.multilinestrings(lines))
    return shapely.get_parts(merged).tolist()  # type: ignore[no-any-return]


# --- from borders to faces -----------------------------------------------------------------------


def _borders(
    chains: list[BaseGeometry],
    ground: BaseGeometry,
    seeds: Sequence[BaseGeometry],
    reach_m: float,
    straighten_m: float,
) -> list[BaseGeometry]:
    """Return the borders inside the ground, straightened, their ends moved to its vertices."""
    clipped = shapely.get_parts(shapely.intersection(np.array(chains, dtype=object), ground))
    lines = [g for g in clipped.tolist() if g.geom_type == "LineString" and g.length > 0]
    if straighten_m:
        lines = [line.simplify(straighten_m) for line in lines]
    if not reach_m or not lines:
        return lines
    edge = ground.boundary
    corners = shapely.get_coordinates(ground)
    ends = shapely.points(np.array([c for g in lines for c in (g.coords[0], g.coords[-1])]))
    outside = (shapely.distance(ends, edge) < 0.01).reshape(-1, 2)
    grown = shapely.buffer(ground, 0.02, quad_segs=1)
    shapely.prepare(grown)
    bend = _Bend(corners, grown, shapely.STRtree(seeds), reach_m)
    bent = []
    for line, (start, end) in zip(lines, outside.tolist(), strict=True):
        xy = shapely.get_coordinates(line)
        xy = bend.end(xy) if end else xy
        xy = bend.end(xy[::-1])[::-1] if start else xy
        bent.append(shapely.linestrings(xy))
    return bent


@dataclass(frozen=True)
class _Bend:
    """Moves the ends of lines to corners within reach, clear of the walls."""

    corners: NDArray[np.float64]
    ground: BaseGeometry
    walls: shapely.STRtree
    reach_m: float

    def end(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bend the end of a line to the nearest corner, from about as far back as that is off."""
        away = np.hypot(*(self.corners - xy[-1]).T)
        line = shapely.linestrings(xy)
        near = away.argsort(kind="stable")[:_CORNERS_TRIED]
        for corner in near[away[near] <= self.reach_m].tolist():
            for share in (0.8, 0.4, 0.15):
                kept = _shortened(xy, line, share * float(away[corner]))
                last = shapely.linestrings([kept[-1], self.corners[corner]])
                if self.ground.covers(last) and not len(
                    self.walls.query(last, "dwithin", _CLEAR_M)
                ):
                    return np.concatenate([kept, self.corners[corner : corner + 1]])
        return xy


def _shortened(xy: NDArray[np.float64], line: BaseGeometry, length_m: float) -> NDArray[np.float64]:
    """Return a line without its last metres, of a line that is shorter its first point."""
    left = line.length - length_m
    if left <= 0:
        return xy[:1]
    end = shapely.get_coordinates(shapely.line_interpolate_point(line, left))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    return np.concatenate([xy[along < left], end])


def _cut(face: Face, lines: Sequence[BaseGeometry], frame: _Frame) -> list[Face]:
    """Return the faces that lines cut a polygon into; all vertices on the lattice."""
    rings = [np.array([*ring, ring[0]], dtype=float) - frame.origin for ring in face]
    inner = [frame.lattice(shapely.get_coordinates(line)) for line in lines]
    long = [xy for xy in (*rings, *inner) if (xy != xy[0]).any()]
    drawn = shapely.linestrings(
        np.concatenate(long), indices=np.repeat(np.arange(len(long)), [len(xy) for xy in long])
    )
    noded = shapely.union_all(drawn, grid_size=1)
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    whole = shapely.polygons(rings[0], rings[1:] or None)
    if not shapely.is_valid(whole):
        whole = shapely.buffer(whole, 0)
    shapely.prepare(whole)
    inside = shapely.contains_xy(whole, shapely.get_coordinates(shapely.point_on_surface(found)))
    return [_face_of(polygon, frame) for polygon in found[inside]]


def cut_face(face: Face, line: BaseGeometry) -> list[Face]:
    """Return the faces that a line in degrees cuts a polygon into; itself where it cuts none."""
    frame = _Frame(face[0][0])
    metres = shapely.transform(line, lambda xy: frame.metres(xy * SCALE))
    return _cut(face, [metres], frame)


def _face_of(polygon: BaseGeometry, frame: _Frame) -> Face:
    rings = []
    for number, ring in enumerate((polygon.exterior, *polygon.interiors)):
        xy = np.rint(shapely.get_coordinates(ring) + frame.origin).astype(np.int64)[:-1]
        nodes: Ring = tuple((x, y) for x, y in xy.tolist())
        counter_clockwise = bool(shapely.is_ccw(ring))
        rings.append(nodes if counter_clockwise == (number == 0) else nodes[::-1])
    return tuple(rings)


def _owners(
    faces: Sequence[Face], seeds: Sequence[BaseGeometry], frame: _Frame
) -> list[int] | None:
    """Return the seed of each face; None when a border runs on the wrong side of a seed."""
    inner = np.array(seeds, dtype=object)
    wide = shapely.area(inner) > _WIDE_M2
    inner[wide] = shapely.buffer(inner[wide], -_SHRINK_M, quad_segs=1, join_style="mitre")
    inner = shapely.point_on_surface(inner)
    polygons = np.array([_to_frame(f, frame) for f in faces], dtype=object)
    point, found = shapely.STRtree(polygons).query(inner, predicate="intersects")
    owner = [-1] * len(faces)
    seen = set()
    for seed, face in zip(point.tolist(), found.tolist(), strict=True):
        if owner[face] >= 0 or seed in seen:
            return None
        owner[face] = seed
        seen.add(seed)
    return _spread(faces, owner) if len(seen) == len(seeds) else None


def _spread(faces: Sequence[Face], owner: list[int]) -> list[int]:
    """Give each face without a seed to the neighbour it shares most of its border with."""
    if -1 not in owner:
        return [max(o, 0) for o in owner]
    beside = _beside(faces)
    while -1 in owner:
        before = list(owner)
        for face, seed in enumerate(before):
            if seed >= 0:
                continue
            shared: dict[int, float] = defaultdict(float)
            for other, length in beside[face].items():
                if before[other] >= 0:
                    shared[before[other]] += length
            if shared:
                owner[face] = max(shared, key=lambda s: (shared[s], -s))
        if owner == before:
            break
    return [max(o, 0) for o in owner]


def _beside(faces: Sequence[Face]) -> list[dict[int, float]]:
    of_edge: dict[Edge, int] = {e: i for i, face in enumerate(faces) for e in edges_of(face)}
    beside: list[dict[int, float]] = [defaultdict(float) for _ in faces]
    for (start, end), face in of_edge.items():
        other = of_edge.get((end, start))
        if other is not None and other != face:
            beside[face][other] += float(np.hypot(start[0] - end[0], start[1] - end[1]))
    return beside


# --- walls ---------------------------------------------------------------------------------------


def _cuts_a_wall(
    faces: Sequence[Face],
    owner: Sequence[int],
    seeds: Sequence[BaseGeometry],
    frame: _Frame,
) -> bool:
    by_seed: dict[int, list[Face]] = defaultdict(list)
    for face, seed in zip(faces, owner, strict=True):
        by_seed[seed].append(face)
    built = [seed for seed in by_seed if seeds[seed].geom_type != "Point"]
    cells = [
        shapely.multipolygons([_to_frame(f, frame) for f in _dissolved(by_seed[seed])])
        for seed in built
    ]
    return not shapely.covers(cells, [seeds[seed] for seed in built]).all()


def _dissolved(faces: Sequence[Face]) -> list[Face]:
    """Return the ground of some faces, without work for a single one that is simple."""
    if len(faces) == 1:
        nodes = [node for ring in faces[0] for node in ring]
        if len(set(nodes)) == len(nodes):
            return faces_from(faces[0])
    return faces_from(outline(faces))


def _along_walls(
    face: Face,
    faces: Sequence[Face],
    owner: Sequence[int],
    seeds: Sequence[BaseGeometry],
    frame: _Frame,
) -> tuple[list[Face], list[int]]:
    """Return the faces cut along all walls too, each wall's inside with its building."""
    lines = [
        shapely.linestrings(frame.metres(np.array([*ring, ring[0]], dtype=float)))
        for f in faces
        for ring in f
    ]
    walls = [s.boundary for s in seeds if s.geom_type != "Point"]
    lines += [part for wall in walls for part in shapely.get_parts(wall).tolist()]
    parts = _cut(face, lines, frame)
    spots = shapely.point_on_surface([_to_frame(p, frame) for p in parts])
    before = shapely.STRtree([_to_frame(f, frame) for f in faces])
    under = before.nearest(spots)
    labels = [owner[i] for i in under.tolist()]
    built = shapely.STRtree([s.buffer(0.02) if s.geom_type != "Point" else s for s in seeds])
    for spot, seed in zip(*(x.tolist() for x in built.query(spots, "intersects")), strict=True):
        if seeds[seed].geom_type != "Point":
            labels[spot] = seed
    return parts, labels


# --- from faces to cells -------------------------------------------------------------------------


def _patch(faces: Sequence[Face], owner: Sequence[int], rows: list[int], count: int) -> Patch:
    owner = _connected(faces, owner)
    cells: list[Face] = []
    buildings: list[tuple[int, ...]] = []
    by_seed: dict[int, list[Face]] = defaultdict(list)
    for face, seed in zip(faces, owner, strict=True):
        by_seed[seed].append(face)
    for seed in range(count):
        own = by_seed.get(seed)
        for number, cell in enumerate(_dissolved(own) if own else []):
            cells.append(cell)
            buildings.append((rows[seed],) if rows and number == 0 else ())
    return Patch(tuple(cells), tuple(buildings))


def _connected(faces: Sequence[Face], owner: Sequence[int]) -> list[int]:
    """Give every piece that is cut off from the rest of its cell to a neighbour."""
    if len(set(owner)) == len(owner):
        return list(owner)
    beside = _beside(faces)
    settled = list(owner)
    for seed in set(owner):
        own = [i for i, o in enumerate(owner) if o == seed]
        pieces = components(own, lambda i: beside[i])
        if len(pieces) == 1:
            continue
        size = {i: shapely.Polygon(faces[i][0]).area for i in own}
        pieces.sort(key=lambda p: -sum(size[i] for i in p))
        for piece in pieces[1:]:
            for i in piece:
                settled[i] = -1
    return _spread(faces, settled)


# --- both sides of an edge -----------------------------------------------------------------------


def stitch(
    patches: Sequence[Sequence[Face]], originals: Sequence[Sequence[Face]]
) -> tuple[list[list[Face]], dict[Node, Edge]]:
    """Give both sides of each base edge the same nodes.

    Parameters
    ----------
    patches
        The cells of each grid.
    originals
        The polygons of each grid as they were.

    Returns
    -------
    The cells with the nodes of the cells across, and for each node that base edges did not have
    the ends of the edge it was put into.
    """
    corners = {node for faces in originals for face in faces for ring in face for node in ring}
    put: dict[Edge, list[Node]] = defaultdict(list)
    for cells, grid in zip(patches, originals, strict=True):
        for edge, nodes in nodes_put_in(cells, grid, corners):
            low, high = min(edge), max(edge)
            put[low, high] += [n for n in nodes if n not in put[low, high]]
    for (low, high), nodes in put.items():
        nodes.sort(key=lambda n: _along(n, low, high))
    between: dict[Edge, list[Node]] = {}
    for (low, high), nodes in put.items():
        chain = [low, *nodes, high]
        for i, start in enumerate(chain):
            for j in range(i + 2, len(chain)):
                between[start, chain[j]] = chain[i + 1 : j]
                between[chain[j], start] = chain[i + 1 : j][::-1]
    put_in = {n: ends for ends, nodes in put.items() for n in nodes}
    return [[with_nodes(c, between) for c in cells] for cells in patches], put_in


def nodes_put_in(
    cells: Sequence[Face], grid: Sequence[Face], corners: set[Node]
) -> list[tuple[Edge, list[Node]]]:
    """Return for each edge of some polygons the nodes that their cells have on it, if any."""
    found = []
    edges = {e for face in grid for e in edges_of(face)}
    for ring in outline(cells):
        start = next((i for i, n in enumerate(ring) if n in corners), None)
        if start is None:
            continue
        turned = (*ring[start:], *ring[:start], ring[start])
        last, nodes = turned[0], list[Node]()
        for node in turned[1:]:
            if node not in corners:
                nodes.append(node)
                continue
            if nodes and (last, node) in edges:
                found.append(((last, node), nodes))
            last, nodes = node, []
    return found


def _along(node: Node, low: Node, high: Node) -> int:
    return (node[0] - low[0]) * (high[0] - low[0]) + (node[1] - low[1]) * (high[1] - low[1])


def with_nodes(face: Face, between: Mapping[Edge, Sequence[Node]]) -> Face:
    """Return a face with the nodes that go into each of its directed edges."""
    if not between:
        return face
    return tuple(_ring_with_nodes(ring, between) for ring in face)


def _ring_with_nodes(ring: Ring, between: Mapping[Edge, Sequence[Node]]) -> Ring:
    nodes: list[Node] = []
    for start, end in zip(ring, (*ring[1:], ring[0]), strict=True):
        nodes.append(start)
        nodes += between.get((start, end), ())
    return tuple(nodes)

"""Starting from nothing: a first division from buildings, an outline and a table.

Most offices have no polygons, only a table that says of each building its level-3 grid, compound
and community. The ground is cut into cells around the buildings, and every cell goes where the
table says. What is doubtful is listed, not guessed away.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.directory import Place
from gis.division import GridKind
from gis.errors import InvalidInput
from gis.findings import Text
from gis.geometry import DECIMALS, LonLat, MetricFrame, area_m2, polygon_parts
from gis.ids import GridId, Level, PlaceId
from gis.planning.cell_map import Cell, CellMap
from gis.planning.cells import stitch, tessellate
from gis.planning.lattice import SCALE, components, faces_of, geometry_of
from gis.planning.state import GridAttributes, PlanState

_MARGIN_M = 60.0
MAX_BUILDINGS = 20_000


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """A line of the table: the building by id, name or address, and where it belongs."""

    building: str
    cluster: str
    compound: str
    community: str


@dataclass(frozen=True, slots=True)
class BuildingDoubt:
    """A building that somebody has to look at."""

    building: str
    text: Text
    place: LonLat | None = None


@dataclass(frozen=True)
class FirstDivision:
    """The ground and state of a first division, and what is in doubt."""

    cell_map: CellMap
    state: PlanState
    doubts: tuple[BuildingDoubt, ...]


def first_division(
    buildings: Sequence[Place],
    rows: Sequence[BuildingRow],
    outline: BaseGeometry | None,
    new_id: Callable[[Level], GridId],
) -> FirstDivision:
    """Return a first division.

    Parameters
    ----------
    buildings
        Points or footprints in WGS84 degrees.
    rows
        The table.
    outline
        The subdistrict in degrees; None takes the hull of the buildings and 60 m around.
    new_id
        Gives an id that no grid ever had.

    Raises
    ------
    InvalidInput
        No buildings, too many, or none of them in the table.
    """
    if not buildings or len(buildings) > MAX_BUILDINGS:
        raise InvalidInput(
            "buildings",
            f"buildings: {len(buildings)}, must be 1 to {MAX_BUILDINGS}",
            f"buildings：{len(buildings)} 栋，应为 1 到 {MAX_BUILDINGS} 栋",
        )
    area = outline if outline is not None else _hull(buildings)
    row_of, doubts = _matched(buildings, rows)
    if not row_of:
        raise InvalidInput(
            "table",
            "table: none of its buildings is on the map: the first column holds ids, names or "
            "addresses of the buildings",
            "table：表中楼栋都不在图上：第一列应为楼栋的 id、名称或地址",
        )
    cell_map, outside = _cell_map(area, buildings)
    doubts += [BuildingDoubt(_called(p), _OUTSIDE, _spot(p)) for p in outside]
    label = _labels(cell_map, row_of)
    grids, ids = _grids(label.values(), new_id)
    owner = {cell: ids[row] for cell, row in label.items()}
    cells_of: dict[GridId, set[int]] = defaultdict(set)
    for cell, grid in owner.items():
        cells_of[grid].add(cell)
    state = PlanState(cell_map, owner, grids, {g: frozenset(c) for g, c in cells_of.items()})
    doubts += _astray(cell_map, state, {p.id: p for p in buildings})
    return FirstDivision(cell_map, state, tuple(doubts))


_OUTSIDE = Text("it lies outside the outline", "位于轮廓之外")


def _hull(buildings: Sequence[Place]) -> BaseGeometry:
    shapes = np.array([p.geometry for p in buildings], dtype=object)
    frame = MetricFrame.of(shapes)
    ground = shapely.union_all(frame.to_metres(shapes))
    hull = ground.convex_hull.buffer(_MARGIN_M, quad_segs=4)
    return shapely.transform(frame.to_degrees(hull), lambda xy: np.round(xy, DECIMALS))


def _called(place: Place) -> str:
    return place.address or place.name or place.id


def _spot(place: Place) -> LonLat:
    point = shapely.point_on_surface(place.geometry)
    return float(point.x), float(point.y)


def _matched(
    buildings: Sequence[Place], rows: Sequence[BuildingRow]
) -> tuple[dict[PlaceId, BuildingRow], list[BuildingDoubt]]:
    by_name: dict[str, list[Place]] = defaultdict(list)
    for place in buildings:
        for name in {place.id, place.name, place.address, *place.aliases} - {""}:
            by_name[_key(name)].append(place)
    found: dict[PlaceId, BuildingRow] = {}
    doubts = []
    for row in rows:
        hits = by_name.get(_key(row.building), [])
        if len(hits) != 1:
            doubts.append(BuildingDoubt(row.building, _NOT_ON_MAP if not hits else _SEVERAL))
            continue
        place = hits[0]
        if place.id in found and found[place.id] != replace(row, building=found[place.id].building):
            doubts.append(BuildingDoubt(_called(place), _TWICE, _spot(place)))
            continue
        found[place.id] = row
    doubts += [
        BuildingDoubt(_called(p), _NOT_IN_TABLE, _spot(p)) for p in buildings if p.id not in found
    ]
    return found, doubts


_NOT_ON_MAP = Text("in the table, but not on the map", "表中有，图上没有")
_SEVERAL = Text("several buildings on the map have this name", "图上有多栋同名楼栋")
_TWICE = Text(
    "twice in the table, in different grids: the first counts", "表中重复且归属不同：以先者为准"
)
_NOT_IN_TABLE = Text("not in the table: it went with what lies beside it", "表中没有：已随相邻网格")


def _key(name: str) -> str:
    return "".join(name.split()).lower()


def _cell_map(area: BaseGeometry, buildings: Sequence[Place]) -> tuple[CellMap, list[Place]]:
    faces = [f for part in polygon_parts(area) for f in faces_of(part)]
    spots = shapely.point_on_surface(np.array([p.geometry for p in buildings], dtype=object))
    inside = shapely.intersects(area, spots)
    own = [p for p, here in zip(buildings, inside.tolist(), strict=True) if here]
    patches = [tessellate(f, [p.geometry for p in own]) for f in faces]
    stitched, put_in = stitch([p.faces for p in patches], [[f] for f in faces])
    flat = [f for cells in stitched for f in cells]
    held = [row for p in patches for row in p.buildings]
    shapes = np.array([geometry_of((f,)) for f in flat], dtype=object)
    areas = area_m2(shapes).tolist()
    points = np.rint(shapely.get_coordinates(shapely.point_on_surface(shapes)) * SCALE)
    cells, seen = {}, set[int]()
    for n, (face, row) in enumerate(zip(flat, held, strict=True)):
        fresh = [i for i in row if i not in seen]
        seen.update(fresh)
        x, y = points[n].astype(np.int64).tolist()
        cells[n] = Cell(
            n,
            None,
            face,
            (x, y),
            areas[n],
            buildings=tuple(own[i].id for i in fresh),
            households=sum(own[i].households or 0 for i in fresh),
        )
    outside = [p for p, here in zip(buildings, inside.tolist(), strict=True) if not here]
    return CellMap(cells, put_in), outside


def _labels(cell_map: CellMap, row_of: Mapping[PlaceId, BuildingRow]) -> dict[int, BuildingRow]:
    """Return the row of every cell: its building's, else that of the cells around it."""
    label = {
        cell.id: row_of[cell.buildings[0]]
        for cell in cell_map.cells.values()
        if cell.buildings and cell.buildings[0] in row_of
    }
    left = [c for c in cell_map.cells if c not in label]
    while left:
        found = {}
        for cell in left:
            around = Counter(label[b] for b in cell_map.beside[cell] if b in label)
            if around:
                found[cell] = max(around, key=lambda r: (around[r], r.cluster))
        if not found:
            some = next(iter(label.values()))
            found = dict.fromkeys(left, some)
        label |= found
        left = [c for c in left if c not in label]
    return label


def _grids(
    rows: object, new_id: Callable[[Level], GridId]
) -> tuple[dict[GridId, GridAttributes], dict[BuildingRow, GridId]]:
    grids: dict[GridId, GridAttributes] = {}
    known: dict[tuple[str, ...], GridId] = {}
    of_row: dict[BuildingRow, GridId] = {}

    def grid(path: tuple[str, ...], parent: GridId | None) -> GridId:
        if path not in known:
            level = Level(len(path))
            identity = known[path] = new_id(level)
            kind = _KINDS[level]
            if level is Level.BUILDING_CLUSTER and "门面" in path[-1]:
                kind = GridKind.SHOPFRONT_ROW
            grids[identity] = GridAttributes(identity, level, parent, path[-1][:100], kind)
        return known[path]

    for row in dict.fromkeys(rows):  # type: ignore[call-overload]
        one = grid((row.community,), None)
        two = grid((row.community, row.compound), one)
        of_row[row] = grid((row.community, row.compound, row.cluster), two)
    return grids, of_row


_KINDS = {
    Level.COMMUNITY: GridKind.COMMUNITY,
    Level.COMPOUND: GridKind.COMPOUND,
    Level.BUILDING_CLUSTER: GridKind.BUILDING_CLUSTER,
}


def _astray(
    cell_map: CellMap, state: PlanState, places: Mapping[PlaceId, Place]
) -> list[BuildingDoubt]:
    """Return the buildings that lie apart from the rest of their cluster."""
    found = []
    for grid, cells in state.cells_of.items():
        pieces = components(cells, lambda c: cell_map.beside[c])
        for piece in pieces[1:]:
            for cell in sorted(piece):
                for identity in cell_map.cells[cell].buildings:
                    name = state.grids[grid].name
                    text = Text(
                        f"it lies apart from the rest of {name}", f"与 {name} 的其余部分不相连"
                    )
                    place = places[identity]
                    found.append(BuildingDoubt(_called(place), text, _spot(place)))
    return found

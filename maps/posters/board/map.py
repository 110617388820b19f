"""The map of a board: the grid in colour, its surroundings in grey, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gis.directory import Place, PlaceKind
from gis.division import Grid
from gis.ids import Level
from maps.posters import style
from maps.posters.base_map import (
    Scene,
    draw_face,
    draw_signs,
    lines_on_paper,
    sign_spots,
)
from maps.posters.board.context import Board
from maps.posters.board.numbering import draw_number, natural
from maps.posters.fonts import PT_MM, printable
from maps.posters.free_space import FreeSpace
from maps.posters.furniture import (
    draw_entry,
    legend_entries,
    north_arrow,
    scale_bar,
    scale_text,
    watermark,
)
from maps.posters.map_labels import LabelLine, MapLabels, broken, label
from maps.posters.paper import Rect, polygon_outline
from maps.posters.projected import Lot, Sign
from maps.posters.scale import view_of
from maps.posters.subdistrict import (
    compound_labels,
    is_number,
    leader_of,
    number_texts,
    short_name,
    water_names,
)

_MARGIN = {Level.COMMUNITY: 0.05, Level.COMPOUND: 0.1, Level.BUILDING_CLUSTER: 0.17}
_MOST_NUMBERED = 99


def draw_board_map(board: Board, frame: Rect, strip: Rect) -> list[Place]:
    """Draw the map and the strip of scale and legend below it.

    Returns
    -------
    The businesses that carry a number on it, in that order.
    """
    ground, grid, f = board.ground, board.grid, board.f
    view = view_of(ground.polygon(grid).bounds, frame, margin=_MARGIN[grid.level])
    scene = Scene(board.paper, ground, view, f, grid, board.words)
    draw_face(scene)
    if ground.atlas.synthetic:
        watermark(board.paper, frame, board.words["synthetic"], 15 * f)
    x0, y0, x1, y1 = view.box
    room = FreeSpace((x0 + f, y0 + f, x1 - f, y1 - f), 0.3 * f)
    names = MapLabels(scene, room)
    _north(scene, room)
    _weigh(scene, room)
    signs = sign_spots(scene, [lot for lot in ground.lots_in(view.bounds) if scene.has(lot)])
    if grid.level == Level.COMMUNITY:
        _keep_free(room, signs, 1.4 * f)
        _children(scene, names)
    numbered = _numbers(board, scene, names, signs)
    _signs(scene, room, signs, with_businesses=not numbered)
    businesses = [one for one in signs if one[1] == "business"]
    institutions = [one for one in signs if one[1] != "business"]
    if grid.level == Level.COMMUNITY:
        _sign_names(scene, names, institutions)
    _buildings(scene, names)
    if grid.level != Level.COMMUNITY:
        _children(scene, names)
        _sign_names(scene, names, institutions)
    if not numbered:
        _sign_names(scene, names, businesses)
    _neighbours(scene, names)
    _roads(scene, names)
    water_names(scene, names, 18 * f)
    board.paper.rect(frame, edge=style.INK, width_pt=0.9 * f)
    _strip(scene, strip, sorted({sign for _, sign, _ in signs}))
    return numbered


def _north(scene: Scene, room: FreeSpace) -> None:
    f, view = scene.factor, scene.view
    x0, y0, x1, _ = view.box
    assert scene.focus is not None
    own = view.clipped(scene.ground.polygon(scene.focus))
    corners = [(x1 - 16 * f, y0 + 2 * f), (x0 + 2 * f, y0 + 2 * f)]
    boxes = [shapely.box(x, y, x + 14 * f, y + 20 * f) for x, y in corners]
    best = min(range(2), key=lambda i: float(shapely.intersection(boxes[i], own).area))
    x, y = corners[best]
    scene.paper.rect((x, y, 14 * f, 20 * f), radius=2 * f, fill=style.WHITE, alpha=0.85)
    north_arrow(scene.paper, (x + 7 * f, y + 7 * f), 11 * f, scene.words["north"])
    room.take((x, y, x + 14 * f, y + 20 * f))


def _weigh(scene: Scene, room: FreeSpace) -> None:
    ground, view = scene.ground, scene.view
    for level, cost in ((0, 2.0), (1, 2.0), (2, 1.6), (3, 1.0)):
        for line in lines_on_paper(scene, ground.lines_in(view.bounds, level)):
            room.weigh_line(line, cost)
    for lot in ground.lots_in(view.bounds):
        if lot.place.kind is PlaceKind.BUILDING and scene.has(lot):
            x0, y0, x1, y1 = view.paper(lot.ground).bounds
            room.weigh((x0, y0, x1, y1), 0.35)


def _children(scene: Scene, names: MapLabels) -> None:
    """Write the names of the grids within, with their leaders; of a level-3 grid, its own."""
    ground, f = scene.ground, scene.factor
    assert scene.focus is not None
    children = ground.division.children(scene.focus.id)
    for grid in sorted(children, key=lambda g: ground.polygon(g).area):
        polygon = scene.view.clipped(ground.polygon(grid))
        centre = scene.view.xy(ground.centres[ground.row[grid.id]])
        if grid.level == Level.COMPOUND:
            names.must(polygon, centre, compound_labels(scene, grid, 11.5 * f))
        else:
            names.must(polygon, centre, _cluster_labels(scene, names, grid, 12 * f))
    if not children:
        polygon = scene.view.clipped(ground.polygon(scene.focus))
        centre = scene.view.xy(ground.centres[ground.row[scene.focus.id]])
        parent = ground.division.by_id.get(scene.focus.parent) if scene.focus.parent else None
        rows = [
            LabelLine(short_name(scene.focus, parent), size * f, bold=True, colour=style.SELECTION)
            for size in (17, 14, 11.5, 9.5)
        ]
        wide = polygon.bounds[2] - polygon.bounds[0] if not polygon.is_empty else 0
        variants = [label(*broken(names.letters, r, wide * 0.7, 2)) for r in rows]
        names.inside(polygon, centre, variants, reach=0.5)


def _cluster_labels(scene: Scene, names: MapLabels, grid: Grid, size: float) -> list[Any]:
    leader = leader_of(scene.ground, grid)
    text = printable(leader.person.name)[:24] if leader else ""
    west, _, east, _ = scene.ground.polygon(grid).bounds
    wide = max(6.0, float(east - west) * scene.view.mm_per_m)
    found = []
    for share in (1, 0.85, 0.72):
        name = LabelLine(short_name(grid, scene.focus), size * share, bold=True, colour="#2f2740")
        second = LabelLine(text, size * share * 0.85, colour=style.SOFT)
        for width, most in ((0.85, 1), (0.6, 2), (0.45, 3)):
            rows = broken(names.letters, name, wide * width, most)
            found.append(label(*rows, second))
            found.append(label(*rows))
    # Beside a grid that is too small for it, a name stands on two lines.
    name = LabelLine(short_name(grid, scene.focus), size * 0.72, bold=True, colour="#2f2740")
    found.append(label(*broken(names.letters, name, 34 * scene.factor, 2)))
    return found


def _neighbours(scene: Scene, names: MapLabels) -> None:
    """Write in grey what lies around: grids of the same compound or level, then those above."""
    ground, f = scene.ground, scene.factor
    assert scene.focus is not None
    chain = ground.division.chain(scene.focus.id)
    shown: list[tuple[Grid, str]] = []
    for level in range(1, scene.focus.level + 1):
        for grid in ground.grids_in(scene.view.bounds, level):
            if grid in chain:
                continue
            beside = grid.parent == scene.focus.parent
            if level == Level.BUILDING_CLUSTER and not beside:
                continue
            above = ground.division.by_id.get(grid.parent) if grid.parent else None
            shown.append((grid, short_name(grid, above)))
    for grid, name in shown:
        polygon = scene.view.clipped(ground.polygon(grid))
        if polygon.is_empty:
            continue
        centre = shapely.get_coordinates(shapely.point_on_surface(polygon))[0]
        size = (13.5, 11, 9.5)[min(scene.focus.level - grid.level, 2)] * f
        size = 15 * f if grid.level == Level.COMMUNITY else size
        wide = max(6.0, polygon.bounds[2] - polygon.bounds[0])
        variants = []
        for share in (1, 0.8, 0.66):
            row = LabelLine(name, size * share, bold=grid.level < 3, colour=style.FAINT)
            variants += [
                label(*broken(names.letters, row, wide * width, most))
                for width, most in ((0.9, 1), (0.6, 2))
            ]
        variants = [v for v in variants if v.whole]
        names.inside(polygon, centre, variants, halo=style.ELSEWHERE, reach=0.4)


# --- places ---------------------------------------------------------------------------------------


def _numbers(
    board: Board, scene: Scene, names: MapLabels, signs: Sequence[tuple[Lot, Sign, Any]]
) -> list[Place]:
    """Number the businesses of a level-3 grid on the map; return them in order."""
    if board.grid.level != Level.BUILDING_CLUSTER:
        return []
    shops = sorted((s for s in signs if s[1] == "business"), key=lambda s: natural(s[0].place))
    shops = shops[:_MOST_NUMBERED]
    radius = 2.3 * board.f
    for number, (_, _, spot) in enumerate(shops, 1):
        middle = _near(names.room, spot, radius)
        if middle is None:
            continue
        if np.hypot(*(np.asarray(middle) - spot)) > radius:
            scene.paper.lines([np.array([middle, spot])], style.POINTS["business"], 0.8 * board.f)
        draw_number(board, str(number), middle, radius)
        x, y = middle
        names.room.take((x - radius, y - radius, x + radius, y + radius))
    return [lot.place for lot, _, _ in shops]


def _near(room: FreeSpace, spot: Any, radius: float) -> tuple[float, float] | None:
    """Return the free place for a circle that is nearest to a spot."""
    steps = np.arange(0, 14) * radius * 0.75
    angles = np.linspace(0, 2 * np.pi, 17)[:-1]
    ring = np.array([(s * np.cos(a), s * np.sin(a)) for s in steps for a in angles])
    away = np.hypot(*ring.T)
    best = room.best(ring + spot, (2.1 * radius, 2.1 * radius), away)
    return (best.x, best.y) if best else None


def _keep_free(room: FreeSpace, signs: Sequence[tuple[Lot, Sign, Any]], radius: float) -> None:
    """Let no name stand over the sign of a resident unit; over a business's it had better not."""
    for _, sign, (x, y) in signs:
        box = (x - radius, y - radius, x + radius, y + radius)
        if sign == "business":
            room.weigh(box, 1.0)
        else:
            room.take(box)


def _signs(
    scene: Scene,
    room: FreeSpace,
    signs: Sequence[tuple[Lot, Sign, Any]],
    *,
    with_businesses: bool,
) -> None:
    radius = 1.35 * scene.factor
    for _, sign, spot in signs:
        if sign == "business" and not with_businesses:
            continue
        r = radius * (0.62 if sign == "business" else 1)
        draw_signs(scene.paper, sign, [spot], r)
        x, y = spot
        room.take((x - r, y - r, x + r, y + r))


def _buildings(scene: Scene, names: MapLabels) -> None:
    """Number the buildings in one form and size: on them, else beside them."""
    f = scene.factor
    least = {1: 4.2, 2: 5.5, 3: 7.0}[int(scene.focus.level if scene.focus else 1)]
    lots = [
        lot
        for lot in scene.ground.lots_in(scene.view.bounds)
        if lot.place.kind is PlaceKind.BUILDING
        and lot.ground.geom_type != "Point"
        and scene.has(lot)
    ]
    numbered = [lot for lot in lots if is_number(lot.place.name)]
    chosen = names.on_all(
        [(scene.view.paper(lot.ground), number_texts(lot.place.name)) for lot in numbered],
        (16 * f, least * f),
    )
    for index, lot in enumerate(numbered):
        if index not in chosen.written and least >= 5:
            texts = number_texts(lot.place.name)
            names.beside(
                scene.view.paper(lot.ground),
                texts[min(chosen.form, len(texts) - 1)],
                chosen.size_pt,
            )
    for lot in lots:
        if is_number(lot.place.name):
            continue
        texts = number_texts(lot.place.name)
        on = names.on(scene.view.paper(lot.ground), texts, (chosen.size_pt, least * f))
        if not on and least >= 5:
            names.beside(
                scene.view.paper(lot.ground), texts[-1], min(chosen.size_pt, (least + 1.5) * f)
            )


def _sign_names(
    scene: Scene,
    names: MapLabels,
    signs: Sequence[tuple[Lot, Sign, Any]],
) -> None:
    f = scene.factor
    order = ["medical", "school", "resident_unit", "business"]
    for lot, sign, spot in sorted(signs, key=lambda s: order.index(s[1])):
        colour = style.mixed(style.POINTS[sign], "#000000", 0.3)
        size = (7.0 if sign == "business" else 8.6) * f
        row = LabelLine(printable(lot.place.name)[:24], size, colour=colour)
        names.around(spot, 1.5 * f, label(row), halo=style.WHITE, dearest=0.35)


def _roads(scene: Scene, names: MapLabels) -> None:
    for name, line in scene.ground.roads:
        lines = lines_on_paper(scene, [line])
        names.along(lines, printable(name)[:30], 10.5 * scene.factor, every_mm=110 * scene.factor)


# --- beside the map -------------------------------------------------------------------------------


def _strip(scene: Scene, box: Rect, signs: Sequence[str]) -> None:
    paper, f = scene.paper, scene.factor
    x, y, width, height = box
    paper.rect(box, fill=style.PANEL, edge=style.RULE, width_pt=0.6 * f)
    bar = scale_bar(scene, (x + 6 * f, y + 3.9 * f), 30 * f, 7.6 * f)
    middle = y + height / 2 + 1.1 * f
    paper.text((x + bar[2] + 15 * f, middle), scale_text(scene), 8.6 * f, bold=True)
    cursor = x + bar[2] + 34 * f
    entries = legend_entries(scene, signs)
    size, gap, room = 8.6 * f, 4 * f, x + width - cursor - 3 * f
    rows = 1
    if _wide(scene, entries, size, gap) > room:
        rows = 2
        while size > 4.5 * f and _wide(scene, entries, size, gap) > 1.85 * room:
            size, gap = size * 0.95, gap * 0.95
    lines = _in_rows(scene, entries, size, gap, rows, room)
    for number, row in enumerate(lines):
        baseline = y + height * (number + 0.5) / len(lines) + 1.1 * f
        if len(lines) == 2:
            baseline = y + height * (0.36 + 0.36 * number) + 0.8 * f
        at = cursor
        for entry in row:
            at += draw_entry(scene, entry, (at, baseline), size) + gap


def _in_rows(
    scene: Scene, entries: Sequence[Any], size: float, gap: float, rows: int, room: float
) -> list[list[Any]]:
    if rows == 1:
        return [list(entries)]
    lines: list[list[Any]] = [[]]
    for entry in entries:
        if lines[-1] and len(lines) < rows and _wide(scene, [*lines[-1], entry], size, gap) > room:
            lines.append([])
        lines[-1].append(entry)
    return lines


def _wide(scene: Scene, entries: Sequence[Any], size: float, gap: float) -> float:
    em = size * PT_MM
    letters = scene.paper.letters
    return sum(2.9 * em + letters.width_mm(e.word, size) + gap for e in entries)


def draw_inset(board: Board, box: Rect) -> float:
    """Draw where in the subdistrict the grid lies; return the lower edge of what was drawn."""
    paper, ground, f, words = board.paper, board.ground, board.f, board.words
    x, y, width, height = box
    frame = (x, y, width, height)
    view = view_of(ground.bounds, frame, margin=0.05, snapped=False)
    scene = Scene(paper, ground, view, f, None, words)
    paper.rect(frame, fill=style.MAP_PAPER)
    for _, river in ground.rivers:
        paper.shape(polygon_outline(view.clipped(river)), fill=style.WATER)
    communities = ground.division.level(Level.COMMUNITY)
    paper.shape(_outline(view, ground, communities), fill=style.ELSEWHERE)
    chain = ground.division.chain(board.grid.id)
    home = style.ground_colour(ground.community_colour(board.grid))
    paper.shape(_outline(view, ground, [chain[0]]), fill=home)
    edges = [*ground.lines_in(view.bounds, 1), *ground.lines_in(view.bounds, 0)]
    paper.lines(lines_on_paper(scene, edges), style.ELSEWHERE_LINE, 0.7 * f)
    own = _outline(view, ground, [board.grid])
    paper.shape(own, fill=style.SELECTION, edge=style.SELECTION, width_pt=1.2 * f,
                alpha=0.9)  # fmt: skip
    _spot(board, view)
    title = words["where"]
    wide = paper.letters.width_mm(title, 9.5 * f, bold=True) + 5 * f
    corner = (x + 1.5 * f, y + 1.5 * f, wide, 6 * f)
    paper.rect(corner, radius=1.5 * f, fill=style.WHITE, alpha=0.9)
    paper.text((x + 4 * f, y + 5.8 * f), title, 9.5 * f, bold=True, colour=style.BRAND)
    paper.rect(frame, edge=style.INK, width_pt=0.7 * f)
    return y + height


def _outline(view: Any, ground: Any, grids: Sequence[Grid]) -> Any:
    polygons = np.array([ground.polygon(g) for g in grids], dtype=object)
    return polygon_outline(view.clipped(polygons))


def _spot(board: Board, view: Any) -> None:
    """Ring a grid that is too small to be seen."""
    grid = board.ground.polygon(board.grid)
    if float(np.sqrt(grid.area)) * view.mm_per_m > 7 * board.f:
        return
    x, y = view.xy(board.ground.centres[board.ground.row[board.grid.id]])
    angles = np.linspace(0, 2 * np.pi, 49)
    ring = np.column_stack([x + 4.5 * board.f * np.cos(angles), y + 4.5 * board.f * np.sin(angles)])
    board.paper.lines([ring], style.WHITE, 2.6 * board.f, clip=view.frame)
    board.paper.lines([ring], style.SELECTION, 1.4 * board.f, clip=view.frame)

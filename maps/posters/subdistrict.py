"""The poster of the subdistrict: the map of all grids, and who is responsible for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gis.directory import PlaceKind
from gis.division import Grid
from gis.ids import Level
from gis.roster import GridRole, Responsible
from maps.posters import style
from maps.posters.base_map import (
    Scene,
    draw_face,
    draw_signs,
    lines_on_paper,
    sign_spots,
)
from maps.posters.directory import draw_directory
from maps.posters.fonts import PT_MM, Typeface, printable
from maps.posters.free_space import FreeSpace
from maps.posters.furniture import (
    deep_link,
    draw_entry,
    draw_footer,
    footer_text,
    legend_entries,
    north_arrow,
    qr_code,
    scale_bar,
    scale_text,
    watermark,
    write_line,
)
from maps.posters.map_labels import Label, LabelLine, MapLabels, broken, label
from maps.posters.paper import SIZES, Paper, Rect
from maps.posters.projected import Lot, ProjectedAtlas, Sign
from maps.posters.scale import view_of
from maps.posters.words import WORDS, put
from maps.settings import MapSettings

_DOOR = re.compile(r"\d{1,5}(?:-\d{1,3})?号")
_NUMBER = re.compile(r"^\s*(\d{1,4}(?:-\d{1,3})?)\s*(?:幢|栋|号楼|座|楼)?\s*$")


def draw_poster(
    ground: ProjectedAtlas, size: str, settings: MapSettings, letters: Typeface
) -> Paper:
    """Return the poster on a sheet of a size, upright or lying, whichever shows more."""
    width, height = SIZES[size]
    factor = width / SIZES["A3"][0]
    upright = _frames(width, height, factor, lying=False)
    lying = _frames(height, width, factor, lying=True)
    across = {f: view_of(ground.bounds, f[0], snapped=False).denominator for f in (upright, lying)}
    is_lying = across[lying] < across[upright] * 0.97
    map_frame, list_frame = lying if is_lying else upright
    paper = Paper(*((height, width) if is_lying else (width, height)), letters)
    words = WORDS[settings.language]
    view = view_of(ground.bounds, map_frame, margin=0.015)
    scene = Scene(paper, ground, view, factor, None, words)
    paper.figure.document = {
        "Title": printable(settings.title),
        "Author": printable(settings.maker),
    }
    _heading(scene, settings)
    _map(scene, settings)
    _strip(scene, (map_frame[0], map_frame[1] + map_frame[3], map_frame[2], 13 * factor))
    draw_directory(paper, ground, list_frame, factor, words)
    _footer(scene, settings)
    return paper


def _frames(width: float, height: float, factor: float, *, lying: bool) -> tuple[Rect, Rect]:
    """Return the frame of the map and that of the list of responsible people."""
    edge, top, foot = 11 * factor, 36 * factor, 13 * factor
    strip, gap = 13 * factor, 5 * factor
    if lying:
        map_width = (width - 2 * edge) * 0.66
        high = height - top - foot - strip
        map_frame = (edge, top, map_width, high)
        x = edge + map_width + gap
        return map_frame, (x, top, width - edge - x, high + strip)
    list_height = 79 * factor
    high = height - top - foot - strip - gap - list_height
    map_frame = (edge, top, width - 2 * edge, high)
    y = top + high + strip + gap
    return map_frame, (edge, y, width - 2 * edge, list_height)


# --- around the map -------------------------------------------------------------------------------


def _heading(scene: Scene, settings: MapSettings) -> None:
    paper, f, words = scene.paper, scene.factor, scene.words
    paper.rect((0, 0, paper.width, 29 * f), fill=style.BRAND)
    paper.rect((0, 29 * f, paper.width, 1.1 * f), fill=style.mixed(style.BRAND, style.WHITE, 0.55))
    facts = "   ·   ".join(facts_of(scene.ground, words))
    right = _hotline(scene, settings)
    wide = right - 22 * f
    write_line(
        paper, (11 * f, 17.2 * f), settings.title, wide, 37 * f, smallest=0.3, bold=True,
        colour=style.WHITE,
    )  # fmt: skip
    write_line(paper, (11 * f, 24.6 * f), facts, wide, 11.5 * f, colour="#f1dcd9")


def _hotline(scene: Scene, settings: MapSettings) -> float:
    """Write the hotline at the right of the heading; return where what is left of it ends."""
    paper, f = scene.paper, scene.factor
    if not settings.hotline:
        return paper.width
    right = paper.width - 11 * f
    wide = min(90 * f, max(30 * f, paper.letters.width_mm(settings.hotline, 30 * f, bold=True)))
    left = right - wide
    write_line(paper, (left, 10.4 * f), scene.words["hotline"], wide, 11 * f, colour="#f1dcd9")
    write_line(paper, (left, 22 * f), settings.hotline, wide + 1, 30 * f, bold=True,
               colour=style.WHITE)  # fmt: skip
    return left


def facts_of(ground: ProjectedAtlas, words: Any) -> list[str]:
    """Return how many grids there are on each level, and how large the whole is."""
    counts = [len(ground.division.level(n)) for n in (1, 2, 3)]
    found = [put(text, n) for text, n in zip(words["totals"], counts, strict=True) if n]
    if ground.area_km2 >= 0.005:
        found.append(put(words["area"], f"{ground.area_km2:.2f}"))
    return found


def _strip(scene: Scene, box: Rect) -> None:
    """Draw the strip below the map: the scale and the legend."""
    paper, f = scene.paper, scene.factor
    x, y, width, height = box
    paper.rect(box, fill=style.PANEL, edge=style.RULE, width_pt=0.6 * f)
    size = 8.2 * f
    bar = scale_bar(scene, (x + 6 * f, y + 4.6 * f), 52 * f, 7 * f)
    paper.text((x + bar[2] + 16 * f, y + height / 2 + 1.1 * f), scale_text(scene), 8.6 * f,
               bold=True)  # fmt: skip
    cursor = x + bar[2] + 41 * f
    signs = sorted({sign for _, sign, _ in _signs(scene)})
    entries = legend_entries(scene, signs)
    room = x + width - cursor - 4 * f
    gap = 5 * f
    while size > 4 * f and _legend_width(scene, entries, size, gap) > room:
        size, gap = size * 0.94, gap * 0.94
    for entry in entries:
        cursor += draw_entry(scene, entry, (cursor, y + height / 2 + 1.1 * f), size) + gap


def _legend_width(scene: Scene, entries: Sequence[Any], size: float, gap: float) -> float:
    em = size * PT_MM
    return sum(2.9 * em + scene.paper.letters.width_mm(e.word, size) + gap for e in entries)


def _footer(scene: Scene, settings: MapSettings) -> None:
    paper, f, words = scene.paper, scene.factor, scene.words
    atlas = scene.ground.atlas
    tags = [words["internal"]] if atlas.edition == "internal" else []
    tags += [words["synthetic"]] if atlas.synthetic else []
    box = (11 * f, paper.height - 11.5 * f, paper.width - 22 * f, 8 * f)
    draw_footer(paper, footer_text(atlas, settings, words), box, 8.4 * f, tags=tags)


# --- the map --------------------------------------------------------------------------------------


def _map(scene: Scene, settings: MapSettings) -> None:
    paper, view, f = scene.paper, scene.view, scene.factor
    draw_face(scene)
    if scene.ground.atlas.synthetic:
        watermark(paper, view.frame, scene.words["synthetic"], 15 * f)
    x0, y0, x1, y1 = view.box
    room = FreeSpace((x0 + f, y0 + f, x1 - f, y1 - f), 0.3 * f**0.5)
    _corners(scene, room, settings)
    names = MapLabels(scene, room)
    _weigh(scene, room)
    signs = _signs(scene)
    must_names(scene, names)
    _roads(scene, names)
    kept = _draw_signs(scene, room, signs)
    _building_numbers(scene, names)
    _cluster_names(scene, names)
    _place_names(scene, names, kept)
    water_names(scene, names, 17 * f)
    paper.rect(view.frame, edge=style.INK, width_pt=0.9 * f)


def _corners(scene: Scene, room: FreeSpace, settings: MapSettings) -> None:
    """Put north arrow and QR code into the corners where the fewest grids lie."""
    paper, f, view = scene.paper, scene.factor, scene.view
    x0, y0, x1, y1 = view.box
    whole = shapely.union_all(view.paper(scene.ground.polygons)) if scene.ground.grids else None
    link = deep_link(settings, None)
    size = 30 * f
    corners: list[Rect] = [
        (x1 - 18 * f, y0 + 3 * f, 15 * f, 22 * f),
        (x0 + 3 * f, y0 + 3 * f, 15 * f, 22 * f),
    ]
    corner = _freest(corners, whole)
    north_arrow(paper, (corner[0] + 7.5 * f, corner[1] + 7 * f), 13 * f, scene.words["north"])
    _take(room, corner)
    if not link:
        return
    corners = [
        (x0 + 4 * f, y0 + 4 * f, size, size + 6.5 * f),
        (x1 - size - 4 * f, y1 - size - 10.5 * f, size, size + 6.5 * f),
        (x0 + 4 * f, y1 - size - 10.5 * f, size, size + 6.5 * f),
        (x1 - size - 22 * f, y0 + 4 * f, size, size + 6.5 * f),
    ]
    box = _freest([c for c in corners if not _meet(c, corner)], whole)
    paper.rect(box, fill=style.WHITE, edge=style.RULE, width_pt=0.5 * f, radius=1.5 * f)
    qr_code(paper, link, (box[0] + 0.5 * f, box[1] + 0.5 * f, size - f, size - f))
    middle = box[0] + size / 2
    words = scene.words["scan"]
    letter = min(9 * f, 9 * f * (size - 5 * f) / paper.letters.width_mm(words, 9 * f))
    paper.text((middle, box[1] + size + 3.4 * f), words, letter, align="center", bold=True)
    _take(room, box)


def _meet(a: Rect, b: Rect) -> bool:
    return bool(
        a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
    )


def _freest(corners: Sequence[Rect], whole: Any) -> Rect:
    def covered(rect: Rect) -> float:
        x, y, width, height = rect
        box = shapely.box(x, y, x + width, y + height)
        return float(shapely.intersection(box, whole).area) if whole is not None else 0.0

    return min(corners, key=covered)


def _take(room: FreeSpace, rect: Rect) -> None:
    x, y, width, height = rect
    room.take((x, y, x + width, y + height))


def _weigh(scene: Scene, room: FreeSpace) -> None:
    """Let names keep off the boundaries and the buildings where they can."""
    for level, cost in ((0, 3.0), (1, 3.0), (2, 1.4), (3, 0.25)):
        for line in lines_on_paper(scene, scene.ground.lines_in(scene.view.bounds, level)):
            room.weigh_line(line, cost)


def must_names(scene: Scene, names: MapLabels) -> None:
    """Write the names of all communities and compounds."""
    ground, f, view = scene.ground, scene.factor, scene.view
    communities = ground.division.level(Level.COMMUNITY)
    compounds = ground.division.level(Level.COMPOUND)
    size, k = 11.5 * f**0.9, f**0.84
    labels = {g.id: compound_labels(scene, g, 5.9 * k) for g in compounds}
    for grid in compounds:
        # Where a compound's own name would stand, its community's had better not.
        wide, high = labels[grid.id][0].size_mm(names.letters)
        x, y = view.xy(ground.centres[ground.row[grid.id]])
        names.room.weigh((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), 0.5)
    for grid in communities:
        polygon, centre = _on_paper(scene, grid)
        names.must(polygon, centre, community_labels(scene, grid, size), reach=0.7)
    for grid in sorted(compounds, key=lambda g: ground.polygon(g).area):
        polygon, centre = _on_paper(scene, grid)
        names.must(polygon, centre, labels[grid.id])


def _on_paper(scene: Scene, grid: Grid) -> tuple[Any, Any]:
    ground, view = scene.ground, scene.view
    polygon = view.clipped(ground.polygon(grid))
    return polygon, view.xy(ground.centres[ground.row[grid.id]])


def community_labels(scene: Scene, grid: Grid, size: float) -> list[Label]:
    """Return the ways to write a community's name, the best first."""
    ground, letters = scene.ground, scene.paper.letters
    leader = leader_of(ground, grid)
    wide = _width_on_paper(scene, grid)
    found = []
    for share in (1, 0.88, 0.76, 0.66, 0.56):
        name = LabelLine(printable(grid.name), size * share, bold=True)
        second = LabelLine(_leader_text(scene, leader), size * share * 0.52, colour=style.SOFT)
        found.append(label(*broken(letters, name, wide * 0.92, 1), second))
        found.append(label(*broken(letters, name, wide * 0.62, 2), second))
        found.append(label(*broken(letters, name, wide * 0.8, 2)))
    found.append(
        label(*broken(letters, LabelLine(printable(grid.name), size * 0.5, bold=True), 30, 2))
    )
    return found


def compound_labels(scene: Scene, grid: Grid, size: float) -> list[Label]:
    """Return the ways to write a compound's name, the best first."""
    ground, letters = scene.ground, scene.paper.letters
    leader = leader_of(ground, grid)
    wide = _width_on_paper(scene, grid)
    found = []
    for share in (1, 0.92, 0.84, 0.76, 0.68):
        name = LabelLine(printable(grid.name), size * share, bold=True, colour="#2f2740")
        second = LabelLine(_leader_text(scene, leader), size * share * 0.84, colour=style.SOFT)
        found.append(label(*broken(letters, name, wide * 0.9, 1), second))
        found.append(label(*broken(letters, name, wide * 0.62, 2), second))
        found.append(label(*broken(letters, name, wide * 0.45, 3), second))
        found.append(label(*broken(letters, name, wide * 0.7, 2)))
        found.append(label(*broken(letters, name, wide * 0.45, 3)))
    most = max(8.0, 22 * scene.factor**0.5)
    name = LabelLine(printable(grid.name), size * 0.62, bold=True, colour="#2f2740")
    found.append(label(*broken(letters, name, most, 2)))
    return found


def _width_on_paper(scene: Scene, grid: Grid) -> float:
    west, _, east, _ = scene.ground.polygon(grid).bounds
    return max(4.0, float(east - west) * scene.view.mm_per_m)


def leader_of(ground: ProjectedAtlas, grid: Grid) -> Responsible | None:
    """Return the grid leader of a grid, its own or inherited; None where none is shown."""
    held = ground.atlas.sheet(grid).responsible
    return next((r for r in held if r.duty.role is GridRole.GRID_LEADER), None)


def _leader_text(scene: Scene, leader: Responsible | None) -> str:
    if leader is None:
        return ""
    phone = leader.person.posted_phone if scene.factor > 1.2 else ""
    return printable(f"{leader.person.name} {phone}")[:40]


def short_name(grid: Grid, parent: Grid | None) -> str:
    """Return a grid's name without its parent's in front of it.

    >>> _after("金陵二村第3网格", "金陵二村")
    '第3网格'
    """
    return _after(printable(grid.name), printable(parent.name) if parent else "")


def _after(name: str, before: str) -> str:
    return name.removeprefix(before).lstrip("·- ") or name


def cluster_number(grid: Grid) -> str:
    """Return the number of a level-3 grid within its compound: the end of its code."""
    return grid.code[-3:].lstrip("0") or grid.code[-3:]


# --- lesser names ---------------------------------------------------------------------------------


def _roads(scene: Scene, names: MapLabels) -> None:
    size = 6.2 * scene.factor**0.8
    for name, line in scene.ground.roads:
        lines = lines_on_paper(scene, [line])
        names.along(lines, printable(name)[:30], size, every_mm=120 * scene.factor**0.8)


def _cluster_names(scene: Scene, names: MapLabels) -> None:
    ground, f = scene.ground, scene.factor
    size = 4.6 * f**0.72
    for grid in ground.division.level(Level.BUILDING_CLUSTER):
        polygon, centre = _on_paper(scene, grid)
        parent = ground.division.by_id.get(grid.parent) if grid.parent else None
        name = short_name(grid, parent)
        wide = _width_on_paper(scene, grid)
        variants = []
        if f > 1.2:
            row = LabelLine(name, size, colour=style.BOUNDARY)
            variants = [
                label(*broken(names.letters, row, wide * 0.85, 1)),
                label(*broken(names.letters, row, wide * 0.6, 2)),
            ]
            variants = [v for v in variants if v.whole]
        variants.append(label(LabelLine(cluster_number(grid), size, colour=style.BOUNDARY)))
        names.inside(polygon, centre, variants, halo=None, reach=0.8)


def _building_numbers(scene: Scene, names: MapLabels) -> None:
    f = scene.factor
    if scene.view.mm_per_m * 12 < 1.1:
        return
    sizes = (7 * f**0.6, 3.3 * f**0.35)
    lots = [
        lot
        for lot in scene.ground.lots
        if lot.place.kind is PlaceKind.BUILDING and lot.ground.geom_type != "Point"
    ]
    numbered = [lot for lot in lots if is_number(lot.place.name)]
    chosen = names.on_all(
        [(scene.view.paper(lot.ground), number_texts(lot.place.name)) for lot in numbered], sizes
    )
    for index, lot in enumerate(numbered):
        if index not in chosen.written:
            texts = number_texts(lot.place.name)
            names.beside(
                scene.view.paper(lot.ground),
                texts[min(chosen.form, len(texts) - 1)],
                chosen.size_pt,
            )
    for lot in lots:
        if not is_number(lot.place.name):
            largest = max(chosen.size_pt, sizes[1])
            names.on(
                scene.view.paper(lot.ground), number_texts(lot.place.name), (largest, sizes[1])
            )


def is_number(name: str) -> bool:
    """Return whether a building is called by a number alone.

    >>> is_number("12号楼"), is_number("人民商场")
    (True, False)
    """
    return _NUMBER.match(printable(name)) is not None


def number_texts(name: str) -> list[str]:
    """Return how a building is written on the map: as it is named, else its number.

    >>> number_texts("12号楼"), number_texts("人民商场")
    (['12号楼', '12'], ['人民商场'])
    >>> number_texts("宝塔桥西街22号门面房")
    ['宝塔桥西街22号门面房', '22号']
    """
    plain = printable(name)
    if found := _NUMBER.match(plain):
        return list(dict.fromkeys([plain, found[1]]))
    door = _DOOR.search(plain)
    return [plain[:12], door[0]] if door and door[0] != plain else [plain[:12]]


def _signs(scene: Scene) -> list[tuple[Lot, Sign, Any]]:
    found = sign_spots(scene, scene.ground.lots)
    # Businesses stand too close to each other on the smallest sheet.
    return [s for s in found if scene.factor > 1.2 or s[1] != "business"]


def _draw_signs(
    scene: Scene, room: FreeSpace, signs: Sequence[tuple[Lot, Sign, Any]]
) -> list[tuple[Lot, Sign, Any]]:
    """Draw the signs that no name covers; return them."""
    radius = scene.weights.sign_mm
    order: list[Sign] = ["medical", "school", "resident_unit", "business"]
    kept: dict[Sign, list[tuple[Lot, Sign, Any]]] = {sign: [] for sign in order}
    for lot, sign, (x, y) in sorted(signs, key=lambda s: order.index(s[1])):
        r = radius * (0.8 if sign == "business" else 1.1)
        if room.is_free((x - r, y - r, x + r, y + r)):
            kept[sign].append((lot, sign, np.array([x, y])))
    for sign in reversed(order):
        spots = [spot for _, _, spot in kept[sign]]
        if spots:
            draw_signs(scene.paper, sign, spots, radius * (0.7 if sign == "business" else 1))
        for x, y in spots:
            room.take((x - radius, y - radius, x + radius, y + radius))
    return [one for sign in order for one in kept[sign]]


def _place_names(scene: Scene, names: MapLabels, signs: Sequence[tuple[Lot, Sign, Any]]) -> None:
    f = scene.factor
    size = 4.4 * f**0.5
    for lot, sign, spot in signs:
        if sign == "business" and f < 1.9:
            continue
        colour = style.mixed(style.POINTS[sign], "#000000", 0.25)
        text = printable(lot.place.name)[:24]
        size_here = size * (0.88 if sign == "business" else 1)
        given = label(LabelLine(text, size_here, colour=colour))
        names.around(spot, scene.weights.sign_mm * 1.15, given, dearest=0.015)


def water_names(scene: Scene, names: MapLabels, size: float) -> None:
    """Write each river's name in the midst of the widest water without anything on it."""
    for name, river in scene.ground.rivers:
        shown = scene.view.clipped(river)
        if shown.is_empty:
            continue
        dry = shapely.union_all(scene.view.clipped(scene.ground.polygons))
        water = shapely.difference(shown, dry)
        if water.is_empty or water.area < 40:
            continue
        spoke = shapely.maximum_inscribed_circle(water, tolerance=1.0)
        centre = shapely.get_coordinates(spoke)[0]
        row = LabelLine(printable(name)[:20], size, bold=True, colour=style.WATER_INK)
        lesser = LabelLine(row.text, size * 0.6, bold=True, colour=style.WATER_INK)
        names.inside(water, centre, [label(row), label(lesser)], halo=None)

"""Do the grids tile the ground? Overlaps, gaps, children outside their parents, missing grids.

Every fault of any size is an error: a point in a gap has nobody responsible for it, a point in
an overlap has two. ``shapely.coverage_is_valid`` alone is not enough: it accepts a set with a
whole grid missing, so completeness is checked against the parents.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.division import CODE_SCHEME, Division, Grid
from gis.findings import Finding, Text, error
from gis.geometry import area_m2, length_m, point_inside, polygon_parts
from gis.ids import Level


def check_topology(
    division: Division, incomplete: Collection[str] = (), unread: Collection[Level] = ()
) -> list[Finding]:
    """Return every fault in how the grids of a division lie, with code, place and size.

    For each level: no two grids overlap and their edges match vertex by vertex; every parent is
    exactly the union of its children; level 1 leaves no hole in the middle.

    Parameters
    ----------
    division
        Grids whose boundaries are valid each by itself.
    incomplete
        Codes of parents of which a child could not be read: what it would cover is no gap.
    unread
        Levels of which a grid could not be read: they are not missing.
    """
    findings: list[Finding] = []
    for level in Level:
        grids = division.level(level)
        if not grids:
            findings += [] if level in unread else [_missing_level(level)]
        elif not _is_coverage(grids):
            findings += _overlaps(grids) or _unmatched_edges(grids)
    for parent in (*division.level(Level.COMMUNITY), *division.level(Level.COMPOUND)):
        findings += _compare_with_children(parent, division, parent.code in incomplete)
    findings += _holes(division.level(Level.COMMUNITY))
    return findings


def _boundaries(grids: Sequence[Grid]) -> Any:
    return np.array([g.boundary for g in grids], dtype=object)


def _is_coverage(grids: Sequence[Grid]) -> bool:
    return bool(shapely.coverage_is_valid(_boundaries(grids)))


def _missing_level(level: Level) -> Finding:
    text = Text(
        f"there is no grid of level {int(level)}: all three levels must be in the set",
        f"没有第 {int(level)} 级网格：三级网格必须齐全",
    )
    return error("wrong_level", text)


# --- side by side ----------------------------------------------------------------------------


def _overlaps(grids: Sequence[Grid]) -> list[Finding]:
    bounds = _boundaries(grids)
    left, right = shapely.STRtree(bounds).query(bounds, predicate="intersects")
    pairs = sorted((i, j) for i, j in zip(left.tolist(), right.tolist(), strict=True) if i < j)
    findings = []
    for i, j in pairs:
        for part in polygon_parts(shapely.intersection(bounds[i], bounds[j])):
            findings.append(_overlap(grids[i], grids[j], part))
    return findings


def _overlap(one: Grid, other: Grid, part: BaseGeometry) -> Finding:
    size = area_m2(part)
    text = Text(
        f"overlaps grid {other.code} by {_m2(size)}: one of the two must give the ground up",
        f"与网格 {other.code} 重叠 {_m2_zh(size)}：应由其中一个让出",
    )
    return error(
        "overlap", text, grid_code=one.code, place=point_inside(part), size=size, unit="m2"
    )


def _unmatched_edges(grids: Sequence[Grid]) -> list[Finding]:
    """Return the edges that neighbours draw with different vertices, where nothing overlaps."""
    edges = shapely.coverage_invalid_edges(_boundaries(grids))
    findings = []
    for grid, edge in zip(grids, edges, strict=True):
        if shapely.is_empty(edge):
            continue
        size = length_m(edge)
        text = Text(
            f"an edge of {size:.1f} m has other vertices than its neighbour's: give both sides "
            "the same vertices, else points on it belong to nobody",
            f"有 {size:.1f} 米边界与相邻网格的顶点不一致：两侧应使用相同顶点，否则边上的点无所归属",
        )
        place = shapely.get_coordinates(edge)[0]
        findings.append(
            error(
                "unmatched_edge",
                text,
                grid_code=grid.code,
                place=(float(place[0]), float(place[1])),
                size=size,
                unit="m",
            )
        )
    return findings


# --- one above the other -----------------------------------------------------------------------


def _compare_with_children(parent: Grid, division: Division, incomplete: bool) -> list[Finding]:
    children = division.children(parent.id)
    if not children:
        return [] if incomplete else [_childless(parent)]
    covered = shapely.union_all(_boundaries(children))
    if covered.equals(parent.boundary):
        return []
    findings = [
        _outside(child, parent, part)
        for child in children
        for part in _difference(child.boundary, parent.boundary)
    ]
    if incomplete:
        return findings
    hint = _missing_codes(parent, children)
    findings += [_gap(parent, part, hint) for part in _difference(parent.boundary, covered)]
    return findings


def _difference(one: BaseGeometry, other: BaseGeometry) -> list[BaseGeometry]:
    return polygon_parts(shapely.difference(one, other))


def _childless(parent: Grid) -> Finding:
    size = area_m2(parent.boundary)
    below = int(parent.level) + 1
    text = Text(
        f"gap: it has no grid of level {below} in it, so {_m2(size)} belong to nobody",
        f"缺口：其中没有第 {below} 级网格，{_m2_zh(size)} 无所归属",
    )
    return error(
        "gap",
        text,
        grid_code=parent.code,
        place=point_inside(parent.boundary),
        size=size,
        unit="m2",
    )


def _outside(child: Grid, parent: Grid, part: BaseGeometry) -> Finding:
    size = area_m2(part)
    text = Text(
        f"reaches {_m2(size)} outside its parent {parent.code}: a parent is the union of its "
        "children",
        f"有 {_m2_zh(size)} 超出上级网格 {parent.code}：上级应等于下级之和",
    )
    return error(
        "outside_parent",
        text,
        grid_code=child.code,
        place=point_inside(part),
        size=size,
        unit="m2",
    )


def _gap(parent: Grid, part: BaseGeometry, hint: tuple[str, ...]) -> Finding:
    size = area_m2(part)
    below = int(parent.level) + 1
    missing = ", ".join(hint)
    text = Text(
        f"gap: {_m2(size)} of it belong to no grid of level {below}"
        + (f" (no grid carries {missing})" if hint else ""),
        f"缺口：其中 {_m2_zh(size)} 不属于任何第 {below} 级网格"
        + (f"（缺少编号 {missing}）" if hint else ""),
    )
    return error("gap", text, grid_code=parent.code, place=point_inside(part), size=size, unit="m2")


def _missing_codes(parent: Grid, children: Sequence[Grid]) -> tuple[str, ...]:
    """Return the codes between the first and last child's that nobody carries."""
    if parent.code_scheme != CODE_SCHEME:
        return ()
    tails = {c.code[len(parent.code) :] for c in children}
    if not all(len(t) == 3 and t.isascii() and t.isdigit() for t in tails):
        return ()
    numbers = {int(t) for t in tails}
    absent = [n for n in range(1, max(numbers)) if n not in numbers]
    return tuple(f"{parent.code}{n:03d}" for n in absent[:5])


def _holes(communities: Sequence[Grid]) -> list[Finding]:
    """Return the holes in the middle of the whole that no community covers."""
    if not communities:
        return []
    whole = shapely.union_all(_boundaries(communities))
    findings = []
    for part in polygon_parts(whole):
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            size = area_m2(hole)
            beside = min(communities, key=lambda g: g.boundary.distance(hole))
            text = Text(
                f"gap: {_m2(size)} beside it belong to no community",
                f"缺口：旁边有 {_m2_zh(size)} 不属于任何社区",
            )
            findings.append(
                error(
                    "gap",
                    text,
                    grid_code=beside.code,
                    place=point_inside(hole),
                    size=size,
                    unit="m2",
                )
            )
    return findings


# --- the tree ----------------------------------------------------------------------------------


def check_tree(
    rows: Iterable[tuple[Grid, str | None]], elsewhere: Collection[str] = ()
) -> list[Finding]:
    """Return codes and ids that stand twice, and parents that are missing or of a wrong level.

    Parameters
    ----------
    rows
        Each grid with its parent's code, as a file tells them.
    elsewhere
        Codes that exist but are not among the rows.
    """
    rows = list(rows)
    level_of = {g.code: g.level for g, _ in rows}
    findings = _repeated("code", [(g.code, g) for g, _ in rows])
    findings += _repeated("id", [(g.id, g) for g, _ in rows if g.id])
    for grid, parent in rows:
        wanted = grid.level.above
        if parent is None:
            continue
        if wanted is None:
            findings.append(_wrong_parent(grid, f"{parent}, but level 1 has none", None))
        elif parent not in level_of and parent not in elsewhere:
            findings.append(_wrong_parent(grid, f"{parent}, which is not in the set", wanted))
        elif level_of.get(parent, wanted) != wanted:
            what = f"{parent} of level {int(level_of[parent])}"
            findings.append(_wrong_parent(grid, what, wanted))
    return findings


def _repeated(word: str, named: list[tuple[str, Grid]]) -> list[Finding]:
    first: dict[str, Grid] = {}
    findings = []
    for name, grid in named:
        other = first.setdefault(name, grid)
        if other is grid:
            continue
        text = Text(
            f"{word} {name} stands twice: {other.name[:40]!r} and {grid.name[:40]!r}; "
            "each grid has one of its own",
            f"{'编号' if word == 'code' else 'id'} {name} 重复："
            f"{other.name[:40]!r} 与 {grid.name[:40]!r}；每个网格应各有其一",
        )
        place = point_inside(grid.boundary)
        findings.append(error(f"duplicate_{word}", text, grid_code=grid.code, place=place))
    return findings


def _wrong_parent(grid: Grid, what: str, wanted: Level | None) -> Finding:
    level = f" of level {int(wanted)}" if wanted else ""
    text = Text(
        f"its parent is {what}: name a grid{level} of this set",
        f"上级网格为 {what}：应为本数据中的上一级网格",
    )
    place = point_inside(grid.boundary)
    return error("wrong_parent", text, grid_code=grid.code, place=place)


def _m2(size: float) -> str:
    return f"{size:,.2f} m²" if size >= 0.01 else f"{size:.1e} m²"


def _m2_zh(size: float) -> str:
    return _m2(size).replace("m²", "平方米")

"""The ground of every level-3 grid: communities cut into compounds, compounds into grids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from data.sample.cuts import Cut, Style, sever
from data.sample.frame import random_for, tidy
from data.sample.lots import Fronts, Lot, Manner, share
from data.sample.plan import COMMUNITIES, Community, Compound, Ground, Member
from data.sample.rows import Row, Size, take_row
from data.sample.skeleton import Skeleton
from data.sample.streets import through, wander

CLUSTER_M2, HUTS_M2, ROW_M2, SMALL_M2 = 26_500.0, 13_500.0, 4_000.0, 20_000.0
LANES = Manner(Style(wander_m=2.6, bow_m=5.0, jog_m=15.0), tries=26, frontage_m=45.0)
STREETS = Manner(Style(wander_m=4.0, bow_m=11.0), tries=40)


@dataclass(frozen=True)
class Block:
    """A level-3 grid's ground before names and numbers, in board metres.

    `member` is the compound it belongs to (None for a row or other ground); `spine` is the line of
    a shopfront row's buildings, `road` the street it faces.
    """

    community: str
    compound: str
    kind: str
    shape: shapely.Polygon
    member: str | None = None
    ground: str | None = None
    spine: shapely.LineString | None = None
    road: str | None = None


def draw_blocks(skeleton: Skeleton) -> list[Block]:
    """All 247 grids' ground, community by community, compound by compound."""
    fronts = street_fronts(skeleton)
    return [
        block
        for community in COMMUNITIES
        for block in _community_blocks(community, skeleton.communities[community.name], fronts)
    ]


def street_fronts(skeleton: Skeleton) -> dict[str, shapely.Polygon]:
    """A buffer of a metre about every street, about the river's bank and about the land's rim."""
    rim = shapely.difference(skeleton.outline.exterior, skeleton.bank.buffer(1.0))
    lines = skeleton.roads | {"river": skeleton.bank, "rim": rim}
    return {name: line.buffer(1.2) for name, line in lines.items()}


def _community_blocks(community: Community, shape: shapely.Polygon, fronts: Fronts) -> list[Block]:
    for attempt in range(40):
        rng = random_for("blocks", community.name, str(attempt))
        try:
            return _draw_community(community, shape, fronts, rng)
        except ValueError:
            continue
    raise ValueError(f"community {community.name}: no division found")


def _draw_community(
    community: Community, shape: shapely.Polygon, fronts: Fronts, rng: np.random.Generator
) -> list[Block]:
    lots = [
        Lot(compound.name, _weight(compound), _needs(compound)) for compound in community.compounds
    ]
    shapes = share(shape, lots, fronts, STREETS, rng)
    return [
        block
        for compound in community.compounds
        for block in _compound_blocks(community.name, compound, shapes[compound.name], fronts, rng)
    ]


def _weight(compound: Compound) -> float:
    total = sum(_member_m2(member) for member in compound.members)
    total += compound.ground.area_m2 if compound.ground else 0.0
    return total + (ROW_M2 if compound.row else 0.0)


def _member_m2(member: Member) -> float:
    if member.build == "huts":
        return HUTS_M2
    scale = {"towers": 1.06, "new": 1.0, "old": 0.97}.get(member.build, 0.0)
    return member.clusters * CLUSTER_M2 * scale


def _needs(compound: Compound) -> tuple[str, ...]:
    return tuple(name for name in (compound.row, compound.needs) if name)


def _compound_blocks(
    community: str,
    compound: Compound,
    shape: shapely.Polygon,
    fronts: Fronts,
    rng: np.random.Generator,
) -> list[Block]:
    blocks: list[Block] = []
    ground = compound.ground
    if ground and ground.area_m2 < SMALL_M2:
        plot = take_row(shape, fronts[str(ground.needs)], rng, _plot_size(ground))
        blocks.append(_ground_block(community, compound, ground, plot.ground))
        shape, ground = plot.rest, None
    if compound.row:
        row = take_row(shape, fronts[compound.row], rng)
        blocks.append(_row_block(community, compound, row))
        shape = row.rest
    if ground and ground.needs in ("river", "rim"):
        strip, shape = _strip(shape, fronts[ground.needs], ground, rng)
        blocks.append(_ground_block(community, compound, ground, strip))
        ground = None
    return blocks + _inner_blocks(community, compound, shape, ground, fronts, rng)


def _plot_size(ground: Ground) -> Size:
    """A plot on the street, a little longer than deep."""
    side = ground.area_m2**0.5
    return Size((side * 1.15, side * 1.25), (side * 0.8, side * 0.87))


def _inner_blocks(
    community: str,
    compound: Compound,
    shape: shapely.Polygon,
    ground: Ground | None,
    fronts: Fronts,
    rng: np.random.Generator,
) -> list[Block]:
    built = [member for member in compound.members if member.clusters]
    lots = [Lot(member.name, _member_m2(member)) for member in built]
    if ground:
        lots.append(Lot("ground", ground.area_m2, (ground.needs,) if ground.needs else ()))
    if not lots:
        raise ValueError(f"compound {compound.name} has no ground")
    shapes = share(shape, lots, fronts, LANES, rng)
    blocks = [_ground_block(community, compound, ground, shapes["ground"])] if ground else []
    for member in built:
        clusters = [Lot(str(i), 1.0) for i in range(member.clusters)]
        for part in share(shapes[member.name], clusters, fronts, LANES, rng).values():
            blocks.append(Block(community, compound.name, "building_cluster", part, member.name))
    return blocks


def _row_block(community: str, compound: Compound, row: Row) -> Block:
    return Block(
        community, compound.name, "shopfront_row", row.ground, spine=row.spine, road=compound.row
    )


def _ground_block(
    community: str, compound: Compound, ground: Ground, shape: shapely.Polygon
) -> Block:
    return Block(community, compound.name, ground.kind, shape, ground=ground.name)


def _strip(
    shape: shapely.Polygon, front: shapely.Polygon, ground: Ground, rng: np.random.Generator
) -> tuple[shapely.Polygon, shapely.Polygon]:
    """The ground along a bank or rim, as deep as its area asks, and the rest."""
    run = shapely.line_merge(shapely.intersection(shape.exterior, front))
    run = max(shapely.get_parts(run), key=lambda part: round(part.length, 3))
    low, high = 10.0, 600.0
    for _ in range(16):
        middle = (low + high) / 2
        area = shapely.intersection(shape, run.buffer(middle)).area
        low, high = (middle, high) if round(area, 2) < ground.area_m2 else (low, middle)
    depth = round((low + high) / 2, 2)
    made = _best_strip(shape, run, depth, rng)
    if made is None:
        raise ValueError(f"no strip for {ground.name}")
    near_left = shapely.distance(made.left.representative_point(), run)
    near_right = shapely.distance(made.right.representative_point(), run)
    pieces = (made.left, made.right)
    return pieces if round(near_left, 3) < round(near_right, 3) else pieces[::-1]


def _best_strip(
    shape: shapely.Polygon, run: shapely.LineString, depth: float, rng: np.random.Generator
) -> Cut | None:
    xy = shapely.get_coordinates(run.simplify(12.0))
    start, end = xy[0] + (xy[0] - xy[1]) * 4, xy[-1] + (xy[-1] - xy[-2]) * 4
    long_run = shapely.LineString(np.vstack([start, xy, end]))
    for side in (1, -1):
        line = long_run.offset_curve(side * depth * float(rng.uniform(0.97, 1.03)))
        made = sever(shape, tidy(_curved(line, rng)))
        if made is not None:
            return made
    return None


def _curved(line: shapely.LineString, rng: np.random.Generator) -> shapely.LineString:
    knots = shapely.line_interpolate_point(line, np.linspace(0, 1, 9), normalized=True)
    return shapely.LineString(wander(through(shapely.get_coordinates(knots)), 5.0, rng))

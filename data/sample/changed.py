"""The same subdistrict some years on, with six cases planted for a planner."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.ops import split

from data.sample.context import Line
from data.sample.footprints import TYPES, set_out
from data.sample.frame import geometry_to_degrees, geometry_to_metres, random_for, tidy
from data.sample.grids import Grid
from data.sample.model import Sample
from data.sample.places import Place
from data.sample.shops import row_shop, shop_spots

FALLEN, THINNED, ESTATE = "二村新寓", "金陵二村", "江畔新城"
WORKS, LOADED, CUT = "示例船舶修造厂", "滨江花苑", "金陵新四村"
ROAD = "规划一路(虚构)"
ROAD_M = 11.0
LEADER_TIMES = 3.2


@dataclass(frozen=True)
class Planted:
    """A case and the grid it is found in."""

    case: str
    grid_code: str
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True)
class Later:
    """The changed sample and what was planted in it."""

    sample: Sample
    planted: tuple[Planted, ...]


Step = Callable[[Sample], tuple[Sample, Planted]]


def years_on(sample: Sample) -> Later:
    """All six cases, then the sums of households and residents made again."""
    planted = []
    for step in (_fallen, _thinned, _estate, _long_row, _new_road, _loaded):
        sample, case = step(sample)
        planted.append(case)
    return Later(sample, tuple(planted))


def _grid(sample: Sample, name: str, level: int = 2) -> Grid:
    return next(grid for grid in sample.grids if grid.level == level and grid.name == name)


def _blocks_in(sample: Sample, code: str) -> dict[int, Grid]:
    return {
        grid.block: grid
        for grid in sample.grids
        if grid.level == 3 and grid.parent == code and grid.block is not None
    }


def _with_households(sample: Sample, name: str, total: int) -> Sample:
    """A compound's buildings with so many households in all, in proportion to what they had."""
    mine = [place for place in sample.places if place.compound == name and place.households]
    weights = np.cumsum([0, *[int(place.households or 0) for place in mine]])
    bounds = (weights * total + weights[-1] // 2) // weights[-1]
    new = {place.id: int(bounds[i + 1] - bounds[i]) for i, place in enumerate(mine)}
    places = [
        replace(place, households=new[place.id]) if place.id in new else place
        for place in sample.places
    ]
    return summed(replace(sample, places=places))


def _without(sample: Sample, gone: set[str]) -> Sample:
    """Without those buildings and the businesses inside them."""
    return replace(
        sample,
        places=[
            place for place in sample.places if place.id not in gone and place.building not in gone
        ],
    )


def _fallen(sample: Sample) -> tuple[Sample, Planted]:
    """Case 1: an unmerged compound fallen under 300 households."""
    sample = _with_households(sample, FALLEN, 271)
    code = _grid(sample, FALLEN).code
    return sample, Planted(
        "compound_under_300",
        code,
        f"{FALLEN}降至271户，少于300户，应与邻近小区合并。",
        f"{FALLEN} has fallen to 271 households, under 300.",
    )


def _thinned(sample: Sample) -> tuple[Sample, Planted]:
    """Case 2: a building cluster with two buildings left after demolition."""
    blocks = _blocks_in(sample, _grid(sample, THINNED).code)
    block = next(
        b
        for b, grid in sorted(blocks.items(), key=lambda item: item[1].code)
        if len(_dwellings(sample, b)) >= 4
    )
    gone = {place.id for place in _dwellings(sample, block)[2:]}
    grid = blocks[block]
    return summed(_without(sample, gone)), Planted(
        "cluster_of_two",
        grid.code,
        f"{grid.name}拆除后仅剩2栋楼，少于3栋。",
        f"{grid.name} is down to two buildings after demolition.",
    )


def _dwellings(sample: Sample, block: int) -> list[Place]:
    return [
        place for place in sample.places if place.block == block and place.category == "dwelling"
    ]


def _estate(sample: Sample) -> tuple[Sample, Planted]:
    """Case 3: a new estate of forty buildings in the level-3 grid of the former works."""
    old = _grid(sample, f"{WORKS}网格", 3)
    block = int(old.block or 0)
    gone = {p.id for p in sample.places if p.block == block}
    plate = next(p.address for p in sample.places if p.block == block and p.name == WORKS)
    sample = _without(sample, gone)
    rng = random_for("estate")
    outlines = set_out(geometry_to_metres(old.shape), 40, TYPES["estate"], angle_deg=-34.0, rng=rng)
    new = [
        Place(
            f"b-{9000 + i:04d}",
            "building",
            f"{i}幢",
            f"{plate}{i}幢",
            "dwelling",
            outline,
            block,
            (f"{ESTATE}{i}幢",),
            (WORKS,),
            int(rng.integers(24, 31)),
            2,
            8,
            ESTATE,
            None,
            "occupied",
        )
        for i, outline in enumerate(outlines, start=1)
    ]
    grids = [_renamed(grid, old) for grid in sample.grids]
    sample = summed(replace(sample, grids=grids, places=[*sample.places, *new]))
    return sample, Planted(
        "estate_of_forty",
        old.code,
        f"{WORKS}搬迁后建成{ESTATE}，40栋楼同在一个三级网格。",
        f"The new estate {ESTATE} has 40 buildings in one level-3 grid.",
    )


def _renamed(grid: Grid, works: Grid) -> Grid:
    if grid.code == works.code:
        return replace(grid, name=f"{ESTATE}第1网格", kind="building_cluster", member=ESTATE)
    if grid.code != works.parent or grid.members is None:
        return grid
    members = tuple(
        {
            "name": ESTATE,
            "kind": "compound",
            "housing": "commercial",
            "households": 0,
            "under_construction": False,
        }
        if member["name"] == WORKS
        else member
        for member in grid.members
    )
    return replace(grid, name="·".join(str(m["name"]) for m in members), members=members)


def _long_row(sample: Sample) -> tuple[Sample, Planted]:
    """Case 4: the longest shopfront row, divided into fourteen shops."""
    rows = [place for place in sample.places if place.category == "shopfront"]
    row = max(rows, key=lambda place: (round(place.shape.area, 2), place.id))
    spine = sample.blocks[row.block].spine
    if spine is None:
        raise ValueError(f"{row.address}: no spine")
    old = [place for place in sample.places if place.building == row.id]
    rng = random_for("long row")
    spots = shop_spots(row.shape, spine, 14)
    new = [replace(place, shape=spot) for place, spot in zip(old, spots, strict=False)]
    for number in range(len(old) + 1, 15):
        new.append(
            row_shop(
                f"s-{9000 + number:04d}",
                row,
                number,
                spots[number - 1],
                ("convenience", f"新开{number}号便利店"),
                rng,
            )
        )
    kept = [place for place in sample.places if place.building != row.id]
    grid = next(g for g in sample.grids if g.block == row.block)
    return replace(sample, places=[*kept, *new]), Planted(
        "row_of_fourteen",
        grid.code,
        f"{grid.name}增至14户门面房，多于10户。",
        f"{grid.name} has grown to fourteen shopfronts.",
    )


def _new_road(sample: Sample) -> tuple[Sample, Planted]:
    """Case 6: a road through a compound, the buildings in its way gone."""
    grid = _grid(sample, CUT)
    blocks = list(_blocks_in(sample, grid.code))
    line, gone = _course(geometry_to_metres(grid.shape), sample, blocks)
    road = Line("c-90", "road", ROAD, geometry_to_degrees(line))
    sample = summed(_without(replace(sample, context=[*sample.context, road]), gone))
    return sample, Planted(
        "compound_cut_by_road",
        grid.code,
        f"{ROAD}穿过{CUT}，拆除{len(gone)}栋楼，把小区分成两半。",
        f"The new road {ROAD} cuts {CUT} in two; buildings demolished: {len(gone)}.",
    )


def _course(
    shape: shapely.Polygon, sample: Sample, blocks: Sequence[int]
) -> tuple[shapely.LineString, set[str]]:
    """The straightest course through the middle that leaves every cluster three buildings."""
    best: tuple[tuple[float, int], shapely.LineString, set[str]] | None = None
    x, y = np.round(shape.centroid.coords[0], 1)
    for degrees in range(0, 180, 6):
        for aside in range(-60, 61, 12):
            line = _through(float(x), float(y), degrees, aside)
            halves = [part.area for part in shapely.get_parts(split(shape, line))]
            gone = _in_the_way(line, sample, blocks)
            if len(halves) != 2 or gone is None or not gone:
                continue
            worth = (-round(min(halves) / max(halves), 2), len(gone))
            if best is None or worth < best[0]:
                inside = shapely.intersection(line, shape.buffer(0.5))
                best = worth, tidy(shapely.segmentize(inside, 40.0)), gone
    if best is None:
        raise ValueError(f"no course for a road through {CUT}")
    return best[1], best[2]


def _through(x: float, y: float, degrees: int, aside: int) -> shapely.LineString:
    angle = np.radians(degrees)
    along = np.round([np.cos(angle), np.sin(angle)], 6)
    middle = np.array([x, y]) + aside * np.array([-along[1], along[0]])
    return shapely.LineString(np.round([middle - 900 * along, middle + 900 * along], 2))


def _in_the_way(line: shapely.LineString, sample: Sample, blocks: Sequence[int]) -> set[str] | None:
    """The buildings within eleven metres of a course; None when a cluster would lose too many."""
    gone: set[str] = set()
    for block in blocks:
        standing = _dwellings(sample, block)
        hit = {p.id for p in standing if round(float(line.distance(p.shape)), 2) < ROAD_M}
        shopfronts = [p for p in sample.places if p.block == block and p.category == "shopfront"]
        struck = any(line.distance(p.shape) < ROAD_M for p in shopfronts)
        if struck or (hit and len(standing) - len(hit) < 3):
            return None
        gone |= hit
    return gone


def _loaded(sample: Sample) -> tuple[Sample, Planted]:
    """Case 5: a level-2 leader with 3.2 times the median households: taller blocks."""
    others = [grid.households for grid in sample.grids if grid.level == 2 and grid.name != LOADED]
    total = round(LEADER_TIMES * statistics.median([*others, 10**6]))
    sample = _with_households(sample, LOADED, total)
    places = [
        replace(place, floors=-(-int(place.households or 0) // 4))
        if place.compound == LOADED and place.kind == "building"
        else place
        for place in sample.places
    ]
    grid = _grid(sample, LOADED)
    return replace(sample, places=places), Planted(
        "leader_with_thrice_the_median",
        grid.code,
        f"{LOADED}改建高层后达{total}户，约为二级网格中位数的3.2倍，网格长负担过重。",
        f"{LOADED} now has {total} households, about 3.2 times the median level-2 grid.",
    )


def summed(sample: Sample) -> Sample:
    """Households and residents added up again from the buildings; unchanged grids keep theirs."""
    living: dict[int, int] = {}
    member: dict[str, int] = {}
    for place in sample.places:
        if place.kind == "building":
            count = int(place.households or 0)
            living[place.block] = living.get(place.block, 0) + count
            if place.compound:
                member[place.compound] = member.get(place.compound, 0) + count
    made: dict[str, Grid] = {}
    for grid in sorted(sample.grids, key=lambda grid: -grid.level):
        if grid.level == 3:
            made[grid.code] = _recounted(grid, living.get(int(grid.block or 0), 0))
            continue
        inside = [child for child in made.values() if child.parent == grid.code]
        counted = replace(
            grid,
            households=sum(child.households for child in inside),
            resident_population=sum(c.resident_population for c in inside),
        )
        if grid.members is not None:
            counted = replace(
                counted,
                members=tuple(
                    {**entry, "households": member.get(str(entry["name"]), 0)}
                    for entry in grid.members
                ),
            )
        made[grid.code] = counted
    return replace(sample, grids=[made[grid.code] for grid in sample.grids])


def _recounted(grid: Grid, households: int) -> Grid:
    if households == grid.households:
        return grid
    size = grid.resident_population / grid.households if grid.households else 2.7
    return replace(grid, households=households, resident_population=round(households * size))

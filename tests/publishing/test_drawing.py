"""What lies under the drawing: shared boundaries, colours, places for names, one script of many."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps import bundle as bundling
from maps.bundle import BundleError, bundle
from maps.labels import label_centres, pinyin_table
from maps.page import as_block
from maps.palette import COMMUNITIES, DARK, LIGHT, RANKS, colouring
from maps.topology import UNITS, coverage_arcs
from tests.publishing.hostile import CORPUS

# --- arcs ----------------------------------------------------------------------------------------


def polygon_of(arcs, rings):
    """Return the ground that rings of arcs enclose, by the even-odd rule."""
    ground = shapely.Polygon()
    for ring in rings:
        xy = []
        for number in ring:
            line = arcs.lines[abs(number) - 1]
            xy += list(line if number > 0 else line[::-1])[:-1]
        ground = ground.symmetric_difference(shapely.Polygon(np.array(xy) / UNITS))
    return ground


ISLAND = shapely.box(0.4, 0.4, 0.6, 0.6)
TILES = {
    "two squares": [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
    "four at a corner": [shapely.box(x, y, x + 1, y + 1) for x in (0, 1) for y in (0, 1)],
    "an island": [shapely.box(0, 0, 1, 1) - ISLAND, ISLAND],
    "a grid in two parts": [
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]),
        shapely.box(1, 0, 2, 1),
    ],
    "corners that touch": [
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2)]),
        shapely.box(1, 0, 2, 1),
    ],
    "alone": [shapely.box(0, 0, 1, 1)],
    "nothing": [],
}


@pytest.mark.parametrize("tiles", TILES.values(), ids=TILES)
def test_rings_of_arcs_enclose_the_polygons_they_were_cut_from(tiles):
    arcs = coverage_arcs(tiles)
    for tile, rings in zip(tiles, arcs.rings, strict=True):
        assert polygon_of(arcs, rings).equals(tile)


@pytest.mark.parametrize("tiles", TILES.values(), ids=TILES)
def test_the_outline_of_all_is_the_outline_of_their_union(tiles):
    arcs = coverage_arcs(tiles)
    assert polygon_of(arcs, arcs.outline(range(len(tiles)))).equals(shapely.union_all(tiles))


@pytest.mark.parametrize("tiles", TILES.values(), ids=TILES)
def test_every_edge_is_drawn_once(tiles):
    lines = [shapely.LineString(line) for line in coverage_arcs(tiles).lines]
    total = sum(line.length for line in lines) / UNITS
    edges = shapely.union_all([tile.boundary for tile in tiles])
    assert total == pytest.approx(edges.length)


def test_a_shared_edge_knows_both_its_owners():
    arcs = coverage_arcs(TILES["two squares"])
    assert sorted(arcs.owners) == [(0,), (0, 1), (1,)]


# --- colours -------------------------------------------------------------------------------------


def test_neighbours_never_share_a_colour():
    ring = {i: [(i - 1) % 7, (i + 1) % 7, 7] for i in range(7)} | {7: list(range(7))}
    chosen = colouring(ring)
    assert all(chosen[a] != chosen[b] for a, near in ring.items() for b in near)
    assert set(chosen.values()) <= set(range(4))


def test_where_four_colours_are_not_enough_there_is_a_fifth():
    everyone = {i: [j for j in range(5) if j != i] for i in range(5)}
    assert sorted(colouring(everyone).values()) == [0, 1, 2, 3, 4]


def test_no_grids_need_no_colours():
    assert colouring({}) == {}


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                   (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                   (0.004733, 0.691367, 0.303900)),
    "full sight": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}  # fmt: skip


def lab(colour: str, sight: str, opacity: float, paper: str) -> np.ndarray:
    """Return CIELAB of a colour laid over paper, as somebody sees it."""

    def rgb(c: str) -> np.ndarray:
        return np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) / 255

    mixed = rgb(colour) * opacity + rgb(paper) * (1 - opacity)
    linear = np.where(mixed <= 0.04045, mixed / 12.92, ((mixed + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(BLINDNESS[sight]) @ linear, 0, 1)
    xyz = (
        np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        @ seen
        / np.array([0.95047, 1, 1.08883])
    )
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", BLINDNESS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("colours", "opacity", "least"),
    [(COMMUNITIES, "fill_opacity", 11), (RANKS, "rank_opacity", 20)],
)
def test_colours_are_told_apart_by_colour_blind_readers(sight, theme, colours, opacity, least):
    seen = [lab(c, sight, theme[opacity], theme["paper"]) for c in colours]
    apart = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(apart) >= least


# --- names ---------------------------------------------------------------------------------------


def test_a_name_stands_inside_its_grid_at_the_roomiest_place():
    horseshoe = shapely.box(118.75, 32.11, 118.76, 32.12) - shapely.box(
        118.752, 32.112, 118.758, 32.12
    )
    centres, radii = label_centres([horseshoe])
    assert horseshoe.contains(shapely.Point(centres[0]))
    assert 80 < radii[0] < 120


def test_no_grids_need_no_names():
    centres, radii = label_centres([])
    assert centres.shape == (0, 2)
    assert radii.shape == (0,)


def test_a_character_of_two_readings_has_both():
    assert pinyin_table(["长江路", "示例校长"]) == {
        "例": ["li"], "校": ["xiao"], "江": ["jiang"], "示": ["shi"], "路": ["lu"],
        "长": ["chang", "zhang"],
    }  # fmt: skip


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_any_text_can_be_read_aloud(text):
    assert all(re.fullmatch("[a-z]+", r) for rs in pinyin_table([text]).values() for r in rs)


@given(st.text(st.characters(exclude_categories=())))
def test_the_block_can_hold_any_text_and_end_no_script(text):
    import json

    found = as_block([text])
    assert json.loads(found) == [text]
    assert not set("<>&\u2028\u2029") & set(found)
    found.encode()


# --- one script of many --------------------------------------------------------------------------


@pytest.fixture
def modules(monkeypatch):
    """Put modules of our own in place of those in ``static/``."""
    files: dict[str, str] = {}
    monkeypatch.setattr(bundling, "static_text", files.__getitem__)
    return files


def test_modules_become_one_script_with_the_imported_first(modules):
    modules["a.js"] = 'import { two } from "./b.js";\n\nexport const one = two + 1;\n'
    modules["b.js"] = "/** Two. */\nexport function two() {\n  return 2;\n}\nconst own = 1;\n"
    assert bundle("a.js", "ours").split("\n") == [
        "const ours = (() => {", '"use strict";',
        "const $b = (() => {", "function two() {", "return 2;", "}", "const own = 1;", "return { two };", "})();",
        "const $a = (() => {", "const { two } = $b;", "const one = two + 1;", "return { one };", "})();",
        "return $a;", "})();", "",
    ]  # fmt: skip


def test_a_name_that_a_module_keeps_to_itself_may_stand_in_another_too(modules):
    modules["a.js"] = (
        'import { two } from "./b.js";\nconst own = 1;\nexport const one = two - own;\n'
    )
    modules["b.js"] = "const own = 2;\nexport const two = own;\n"
    assert bundle("a.js", "ours").count("const own = ") == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('import { two } from "./a.js";\n', "imports itself"),
        ('import { two } from "./c.js";\n', "does not export two"),
        ('import * as c from "./c.js";\n', "cannot be bundled"),
        ('import { three as two } from "./c.js";\n', "does not export three as two"),
        ("export default 1;\n", "cannot be bundled"),
        ("export let four = 4;\n", "cannot be bundled"),
        ('export { three } from "./c.js";\n', "cannot be bundled"),
        ("const text = `one\n  two`;\n", "a text over several lines"),
    ],
)
def test_what_cannot_be_bundled_safely_is_refused(modules, text, complaint):
    modules["a.js"] = 'import { three } from "./c.js";\nimport { b } from "./b.js";\n'
    modules["b.js"] = f"{text}export const b = 1;\n"
    modules["c.js"] = "export const three = 3;\n"
    with pytest.raises(BundleError, match=re.escape(complaint)):
        bundle("a.js", "ours")


def test_thousands_of_grids_are_coloured_too():
    side = 60
    lattice = {
        (x, y): [
            (x + dx, y + dy)
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1))
            if 0 <= x + dx < side and 0 <= y + dy < side
        ]
        for x in range(side)
        for y in range(side)
    }
    found = colouring(lattice)
    assert len(found) == side * side
    assert all(found[a] != found[b] for a in lattice for b in lattice[a])
    assert max(found.values()) < 4

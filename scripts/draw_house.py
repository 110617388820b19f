"""Draw the house: the rooms of gis, maps and api, floor by floor, and who imports whom.

    python scripts/draw_house.py [OUT.svg]      (default: docs/images/house.svg)

The floors are those that import-linter holds (pyproject.toml), the lines are the imports of the
code, those within functions and for types only included; one that a way over other rooms stands
for is not drawn. `tests/test_floor_plan.py` holds the
picture against the code.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "house.svg"
WIDTH, FLOOR, BOX = 1180, 74, 38
LEFT, TOP, GAP = 20, 24, 14
STOREYS = {"api": "#dbe9f6", "maps": "#e3f1dc", "gis": "#fbf0d3"}
SAYS = {
    "gis.workflows": "use cases", "gis.intake": "files to a checked set",
    "gis.bulk": "many points, addresses", "gis.store": "SQL", "gis.exchange": "files and JSON",
    "gis.planning": "re-division", "gis.editing": "small edits", "gis.addresses": "search",
    "gis.disclosure": "what is public", "gis.rules": "the office's rules",
    "gis.atlas": "all of one day", "gis.tables": "CSV, XLSX", "gis.schema": "each field once",
    "gis.lookup": "point to grid", "gis.cleaning": "mends boundaries",
    "gis.directory": "places", "gis.roster": "people, duties", "gis.division": "grids",
    "gis.accounts": "who signs in", "gis.audit": "the log", "gis.geometry": "shapes, metres",
    "gis.datum": "WGS84, GCJ-02, BD-09", "gis.clock": "the day", "gis.content_hash": "SHA-256",
    "gis.ids": "identities", "gis.phone": "whose number",
    "gis.errors": "what is refused, in two languages", "gis.findings": "what is reported",
    "api": "the doors: HTTP and the command", "maps": "the map, posters, sites",
}  # fmt: skip


def floors() -> list[list[str]]:
    """Return the rooms, the top floor first, as pyproject.toml has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if "gis.store" in str(c.get("layers")))
    return [["api"], ["maps"], *([r.strip() for r in layer.split("|")] for layer in layers)]


def imports() -> Counter[tuple[str, str]]:
    """Return how many imports lead from one room to another."""
    rooms = [room for floor in floors() for room in floor]
    counted: Counter[tuple[str, str]] = Counter()
    for package in STOREYS:
        for path in sorted((ROOT / package).rglob("*.py")):
            here = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts), rooms)
            for module in _imported(ast.parse(path.read_text("utf-8"))):
                there = room_of(module, rooms)
                if here and there and here != there:
                    counted[here, there] += 1
    return counted


def _imported(tree: ast.AST) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str, rooms: Iterable[str]) -> str | None:
    """Return the room a module stands in.

    >>> room_of("gis.store.tables", ["gis.store", "api"])
    'gis.store'
    """
    return next((r for r in rooms if module == r or module.startswith(f"{r}.")), None)


def direct(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the imports that no way over other rooms stands for: the picture stays readable.

    >>> sorted(direct([("a", "b"), ("b", "c"), ("a", "c")]))
    [('a', 'b'), ('b', 'c')]
    """
    below: dict[str, set[str]] = {}
    for upper, lower in pairs:
        below.setdefault(upper, set()).add(lower)

    def reached(room: str) -> set[str]:
        return {far for near in below.get(room, ()) for far in (near, *reached(near))}

    return {
        (upper, lower)
        for upper, rooms in below.items()
        for lower in rooms
        if not any(lower in reached(other) for other in rooms - {lower})
    }


def picture() -> str:
    """Return the picture as SVG."""
    plan = floors()
    places = {
        room: _place(row, column, len(floor))
        for row, floor in enumerate(plan)
        for column, room in enumerate(floor)
    }
    down = [(a, b) for a, b in imports() if places[a][1] < places[b][1]]
    height = TOP * 2 + FLOOR * len(plan)
    lines = [_line(places[a], places[b]) for a, b in sorted(direct(down))]
    boxes = [_box(room, place) for room, place in places.items()]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            ' font-family="sans-serif">',
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            "<title>The house: imports only go down</title>",
            *lines,
            *boxes,
            "</svg>\n",
        ]
    )


def _place(row: int, column: int, count: int) -> tuple[float, float, float]:
    """Return the left, the top and the width of a room."""
    width = (WIDTH - LEFT - GAP * (count - 1) - 20) / count if count > 1 else 420
    left = LEFT + column * (width + GAP) if count > 1 else (WIDTH - width) / 2
    return round(left, 1), TOP + row * FLOOR, round(width, 1)


def _line(upper: tuple[float, float, float], lower: tuple[float, float, float]) -> str:
    x1, y1 = upper[0] + upper[2] / 2, upper[1] + BOX
    x2, y2 = lower[0] + lower[2] / 2, lower[1]
    bend = f"C{x1:.0f} {y1 + 24:.0f} {x2:.0f} {y2 - 24:.0f} {x2:.0f} {y2:.0f}"
    return f'<path d="M{x1:.0f} {y1:.0f}{bend}" fill="none" stroke="#7b818a" stroke-width="1.1"/>'


def _box(room: str, place: tuple[float, float, float]) -> str:
    left, top, width = place
    middle = left + width / 2
    says = SAYS.get(room, "")
    name = (
        f'<text x="{middle:.0f}" y="{top + (16 if says else 24):.0f}" font-size="13"'
        f' text-anchor="middle" font-weight="600">{room}</text>'
    )
    under = (
        f'<text x="{middle:.0f}" y="{top + 31:.0f}" font-size="11" text-anchor="middle"'
        f' fill="#555">{says}</text>'
        if says
        else ""
    )
    return (
        f'<rect x="{left}" y="{top}" width="{width}" height="{BOX}" rx="5"'
        f' fill="{STOREYS[room.split(".")[0]]}" stroke="#9aa0a8"/>{name}{under}'
    )


if __name__ == "__main__":
    (Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE).write_text(picture(), "utf-8")

"""The organisations of the seed's 4+4 model in each community."""

from __future__ import annotations

from collections.abc import Sequence

from data.sample.grids import Grid
from data.sample.places import Place

CORE = (
    ("party_organisation", "党组织"),
    ("residents_committee", "居委会"),
    ("public_service_station", "公共服务站"),
    ("governance_office", "综治办"),
)


def organisation_rows(
    grids: Sequence[Grid],
    units: Sequence[tuple[str, Place]],
) -> list[tuple[str, ...]]:
    """Rows of id, grid, kind, name, phone. `units` pairs a community's code with a unit in it."""
    rows: list[tuple[str, str, str]] = []
    for community in (grid for grid in grids if grid.level == 1):
        rows += [(community.code, kind, f"{community.name}{word}(示例)") for kind, word in CORE]
        gated = [
            grid
            for grid in grids
            if grid.parent == community.code and grid.grid_grade in ("A", "B")
        ]
        for grid in gated:
            first = str((grid.members or ({},))[-1].get("name"))
            rows.append((community.code, "owners_committee", f"{first}业委会(示例)"))
        short = community.name.removesuffix("社区")
        rows.append((community.code, "property_company", f"示例物业公司{short}服务处"))
        rows.append((community.code, "social_organisation", f"{short}邻里互助社(示例)"))
        inside = [place for code, place in units if code == community.code and place.disclosed]
        rows += [(community.code, "resident_unit", place.name) for place in inside[:4]]
    return [
        (f"o-{i:03d}", code, kind, name, f"025-0000-{7000 + i:04d}")
        for i, (code, kind, name) in enumerate(rows, start=1)
    ]

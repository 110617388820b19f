"""What an account is for: the grids of its scope, by their codes."""

from __future__ import annotations

from collections.abc import Sequence

from gis.division import Division
from gis.errors import InvalidInput
from gis.ids import GridId


def scope_of_codes(
    codes: Sequence[str] | None, division: Division | None
) -> frozenset[GridId] | None:
    """Return the ids of the grids that codes name; None for the whole subdistrict.

    Raises
    ------
    InvalidInput
        A code of no grid that is in force.
    """
    if codes is None:
        return None
    ids = set()
    for code in codes:
        grid = division.by_code.get(code) if division else None
        if grid is None:
            shown = code[:40].encode("utf-8", "replace").decode()
            raise InvalidInput(
                "scope",
                f"scope: no grid has the code {shown!r}",
                f"scope：没有编号为 {shown!r} 的网格",
            )
        ids.add(grid.id)
    return frozenset(ids)


def codes_of_scope(
    scope: frozenset[GridId] | None, division: Division | None
) -> list[tuple[str, str]] | None:
    """Return code and name of the grids of a scope, None for the whole subdistrict.

    A grid that was retired stands there by its id, without a name.
    """
    if scope is None:
        return None
    known = division.by_id if division else {}
    found = [(known[i].code, known[i].name) if i in known else (str(i), "") for i in scope]
    return sorted(found)

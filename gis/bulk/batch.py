"""Lists of points and addresses, answered as plain JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.addresses import AddressBook, Found
from gis.atlas import Atlas
from gis.bulk.coordinates import check_degrees, shorten
from gis.bulk.found_json import found_json
from gis.datum import Datum, to_wgs84
from gis.errors import InvalidInput
from gis.exchange.json_values import near_json, provenance_json, sheet_json
from gis.findings import Text
from gis.geometry import DECIMALS
from gis.lookup.locator import Location
from gis.tables.values import Faults

MAX_ROWS = 100_000
AT_ONCE = 10_000
"""Points in one lookup: as many as are looked up at once without the compiled kernel."""
_NUMBERS = {float, int}


@dataclass(frozen=True)
class GridTable:
    """What a list of ids is made of: the codes of every level-3 grid of an atlas.

    ``codes`` has None at its end, so that position -1 (outside) is None.
    """

    codes: NDArray[np.object_]
    chains: dict[str, list[str]]

    @classmethod
    def of(cls, atlas: Atlas) -> GridTable:
        """Return the table of an atlas."""
        locator = atlas.locator
        chains = {g.code: [c.code for c in locator.chain(i)] for i, g in enumerate(locator.grids)}
        return cls(np.array([*chains, None], dtype=object), chains)


def read_points(points: list[Any], datum: Datum) -> tuple[NDArray[np.float64], Faults]:
    """Return WGS84 points of a decoded JSON list, NaN where a row has a fault.

    Parameters
    ----------
    points
        ``[lon, lat]`` each; anything else is a fault of its row.
    datum
        That of all of them.

    Returns
    -------
    Float array (n, 2) and the faults by row.
    """
    faults: Faults = {}
    xy = _pairs(points)
    if xy is None:
        xy = np.array([_pair(p, i, faults) for i, p in enumerate(points)], np.float64)
        xy = xy.reshape(-1, 2)
    check_degrees(xy, faults, ("lon", "lat"))
    xy = np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum))
    # At the edges of the Earth a shift may lead beyond them.
    check_degrees(xy, faults, ("lon", "lat"))
    return xy, faults


def _pairs(points: list[Any]) -> NDArray[np.float64] | None:
    """Return the points of a list that holds nothing but pairs of numbers, else None."""
    if not set(map(type, points)) <= {list} or not set(map(len, points)) <= {2}:
        return None
    flat = list(chain.from_iterable(points))
    if not set(map(type, flat)) <= _NUMBERS:
        return None
    return np.array(flat, np.float64).reshape(-1, 2)


def _pair(point: object, row: int, faults: Faults) -> tuple[float, float]:
    if isinstance(point, list) and len(point) == 2 and set(map(type, point)) <= _NUMBERS:
        return float(point[0]), float(point[1])
    shown = shorten(point)
    faults[row] = Text(
        f"{shown or 'null'} is not a pair of numbers [lon, lat]",
        f"{shown or 'null'} 不是一对数字 [经度, 纬度]",
    )
    return np.nan, np.nan


def locate_ids(atlas: Atlas, table: GridTable, xy: NDArray[np.float64]) -> dict[str, Any]:
    """Return ``codes``, the level-3 code of each point (None outside), and their ``grids``.

    ``grids`` gives the codes of the three levels, level 1 first, of every code that occurs.
    """
    found = locate_positions(atlas, xy)
    met = np.unique(found).tolist()
    return {
        "codes": table.codes[found].tolist(),
        "grids": {code: table.chains[code] for i in met if (code := table.codes[i]) is not None},
    }


def locate_positions(atlas: Atlas, xy: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the position of each point's level-3 grid in the locator's grids, -1 outside."""
    starts = range(0, len(xy), AT_ONCE)
    found = [atlas.locator.locate_many(xy[i : i + AT_ONCE]) for i in starts]
    return np.concatenate([np.empty(0, np.intp), *found])


def locate_full(atlas: Atlas, xy: NDArray[np.float64]) -> dict[str, Any]:
    """Return ``rows``, an answer for each point (None where it has a fault), and ``grids``.

    ``grids`` holds the sheets of all grids that the rows name by code.
    """
    good = np.asarray(np.isfinite(xy).all(axis=1))
    located = iter(atlas.locator.locate_each(xy[good]))
    rows = [_location_json(next(located), atlas) if ok else None for ok in good.tolist()]
    return {"rows": rows, "grids": sheets_of((c for r in rows if r for c in r["codes"]), atlas)}


def _location_json(location: Location, atlas: Atlas) -> dict[str, Any]:
    edge_m = location.distance_to_boundary_m
    match = "boundary" if edge_m == 0 else "inside"
    row: dict[str, Any] = {
        "point": [round(location.lon, DECIMALS), round(location.lat, DECIMALS)],
        "match": match if location.grids else "outside",
        "codes": [g.code for g in location.grids],
        "distance_to_boundary_m": None if edge_m is None else round(edge_m, 2),
        "near": [{"code": n.grid.code, "distance_m": n.distance_m} for n in location.near],
    }
    if location.nearest:
        row["nearest"] = near_json(location.nearest, atlas.division)
    return row


def sheets_of(codes: Iterable[str], atlas: Atlas) -> dict[str, Any]:
    """Return the sheet of every grid named, by code."""
    by_code = atlas.division.by_code
    return {c: sheet_json(atlas.sheet(by_code[c]), atlas) for c in dict.fromkeys(codes)}


def locate_addresses(
    texts: Sequence[object], book: AddressBook, atlas: Atlas, limit: int, language: str
) -> tuple[list[dict[str, Any] | None], Faults]:
    """Return what each address may mean, None where it has a fault, and the faults."""
    rows: list[dict[str, Any] | None] = []
    faults: Faults = {}
    for row, text in enumerate(texts):
        try:
            rows.append(found_json(_search(text, book, limit), atlas, language))
        except InvalidInput as problem:
            faults[row] = problem.text
            rows.append(None)
    return rows, faults


def _search(text: object, book: AddressBook, limit: int) -> Found:
    if not isinstance(text, str):
        shown = shorten(text) or "null"
        raise InvalidInput("addresses", f"{shown} is not a text", f"{shown} 不是文本")
    if not text.strip():
        raise InvalidInput("addresses", "the address is empty", "地址为空")
    return book.search(text, limit)


def codes_in(rows: Iterable[dict[str, Any] | None]) -> list[str]:
    """Return the codes that the candidates of address rows name."""
    return [code for row in rows if row for c in row["candidates"] for code in c["codes"]]


def finished(
    body: dict[str, Any], faults: Faults, field: str, atlas: Atlas, language: str
) -> dict[str, Any]:
    """Return an answer with its ``errors``, row by row, and where it comes from.

    ``row`` counts from 0, as the list does.
    """
    errors = [
        {"row": row, "field": f"{field}[{row}]", "detail": fault.in_language(language)}
        for row, fault in sorted(faults.items())
    ]
    return {**body, "errors": errors, **provenance_json(atlas)}

"""How much a page holds: everything, or less where everything would be too much for a browser."""

from __future__ import annotations

import json
from typing import Any, Literal, get_args

from gis.directory import PlaceKind
from gis.errors import InvalidInput, TooLarge

Detail = Literal["grids", "buildings", "all"]
DETAILS: tuple[Detail, ...] = get_args(Detail)
KINDS: dict[Detail, frozenset[PlaceKind]] = {
    "grids": frozenset(),
    "buildings": frozenset({PlaceKind.BUILDING, PlaceKind.RESIDENT_UNIT}),
    "all": frozenset(PlaceKind),
}
# Ten times the sample, with room: what an office PC opens within four seconds.
MOST_BYTES = 16_000_000


def checked_detail(text: str) -> Detail:
    """Return the detail of a name.

    Raises
    ------
    InvalidInput
        There is none of that name.
    """
    for detail in DETAILS:
        if text == detail:
            return detail
    raise InvalidInput(
        "detail",
        f"detail {text[:40]!r}: must be {', '.join(DETAILS)}",
        f"详细程度 {text[:40]!r}：应为 {'、'.join(DETAILS)}",
        DETAILS,
    )


def sizes_by_detail(size: int, block: dict[str, Any], detail: Detail) -> dict[Detail, int]:
    """Return about how many bytes a page of each lesser detail would have.

    Parameters
    ----------
    size
        Of the page with everything that ``block`` holds.
    block
        The page's data block, drawn with ``detail``.
    """
    places = block["layers"]["places"]
    weights: dict[str, int] = {}
    for row, rings in zip(places["rows"], places["rings"], strict=True):
        text = json.dumps([row, rings], ensure_ascii=False, separators=(",", ":"))
        weights[row["kind"]] = weights.get(row["kind"], 0) + len(text.encode("utf-8", "replace"))
    lesser = DETAILS[: DETAILS.index(detail)]
    return {
        d: size - sum(weights.get(str(kind), 0) for kind in PlaceKind if kind not in KINDS[d])
        for d in lesser
    }


def too_large(size: int, sizes: dict[Detail, int], most: int) -> TooLarge:
    """Return the refusal of a page that browsers would not open, with the choices there are."""
    choices = [
        (f"--detail {d}", f"{_megabytes(s)} MB" + ("" if s <= most else ", too much as well"))
        for d, s in sorted(sizes.items(), key=lambda item: -item[1])
    ]
    english = "; ".join(f"{name} would make it {much}" for name, much in choices)
    chinese = "；".join(
        f"{name} 约 {much.replace(', too much as well', '，仍然过大')}" for name, much in choices
    )
    return TooLarge(
        "detail",
        f"the page would be {_megabytes(size)} MB, more than the {_megabytes(most)} MB that an "
        f"office PC opens well: {english or 'publish a part of the area at a time'}",
        f"页面将有 {_megabytes(size)} MB，超过办公电脑能顺畅打开的 {_megabytes(most)} MB："
        f"{chinese or '请分片发布'}",
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"

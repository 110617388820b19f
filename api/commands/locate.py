"""``wangge locate``: an address, a point or a whole table, and who is responsible there."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.common import day_of, language, open_stored, usage
from gis.clock import today
from gis.errors import InvalidInput, NotFound
from gis.findings import Text

if TYPE_CHECKING:
    from gis.atlas import Atlas

_CANDIDATES = 5


def locate(
    text: Annotated[
        str | None, typer.Argument(help="An address as people say it, a name or a grid code")
    ] = None,
    lon: Annotated[float | None, typer.Option(help="Longitude, degrees")] = None,
    lat: Annotated[float | None, typer.Option(help="Latitude, degrees")] = None,
    datum: Annotated[
        str | None, typer.Option(help="wgs84, cgcs2000, gcj02 or bd09: never guessed")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="The day (YYYY-MM-DD) [today]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer")] = False,
    source: Annotated[
        Path | None, typer.Option("--input", help="A table: .csv, .xlsx or .geojson")
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--output", help="The same table with grid columns")
    ] = None,
    lon_column: Annotated[str | None, typer.Option(help="[found by its name]")] = None,
    lat_column: Annotated[str | None, typer.Option(help="[found by its name]")] = None,
    address_column: Annotated[str | None, typer.Option(help="[found by its name]")] = None,
    datum_column: Annotated[str | None, typer.Option(help="[found by its name]")] = None,
) -> None:
    """Say which grids an address or a point lies in and who is responsible; or a whole table.

    Give TEXT; or --lon, --lat and --datum; or --input and --output.

    Rows of a table that are wrong are kept, with the reason. The rows that a person must look at
    stand in the sheet 需要核对 of an .xlsx, else in OUTPUT-review.csv.
    """
    ways = (text is not None, lon is not None or lat is not None, bool(source or target))
    if sum(ways) != 1:
        raise usage(
            "give TEXT, or --lon, --lat and --datum, or --input and --output",
            "请给出地址，或 --lon、--lat 和 --datum，或 --input 和 --output",
        )
    day = day_of(as_of, "as-of") or today()
    if source is not None or target is not None:
        from api.commands.locate_table import locate_table
        from gis.bulk.columns import ColumnChoice

        choice = ColumnChoice(lon_column, lat_column, address_column, datum_column)
        locate_table(source, target, choice, datum, day, language())
        return
    if text is not None:
        answer, said = _of_address(text, day)
    else:
        answer, said = _of_point(lon, lat, datum, day)
    print(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else said)


def _atlas(day: date) -> Atlas:
    from gis.workflows.atlases import internal_atlas

    store = open_stored()
    try:
        return internal_atlas(store, day)[0]
    finally:
        store.close()


# --- a point -------------------------------------------------------------------------------------


def _of_point(
    lon: float | None, lat: float | None, datum: str | None, day: date
) -> tuple[dict[str, Any], str]:
    if lon is None or lat is None or datum is None:
        raise usage(
            "--lon, --lat and --datum go together: the datum is never guessed",
            "--lon、--lat 和 --datum 须一起给出：坐标系从不猜测",
        )
    from gis.datum import parse_datum, to_wgs84
    from gis.exchange.json_values import spot_json
    from gis.geometry import check_lon_lat

    known = parse_datum(datum)
    check_lon_lat(lon, lat)
    atlas = _atlas(day)
    spot = spot_json(atlas.spot(*to_wgs84(lon, lat, known)), atlas)
    return spot, _spot_text(spot)


def _spot_text(spot: dict[str, Any]) -> str:
    lines = [_grid_line(grid) for grid in spot["grids"]]
    if not lines:
        nearest = spot.get("nearest")
        lines = [_told("outside every grid", "不在任何网格内")]
        if nearest:
            name = " / ".join([*nearest["within"], nearest["name"]])
            far = f"{nearest['distance_m']:,.0f}"
            lines.append(
                _told(
                    f"nearest: {nearest['code']} {name}, {far} m away",
                    f"最近的网格：{nearest['code']} {name}，相距 {far} 米",
                )
            )
    for near in spot["near"]:
        far = f"{near['distance_m']:.1f}"
        lines.append(
            _told(
                f"near: {near['code']} {near['name']}, {far} m",
                f"邻近：{near['code']} {near['name']}，{far} 米",
            )
        )
    for place in spot["places"]:
        named = f"{place['name']} {place.get('address', '')}".rstrip()
        lines.append(_told(f"here: {named}", f"此处：{named}"))
    if spot["synthetic"]:
        lines.append(_SYNTHETIC.in_language(language()))
    return "\n".join(lines)


def _grid_line(grid: dict[str, Any]) -> str:
    head = f"{grid['level']}  {grid['code']}  {grid['name']}"
    people = [f"     {r['title']}  {r['name']}  {_phone(r)}".rstrip() for r in grid["responsible"]]
    return "\n".join([head, *people])


def _phone(held: dict[str, Any]) -> str:
    numbers = (held.get(name) for name in ("office_phone", "public_mobile", "mobile"))
    return next(filter(None, numbers), "")


# --- an address ----------------------------------------------------------------------------------


def _of_address(text: str, day: date) -> tuple[dict[str, Any], str]:
    """Return the candidates, and them as text: the clear one whole, others a line each.

    Raises
    ------
    InvalidInput
        An empty text, or one that is too long.
    NotFound
        Nothing here is like it.
    """
    from gis.addresses import AddressBook, parse
    from gis.addresses.direct import phone_digits
    from gis.bulk.found_json import found_json
    from gis.exchange.json_values import provenance_json, sheet_json

    if not text.strip():
        raise InvalidInput("TEXT", "the address is empty", "地址为空")
    parse(text)  # What cannot be read is said before anything is loaded.
    atlas = _atlas(day)
    found = AddressBook(atlas).search(text, _CANDIDATES)
    if not found and phone_digits(text):
        raise NotFound(
            f"{text[:60]!r} is a telephone number, but none of the office phones on record",
            f"{text[:60]!r} 是电话号码，但不是登记的办公电话",
        )
    if not found:
        raise NotFound(
            f"nothing here is like {text[:60]!r}: try the road and door plate, or the compound",
            f"没有找到与 {text[:60]!r} 相近的地点：请试试路名门牌或小区名",
        )
    answer = found_json(
        found, atlas, language(), sheet=lambda grid: sheet_json(atlas.sheet(grid), atlas)
    )
    lines = []
    if found.several:
        count = len(found.several)
        said = Text(
            f"{count} addresses in the text: ask for one at a time",
            f"文字中有 {count} 处地址：请逐一查询",
        )
        lines.append(said.in_language(language()))
    elif not found.clear:
        count = max(found.tied, 1)
        asks = Text(
            f"not clear: {count} equally good; ask back" if count > 1 else "not clear: ask back",
            f"不能确定：{count} 个同样可能，请再问一句" if count > 1 else "不能确定，请再问一句",
        )
        lines.append(asks.in_language(language()))
    for number, candidate in enumerate(answer["candidates"]):
        whole = found.clear and number == 0
        lines += _candidate_lines(candidate, whole=whole)
        if whole:
            break
    return {**answer, **provenance_json(atlas)}, "\n".join([*lines, *_marks(atlas)])


def _candidate_lines(candidate: dict[str, Any], *, whole: bool) -> list[str]:
    reasons = "、".join(r["text"] for r in candidate["reasons"])
    where = " ".join(dict.fromkeys(p for p in (candidate["name"], candidate["address"]) if p))
    lines = [f"{candidate['score']:.2f}  {where}  ({reasons})"]
    if whole:
        return lines + [_grid_line(grid) for grid in candidate["grids"]]
    for grid in candidate["grids"][-1:]:
        leaders = [r for r in grid["responsible"] if r["role"] == "grid_leader"][:1]
        people = "".join(f"  {r['title']} {r['name']} {_phone(r)}".rstrip() for r in leaders)
        lines.append(
            f"      {grid['code']}  {' / '.join(g['name'] for g in grid['chain'])}{people}"
        )
    return lines


def _marks(atlas: Atlas) -> list[str]:
    return [_SYNTHETIC.in_language(language())] if atlas.synthetic else []


def _told(en: str, zh: str) -> str:
    return Text(en, zh).in_language(language())


_SYNTHETIC = Text(
    "synthetic sample: all lines, people and numbers are invented 合成示例数据",
    "合成示例数据：边界、人员和数字均为虚构",
)

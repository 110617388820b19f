"""Query parameters, read strictly: unknown and repeated ones are refused, nothing is coerced."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BeforeValidator

from api.http.auth import AccountRole, requirements_of
from gis.datum import Datum, parse_datum
from gis.errors import InvalidInput
from gis.geometry import check_lon_lat

_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)


class StrictRoute(APIRoute):
    """A route that answers 400 to a query parameter it does not know or is given twice.

    Whoever may not use it is refused before anything else of the request is read.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the checks before it."""
        handle = super().get_route_handler()
        known = frozenset(_query_names(self.dependant))
        guards = [r for r in requirements_of(self.dependant) if r.role is not AccountRole.PUBLIC]

        async def strictly(request: Request) -> Response:
            for guard in guards:
                await guard(request)
            if request.scope["query_string"]:
                check_names([name for name, _ in request.query_params.multi_items()], known)
            return await handle(request)

        return strictly


def _query_names(dependant: Any) -> set[str]:
    names = {p.alias for p in dependant.query_params}
    return names.union(*(_query_names(d) for d in dependant.dependencies))


def check_names(names: list[str], known: frozenset[str]) -> None:
    """Refuse parameters that are not known or stand more than once.

    Raises
    ------
    InvalidInput
        Naming the parameter and those that are known.
    """
    seen: set[str] = set()
    accepted = sorted(known)
    listed = ", ".join(accepted) or "none"
    for name in names:
        shown = name[:40]
        if name not in known:
            raise InvalidInput(
                shown,
                f"parameter {shown!r} is not known here (known: {listed})",
                f"此处没有参数 {shown!r}（可用：{listed}）",
                accepted,
            )
        if name in seen:
            raise InvalidInput(shown, f"{shown} is given more than once", f"参数 {shown} 重复出现")
        seen.add(name)


def read_number(text: object, field: str) -> float:
    """Return a decimal number, written plainly: no ``nan``, no ``1_8``, no ``true``.

    Raises
    ------
    InvalidInput
        Naming the field.
    """
    if isinstance(text, str) and _NUMBER.fullmatch(text):
        return float(text)
    shown = str(text)[:40]
    raise InvalidInput(
        field,
        f"{field} = {shown!r} is not a decimal number such as 118.75",
        f"{field} = {shown!r} 不是 118.75 这样的十进制数",
        ("a decimal number",),
    )


def read_day(text: object, field: str) -> date:
    """Return a date written 2026-10-01.

    Raises
    ------
    InvalidInput
        Naming the field.
    """
    if isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    shown = str(text)[:40]
    raise InvalidInput(
        field,
        f"{field} = {shown!r} is not a date such as 2026-10-01",
        f"{field} = {shown!r} 不是 2026-10-01 这样的日期",
        ("YYYY-MM-DD",),
    )


def read_whole(text: object, field: str, least: int, most: int) -> int:
    """Return a whole number between two others.

    Raises
    ------
    InvalidInput
        Naming the field and the range.
    """
    if isinstance(text, int):
        return text
    if isinstance(text, str) and re.fullmatch(r"\d{1,9}", text, re.ASCII):
        number = int(text)
        if least <= number <= most:
            return number
    raise InvalidInput(
        field,
        f"{field} = {str(text)[:40]!r} must be a whole number from {least} to {most}",
        f"{field} = {str(text)[:40]!r} 应为 {least} 到 {most} 的整数",
        (f"{least}..{most}",),
    )


Lon = Annotated[
    float | None,
    BeforeValidator(lambda v: None if v is None else read_number(v, "lon")),
    Query(
        description="Longitude in the stated datum, degrees",
        examples=[118.75],
        json_schema_extra={"minimum": -180, "maximum": 180},
    ),
]
Lat = Annotated[
    float | None,
    BeforeValidator(lambda v: None if v is None else read_number(v, "lat")),
    Query(
        description="Latitude in the stated datum, degrees",
        examples=[32.11],
        json_schema_extra={"minimum": -90, "maximum": 90},
    ),
]
DatumName = Annotated[
    Datum | None,
    BeforeValidator(lambda v: None if v is None else parse_datum(v)),
    Query(
        description="The datum of lon and lat: required with them, never guessed",
        examples=["gcj02"],
    ),
]
AsOf = Annotated[
    date | None,
    BeforeValidator(lambda v: None if v is None else read_day(v, "as_of")),
    Query(description="Answer as of this day (Asia/Shanghai); today when absent"),
]


def whole(field: str, least: int, most: int, description: str) -> Any:
    """Return the annotation of an optional whole-number parameter."""
    return Annotated[
        int | None,
        BeforeValidator(lambda v: None if v is None else read_whole(v, field, least, most)),
        Query(description=description, json_schema_extra={"minimum": least, "maximum": most}),
    ]


def choice(field: str, known: tuple[str, ...]) -> Any:
    """Return the annotation of an optional parameter that is one of a few words."""

    def check(value: object) -> object:
        if value is None or value in known:
            return value
        listed = ", ".join(known)
        raise InvalidInput(
            field,
            f"{field} = {str(value)[:40]!r} must be one of {listed}",
            f"{field} = {str(value)[:40]!r} 应为以下之一：{listed}",
            known,
        )

    return Annotated[
        str | None,
        BeforeValidator(check),
        Query(description=", ".join(known), json_schema_extra={"enum": list(known)}),
    ]


def read_box(value: object) -> tuple[float, ...] | None:
    """Return west, south, east and north of a box in WGS84; None for None.

    Raises
    ------
    InvalidInput
        Not four numbers in their order, or out of range.
    """
    if value is None:
        return None
    parts = str(value).split(",")
    if len(parts) != 4:
        raise InvalidInput(
            "bbox",
            "bbox must be four numbers: west,south,east,north in WGS84",
            "bbox 应为四个数：西,南,东,北（WGS84）",
            ("west,south,east,north",),
        )
    west, south, east, north = (read_number(p, "bbox") for p in parts)
    for lon, lat in ((west, south), (east, north)):
        try:
            check_lon_lat(lon, lat)
        except InvalidInput as problem:
            raise InvalidInput("bbox", problem.text.en, problem.text.zh) from None
    if west > east or south > north:
        raise InvalidInput("bbox", "bbox: west > east or south > north", "bbox：西大于东或南大于北")
    return west, south, east, north


Box = Annotated[
    str | None,
    BeforeValidator(lambda v: None if read_box(v) is None else v),
    Query(description="Only grids that touch west,south,east,north (WGS84)"),
]
Words = Annotated[str | None, Query(max_length=200, description="Text in the name or code")]

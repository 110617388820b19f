"""The properties of a feature as an office names them, under our names and in our words."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from gis.exchange.rounded_codes import is_rounded_code
from gis.intake.headings import PLACE_KIND_OF_HEADING, field_of, folded
from gis.schema import RECORDS, Kind

_LEVEL_OF_LENGTH = {12: 1, 15: 2, 18: 3}
_KIND_OF_LEVEL = {1: "community", 2: "compound", 3: "building_cluster"}
_LISTS = {f.name for k in (Kind.BOUNDARIES, Kind.PLACES) for f in RECORDS[k].fields if f.is_list}


def ours_of(properties: Any) -> Any:
    """Return the properties of a feature under our names, its words as ours.

    Level, parent and kind of a grid follow from its code where there is no such column at all:
    12, 15 or 18 digits, each level three more, and what is usual on that level.
    """
    if not isinstance(properties, dict):
        return properties
    if "code" in properties and "level" in properties:
        return _decoded(_settled(properties))
    if str(properties.get("kind")) in ("building", "business", "resident_unit", "river", "road"):
        return _decoded(properties)
    kind = _kind_of_feature(properties)
    found: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for heading, value in properties.items():
        name = field_of(kind, heading, cut=True)
        if name is None or (name in found and found[name] not in (None, "")):
            rest[heading] = value
        else:
            found[name] = _word(kind, name, value)
    if kind is Kind.BOUNDARIES:
        _derive(found)
    elif not found.get("kind") and (told := _place_kind(properties)):
        found["kind"] = told
    return {**rest, **_decoded(found)}


def _kind_of_feature(properties: dict[str, Any]) -> Kind:
    places = {f for h in properties if (f := field_of(Kind.PLACES, h))}
    grids = {f for h in properties if (f := field_of(Kind.BOUNDARIES, h, cut=True))}
    if "kind" in properties and _word(Kind.PLACES, "kind", properties["kind"]) in (
        "building",
        "business",
        "resident_unit",
    ):
        return Kind.PLACES
    return Kind.PLACES if "address" in places and "code" not in grids else Kind.BOUNDARIES


def _place_kind(headings: Iterable[str]) -> str | None:
    """Return the kind of place that the headings tell, which may have lost their end."""
    words = {word for h in headings if len(word := folded(h)) > 1}
    found = {
        kind
        for name, kind in PLACE_KIND_OF_HEADING.items()
        if any(folded(name).startswith(word) for word in words)
    }
    return found.pop() if len(found) == 1 else None


def _word(kind: Kind, name: str, value: Any) -> Any:
    field = RECORDS[kind].by_name[name]
    if field.is_code and is_rounded_code(value):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and field.is_written:
        return str(value)
    if not isinstance(value, str):
        return value
    value = value.strip()
    value = field.words.get(value, value)
    if name == "level":
        return _level(value)
    return None if value == "" else value


def _level(text: str) -> Any:
    """Return 1, 2 or 3 for a level as it is written: 3, 3.0, 3级, 三级, 第三级, L3."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _LEVEL.fullmatch(plain)
    return (
        (int(found[1]) if found[1].isdigit() else "一二三".index(found[1]) + 1) if found else text
    )


_LEVEL = re.compile(r"(?:第|[Ll]|level ?)?([123一二三])(?:\.0+)?(?:级|级网格)?")


def _settled(properties: dict[str, Any]) -> dict[str, Any]:
    """Return properties that stand under our names already: numbers and texts made alike."""
    found = dict(properties)
    for name in ("code", "parent", "level"):
        if name in found:
            found[name] = _word(Kind.BOUNDARIES, name, found[name])
    if "kind" not in found and not is_rounded_code(found["code"]):
        _derive(found)
    return found


def _derive(values: dict[str, Any]) -> None:
    code = values.get("code")
    if not (isinstance(code, str) and code.isascii() and code.isdigit()):
        return
    level = _LEVEL_OF_LENGTH.get(len(code))
    if "level" not in values and level:
        values["level"] = level
    if values.get("parent") is None and level and level > 1:
        values["parent"] = code[:-3]
    if values.get("kind") is None and values.get("level") in _KIND_OF_LEVEL:
        values["kind"] = _KIND_OF_LEVEL[values["level"]]


def _decoded(properties: dict[str, Any]) -> dict[str, Any]:
    """Return properties with their lists as lists: a table holds them as JSON."""
    out = dict(properties)
    for name in _LISTS:
        value = out.get(name)
        if isinstance(value, str) and value.startswith("["):
            try:
                out[name] = json.loads(value)
            except (ValueError, RecursionError):
                continue
        elif value == "":
            out[name] = None
    return out

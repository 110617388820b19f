"""Several addresses in one text: 3幢、4幢; 3至5幢; two whole addresses with a sign between them."""

from __future__ import annotations

import re
import unicodedata

from gis.addresses.numerals import NUMERALS, value
from gis.addresses.parse import Address, parse

_SEPARATORS = re.compile(r"(以及|[;；\n\r、，,/／和及与&+\s]+)")
_HARD = re.compile(r"[;；\n\r]")
_LISTED = re.compile(r"(?P<number>[0-9]{1,4}(?:-[0-9]{1,3})?|[A-Z])(?P<unit>幢|号|)$")
_NEXT = re.compile(r"(?P<number>[0-9]{1,4}(?:-[0-9]{1,3})?|[A-Z])(?P<unit>幢|号|$)")
_RANGE = re.compile(
    r"(?P<low>[0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:幢|号|号楼|栋|座|#)?"
    r"(?P<sign>至|到|-)(?P<high>[0-9]{1,3})(?P<unit>幢|号)"
)
_LIST = re.compile(
    r"(?<![0-9-])(?P<numbers>[0-9]{1,3}(?:[、,，/和及与][0-9]{1,3})+)(?P<unit>幢|栋|号楼|座|号)"
)
_COMMAS = re.compile(r"[、,，/和及与]")
_SIDE_BY_SIDE = re.compile(r"(?<=幢)(?=[0-9]{1,3}幢)")
_MOST_IN_A_RANGE = 20
_ON_A_ROAD = tuple("路街道巷弄")
# 和 may be the beginning of a name: 建安路33号|和平小区.
_NOT_AFTER_AND = frozenset("平谐睦园美顺庄府苑风煦气畅泰盛兴润悦家居雅光景安")
_SHORTEST_NAME = 4


def parts_of(text: str) -> tuple[str, ...]:
    """Return the addresses a text holds; one address comes back as it is.

    Examples
    --------
    >>> parts_of("示例花园3、4幢；样例路18号")
    ('示例花园3幢', '示例花园4幢', '样例路18号')
    >>> parts_of("示例花园3至5幢"), parts_of("样例路18号 示例花园 3幢")
    (('示例花园3幢', '示例花园4幢', '示例花园5幢'), ('样例路18号 示例花园 3幢',))
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not any(c.isdigit() or c in NUMERALS or c in ";；\n" for c in plain):
        return (text,)
    plain = _LIST.sub(
        lambda m: "、".join(n + m["unit"] for n in _COMMAS.split(m["numbers"])), plain
    )
    parts = [p for whole in _split(plain) for side in _neighbours(whole) for p in _ranged(side)]
    return tuple(dict.fromkeys(parts)) if len(parts) > 1 else (text,)


def _split(text: str) -> list[str]:
    """Return the text cut where a new address begins, or the next number of a list."""
    pieces = _SEPARATORS.split(text)
    done: list[str] = []
    current = pieces[0]
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if not piece:
            continue
        if not current.strip():
            current = piece
            continue
        listed = _listed(current, piece, sign)
        if listed:
            done.append(listed[0])
            current = listed[1]
        elif _begins_anew(current, piece, sign):
            done.append(current)
            current = piece
        else:
            current += sign + piece
    return [*done, current]


def _listed(before: str, piece: str, sign: str) -> tuple[str, str] | None:
    """Return two addresses where the second is only another number: 示例花园3|4幢."""
    one, other = _known_part(before)[1], parse(piece).core
    last, following = _LISTED.search(one), _NEXT.match(other)
    if not last or not following or not one[: last.start()].strip():
        return None
    unit, next_unit = last["unit"], following["unit"]
    if not next_unit or (unit and unit != next_unit):
        return None
    if one[: last.start()][-1] in "-0123456789" or (sign.isspace() and next_unit != "幢"):
        return None
    if sign.isspace() and not unit:
        return None
    head = _known_part(before)[0] + one[: last.start()]
    return f"{head}{last['number']}{next_unit}", f"{head}{other}"


def _known_part(text: str) -> tuple[str, str]:
    """Return the region a text begins with, and the rest of it, both in one spelling."""
    told = parse(text)
    region = told.text[: -len(told.core)] if told.core and told.text.endswith(told.core) else ""
    return region, told.core


def _begins_anew(before: str, piece: str, sign: str) -> bool:
    """Tell whether a piece is an address of its own, not more of the one before it."""
    one, other = parse(before), parse(piece)
    if _HARD.search(sign):
        return _is_address(one) and _is_address(other)
    if not (_has_number(one) and _has_head(other) and _has_number(other)):
        return False
    if sign == "和" and piece[0] in _NOT_AFTER_AND:
        return False
    if one.road and other.road:
        return True
    joined = not (sign.isspace() or sign in "，,/／")
    return joined or bool(one.building_no and other.building_no)


def _has_number(a: Address) -> bool:
    return bool(a.door_plate or a.building_no)


def _has_head(a: Address) -> bool:
    return bool(a.road or a.compound or a.group or a.community)


def _is_address(a: Address) -> bool:
    return bool(_has_number(a) or _has_head(a) or len(a.name or "") >= _SHORTEST_NAME)


def _neighbours(text: str) -> list[str]:
    """Return 3幢4幢 as two."""
    region, core = _known_part(text)
    if not _SIDE_BY_SIDE.search(core):
        return [text]
    first, *others = _SIDE_BY_SIDE.split(core)
    last = _LISTED.search(first)
    head = region + (first[: last.start()] if last else first)
    return [region + first, *(head + other for other in others)]


def _ranged(text: str) -> list[str]:
    """Return every address of a range of buildings or door plates."""
    region, core = _known_part(text)
    found = _RANGE.search(core)
    if not found:
        return [text]
    head, tail = core[: found.start()], core[found.end() :]
    low, high = int(value(found["low"]) or 0), int(found["high"])
    if not head or head[-1] in "-0123456789" or not 0 < high - low <= _MOST_IN_A_RANGE:
        return [text]
    if found["sign"] == "-" and (found["unit"] != "幢" or head.endswith(_ON_A_ROAD)):
        return [text]
    return [f"{region}{head}{n}{found['unit']}{tail}" for n in range(low, high + 1)]

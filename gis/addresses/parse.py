"""An address taken apart: one pass over the text, from left to right, no backtracking."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from gis.addresses import chains, segments
from gis.addresses.chains import Chain
from gis.addresses.fields import COMPOUND_ENDINGS, Fields
from gis.addresses.naming import place_name
from gis.addresses.normalise import normalise
from gis.addresses.numbering import place_number
from gis.addresses.regions import read_region
from gis.addresses.words import FORMER_DISTRICTS, TALK_AFTER

_PHONE = re.compile(
    r"(?<![0-9A-Z-])(?:(?:\+?86[- ]?)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}"
    r"|400-?[0-9]{3}-?[0-9]{4})(?![0-9])"
)
_ROADS = tuple("路街道巷弄")
_ROOM_LENGTH, _LONGEST_PLATE = 3, 4
# What a number before it belongs to: 101中学, 1912街区.
_NUMBERED_NAMES = ("中", "小", "医", "厂", "街", "路", "区", "工", "厅", "线", "车")
_POSTCODE = re.compile(r"^[0-9]{6}(?=[^0-9-]|$)|(?<= )[0-9]{6}$")


@dataclass(frozen=True, slots=True)
class Address:
    """The fields of one address; None where the text does not say.

    Numbers are canonical: digits and letters only, joined as written (``18``, ``201-3``, ``甲92``,
    ``R2-B``, ``665弄``). ``door_plate`` is the number on the road, ``building_no`` 幢, 栋, 号楼,
    座 or the 号 behind a 弄. ``compound`` is the named ground or house (小区, 大厦), ``name`` a
    shop or landmark; ``subroad`` a second road or a lane off the first, which then carries the
    door plate. ``qualifier`` says that the spot is near and not at the address (对面, 路口).
    ``remainder`` keeps everything that was not understood or is no address (a person's name);
    ``core`` is the text without region, telephone numbers and what callers say around it.
    """

    text: str = ""
    province: str | None = None
    city: str | None = None
    district: str | None = None
    zone: str | None = None
    subdistrict: str | None = None
    community: str | None = None
    group: str | None = None
    road: str | None = None
    subroad: str | None = None
    door_plate: str | None = None
    compound: str | None = None
    building_no: str | None = None
    unit_no: str | None = None
    floor: str | None = None
    room_no: str | None = None
    name: str | None = None
    qualifier: str | None = None
    remainder: str | None = None
    core: str = ""
    raw: str = ""

    @property
    def street(self) -> str | None:
        """The road that carries the door plate, with the lane off it; of a village its part.

        >>> parse("四平街三道巷9号").street, parse("示例村一组3号").street
        ('四平街三道巷', '示例村1组')
        """
        if self.road or self.subroad:
            return (self.road or "") + (self.subroad or "")
        if self.door_plate and (self.group or self.community):
            return f"{self.community or ''}{self.group or ''}".replace(" ", "")
        return None

    @property
    def numbers(self) -> tuple[str | None, str | None, str | None, str | None]:
        """The door plate, building, unit and room."""
        return self.door_plate, self.building_no, self.unit_no, self.room_no


_NAMES = frozenset(f.name for f in fields(Address))


def parse(text: str, *, former: Mapping[str, str] = FORMER_DISTRICTS) -> Address:
    """Return the fields of an address, as far as the text names them.

    Never guesses what is not written; time grows linearly with the length of the text.

    Parameters
    ----------
    text
        At most 200 characters, in any spelling that :func:`normalise` understands.
    former
        Former names of districts and what they are today.

    Raises
    ------
    InvalidInput
        When the text is no text or too long.

    Examples
    --------
    >>> a = parse("南京市下关区宝塔桥西街18-3-2-501")
    >>> a.district, a.road, a.numbers
    ('鼓楼区', '宝塔桥西街', ('18', '3', '2', '501'))
    >>> parse("燕江路201-3号门面房").numbers
    ('201-3', None, None, None)
    """
    plain = normalise(text, former=former)
    body, extras = _without_phones(_without_talk(plain))
    body = _without_talk(body.rstrip(" -"))
    region = read_region(body)
    found = Fields(province=region.province, city=region.city, district=region.district)
    core = body[region.end :].strip(" -")
    body, notes = _without_notes(core)
    _scan(body, found)
    for note in notes:
        _scan_note(note, found)
    found.close_name()
    remainder = " ".join(x for x in (*found.rest, *extras) if x) or None
    known = {k: v for k, v in vars(found).items() if k in _NAMES and v}
    return Address(text=plain, core=core, raw=text, remainder=remainder, **known)


def _without_talk(text: str) -> str:
    """Return the text without what callers say after an address: 归谁管, 那边."""
    while text.endswith(TALK_AFTER):
        text = text[: -max(len(w) for w in TALK_AFTER if text.endswith(w))].rstrip(" -")
    return text


def _without_phones(text: str) -> tuple[str, list[str]]:
    """Return the text with spaces for telephone numbers and postcodes, and those."""
    if not any(c.isdigit() for c in text):
        return text, []
    extras = [m.group() for m in _PHONE.finditer(text)]
    kept = _PHONE.sub(" ", text) if extras else text
    if code := _POSTCODE.search(kept):
        extras.append(code.group())
        kept = kept[: code.start()] + " " + kept[code.end() :]
    return kept, extras


def _without_notes(text: str) -> tuple[str, list[str]]:
    """Return the text outside of brackets, and what each bracket holds."""
    if "(" not in text and ")" not in text:
        return text, []
    outside: list[str] = []
    notes: list[list[str]] = []
    depth = 0
    for c in text:
        if c == "(":
            depth += 1
            if depth == 1:
                notes.append([])
                outside.append(" ")
        elif c == ")":
            depth = max(depth - 1, 0)
        elif depth:
            notes[-1].append(c)
        else:
            outside.append(c)
    return "".join(outside), ["".join(note).strip() for note in notes]


def _scan_note(note: str, found: Fields) -> None:
    """Read what a bracket holds: numbers that are still missing, else a name."""
    if found.building_no is None and found.room_no is None and any(c.isdigit() for c in note):
        found.close_name()
        _scan(note, found)
    elif found.name is None and not note.endswith(("申报", "照", "托管", "办公", "注册")):
        found.name = note.removeprefix("近").removeprefix("原") or None


def _scan(text: str, found: Fields) -> None:
    """Read a text outside of brackets into the fields."""
    start = i = 0
    while i < len(text):
        c = text[i]
        if c in " -、#":
            _close(text[start:i], found, None)
            found.dashed = c == "-" and text[i - 1 : i] == "号"
            i += 1
            start = i
        elif chains.starts_here(text, i):
            chain = chains.read(text, i)
            if _belongs_to_name(text, start, i, chain, found):
                i = chain.end
                continue
            _close(text[start:i], found, chain)
            place_number(found, chain, text[chain.end : chain.end + 6])
            found.dashed = False
            start = i = chain.end
        else:
            i += 1
    _close(text[start:], found, None)


def _belongs_to_name(text: str, start: int, i: int, chain: Chain, found: Fields) -> bool:
    """Tell whether a number is part of the name around it: 10号大街, 天通苑3区, 798艺术区."""
    if chain.kind in ("road", "alley", "part", "word"):
        return True
    after = text[chain.end : chain.end + 1]
    if chain.kind or not after or after in " -、#(":
        return False
    if _ends_in_a_number(text[start:i] or found.open_name, text, chain):
        return False
    if i > start or found.open_name:
        return True
    if len(chain.text) > 2 and found.has_number:
        return segments.is_compound_ahead(text, chain.end)
    return True


def _ends_in_a_number(before: str, text: str, chain: Chain) -> bool:
    """Tell whether a number between two names is the first one's: 示例路12|大厦, 苑15-1058|某某."""
    if before.endswith(_ROADS):
        return _is_plate(chain, text)
    if not before.endswith(COMPOUND_ENDINGS):
        return False
    if len(chain.atoms) > 1:
        return True
    return len(chain.text) > _ROOM_LENGTH and not segments.is_compound_ahead(text, chain.end)


def _is_plate(chain: Chain, text: str) -> bool:
    digits = chain.text.replace("-", "").isdigit() and len(chain.atoms[0]) <= _LONGEST_PLATE
    return digits and not text.startswith(_NUMBERED_NAMES, chain.end)


def _close(run: str, found: Fields, chain: Chain | None) -> None:
    """Place the parts of a run of text that ends before a number, a space or the end."""
    if not run:
        return
    towns = found.road is None and found.door_plate is None
    number_next = chain is not None and chain.kind in ("plate", "lane", "", "building")
    parts = segments.split(run, number_next=number_next, towns=towns)
    for part in parts:
        place_name(found, part, chain if part is parts[-1] else None)

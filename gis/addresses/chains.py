"""Numbers in an address: 18, 甲92, R2-B, 201-3, 18-3-2-501, and what stands behind them."""

from __future__ import annotations

from typing import NamedTuple

from gis.addresses.words import BROKEN_BY, LONGEST_SUFFIX, SUFFIXES

_STEMS = frozenset("甲乙丙丁戊己庚辛")
_WORD_LENGTH = 3
_LONGEST_ATOM = 9
_SUFFIX_STARTS = frozenset(s[0] for s in SUFFIXES)
_ROAD_ENDS = frozenset("路街道巷弄")
# 9号|桥南里 behind a road is a door plate, though 9号桥 is a name elsewhere.
_PLATE_ON_ROAD = ("号桥", "号店", "号井", "号矿", "号坑", "号会馆", "号公馆")
# What may follow 甲 when it stands alone as a number.
_AFTER_A_STEM = ("幢", "单元", "号", "栋", "座", "室")


class Chain(NamedTuple):
    """A number of one or several parts, and the suffix that says what it numbers.

    ``kind`` is a value of :data:`gis.addresses.words.SUFFIXES`; ``""``: no suffix stands there;
    ``"word"``: no number at all but a Latin word, or digits too many to number anything.
    """

    atoms: tuple[str, ...]
    text: str
    suffix: str
    kind: str
    end: int


def starts_here(text: str, i: int) -> bool:
    """Tell whether a number starts at ``i``."""
    c = text[i]
    if c.isascii():
        return c.isalnum()
    if c not in _STEMS:
        return False
    after = text[i + 1 : i + 2]
    return after.isdigit() or text.startswith(_AFTER_A_STEM, i + 1)


def read(text: str, i: int) -> Chain:
    """Return the chain of numbers that starts at ``i``.

    Examples
    --------
    >>> read("201-3号门面房", 0)
    Chain(atoms=('201', '3'), text='201-3', suffix='号', kind='plate', end=6)
    """
    atoms: list[str] = []
    end = start = i
    while True:
        atom_end = _atom_end(text, end)
        atoms.append(text[end:atom_end])
        end = atom_end
        follows = _connector(text, end, atoms[-1])
        if not follows:
            break
        end += follows
    joined = text[start:end].replace(" ", "-")
    if any(_is_word(atom) for atom in atoms):
        return Chain(tuple(atoms), joined, "", "word", end)
    on_road = text[start - 1 : start] in _ROAD_ENDS and start > 0
    suffix = "号" if on_road and text.startswith(_PLATE_ON_ROAD, end) else suffix_at(text, end)
    stem = _stem_behind(text, end + 1) if suffix == "号" else ""
    atoms[-1] += stem
    stop = end + len(suffix) + len(stem)
    return Chain(tuple(atoms), joined + stem, suffix, SUFFIXES.get(suffix, ""), stop)


def _stem_behind(text: str, i: int) -> str:
    """Return the 甲 of 201号甲, where nothing follows that it could belong to."""
    if text[i : i + 1] in _STEMS and text[i + 1 : i + 2] in ("", " ", "(", ")"):
        return text[i]
    return ""


def _atom_end(text: str, i: int) -> int:
    end = i + 1 if text[i] in _STEMS else i
    while end < len(text) and text[end].isascii() and text[end].isalnum():
        end += 1
    if end < len(text) and end > i and text[end] in _STEMS and text[end - 1].isdigit():
        after = text[end + 1 : end + 2]
        if not after or after in " -号)" or after.isdigit():
            end += 1
        while end < len(text) and text[end].isascii() and text[end].isdigit():
            end += 1
    return end


def _is_word(atom: str) -> bool:
    return (atom.isalpha() and len(atom) >= _WORD_LENGTH) or len(atom) > _LONGEST_ATOM


def _connector(text: str, end: int, atom: str) -> int:
    """Return how many characters join the number that ends at ``end`` to the next one."""
    c = text[end : end + 1]
    if not c or end + 1 >= len(text) or not starts_here(text, end + 1):
        return 0
    if c in "-、":
        return 1
    after = text[end + 1]
    if c in "附增临" and after.isdigit():
        return 1
    return int(c == " " and atom.isdigit() and after.isdigit())


def suffix_at(text: str, i: int) -> str:
    """Return the suffix of a numbered field that stands at ``i``, ``""`` when there is none."""
    if i >= len(text) or text[i] not in _SUFFIX_STARTS:
        return ""
    for length in range(min(LONGEST_SUFFIX, len(text) - i), 0, -1):
        suffix = text[i : i + length]
        if suffix in SUFFIXES and not _broken(text, suffix, i + length):
            return suffix
    return ""


def _broken(text: str, suffix: str, end: int) -> bool:
    breakers = BROKEN_BY.get(suffix)
    return bool(breakers) and text.startswith(breakers or (), end)

"""One spelling for an address: width, signs, numerals, building words, former districts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from gis.addresses.numerals import to_digits
from gis.addresses.words import BUILDING_WORDS, FORMER_DISTRICTS, TRADITIONAL
from gis.errors import InvalidInput

LONGEST_ADDRESS = 200
"""Characters an address may have; the longest real ones have about 80."""

_DASHES = "-‐‑‒–—―−﹣－~～〜∼﹘_ー"
_OPEN, _CLOSE = "([{〔【〖<《「『〈", ")]}〕】〗>》」』〉"
_TO_SPACE = ",，。.;；:：|\\/!！?？*+=&@^$%`'\"“”‘’·•・…、"
_SIGNS: dict[str, str] = {
    **dict.fromkeys(_TO_SPACE, " "),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_OPEN, "("),
    **dict.fromkeys(_CLOSE, ")"),
    **{chr(c): chr(c - 32) for c in range(ord("a"), ord("z") + 1)},
    **TRADITIONAL,
    "﹟": "#",
    "№": "#",
    "○": "〇",
}
_SIGN_TABLE = str.maketrans(_SIGNS)
_JOINING = frozenset("\\.。·・")
_MARKS = frozenset(" -()#、")
# After a number (3, B, R2-B, 甲) only; 18号楼下 is downstairs, 3座桥 are three bridges.
_BUILDING = re.compile(
    r"(?<=[0-9A-Z甲乙丙丁戊己庚辛])(?:"
    + "|".join(sorted(BUILDING_WORDS, key=len, reverse=True))
    + r")[楼栋幢座]*(?![下上道梯顶桥山店村])"
)


_BETWEEN_PARTS = re.compile(r"(?<=[0-9号])-?之-?(?=[0-9])")


def _printable(text: str) -> str:
    """Return the text in NFKC, without control, format, private and surrogate characters."""
    if not text.isprintable():
        spaced = "".join(" " if c.isspace() else c for c in text)
        text = "".join(c for c in spaced if c == " " or unicodedata.category(c)[0] != "C")
    return unicodedata.normalize("NFKC", text)


def _sign(text: str, i: int) -> str:
    """Return what the sign at ``i`` becomes, by its neighbours."""
    c = text[i]
    before, after = text[i - 1 : i], text[i + 1 : i + 2]
    between_digits = before.isdigit() and after.isdigit()
    if (c in _JOINING and between_digits) or (c == "/" and before.isalnum() and after.isalnum()):
        return "-"
    if c == "、" and between_digits:
        return c
    return _SIGNS.get(c, c)


def _spelled(text: str) -> str:
    """Return the text with one sign for each meaning and single spaces and dashes."""
    plain = text.translate(_SIGN_TABLE)
    if plain.isalnum():
        return plain
    out: list[str] = []
    for i, c in enumerate(text):
        sign = _sign(text, i) if not c.isalnum() or c in _SIGNS else c
        if not (sign.isalnum() or sign in _MARKS):
            sign = " "
        if sign in (" ", "-") and out and out[-1] in (" ", "-"):
            out[-1] = "-" if "-" in (sign, out[-1]) else " "
        else:
            out.append(sign)
    return "".join(out).strip(" -")


def _one_building_word(text: str) -> str:
    """Return the text with 栋, 号楼, 座, #楼 … after a number spelled 幢."""
    return _BUILDING.sub("幢", text)


def _one_dash(text: str) -> str:
    """Return the text with 之 between two parts of one number as a dash: 18号之3."""
    return _BETWEEN_PARTS.sub("-", text)


def one_spelling(name: str) -> str:
    """Return a name of any length in one width, script and case, its signs unified."""
    return _spelled(_printable(name))


def normalise(text: str, *, former: Mapping[str, str] = FORMER_DISTRICTS) -> str:
    """Return one spelling for an address; the same again for what it returned.

    NFKC, simplified characters where that is safe, Latin letters in capitals, Chinese numerals
    before a numbered field in digits, 栋 号楼 座 after a number as 幢, one dash, one space,
    former districts under their present name. Control, private and surrogate characters go.

    Parameters
    ----------
    text
        At most :data:`LONGEST_ADDRESS` characters.
    former
        Former names of districts and what they are today.

    Raises
    ------
    InvalidInput
        When the text is no text or too long.

    Examples
    --------
    >>> normalise("南京市下关区宝塔桥西街１８号三栋 2单元－501")
    '南京市鼓楼区宝塔桥西街18号3幢 2单元-501'
    """
    if not isinstance(text, str):
        raise InvalidInput("address", "the address must be text", "地址必须是文字")
    if len(text) > LONGEST_ADDRESS:
        raise InvalidInput(
            "address",
            f"the address has {len(text)} characters, at most {LONGEST_ADDRESS} are read: "
            "give one address at a time",
            f"地址有 {len(text)} 个字符，最多 {LONGEST_ADDRESS} 个：请一次只输入一个地址",
        )
    spelled = _spelled(_printable(text))[:LONGEST_ADDRESS]
    plain = _one_building_word(_one_dash(to_digits(spelled)))
    for old, new in former.items():
        plain = plain.replace(old, new)
    return plain.strip(" -")

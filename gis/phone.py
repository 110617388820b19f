"""Telephone numbers as people write them: which are somebody's mobile."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# What people write between the digits of one number; a slash or a comma begins another.
_GAP = r"[\s().·•・_\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff-]*"
# China's mobile numbers: eleven digits, the first 1, the second 3 to 9 (MIIT numbering plan).
_MOBILE = re.compile(
    rf"(?<!\d)(?:[(]?(?:\+|00)?86{_GAP})?0?(1{_GAP}[3-9](?:{_GAP}\d){{9}})(?!\d)", re.ASCII
)
_BETWEEN = " \t,，、;；/|:：-"
_LABEL = re.compile(r"(?:手机|移动电话|mobile|cell)(?:号码|号)?\s*[:：]?\s*$", re.IGNORECASE)
_EMPTY = re.compile(r"[(（\[【]\s*[)）\]】]")


class Numbers(NamedTuple):
    """What a text says besides mobile numbers, and these as eleven digits, parted by 、."""

    rest: str
    mobiles: str


def has_mobile(text: str) -> bool:
    """Tell whether a mobile number stands in a text, however it is written.

    >>> has_mobile("+86 138-0000-0000"), has_mobile("１３８ ００００ ００００")
    (True, True)
    >>> has_mobile("025-8580 1234"), has_mobile("025-85801234-8001"), has_mobile("12345")
    (False, False, False)
    """
    return bool(_MOBILE.search(_plain(text)))


def part_mobiles(text: str) -> Numbers:
    """Return a text without the mobile numbers in it, and those; one without any as it is.

    >>> part_mobiles("025-83500000/139 0000 0004")
    Numbers(rest='025-83500000', mobiles='13900000004')
    >>> part_mobiles("王示例（手机：+86 139-0000-0001）")
    Numbers(rest='王示例', mobiles='13900000001')
    >>> part_mobiles("025-8580 1234")
    Numbers(rest='025-8580 1234', mobiles='')
    """
    plain = _plain(text)
    found = list(_MOBILE.finditer(plain))
    if not found:
        return Numbers(text, "")
    pieces, at = [], 0
    for match in found:
        pieces.append(_LABEL.sub("", plain[at : match.start()]))
        at = match.end()
    rest = _EMPTY.sub("", "".join([*pieces, plain[at:]])).strip(_BETWEEN)
    return Numbers(rest, join_mobiles(*(match[1] for match in found)))


def join_mobiles(*texts: str) -> str:
    """Return several numbers as one text, each once; what is no mobile stays as it is written.

    >>> join_mobiles("139-0000-0001", "13900000001、13900000002", "", "000-1")
    '13900000001、13900000002、000-1'
    """
    known: dict[str, None] = {}
    for text in texts:
        digits = [re.sub(r"\D", "", m[1]) for m in _MOBILE.finditer(_plain(text))]
        known |= dict.fromkeys(digits or ([text] if text else []))
    return "、".join(known)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)

"""Cells that say nothing: words for nobody, and what a spreadsheet shows in place of a value."""

from __future__ import annotations

import re
import unicodedata

SPACE = " \t\r\n\u00a0\u3000\u200b\ufeff"
_NOBODY = frozenset(
    (
        "待定", "未定", "待补", "待补充", "待填", "待确定", "待明确", "待安排", "待配", "待配备",
        "待聘", "待选", "无", "暂无", "没有", "无人", "空", "空缺", "暂缺", "缺", "缺位", "缺员",
        "暂空", "空岗", "未配备", "未填", "不详", "未知",
        "n/a", "na", "null", "none", "nil", "tbd", "tba", "vacant",
    )
)  # fmt: skip
_STROKES = re.compile(r"[-/\\_~.·―‐-―−]+|×+|x{2,}", re.IGNORECASE)
_ASIDE = re.compile(r"^[(\[【<《](.*)[)\]】>》]$")
_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!"
    r"|UNKNOWN!|GETTING_DATA|EXTERNAL!|PYTHON!)",
    re.IGNORECASE,
)
_LONGEST = 12


def says_nobody(text: str) -> bool:
    """Tell whether a cell says that there is nobody, or nothing yet.

    >>> [t for t in ("待定", "（空缺）", "——", "／", "-", "无锡路", "-1") if says_nobody(t)]
    ['待定', '（空缺）', '——', '／', '-']
    """
    if len(text) > _LONGEST:
        return False
    word = unicodedata.normalize("NFKC", text).strip(SPACE).casefold()
    aside = _ASIDE.match(word)
    word = re.sub(r"\s", "", aside[1] if aside else word)
    return word in _NOBODY or bool(_STROKES.fullmatch(word))


def is_error(text: str) -> bool:
    """Tell whether a cell is an error of a spreadsheet, or a formula that was never calculated.

    >>> [t for t in ("#N/A", "#NAME?", "=VLOOKUP(A2,B:C,2)", "#1幢", "3幢", "=") if is_error(t)]
    ['#N/A', '#NAME?', '=VLOOKUP(A2,B:C,2)']
    """
    word = text.strip(SPACE)
    return bool(_ERROR.fullmatch(word)) or (word[:1] == "=" and len(word) > 1)

"""What stands in a file and is left out of its table: hidden, a sum, a signature, a note."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from gis.findings import Text
from gis.tables.blank_words import SPACE
from gis.tables.values import Cell

_SUM = re.compile(
    r"(?:本页|本社区|全社区|全街道|以上|各?社区|街道)?(?:合计|小计|总计|共计|累计|总和|合并计)"
    r"(?:(?:人数|户数|数|人|户|栋|幢|个|名)?[:：]?\s*[\d.,]*\s*(?:人|户|栋|幢|个|名|条|行)?)?"
)
_SUMS = frozenset(("合计", "小计", "总计", "共计"))
_SIGNED = re.compile(
    r"(?:填表|制表|填报|填写|审核|审批|复核|经办|统计|报送|上报|录入|核对|编制|汇总|单位负责|主管)"
    r"(?:人|者|员|单位|部门|日期|时间|人签字|人签名|领导)?(?:[(（]?(?:签字|签章|签名|盖章)[)）]?)?[:：].*"
)
_NOTE = re.compile(r"(?:注|备注|说明|附注|填表说明|填报说明)\d*[:：].*", re.DOTALL)
_NAMED = 12


@dataclass(frozen=True)
class LeftOut:
    """The rows, columns and sheets of a file that its table is without.

    ``rows`` and ``columns`` are hidden, ``footers`` are sums, signatures and notes: the number
    of the row and how it begins. ``sheet`` is the one that is read, ``sheets`` the others.
    """

    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    footers: tuple[tuple[int, str], ...] = ()
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    def told(self) -> list[tuple[str, Text]]:
        """Return a sentence for each kind of thing that is left out, by the name of its rule."""
        said: list[tuple[str, Text]] = []
        if self.rows:
            said.append(("hidden_rows", Text(
                f"{len(self.rows)} hidden row(s) left out: {_listed(self.rows)}; show them in the "
                "spreadsheet if they belong to the table",
                f"有 {len(self.rows)} 行被隐藏，未读取（第 {_listed(self.rows, '、')} 行）："
                "如属于本表，请取消隐藏",
            )))  # fmt: skip
        if self.columns:
            said.append(("hidden_columns", Text(
                f"{len(self.columns)} hidden column(s) left out: {_listed(self.columns)}; show "
                "them in the spreadsheet if they belong to the table",
                f"有 {len(self.columns)} 列被隐藏，未读取（{_listed(self.columns, '、')} 列）："
                "如属于本表，请取消隐藏",
            )))  # fmt: skip
        if self.footers:
            numbers = [n for n, _ in self.footers]
            begin = "、".join(text for _, text in self.footers[:3])
            said.append(("footer_rows", Text(
                f"{len(numbers)} row(s) are sums, signatures or notes and left out: "
                f"{_listed(numbers)} ({begin})",
                f"有 {len(numbers)} 行是合计、签名或说明，未读取"
                f"（第 {_listed(numbers, '、')} 行：{begin}）",
            )))  # fmt: skip
        if self.sheets:
            said.append(("other_sheets", Text(
                f"the sheet {self.sheet!r} is read; not {_listed(self.sheets)}",
                f"读取工作表“{self.sheet}”；未读取：{_listed(self.sheets, '、')}",
            )))  # fmt: skip
        return said


NOTHING = LeftOut()


def _listed(values: Sequence[object], between: str = ", ") -> str:
    more = f" … (+{len(values) - _NAMED})" if len(values) > _NAMED else ""
    return between.join(str(v)[:40] for v in values[:_NAMED]) + more


def footer_of(cells: Sequence[Cell]) -> str | None:
    """Return how a row begins that is a sum, a signature or a note; None for any other.

    >>> footer_of(["合计：1人", None]), footer_of(["", "合 计", 320]), footer_of(["填表人：李示例"])
    ('合计：1人', '合 计', '填表人：李示例')
    >>> [footer_of(c) for c in (["王示例", "025-1"], [1, "合计路5号"], ["注册志愿者", "王示例"])]
    [None, None, None]
    """
    filled = [str(c).strip(SPACE) for c in cells if c not in (None, "")]
    filled = [c for c in filled if c]
    if not filled:
        return None
    words = [re.sub(r"\s", "", unicodedata.normalize("NFKC", c)) for c in filled[:3]]
    # A sum may stand behind the name it is the sum of: 甲社区, 小计, 320.
    if _SUM.fullmatch(words[0]) or any(w in _SUMS for w in words[1:]):
        return next(c for c, w in zip(filled, words, strict=False) if _SUM.fullmatch(w))[:30]
    if _SIGNED.fullmatch(words[0]) or (len(filled) == 1 and _NOTE.fullmatch(words[0])):
        return filled[0][:30]
    return None

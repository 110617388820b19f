"""The words of an address: roads, towns, communities and compounds in a run of text."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gis.addresses.numerals import NUMERALS
from gis.addresses.words import (
    INSTITUTIONS,
    QUALIFIERS,
    STRONG_COMPOUND_ENDINGS,
    ZONE_ENDINGS,
    words,
)

PartKind = Literal["town", "zone", "community", "road", "name"]

_SIDES = frozenset("东西南北中上下前后")
_COUNTS = NUMERALS | frozenset("0123456789")
_ROAD_CHARS = frozenset("路街巷道")
_NOT_A_WAY = frozenset("隧通河渠频管轨航赛栈过楼味水报知")
_SPLITTING = words(
    "小区 花园 公寓 新村 大厦 大楼 家园 嘉园 花苑 新苑 佳苑 名苑 雅苑 华庭 豪庭 家属院 宿舍 山庄 "
    "别墅 "
    "广场 商城 购物中心 写字楼 度假村 家苑"
)
_SPLIT_ENDS = frozenset(w[-1] for w in _SPLITTING)
_ROAD_MORE = (
    "延长线",
    "延长段",
    "延伸段",
    "步行街",
    "商业街",
    "大街",
    "支路",
    "支巷",
    "胡同",
    "公路",
    "街",
    "巷",
)
_AHEAD = (*STRONG_COMPOUND_ENDINGS, "区", "园", "苑", "城", "馆", "店")
_OFFICES = ("居民委员会", "居委会", "党委", "村委会")
_OFFICE = "办事处"
_COMMITTEES = ("居委会", "村委会", "居民委员会", "村民委员会")
_LONGEST_TOWN = 9
_LONGEST_PLACE = 2
_SHORTEST_ROAD = 2


class Segment(NamedTuple):
    """A piece of a run and what it is; ``name`` is whatever has no suffix of its own."""

    kind: PartKind
    text: str


def _is_road_next(run: str, i: int) -> bool:
    """Tell whether the name before ``i`` goes on as a road: 村|路, 广场|东路, 镇|中大街."""
    a, b = run[i : i + 1], run[i + 1 : i + 2]
    if not a:
        return False
    if a in _ROAD_CHARS or run.startswith(("大道", "大街", "胡同", "公路", "支路"), i):
        return True
    if a not in _SIDES and a not in _COUNTS:
        return False
    if b and b in _COUNTS:
        b = run[i + 2 : i + 3]
    return bool(b) and (b in _ROAD_CHARS or run.startswith(("大街", "大道"), i + 1))


def _road_end(run: str, start: int, j: int, number_next: bool) -> int:
    """Return where the road whose suffix stands at ``j`` ends, 0 when it is none."""
    c, before, after = run[j], run[j - 1 : j], run[j + 1 : j + 2]
    if j == start or (c != "街" and run.startswith("街道", j + 1)) or after in ("镇", "乡"):
        return 0
    if not _is_way(run, j, c, before, after, number_next):
        return 0
    end = j + 1
    for more in _ROAD_MORE:
        if run.startswith(more, end):
            end += len(more)
            break
    end = _section_end(run, end, number_next)
    return 0 if run[end:] == "里" or _names_institution(run, end) else end


def _names_institution(run: str, end: int) -> bool:
    """Tell whether a school, a market … is named after the road that ends at ``end``."""
    if not run.startswith(INSTITUTIONS, end):
        return False
    word = next(w for w in INSTITUTIONS if run.startswith(w, end))
    return not _is_road_next(run, end + len(word))


def _is_way(run: str, j: int, c: str, before: str, after: str, number_next: bool) -> bool:
    last = number_next and j + 1 == len(run)
    if c == "路":
        return before != "铁" and not (after and after in "局网灯政面")
    if c == "街":
        return not (after and after in "道坊区") and not (after == "口" and j < _LONGEST_PLACE)
    if c == "道":
        if before in "大国省县乡":
            return after != "路"
        return last and before not in _NOT_A_WAY and before != "街"
    if c == "巷":
        return True
    if c == "同":
        return before == "胡"
    if c == "速":
        return before == "高"
    if c == "条":
        return last and before in _COUNTS
    return last and j > 1  # 弄 and 线


def _section_end(run: str, end: int, number_next: bool) -> int:
    """Return where the section of a road ends: 四段, 北段, 西二段, 芷泉段, 广州大道|中."""
    tail = run[end : end + 4]
    cut = tail.find("段")
    if cut > 0 and (all(c in _SIDES or c in _COUNTS for c in tail[:cut])):
        return end + cut + 1
    if number_next and cut > 1 and end + cut + 1 == len(run) and tail[0] not in "路":
        return end + cut + 1
    if run[end - 2 : end] in ("大道", "大街") and tail[:1] in _SIDES and tail[1:2] in ("路", "街"):
        return end + 2
    if number_next and len(run) == end + 1 and run[end] in "东西南北中":
        return end + 1
    return end


def _town_end(run: str, start: int, j: int) -> int:
    """Return where the street office, town or township whose suffix is at ``j`` ends; 0: none."""
    c, before, after = run[j], run[j - 1 : j], run[j + 1 : j + 2]
    if j - start < 1 or j - start > _LONGEST_TOWN:
        return 0
    if c == "道":
        if j - start < 2 or after == "口":
            return 0
        office = next((w for w in (_OFFICE, "办") if run.startswith(w, j + 1)), "")
        return j + 1 + len(office)
    if c == "木":
        return j + 1 if before == "苏" else 0
    if (
        before in ("小", "古")
        or (before == "城" and j - start == 1)
        or (after and after in "镇村里")
        or after == "海"
    ):
        return 0
    return 0 if _is_road_next(run, j + 1) else j + 1


def _area(run: str, start: int, j: int) -> tuple[PartKind, int]:
    """Return the kind and end of the community, zone or compound whose suffix is at ``j``."""
    c = run[j]
    if _is_road_next(run, j + 1):
        return "name", 0
    if c == "会":
        if run.endswith(_COMMITTEES, start, j + 1):
            return "community", j + 1
        return "name", 0
    if c == "区":
        if run[j - 1 : j] == "社" and j - start > 1:
            office = next((w for w in _OFFICES if run.startswith(w, j + 1)), "")
            return "community", j + 1 + len(office)
        if j - start > 1 and run.endswith(ZONE_ENDINGS, start, j + 1):
            return "zone", j + 1
        return "name", 0
    return _village(run, start, j)


def _village(run: str, start: int, j: int) -> tuple[PartKind, int]:
    """Return what 村 at ``j`` ends: a village, or nothing where it is part of a compound."""
    before = run[j - 1 : j]
    if (
        j == start
        or before in _COUNTS
        or before in "新农度"
        or run.startswith(("镇", "社区"), j + 1)
    ):
        return "name", 0
    for office in ("民委员会", "委会", "委"):
        if run.startswith(office, j + 1):
            return "community", j + 1 + len(office)
    return "community", j + 1


def _compound_before(run: str, start: int, end: int) -> int:
    """Return where a compound in front of the road ``run[start:end]`` ends; ``start``: none."""
    for p in range(end - 3, start + 1, -1):
        last = run[p - 1]
        if last == "期" and run[p - 2] in _COUNTS:
            return p
        if last in _SPLIT_ENDS and run.endswith(_SPLITTING, start, p):
            return p if not _is_road_next(run, p) else start
    return start


def split(run: str, *, number_next: bool, towns: bool = True) -> list[Segment]:
    """Return the parts of a run of text that has no numbered field in it, in their order.

    Parameters
    ----------
    run
        Characters between two numbered fields, spaces or brackets.
    number_next
        Whether a number follows right after it.
    towns
        Whether towns may still come: not after a road or a door plate.

    Examples
    --------
    >>> [tuple(p) for p in split("五常街道文一西路", number_next=True)]
    [('town', '五常街道'), ('road', '文一西路')]
    """
    parts: list[Segment] = []
    start = j = 0
    while j < len(run):
        kind, end = _ends_here(run, start, j, number_next, towns)
        if not end:
            j += 1
            continue
        if kind == "road":
            cut = _compound_before(run, start, end)
            if cut > start:
                parts.append(Segment("name", run[start:cut]))
                start = cut
            towns = False
        parts.append(Segment(kind, run[start:end]))
        start = j = end
        if kind == "road" and run[start : start + 1] in ("与", "和", "近"):
            start = j = start + 1
    if start < len(run):
        _append_rest(parts, run[start:])
    return parts


def _append_rest(parts: list[Segment], rest: str) -> None:
    """Append what is left: after a second, very short road it is one name, 汉街|总部国际."""
    second_road = len(parts) > 1 and parts[-1].kind == "road" == parts[-2].kind
    if second_road and len(parts[-1].text) == _SHORTEST_ROAD and not rest.startswith(QUALIFIERS):
        rest = parts.pop().text + rest
    parts.append(Segment("name", rest))


def _ends_here(
    run: str, start: int, j: int, number_next: bool, towns: bool
) -> tuple[PartKind, int]:
    c = run[j]
    if c in "镇乡木" or (c == "道" and (run[j - 1 : j] == "街" or run.startswith(_OFFICE, j + 1))):
        return "town", _town_end(run, start, j) if towns else 0
    if c in "路街道巷同速条弄线":
        return "road", _road_end(run, start, j, number_next)
    if c in "区会村":
        return _area(run, start, j)
    return "name", 0


def is_compound_ahead(text: str, i: int) -> bool:
    """Tell whether the word that goes on at ``i`` ends as a compound does: 798|艺术区."""
    end = i
    while end < len(text) and not text[end].isascii():
        end += 1
    return text.endswith(_AHEAD, i, end)

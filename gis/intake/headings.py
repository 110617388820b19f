# ruff: noqa: E501
"""What offices call their tables and the columns of them (:mod:`gis.schema` knows the columns).

Headings are compared without case, spaces, punctuation and what stands in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from gis.schema import RECORDS, Kind, ValueKind

TITLES: Mapping[Kind, tuple[str, ...]] = {
    Kind.PEOPLE: ("people", "人员", "人员名单", "人员信息", "人员表"),
    Kind.DUTIES: ("duties", "任职", "责任人", "网格责任人", "任职表", "网格长", "责任人名单", "网格长名单"),
    Kind.ORGANISATIONS: ("organisations", "组织", "组织机构", "四加四", "4+4", "组织表"),
    Kind.PLACES: (
        "places", "地点", "地点表", "buildings", "楼栋", "楼栋表", "楼栋信息", "businesses", "商铺", "商铺表",
        "商业网点", "门面房", "门面", "resident_units", "驻区单位", "驻区单位表",
    ),
    Kind.HOUSEHOLDS: ("households", "户数", "户数表", "户数更新", "人口户数"),
    Kind.BOUNDARIES: ("boundaries", "网格", "边界", "网格边界", "网格表"),
    Kind.CONTEXT: ("context",),
    Kind.HEAD: ("head",),
}  # fmt: skip
"""What a sheet or file of each kind may be called."""

PLACE_KIND_OF_TITLE: Mapping[str, str] = {
    **dict.fromkeys(("buildings", "楼栋", "楼栋表", "楼栋信息"), "building"),
    **dict.fromkeys(("businesses", "商铺", "商铺表", "商业网点", "门面房", "门面"), "business"),
    **dict.fromkeys(("resident_units", "驻区单位", "驻区单位表"), "resident_unit"),
}

PLACE_KIND_OF_HEADING: Mapping[str, str] = {
    **dict.fromkeys(("楼栋编号", "楼栋名称", "楼栋", "幢号", "楼号"), "building"),
    **dict.fromkeys(("商铺编号", "商铺名称", "店名", "经营地址", "业态", "字号"), "business"),
    **dict.fromkeys(("单位编号", "单位名称", "单位地址", "单位性质"), "resident_unit"),
}

_ROLES = RECORDS[Kind.DUTIES].by_name["role"]
_ASIDE = re.compile(r"[\s_\-·.:：*＊]+|[(（\[【][^)）\]】]*[)）\]】]")


def folded(name: object) -> str:
    """Return a heading without case, spaces, punctuation and what stands in brackets.

    >>> folded(" 网格 编号（18位）*")
    '网格编号'
    """
    return _ASIDE.sub("", str(name)).casefold()


_FIELD_OF: dict[Kind, dict[str, str]] = {}
for _kind, _record in RECORDS.items():
    _named = _FIELD_OF.setdefault(_kind, {})
    for _field in _record.fields:
        if _field.value is not ValueKind.GEOMETRY:
            for _name in _field.names:
                _named.setdefault(folded(_name), _field.name)

_KIND_OF_TITLE = {folded(t): kind for kind, titles in TITLES.items() for t in titles}


def field_of(kind: Kind, heading: object, *, cut: bool = False) -> str | None:
    """Return the field that a column of a kind of table holds, None for none of ours.

    ``cut``: the heading may have lost its end, as in a shapefile.

    >>> field_of(Kind.BOUNDARIES, "网格编", cut=True), field_of(Kind.BOUNDARIES, "网格编")
    ('code', None)
    """
    word = folded(heading)
    found = _FIELD_OF[kind].get(word)
    if found is None and cut and len(word) > 1:
        longer = {f for name, f in _FIELD_OF[kind].items() if name.startswith(word)}
        return longer.pop() if len(longer) == 1 else None
    return found


def kind_of_title(title: str) -> Kind | None:
    """Return the kind that a sheet or file is named for, None for none of ours.

    >>> kind_of_title("2026年责任人名单"), kind_of_title("Sheet1")
    (<Kind.DUTIES: 'duties'>, None)
    """
    word = folded(title)
    if word in _KIND_OF_TITLE:
        return _KIND_OF_TITLE[word]
    held = sorted((t for t in _KIND_OF_TITLE if len(t) > 1 and t in word), key=len)
    return _KIND_OF_TITLE[held[-1]] if held else None


def place_kind_of_title(title: str) -> str | None:
    """Return the kind of place that a sheet or file is named for, None for none."""
    word = folded(title)
    held = sorted((t for t in PLACE_KIND_OF_TITLE if folded(t) in word), key=len)
    return PLACE_KIND_OF_TITLE[held[-1]] if held else None


# --- roles ---------------------------------------------------------------------------------------


def role_of(word: object) -> str | None:
    """Return the role that a word means, None for none of ours.

    >>> role_of("网格长（兼）"), role_of(" 二级 网格长"), role_of("片长")
    ('grid_leader', 'grid_leader', None)
    """
    text = _folded_word(word)
    return text if text in _ROLES.choices else _ROLE_OF.get(text)


def role_of_heading(heading: object) -> str | None:
    """Return the role whose holders a column names, None for none.

    >>> role_of_heading("网格长姓名"), role_of_heading("网格长电话"), role_of_heading("责任人")
    ('grid_leader', None, 'grid_leader')
    """
    if not isinstance(heading, str):
        return None
    word = folded(heading)
    return _ROLE_OF.get(word) or _ROLE_OF.get(_OF_A_NAME.sub("", word))


def role_of_title(title: str) -> str | None:
    """Return the role that a sheet or file lists, None where it does not say.

    >>> role_of_title("2026年志愿者名单"), role_of_title("Sheet1")
    ('volunteer', None)
    """
    word = folded(title)
    held = sorted((w for w in _ROLE_OF if w in word), key=len)
    return _ROLE_OF[held[-1]] if held else None


def usual_title(role: str) -> str:
    """Return what the office calls a role."""
    return _ROLES.usual_words.get(role, role)


def _folded_word(word: object) -> str:
    text = unicodedata.normalize("NFKC", str(word))
    return re.sub(r"\s", "", re.sub(r"[(\[【][^)\]】]*[)\]】]", "", text))


_OF_A_NAME = re.compile("(?:姓名|名字|名单)$")
_ROLE_OF: Mapping[str, str] = {folded(word): role for word, role in _ROLES.words.items()}

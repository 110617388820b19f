"""The words printed on posters and notice boards, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WORDS: Mapping[str, Mapping[str, Any]] = {
    "zh-CN": {
        "board": "网格公示牌",
        "levels": ("街道", "一级网格（社区）", "二级网格（小区）", "三级网格（楼栋群、门面房）"),
        "level": ("街道", "一级网格", "二级网格", "三级网格"),
        "totals": ("{0} 个一级网格（社区）", "{0} 个二级网格（小区）", "{0} 个三级网格"),
        "area": "面积 {0} 平方公里",
        "code": "网格编号",
        "ranks": {
            "甲": ("甲类", "商品房社区"),
            "乙": ("乙类", "保障房社区"),
            "丙": ("丙类", "混合型社区"),
            "A": ("A 级", "示范区域"),
            "B": ("B 级", "达标区域"),
            "C": ("C 级", "一般区域"),
        },
        "kinds": {
            "community": "社区",
            "compound": "小区",
            "merged_compound": "合并小区",
            "building_cluster": "楼栋群",
            "shopfront_row": "门面房",
            "dedicated": "专属网格",
            "residual": "其他地块",
        },
        "responsible": "网格责任人",
        "directory": "网格责任人一览",
        "nobody": "责任人暂未公布",
        "inherited": "由{0}负责",
        "counts": {
            "households": ("户数", "约 {0}"),
            "households_exact": ("户数", "{0}"),
            "resident_population": ("常住人口", "{0}"),
            "grids": ("下级网格", "{0}"),
            "buildings": ("楼栋", "{0}"),
            "businesses": ("商业网点", "{0}"),
            "resident_units": ("驻区单位", "{0}"),
        },
        "members": "包含：{0}",
        "enterprise": "{0}（企业）",
        "building_site": "{0}（在建）",
        "children": ("", "二级网格", "三级网格"),
        "buildings": "楼栋",
        "businesses": "商业网点",
        "resident_units": "驻区单位",
        "organisations": "“4+4”组织",
        "more": "另有 {0} 项",
        "more_scan": "另有 {0} 项，扫码查看",
        "where": "所在位置",
        "hotline": "服务热线",
        "scan": "扫码查看网格地图",
        "scan_board": "扫码查看本网格",
        "office": "网格化管理办公室",
        "legend": "图例",
        "signs": {
            "business": "商业网点",
            "resident_unit": "驻区单位",
            "school": "学校、幼儿园",
            "medical": "医疗",
        },
        "boundaries": ("街道界", "一级网格界", "二级网格界", "三级网格界"),
        "this_grid": "本网格范围",
        "building": "楼栋",
        "road": "道路",
        "water": "水系",
        "north": "北",
        "scale": "1 : {0}",
        "metres": "{0} 米",
        "kilometres": "{0} 公里",
        "note": "示意图，不作为权属和划界依据",
        "maker": "制图：{0}",
        "data_date": "数据日期：{0}",
        "approval": "审图号：{0}",
        "version": "区划第 {0} 版",
        "internal": "内部资料",
        "synthetic": "合成示例数据 · SYNTHETIC SAMPLE",
        "households": "{0} 户",
        "listing": "、",
    },
    "en": {
        "board": "Grid notice board",
        "levels": (
            "Subdistrict",
            "Level-1 grid (community)",
            "Level-2 grid (compound)",
            "Level-3 grid (buildings, shopfronts)",
        ),
        "level": ("Subdistrict", "Level-1 grid", "Level-2 grid", "Level-3 grid"),
        "totals": (
            "{0} level-1 grids (communities)",
            "{0} level-2 grids (compounds)",
            "{0} level-3 grids",
        ),
        "area": "{0} km²",
        "code": "Grid code",
        "ranks": {
            "甲": ("Class 甲", "commercial housing"),
            "乙": ("Class 乙", "social housing"),
            "丙": ("Class 丙", "mixed"),
            "A": ("Grade A", "demonstration"),
            "B": ("Grade B", "up to standard"),
            "C": ("Grade C", "ordinary"),
        },
        "kinds": {
            "community": "community",
            "compound": "compound",
            "merged_compound": "merged compound",
            "building_cluster": "building cluster",
            "shopfront_row": "shopfront row",
            "dedicated": "dedicated grid",
            "residual": "other ground",
        },
        "responsible": "Responsible people",
        "directory": "Who is responsible",
        "nobody": "No responsible person published",
        "inherited": "covered by {0}",
        "counts": {
            "households": ("Households", "about {0}"),
            "households_exact": ("Households", "{0}"),
            "resident_population": ("Residents", "{0}"),
            "grids": ("Grids within", "{0}"),
            "buildings": ("Buildings", "{0}"),
            "businesses": ("Businesses", "{0}"),
            "resident_units": ("Resident units", "{0}"),
        },
        "members": "Made up of {0}",
        "enterprise": "{0} (enterprise)",
        "building_site": "{0} (being built)",
        "children": ("", "Level-2 grids", "Level-3 grids"),
        "buildings": "Buildings",
        "businesses": "Businesses",
        "resident_units": "Resident units",
        "organisations": "“4+4” organisations",
        "more": "{0} more",
        "more_scan": "{0} more: scan the code",
        "where": "Where it lies",
        "hotline": "Service hotline",
        "scan": "Scan for the grid map",
        "scan_board": "Scan for this grid",
        "office": "Grid office",
        "legend": "Legend",
        "signs": {
            "business": "Business",
            "resident_unit": "Resident unit",
            "school": "School, kindergarten",
            "medical": "Medical",
        },
        "boundaries": ("Subdistrict", "Level-1 grid", "Level-2 grid", "Level-3 grid"),
        "this_grid": "This grid",
        "building": "Building",
        "road": "Road",
        "water": "Water",
        "north": "N",
        "scale": "1 : {0}",
        "metres": "{0} m",
        "kilometres": "{0} km",
        "note": "Sketch map: no evidence of ownership or boundaries",
        "maker": "Made by {0}",
        "data_date": "Data of {0}",
        "approval": "Map approval no. {0}",
        "version": "Division version {0}",
        "internal": "Internal",
        "synthetic": "合成示例数据 · SYNTHETIC SAMPLE",
        "households": "{0} households",
        "listing": ", ",
    },
}


def put(text: str, *values: object) -> str:
    """Return a text with values where ``{0}``, ``{1}`` … stand; braces in values stay.

    >>> put("{0} · {1}", "{1}", "b")
    '{1} · b'
    """
    parts = [text]
    for number, value in enumerate(values):
        mark = f"{{{number}}}"
        parts = [q for p in parts for q in _with(p, mark, str(value))]
    return "".join(str(p) for p in parts)


class _Put(str):
    """A value that was put in: nothing is put into it again."""

    __slots__ = ()


def _with(part: str, mark: str, value: str) -> list[str]:
    if isinstance(part, _Put):
        return [part]
    found: list[str] = []
    for i, piece in enumerate(part.split(mark)):
        found += [_Put(value), piece] if i else [piece]
    return found

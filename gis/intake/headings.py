# ruff: noqa: E501
"""What offices call the columns of their tables, and the words they write in them.

Headings are compared without case, spaces, punctuation and what stands in brackets. The first
name of each list is ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What a table is about."""

    BOUNDARIES = "boundaries"
    PEOPLE = "people"
    DUTIES = "duties"
    ORGANISATIONS = "organisations"
    PLACES = "places"
    HOUSEHOLDS = "households"
    CONTEXT = "context"
    HEAD = "head"


_NAME = ("name", "名称", "姓名")
_GRID = (
    "grid", "网格编号", "网格编码", "网格代码", "所属网格编号", "所属网格编码", "所属网格", "负责网格",
    "网格", "网格名称", "grid_code",
)  # fmt: skip

HEADINGS: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    Kind.BOUNDARIES: {
        "id": ("id", "网格id", "标识"),
        "code": ("code", "网格编号", "网格编码", "网格代码", "编号", "编码", "代码", "grid_code", "wgbh", "wgbm", "dm"),
        "code_scheme": ("code_scheme", "code_schem", "编码方案"),
        "level": ("level", "层级", "级别", "网格层级", "网格级别", "级", "jb", "wgjb"),
        "parent": ("parent", "上级编号", "上级网格", "上级网格编号", "上级编码", "上级", "所属上级", "父级编码", "sjbm"),
        "name": ("name", "网格名称", "名称", "网格", "wgmc", "mc"),
        "kind": ("kind", "网格类型", "类型", "lx"),
        "grid_class": ("grid_class", "类别", "网格类别", "社区类别"),
        "grid_grade": ("grid_grade", "等级", "网格等级", "小区等级"),
        "households": ("households", "户数", "总户数", "hs"),
        "resident_population": ("resident_population", "resident_p", "常住人口", "人口", "rk"),
        "members": ("members", "成员小区"),
    },
    Kind.PEOPLE: {
        "id": ("id", "人员编号", "人员id", "工号"),
        "name": ("name", "姓名", "人员姓名", "名字"),
        "office_phone": ("office_phone", "办公电话", "电话", "联系电话", "办公室电话", "单位电话", "座机"),
        "mobile": ("mobile", "手机", "手机号", "手机号码", "移动电话"),
        "organisation": ("organisation", "单位", "所在单位", "工作单位", "所属单位", "部门"),
        "party_member": ("party_member", "党员", "是否党员", "政治面貌"),
        "consent": ("consent", "同意公开", "是否同意公开", "公示同意"),
    },
    Kind.DUTIES: {
        "id": ("id", "任职编号", "职务编号"),
        "person": ("person", "人员编号", "人员id", "工号"),
        "person_name": ("person_name", "姓名", "人员", "人员姓名", "责任人", "责任人姓名", "负责人", "网格长姓名", "name"),
        "grid": _GRID,
        "role": ("role", "职务", "角色", "任职", "职责", "岗位", "身份"),
        "since": ("since", "起始日期", "任职日期", "开始日期", "起", "自", "任职时间", "上任日期", "生效日期"),
        "until": ("until", "截止日期", "结束日期", "止", "至", "离任日期", "卸任日期"),
        "office_phone": ("office_phone", "办公电话", "电话", "联系电话", "办公室电话", "单位电话", "座机"),
        "mobile": ("mobile", "手机", "手机号", "手机号码", "移动电话"),
        "organisation": ("organisation", "单位", "所在单位", "工作单位", "所属单位", "部门"),
        "party_member": ("party_member", "党员", "是否党员", "政治面貌"),
        "consent": ("consent", "同意公开", "是否同意公开", "公示同意"),
    },
    Kind.ORGANISATIONS: {
        "id": ("id", "组织编号", "组织id"),
        "grid": (*_GRID, "社区", "社区编号", "所属社区"),
        "kind": ("kind", "组织类型", "类型", "类别"),
        "name": ("name", "组织名称", "名称", "单位名称"),
        "phone": ("phone", "电话", "联系电话", "办公电话"),
    },
    Kind.PLACES: {
        "id": ("id", "地点编号", "楼栋编号", "商铺编号", "单位编号"),
        "kind": ("kind", "地点类型", "类型"),
        "name": ("name", "名称", "地点名称", "楼栋名称", "楼栋", "商铺名称", "店名", "单位名称", "幢号", "楼号", "字号"),
        "address": ("address", "地址", "详细地址", "经营地址", "门牌地址", "房屋地址", "单位地址", "坐落", "addr"),
        "lon": ("lon", "经度", "longitude", "lng", "经度坐标", "坐标经度"),
        "lat": ("lat", "纬度", "latitude", "纬度坐标", "坐标纬度"),
        "datum": ("datum", "坐标系", "坐标系统"),
        "aliases": ("aliases", "别名", "别称", "又名"),
        "former_names": ("former_names", "曾用名", "former_nam", "原名"),
        "category": ("category", "类别", "业态", "用途", "行业", "经营类别", "单位性质"),
        "households": ("households", "户数", "总户数", "住户数"),
        "units": ("units", "单元数", "单元"),
        "floors": ("floors", "层数", "楼层", "楼层数", "总层数"),
        "compound": ("compound", "小区", "所属小区", "小区名称"),
        "building": ("building", "所在楼栋", "所在楼栋编号", "所属楼栋"),
        "status": ("status", "状态", "入住状态", "使用状态"),
        "disclosed": ("disclosed", "可公开", "是否公开", "公开"),
    },
    Kind.HOUSEHOLDS: {
        "grid": _GRID,
        "place": ("place", "楼栋编号", "地点编号"),
        "address": ("address", "地址", "楼栋地址", "详细地址", "楼栋"),
        "households": ("households", "户数", "总户数", "住户数"),
        "resident_population": ("resident_population", "常住人口", "人口", "人口数"),
    },
    Kind.CONTEXT: {"id": ("id",), "kind": ("kind",), "name": ("name",)},
    Kind.HEAD: {
        name: (name,)
        for name in ("format", "title", "data_date", "note", "synthetic", "source_datum", "datum",
                     "edition", "as_of")
    },
}  # fmt: skip
"""The fields of each kind of table, and what their columns may be called."""

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

WORDS: Mapping[str, Mapping[str, str]] = {
    "place_kind": {
        **dict.fromkeys(("楼栋", "楼", "建筑", "住宅楼"), "building"),
        **dict.fromkeys(("商铺", "商业网点", "门面房", "门面", "店铺", "商户"), "business"),
        **dict.fromkeys(("驻区单位", "单位", "企事业单位"), "resident_unit"),
    },
    "grid_kind": {
        "社区": "community",
        "小区": "compound",
        **dict.fromkeys(("合并小区", "合并网格"), "merged_compound"),
        **dict.fromkeys(("楼栋群", "楼栋"), "building_cluster"),
        **dict.fromkeys(("门面房", "门面房群", "沿街商铺", "商铺"), "shopfront_row"),
        **dict.fromkeys(("专属网格", "专属"), "dedicated"),
        **dict.fromkeys(("余地", "其他", "剩余"), "residual"),
    },
    "level": {
        **dict.fromkeys(("一级", "一级网格", "社区", "1级", "第一级"), "1"),
        **dict.fromkeys(("二级", "二级网格", "小区", "2级", "第二级"), "2"),
        **dict.fromkeys(("三级", "三级网格", "楼栋群", "3级", "第三级"), "3"),
    },
    "grid_class": {"甲类": "甲", "乙类": "乙", "丙类": "丙"},
    "grid_grade": {
        "A级": "A", "B级": "B", "C级": "C", "a": "A", "b": "B", "c": "C", "示范": "A", "达标": "B",
        "一般": "C",
    },
    "role": {
        **dict.fromkeys(
            ("网格长", "网格责任人", "责任人", "负责人", "一级网格责任人", "一级网格长", "二级网格长",
             "二级网格责任人", "三级网格负责人", "三级网格长", "网格负责人"),
            "grid_leader",
        ),
        **dict.fromkeys(("服务群众专员", "服务专员", "专员"), "service_commissioner"),
        **dict.fromkeys(("社工", "网格委员", "社区工作者"), "social_worker"),
        **dict.fromkeys(("专职委员",), "post_holder"),
        **dict.fromkeys(("注册志愿者", "志愿者"), "volunteer"),
        **dict.fromkeys(("网格居民代表", "居民代表"), "residents_representative"),
        **dict.fromkeys(
            ("网格领导小组成员", "领导小组成员", "街道网格领导小组成员", "社区网格领导小组成员"),
            "leading_group_member",
        ),
        **dict.fromkeys(
            ("网格化管理办公室", "网格办", "街道网格化管理办公室", "网格办工作人员"), "grid_office_staff"
        ),
    },
    "organisation_kind": {
        **dict.fromkeys(("社区党组织", "党组织", "党委", "党总支", "党支部"), "party_organisation"),
        **dict.fromkeys(("居委会", "居民委员会", "社区居委会"), "residents_committee"),
        **dict.fromkeys(("公共服务站", "社区公共服务站", "服务站"), "public_service_station"),
        **dict.fromkeys(("综治办", "社区综治办"), "governance_office"),
        **dict.fromkeys(("业委会", "业主委员会"), "owners_committee"),
        **dict.fromkeys(("物业公司", "物业"), "property_company"),
        **dict.fromkeys(("社会组织",), "social_organisation"),
        **dict.fromkeys(("驻区单位",), "resident_unit"),
    },
    "status": {
        **dict.fromkeys(("入住", "已入住", "在用", "已建成"), "occupied"),
        **dict.fromkeys(("在建", "建设中"), "under_construction"),
    },
    "category": {
        "住宅": "dwelling", "门面": "shopfront", "公共": "public", "商业": "commercial",
        "餐饮": "restaurant", "杂货": "grocery", "药店": "pharmacy", "学校": "school",
        "企业": "enterprise", "银行": "bank", "机关": "government", "部队": "military",
        "医院": "hospital",
    },
    "party_member": {
        **dict.fromkeys(("中共党员", "党员", "中共预备党员"), "yes"),
        **dict.fromkeys(("群众", "团员", "共青团员", "非党员", "民主党派"), "no"),
    },
}  # fmt: skip
"""The words offices write, by field, and ours for them."""

_ASIDE = re.compile(r"[\s_\-·.:：*＊]+|[(（\[【][^)）\]】]*[)）\]】]")


def folded(name: object) -> str:
    """Return a heading without case, spaces, punctuation and what stands in brackets.

    >>> folded(" 网格 编号（18位）*")
    '网格编号'
    """
    return _ASIDE.sub("", str(name)).casefold()


_FIELD_OF: dict[Kind, dict[str, str]] = {}
for _kind, _fields in HEADINGS.items():
    _named = _FIELD_OF.setdefault(_kind, {})
    for _field, _names in _fields.items():
        for _name in _names:
            _named.setdefault(folded(_name), _field)

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

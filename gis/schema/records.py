# ruff: noqa: E501
"""Each field once: everything that reads, writes, offers or documents a field takes it from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gis.datum import Datum
from gis.directory import ContextFeature, ContextKind, Place, PlaceKind
from gis.division import GRID_CLASSES, GRID_GRADES, Grid, GridKind
from gis.findings import Text
from gis.roster import Duty, GridRole, Organisation, OrganisationKind, Person
from gis.schema import words
from gis.schema.field import Blank, Field, Kind, Record, ValueKind

ID, CODE, TEXT, PHONE, TEXTS = (
    ValueKind.ID, ValueKind.CODE, ValueKind.TEXT, ValueKind.PHONE, ValueKind.TEXTS,
)  # fmt: skip
WHOLE, DAY, YES_NO, CHOICE = ValueKind.WHOLE, ValueKind.DAY, ValueKind.YES_NO, ValueKind.CHOICE
DEGREES, OBJECTS, GEOMETRY = ValueKind.DEGREES, ValueKind.OBJECTS, ValueKind.GEOMETRY

BUILDING, BUSINESS, UNIT = map(str, PlaceKind)
_ALL = ("buildings", "businesses", "resident_units")
_GRID = Field(
    "grid", CODE, Text("Grid", "网格"), "a code of boundaries.geojson",
    ("网格编号", "网格编码", "网格代码", "所属网格编号", "所属网格编码", "所属网格", "负责网格", "网格",
     "网格名称", "grid_code"),
    public=True, limit=100,
)  # fmt: skip

# --- grids --------------------------------------------------------------------------------------

_BOUNDARIES = (
    Field("id", ID, Text("Id", "标识"), "identity; survives renumbering; e.g. `g1-005`", ("网格id", "标识"),
          public=True, limit=80),
    Field("code", CODE, Text("Code", "网格编号"),
          "12, 15 or 18 digits (levels 1, 2, 3); numbered within the parent from west to east and north to south",
          ("网格编号", "网格编码", "网格代码", "编号", "编码", "代码", "grid_code", "wgbh", "wgbm", "dm"),
          public=True, required=True, limit=40),
    Field("code_scheme", TEXT, Text("Code scheme", "编码方案"), "`nbs-2023`; the digits beyond the twelfth are ours",
          ("code_schem", "编码方案"), public=True, limit=40),
    Field("level", CHOICE, Text("Level", "层级"), "community, compound, building cluster",
          ("层级", "级别", "网格层级", "网格级别", "级", "jb", "wgjb"),
          choices=("1", "2", "3"), words=words.LEVELS, public=True, required=True),
    Field("parent", CODE, Text("Parent", "上级网格"), "the parent's code; null on level 1",
          ("上级编号", "上级网格", "上级网格编号", "上级编码", "上级", "所属上级", "父级编码", "sjbm"),
          public=True, limit=40),
    Field("name", TEXT, Text("Name", "网格名称"),
          "level 2: the compound's name, of a merged one all members' names joined with `·`",
          ("网格名称", "名称", "网格", "wgmc", "mc"), public=True, required=True),
    Field("kind", CHOICE, Text("Kind", "网格类型"),
          "level 1 `community`; level 2 `compound`, `merged_compound`; level 3 `building_cluster` (3–5 buildings), "
          "`shopfront_row` (5–10 shops), `dedicated` (a market, school, park, works …), `residual` (river bank, wood, "
          "building site)",
          ("网格类型", "类型", "lx"), choices=tuple(GridKind), words=words.GRID_KINDS, public=True, required=True),
    Field("boundary", GEOMETRY, Text("Boundary", "边界"), public=True),
    Field("grid_class", CHOICE, Text("Class", "类别"),
          "level 1: 甲 commercial housing only, 乙 indemnificatory only, 丙 mixed (shanty sites and enterprises make it "
          "mixed); else null",
          ("类别", "网格类别", "社区类别"), choices=GRID_CLASSES, words=words.GRID_CLASSES, public=True),
    Field("grid_grade", CHOICE, Text("Grade", "等级"),
          "level 2: A demonstration, B up to standard, C ordinary; else null",
          ("等级", "网格等级", "小区等级"), choices=GRID_GRADES, words=words.GRID_GRADES, public=True),
    Field("households", WHOLE, Text("Households", "户数"),
          "they add up from level 3 to 2 to 1; to ten in public", ("户数", "总户数", "hs"), unit="households", public=True),
    Field("resident_population", WHOLE, Text("Residents", "常住人口"), "they add up from level 3 to 2 to 1",
          ("resident_p", "常住人口", "人口", "rk"), unit="people"),
    Field("members", OBJECTS, Text("Members", "成员小区"),
          "level 2 only: list of `{name, kind, housing, households, under_construction}`; kind `compound`, "
          "`shanty_site`, `enterprise`; housing `commercial`, `indemnificatory`, `shanty`, null for an enterprise",
          ("成员小区",), public=True),
)  # fmt: skip

# --- places -------------------------------------------------------------------------------------

_PLACES = (
    Field("id", ID, Text("Id", "地点编号"), "`b-0001`, `s-0001`, `u-001`; unique over all places",
          ("地点编号", "楼栋编号", "商铺编号", "单位编号"), public=True, required=True, limit=80,
          templates={"buildings": Blank("示例-0001", "可留空", "楼栋编号"),
                     "businesses": Blank("示例-s001", "可留空", "商铺编号"),
                     "resident_units": Blank("示例-u001", "可留空", "单位编号")}),
    Field("kind", CHOICE, Text("Kind", "类型"), "buildings are polygons, the others points", ("地点类型", "类型"),
          choices=tuple(PlaceKind), words=words.PLACE_KINDS, public=True, required=True),
    Field("name", TEXT, Text("Name", "名称"), "3幢, 12号楼, or a name; 老街面馆 …; 江畔幼儿园(示例) …",
          ("名称", "地点名称", "楼栋名称", "楼栋", "商铺名称", "店名", "单位名称", "幢号", "楼号", "字号"),
          public=True, required=True, edited=True,
          templates={"buildings": Blank("3幢", heading="楼栋名称"), "businesses": Blank("示例面馆", heading="店名"),
                     "resident_units": Blank("示例小学", heading="单位名称")}),
    Field("geometry", GEOMETRY, Text("Position", "位置"), public=True),
    Field("address", TEXT, Text("Address", "地址"),
          "road, plate, number: 宝塔桥西街18号3幢; of a business 燕江路201-3号门面房, or the building's address and a "
          "room; unique among buildings and among businesses",
          ("地址", "详细地址", "经营地址", "门牌地址", "房屋地址", "单位地址", "坐落", "addr"), public=True, edited=True,
          templates=dict.fromkeys(_ALL, Blank("示例路18号3幢", "道路、门牌、幢号", width=24))),
    Field("lon", DEGREES, Text("Longitude", "经度"), headings=("经度", "longitude", "lng", "经度坐标", "坐标经度"),
          unit="degrees", public=True,
          templates=dict.fromkeys(_ALL, Blank("118.7551", "十进制度数；没有可留空，按地址查找"))),
    Field("lat", DEGREES, Text("Latitude", "纬度"), headings=("纬度", "latitude", "纬度坐标", "坐标纬度"),
          unit="degrees", public=True, templates=dict.fromkeys(_ALL, Blank("32.1078", "十进制度数"))),
    Field("datum", CHOICE, Text("Datum", "坐标系"), headings=("坐标系", "坐标系统"), choices=tuple(Datum), public=True,
          templates=dict.fromkeys(_ALL, Blank("gcj02", "经纬度所用的坐标系，必须注明"))),
    Field("aliases", TEXTS, Text("Other names", "别名"), "金陵二村12号楼; empty for most others", ("别名", "别称", "又名"),
          public=True, edited=True,
          templates={"buildings": Blank("示例花园3号楼", "多个用分号隔开", width=20, last=True)}),
    Field("former_names", TEXTS, Text("Former names", "曾用名"), "原示例锅炉厂家属院3号楼", ("曾用名", "former_nam", "原名"),
          public=True, edited=True,
          templates={"buildings": Blank("", "多个用分号隔开", width=20, last=True)}),
    Field("category", TEXT, Text("Category", "类别"),
          "a building: `dwelling`, `shopfront`, `public`, `commercial`; a business: restaurant, grocery, pharmacy …; a "
          "unit: school, enterprise, bank, government, military …",
          ("类别", "业态", "用途", "行业", "经营类别", "单位性质"), words=words.CATEGORIES, public=True, edited=True,
          templates={"businesses": Blank("餐饮", heading="业态", words=("餐饮", "杂货", "药店", "银行", "企业"), width=12),
                     "resident_units": Blank("学校", heading="单位性质",
                                             words=("学校", "企业", "机关", "医院", "银行", "部队"), width=12)}),
    Field("households", WHOLE, Text("Households", "户数"), "they make up the grid's", ("户数", "总户数", "住户数"),
          unit="households", of=(BUILDING,), edited=True, templates={"buildings": Blank("48", "整数", width=8)}),
    Field("units", WHOLE, Text("Stairwells", "单元数"), "单元", ("单元数", "单元"), public=True, of=(BUILDING,), edited=True,
          templates={"buildings": Blank("2", "整数", width=8)}),
    Field("floors", WHOLE, Text("Storeys", "层数"), "above the ground", ("层数", "楼层", "楼层数", "总层数"), unit="storeys",
          public=True, of=(BUILDING,), edited=True, templates={"buildings": Blank("6", "整数", width=8)}),
    Field("compound", TEXT, Text("Compound", "所属小区"), "the member compound's name, or null",
          ("小区", "所属小区", "小区名称"), public=True, edited=True,
          templates=dict.fromkeys(_ALL, Blank("示例花园", "所属小区的名称", "小区"))),
    Field("building", ID, Text("In building", "所在楼栋"), "of a business: the id of the building it is in",
          ("所在楼栋", "所在楼栋编号", "所属楼栋"), public=True, edited=True,
          templates={"businesses": Blank("", "楼栋编号，可留空")}),
    Field("status", CHOICE, Text("Status", "状态"), "null where nobody lives", ("状态", "入住状态", "使用状态"),
          choices=("occupied", "under_construction"), words=words.STATUSES, public=True, of=(BUILDING,), edited=True,
          templates={"buildings": Blank("入住", width=10)}),
    Field("disclosed", YES_NO, Text("May be shown in public", "可公开"),
          "true, but for two units (category `military`) that must never be public", ("可公开", "是否公开", "公开"),
          edited=True, templates={"resident_units": Blank("是", "部队等不公开单位填“否”", width=10)}),
)  # fmt: skip

_CONTEXT = (
    Field("id", ID, Text("Id", "编号"), public=True, required=True, limit=80),
    Field("kind", CHOICE, Text("Kind", "类型"), "`river`: polygon; `road`: line string", choices=tuple(ContextKind),
          public=True, required=True),
    Field("name", TEXT, Text("Name", "名称"), public=True),
    Field("geometry", GEOMETRY, Text("Shape", "形状"), public=True),
)  # fmt: skip

# --- people -------------------------------------------------------------------------------------

_PEOPLE = (
    Field("id", ID, Text("Id", "人员编号"), "`p-0001`", ("人员编号", "人员id", "工号"), public=True, required=True, limit=80),
    Field("name", TEXT, Text("Name", "姓名"), "visibly invented, unique", ("姓名", "人员姓名", "名字"),
          public=True, required=True, edited=True),
    Field("office_phone", PHONE, Text("Office phone", "办公电话"), "`025-0000-xxxx`, unique",
          ("办公电话", "电话", "联系电话", "办公室电话", "单位电话", "座机", "固定电话", "固话", "值班电话", "电话号码",
           "联系方式", "联系号码", "责任人电话", "负责人电话", "网格长电话", "网格员电话", "责任人联系电话",
           "负责人联系电话", "网格长联系电话", "网格员联系电话", "网格长联系方式", "责任人联系方式"),
          public=True, limit=60, edited=True,
          templates={"duties": Blank("025-0000-0001")}),
    Field("mobile", PHONE, Text("Mobile", "手机"), "empty or `000-0000-xxxx`; never for the public",
          ("手机", "手机号", "手机号码", "移动电话", "移动电话号码", "手机电话",
           "联系手机", "责任人手机", "负责人手机", "网格长手机", "网格员手机", "网格长手机号"), limit=60, edited=True,
          templates={"duties": Blank("000-0000-0001", "只在内部使用，从不公开")}),
    Field("organisation", TEXT, Text("Organisation", "单位"), "where the person belongs",
          ("单位", "所在单位", "工作单位", "所属单位", "部门"), edited=True,
          templates={"duties": Blank("示例社区居委会", width=22)}),
    Field("party_member", YES_NO, Text("Party member", "党员"), "never for the public",
          ("党员", "是否党员", "政治面貌"), words=words.PARTY_MEMBERS, edited=True,
          templates={"duties": Blank("否", width=8)}),
    Field("consent", YES_NO, Text("Agrees to be shown", "同意公开"), "agrees to be named in public though not an official",
          ("同意公开", "是否同意公开", "公示同意"), edited=True,
          templates={"duties": Blank("否", "志愿者等非公职人员是否同意公示", width=10)}),
    Field("public_mobile", PHONE, Text("Public mobile", "公开手机"),
          "a duty mobile that the office shows to the public: the number, or yes for the one under `mobile`; empty: "
          "no mobile is shown",
          ("公开手机", "公开手机号", "公开手机号码", "手机公开", "手机是否公开", "是否公开手机", "手机可公开"), public=True,
          limit=60, edited=True,
          templates={"duties": Blank("", "值班手机需向公众显示时填号码或“是”；留空则手机从不公开")}),
)  # fmt: skip

_OF_A_HOLDER = tuple(f for f in _PEOPLE if f.name not in ("id", "name"))
_DUTIES = (
    Field("id", ID, Text("Id", "任职编号"), "`d-0001`", ("任职编号", "职务编号"), public=True, required=True, limit=80),
    Field("person", ID, Text("Person", "人员编号"), "an id of people.csv", ("人员编号", "人员id", "工号"),
          public=True, limit=80),
    replace(_GRID, says="a code of boundaries.geojson; empty: the subdistrict itself",
            templates={"duties": Blank("320106012001001001", "12、15 或 18 位；街道本级留空", "网格编号", width=24)}),
    Field("person_name", TEXT, Text("Person", "姓名"),
          headings=("姓名", "人员", "人员姓名", "责任人", "责任人姓名", "负责人", "网格长姓名", "name"), public=True,
          templates={"duties": Blank("王示例")}),
    Field("role", CHOICE, Text("Role", "职务"), "", ("职务", "角色", "任职", "职责", "岗位", "身份"),
          choices=tuple(GridRole), words=words.ROLES, public=True, required=True,
          templates={"duties": Blank("网格长", width=20)}),
    Field("since", DAY, Text("From", "任职日期"), "ISO date, the first day in office",
          ("起始日期", "任职日期", "开始日期", "起", "自", "任职时间", "上任日期", "生效日期"), public=True, required=True,
          templates={"duties": Blank("2026-10-01", "2026-10-01")}),
    Field("until", DAY, Text("Until", "截止日期"), "ISO date, the first day no longer in office; empty: in force",
          ("截止日期", "结束日期", "止", "至", "离任日期", "卸任日期"), templates={"duties": Blank("", "仍在任则留空")}),
    *_OF_A_HOLDER,
)  # fmt: skip

_ORGANISATIONS = (
    Field("id", ID, Text("Id", "组织编号"), "`o-001`", ("组织编号", "组织id"), public=True, limit=80),
    replace(_GRID, headings=(*_GRID.headings, "社区", "社区编号", "所属社区"), says="a level-1 code", required=True,
            templates={"organisations": Blank("320106012001", "一级网格编号", "网格编号", width=24)}),
    Field("kind", CHOICE, Text("Kind", "组织类型"),
          "the first four are the core bodies, one of each in every community; the others are supporting parties",
          ("组织类型", "类型", "类别"), choices=tuple(OrganisationKind), words=words.ORGANISATION_KINDS, public=True,
          required=True, templates={"organisations": Blank("居委会", width=18)}),
    Field("name", TEXT, Text("Name", "组织名称"), "", ("组织名称", "名称", "单位名称"), public=True, required=True,
          templates={"organisations": Blank("示例社区居委会", width=24)}),
    Field("phone", PHONE, Text("Phone", "电话"), "`025-0000-xxxx`", ("电话", "联系电话", "办公电话"), public=True, limit=60,
          templates={"organisations": Blank("025-0000-0002")}),
)  # fmt: skip

# --- counts, and the head of an atlas -----------------------------------------------------------

_HOUSEHOLDS = (
    replace(_GRID, templates={"households": Blank("320106012001001001", "按网格填写；按楼栋填写时留空", "网格编号", width=24)}),
    Field("place", ID, Text("Building", "楼栋编号"), headings=("楼栋编号", "地点编号"), limit=80),
    Field("address", TEXT, Text("Address of the building", "楼栋地址"), headings=("地址", "楼栋地址", "详细地址", "楼栋"),
          templates={"households": Blank("", "按楼栋填写", width=24)}),
    Field("households", WHOLE, Text("Households", "户数"), headings=("户数", "总户数", "住户数"), unit="households",
          templates={"households": Blank("320", "整数")}),
    Field("resident_population", WHOLE, Text("Residents", "常住人口"), headings=("常住人口", "人口", "人口数"), unit="people",
          templates={"households": Blank("890", "整数，只用于网格")}),
)  # fmt: skip
_HEAD = tuple(
    Field(name, TEXT, Text(en, name))
    for name, en in (
        ("format", "Format"), ("title", "Title"), ("data_date", "Date of the data"), ("note", "Note"),
        ("synthetic", "Invented"), ("source_datum", "Datum it came in"), ("datum", "Datum"),
        ("edition", "Edition"), ("as_of", "As of"),
    )
)  # fmt: skip

RECORDS: Mapping[Kind, Record] = {
    r.kind: r
    for r in (
        Record(Kind.BOUNDARIES, Text("Grids", "网格"), Grid, _BOUNDARIES),
        Record(Kind.PEOPLE, Text("People", "人员"), Person, _PEOPLE),
        Record(Kind.DUTIES, Text("Duties", "任职"), Duty, _DUTIES),
        Record(Kind.ORGANISATIONS, Text("Organisations", "组织"), Organisation, _ORGANISATIONS),
        Record(Kind.PLACES, Text("Places", "地点"), Place, _PLACES),
        Record(Kind.HOUSEHOLDS, Text("Household counts", "户数"), None, _HOUSEHOLDS),
        Record(Kind.CONTEXT, Text("River and roads", "河流道路"), ContextFeature, _CONTEXT),
        Record(Kind.HEAD, Text("The atlas", "图集"), None, _HEAD),
    )
}
"""Every kind of row, in the order in which a table of unknown kind is tried."""

"""Tables to fill in: workbooks with drop-down lists and examples that are visibly invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gis.findings import Text


@dataclass(frozen=True)
class Column:
    """A column of a template: its heading, what to write, an example and the words to choose."""

    heading: str
    hint: str
    example: str
    words: tuple[str, ...] = ()
    width: int = 16


@dataclass(frozen=True)
class Template:
    """A table to fill in: its name in files, the title of its sheet, and its columns."""

    name: str
    sheet: str
    says: Text
    columns: tuple[Column, ...]
    more: tuple[Mapping[str, str], ...] = ()


_YES_NO = ("是", "否")
_DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
_ROLES = (
    "网格长", "服务群众专员", "社工", "专职委员", "注册志愿者", "网格居民代表", "网格领导小组成员",
    "网格化管理办公室",
)  # fmt: skip
_BODIES = (
    "社区党组织", "居委会", "公共服务站", "综治办", "业委会", "物业公司", "社会组织", "驻区单位",
)  # fmt: skip
_PLACE = (
    Column("地址", "道路、门牌、幢号", "示例路18号3幢", width=24),
    Column("经度", "十进制度数；没有可留空，按地址查找", "118.7551"),
    Column("纬度", "十进制度数", "32.1078"),
    Column("坐标系", "经纬度所用的坐标系，必须注明", "gcj02", _DATUMS),
    Column("小区", "所属小区的名称", "示例花园"),
)

TEMPLATES: tuple[Template, ...] = (
    Template(
        "duties",
        "责任人",
        Text("Who is responsible for which grid", "各网格的责任人"),
        (
            Column("网格编号", "12、15 或 18 位；街道本级留空", "320106012001001001", width=24),
            Column("姓名", "", "王示例"),
            Column("职务", "", "网格长", _ROLES, 20),
            Column("办公电话", "", "025-0000-0001"),
            Column("手机", "只在内部使用，从不公开", "000-0000-0001"),
            Column("单位", "", "示例社区居委会", width=22),
            Column("任职日期", "2026-10-01", "2026-10-01"),
            Column("截止日期", "仍在任则留空", ""),
            Column("党员", "", "否", _YES_NO, 8),
            Column("同意公开", "志愿者等非公职人员是否同意公示", "否", _YES_NO, 10),
        ),
    ),
    Template(
        "buildings",
        "楼栋",
        Text("Buildings", "楼栋"),
        (
            Column("楼栋编号", "可留空", "示例-0001"),
            Column("楼栋名称", "", "3幢"),
            *_PLACE,
            Column("户数", "整数", "48", width=8),
            Column("单元数", "整数", "2", width=8),
            Column("层数", "整数", "6", width=8),
            Column("状态", "", "入住", ("入住", "在建"), 10),
            Column("别名", "多个用分号隔开", "示例花园3号楼", width=20),
            Column("曾用名", "多个用分号隔开", "", width=20),
        ),
    ),
    Template(
        "businesses",
        "商铺",
        Text("Shops", "商业网点"),
        (
            Column("商铺编号", "可留空", "示例-s001"),
            Column("店名", "", "示例面馆"),
            *_PLACE,
            Column("业态", "", "餐饮", ("餐饮", "杂货", "药店", "银行", "企业"), 12),
            Column("所在楼栋", "楼栋编号，可留空", ""),
        ),
    ),
    Template(
        "resident_units",
        "驻区单位",
        Text("Resident units (organisations based in the area)", "驻区单位"),
        (
            Column("单位编号", "可留空", "示例-u001"),
            Column("单位名称", "", "示例小学"),
            *_PLACE,
            Column("单位性质", "", "学校", ("学校", "企业", "机关", "医院", "银行", "部队"), 12),
            Column("可公开", "部队等不公开单位填“否”", "是", _YES_NO, 10),
        ),
    ),
    Template(
        "households",
        "户数",
        Text("Household counts of grids or buildings", "户数"),
        (
            Column("网格编号", "按网格填写；按楼栋填写时留空", "320106012001001001", width=24),
            Column("楼栋地址", "按楼栋填写", "", width=24),
            Column("户数", "整数", "320"),
            Column("常住人口", "整数，只用于网格", "890"),
        ),
    ),
    Template(
        "organisations",
        "组织",
        Text('Organisations of the "4+4" model', "“4+4”组织"),
        (
            Column("网格编号", "一级网格编号", "320106012001", width=24),
            Column(
                "组织类型",
                "",
                "居委会",
                _BODIES,
                18,
            ),
            Column("组织名称", "", "示例社区居委会", width=24),
            Column("电话", "", "025-0000-0002"),
        ),
    ),
)  # fmt: skip


def template(name: str) -> Template | None:
    """Return the template of a name, None for none."""
    return next((t for t in TEMPLATES if t.name == name), None)


def template_csv(found: Template) -> bytes:
    """Return a template as CSV in UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([c.heading for c in found.columns])
    writer.writerow([c.example for c in found.columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def template_workbook(templates: Sequence[Template]) -> bytes:
    """Return a workbook with a sheet for each template.

    The example row is marked in grey; columns with few words have a drop-down list; codes are
    text, so that no digit is lost.
    """
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    book.remove(book.active)
    for found in templates:
        sheet = book.create_sheet(found.sheet)
        sheet.freeze_panes = "A2"
        for number, column in enumerate(found.columns, start=1):
            letter = get_column_letter(number)
            head = sheet.cell(1, number, column.heading)
            head.font = Font(bold=True)
            head.fill = PatternFill("solid", fgColor="DCE6F1")
            if column.hint:
                head.comment = Comment(column.hint, "网格", width=260, height=60)
            example = sheet.cell(2, number, column.example or None)
            example.font = Font(italic=True, color="808080")
            sheet.column_dimensions[letter].width = column.width
            for row in range(2, 1001 if column.words else 202):
                sheet.cell(row, number).number_format = "@"
            if column.words:
                listed = DataValidation(
                    type="list",
                    formula1='"' + ",".join(column.words) + '"',
                    allow_blank=True,
                    showErrorMessage=False,
                )
                listed.promptTitle, listed.prompt = column.heading, "、".join(column.words)[:250]
                sheet.add_data_validation(listed)
                listed.add(f"{letter}2:{letter}20000")
    notes = book.create_sheet("填表说明")
    for line in (
        "第 2 行灰色斜体为示例（内容均为虚构），填写前请删除。",
        "编号列请保持文本格式：电子表格会改动超过 15 位的数字。",
        "有经纬度时必须填写坐标系；高德、腾讯地图为 gcj02，百度地图为 bd09。",
        "不需要的工作表可以删除或留空。",
    ):
        notes.append([line])
    notes.column_dimensions["A"].width = 80
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

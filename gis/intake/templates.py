"""Tables to fill in: workbooks with drop-down lists and examples that are visibly invented."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from gis.findings import Text
from gis.schema import RECORDS, Blank, Kind
from gis.tables.csv_files import csv_bytes


@dataclass(frozen=True)
class Template:
    """A table to fill in: its name in files, the title of its sheet, and its columns."""

    name: str
    sheet: str
    kind: Kind
    says: Text

    @property
    def columns(self) -> tuple[Blank, ...]:
        """The columns of the fields that have one in this template."""
        found = [c for f in RECORDS[self.kind].fields if (c := f.column(self.name))]
        return tuple(sorted(found, key=lambda column: column.last))


TEMPLATES: tuple[Template, ...] = (
    Template(
        "duties",
        "责任人",
        Kind.DUTIES,
        Text("Who is responsible for which grid", "各网格的责任人"),
    ),
    Template("buildings", "楼栋", Kind.PLACES, Text("Buildings", "楼栋")),
    Template("businesses", "商铺", Kind.PLACES, Text("Shops", "商业网点")),
    Template(
        "resident_units",
        "驻区单位",
        Kind.PLACES,
        Text("Resident units (organisations based in the area)", "驻区单位"),
    ),
    Template(
        "households",
        "户数",
        Kind.HOUSEHOLDS,
        Text("Household counts of grids or buildings", "户数"),
    ),
    Template(
        "organisations",
        "组织",
        Kind.ORGANISATIONS,
        Text('Organisations of the "4+4" model', "“4+4”组织"),
    ),
)


def template(name: str) -> Template | None:
    """Return the template of a name, None for none."""
    return next((t for t in TEMPLATES if t.name == name), None)


def template_csv(found: Template) -> bytes:
    """Return a template as CSV in UTF-8 with the mark by which Excel knows it."""
    columns = found.columns
    example = [c.example for c in columns]
    return csv_bytes([c.heading for c in columns], [example], line_end="\r\n", for_excel=True)


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

"""The sheets of a workbook as they are read: calamine where it tells all, openpyxl elsewhere."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

import gis.tables.xlsx_child as process
from gis.errors import TooLarge
from gis.intake.tables import read_workbook
from gis.tables.xlsx_child import rows_by_openpyxl
from tests.intake.hostile_uploads import sheet_xml

ODD = [
    [],
    [None, "001", True, 5, 5.5, 0.1, -3.0],
    [datetime(2026, 1, 1, 5, 6), datetime(2026, 1, 1), date(2026, 3, 1), time(3, 4)],
    [timedelta(hours=30), 1e300, 2**60, 2**53, 1e-300],
    [],
    ["两行\n文字", " 前后空格 ", "=", "'", "x" * 32_767, "𠮷"],
    [None, None, None, "远"],
]


def written(rows: list[list[Any]], path: Path, merge: str = "") -> str:
    """Write a workbook as Excel does; return its path."""
    book = Workbook()
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column, value)
            if value == "=":
                cell.data_type = "s"
    if merge:
        sheet.merge_cells(merge)
    book.create_sheet("隐藏").sheet_state = "hidden"
    book.save(path)
    return str(path)


def lines(source: str, most: int = 1000) -> list[Any]:
    """Return what the child process writes of a workbook."""
    out = io.BytesIO()
    process.read(source, out, most)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    return [line for line in told if not (isinstance(line, dict) and "columns" in line)]


def test_both_libraries_read_the_same(tmp_path):
    source = written(ODD, tmp_path / "odd.xlsx")
    by_openpyxl = [[number, row] for number, row in rows_by_openpyxl(source, 1000)]
    assert lines(source) == [{"sheet": "Sheet"}, *by_openpyxl]


def test_cells_merged_downwards_are_repeated(tmp_path):
    rows = [["小区", "楼栋"], ["一号", "a"], [None, "b"], [None, "c"], [None, "d"]]
    source = written(rows, tmp_path / "merged.xlsx", merge="A2:A4")
    assert [row for _, row in lines(source)[1:]] == [
        ["小区", "楼栋"], ["一号", "a"], ["一号", "b"], ["一号", "c"], [None, "d"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1" t="e"><f>VLOOKUP(1,B:B,1)</f><v>#REF!</v></c>', "#REF!"),
        ('<c r="A1"><f>1+1</f></c>', "=1+1"),
        ('<c r="A1"><f>1+1</f><v></v></c>', "=1+1"),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', 2),
        ('<c r="A1" t="str"><f>IF(1,"a","")</f><v>a</v></c>', "a"),
    ],
)
def test_an_error_and_a_formula_never_calculated_are_not_left_out(cell, read, tmp_path):
    source = tmp_path / "cell.xlsx"
    source.write_bytes(sheet_xml(f'<row r="1">{cell}</row>'))
    assert lines(str(source))[1:] == [[1, [read]]]


def test_a_formula_whose_result_is_an_empty_text_is_empty(tmp_path):
    source = tmp_path / "empty.xlsx"
    cell = '<c r="A1" t="str"><f>IF(1,"","a")</f><v></v></c><c r="B1"><v>1</v></c>'
    source.write_bytes(sheet_xml(f'<row r="1">{cell}</row>'))
    assert lines(str(source))[1:] == [[1, [None, 1]]]


def test_a_cell_far_away_costs_the_child_its_memory_and_nobody_else(tmp_path):
    source = tmp_path / "far.xlsx"
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="GR1048576"><v>1</v></c></row>'
    source.write_bytes(sheet_xml(far))
    with pytest.raises(TooLarge, match="too much"):
        read_workbook(source, "far.xlsx")

"""What is read in a hurry is what is read with care: rows of a workbook, columns of a table."""

import hashlib
import io
import json
import subprocess
from datetime import datetime
from xml.parsers.expat import ExpatError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.bulk.confined import Refused
from gis.digest import plain, sha256_of
from gis.directory import PlaceKind
from gis.exchange.workbook import Sheet as Written
from gis.exchange.workbook import write_workbook
from gis.findings import MOST_OF_A_RULE, Severity, count
from gis.intake import How, read_set
from gis.intake.preview import preview, preview_json
from gis.intake.sheet_xml import Meanings, _Reader, rows_of
from gis.intake.tables import Sheet, read_workbook, understand
from tests import drawn
from tests.drawn import TODAY

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<worksheet xmlns="{MAIN}" xmlns:x14ac="x"><sheetData>'
TAIL = "</sheetData></worksheet>"
TEXTS = ("甲", "", "乙 ", "=1+1")
MEANINGS = Meanings(TEXTS, {1, 2}, {2}, datetime(1899, 12, 30))

PLAIN_CELLS = (
    '<c r="A1"><v>1</v></c>', '<c r="B1"><v>1.5</v></c>', '<c r="C1" s="1"><v>44000</v></c>',
    '<c r="D1" s="2"><v>0.5</v></c>', '<c r="B1" t="s"><v>0</v></c>', '<c r="F1" t="s"><v>2</v></c>',
    '<c r="G1" t="b"><v>1</v></c>', '<c r="A1" t="str"><v>甲</v></c>', '<c r="C1" t="e"><v>#N/A</v></c>',
    '<c r="B1" t="inlineStr"><is><t>乙</t></is></c>', '<c r="H1" s="3"/>', '<c r="I1"></c>',
    '<c r="C1" t="inlineStr"><is><t xml:space="preserve"> 丙 </t></is></c>',
    '<c r="C1" t="inlineStr"><v>丁</v></c>', '<c r="D1" t="s"><is><t>x</t></is></c>',
    '<c r="A1"><v> 12 </v></c>', '<c r="A1"><v>9007199254740993</v></c>', '<c r="A1"><v>1e400</v></c>',
    '<c r="A1" s="1"><v>1e300</v></c>', '<c r="ZZ1" t="s"><v>1</v></c>', '<c r="A1"><v></v></c>',
    '<c r="A1" t="inlineStr"><is><t>\u2028\x7f￥</t></is></c>',
)  # fmt: skip
ODD_CELLS = (
    '<c><v>3</v></c>', '<c r="B1" t="inlineStr"><is><t>a&amp;b&#10;c</t></is></c>',
    '<c r="B1" t="inlineStr"><is><r><t>粗</t></r><r><t>细</t></r><rPh><t>cu</t></rPh></is></c>',
    '<c r="C1"><f>SUM(A1)</f><v>6</v></c>', '<c r="C1"><f>SUM(A1)</f></c>', '<c r="C1"><f>A1</f><v/></c>',
    '<c r="A1" t="inlineStr"><is><t><![CDATA[</row><row r="9">]]></t></is></c>', ' <c r="B1"><v>2</v></c>\n',
    '<c r="A1" t="str"><v>行\n二</v></c>', '<c r="A1" t="str"><v>a>b</v></c>', '<c s="1" r="A1"><v>7</v></c>',
    '<c r="A1"><v>2</v><extLst/></c>', '<!-- <c r="A1"><v>8</v></c> -->', '<c r="A1"><v>1<!-- 2 -->3</v></c>',
    "<c r='A1'><v>4</v></c>", '<c r="GZZ1"><v>1</v></c>', '<c r="A1" t="s"><v>99</v></c>', '<c r="A1"><v>x</v></c>',
    '<c r="A1" t="inlineStr"><is><t>\ufffe</t></is></c>', '<c r="A1" t="str"><v>]]></v></c>', '<c r="A1"><v>1</c>',
)  # fmt: skip
BETWEEN = (
    "", "\n  ", "<!-- </row><row r=\"7\"><c r=\"A7\"><v>1</v></c></row> -->",
    '<?x <row r="8"><c r="A8"><v>1</v></c></row> ?>', '<row r="3"/>', '<row spans="1:2"></row>',
)  # fmt: skip
BEGINNINGS = (
    '<row r="{0}">', '<row r="{0}" spans="1:9" x14ac:dyDescent="0.2">', "<row>", '<row ht="12.8" customHeight="1">',
    '<row  r="{0}">', "<row r='{0}'>",
)  # fmt: skip
DECLARATIONS = (
    "", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n', "\ufeff<?xml version='1.0' encoding='utf-8'?>",
)  # fmt: skip
rows = st.tuples(
    st.sampled_from(BEGINNINGS),
    st.lists(st.sampled_from(PLAIN_CELLS + ODD_CELLS[:11]), max_size=4).map("".join),
    st.sampled_from(BETWEEN),
).map("{0[0]}{0[1]}</row>{0[2]}".format)


def read(sheet, **how):
    """Return the rows of a sheet, or the kind of what is raised."""
    try:
        return list(rows_of(io.BytesIO(sheet), MEANINGS, 1000, **how))
    except (Refused, ExpatError, ValueError, IndexError) as problem:
        return type(problem)


def both(sheet):
    found = read(sheet)
    assert found == read(sheet, plainly=False)
    return found


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(DECLARATIONS), st.lists(rows, max_size=6))
def test_plain_rows_are_read_as_expat_reads_them(declaration, some):
    numbered = [row.format(2 * n + 1) if "{0}" in row else row for n, row in enumerate(some)]
    both((declaration + HEAD + "".join(numbered) + TAIL).encode())


@pytest.mark.parametrize("cell", PLAIN_CELLS + ODD_CELLS)
def test_a_cell_is_the_same_either_way(cell):
    found = both(f'{HEAD}<row r="1">{cell}</row><row r="2">{PLAIN_CELLS[0]}</row>{TAIL}'.encode())
    if isinstance(found, list) and "<!" not in cell:
        assert found[-1] == (2, [1])


@pytest.mark.parametrize("between", BETWEEN)
def test_only_rows_of_the_sheet_are_rows(between):
    found = both(f"{HEAD}{between}<row r='5'>{PLAIN_CELLS[0]}</row>{between}{TAIL}".encode())
    assert found == [(5, [1])]


def test_a_sheet_in_another_encoding_is_decoded_as_it_says():
    row = '<row r="1"><c r="A1" t="str"><v>é</v></c></row>'
    sheet = f'<?xml version="1.0" encoding="iso-8859-1"?>{HEAD}{row}{TAIL}'
    assert both(sheet.encode("latin-1")) == [(1, ["é"])]
    assert both(f"{HEAD}{row}{TAIL}".encode("latin-1")) is ExpatError


def test_plain_rows_do_pass_expat_by(monkeypatch):
    pieces = []
    parse = _Reader.parse
    monkeypatch.setattr(_Reader, "parse", lambda r, piece: (pieces.append(piece), parse(r, piece)))
    some = "".join(f'<row r="{n}">{PLAIN_CELLS[0]}</row>' for n in range(1, 100))
    assert len(read((HEAD + some + TAIL).encode())) == 99
    assert len(pieces) == 2


# --- tables ------------------------------------------------------------------------------------

ODD_VALUES = (
    None, "", " ", "示例", " 示例　", "'=1+1", "''x", "=1", "餐饮", "餐饮类", "部队", "否", True, False, 0, 1, 1.0, 1.5,
    118.7502, "118.7502", "32.1101", 1e15, 123456789012345678, 1e16, float("nan"), "wgs84", "GCJ-02", "x;y；z",
    "甲、乙，丙", "a\tb", "\x07", "长" * 501, "商铺", "入住", "[\"a\"]", -1, "2026年1月5日",
)  # fmt: skip
HEADINGS = [
    "商铺编号",
    "店名",
    "地址",
    "经度",
    "纬度",
    "坐标系",
    "业态",
    "别名",
    "户数",
    "可公开",
    "状态",
]


def table_of(some):
    sheet = Sheet("商铺.csv", None, [(1, HEADINGS), *some])
    tables, findings = understand([sheet])
    return tables, findings


def told(rows_read):
    return [
        (r.number, r.source, repr(dict(r.values)), [repr(f) for f in r.findings]) for r in rows_read
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(ODD_VALUES), min_size=1, max_size=12), min_size=1, max_size=12
    )
)
def test_a_row_is_read_alike_alone_and_among_others(some):
    numbered = list(enumerate(some, start=2))
    together = table_of(numbered)[0][0].rows
    alone = [r for one in numbered for t in table_of([one])[0] for r in t.rows]
    assert told(together) == told(alone)


def test_places_of_mixed_rows_are_those_of_each_row_by_itself():
    """The same directory and findings, whether a row comes alone or in a table of all."""
    base = drawn.atlas()
    mixed = [
        [f"x{n}-{column}", *(["示例店", f"示例路{n}号", 118.7502, 32.1101, "wgs84", "餐饮", "甲;乙", 3, "是", "入住"])]
        for n in range(len(ODD_VALUES))
        for column in range(1, 11)
    ]  # fmt: skip
    for row in mixed:
        n, column = map(int, row[0][1:].split("-"))
        row[column] = ODD_VALUES[n]
    places, findings = _places([*enumerate(mixed, start=2)], base)
    each = [_places([(n, row)], base) for n, row in enumerate(mixed, start=2)]
    assert len(places) > 100
    assert len(findings) > 50
    assert places == {k: v for found, _ in each for k, v in found.items()}
    assert sorted(findings) == sorted(f for _, found in each for f in found)


def _places(numbered, base):
    from gis.intake.places import directory_of

    tables, _ = table_of(numbered)
    found, findings = directory_of(tables, base.directory, told=None, book=None, keep_absent=True)
    places = {p.id: (plain(p), p.kind) for p in found.places} if found else {}
    return places, [repr(f) for f in findings]


def test_of_very_many_mistakes_a_thousand_are_listed_and_all_are_counted(tmp_path):
    number = MOST_OF_A_RULE + 205
    lines = "".join(f"x{n},示例店{n},118.7x,32.1101,wgs84\n" for n in range(number))
    path = tmp_path / "商铺.csv"
    path.write_text(f"商铺编号,店名,经度,纬度,坐标系\n{lines}", encoding="utf-8")
    base = drawn.atlas()
    found = read_set([path], today=TODAY, base=base, how=How(keep_absent=True))
    assert len(found.findings) == MOST_OF_A_RULE + 1
    assert count(found.findings, Severity.ERROR) == number
    assert "205" in found.findings[-1].text.zh
    shown = preview_json(preview(found, base), found)
    assert (shown["errors"], shown["finding_count"]) == (number, number)
    assert len(shown["findings"]) <= MOST_OF_A_RULE


# --- the store's sum, and the child ------------------------------------------------------------


def test_the_sum_of_values_is_that_of_their_json_line_by_line():
    place = drawn.place("b-1", PlaceKind.BUILDING, 0.2, 0.2, aliases=("甲", "乙"))
    odd = [
        True,
        None,
        1.5,
        float("nan"),
        'q"\\\n\u2028😀',
        (),
        ("甲", ("乙", None)),
        {"b": 1},
        TODAY,
        place,
    ]
    lines = (json.dumps(plain(v), ensure_ascii=False, sort_keys=True) for v in odd)
    assert sha256_of(odd) == hashlib.sha256("".join(f"{x}\n" for x in lines).encode()).hexdigest()


def test_a_child_ends_when_nobody_wants_its_answer(tmp_path, monkeypatch):
    path = tmp_path / "商铺.xlsx"
    with path.open("wb") as file:
        write_workbook(file, [Written("商铺", HEADINGS, ([f"x{n}"] for n in range(30_000)))])
    begun = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *a, **k: begun.append(popen(*a, **k)) or begun[-1]
    )

    def discarded(_done):
        raise KeyError("discarded")

    with pytest.raises(KeyError):
        read_workbook(path, path.name, discarded)
    assert begun[0].returncode == -9

"""Tables of people as offices keep them: whose number it is, and who is nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gis.disclosure import public
from gis.exchange.json_values import sheet_json
from gis.ids import PersonId
from gis.intake import ReadOptions, read_set
from gis.phone import join_mobiles
from gis.roster import Duty, GridRole, Person, Roster
from tests import ascii_maps
from tests.ascii_maps import TODAY
from tests.intake.office_files import workbook

LEVEL1, LEVEL2, LEVEL3 = "320106012001", "320106012001001", "320106012001001001"
MOBILES = ("联系电话", "电话", "办公电话", "手机号码", "单位电话", "联系方式", "座机", "移动电话")


@pytest.fixture
def base():
    """The strip, with nobody on it yet."""
    return replace(ascii_maps.atlas(), roster=Roster(synthetic=True))


def read(tmp_path, base, rows, *, title="责任人", keep=False):
    path = workbook(tmp_path / "名单.xlsx", {title: rows})
    return read_set([path], today=TODAY, base=base, how=ReadOptions(keep_absent=keep))


def people_of(intake):
    return {p.name: p for p in intake.roster.people}


def rules_of(intake):
    return {f.rule for f in intake.findings}


def one(intake, rule):
    (found,) = [f for f in intake.findings if f.rule == rule]
    return found


# --- whose number it is --------------------------------------------------------------------------


@pytest.mark.parametrize("heading", MOBILES)
@pytest.mark.parametrize(
    "written", [13900000001, "139 0000 0001", "+86-139-0000-0001", "１３９００００００01"]
)
def test_a_mobile_goes_to_mobile_whatever_its_heading_says(heading, written, base, tmp_path):
    rows = [["网格编号", "姓名", "职务", heading], [LEVEL1, "王示例", "网格长", written]]
    intake = read(tmp_path, base, rows)
    (found,) = intake.roster.people
    assert found.office_phone == ""
    assert join_mobiles(found.mobile) == "13900000001"


def test_a_mobile_beside_a_landline_is_parted_from_it_and_counted(base, tmp_path):
    rows = [
        ["网格编号", "姓名", "职务", "联系电话"],
        [LEVEL1, "王示例", "网格长", "025-83500000/13900000001"],
        [LEVEL2, "李示例", "网格长", 13900000002],
        [LEVEL3, "赵示例", "网格长", "025-83500003"],
    ]
    intake = read(tmp_path, base, rows)
    assert {n: (p.office_phone, p.mobile) for n, p in people_of(intake).items()} == {
        "王示例": ("025-83500000", "13900000001"),
        "李示例": ("", "13900000002"),
        "赵示例": ("025-83500003", ""),
    }
    told = one(intake, "mobile_moved")
    assert (told.column, told.size, told.severity) == ("联系电话", 2, "note")


def test_of_two_columns_of_numbers_both_are_kept(base, tmp_path):
    rows = [
        ["网格编号", "姓名", "职务", "联系电话", "办公电话"],
        [LEVEL1, "王示例", "网格长", "13900000001", "025-83500000"],
    ]
    (found,) = read(tmp_path, base, rows).roster.people
    assert (found.office_phone, found.mobile) == ("025-83500000", "13900000001")


def test_a_number_behind_a_name_is_the_persons_mobile(base, tmp_path):
    rows = [["网格编号", "姓名", "职务"], [LEVEL1, "王示例（13900000001）", "网格长"]]
    (found,) = read(tmp_path, base, rows).roster.people
    assert (found.name, found.mobile) == ("王示例", "13900000001")


def test_a_stored_office_phone_stays_when_a_table_brings_a_mobile(base, tmp_path):
    held = Person(PersonId("p1"), "王示例", office_phone="025-83500000")
    base = replace(base, roster=Roster((held,), synthetic=True))
    rows = [["网格编号", "姓名", "职务", "联系电话"], [LEVEL1, "王示例", "网格长", "13900000001"]]
    (found,) = read(tmp_path, base, rows).roster.people
    assert (found.id, found.office_phone, found.mobile) == ("p1", "025-83500000", "13900000001")


def test_a_table_loaded_again_changes_nothing_and_knows_who_was_stored_wrongly(base, tmp_path):
    rows = [["网格编号", "姓名", "职务", "联系电话"], [LEVEL1, "王示例", "网格长", "139 0000 0001"]]
    first = read(tmp_path, base, rows).roster
    again = read(tmp_path, replace(base, roster=first), rows).roster
    assert again.people == first.people
    wrong = replace(first.people[0], office_phone="139 0000 0001", mobile="")
    mended = read(tmp_path, replace(base, roster=replace(first, people=(wrong,))), rows).roster
    assert mended.people == first.people


def test_our_own_tables_are_no_way_round_it(base, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("id,name,office_phone,mobile\np1,王示例,13900000001,\n", "utf-8")
    (found,) = read_set([path], today=TODAY, base=base).roster.people
    assert (found.office_phone, found.mobile) == ("", "13900000001")


# --- a mobile that is shown ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("是", "13900000001"),
        ("√", "13900000001"),
        ("13900000009", "13900000009"),
        ("否", ""),
        (None, ""),
        ("/", ""),
    ],
)
def test_a_mobile_is_public_only_where_its_own_column_says_so(said, shown, base, tmp_path):
    rows = [
        ["网格编号", "姓名", "职务", "联系电话", "公开手机"],
        [LEVEL1, "王示例", "网格长", "13900000001", said],
    ]
    intake = read(tmp_path, base, rows)
    (found,) = intake.roster.people
    assert (found.mobile, found.public_mobile) == ("13900000001", shown)
    told = [f for f in intake.findings if f.rule == "mobile_public"]
    assert [f.severity for f in told] == (["warning"] if shown else [])
    assert all(shown in f.text.zh and "王示例" in f.text.zh for f in told)
    atlas = public(replace(base, roster=intake.roster, as_of=TODAY))
    (held,) = sheet_json(atlas.sheet(atlas.division.grid(LEVEL1)), atlas)["responsible"]
    assert held.get("public_mobile", "") == shown
    assert ("13900000001" in str(held)) == (shown == "13900000001")


def test_a_tick_without_a_mobile_is_told(base, tmp_path):
    rows = [
        ["网格编号", "姓名", "职务", "联系电话", "公开手机"],
        [LEVEL1, "王示例", "网格长", "025-83500000", "是"],
    ]
    assert one(read(tmp_path, base, rows), "no_mobile_to_show").column == "公开手机"


# --- what is stored ------------------------------------------------------------------------------


def test_a_mobile_stored_as_office_phone_is_found_and_never_public(base):
    from gis.rules import check_phones

    wrong = Person(PersonId("p1"), "王示例", office_phone="139 0000 0001")
    duty = Duty("d1", wrong.id, base.division.grid(LEVEL1).id, GridRole.GRID_LEADER, TODAY)
    atlas = replace(base, roster=Roster((wrong,), (duty,), synthetic=True))
    assert [f.rule for f in check_phones(atlas)] == ["mobile_as_office_phone"]
    assert not check_phones(replace(atlas, roster=atlas.roster.mobiles_apart()))
    shown = public(atlas)
    assert "139" not in str(sheet_json(shown.sheet(shown.division.grid(LEVEL1)), shown))


# --- nobody, and errors --------------------------------------------------------------------------

NOBODY = ("待定", "无", "空缺", "暂缺", "-", "/", "—", "——", "／", "（空缺）", " 待 定 ", "N/A")
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#n/a", '=VLOOKUP(A2,Sheet2!A:B,2,0)')  # fmt: skip


@pytest.mark.parametrize("word", NOBODY)
def test_a_word_for_nobody_is_an_empty_cell_in_any_column(word, base, tmp_path):
    rows = [
        ["网格编号", "姓名", "职务", "办公电话", "单位", "党员"],
        [LEVEL1, word, "网格长", word, word, word],
        [LEVEL2, "李示例", "网格长", word, word, word],
    ]
    intake = read(tmp_path, base, rows)
    assert not [f for f in intake.findings if f.severity == "error"]
    (found,) = intake.roster.people
    assert (found.name, found.office_phone, found.organisation, found.party_member) == (
        "李示例", "", "", None,
    )  # fmt: skip
    assert one(intake, "said_nobody").size == 7
    bare = {f.grid_code for f in intake.findings if f.rule == "leaders"}
    assert LEVEL1 in bare
    assert LEVEL2 not in bare


def test_a_table_that_names_nobody_at_all_leaves_every_grid_without_a_leader(base, tmp_path):
    rows = [["网格编号", "姓名", "职务"], [LEVEL1, "待定", "网格长"], [LEVEL2, "无", "网格长"]]
    intake = read(tmp_path, base, rows)
    assert intake.roster.people == ()
    assert LEVEL1 in {f.grid_code for f in intake.findings if f.rule == "leaders"}


@pytest.mark.parametrize("cell", ERRORS)
@pytest.mark.parametrize("column", [0, 1, 2, 3, 4])
def test_an_error_of_the_spreadsheet_is_refused_with_sheet_row_and_column(
    cell, column, base, tmp_path
):
    header = ["网格编号", "姓名", "职务", "办公电话", "单位"]
    row = [LEVEL1, "王示例", "网格长", "025-1", "示例社区"]
    row[column] = cell
    (tmp_path / "名单.csv").write_text(
        "\n".join(",".join(f'"{c}"' for c in r) for r in (header, [LEVEL2, "李示例", "网格长", "", ""], row)),
        "utf-8",
    )  # fmt: skip
    intake = read_set([tmp_path / "名单.csv"], today=TODAY, base=base)
    found = one(intake, "spreadsheet_error")
    assert (found.severity, found.row, found.column, found.value) == (
        "error",
        3,
        header[column],
        cell,
    )
    assert "缺失" not in "".join(f.text.zh for f in intake.findings)


def test_errors_of_places_are_refused_and_words_for_nothing_are_empty(base, tmp_path):
    rows = [
        ["楼栋名称", "地址", "经度", "纬度", "坐标系", "户数", "单元数"],
        ["1幢", "示例路1号1幢", 118.7505, 32.1105, "WGS84", "#N/A", "-"],
        ["2幢", "#REF!", 118.7505, 32.1106, "WGS84", 1, "无"],
        ["3幢", "示例路1号3幢", 118.7505, 32.1107, "WGS84", "/", 2],
    ]
    intake = read(tmp_path, base, rows, title="楼栋")
    wrong = [(f.sheet, f.row, f.column) for f in intake.findings if f.severity == "error"]
    assert wrong == [("楼栋", 2, "户数"), ("楼栋", 3, "地址")]
    assert one(intake, "said_nobody").size == 3


def test_what_we_wrote_ourselves_is_no_word_for_nobody(base, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("id,name,office_phone,organisation\np1,王示例,-,无\n", "utf-8")
    intake = read_set([path], today=TODAY, base=base)
    (found,) = intake.roster.people
    assert (found.office_phone, found.organisation) == ("-", "无")
    assert "said_nobody" not in rules_of(intake)

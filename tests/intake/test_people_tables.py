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


# --- rows and columns that are none ----------------------------------------------------------------

HEADER = ["网格编号", "姓名", "职务", "联系电话"]


@pytest.mark.parametrize(
    "footer",
    [
        ["合计：1人"], ["合计", "", "", 3], ["小计", "示例社区", "", 1], ["", "总 计", "2"], ["甲社区", "小计", "", 2],
        ["填表人：李示例"], ["制表单位：示例街道", "", "审核人：王样例"], ["填报日期：2026年10月8日"], ["注：以上为在岗人员"],
        ["负责人（签字）：", "", "单位负责人：李示例"],
    ],
)  # fmt: skip
def test_sums_and_signatures_are_announced_and_left_out(footer, base, tmp_path):
    if footer[0].startswith("负责人"):
        footer = footer[2:]
    rows = [
        HEADER,
        [LEVEL1, "王示例", "网格长", "025-1"],
        footer,
        [LEVEL2, "李示例", "网格长", "025-2"],
    ]
    intake = read(tmp_path, base, rows)
    assert sorted(people_of(intake)) == ["李示例", "王示例"]
    told = one(intake, "footer_rows")
    assert "3" in told.text.zh
    assert not [f for f in intake.findings if f.severity == "error"]


def hidden_workbook(path, rows, *, hide_rows=(), hide_columns=()):
    workbook(path, {"责任人": rows})
    from openpyxl import load_workbook

    book = load_workbook(path)
    for number in hide_rows:
        book["责任人"].row_dimensions[number].hidden = True
    for letter in hide_columns:
        book["责任人"].column_dimensions[letter].hidden = True
    book.save(path)
    return path


def test_hidden_rows_and_columns_are_announced_and_left_out(base, tmp_path):
    rows = [
        [*HEADER[:3], "手机", "联系电话"],
        [LEVEL1, "王示例", "网格长", "1", "025-1"],
        [LEVEL2, "李示例", "网格长", "2", "025-2"],
        [LEVEL3, "赵示例", "网格长", "3", "025-3"],
    ]
    path = hidden_workbook(tmp_path / "名单.xlsx", rows, hide_rows=(3,), hide_columns=("D",))
    intake = read_set([path], today=TODAY, base=base)
    assert {n: (p.office_phone, p.mobile) for n, p in people_of(intake).items()} == {
        "王示例": ("025-1", ""),
        "赵示例": ("025-3", ""),
    }
    assert "3" in one(intake, "hidden_rows").text.zh
    assert "D" in one(intake, "hidden_columns").text.zh


def test_notes_before_the_table_are_left_out(base, tmp_path):
    notes = [["填表说明"], ["每个网格一行"], ["电话请填办公电话"]]
    rows = [HEADER, [LEVEL1, "王示例", "网格长", "025-1"]]
    path = workbook(tmp_path / "名单.xlsx", {"填表说明": notes, "责任人": rows})
    intake = read_set([path], today=TODAY, base=base)
    assert sorted(people_of(intake)) == ["王示例"]
    assert one(intake, "notes_sheet").sheet == "填表说明"


# --- a leader's column, several names, spaces --------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "title"),
    [
        (["网格编号", "网格名称", "网格长", "办公电话"], "网格长名单"),
        (["网格编号", "网格名称", "网格长姓名", "网格长电话"], "Sheet1"),
        (["网格编号", "网格名称", "责任人", "联系电话"], "Sheet1"),
        (["网格编号", "网格名称", "姓名", "联系电话"], "网格长名单"),
    ],
)
def test_a_column_of_leaders_needs_no_column_of_roles(header, title, base, tmp_path):
    rows = [header, [LEVEL1, "甲社区", "王示例", "025-1"], [LEVEL2, "甲1小区", "待定", ""]]
    intake = read(tmp_path, base, rows, title=title)
    assert [(p.name, p.office_phone) for p in intake.roster.people] == [("王示例", "025-1")]
    (held,) = intake.roster.duties
    assert (held.grid, held.role) == (base.division.grid(LEVEL1).id, GridRole.GRID_LEADER)
    assert one(intake, "role_of_heading").column == header[2]
    assert not [f for f in intake.findings if f.severity == "error"]


def test_columns_of_several_roles_each_have_their_own_numbers(base, tmp_path):
    rows = [
        ["网格编号", "网格长", "网格长电话", "社工", "联系电话"],
        [LEVEL1, "王示例", "025-1", "李示例", "13900000002"],
        [LEVEL2, "赵示例", "025-3", "", ""],
    ]
    intake = read(tmp_path, base, rows, title="Sheet1")
    found = people_of(intake)
    assert {n: (p.office_phone, p.mobile) for n, p in found.items()} == {
        "王示例": ("025-1", ""),
        "李示例": ("", "13900000002"),
        "赵示例": ("025-3", ""),
    }
    roles = {d.person: str(d.role) for d in intake.roster.duties}
    assert roles == {
        found["王示例"].id: "grid_leader",
        found["李示例"].id: "social_worker",
        found["赵示例"].id: "grid_leader",
    }


@pytest.mark.parametrize(
    "cell", ["王示例、李样例", "王示例 李样例", "王示例/李样例", "王示例\n李样例", "王示例和李样例"]
)
def test_two_names_in_a_cell_are_two_people_with_a_number_each(cell, base, tmp_path):
    rows = [HEADER, [LEVEL1, cell, "社工", "025-1、13900000002"]]
    intake = read(tmp_path, base, rows)
    assert {n: (p.office_phone, p.mobile) for n, p in people_of(intake).items()} == {
        "王示例": ("025-1", ""),
        "李样例": ("", "13900000002"),
    }
    assert len(intake.roster.duties) == 2
    assert one(intake, "several_names").row == 2


def test_whose_a_single_mobile_is_cannot_be_told(base, tmp_path):
    rows = [HEADER, [LEVEL1, "王示例、李样例", "社工", "025-1/13900000002/13900000003"]]
    intake = read(tmp_path, base, rows)
    assert {p.office_phone for p in intake.roster.people} == {"025-1"}
    assert {p.mobile for p in intake.roster.people} == {""}
    assert "whose_mobile" in rules_of(intake)


@pytest.mark.parametrize("written", ["王　军", "王 军", " 王军 ", "王\u00a0军"])
def test_spaces_in_a_name_make_nobody_else_of_somebody(written, base, tmp_path):
    rows = [HEADER, [LEVEL1, "王军", "网格长", "025-1"], [LEVEL2, written, "网格长", "025-1"]]
    intake = read(tmp_path, base, rows)
    assert [p.name for p in intake.roster.people] == ["王军"]
    assert len(intake.roster.duties) == 2


# --- roles outside ours ------------------------------------------------------------------------------

ODD_ROLES = ("网格员", "专职网格员", "兼职网格员", "楼栋长", "单元长", "微网格长", "片长")


def role_rows():
    return [HEADER, *([LEVEL1, f"王示例{n}", r, f"025-{n}"] for n, r in enumerate(ODD_ROLES * 2))]


def test_roles_outside_ours_are_one_question_for_the_whole_file(base, tmp_path):
    intake = read(tmp_path, base, role_rows())
    asked = [f for f in intake.findings if f.severity == "error"]
    assert [f.rule for f in asked] == ["unknown_roles"]
    assert all(word in asked[0].text.zh for word in ODD_ROLES)
    assert intake.unknown_roles == dict.fromkeys(ODD_ROLES, 2)


def test_the_answer_is_taken_for_every_row_and_a_word_may_be_left_out(base, tmp_path):
    path = workbook(tmp_path / "名单.xlsx", {"责任人": role_rows()})
    meant = dict.fromkeys(ODD_ROLES, GridRole.SOCIAL_WORKER) | {"片长": None}
    intake = read_set([path], today=TODAY, base=base, how=ReadOptions(roles=meant))
    assert not [f for f in intake.findings if f.severity == "error"]
    assert len(intake.roster.duties) == 12
    assert {d.role for d in intake.roster.duties} == {GridRole.SOCIAL_WORKER}


@pytest.mark.parametrize(
    "written", ["网格长（兼）", " 网格长 ", "一级网格长", "网 格 长", "网格长(代)"]
)
def test_a_role_of_ours_is_known_with_what_stands_in_brackets(written, base, tmp_path):
    intake = read(tmp_path, base, [HEADER, [LEVEL1, "王示例", written, "025-1"]])
    assert [d.role for d in intake.roster.duties] == [GridRole.GRID_LEADER]

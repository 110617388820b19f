"""A kit as offices send it, all of it wrong in a usual way, read in one go."""

import zipfile

import pytest
import shapely

from gis.exchange.crs import parse_reference
from gis.exchange.vector import Layer, write_shapefile
from gis.findings import errors_among
from gis.intake import ReadOptions, read_set
from gis.intake.preview import preview
from tests import ascii_maps
from tests.ascii_maps import TODAY
from tests.intake import office_files


def buildings(path):
    """Write a shapefile in GCJ-02 without .prj: a building on the line between two grids."""
    line, south = ascii_maps.WEST + ascii_maps.SIDE, ascii_maps.SOUTH + 0.0004
    across = shapely.box(line - 0.0001, south, line + 0.0001, south + 0.0001)
    within = shapely.box(line - 0.0005, south, line - 0.0003, south + 0.0001)
    shapes = [shapely.transform(s, office_files.to_gcj02) for s in (across, within)]
    columns = {
        "楼栋编号": ["b-1", "b-2"],
        "楼栋名称": ["1幢", "2幢"],
        "地址": ["示例路1号", "示例路2号"],
    }
    whole = path.with_suffix(".whole.zip")
    write_shapefile(whole, Layer("loudong", columns, shapes))
    with zipfile.ZipFile(whole) as given, zipfile.ZipFile(path, "w") as out:
        for name in given.namelist():
            if not name.endswith(".prj"):
                out.writestr(name, given.read(name))
    whole.unlink()
    return path


def test_a_kit_as_an_office_sends_it_is_previewed_in_one_go(tmp_path):
    lines = office_files.shapefile(
        tmp_path / "边界.zip", office_files.grids(), office_files.to_gcj02, prj=None
    )
    rows = [
        ["宝塔桥街道网格责任人名单（示例）", None, None, None, None],
        ["网格编号", "姓名", "职务", "联系电话", "任职日期"],
        ["320106012001", "王示例", "网格长", "025-0000-0001", "2026/3/1"],
        [None, "李样例", "社工", "025-0000-0002", "2026年3月1日"],
    ]
    leaders = office_files.workbook(
        tmp_path / "责任人.xlsx", {"责任人名单": rows}, {"责任人名单": ["A1:E1", "A3:A4"]}
    )
    people = tmp_path / "人员.csv"
    people.write_bytes("姓名,办公电话\r\n赵虚构,025-0000-0009\r\n".encode("gbk"))
    intake = read_set(
        [lines, buildings(tmp_path / "楼栋.zip"), leaders, people],
        today=TODAY,
        how=ReadOptions(parse_reference("gcj02")),
    )
    assert not errors_among(intake.findings), intake.findings
    rules = {f.rule for f in intake.findings}
    assert {"title_rows", "building_across", "person_without_grid"} <= rules
    new = {c.part: len(c.new) for c in preview(intake, None).changes}
    assert new["places"] == 2
    assert new["people"] == 3
    assert new["duties"] == 2
    grid = intake.division.by_code["320106012001001001"]
    community = intake.division.by_code["320106012001"]
    assert [d.grid for d in intake.roster.duties] == [community.id, community.id]
    assert grid.boundary.bounds == pytest.approx((118.75, 32.11, 118.751, 32.111), abs=2e-7)
    assert {p.name for p in intake.roster.people} == {"王示例", "李样例", "赵虚构"}
    (found,) = [f for f in intake.findings if f.rule == "building_across"]
    assert "b-1" in found.text.en
    assert found.place[0] == pytest.approx(ascii_maps.WEST + ascii_maps.SIDE, abs=1e-4)

"""The command wangge: check, load, export, locate; errors in one line."""

import json

import pytest

from gis.datum import from_wgs84
from tests import ascii_maps
from tests.api.conftest import ROOT

SAMPLE = ROOT / "data"


def one_line(done):
    """The sentence on the error stream, of a command that failed as it should."""
    assert done.returncode == 1, done.stderr
    lines = done.stderr.strip().splitlines()
    assert lines[-1].startswith("wangge: ")
    assert "Traceback" not in done.stderr
    return lines[-1]


@pytest.fixture
def strip(tmp_path):
    def write(collection=None, name="boundaries.geojson"):
        path = tmp_path / name
        path.write_bytes(ascii_maps.as_bytes(collection or ascii_maps.boundaries()))
        return path

    return write


def test_the_sample_has_no_error_and_12_68_247_grids(wangge):
    done = wangge("check", SAMPLE / "boundaries.geojson")
    assert done.returncode == 0
    assert "12/68/247 grids" in done.stdout
    assert "0 error(s)" in done.stdout


def test_check_reports_a_fault_with_code_place_and_size_and_exits_1(wangge, strip):
    fc = ascii_maps.boundaries()
    fc["features"] = [f for f in fc["features"] if f["properties"]["code"] != "320106012001001001"]
    done = wangge("check", strip(fc))
    assert done.returncode == 1
    line = next(line for line in done.stdout.splitlines() if line.startswith("error"))
    assert "gap" in line
    assert "320106012001001" in line
    assert "(118.75" in line
    assert "m2" in line
    found = json.loads(wangge("check", "--json", strip(fc)).stdout)
    assert [f["rule"] for f in found] == ["gap"]


def test_warnings_alone_exit_0(wangge, strip):
    fc = ascii_maps.boundaries()
    ascii_maps.feature(fc, "320106012001002")["properties"]["households"] = 212
    done = wangge("check", strip(fc))
    assert done.returncode == 0
    assert "212 households, under the 300" in done.stdout


def test_what_is_loaded_is_exported_byte_for_byte(wangge, tmp_path):
    assert wangge("load", SAMPLE).returncode == 0
    assert wangge("export", tmp_path / "out.geojson").returncode == 0
    sample = (SAMPLE / "boundaries.geojson").read_bytes()
    assert (tmp_path / "out.geojson").read_bytes() == sample
    assert wangge("export", tmp_path / "all").returncode == 0
    for name in ("boundaries.geojson", "people.csv", "duties.csv", "organisations.csv"):
        assert (tmp_path / "all" / name).read_bytes() == (SAMPLE / name).read_bytes()
    again = wangge("load", tmp_path / "all")
    assert again.returncode == 0
    assert "nothing changed" in again.stdout
    assert wangge("check").returncode == 0


def test_a_changed_set_is_the_next_division_and_the_old_one_stays(wangge, strip):
    assert "loaded division 1" in wangge("load", strip()).stdout
    fc = ascii_maps.boundaries()
    ascii_maps.feature(fc, "320106012001002")["properties"]["name"] = "改名小区"
    assert "loaded division 2" in wangge("load", strip(fc)).stdout
    found = json.loads(wangge("locate", *at(2.5), "--json").stdout)
    assert found["grids"][1]["name"] == "改名小区"
    assert found["version"]["division"] == 2


def test_nothing_of_a_set_with_an_error_is_loaded(wangge, strip, tmp_path):
    wangge("load", strip())
    fc = ascii_maps.boundaries()
    ascii_maps.feature(fc, "320106012001002")["properties"]["level"] = 3
    refused = wangge("load", strip(fc))
    assert "nothing was loaded" in one_line(refused)
    assert "wrong_level" in refused.stderr
    wangge("export", tmp_path / "out.geojson")
    grids = json.loads((tmp_path / "out.geojson").read_text())["features"]
    assert len(grids) == len(ascii_maps.boundaries()["features"])


def test_people_alone_are_loaded_beside_the_boundaries(wangge, strip, tmp_path):
    wangge("load", strip())
    (tmp_path / "people.csv").write_text("id,name,office_phone\np1,王示例,025-0000-0001\n")
    (tmp_path / "duties.csv").write_text(
        "id,person,grid,role,since,until\nd1,p1,320106012001001001,grid_leader,2026-01-01,\n"
    )
    done = wangge("load", tmp_path / "people.csv", tmp_path / "duties.csv")
    assert "loaded roster 1" in done.stdout, done.stderr
    assert "王示例  025-0000-0001" in wangge("locate", *at(0.5)).stdout


def at(x, datum="wgs84"):
    lon, lat = from_wgs84(
        ascii_maps.WEST + x * ascii_maps.SIDE, ascii_maps.SOUTH + 0.5 * ascii_maps.SIDE, datum
    )
    return ["--lon", str(lon), "--lat", str(lat), "--datum", datum]


def test_locate_answers_the_same_in_every_datum(wangge, strip):
    wangge("load", strip())
    answers = {wangge("locate", *at(2.5, d)).stdout for d in ("wgs84", "gcj02", "bd09")}
    assert len(answers) == 1
    assert "320106012001002001" in answers.pop()


def test_an_address_that_is_clear_is_answered_whole(wangge):
    wangge("load", SAMPLE)
    said = wangge("locate", "下关区宝塔桥西街１８号三幢").stdout
    assert "320106012005001004" in said
    assert "三级网格负责人" in said
    assert "not clear" not in said
    answer = json.loads(wangge("locate", "金陵二村", "--json").stdout)
    assert answer["clear"]
    assert [g["level"] for g in answer["candidates"][0]["grids"]] == [1, 2]


def test_an_address_that_is_not_clear_asks_back_and_picks_none(wangge):
    wangge("load", SAMPLE)
    said = wangge("locate", "西街").stdout.splitlines()
    assert "not clear" in said[0]
    assert sum("小区" in line and "/" in line for line in said) >= 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("check", "absent.geojson"), "no such file"),
        (("check", "Makefile"), "not a kind of file"),
        (("load", "tests"), "none of boundaries.geojson"),
        (("load", "data/people.csv"), "no boundaries yet"),
        (("load", "data", "--effective-from", "soon"), "must be a date"),
        (("locate", "--lon", "118", "--lat", "32", "--datum", "nad27"), "nad27"),
        (("locate", "--lon", "nan", "--lat", "32", "--datum", "wgs84"), "lon"),
        (("locate", "--lon", "118", "--lat", "32", "--datum", "wgs84"), "load"),
        (("locate", " "), "address is empty"),
        (("locate", "路" * 201), "200"),
        (("export", "out.docx"), "OUT.geojson"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_1(wangge, words, says):
    assert says in one_line(wangge(*words))


def test_the_line_is_chinese_for_a_chinese_terminal(wangge):
    assert "文件不存在" in one_line(wangge("check", "absent.geojson", LC_ALL="zh_CN.UTF-8"))


def test_a_mistake_in_the_command_line_is_exit_code_2(wangge):
    assert wangge("locate", "--lon", "118").returncode == 2
    assert wangge("locate").returncode == 2
    assert wangge("locate", "西街", *at(0.5)).returncode == 2
    assert wangge("locate", "西街", "--input", "rows.csv").returncode == 2
    assert wangge("divide").returncode == 2


def test_the_sample_and_an_offices_data_never_share_a_store(wangge, strip):
    assert wangge("load", SAMPLE).returncode == 0
    fc = ascii_maps.boundaries()
    fc["synthetic"] = False
    assert "WANGGE_DATABASE_URL" in one_line(wangge("load", strip(fc)))


def test_a_day_before_today_is_refused(wangge, strip):
    wangge("load", strip())
    fc = ascii_maps.boundaries()
    ascii_maps.feature(fc, "320106012001002")["properties"]["name"] = "改名小区"
    assert "2020-01-01" in one_line(wangge("load", strip(fc), "--effective-from", "2020-01-01"))

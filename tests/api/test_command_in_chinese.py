"""With WANGGE_LANG=zh every word a command prints is Chinese, its help and its mistakes too."""

from __future__ import annotations

import json
import re

import pytest
import typer

from api.cli import app
from api.commands.chinese import help_of
from api.commands.help_words import COMMANDS, OPTIONS
from tests import ascii_maps
from tests.intake.office_files import workbook

# Names of files, formats, systems and values that are typed, not words of a sentence.
NAMES = frozenset(
    ["wangge", "geojson", "geopackage", "shapefile", "xlsx", "csv", "gpkg", "zip", "shp", "json", "parquet", "pdf", "png", "sqlite", "postgis", "http", "https", "utf", "wgs", "cgcs", "gcj", "epsg", "bd", "pem", "var", "db", "post", "divisions", "version", "restore", "get", "yyyy", "mm", "dd", "zh", "cn", "en", "api", "ctrl", "office"]
)  # fmt: skip
VALUES = frozenset(
    ["public", "internal", "grids", "buildings", "businesses", "resident", "units", "context", "people", "duties", "organisations", "all", "residual", "dedicated", "places", "repair", "clusters", "merge", "under", "balance", "leaders", "mine", "theirs", "staff", "planner", "approver", "admin", "read", "write", "plans", "accounts", "who", "reason", "before", "after", "person", "edit", "skip", "command", "resident_units", "merge_under", "balance_leaders"]
)  # fmt: skip


def commands():
    def walk(command, path):
        yield path, command
        for name, below in getattr(command, "commands", {}).items():
            yield from walk(below, f"{path} {name}".strip())

    return dict(walk(typer.main.get_command(app), ""))


def english_in(text, allowed=frozenset()):
    """The English words of a text that are no options, upper-case names or values."""
    text = re.sub(r"\b[a-z]-[0-9a-f]{12}\b", " ", text)
    text = re.sub(
        r"--[a-z-]+|[a-z_]*WANGGE[A-Z_]*|[\w./-]+\.(?:xlsx|csv|geojson|pdf|db)|/[\w/{}]+", " ", text
    )
    words = {w.lower() for w in re.findall(r"[A-Za-z]{2,}", text) if not w.isupper()}
    return words - NAMES - set(allowed)


@pytest.mark.parametrize("path", commands())
def test_the_help_of_a_command_is_chinese(path):
    shown = help_of(commands()[path], path)
    assert shown.startswith("用法：")
    below = {w for p in commands() for w in p.split()}
    assert not english_in(shown, VALUES | below), shown


def test_no_command_or_option_is_without_its_chinese_words():
    met = commands()
    assert set(COMMANDS) == set(met)
    said = {h for c in met.values() for p in c.params if (h := getattr(p, "help", None))}
    missing = {
        h for h in said if h not in OPTIONS and not any(h.startswith(f"{o} (") for o in OPTIONS)
    }
    assert missing == set()
    assert all(re.search("[一-鿿]|^[A-Z]", zh) for zh in OPTIONS.values())


@pytest.fixture
def zh(wangge):
    def run(*words):
        return wangge(*words, WANGGE_LANG="zh")

    return run


def test_help_is_printed_in_chinese_and_ends_well(zh):
    done = zh("load", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "选项：" in done.stdout
    assert "Usage" not in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nosuch",), "没有命令"),
        (("load",), "缺少参数"),
        (("locate", "--nosuch"), "没有选项 --nosuch"),
        (("locate", "a", "b"), "多余的参数"),
        (("audit", "list", "--limit", "x"), "应为整数"),
        (("locate",), "请给出地址"),
    ],
)
def test_a_line_that_cannot_be_understood_is_said_in_chinese(zh, words, says):
    done = zh(*words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not english_in(done.stderr, {w for p in words for w in [p]} | {"help"})


def test_what_load_prints_is_chinese(zh, tmp_path):
    boundaries = tmp_path / "boundaries.geojson"
    boundaries.write_bytes(ascii_maps.as_bytes(ascii_maps.boundaries()))
    rows = [
        ["网格编号", "姓名", "职务", "联系电话", "户数"],
        ["320106012001", "王示例", "网格长", "13900000001", ""],
        ["320106012999", "李示例", "网格长", "025-1", ""],
        ["320106012001001001", "赵示例", "专职委员", "-", ""],
        ["合计", "", "", "", ""],
    ]
    table = workbook(tmp_path / "责任人.xlsx", {"责任人": rows})
    said = [
        zh("load", boundaries).stdout,
        zh("check", boundaries).stdout,
        zh("check").stdout,
        zh("load", "--preview", boundaries, table).stdout,
        zh("load", boundaries, table).stderr,
        zh("export", tmp_path / "out.xlsx").stdout,
    ]
    for text in said:
        shown = text.replace(str(tmp_path), "")
        assert not english_in(shown), shown
    refused = said[3]
    assert "责任人.xlsx [责任人] 第 3 行" in refused
    assert "“网格编号”列" in refused
    assert "row" not in refused


def test_check_takes_the_datum_of_a_file_that_does_not_say_it(wangge, tmp_path):
    path = tmp_path / "grids.geojson"
    unsaid = ascii_maps.boundaries()
    del unsaid["datum"]
    path.write_bytes(ascii_maps.as_bytes(unsaid))
    assert wangge("check", path).returncode == 1
    done = wangge("check", path, "--datum", "wgs84")
    assert (done.returncode, "0 error(s)" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    "name",
    ["urn:ogc:def:crs:EPSG::4490", "EPSG:4490", "http://www.opengis.net/def/crs/EPSG/0/4490"],
)
def test_a_file_that_states_epsg_4490_has_stated_its_datum(wangge, tmp_path, name):
    stated = ascii_maps.boundaries()
    del stated["datum"]
    stated["crs"] = {"type": "name", "properties": {"name": name}}
    path = tmp_path / "grids.geojson"
    path.write_text(json.dumps(stated), "utf-8")
    done = wangge("check", path)
    assert (done.returncode, "0 error(s)" in done.stdout) == (0, True), done.stdout


def test_a_code_that_a_spreadsheet_spoiled_is_said_to_be(zh, tmp_path):
    boundaries = tmp_path / "boundaries.geojson"
    boundaries.write_bytes(ascii_maps.as_bytes(ascii_maps.boundaries()))
    table = tmp_path / "责任人.csv"
    table.write_text("网格编号,姓名,职务\n3.20106E+17,王示例,网格长\n", "utf-8")
    zh("load", boundaries)
    said = zh("load", "--preview", table).stdout
    assert "责任人.csv 第 2 行“网格编号”列" in said
    assert "Excel" in said
    assert "文本格式" in said


def test_a_wrong_kind_of_grid_is_answered_with_the_kinds_in_chinese(zh, tmp_path):
    wrong = ascii_maps.boundaries()
    wrong["features"][0]["properties"]["kind"] = "不详类型"
    path = tmp_path / "grids.geojson"
    path.write_bytes(ascii_maps.as_bytes(wrong))
    said = zh("check", path).stdout
    assert "社区、小区、合并小区、楼栋群" in said
    assert "grids.geojson 第 1 个要素" in said
    assert not english_in(said.replace("grids", ""))


def test_the_record_is_read_in_chinese(zh, tmp_path):
    boundaries = tmp_path / "boundaries.geojson"
    boundaries.write_bytes(ascii_maps.as_bytes(ascii_maps.boundaries()))
    zh("load", boundaries, "--reason", "首次载入")
    zh("user", "add", "王示例")
    listed = zh("audit", "list").stdout
    assert "发布网格划分" in listed
    assert "本机操作员/命令" in listed
    assert "网格划分第 1 版" in listed
    users = zh("user", "list").stdout
    assert not english_in(users)
    absent = zh("restore", tmp_path / "none.backup").stderr.replace(str(tmp_path), "")
    assert not english_in(absent, {"none", "backup"})

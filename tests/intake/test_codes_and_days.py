"""Codes that lost digits are refused in every format; numbers and texts are alike; days are days."""

import io
import json
import zipfile

import numpy as np
import pytest
import shapely

from gis.exchange.rounded_codes import is_rounded_code
from gis.findings import errors_among
from gis.intake import read_set
from gis.intake.days import day_of
from tests import ascii_maps
from tests.ascii_maps import TODAY
from tests.intake import office_files
from tests.intake.forked_children import Nursery

CODE = "320106012001001001"
SENTENCE = "keeps 15 digits of a number and has rounded this code"


@pytest.fixture(scope="module")
def nursery():
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _forked(nursery, monkeypatch):
    monkeypatch.setattr("gis.intake.readers.run", nursery.run)


@pytest.mark.parametrize("number", [*range(1, 30), 99, 100, 101, 512, 999])
def test_a_number_that_a_double_cannot_hold_is_told_from_an_exact_one(number):
    exact = int(f"320106012001001{number:03d}")
    shortest = float(exact).__repr__().split("e")[0].replace(".", "").ljust(18, "0")
    assert is_rounded_code(int(shortest))
    assert is_rounded_code(float(exact))
    assert is_rounded_code(exact) == (int(shortest) == exact)


@pytest.mark.parametrize(
    "value", ["3.20106E+17", "3.20106012001001E+17", "320106012001001000", 3.2e17, 1e300]
)
def test_what_a_spreadsheet_leaves_of_a_code_is_known(value):
    assert is_rounded_code(value)


@pytest.mark.parametrize("value", [CODE, int(CODE), "320106012001", 320106012001, 320106012001001.0,
                                   "", None, True, "示例"])  # fmt: skip
def test_codes_that_are_whole_are_whole(value):
    assert not is_rounded_code(value)


def boundaries(change, **names):
    fc = ascii_maps.boundaries()
    for feature in fc["features"]:
        values = feature["properties"]
        change(values)
        for ours, theirs in names.items():
            values[theirs] = values.pop(ours)
    return fc


def read_geojson(fc, folder):
    (folder / "b.geojson").write_text(json.dumps(fc), "utf-8")
    return read_set([folder / "b.geojson"], today=TODAY)


def rules(read):
    return {f.rule for f in errors_among(read.findings)}


@pytest.mark.parametrize(
    "names", [{}, {"code": "网格编号", "name": "网格名称"}], ids=["ours", "office"]
)
@pytest.mark.parametrize("round_", [
    lambda c: int(repr(float(int(c))).split("e")[0].replace(".", "").ljust(18, "0")),
    lambda c: float(int(c)),
    lambda c: f"{float(int(c)):.5E}",
    lambda c: c[:15] + "000",
], ids=["javascript", "double", "power", "noughts"])  # fmt: skip
def test_a_rounded_code_in_geojson_is_refused_with_one_sentence(names, round_, tmp_path):
    def change(values):
        if values["code"] == CODE:
            values["code"] = round_(CODE)

    read = read_geojson(boundaries(change, **names), tmp_path)
    assert rules(read) == {"rounded_code"}
    (found,) = errors_among(read.findings)
    assert SENTENCE in found.text.en
    assert "只保留 15 位" in found.text.zh


def test_codes_of_a_real_column_are_refused(tmp_path):
    """A GeoPackage whose codes are doubles."""
    from pyogrio.raw import write

    features = office_files.grids()
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in features]
    write(
        str(tmp_path / "b.gpkg"),
        shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=[
            np.array([float(f["properties"]["code"]) for f in features]),
            np.array([f["properties"]["name"] for f in features], dtype=object),
        ],
        fields=np.array(["网格编号", "网格名称"]),
        layer="grid",
        driver="GPKG",
        geometry_type="Polygon",
        crs="EPSG:4326",
    )
    read = read_set([tmp_path / "b.gpkg"], today=TODAY)
    assert [
        (f.rule, f.text.en) for f in errors_among(read.findings) if f.rule != "rounded_code"
    ] == []
    assert len(errors_among(read.findings)) == 8


@pytest.mark.parametrize(
    "level", [str, float, lambda n: f"{n}级", lambda n: f"第{'一二三'[n - 1]}级"]
)
@pytest.mark.parametrize("code", [str, int])
def test_numbers_and_texts_of_a_code_and_a_level_are_alike(level, code, tmp_path):
    def change(values):
        values["level"] = level(values["level"])
        values["code"] = code(values["code"])
        if values["parent"]:
            values["parent"] = code(values["parent"])

    read = read_geojson(boundaries(change), tmp_path)
    assert [f.text.en for f in errors_among(read.findings)] == []
    assert CODE in read.division.by_code


# --- days ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "day"), [
    (46082, "2026-03-01"), (46082.0, "2026-03-01"), ("46082", "2026-03-01"),
    (46082.75, "2026-03-01"), ("2026.10.8", "2026-10-08"), ("2026年10月8号", "2026-10-08"),
    ("２０２６－１０－０８", "2026-10-08"), ("20261008", "2026-10-08"), (20261008, "2026-10-08"),
    ("2026/10/8 09:30", "2026-10-08"), ("2026-10-08 00:00:00", "2026-10-08"),
    ("2023.7", None), ("2024年3月", None), ("soon", None), (3, None), (99999, None),
])  # fmt: skip
def test_a_day_is_read_however_it_is_written(cell, day):
    assert day_of(cell) == day


def test_a_workbook_that_counts_from_1904_is_four_years_on():
    assert day_of(44620, since_1904=True) == day_of(46082)


def people(folder, day, *, since_1904=False):
    rows = [
        ["姓名", "网格编号", "角色", "任职日期"],
        ["王示例", CODE, "网格长", day],
    ]
    path = office_files.workbook(folder / "人员.xlsx", {"责任人": rows})
    if since_1904:
        path.write_bytes(_from_1904(path.read_bytes()))
    base = ascii_maps.atlas(people=None)
    return read_set([path], today=TODAY, base=base)


def _from_1904(content):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            part = given.read(name)
            if name == "xl/workbook.xml":
                assert part.count(b"<workbookPr ") == 1
                part = part.replace(b"<workbookPr ", b'<workbookPr date1904="1" ')
            made.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize(("day", "since_1904"), [
    (46082, False), ("46082", False), ("2026.3.1", False), (44620, True),
])  # fmt: skip
def test_a_day_in_a_workbook_is_a_day(day, since_1904, tmp_path):
    read = people(tmp_path, day, since_1904=since_1904)
    assert [f.text.en for f in errors_among(read.findings)] == []
    assert [d.since.isoformat() for d in read.roster.duties] == ["2026-03-01"]


@pytest.mark.parametrize("month", ["2023.7", 2023.7, "2024年3月"])
def test_a_month_without_its_day_is_told_why_it_is_none(month, tmp_path):
    (found,) = errors_among(people(tmp_path, month).findings)
    assert "a month without its day" in found.text.en
    assert "只有年月" in found.text.zh
    assert (found.row, found.column) == (2, "任职日期")

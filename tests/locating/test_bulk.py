"""Tables of points and addresses from other offices: every row kept, answered or explained."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import openpyxl
import pytest

from gis.addresses import AddressBook
from gis.bulk import batch
from gis.bulk.columns import ColumnChoice, find_columns
from gis.bulk.files import locate_file
from gis.datum import DATUMS, Datum, from_wgs84
from gis.directory import Directory, PlaceKind
from gis.errors import InvalidInput, TooLarge
from gis.intake import ReadOptions, read_set
from tests import ascii_maps
from tests.spreadsheets import would_run

WGS84 = ColumnChoice(datum=Datum.WGS84)


@pytest.fixture(scope="module")
def atlas():
    plain = {"units": 2, "households": 10}
    places = [
        ascii_maps.place("b1", PlaceKind.BUILDING, 0.5, 0.5, name="1幢", address="示例路1号1幢", **plain),
        ascii_maps.place("b2", PlaceKind.BUILDING, 1.5, 0.5, name="2幢", address="示例路1号2幢", **plain),
        ascii_maps.place("b3", PlaceKind.BUILDING, 4.5, 0.5, name="1幢", address="样板街7号1幢",
                    compound="同名苑", **plain),
        ascii_maps.place("b4", PlaceKind.BUILDING, 6.5, 0.5, name="1幢", address="样板街9号1幢",
                    compound="同名苑", **plain),
    ]  # fmt: skip
    return replace(ascii_maps.atlas(Directory(tuple(places), synthetic=True)), name="宝塔桥街道")


@pytest.fixture
def locate(atlas, tmp_path):
    """Answer a table given as text or bytes; return the finished file's rows as dicts."""

    def run(table, asked=WGS84, name="rows.csv", kind="csv", **options):
        source = tmp_path / name
        source.write_bytes(table.encode() if isinstance(table, str) else table)
        options.setdefault("language", "en")
        done = locate_file(
            source, tmp_path / f"out.{kind}", asked, atlas, lambda: AddressBook(atlas), kind=kind,
            **options,
        )  # fmt: skip
        run.done = done
        return rows_of(done.path)

    return run


def rows_of(path):
    if path.suffix == ".xlsx":
        return sheet_rows(openpyxl.load_workbook(path).worksheets[0])
    if path.suffix == ".geojson":
        return json.loads(path.read_bytes())["features"]
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def sheet_rows(sheet):
    head, *rows = [[c.value for c in row] for row in sheet.iter_rows()]
    return [dict(zip(head, row, strict=True)) for row in rows]


def at(x, y=0.5, datum="wgs84"):
    lon, lat = from_wgs84(
        ascii_maps.WEST + x * ascii_maps.SIDE, ascii_maps.SOUTH + y * ascii_maps.SIDE, datum
    )
    return f"{lon!r},{lat!r}"


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- points --------------------------------------------------------------------------------------


def test_a_row_gets_its_three_grids_their_leaders_and_the_distance(locate):
    (row,) = locate(f"name,lon,lat\nschool,{at(2.5)}\n")
    assert row["name"] == "school"
    assert [row[f"level{n}_code"][9:] for n in (1, 2, 3)] == ["001", "001002", "001002001"]
    assert row["level3_leader"] == "王示例001002001"
    assert row["level3_phone"] == "025-0000-0001"
    assert 40 < float(row["distance_to_boundary_m"]) < 56
    assert (row["match"], row["review"]) == ("inside", "")


def test_bad_rows_are_kept_in_their_place_with_the_reason(locate):
    rows = locate(
        f"id,lon,lat\n1,{at(0.5)}\n2,abc,32\n3,,\n4,nan,32.11\n5,1_8,32\n6,500,32\n7,32.11,118.75\n"
        f"8,{at(0.5)},more\n9,{at(50)}\n"
    )
    assert [r["id"] for r in rows] == list("123456789")
    assert [r["match"] for r in rows] == ["inside", *["error"] * 7, "outside"]
    reasons = [r["reason"] for r in rows]
    assert "'abc' is not a number" in reasons[1]
    assert "missing" in reasons[2]
    assert "'nan'" in reasons[3]
    assert "from -180 to 180" in reasons[5]
    assert "exchanged" in reasons[6]
    assert "more" in reasons[7]
    assert "nearest grid is 320106012002002002" in reasons[8]
    assert locate.done.counts == {"rows": 9, "located": 1, "outside": 1, "errors": 7, "review": 8}


@pytest.mark.parametrize("datum", DATUMS)
def test_every_datum_leads_to_the_same_grid(locate, datum):
    (row,) = locate(f"lon,lat\n{at(2.5, datum=datum)}\n", ColumnChoice(datum=Datum(datum)))
    assert row["level3_code"] == "320106012001002001"


def test_each_row_may_say_its_own_datum_and_none_is_guessed(locate):
    rows = locate(
        f"经度,纬度,坐标系\n{at(2.5, datum='bd09')},BD-09\n{at(2.5, datum='gcj02')},gcj02\n"
        f"{at(2.5)},\n{at(2.5)},nad27\n",
        ColumnChoice(),
    )
    assert [r["level3_code"][9:] for r in rows] == ["001002001", "001002001", "", ""]
    assert "datum is missing" in rows[2]["reason"]
    assert "'nad27' is not known" in rows[3]["reason"]


def test_a_row_that_contradicts_the_callers_datum_is_wrong(locate):
    (row,) = locate(f"lon,lat,datum\n{at(2.5)},gcj02\n")
    assert "the row says its datum is gcj02, the caller says wgs84" in row["reason"]


def test_points_without_any_datum_are_refused():
    with pytest.raises(InvalidInput) as refused:
        find_columns(["lon", "lat"], ColumnChoice())
    assert refused.value.field == "datum"
    assert refused.value.accepted == DATUMS


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("序号 经度 纬度", (1, 2, None)),
        ("Longitude LATITUDE name", (0, 1, None)),
        ("X Y", (0, 1, None)),
        ("lng lat 地址", (0, 1, 2)),
        ("姓名 家庭住址", (None, None, 1)),
        ("经度(WGS84) 纬度(WGS84)", (0, 1, None)),
        ("lon address", (None, None, 1)),
    ],
)
def test_columns_are_found_by_the_names_in_use(header, found):
    columns = find_columns(header.split(), WGS84)
    assert (columns.lon, columns.lat, columns.address) == found


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "address_column"),
        ({"lon_column": "a"}, "lat_column"),
        ({"lon_column": "nowhere", "lat_column": "b"}, "lon_column"),
        ({"address_column": "nowhere"}, "address_column"),
        ({"address_column": "a", "datum_column": "x"}, "datum_column"),
    ],
)
def test_a_column_that_cannot_be_told_is_named(asked, field):
    with pytest.raises(InvalidInput) as refused:
        find_columns(["a", "b"], ColumnChoice(**asked, datum=Datum.WGS84))
    assert refused.value.field == field
    assert refused.value.text.zh


def test_many_points_are_answered_as_each_alone(atlas):
    rng = np.random.default_rng(3)
    corners = np.array([(x, y) for x in range(9) for y in (0, 0.25, 1)], float)
    near = corners[rng.integers(0, len(corners), 400)] + rng.normal(0, 1e-4, (400, 2))
    units = np.vstack([corners, near, rng.uniform((-2, -2), (11, 3), (600, 2))])
    xy = np.array([ascii_maps.WEST, ascii_maps.SOUTH]) + units * ascii_maps.SIDE
    xy[: len(corners)] = np.round(xy[: len(corners)], 7)
    alone = [atlas.locator.locate(x, y) for x, y in xy.tolist()]
    assert atlas.locator.locate_each(xy) == alone
    ids = batch.locate_ids(atlas, batch.GridTable.of(atlas), xy)
    assert ids["codes"] == [a.grids[-1].code if a.grids else None for a in alone]
    full = batch.locate_full(atlas, xy)
    assert [r["codes"] for r in full["rows"]] == [[g.code for g in a.grids] for a in alone]
    assert {a.distance_to_boundary_m == 0 for a in alone} == {True, False}


# --- addresses -----------------------------------------------------------------------------------


def test_an_address_gets_grids_match_score_and_reasons(locate):
    (row,) = locate("姓名,地址\n王示例,示例路1号2幢\n", language="zh-CN")
    assert row["三级网格编号"] == "320106012001001002"
    assert row["匹配"] == "楼栋"
    assert float(row["得分"]) > 0.8
    assert "幢号一致" in row["说明"]
    assert row["需要核对"] == row["第二候选"] == ""


def test_what_is_doubtful_has_a_second_candidate_and_no_tie_is_picked(locate):
    tied, nowhere, empty = locate('地址\n同名苑1幢\n火星大道9号\n" "\n')
    assert tied["review"] == nowhere["review"] == empty["review"] == "yes"
    assert tied["level1_code"] == "320106012002"
    assert tied["level3_code"] == ""
    assert "2 places fit equally well" in tied["reason"]
    assert tied["second_candidate"]
    assert nowhere["match"] in ("none", "road")
    assert nowhere["level3_code"] == ""
    assert empty["match"] == "error"


def test_a_row_without_a_point_is_looked_up_by_its_address(locate):
    rows = locate(f"lon,lat,address\n{at(4.5)},示例路1号2幢\n,,示例路1号2幢\n")
    assert [r["level3_code"][9:] for r in rows] == ["002001001", "001001002"]
    assert [r["match"] for r in rows] == ["inside", "building"]


def test_the_rows_to_look_at_stand_in_a_sheet_the_most_doubtful_first(locate):
    table = "地址\n示例路1号1幢\n同名苑1幢\n火星大道9号\n" + "长" * 201 + "\n"
    rows = locate(table, kind="xlsx")
    book = openpyxl.load_workbook(locate.done.path)
    assert book.sheetnames == ["网格", "需要核对", "说明"]
    looked_at = [r["地址"][:4] for r in sheet_rows(book["需要核对"])]
    assert looked_at[0] == "长长长长"
    assert set(looked_at[1:]) == {"同名苑1", "火星大道"}
    assert len(rows) == 4
    assert "synthetic" in str(list(book["说明"].values))


def test_a_csv_has_the_rows_to_look_at_in_a_second_file(locate, tmp_path):
    beside = tmp_path / "out-review.csv"
    locate("地址\n同名苑1幢\n示例路1号1幢\n月球\n", review=beside)
    assert [r["地址"] for r in rows_of(beside)] == ["月球", "同名苑1幢"]


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "said", "marked"),
    [
        ("utf-8", "utf-8", False),
        ("utf-8-sig", "utf-8", True),
        ("gbk", "gb18030", True),
        ("gb18030", "gb18030", True),
        ("utf-16", "utf-16", True),
    ],
)
def test_a_csv_is_read_in_the_encodings_of_chinese_offices(locate, encoding, said, marked):
    table = f"名称,经度,纬度\n示例小学（东）,{at(2.5)}\n"
    (row,) = locate(table.encode(encoding))
    assert row["名称"] == "示例小学（东）"
    assert locate.done.encoding == said
    assert locate.done.path.read_bytes().startswith(b"\xef\xbb\xbf") == marked


def test_utf_8_is_tried_first(locate):
    # Eight characters of UTF-8 are twelve of GB18030 as well.
    (row,) = locate(f"lon,lat,name\n{at(2.5)},示例学校示例学校\n")
    assert row["name"] == "示例学校示例学校"
    assert locate.done.encoding == "utf-8"


TITLED = [
    ["某街道商铺登记表"],
    ["制表日期：2026年11月1日"],
    [],
    ["店名", "地址", "户数"],
    ["甲店", "示例路1号2幢", "5"],
]


def as_csv(rows, delimiter):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode("gbk")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("商铺.xlsx", lambda: workbook(*TITLED)),
        ("商铺.csv", lambda: as_csv(TITLED, ",")),
        ("商铺.csv", lambda: as_csv(TITLED, "\t")),
        ("商铺.csv", lambda: b"sep=;\r\n" + as_csv(TITLED, ";")),
    ],
)
def test_titles_above_the_columns_are_left_out_as_when_it_is_loaded(
    locate, name, table, atlas, tmp_path
):
    (row,) = locate(table(), ColumnChoice(), name=name)
    assert list(row)[:3] == ["店名", "地址", "户数"]
    assert row["level3_code"] == "320106012001001002"
    intake = read_set(
        [tmp_path / name], today=ascii_maps.TODAY, base=atlas, how=ReadOptions(keep_absent=True)
    )
    assert "甲店" in {p.name for p in intake.directory.places if p.address == row["地址"]}


def test_the_row_of_a_column_that_is_named_is_the_header(locate):
    (row,) = locate("登记表\na,b,c\nx,示例路1号2幢,y\n", ColumnChoice(address_column="b"))
    assert row["level3_code"] == "320106012001001002"


@pytest.mark.parametrize(
    "cell",
    [
        "示例路1号1幢；样板街7号1幢",
        "示例路1号1幢、2幢",
        "示例路1号1至2幢",
        "示例路1号1幢和样板街9号1幢",
    ],
)
def test_several_addresses_in_a_cell_are_looked_up_one_by_one_and_to_be_looked_at(locate, cell):
    (row,) = locate(f'address\n"{cell}"\n', ColumnChoice())
    assert "2 addresses in 2 grids" in row["reason"]
    assert row["review"] == "yes"
    assert row["level3_code"] == ""
    assert row["second_grid"]


def test_of_several_addresses_one_that_is_not_here_is_counted(locate):
    (row,) = locate('address\n"示例路1号1幢；示例路1号9幢"\n', ColumnChoice())
    assert "1 of them not sure" in row["reason"]


def test_one_column_of_addresses_is_not_parted_at_what_stands_in_some(locate):
    rows = locate("地址\n示例路1号2幢；二楼\n示例路1号1幢\n示例路1号2幢\n", ColumnChoice())
    assert [r["地址"] for r in rows][1:] == ["示例路1号1幢", "示例路1号2幢"]
    assert rows[0]["地址"] == "示例路1号2幢；二楼"


def test_a_workbook_keeps_its_empty_columns_and_fills_merged_cells(locate):
    book = openpyxl.Workbook()
    for row in [[None, "店名", "地址"], [None, "甲", "示例路1号2幢"], [None, "乙", None]]:
        book.active.append(row)
    book.active.merge_cells("C2:C3")
    out = io.BytesIO()
    book.save(out)
    rows = locate(out.getvalue(), ColumnChoice(), name="rows.xlsx")
    assert list(rows[0])[:3] == ["", "店名", "地址"]
    assert [(r["店名"], r["level3_code"][9:]) for r in rows] == [
        ("甲", "001001002"),
        ("乙", "001001002"),
    ]


def test_a_sheet_too_wide_for_the_memory_is_read_row_by_row(locate):
    far = '<row r="1048576"><c r="GR1048576" t="str"><v>far</v></c></row>'
    rows = f'<row r="1">{text_cell("A1", "地址")}{text_cell("GR1", "远")}</row>'
    (row,) = locate(with_sheet(SHEET % (rows + far)), ColumnChoice(), name="rows.xlsx")
    assert (row["远"], row["match"]) == ("far", "error")


def test_a_workbook_holds_any_text_it_can(locate):
    texts = ["a<b>&c", "]]>", '"q"', " x ", "line\r\nline", "bell\x07", "_x0041_", "\ufffe", "😀"]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["lon", "lat", "t"], *[[*at(2.5).split(","), t] for t in texts]])
    found = [r["t"] for r in locate(out.getvalue(), kind="xlsx")]
    assert found == [t.replace("\x07", "\ufffd").replace("\ufffe", "\ufffd") for t in texts]


def test_what_another_column_holds_comes_back_as_it_was(locate):
    tricky = [
        'a"b',
        "a,b",
        "两\n行",
        "00123",
        "320106199001011234",
        "-12.5",
        "",
        " x ",
        "-",
        "'-",
        "'=1",
        "'-1",
    ]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(
        [["lon", "lat", *map(str, range(12))], [*at(2.5).split(","), *tricky]]
    )
    (row,) = locate(out.getvalue())
    assert [row[str(n)] for n in range(12)] == tricky


HOT = ["=1+1", "+86-25-1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "＝1+1"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_that_comes_back_starts_a_formula(locate, kind):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["=lon()", "lon", "lat"], *[[h, *at(2.5).split(",")] for h in HOT]])
    rows = locate(out.getvalue(), kind=kind)
    assert len(rows) == len(HOT)
    for row in rows:
        for cell in (*row, *row.values()):
            assert not would_run(cell)
    if kind == "xlsx":
        book = openpyxl.load_workbook(locate.done.path)
        assert "f" not in {c.data_type for s in book for r in s.iter_rows() for c in r}


def test_a_formula_in_a_workbook_comes_back_as_text_or_its_result(locate):
    lon, lat = map(float, at(2.5).split(","))
    (row,) = locate(
        workbook(["lon", "lat", "f"], [lon, lat, "=1+1"]), name="rows.xlsx", kind="xlsx"
    )
    assert row["f"] == "'=1+1"
    assert row["level3_code"] == "320106012001002001"


def test_a_workbook_keeps_numbers_texts_and_dates(locate):
    lon, lat = map(float, at(2.5).split(","))
    table = workbook(
        ["经度", "纬度", "数", "文", "日", "空", "真"],
        [lon, lat, 3.5, "007", date(2026, 1, 2), None, True],
        [],
        [str(lon), str(lat), 12345678901234567890, "x", datetime(2026, 1, 2, 3, 4), None, False],
    )
    first, second = locate(table, name="rows.xlsx", kind="xlsx", language="zh-CN")
    assert (first["数"], first["文"], first["日"], first["真"]) == (3.5, "007", "2026-01-02", True)
    assert second["日"] == "2026-01-02 03:04:00"
    assert first["三级网格编号"] == second["三级网格编号"] == "320106012001002001"


def test_columns_called_as_ours_are_kept_beside_ours(locate):
    once = f"lon,lat,level3_code\n{at(2.5)},mine\n"
    (row,) = locate(once)
    assert row["level3_code"] == "mine"
    assert row["level3_code (2)"] == "320106012001002001"


def test_geojson_points_come_in_and_go_out(locate, tmp_path):
    lon, lat = map(float, at(2.5, datum="gcj02").split(","))
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"名": "甲"},
        },
        {"type": "Feature", "geometry": None, "properties": {"名": "乙", "又": [1, {"a": 2}]}},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": []}, "properties": None},
    ]
    fc = {"type": "FeatureCollection", "datum": "gcj02", "features": features}
    rows = locate(json.dumps(fc), ColumnChoice(), name="rows.geojson")
    assert [r["match"] for r in rows] == ["inside", "error", "error"]
    assert rows[1]["又"] == '[1, {"a": 2}]'
    first, second, _ = locate(json.dumps(fc), ColumnChoice(), name="rows.geojson", kind="geojson")
    assert json.loads(locate.done.path.read_bytes())["datum"] == "wgs84"
    here = [ascii_maps.WEST + 2.5 * ascii_maps.SIDE, ascii_maps.SOUTH + 0.5 * ascii_maps.SIDE]
    assert first["geometry"]["coordinates"] == pytest.approx(here, abs=1e-7)
    assert first["properties"]["level3_code"] == "320106012001002001"
    assert second["geometry"] is None
    assert second["properties"]["match"] == "error"


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", '{"features": [', '{"features": [{"a": 1}, {]}',
        '{"features": [' + "[" * 100_000, "\x00", '{"features": [{"properties": {"a": NaN}', "\ufeff{}",
    ],
)  # fmt: skip
def test_broken_geojson_is_refused(locate, text):
    with pytest.raises(InvalidInput, match="GeoJSON") as refused:
        locate(text, name="rows.geojson")
    assert refused.value.field == "file"


# --- hostile files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"lon,lat,lon\n1,2,3\n", "'lon' stands twice"),
        (b"lon,lat," + b"c," * 1_000_000 + b"\n", "columns"),
        (b"lon,lat\n1,2" + b",3" * 1_000_000 + b"\n", "columns"),
        ("lon,lat,地址\n1,2,".encode() + b"x" * 10_000_000 + b"\n", "characters"),
        (b'lon,lat\n1,"2\n' + b"3,4\n" * 100_000, "characters"),
        (b'lon,lat\n1,"2"x\n', "row 2 is no CSV"),
        (b"\xff\xfe\x00\xd8" * 9, "neither UTF-8 nor GB18030"),
        (b"lon,lat\n\xed\xa0\x80\x41,2\n", "neither UTF-8 nor GB18030"),
        (b"lon,lat\n1\x00,2\n", "neither UTF-8 nor GB18030"),
        (b"\xef\xbb\xbflon,lat\n\xb1\xa6,2\n", "neither UTF-8 nor GB18030"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "old .xls"),
        (b"PK\x03\x04" + b"\x00" * 400, "XLSX"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_is_wrong(locate, table, says, tmp_path):
    with pytest.raises(InvalidInput, match=says) as refused:
        locate(table)
    assert refused.value.field == "file"
    assert refused.value.text.zh
    assert not list(tmp_path.glob("*out*"))


def test_more_rows_than_are_read_are_refused(locate, tmp_path):
    with pytest.raises(TooLarge, match="more than 10 rows"):
        locate("lon,lat\n" + "1,2\n" * 11, most_rows=10)
    assert not list(tmp_path.glob("*out*"))


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def changed(name, content):
    """Return a workbook one part of which is this."""
    with zipfile.ZipFile(io.BytesIO(workbook(["lon", "lat"]))) as kept:
        return zipped({n: kept.read(n) for n in kept.namelist()} | {name: content})


def with_sheet(xml):
    return changed("xl/worksheets/sheet1.xml", xml)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>%s</sheetData></worksheet>'
DTD = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
FAR = '<row r="1"><c r="XFD1" t="str"><v>far</v></c></row>'


def text_cell(at, text):
    return f'<c r="{at}" t="str"><v>{text}</v></c>'


@pytest.mark.parametrize(
    ("book", "says"),
    [
        (lambda: with_sheet(b" " * 300_000_000), "unpack to"),
        (lambda: with_sheet(b" " * 50_000_000), "unpack to"),
        (lambda: zipped({f"f{n}": "" for n in range(2_001)}), "2,001 files"),
        (lambda: zipped({"../evil": "x", "[Content_Types].xml": "x"}), "leads outside"),
        (lambda: zipped({"a.txt": "x"}), "no XLSX"),
        (lambda: with_sheet(DTD + SHEET % ""), "document type"),
        (lambda: with_sheet((DTD + SHEET % "").encode("utf-16")), "UTF-16"),
        (lambda: with_sheet(SHEET % FAR), "16,384 columns"),
        (lambda: with_sheet("<worksheet"), "cannot be read"),
        (lambda: with_sheet(SHEET % '<row r="99999999"><c r="A99999999"><v>1</v></c></row>'), "empty rows"),
        (lambda: with_sheet(SHEET % f'<row r="1">{text_cell("A1", "x" * 40_000)}</row>'), "characters"),
        (lambda: with_sheet(SHEET % ""), "empty"),
        (lambda: workbook(["lon", "lat", "lon"], [1, 2, 3]), "stands twice"),
    ],
)  # fmt: skip
def test_a_hostile_workbook_is_refused_with_what_is_wrong(locate, book, says, tmp_path):
    with pytest.raises(InvalidInput, match=says) as refused:
        locate(book(), name="rows.xlsx", kind="xlsx")
    assert refused.value.field == "file"
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.slow
def test_a_workbook_that_would_fill_the_memory_ends_its_own_process_only(locate):
    # A single row, of numbers that differ, so that it does not look like a bomb.
    row = "".join(f"<c><v>{n * 7919 % 10**7}</v></c>" for n in range(4_500_000))
    with pytest.raises(TooLarge, match="memory"):
        locate(with_sheet(SHEET % f'<row r="1">{row}</row>'), name="rows.xlsx")


def test_half_a_character_in_an_address_is_a_bad_row(atlas):
    from gis.bulk.answers import Answers
    from gis.bulk.locating import locate_rows
    from gis.tables.table import Chunk

    columns = find_columns(["address"], ColumnChoice())
    answers = Answers(atlas, AddressBook(atlas), "en", True)
    bad, good = locate_rows(
        Chunk([["西街\ud8001号"], ["示例路1号2幢"]]), answers, columns, ["address"]
    )
    assert bad.is_error
    assert "half a character" in str(bad.cells)
    assert good.found


@pytest.mark.slow
def test_300_000_rows_need_less_than_512_mb(tmp_path):
    program = """
import re, sys
from pathlib import Path
sys.path.insert(0, ".")
from gis.bulk.columns import ColumnChoice
from gis.bulk.files import locate_file
from gis.datum import Datum
from tests import ascii_maps
folder = Path(sys.argv[1])
with (folder / "rows.csv").open("w", encoding="gbk") as out:
    out.write("编号,经度,纬度,备注\\n")
    for n in range(300_000):
        out.write(f"{n},{118.75 + n % 97 * 1e-4!r},{32.11 + n % 11 * 1e-4!r},某某小区某某号的一段说明文字\\n")
done = locate_file(folder / "rows.csv", folder / "out.csv", ColumnChoice(datum=Datum.WGS84), ascii_maps.atlas(),
                   lambda: None, kind="csv", review=folder / "review.csv")
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(done.counts["rows"], int(peak[1]) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    rows, megabytes = map(int, done.stdout.split())
    assert rows == 300_000
    assert megabytes < 512
    with (tmp_path / "out.csv").open("rb") as out:
        assert sum(1 for _ in out) == 300_001


# --- what stands around a table, as when it is loaded -------------------------------------------


def book_of(sheets, hidden_rows=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for number in hidden_rows:
            sheet.row_dimensions[number].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ADDRESSES = [
    ["居民诉求登记表（2026年10月）"],
    ["编号", "地址"],
    [1, "示例路1号1幢"],
    [2, "示例路1号2幢"],
]


def test_a_sheet_of_notes_before_the_table_is_passed_over_and_said(locate):
    notes = [["填表说明", ""], ["一", "每户一行"], ["二", "不要合并单元格"]]
    rows = locate(book_of({"说明": notes, "登记": ADDRESSES}), name="登记.xlsx")
    assert [r["地址"] for r in rows] == ["示例路1号1幢", "示例路1号2幢"]
    assert all(r["level3_code"] for r in rows)
    assert locate.done.left_out.sheets == ("说明",)


def test_hidden_rows_sums_and_signatures_are_left_out_and_said(locate):
    rows = [*ADDRESSES, ["合计", "2户"], ["填表人：李示例"]]
    found = locate(book_of({"登记": rows}, hidden_rows=(3,)), name="登记.xlsx")
    assert [r["地址"] for r in found] == ["示例路1号2幢"]
    left_out = locate.done.left_out
    assert (left_out.rows, [n for n, _ in left_out.footers]) == ((3,), [5, 6])
    assert locate.done.counts["rows"] == 1


def test_a_footer_of_a_csv_is_left_out_too(locate):
    found = locate("地址\n示例路1号1幢\n合计：1户\n填表人：李示例\n")
    assert [r["地址"] for r in found] == ["示例路1号1幢"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_when_no_column_is_recognised_those_of_the_right_row_are_offered(locate, kind):
    rows = [
        ["居民诉求登记表"],
        ["编号", "诉求位置", "内容"],
        [1, "示例路1号1幢", "漏水"],
        [2, "示例路1号2幢", "噪音"],
    ]
    table = (
        book_of({"登记": rows})
        if kind == "xlsx"
        else "\n".join(",".join(map(str, r)) for r in rows)
    )
    with pytest.raises(InvalidInput) as refused:
        locate(table, name=f"登记.{kind}")
    assert refused.value.field == "address_column"
    assert refused.value.accepted == ("编号", "诉求位置", "内容")
    chosen = locate(table, ColumnChoice(address_column="诉求位置"), name=f"登记.{kind}")
    assert [bool(r["level3_code"]) for r in chosen] == [True, True]


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "=VLOOKUP(A2,B:C,2)"])
def test_an_error_of_the_spreadsheet_is_no_address(locate, cell):
    (row,) = [r for r in locate(f'编号,地址\n1,"{cell}"\n') if r["地址"].lstrip("'") == cell]
    assert (row["match"], row["review"]) == ("error", "yes")
    assert "error of the spreadsheet" in row["reason"]


@pytest.mark.parametrize("word", ["无", "-", "待定", "/"])
def test_a_word_for_nothing_is_no_address_and_comes_back_as_it_was(locate, word):
    (row,) = locate(f"编号,地址\n1,{word}\n")
    assert (row["地址"], row["match"]) == (word, "error")
    assert "missing" in row["reason"]


def test_a_row_without_a_level_3_grid_is_to_be_looked_at(locate):
    (whole, road) = locate("地址\n示例路1号1幢\n同名苑\n")
    assert (whole["review"], whole["level3_code"][:12]) == ("", "320106012001")
    assert road["review"] == "yes"
    (community,) = locate("地址\n001网格\n")
    assert (community["level3_code"], community["review"]) == ("", "yes")
    counts = locate.done.counts
    assert counts["located"] + counts["outside"] + counts["errors"] == counts["rows"]


@pytest.mark.parametrize("value", ["-", "--", "-/-", "——", "/", "- -"])
def test_strokes_come_back_as_they_were(locate, value):
    (row,) = locate(f"地址,备注\n示例路1号1幢,{value}\n")
    assert row["备注"] == value

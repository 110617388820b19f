"""POST /locate and POST /locate/table: many rows at once, each answered or explained."""

import asyncio
import csv
import io
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import openpyxl
import pytest
from starlette.requests import Request

from api.http.body import limited
from api.routes.locate.table import TABLE_BYTES
from api.schemas.locate import PointList
from gis.datum import DATUMS, from_wgs84
from gis.errors import TooLarge

EN = {"accept-language": "en"}
HERE = [118.7523, 32.1123]


def ask(client, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/locate", content=content, headers={**EN, **headers})


def points(*rows, **members):
    return {"datum": "wgs84", "points": list(rows), **members}


def codes_of(client, lon, lat, datum="wgs84"):
    body = client.get("/locate", params={"lon": lon, "lat": lat, "datum": datum}).json()
    return [g["code"] for g in body["grids"]]


# --- lists ---------------------------------------------------------------------------------------


def test_many_points_have_the_same_grids_as_each_alone(client):
    rng = np.random.default_rng(5)
    xy = np.round(rng.uniform((118.735, 32.098), (118.77, 32.128), (60, 2)), 7).tolist()
    alone = [codes_of(client, *p) for p in xy]
    ids = ask(client, points(*xy, fields="ids")).json()
    assert ids["codes"] == [codes[-1] if codes else None for codes in alone]
    assert ids["grids"] == {codes[-1]: codes for codes in alone if codes}
    assert ids["errors"] == []
    full = ask(client, points(*xy)).json()
    assert [r["codes"] for r in full["rows"]] == alone
    assert set(full["grids"]) == {code for codes in alone for code in codes}


def test_a_full_answer_says_what_the_single_one_says(client):
    single = client.get("/locate", params={"lon": HERE[0], "lat": HERE[1], "datum": "wgs84"}).json()
    body = ask(client, points(HERE)).json()
    (row,) = body["rows"]
    assert [body["grids"][c] for c in row["codes"]] == single["grids"]
    assert row["distance_to_boundary_m"] == single["distance_to_boundary_m"]
    assert [n["code"] for n in row["near"]] == [n["code"] for n in single["near"]]
    for member in ("version", "as_of", "edition", "synthetic"):
        assert body[member] == single[member]


@pytest.mark.parametrize("datum", DATUMS)
def test_the_datum_goes_for_all_points(client, datum):
    lon, lat = map(float, from_wgs84(*HERE, datum))
    body = ask(client, {"datum": datum, "points": [[lon, lat]] * 3, "fields": "ids"}).json()
    assert body["codes"] == [codes_of(client, *HERE)[-1]] * 3


def test_a_bad_row_is_an_error_with_its_number_and_the_others_are_answered(client):
    bad = [[118.75], "118,32", None, ["118", 32], [True, 32], [None, 1], [500, 1], [32.11, 118.7]]
    body = ask(client, points(HERE, *bad, HERE, fields="ids")).json()
    assert body["codes"][0] == body["codes"][-1] == codes_of(client, *HERE)[-1]
    assert body["codes"][1:-1] == [None] * 8
    assert [e["row"] for e in body["errors"]] == list(range(1, 9))
    assert body["errors"][0]["field"] == "points[1]"
    assert "not a pair of numbers" in body["errors"][0]["detail"]
    assert "from -180 to 180" in body["errors"][6]["detail"]
    full = ask(client, points(HERE, *bad)).json()
    assert full["rows"][1:] == [None] * 8


def test_no_points_are_no_answers(client):
    assert ask(client, points(fields="ids")).json()["codes"] == []
    assert ask(client, points()).json()["rows"] == []
    assert ask(client, {"addresses": []}).json()["rows"] == []


def test_a_hundred_thousand_points_are_answered_and_one_more_is_not(client):
    body = ask(client, points(*[HERE] * 100_000, fields="ids")).json()
    assert len(body["codes"]) == 100_000
    refused = ask(client, points(*[HERE] * 100_001, fields="ids"))
    assert refused.status_code == 413
    assert refused.json()["field"] == "points"


def test_addresses_have_ranked_candidates_with_their_grids(client):
    building = next(
        p for p in client.get("/grids/320106012005/sheet").json()["places"]
        if p["kind"] == "building" and "号" in p.get("address", "")
    )  # fmt: skip
    texts = [building["address"], "火星大道9号", 5, " ", "长" * 201, building["address"]]
    body = ask(client, {"addresses": texts, "limit": 2}).json()
    first = body["rows"][0]["candidates"][0]
    single = client.get("/locate", params={"address": texts[0]}).json()["candidates"][0]
    assert first["codes"] == [g["code"] for g in single["grids"]]
    assert first["score"] == single["score"]
    assert first["reasons"]
    assert all(len(r["candidates"]) <= 2 for r in body["rows"] if r)
    assert body["rows"][5] == body["rows"][0]
    assert not body["rows"][1]["clear"]
    assert [e["row"] for e in body["errors"]] == [2, 3, 4]
    assert body["grids"][first["codes"][2]]["responsible"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"[1]", "body"),
        (b"{", "body"),
        (b'{"points": [[1, 2]], "datum": "wgs84"}\xff', "body"),
        (b'{"points": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "body"),
        (b'{"datum": "wgs84", "points": [[NaN, 1]]}', "points"),
        (b'{"datum": "wgs84", "points": [[Infinity, 1]]}', "points"),
        (b'{"datum": "wgs84", "points": [], "points": []}', "points"),
        (b'{"datum": "wgs84", "points": [], "po\\u0069nts": []}', "points"),
        (b'{"datum": "wgs84", "points": [{"a": 1, "a": 2}]}', "a"),
        (b'{"addresses": ["\\ud800"]}', "addresses"),
        (b'{"datum": "\\udfff", "points": []}', "datum"),
        ({}, "points"),
        ({"datum": "wgs84"}, "points"),
        ({"datum": "wgs84", "points": [], "addresses": []}, "addresses"),
        ({"points": []}, "datum"),
        ({"points": [], "datum": "WGS84"}, "datum"),
        ({"points": [], "datum": ["wgs84"]}, "datum"),
        ({"points": {"0": [1, 2]}, "datum": "wgs84"}, "points"),
        ({"points": "NaN", "datum": "wgs84"}, "points"),
        ({"points": None, "datum": "wgs84"}, "points"),
        (points(fields="all"), "fields"),
        (points(fields=["ids"]), "fields"),
        (points(colour="red"), "colour"),
        (points(limit=3), "limit"),
        (points(as_of="yesterday"), "as_of"),
        (points(as_of=20260101), "as_of"),
        ({"addresses": "西街"}, "addresses"),
        ({"addresses": [], "datum": "wgs84"}, "datum"),
        ({"addresses": [], "limit": 0}, "limit"),
        ({"addresses": [], "limit": True}, "limit"),
        ({"addresses": [], "limit": 2.0}, "limit"),
    ],
)
def test_a_bad_body_is_a_400_that_names_the_member(client, body, field):
    answer = ask(client, body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == field
    assert field in answer.json()["detail"]


def test_unknown_query_parameters_are_refused(client):
    assert client.post("/locate?fields=ids", content=b"{}").json()["field"] == "fields"
    assert client.post("/locate/table?colour=red", content=b"x").json()["field"] == "colour"


@pytest.mark.parametrize(
    ("path", "most"), [("/locate", PointList.most_bytes), ("/locate/table", TABLE_BYTES)]
)
def test_a_body_that_is_too_large_is_refused(client, path, most):
    answer = client.post(path, content=b" " * (most + 1), headers=EN)
    assert answer.status_code == 413
    assert answer.json()["field"] in ("body", "file")


@pytest.mark.parametrize(("length", "read"), [(b"99999999999", 0), (b"", 3)])
def test_no_more_of_a_body_is_read_than_its_limit(length, read):
    taken = []

    async def receive():
        taken.append(1)
        return {"type": "http.request", "body": b" " * 1000, "more_body": True}

    async def drain():
        headers = [(b"content-length", length)] if length else []
        request = Request({"type": "http", "headers": headers}, receive)
        async for _ in limited(request, 2500, "body"):
            pass

    # In a thread: a test of a browser in the same process leaves a loop running in this one.
    with ThreadPoolExecutor(1) as threads, pytest.raises(TooLarge):
        threads.submit(asyncio.run, drain()).result()
    assert len(taken) == read


def test_a_10_mb_address_is_refused(client):
    assert ask(client, {"addresses": ["x" * 10_000_000]}).status_code == 413


def test_a_day_before_the_first_division_is_not_found(client):
    assert ask(client, points(HERE, as_of="2001-01-01")).status_code == 404


# --- tables --------------------------------------------------------------------------------------


def send(client, table, **params):
    content = table.encode() if isinstance(table, str) else table
    return client.post("/locate/table", params=params, content=content, headers=EN)


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


TABLE = "名称,经度,纬度\n学校,118.7523,32.1123\n坏,x,32\n外,118.9,32.1\n"


def test_a_csv_comes_back_with_its_columns_and_the_grids(client):
    answer = send(client, TABLE, datum="wgs84")
    first, bad, outside = rows_of(answer)
    assert first["名称"] == "学校"
    assert [first[f"level{n}_code"] for n in (1, 2, 3)] == codes_of(client, *HERE)
    assert first["level3_leader"]
    assert first["level3_phone"].startswith("025-0000-")
    assert bad["match"] == "error"
    assert outside["match"] == "outside"
    headers = answer.headers
    assert json.loads(headers["x-wangge-counts"]) == {
        "rows": 3, "located": 1, "outside": 1, "errors": 1, "review": 2,
    }  # fmt: skip
    assert headers["x-wangge-synthetic"] == "true"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"].startswith("attachment")


def test_a_form_is_answered_as_a_body_is(client):
    params = {"datum": "wgs84"}
    form = client.post("/locate/table", params=params, files={"file": TABLE.encode()}, headers=EN)
    assert form.content == send(client, TABLE, **params).content


def test_a_gbk_table_is_read_and_the_answer_says_so(client):
    answer = send(client, TABLE.encode("gbk"), datum="wgs84")
    assert rows_of(answer)[0]["名称"] == "学校"
    assert answer.headers["x-wangge-encoding"] == "gb18030"


def test_headings_are_chinese_for_a_chinese_caller(client):
    answer = client.post(
        "/locate/table?datum=wgs84", content=TABLE.encode(), headers={"accept-language": "zh-CN"}
    )
    assert rows_of(answer)[0]["三级网格编号"]


def test_a_workbook_comes_back_as_one_with_a_sheet_to_look_at(client):
    book = openpyxl.Workbook()
    book.active.append(["地址", "公式"])
    book.active.append(["火星大道9号", "=1+1"])
    out = io.BytesIO()
    book.save(out)
    answer = send(client, out.getvalue())
    assert answer.status_code == 200, answer.text
    found = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert "需要核对" in found.sheetnames
    assert found.worksheets[0]["B2"].value == "'=1+1"
    assert found.worksheets[0]["B2"].data_type != "f"
    as_csv = send(client, out.getvalue(), format="csv")
    assert rows_of(as_csv)[0]["公式"] == "'=1+1"


def test_columns_of_other_names_are_given(client):
    table = "a,b,c\n118.7523,32.1123,wgs84\n"
    assert send(client, table).json()["field"] == "address_column"
    (row,) = rows_of(send(client, table, lon_column="a", lat_column="b", datum_column="c"))
    assert row["level3_code"] == codes_of(client, *HERE)[-1]


@pytest.mark.parametrize(
    ("table", "params", "status", "field"),
    [
        (TABLE, {}, 400, "datum"),
        (TABLE, {"datum": "nad27"}, 400, "datum"),
        (TABLE, {"datum": "wgs84", "format": "pdf"}, 400, "format"),
        (TABLE, {"datum": "wgs84", "lon_column": "没有", "lat_column": "纬度"}, 400, "lon_column"),
        (TABLE, {"datum": "wgs84", "as_of": "x"}, 400, "as_of"),
        ("", {}, 400, "file"),
        ("a,a\n1,2\n", {}, 400, "file"),
        ("lon,lat" + ",x" * 1_000_000, {"datum": "wgs84"}, 413, "file"),
        ("地址\n" + "x" * 10_000_000, {}, 413, "file"),
        ("地址\n" + "x\n" * 100_001, {}, 413, "file"),
        (b"%PDF-1.7\n\x00\x01\xff", {}, 400, "file"),
        (b"PK\x03\x04nonsense", {}, 400, "file"),
    ],
)
def test_a_bad_table_names_what_is_wrong(client, table, params, status, field):
    answer = send(client, table, **params)
    assert answer.status_code == status, answer.text[:300]
    assert answer.json()["field"] == field


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"files": {"other": b"x"}}, "other"),
        ({"files": {"file": b"x"}, "data": {"datum": "wgs84"}}, "datum"),
        ({"files": [("file", b"x"), ("file", b"y")]}, "file"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, "file"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}}, "file"),
        ({"content": b"--b\r\n\r\nx", "headers": {"content-type": "multipart/form-data; boundary=b"}}, "file"),
    ],
)  # fmt: skip
def test_a_form_holds_one_file(client, form, field):
    answer = client.post("/locate/table", **form)
    assert answer.status_code == 400
    assert answer.json()["field"] == field


def test_nothing_of_an_upload_stays_behind(client, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    send(client, TABLE, datum="wgs84")
    send(client, TABLE)
    send(client, b"PK\x03\x04nonsense")
    assert list(tmp_path.iterdir()) == []


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def loaded(wangge, sample_store, tmp_path):
    shutil.copy(sample_store, tmp_path / "wangge.db")
    return wangge


def test_the_command_answers_a_file(loaded, tmp_path):
    source, target = tmp_path / "rows.csv", tmp_path / "out.csv"
    source.write_bytes(TABLE.encode("gbk"))
    done = loaded("locate", "--input", source, "--output", target, "--datum", "wgs84")
    assert done.returncode == 0, done.stderr
    assert "3 rows, 1 located, 1 in no grid, 1 wrong; 2 to look at (out-review.csv)" in done.stdout
    assert "gb18030" in done.stdout
    assert done.stderr == ""
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8-sig"))))
    assert [r["match"] for r in rows] == ["inside", "error", "outside"]
    review = list(csv.DictReader(io.StringIO((tmp_path / "out-review.csv").read_text("utf-8-sig"))))
    assert [r["名称"] for r in review] == ["坏", "外"]
    assert {p.name for p in tmp_path.glob("*out*")} == {"out.csv", "out-review.csv"}


def test_the_command_writes_what_the_name_says(loaded, tmp_path):
    source = tmp_path / "rows.csv"
    source.write_text(TABLE)
    for name in ("out.xlsx", "out.geojson"):
        done = loaded("locate", "--input", source, "--output", tmp_path / name, "--datum", "wgs84")
        assert done.returncode == 0, done.stderr
    features = json.loads((tmp_path / "out.geojson").read_bytes())["features"]
    assert features[0]["geometry"]["coordinates"] == HERE
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["网格", "需要核对", "说明"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--input", "absent.csv", "--output", "x.csv", "--datum", "wgs84"), "no such file"),
        (("--input", "README.none"), "--output is missing"),
        (("--output", "x.csv"), "--input is missing"),
        (("--input", "data/people.csv", "--output", "x.docx"), ".geojson"),
        (("--input", "data/people.csv", "--output", "/nowhere/x.csv"), "no such folder"),
        (("--input", "data/people.csv", "--output", "data/people.csv"), "input itself"),
        (("--input", "data/people.csv", "--output", "x.csv"), "address_column"),
        (("--input", "data/people.csv", "--output", "x.csv", "--datum", "x"), "datum"),
    ],
)
def test_a_mistake_is_one_line(loaded, words, says):
    done = loaded("locate", *words)
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_table_that_fails_half_way_leaves_the_old_answer(loaded, tmp_path):
    source, target = tmp_path / "rows.csv", tmp_path / "out.csv"
    source.write_bytes(b"lon,lat\n" + b"118.75,32.11\n" * 60_000 + b'1,"2"x\n')
    target.write_text("before")
    done = loaded("locate", "--input", source, "--output", target, "--datum", "wgs84")
    assert done.returncode == 1
    assert "row 60002" in done.stderr
    assert target.read_text() == "before"
    assert {p.name for p in tmp_path.glob("*out*")} == {"out.csv"}

"""Data in over HTTP: previews, applying, undoing; hostile uploads change nothing."""

import hashlib
import io
import resource
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import create_app
from api.http.auth import AccountRole
from gis.store import open_store
from gis.tables.xlsx_child import MEMORY_BYTES
from gis.tables.xlsx_write import XlsxSheet, write_workbook
from tests import ascii_maps
from tests.api.callers import as_caller
from tests.api.conftest import settings_for
from tests.intake.forked_children import Nursery
from tests.intake.hostile_uploads import all_uploads
from tests.intake.office_files import bytes_of


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A planner before a store that holds the strip."""
    path = tmp_path_factory.mktemp("data") / "w.db"
    app = create_app(settings_for(path, sample="never"))
    with TestClient(as_caller(app, AccountRole.PLANNER)) as client:
        client.path = path
        upload(client, "boundaries.geojson", ascii_maps.as_bytes(ascii_maps.boundaries()))
        yield client


def sent(client, *files, **fields):
    parts = [("file", (name, content)) for name, content in files]
    return client.post(
        "/data/previews", files=parts, data=fields, headers={"accept-language": "en"}
    )


def ready(client, answer):
    assert answer.status_code == 202, answer.text
    identity = answer.json()["id"]
    until = time.monotonic() + 60
    while True:
        found = client.get(f"/data/previews/{identity}", headers={"accept-language": "en"})
        if found.json()["state"] != "reading":
            return found
        assert time.monotonic() < until
        time.sleep(0.05)


def upload(client, name, content, **fields):
    found = ready(client, sent(client, (name, content), **fields))
    assert found.json()["state"] == "ready", found.json()
    return applied(client, found)


def applied(client, found):
    return client.post(
        f"/data/previews/{found.json()['id']}/apply",
        json={"reason": "试"},
        headers={"if-match": found.headers["etag"]},
    )


def test_people_come_in_as_an_office_writes_them_and_can_be_undone(desk):
    rows = [
        ["宝塔桥街道责任人名单（示例）"],
        [],
        ["序号", "网格编号", "姓名", "职务", "联系电话", "任职日期"],
        [1, "320106012001", "王示例", "一级网格责任人", "025-0000-0001", "2026/3/1"],
        [2, "320106012001001", "李样例", "网格长", "025-0000-0002", "2026年3月1日"],
    ]
    found = ready(desk, sent(desk, ("责任人.xlsx", bytes_of({"责任人名单": rows}))))
    body = found.json()
    assert body["state"] == "ready", body
    assert body["preview"]["errors"] == 0
    counts = {c["part"]: c["counts"] for c in body["preview"]["changes"]}
    assert counts["people"]["new"] == counts["duties"]["new"] == 2
    assert applied(desk, found).json()["changed"] == ["roster"]
    again = ready(desk, sent(desk, ("责任人.xlsx", bytes_of({"责任人名单": rows}))))
    assert applied(desk, again).json()["changed"] == []
    upload(desk, "人员.csv", "姓名,办公电话\n赵虚构,025-0000-0009\n".encode("gbk"))
    state = desk.get("/data")
    undone = desk.post(
        "/data/undo", json={"part": "people"}, headers={"if-match": state.headers["etag"]}
    )
    assert undone.status_code == 200, undone.text
    store = open_store(f"sqlite:///{desk.path}")
    newest = store.versions().roster
    assert store.roster(newest).sha256 == store.roster(newest - 2).sha256
    entries = [e.sealed.action for e in store.audit_log().entries]
    store.close()
    assert len(entries) >= 4


def test_three_mistakes_are_told_with_sheet_row_column_and_value(desk):
    rows = [
        ["网格编号", "姓名", "职务", "任职日期"],
        ["320106012009", "王示例", "网格长", "2026-01-01"],
        ["320106012001", "李样例", "国王", "2026-01-01"],
        ["320106012002", "张示例", "网格长", "明天"],
    ]
    found = ready(desk, sent(desk, ("x.xlsx", bytes_of({"任职": rows}))))
    wrong = [f for f in found.json()["preview"]["findings"] if f["severity"] == "error"]
    assert [(f["sheet"], f["row"], f["column"], f["value"]) for f in wrong] == [
        ("任职", 2, "网格编号", "320106012009"),
        ("任职", 3, "职务", "国王"),
        ("任职", 4, "任职日期", "明天"),
    ]
    refused = applied(desk, found)
    assert refused.status_code == 400
    assert refused.json()["detail"].startswith("数据中有 3 处错误，没有载入任何内容")


def test_a_store_that_changed_since_the_preview_is_a_conflict(desk):
    first = ready(desk, sent(desk, ("人员.csv", "姓名,手机\n甲示例,1\n".encode())))
    other = ready(desk, sent(desk, ("人员.csv", "姓名,手机\n乙示例,2\n".encode())))
    assert applied(desk, other).status_code == 200
    late = applied(desk, first)
    assert late.status_code == 409
    bare = desk.post(f"/data/previews/{first.json()['id']}/apply", json={})
    assert bare.status_code == 428


def test_the_datum_is_asked_for_and_then_used(desk):
    from gis.datum import from_wgs84

    lon, lat = from_wgs84(118.7505, 32.1105, "gcj02")
    rows = [["店名", "地址", "经度", "纬度"], ["示例面馆", "示例路1号", f"{lon:.7f}", f"{lat:.7f}"]]
    asked = ready(desk, sent(desk, ("商铺.xlsx", bytes_of({"商铺": rows}))))
    body = asked.json()
    assert (body["state"], body["problem"]["field"]) == ("asking", "datum")
    assert "gcj02" in body["problem"]["accepted"]
    told = desk.post(f"/data/previews/{body['id']}/read", json={"datum": "gcj02"})
    found = ready(desk, told)
    assert applied(desk, found).json()["changed"] == ["directory"]
    store = open_store(f"sqlite:///{desk.path}")
    (place,) = [
        p for p in store.directory(store.versions().directory).places if p.name == "示例面馆"
    ]
    store.close()
    assert (place.geometry.x, place.geometry.y) == pytest.approx((118.7505, 32.1105), abs=2e-7)


def test_broken_boundaries_are_offered_cleaning(desk):
    fc = ascii_maps.boundaries()
    (ring,) = ascii_maps.feature(fc, "320106012001001001")["geometry"]["coordinates"]
    for position in ring:
        if position[0] > ascii_maps.WEST:
            position[0] = round(position[0] + 3e-6, 7)
    found = ready(desk, sent(desk, ("b.geojson", ascii_maps.as_bytes(fc))))
    body = found.json()["preview"]
    assert body["errors"] > 0
    assert [f["kind"] for f in body["faults"]] == ["overlap"]
    cleaned = ready(
        desk, desk.post(f"/data/previews/{found.json()['id']}/read", json={"clean": "0.5"})
    )
    body = cleaned.json()["preview"]
    assert body["errors"] == 0
    assert body["cleaning"]["changes"]


def test_an_import_is_nobody_elses(desk):
    found = ready(desk, sent(desk, ("人员.csv", "姓名,手机\n甲示例,1\n".encode())))
    other = TestClient(as_caller(_bare(desk), AccountRole.PLANNER, name="别人"))
    assert other.get(f"/data/previews/{found.json()['id']}").status_code == 404
    assert desk.delete(f"/data/previews/{found.json()['id']}").status_code == 204
    assert desk.get(f"/data/previews/{found.json()['id']}").status_code == 404


def _bare(client):
    """Return the application behind a client of tests.api.callers."""
    cells = dict(zip(client.app.__code__.co_freevars, client.app.__closure__, strict=True))
    return cells["app"].cell_contents


@pytest.mark.parametrize("role", [AccountRole.PUBLIC, AccountRole.STAFF])
def test_only_planners_bring_data_in(desk, role):
    other = TestClient(as_caller(_bare(desk), role))
    for method, path in [
        ("GET", "/data"),
        ("POST", "/data/previews"),
        ("POST", "/data/undo"),
        ("GET", "/data/templates/all.xlsx"),
    ]:
        assert other.request(method, path).status_code in (401, 403)


def test_templates_load_as_they_are_filled_in(desk):
    from openpyxl import load_workbook

    content = desk.get("/data/templates/all.xlsx")
    assert content.status_code == 200
    book = load_workbook(io.BytesIO(content.content))
    lists = sum(len(s.data_validations.dataValidation) for s in book)
    assert lists >= 8
    assert "示例" in str(book["责任人"]["B2"].value)
    found = ready(desk, sent(desk, ("模板.xlsx", content.content)))
    assert found.json()["state"] == "ready", found.json()
    assert {c["part"] for c in found.json()["preview"]["changes"]} >= {"people", "duties", "places"}
    assert desk.get("/data/templates/no.xlsx").status_code == 404


@pytest.fixture(scope="module")
def nursery():
    """Children that begin at once; each has the limits it has in the service."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def quick(monkeypatch, nursery):
    """A child begins at once, and one that never ends is ended soon."""
    monkeypatch.setattr("gis.intake.readers._CPU_S", 3)
    monkeypatch.setattr("gis.intake.readers.run", nursery.run)
    monkeypatch.setattr("gis.tables.xlsx_files.run", nursery.run)
    return nursery


@pytest.fixture(scope="module")
def digest(desk):
    def of():
        store = open_store(f"sqlite:///{desk.path}")
        try:
            return store.versions(), hashlib.sha256(desk.path.read_bytes()).hexdigest()
        finally:
            store.close()

    return of


CASES = all_uploads()


def test_there_are_at_least_150_hostile_uploads():
    assert len({name for name, _, _ in CASES}) >= 150


@pytest.mark.parametrize("part", range(8))
def test_a_hostile_upload_is_refused_with_a_sentence_and_changes_nothing(desk, digest, quick, part):
    before, held_kib = digest(), resident_kib()
    for what, name, make in CASES[part::8]:
        answer = sent(desk, (name, make()))
        if answer.status_code == 202:
            found = ready(desk, answer)
            body = found.json()
            if body["state"] == "ready":
                if not body["preview"]["errors"]:
                    counts = [c["counts"] for c in body["preview"]["changes"]]
                    found_new = [c[k] for c in counts for k in ("new", "changed", "gone")]
                    assert set(found_new) <= {0}, what
                for finding in body["preview"]["findings"]:
                    assert len(finding["text"]["en"]) > 10, what
                    assert len(finding["text"]["zh"]) > 5, what
                answer = applied(desk, found)
                if not body["preview"]["errors"]:
                    assert answer.json().get("changed") == [], what
                    continue
            else:
                assert len(body["problem"]["detail"]) > 15, what
                assert "Traceback" not in body["problem"]["detail"]
                assert "it was recorded" not in body["problem"]["detail"], what
                answer = desk.post(
                    f"/data/previews/{body['id']}/apply", json={}, headers={"if-match": '"1-1-1"'}
                )
            assert desk.delete(f"/data/previews/{body['id']}").status_code == 204
        assert 400 <= answer.status_code < 500, (what, answer.status_code, answer.text)
        assert len(answer.json()["detail"]) > 10, what
        assert "wangge-upload-" not in answer.text, what
    assert digest() == before
    assert quick.children > 0
    assert quick.largest_kib < MEMORY_BYTES >> 10
    assert resident_kib() - held_kib < 300 << 10


def resident_kib():
    """Return the memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() >> 10


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("POST", "/data/previews", {"content": b"x"}, 400),
        ("POST", "/data/previews", {"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400),
        ("POST", "/data/previews", {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=a"}}, 400),
        ("POST", "/data/previews", {"files": [("other", ("a.csv", b"x"))]}, 400),
        ("POST", "/data/previews", {"files": [("file", ("a.csv", b"id,name\n"))], "data": {"what": "x"}}, 400),
        ("POST", "/data/previews", {"files": [("file", ("a.csv", b"x")), ("file", ("a.csv", b"y"))]}, 400),
        ("POST", "/data/previews", {"files": [("file", ("../../etc/x.csv", b""))]}, 202),
        ("POST", "/data/previews", {"files": [("file", ("a.csv", b"id,name\n"))], "data": {"datum": "moon"}}, 400),
        ("POST", "/data/previews", {"files": [("file", ("a.csv", b"id,name\n"))], "data": {"clean": "1e9"}}, 400),
        ("POST", "/data/previews", {"files": [("file", ("a.csv", b"id,name\n"))], "data": {"fill": "castle"}}, 400),
        ("POST", "/data/previews", {"files": [("file", ("a.csv", b"id,name\n"))], "data": {"absent": "maybe"}}, 400),
        ("POST", "/data/previews", {"files": [("file", (f"{i}.csv", b"x")) for i in range(40)]}, 400),
        ("POST", "/data/previews", {"content": b"", "headers": {"content-type": "multipart/form-data; boundary=a", "content-length": str(1 << 40)}}, 413),
        ("GET", "/data/previews/nothing", {}, 404),
        ("GET", "/data/previews/%2e%2e%2fetc", {}, 404),
        ("POST", "/data/previews/nothing/apply", {}, 404),
        ("POST", "/data/previews/nothing/read", {"json": {}}, 404),
        ("DELETE", "/data/previews/nothing", {}, 404),
        ("POST", "/data/undo", {"json": {"part": "people"}}, 428),
        ("POST", "/data/undo", {"json": {"part": "castles"}, "headers": {"if-match": '"x"'}}, 400),
        ("POST", "/data/undo", {"json": ["people"], "headers": {"if-match": '"x"'}}, 400),
        ("POST", "/data/undo", {"json": {"part": "people"}, "headers": {"if-match": '"x"'}}, 409),
        ("GET", "/data/templates/..%2f..%2fx.xlsx", {}, 404),
        ("GET", "/data?x=1", {}, 400),
    ],
)  # fmt: skip
def test_a_hostile_request_is_refused(desk, method, path, given, status):
    answer = desk.request(method, path, **given)
    assert answer.status_code == status, answer.text
    if status == 202:
        desk.delete(f"/data/previews/{answer.json()['id']}")


def test_a_store_that_was_begun_is_empty_and_leads_to_the_first_run_page(tmp_path):
    from gis.store import Identity

    path = tmp_path / "office.db"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    store.begin(Identity("示例街道", "320106012", synthetic=False))
    store.close()
    app = create_app(settings_for(path))
    with TestClient(as_caller(app, AccountRole.PLANNER), follow_redirects=False) as client:
        first = client.get("/", headers={"accept": "text/html"})
        assert (first.status_code, first.headers["location"]) == (303, "/desk/data")
        assert client.get("/desk/data").status_code == 200
        state = client.get("/data").json()
        assert state["name"] == "示例街道"
        assert not any(state["steps"].values())
        marked = ready(
            client, sent(client, ("b.geojson", ascii_maps.as_bytes(ascii_maps.boundaries())))
        )
        assert marked.json()["state"] == "failed"
        fc = ascii_maps.boundaries()
        fc["synthetic"] = False
        assert upload(client, "b.geojson", ascii_maps.as_bytes(fc)).json()["changed"] == [
            "division"
        ]
        assert client.get("/data").json()["steps"]["boundaries"]


def test_progress_is_told_while_a_large_table_is_read(desk):
    out = io.BytesIO()
    rows = (
        [f"示例店{i}", f"示例路{i}号", 118.7501 + i % 70 / 1e5, 32.1101, "wgs84"]
        for i in range(4000)
    )
    write_workbook(out, [XlsxSheet("商铺", ["店名", "地址", "经度", "纬度", "坐标系"], rows)])
    answer = sent(desk, ("商铺.xlsx", out.getvalue()))
    identity, seen = answer.json()["id"], set()
    while True:
        body = desk.get(f"/data/previews/{identity}").json()
        seen.add(body["done"])
        if body["state"] != "reading":
            break
        time.sleep(0.02)
    assert body["state"] == "ready"
    assert len(seen) > 2
    desk.delete(f"/data/previews/{identity}")

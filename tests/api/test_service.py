"""The other doors: grids, health, documentation, headers, errors."""

import pytest


def test_the_grids_are_12_68_247(client):
    totals = [client.get("/grids", params={"level": n}).json()["total"] for n in (1, 2, 3)]
    assert totals == [12, 68, 247]


def test_grids_are_filtered_and_paged(client):
    first = client.get("/grids", params={"level": 2, "limit": 5}).json()
    second = client.get("/grids", params={"level": 2, "limit": 5, "offset": 5}).json()
    assert len(first["grids"]) == len(second["grids"]) == 5
    assert first["grids"][-1]["code"] < second["grids"][0]["code"]
    children = client.get("/grids", params={"parent": "320106012005"}).json()
    assert children["total"] > 0
    assert {g["parent"] for g in children["grids"]} == {"320106012005"}
    named = client.get("/grids", params={"q": "方家营社区"}).json()
    assert [g["code"] for g in named["grids"]] == ["320106012002"]
    graded = client.get("/grids", params={"grid_grade": "A", "limit": 1000}).json()
    assert {g["grid_grade"] for g in graded["grids"]} == {"A"}
    boxed = client.get("/grids", params={"level": 3, "bbox": "118.75,32.11,118.751,32.111"}).json()
    assert 0 < boxed["total"] < 20


def test_a_grid_has_its_boundary_and_children(client):
    grid = client.get("/grids/320106012005").json()
    assert grid["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert all(code.startswith("320106012005") for code in grid["children"])
    assert grid["synthetic"] is True


def test_a_sheet_has_people_organisations_counts_and_places(client):
    sheet = client.get("/grids/320106012005/sheet").json()
    assert {o["kind"] for o in sheet["organisations"]} >= {
        "party_organisation", "residents_committee", "public_service_station", "governance_office",
    }  # fmt: skip
    assert sheet["counts"]["buildings"] == sum(p["kind"] == "building" for p in sheet["places"])
    assert sheet["responsible"][0]["role"] == "grid_leader"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/grids?level=4", "level"),
        ("/grids?level=1.0", "level"),
        ("/grids?limit=0", "limit"),
        ("/grids?limit=1001", "limit"),
        ("/grids?offset=-1", "offset"),
        ("/grids?bbox=1,2,3", "bbox"),
        ("/grids?bbox=1,2,nan,4", "bbox"),
        ("/grids?bbox=3,2,1,4", "bbox"),
        ("/grids?kind=village", "kind"),
        ("/grids?grid_class=A", "grid_class"),
        ("/grids?geometry=yes", "geometry"),
        ("/grids?q=" + "x" * 201, "q"),
        ("/grids?levels=1", "levels"),
        ("/grids/320106012005?x=1", "x"),
        ("/healthz?x=1", "x"),
        ("/?x=1", "x"),
    ],
)
def test_a_bad_parameter_is_a_400_that_names_it(client, path, field):
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["field"] == field


@pytest.mark.parametrize("path", ["/grids/999", "/grids/%00", "/nowhere", "/grids/999/sheet"])
def test_what_is_not_there_is_a_404_problem(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_wrong_method_is_a_405_problem(client):
    answer = client.delete("/locate")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_it_is_alive_and_ready(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["status"] == "ready"


def test_the_map_page_is_sent_once(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "宝塔桥" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    again = client.get("/", headers={"if-none-match": page.headers["etag"]})
    assert again.status_code == 304
    assert client.head("/").status_code == 200


def test_the_documentation_page_asks_nothing_outside(client):
    page = client.get("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "https://" not in page.text
    for path in ("/docs/start.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"):
        assert client.get(path).status_code == 200
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/locate", "/grids", "/grids/{code}", "/grids/{code}/sheet"} <= set(paths)


def test_every_answer_carries_the_security_headers(client):
    for path in ("/", "/docs", "/healthz", "/locate", "/nowhere"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "content-security-policy" in headers


def test_who_serves_edits_and_plans_has_one_atlas_in_memory(client):
    services = client.app.state.services
    internal = services.live.bundle.internal
    assert services.latest.read() is internal
    planned = services.workspace.atlas(internal.division.version, internal.directory.version)
    assert planned.division is internal.division
    assert planned.directory is internal.directory
    assert planned.roster is internal.roster

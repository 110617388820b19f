"""Plans in and out of files, from nothing, and what the public may see of them."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import openpyxl
import pypdf
import pytest

from gis.clock import today
from tests.plans.conftest import ROOT, Draft, Office, moved_cell


def a_cluster(draft: Draft, community: int) -> str:
    """Return the code of a cluster with four buildings that has a sibling beside it."""
    view = draft.office.app.state.services.workspace.open(draft.id).plan.view
    for seen in view.grids.values():
        code = seen.attributes.code or ""
        if seen.attributes.level != 3 or not code.startswith(f"320106012{community:03d}"):
            continue
        if seen.attributes.kind == "building_cluster" and len(seen.cells) == 4:
            try:
                moved_cell(draft, code)
            except AssertionError:
                continue
            return code
    raise AssertionError("no such cluster")


@pytest.fixture(scope="module")
def draft(office: Office) -> Draft:
    draft = office.begin("文件示例")
    cell, _, target = moved_cell(draft, a_cluster(draft, 3))
    draft.do(kind="paint", cells=[cell], into=target)
    return draft


def fetched(draft: Draft, path: str) -> bytes:
    answer = draft.office.planner.get(f"/plans/{draft.id}/{path}")
    assert answer.status_code == 200, answer.text
    return answer.content


def test_the_impact_sheet_is_a_workbook_and_a_pdf(draft: Draft) -> None:
    book = openpyxl.load_workbook(io.BytesIO(fetched(draft, "diff.xlsx")))
    assert book.sheetnames[:2] == ["概要", "新旧对照"]
    assert book["新旧对照"].max_row > 1
    pdf = pypdf.PdfReader(io.BytesIO(fetched(draft, "diff.pdf")))
    assert len(pdf.pages) >= 2
    assert "调整影响表" in pdf.pages[0].extract_text()
    assert "合成示例数据" in pdf.pages[0].extract_text()


def test_an_exported_plan_is_a_division_that_can_be_checked(draft: Draft, tmp_path) -> None:
    from gis.intake import read_set

    path = tmp_path / "boundaries.geojson"
    path.write_bytes(fetched(draft, "export.geojson"))
    assert read_set([path], today=today()).require_sound().division is not None
    assert fetched(draft, "export.gpkg").startswith(b"SQLite format 3")
    assert len(json.loads(fetched(draft, "export.geojson?what=cells"))["features"]) > 800


def test_an_exported_workbook_comes_back_as_it_went(draft: Draft, office: Office) -> None:
    content = fetched(draft, "export.xlsx")
    other = office.begin("导入示例")
    answer = office.planner.post(
        f"/plans/{other.id}/import?format=cells&dry_run=true",
        content=content,
        headers={"if-match": other.etag},
    )
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["cells"]) == 1
    assert other.get()["steps"] == 0
    done = office.planner.post(
        f"/plans/{other.id}/import?format=cells",
        content=content,
        headers={"if-match": other.etag},
    )
    assert done.json()["doubts"] == []
    columns = [d.get("/drawing")["cells"]["grid"] for d in (draft, other)]
    assert columns[0] == columns[1]


def test_polygons_are_snapped_and_doubtful_cells_are_listed(draft: Draft, office: Office) -> None:
    body = json.loads(fetched(draft, "export.geojson"))
    other = office.begin("多边形导入")
    headers = {"if-match": other.etag}
    path = f"/plans/{other.id}/import?format=geojson"
    missing = office.planner.post(path, json=body, headers=headers)
    assert missing.json()["field"] == "datum"
    done = office.planner.post(f"{path}&datum=wgs84", json=body, headers=headers)
    assert done.status_code == 200, done.text
    assert done.json()["doubts"] == []
    assert len(done.json()["cells"]) == 1
    body["features"] = body["features"][-3:]
    again = office.planner.post(
        f"{path}&datum=wgs84&dry_run=true", json=body, headers={"if-match": done.headers["etag"]}
    )
    assert len(again.json()["doubts"]) > 800
    assert again.json()["doubts"][0]["place"]


def test_a_first_division_is_drafted_from_a_table(office: Office) -> None:
    places = json.loads((ROOT / "data" / "places.geojson").read_bytes())
    buildings = [f for f in places["features"] if f["properties"]["kind"] == "building"]
    some = [b for b in buildings if b["properties"]["compound"]][:60]
    table = [
        {
            "building": b["properties"]["address"],
            "cluster": f"{b['properties']['compound']}第{i // 4 + 1}网格",
            "compound": b["properties"]["compound"],
            "community": "示例社区",
        }
        for i, b in enumerate(some)
    ]
    table[0]["building"] = "没有这栋楼"
    made = office.planner.post(
        "/plans/draft",
        json={
            "title": "从零起草",
            "datum": "wgs84",
            "buildings": {"type": "FeatureCollection", "features": some},
            "table": table,
            "code": "320106099",
        },
    )
    assert made.status_code == 201, made.text
    body = made.json()
    assert body["base_version"] == 0
    doubts = {d["building"] for d in body["doubts"]}
    assert {"没有这栋楼", some[0]["properties"]["address"]} <= doubts
    draft = Draft(office, body["id"], made.headers["etag"])
    drawing = draft.get("/drawing")
    assert sum(drawing["cells"]["buildings"]) == 60
    codes = [g["proposed_code"] for g in drawing["grids"]]
    assert all(c.startswith("320106099") for c in codes)
    assert draft.get("/check?all=true")["topology"] == []
    cell = drawing["cells"]["id"][0]
    target = next(g["id"] for g in drawing["grids"] if g["level"] == 3)
    if drawing["cells"]["grid"][0] != target:
        draft.do(kind="paint", cells=[cell], into=target)
    wrong = office.planner.post("/plans/draft", json={"title": "x", "datum": "wgs84", "table": []})
    assert wrong.status_code == 400


def test_a_public_notice_shows_grids_and_nobody(office: Office) -> None:
    draft = office.begin("公示示例")
    code = a_cluster(draft, 8)
    _, grid, target = moved_cell(draft, code)
    draft.do(kind="merge", grids=[target, grid])
    path = f"/notices/{draft.id}.json"
    assert office.public.get(path).status_code == 404
    draft.approve()
    days = {"from": today().isoformat(), "until": (today() + timedelta(days=7)).isoformat()}
    draft.send("POST", "/notice", {**days, "text": "公示内容"}, by=office.approver)

    shown = office.public.get(path)
    assert shown.status_code == 200, shown.text
    body = shown.json()
    assert draft.id in [n["plan"] for n in office.public.get("/notices").json()["notices"]]
    assert body["diff"]["shapes"]["after"]
    people = {p["name"] for p in draft.get("/people")["people"]}
    assert not any(name in shown.text for name in people)
    rows = body["diff"]["matrix"]["3"]
    assert (
        [r["households"] for r in rows if r["households"] % 10 == 0]
        == [r["households"] for r in rows]
        != []
    )
    draft.send("DELETE", "/notice", by=office.approver)
    assert office.public.get(path).status_code == 404


def test_an_undisclosed_unit_is_in_no_notice(office: Office) -> None:
    atlas = office.app.state.services.workspace.open(office.begin().id).plan.base.atlas
    secret = next(p for p in atlas.directory.places if not p.disclosed)
    grid = atlas.grid_of[secret.id]
    parent = atlas.division.by_id[grid].parent
    siblings = [g for g in atlas.division.children(parent) if g.id != grid]
    draft = office.begin("未公开单位")
    draft.do(kind="merge", grids=[siblings[0].id, grid])
    draft.do(kind="expect_parts", grid=siblings[0].id, n=2)
    draft.do(kind="rename", grid=siblings[0].id, name=f"示例楼群·{secret.name}")
    assert secret.id in [p["id"] for p in draft.get("/diff")["places"]]
    draft.approve()
    days = {"from": today().isoformat(), "until": today().isoformat()}
    draft.send("POST", "/notice", days, by=office.approver)
    shown = office.public.get(f"/notices/{draft.id}.json")
    assert secret.name not in shown.text
    assert secret.id not in shown.text
    public = {
        p["id"] for p in office.public.get("/places", params={"limit": 1000}).json()["places"]
    }
    moved = shown.json()["diff"]["places"]
    assert {p["id"] for p in moved} <= public
    assert {p["households"] for p in moved} == {None}
    row = next(r for r in shown.json()["diff"]["matrix"]["3"] if r["from"]["id"] == grid)
    inside = draft.get("/diff")["matrix"]["3"]
    assert row["units"] == next(r for r in inside if r["from"]["id"] == grid)["units"] - 1

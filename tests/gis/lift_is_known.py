"""A copy of the house in which a place has a lift: every door knows it.

Run by `tests/test_contributing.py` inside the copy, where it finds a frozen store's URL and
hashes in the environment. Nothing here names a reader or writer that had to be told of the field.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import closing
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api import create_app
from api.settings import Settings
from gis.accounts import AccountRole
from gis.audit import SYSTEM
from gis.clock import today
from gis.directory import Directory, PlaceKind
from gis.disclosure import public
from gis.editing import places
from gis.errors import InvalidInput
from gis.exchange import atlas_frames
from gis.exchange.atlas_tables import atlas_csv
from gis.exchange.crs import parse_reference
from gis.exchange.geojson import write_directory
from gis.exchange.json_values import place_json
from gis.intake import ReadOptions, read_set
from gis.intake.templates import template, template_csv
from gis.store import open_store
from tests import ascii_maps
from tests.api.callers import as_caller
from tests.ascii_maps import TODAY, place


@pytest.fixture
def frozen() -> str:
    """The URL of a store that an older release wrote."""
    return os.environ["FROZEN_URL"]


@pytest.fixture
def atlas():
    """One building with a lift, one without, one of which nothing is known."""
    lifts = {"b1": True, "b2": False, "b3": None}
    rows = [
        replace(place(name, PlaceKind.BUILDING, i, 0.5), lift=lift)
        for i, (name, lift) in enumerate(lifts.items())
    ]
    return ascii_maps.atlas(Directory(tuple(rows), synthetic=True))


def lifts_of(directory):
    return [p.lift for p in directory.places]


@pytest.mark.parametrize("heading", ["电梯", "有无电梯", "lift", "Lift"])
def test_a_table_of_an_office_is_read(heading, tmp_path):
    (tmp_path / "楼栋.csv").write_text(
        f"楼栋编号,楼栋名称,地址,经度,纬度,{heading}\n"
        "b1,1幢,示例路1号,118.7503,32.1105,是\n"
        "b2,2幢,示例路2号,118.7513,32.1105,否\n"
        "b3,3幢,示例路3号,118.7523,32.1105,\n",
        "utf-8",
    )
    told = ReadOptions(reference=parse_reference("wgs84", "datum"))
    intake = read_set([tmp_path / "楼栋.csv"], today=TODAY, base=ascii_maps.atlas(), how=told)
    assert not [f for f in intake.findings if f.severity != "note" and f.column]
    assert lifts_of(intake.directory) == [True, False, None]


def test_a_wrong_word_is_told_with_its_column(tmp_path):
    (tmp_path / "楼栋.csv").write_text(
        "楼栋编号,楼栋名称,地址,经度,纬度,电梯\nb1,1幢,示例路1号,118.7503,32.1105,两部\n", "utf-8"
    )
    told = ReadOptions(reference=parse_reference("wgs84", "datum"))
    intake = read_set([tmp_path / "楼栋.csv"], today=TODAY, base=ascii_maps.atlas(), how=told)
    assert [f.column for f in intake.findings if f.value == "两部"] == ["电梯"]


def test_the_template_has_a_column_for_it():
    assert "电梯" in [c.heading for c in template("buildings").columns]
    assert "电梯" in template_csv(template("buildings")).decode("utf-8-sig").splitlines()[0]
    assert "电梯" not in [c.heading for c in template("businesses").columns]


def test_what_is_exported_reads_back(atlas, tmp_path):
    (tmp_path / "out.csv").write_bytes(atlas_csv(atlas))
    read = read_set([tmp_path / "out.csv"], today=TODAY)
    assert lifts_of(read.directory) == [True, False, None]
    assert read.directory.sha256 == atlas.directory.sha256


def test_geojson_reads_back(atlas, tmp_path):
    content, _ = write_directory(atlas.directory, atlas.division)
    assert [f["properties"]["lift"] for f in json.loads(content)["features"]] == [True, False, None]
    (tmp_path / "places.geojson").write_bytes(content)
    read = read_set([tmp_path / "places.geojson"], today=TODAY, base=atlas)
    assert lifts_of(read.directory) == [True, False, None]


def test_frames_json_and_the_public_edition_have_it(atlas):
    assert atlas_frames(atlas)["buildings"]["lift"].tolist()[:2] == [True, False]
    assert [place_json(p, atlas).get("lift") for p in atlas.directory.places] == [True, False, None]
    assert lifts_of(public(atlas).directory) == [True, False, None]


def test_it_is_of_buildings_only(atlas):
    assert places.edit_place(atlas.directory, "b3", {"lift": True}).value.by_id["b3"].lift is True
    shop = place("s1", PlaceKind.BUSINESS, 1, 0.5)
    with pytest.raises(InvalidInput, match="only of building"):
        places.edit_place(Directory((shop,)), "s1", {"lift": True})


def test_a_store_of_an_older_release_keeps_its_hashes(frozen):
    with closing(open_store(frozen)) as store:
        store.migrate()
        newest = store.versions().directory
        hashes = [store.directory(v + 1).sha256 for v in range(newest)]
        assert hashes[: len(json.loads(os.environ["FROZEN_SHA256"]))] == json.loads(
            os.environ["FROZEN_SHA256"]
        )
        store.revise_directory(
            lambda base: places.edit_place(base.value, "b-00", {"lift": True}),
            today=today(), author=SYSTEM,
        )  # fmt: skip
        held = store.holding(today())
        assert not held.faults
        assert held.directory.by_id["b-00"].lift is True
        assert store.verify_audit().broken is None


def test_the_form_of_the_desk_changes_it(frozen):
    app = create_app(Settings(_env_file=None, database_url=frozen, sample="never"))
    with TestClient(app):
        staff = TestClient(as_caller(app, AccountRole.PLANNER, name="周规划示例"))
        shown = staff.get("/places/b-01")
        assert shown.json()["lift"] is None
        sent = {"lift": False, "reason": "入户核对"}
        answer = staff.patch("/places/b-01", json=sent, headers={"if-match": shown.headers["etag"]})
        assert answer.status_code == 200, answer.text
        assert staff.get("/places/b-01").json()["lift"] is False
        described = staff.get("/openapi.json").json()["components"]["schemas"]
        for name in ("PlaceChange", "NewPlace", "EditedPlace", "PlaceRow"):
            assert "电梯" in described[name]["properties"]["lift"]["description"]
        page = staff.get("/desk/places").text
        words = json.loads(re.search(r'id="wangge-words">([^<]+)<', page)[1])["zh-CN"]
        assert words["fields"]["places"]["lift"] == "电梯"
        assert words["forms"]["places"]["values"]["lift"] == "yes/no/unknown"
        assert words["forms"]["places"]["of"]["lift"] == "building"

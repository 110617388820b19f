"""What is written reads back to the same; what is read is not trusted."""

from pathlib import Path

import pytest
import shapely

from gis.datum import from_wgs84
from gis.directory import ContextFeature, ContextKind, Directory, PlaceKind
from gis.errors import InvalidInput, RefusedSet
from gis.exchange.geojson import write_directory, write_division
from gis.exchange.roster_csv import write_roster
from gis.findings import errors_among
from gis.intake import find_files, read_set, with_companions
from tests import ascii_maps
from tests.ascii_maps import TODAY, place
from tests.spreadsheets import would_run


def write_all(atlas, folder: Path):
    places, context = write_directory(atlas.directory, atlas.division)
    files = {
        "boundaries.geojson": write_division(atlas.division),
        "places.geojson": places,
        "context.geojson": context,
        **write_roster(atlas.roster, atlas.division),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return files


@pytest.fixture
def atlas():
    hostile = ["=1+1", "+86", "-x", "@x", "'=x", "''", "a,b", 'a"b', "{{7*191}}", "<b>", "中文"]
    directory = Directory(
        tuple(
            place(f"s{i}", PlaceKind.BUSINESS, i / 2, 0.5, name=text, aliases=(text,))
            for i, text in enumerate(hostile)
        ),
        (
            ContextFeature(
                "r", ContextKind.ROAD, "示例路", shapely.LineString([(118, 32), (119, 32)])
            ),
        ),
        synthetic=True,
    )
    return ascii_maps.atlas(directory)


def test_a_set_reads_back_to_the_same(atlas, tmp_path):
    files = write_all(atlas, tmp_path)
    intake = read_set([tmp_path], today=TODAY)
    assert not errors_among(intake.findings)
    assert intake.division.sha256 == atlas.division.sha256
    assert intake.directory.sha256 == atlas.directory.sha256
    assert intake.roster.sha256 == atlas.roster.sha256
    assert write_division(intake.division) == files["boundaries.geojson"]


def test_hostile_texts_of_people_come_back_and_start_no_formula(atlas, tmp_path):
    from dataclasses import replace

    hostile = [
        "=1+1",
        "-",
        "'-",
        "-12.5",
        "+86-25",
        "-x",
        "@x",
        "'=x",
        "''",
        "'",
        "a,b",
        'a"b',
        "中\t文".replace("\t", " "),
    ]
    people = tuple(
        replace(p, name=hostile[i % len(hostile)]) for i, p in enumerate(atlas.roster.people)
    )
    changed = replace(atlas, roster=replace(atlas.roster, people=people))
    files = write_all(changed, tmp_path)
    for line in files["people.csv"].decode().splitlines():
        assert not any(map(would_run, line.split(",")))
    assert read_set([tmp_path], today=TODAY).roster.sha256 == changed.roster.sha256


def test_boundaries_in_another_datum_come_in_as_wgs84(tmp_path):
    strip = ascii_maps.boundaries()
    for feature in strip["features"]:
        for ring in feature["geometry"]["coordinates"]:
            for position in ring:
                position[:] = from_wgs84(*position, "gcj02")
    strip["datum"] = "gcj02"
    (tmp_path / "b.geojson").write_bytes(ascii_maps.as_bytes(strip))
    division = read_set([tmp_path / "b.geojson"], today=TODAY).require_sound().division
    first = division.level(3)[0].boundary
    assert first.bounds == pytest.approx((118.75, 32.11, 118.751, 32.111), abs=2e-7)
    assert division.source_datum == "gcj02"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"type":"Feature"}',
        b'{"type":"FeatureCollection"}',
        b'{"type":"FeatureCollection","features":{}}',
        b"[" * 100_000,
        b"<kml/>",
    ],
)
def test_what_is_no_feature_collection_is_refused_in_one_sentence(content, tmp_path):
    (tmp_path / "x.geojson").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"x\.geojson") as refused:
        read_set([tmp_path / "x.geojson"], today=TODAY)
    assert "\n" not in refused.value.text.en


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("duties.csv", "id,person,grid,role,since,until\nd,p,999,grid_leader,2026-01-01,", "unknown_grid"),
        ("duties.csv", "id,person,grid,role,since,until\nd,nobody,,grid_office_staff,2026-01-01,", "unknown_person"),
        ("duties.csv", "id,person,grid,role,since,until\nd,p,,boss,2026-01-01,", "invalid_field"),
        ("duties.csv", "id,person,grid,role,since,until\nd,p,,volunteer,2026-01-01,", "wrong_level"),
        ("duties.csv", "id,person,grid,role,since,until\nd,p,,grid_office_staff,1/1/26,", "invalid_field"),
        ("duties.csv", "id,person,grid,role,since,until\nd,p,,grid_office_staff,2026-01-02,2026-01-02", "invalid_field"),
        ("people.csv", "id,name\np,\n", "invalid_field"),
        ("people.csv", "id,name\np,a\np,b\n", "duplicate_id"),
        ("people.csv", "id,name,consent\np,a,maybe\n", "invalid_field"),
        ("organisations.csv", "id,grid,kind,name\no,320106012001,club,x\n", "invalid_field"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_and_refuses_the_set(name, content, rule, tmp_path):
    (tmp_path / name).write_text(content, encoding="utf-8")
    intake = read_set([tmp_path / name], today=TODAY, base=ascii_maps.atlas())
    found = errors_among(intake.findings)
    (named,) = [f for f in found if f.source is not None]
    assert named.rule == rule
    assert named.source.startswith(f"{name} row ")
    with pytest.raises(RefusedSet):
        intake.require_sound()


@pytest.mark.parametrize(
    "content", ["", "name\nx\n", "id,id,name\n1,2,3\n", "id,name\n" + '"', "id,name\n\udcff"]
)
def test_what_is_no_table_is_refused(content, tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InvalidInput, match=r"people\.csv"):
        read_set([path], today=TODAY)


def test_a_grid_without_an_id_keeps_the_one_its_code_has(tmp_path):
    base = ascii_maps.atlas()
    strip = ascii_maps.boundaries()
    for feature in strip["features"]:
        feature["properties"]["id"] = None
    (tmp_path / "b.geojson").write_bytes(ascii_maps.as_bytes(strip))
    intake = read_set([tmp_path / "b.geojson"], today=TODAY, base=base)
    assert intake.division.sha256 == base.division.sha256


def test_a_code_of_another_grid_is_refused(tmp_path):
    strip = ascii_maps.boundaries()
    ascii_maps.feature(strip, "320106012001001001")["properties"]["id"] = "somebody-else"
    (tmp_path / "b.geojson").write_bytes(ascii_maps.as_bytes(strip))
    found = errors_among(
        read_set([tmp_path / "b.geojson"], today=TODAY, base=ascii_maps.atlas()).findings
    )
    assert [(f.rule, f.grid_code) for f in found] == [("code_reissued", "320106012001001001")]


def test_a_folder_gives_the_files_of_our_names_only(tmp_path):
    for name in ("boundaries.geojson", "people.csv", "changed-since.geojson", "notes.txt"):
        (tmp_path / name).write_text("")
    assert [p.name for p in find_files([tmp_path])] == ["boundaries.geojson", "people.csv"]
    assert [p.name for p in with_companions(tmp_path / "boundaries.geojson")] == [
        "boundaries.geojson",
        "people.csv",
    ]
    with pytest.raises(InvalidInput, match="not a kind of file"):
        find_files([tmp_path / "notes.txt"])
    with pytest.raises(InvalidInput, match="no such file"):
        find_files([tmp_path / "absent.geojson"])

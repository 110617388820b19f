"""What export writes loads back to an identical atlas, whatever the format and the edition."""

from dataclasses import replace

import pytest
import shapely

from gis.directory import ContextFeature, ContextKind, Directory, PlaceKind
from gis.disclosure import public
from gis.division import Member
from gis.exchange.atlas_tables import atlas_csv, tables_of, write_atlas_gpkg, write_atlas_workbook
from gis.findings import errors_among
from gis.intake import read_set
from tests import ascii_maps
from tests.ascii_maps import TODAY, place
from tests.spreadsheets import would_run

HOSTILE = ["=1+1", "+86-25", "-x", "-", "'-", "-12.5", "'-1", "@x", "'=x", "''", "'", "＝2", "a,b", 'a"b', "{{7*191}}", " 前后空格 ", "[1]x", "是", "A级"]  # fmt: skip


@pytest.fixture
def atlas():
    square = shapely.box(118.7501, 32.1101, 118.7502, 32.1102)
    places = [
        place(
            f"s{i}", PlaceKind.BUSINESS, i / 2, 0.5, name=text, aliases=(text, "x"), category=text
        )
        for i, text in enumerate(HOSTILE)
    ]
    places.append(
        place("b1", PlaceKind.BUILDING, 1, 0.5, geometry=square, households=0, units=2, floors=6)
    )
    places.append(
        place(
            "u1",
            PlaceKind.RESIDENT_UNIT,
            1.5,
            0.5,
            name="示例部队",
            category="military",
            disclosed=False,
        )
    )
    road = shapely.LineString([(118, 32), (119, 32)])
    context = (ContextFeature("r", ContextKind.ROAD, "示例路", road),)
    made = ascii_maps.atlas(Directory(tuple(places), context, synthetic=True))
    members = (Member("=小区", "shanty_site", "shanty", 92, True), Member("企业示例", "enterprise"))
    grids = tuple(
        replace(g, members=members, households=None) if g.level == 2 else g for g in made.division
    )
    people = tuple(replace(p, name=HOSTILE[i % 17]) for i, p in enumerate(made.roster.people))
    return replace(
        made,
        division=replace(made.division, grids=grids, source_datum="gcj02"),
        roster=replace(made.roster, people=people),
    )


def write(atlas, suffix, folder):
    path = folder / f"out{suffix}"
    if suffix == ".gpkg":
        write_atlas_gpkg(path, atlas)
    elif suffix == ".xlsx":
        with path.open("wb") as file:
            write_atlas_workbook(file, atlas)
    else:
        path.write_bytes(atlas_csv(atlas))
    return path


@pytest.mark.parametrize("suffix", [".gpkg", ".xlsx", ".csv"])
@pytest.mark.parametrize("edition", ["internal", "public"])
def test_what_is_exported_loads_back_to_an_identical_atlas(atlas, suffix, edition, tmp_path):
    if edition == "public":
        atlas = public(atlas)
    intake = read_set([write(atlas, suffix, tmp_path)], today=TODAY)
    assert not errors_among(intake.findings), intake.findings
    assert intake.synthetic
    assert intake.division.sha256 == atlas.division.sha256
    assert intake.directory.sha256 == atlas.directory.sha256
    assert intake.roster.sha256 == atlas.roster.sha256


def test_no_cell_of_a_workbook_or_csv_starts_a_formula(atlas, tmp_path):
    import csv

    from openpyxl import load_workbook

    book = load_workbook(write(atlas, ".xlsx", tmp_path))
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert all(c.data_type != "f" for c in cells)
    assert not [c.value for c in cells if would_run(c.value)]
    text = write(atlas, ".csv", tmp_path).read_text(encoding="utf-8-sig")
    assert not [c for row in csv.reader(text.splitlines()) for c in row if would_run(c)]


def test_a_long_boundary_goes_on_in_the_next_column(atlas, tmp_path):
    import numpy as np

    turn = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    ring = np.round(np.column_stack([118.75 + np.cos(turn) / 100, 32.11 + np.sin(turn) / 100]), 7)
    b1 = atlas.directory.by_id["b1"]
    places = [
        replace(b1, geometry=shapely.Polygon(ring)) if p is b1 else p
        for p in atlas.directory.places
    ]
    changed = replace(atlas, directory=replace(atlas.directory, places=tuple(places)))
    intake = read_set([write(changed, ".xlsx", tmp_path)], today=TODAY)
    assert intake.directory.sha256 == changed.directory.sha256


def test_the_public_tables_hold_nothing_of_the_undisclosed(atlas):
    text = repr([t.rows for t in tables_of(public(atlas))])
    assert "示例部队" not in text
    assert "示例部队" in repr([t.rows for t in tables_of(atlas)])

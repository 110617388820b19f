"""An atlas as frames for analysts."""

from __future__ import annotations

import subprocess
import sys

import geopandas
import numpy as np
import pytest
import shapely

from gis.directory import Directory, PlaceKind
from gis.disclosure import public
from gis.errors import InvalidInput
from gis.exchange.frames import FRAMES, atlas_frames, write_parquet
from gis.ids import PersonId
from gis.lookup import Locator
from gis.roster import Duty, GridRole, Person, Roster
from tests.ascii_maps import SIDE, SOUTH, TODAY, WEST, atlas, place


@pytest.fixture(scope="module")
def drawn():
    house = place("b1", PlaceKind.BUILDING, 0.5, 0.5, households=20)
    unit = place("u1", PlaceKind.RESIDENT_UNIT, 1.5, 0.5, disclosed=False)
    return atlas(Directory((house, unit)))


def test_every_frame_is_there_in_degrees(drawn):
    frames = atlas_frames(drawn)
    assert tuple(frames) == FRAMES
    assert {f.crs.to_epsg() for f in frames.values()} == {4326}
    assert frames["grids"]["code"].tolist() == [g.code for g in drawn.division]
    assert frames["grids"]["level"].value_counts().to_dict()[3] == len(drawn.division.level(3))


def test_a_place_has_the_codes_of_its_three_grids(drawn):
    (house,) = atlas_frames(drawn)["buildings"].to_dict("records")
    assert [house[f"grid_{n}"] for n in (1, 2, 3)] == [
        g.code for g in drawn.division.chain(drawn.grid_of["b1"])
    ]
    assert house["households"] == 20


def test_a_join_agrees_with_the_locator(drawn):
    xy = np.random.default_rng(1).uniform((WEST, SOUTH), (WEST + 9 * SIDE, SOUTH + SIDE), (300, 2))
    points = geopandas.GeoDataFrame(geometry=shapely.points(xy), crs=4326)
    clusters = atlas_frames(drawn)["grids"].query("level == 3")
    joined = points.sjoin(clusters, how="left", predicate="intersects")
    locator = Locator(drawn.division)
    codes = [locator.grids[i].code if i >= 0 else None for i in locator.locate_many(xy)]
    assert [None if c != c else c for c in joined["code"]] == codes


def test_a_leader_is_who_leads_the_grid_or_the_one_above(drawn):
    cluster = drawn.division.level(3)[0]
    compound = drawn.division.by_id[cluster.parent]
    people = (Person(PersonId("p1"), "王示例"), Person(PersonId("p2"), "李示例"))
    volunteer = Duty("d1", PersonId("p1"), cluster.id, GridRole.VOLUNTEER, TODAY)
    leads = Duty("d2", PersonId("p2"), compound.id, GridRole.GRID_LEADER, TODAY)

    def leader(*duties):
        frame = atlas_frames(atlas(people=Roster(people, duties)))["grids"]
        (found,) = frame[frame["code"] == cluster.code]["leader"]
        return None if found != found else found

    assert leader(volunteer) is None
    assert leader(volunteer, leads) == "李示例"


def test_the_public_edition_gives_public_frames(drawn):
    frames = atlas_frames(public(drawn))
    assert len(frames["resident_units"]) == 0
    assert frames["people"]["mobile"].isna().all()


@pytest.mark.parametrize("name", FRAMES)
def test_what_is_written_as_parquet_reads_back(drawn, tmp_path, name):
    write_parquet(tmp_path / "out.parquet", drawn, name)
    frame = atlas_frames(drawn)[name]
    if frame.geometry.isna().all() and name in ("people", "duties", "organisations"):
        read = geopandas.pd.read_parquet(tmp_path / "out.parquet")
        frame = frame.drop(columns="geometry")
    else:
        read = geopandas.read_parquet(tmp_path / "out.parquet")
    assert read.astype(str).to_dict("list") == frame.astype(str).to_dict("list")


def test_a_frame_that_is_not_there_is_refused_with_those_that_are(drawn, tmp_path):
    with pytest.raises(InvalidInput, match="grids, buildings"):
        write_parquet(tmp_path / "out.parquet", drawn, "flats")


def test_the_map_is_drawn_without_pandas():
    program = (
        "import sys, maps; from tests.ascii_maps import atlas\n"
        "maps.page_html(atlas(), edition='internal'); print('pandas' in sys.modules)\n"
        "import pandas, folium\n"
        "print(folium.PolyLine(pandas.DataFrame([[1, 2], [3, 4]])).locations)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["False", "[[1.0, 2.0], [3.0, 4.0]]"]

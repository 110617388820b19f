"""The names that others rely on stand where they were promised, and answer as promised."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import shapely
import typer

from api.cli import app
from gis.addresses import AddressBook
from gis.lookup import CellIndex, Locator
from tests.ascii_maps import atlas

PYTHON = {
    "gis.lookup:CellIndex": ("polygons",),
    "gis.lookup:CellIndex.query": ("self", "xy"),
    "gis.lookup:CellIndex.query_one": ("self", "x", "y"),
    "gis.lookup:Locator": ("division",),
    "gis.lookup:Locator.locate": ("self", "lon", "lat"),
    "gis.lookup:Locator.locate_many": ("self", "xy"),
    "gis.datum:to_wgs84": ("lon", "lat", "datum"),
    "gis.datum:from_wgs84": ("lon", "lat", "datum"),
    "gis.addresses:parse": ("text",),
    "gis.addresses:AddressBook": ("atlas",),
    "gis.addresses:AddressBook.search": ("self", "text", "limit"),
    "gis.planning.propose:clusters": ("footprints", "low", "high"),
    "gis.planning.propose:merge_under": (
        "regions", "households", "minimum", "within", "preserve",
    ),
    "gis.exchange:atlas_frames": ("atlas",),
    "maps:draw": ("atlas", "edition"),
    "maps:poster": ("atlas", "grid", "size"),
    "api:create_app": ("settings",),
}  # fmt: skip
COMMANDS = {
    "serve": ("--host", "--port"),
    "load": (),
    "check": (),
    "publish": ("--edition",),
    "poster": ("--grid", "--size"),
    "locate": ("--lon", "--lat", "--datum", "--input", "--output"),
    "plan list": (),
    "plan new": (),
    "plan check": (),
    "plan diff": (),
    "plan propose": (),
    "plan publish": (),
    "export": (),
    "init": ("--name", "--code"),
    "user add": (),
    "backup": (),
    "restore": (),
    "audit verify": (),
}


@pytest.mark.parametrize("where", PYTHON)
def test_a_name_of_the_contract_stands_where_it_was_promised(where: str) -> None:
    module, name = where.split(":")
    found = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    taken = tuple(inspect.signature(found).parameters)
    promised = PYTHON[where]
    assert taken[: len(promised)] == promised


def test_the_lookup_answers_with_indices_and_minus_one_outside() -> None:
    index = CellIndex([shapely.box(0, 0, 1, 1)])
    assert index.query([(0.5, 0.5), (2, 2)]).tolist() == [0, -1]
    assert index.query_one(0.5, 0.5) == 0


def test_the_locator_answers_one_and_many() -> None:
    drawn = atlas()
    (first, *_) = drawn.division.level(3)
    point = first.boundary.representative_point()
    locator = Locator(drawn.division)
    assert locator.locate(point.x, point.y).grids[-1].code == first.code
    (row,) = locator.locate_many(np.array([[point.x, point.y]]))
    assert locator.grids[row].code == first.code


def test_an_address_has_the_fields_that_were_promised() -> None:
    parse = import_module("gis.addresses").parse
    found = parse("南京市鼓楼区宝塔桥西街18号3幢2单元501室")
    assert (found.road, found.building_no, found.unit_no, found.room_no) == (
        "宝塔桥西街", "3", "2", "501",
    )  # fmt: skip
    for name in ("province", "city", "district", "door_plate", "compound"):
        assert hasattr(found, name)
    assert list(AddressBook(atlas()).search("没有的路1号", 3)) == []


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_of_the_contract_is_there_with_its_options(words: str) -> None:
    command = typer.main.get_command(app)
    for word in words.split():
        command = command.commands[word]
    options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    assert set(COMMANDS[words]) <= options


def test_frames_are_never_on_the_way_of_the_service(tmp_path: Path) -> None:
    program = (
        "import sys; import api, gis.exchange; from api.settings import Settings\n"
        f"api.create_app(Settings(_env_file=None, database_url='sqlite:///{tmp_path}/w.db'))\n"
        "print(sorted({'geopandas', 'pandas', 'folium', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"

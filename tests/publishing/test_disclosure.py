"""What leaves the office: nothing that is not on the list."""

import dataclasses
import json
from dataclasses import replace
from datetime import date

import pytest
import shapely

from gis.directory import ContextFeature, ContextKind, Directory, PlaceKind
from gis.disclosure import Policy, public
from gis.division import Member
from gis.exchange.geojson import write_directory, write_division
from gis.exchange.json_values import place_json, sheet_json
from gis.exchange.roster_csv import write_roster
from gis.ids import GridId, Level, PersonId, PlaceId
from gis.roster import Duty, GridRole, Organisation, OrganisationKind, Person, Roster
from gis.schema import RECORDS, Kind, ValueKind
from tests import ascii_maps
from tests.ascii_maps import SIDE, SOUTH, TODAY, WEST, place

UNIT = "不公开驻地甲"


def box(x, y, size=0.2):
    return shapely.box(
        WEST + x * SIDE, SOUTH + y * SIDE, WEST + (x + size) * SIDE, SOUTH + (y + size) * SIDE
    )


@pytest.fixture
def directory():
    return Directory(
        (
            place("b1", PlaceKind.BUILDING, 0.1, 0.1, geometry=box(0.1, 0.1), households=47),
            place("b2", PlaceKind.BUILDING, 2.1, 0.1, geometry=box(2.1, 0.1), address="暗路9号"),
            place("b3", PlaceKind.BUILDING, 3.1, 0.1, geometry=box(3.1, 0.1)),
            place("s1", PlaceKind.BUSINESS, 0.15, 0.15, building=PlaceId("b1")),
            place("s2", PlaceKind.BUSINESS, 3.15, 0.15, building=PlaceId("b3"), name="内部超市"),
            place("s3", PlaceKind.BUSINESS, 5.5, 0.5, name=f"{UNIT}服务社"),
            place("u1", PlaceKind.RESIDENT_UNIT, 4.5, 0.5, name="示例小学"),
            place("u2", PlaceKind.RESIDENT_UNIT, 3.2, 0.2, name=UNIT, address="暗路9号",
                  aliases=("九号大院",), disclosed=False),
        ),
        (ContextFeature("r1", ContextKind.ROAD, f"{UNIT}专用道", shapely.LineString([(0, 0), (1, 1)])),),
        synthetic=True,
    )  # fmt: skip


def everything(atlas):
    """Return every byte that any writer of ours makes of an atlas."""
    division = atlas.division
    sheets = [sheet_json(atlas.sheet(g), atlas) for g in division]
    places = [place_json(p, atlas) for p in atlas.directory.places]
    texts = json.dumps([sheets, places], ensure_ascii=False).encode()
    tables = b"".join(write_roster(atlas.roster, division).values())
    geojson = write_division(division) + b"".join(write_directory(atlas.directory, division))
    return (texts + tables + geojson).decode()


def test_an_undisclosed_unit_leaves_no_trace(directory):
    roster = ascii_maps.roster()
    told = Organisation("o9", GridId("g001"), OrganisationKind.RESIDENT_UNIT, f"{UNIT}(示例)")
    roster = replace(roster, organisations=(*roster.organisations, told))
    shown = public(ascii_maps.atlas(directory, roster))
    assert [p.id for p in shown.directory.places] == ["b1", "s1", "u1"]
    text = everything(shown)
    for trace in (UNIT, "九号大院", "暗路", "内部超市", '"u2"', '"b2"', '"b3"'):
        assert trace not in text
    grid = shown.division.grid("320106012001002002")
    assert shown.counts(grid).resident_units == shown.counts(grid).buildings == 0
    assert shown.locator.locate(WEST + 3.2 * SIDE, SOUTH + 0.2 * SIDE).grids[-1].id == grid.id


def test_an_undisclosed_unit_is_taken_out_of_the_names_of_grids(directory):
    atlas = ascii_maps.atlas(directory)
    grids = tuple(
        replace(g, name=f"示例小区·{UNIT}") if g.level is Level.COMPOUND else g
        for g in atlas.division
    )
    shown = public(replace(atlas, division=replace(atlas.division, grids=grids)))
    assert {g.name for g in shown.division.level(2)} == {"示例小区"}


def test_households_are_rounded_to_ten_and_nothing_finer_remains(directory):
    shown = public(ascii_maps.atlas(directory))
    assert {g.households % 10 for g in shown.division} == {0}
    assert {g.resident_population for g in shown.division} == {None}
    assert {p.households for p in shown.directory.places} == {None}


def test_only_the_name_and_office_phone_of_people_in_office_remain():
    former = Duty("dx", PersonId("px"), GridId("g001001001"), GridRole.GRID_LEADER,
                  date(2024, 1, 1), date(2026, 1, 1))  # fmt: skip
    roster = ascii_maps.roster(former)
    secret = Person(PersonId("px"), "前任示例", "025-0000-9999", "000-9", "某单位", True, True)
    roster = Roster((*roster.people, secret), roster.duties, roster.organisations, True)
    shown = public(ascii_maps.atlas(people=roster))
    assert {(p.mobile, p.organisation, p.party_member, p.consent) for p in shown.roster.people} == {
        ("", "", None, False)
    }
    text = everything(shown)
    assert "前任示例" not in text
    assert "李志愿示例" not in text
    assert "025-0000-0001" in text


@pytest.mark.parametrize(
    "written",
    [
        "13800000000", "+86 138 0000 0000", "138-0000-0000", "１３８００００００００",
        "0086(139)00000000", "025-0000-0001 / 19900000000",
    ],
)  # fmt: skip
def test_a_mobile_is_never_public_whatever_column_it_was_written_in(written):
    held = ascii_maps.roster()
    people = tuple(replace(p, office_phone=written) for p in held.people)
    bodies = tuple(replace(o, phone=written) for o in held.organisations)
    shown = public(ascii_maps.atlas(people=replace(held, people=people, organisations=bodies)))
    assert {p.office_phone for p in shown.roster.people} == {""}
    assert {o.phone for o in shown.roster.organisations} == {""}
    assert written not in everything(shown)


@pytest.mark.parametrize("written", ["025-0000-0001", "12345", "025-85800000-8001", "400-800-0000"])
def test_an_office_phone_stays_public(written):
    held = ascii_maps.roster()
    people = tuple(replace(p, office_phone=written) for p in held.people)
    shown = public(ascii_maps.atlas(people=replace(held, people=people)))
    assert {p.office_phone for p in shown.roster.people} == {written}


def test_a_volunteer_who_consents_is_shown():
    roster = ascii_maps.roster()
    people = tuple(replace(p, consent=True) for p in roster.people)
    assert "李志愿示例" in everything(
        public(ascii_maps.atlas(people=replace(roster, people=people)))
    )


def test_a_past_day_shows_no_former_people():
    leave = Duty("dv2", PersonId("pv"), GridId("g001001001"), GridRole.GRID_LEADER,
                 date(2024, 1, 1), date(2025, 1, 1))  # fmt: skip
    past = replace(ascii_maps.atlas(people=ascii_maps.roster(leave)), as_of=date(2024, 6, 1))
    assert public(past, today=TODAY).roster.duties == ()


@pytest.mark.parametrize(
    ("policy", "gone"),
    [
        (Policy(names=False), ["王示例"]),
        (Policy(phones=False), ["025-0000-0001"]),
        (Policy(businesses=False), ['"s1"']),
        (Policy(organisations=False), ["居委会(示例)"]),
    ],
)
def test_each_thing_can_be_switched_off(directory, policy, gone):
    text = everything(public(ascii_maps.atlas(directory), policy))
    assert not [g for g in gone if g in text]
    assert all(g in everything(public(ascii_maps.atlas(directory))) for g in gone)


def test_what_is_public_stays_as_it_is():
    shown = public(ascii_maps.atlas())
    assert public(shown) is shown


# --- the list is held against the registry --------------------------------------------------------

_SAID = {
    ValueKind.WHOLE: 40,
    ValueKind.YES_NO: True,
    ValueKind.TEXTS: ("示例",),
    ValueKind.DAY: date(2099, 1, 1),
}


def said(record):
    """Return something for each field of a value that has a default, such as nobody leaves out."""
    with_default = [
        f.name
        for f in dataclasses.fields(record.made_of)
        if f.default is not dataclasses.MISSING and f.name not in ("disclosed", "members")
    ]
    return {
        name: field.choices[-1] if field.choices else _SAID.get(field.value, f"示例{name}")
        for name in with_default
        if (field := record.by_name[name])
    }


def filled_atlas():
    """Return an atlas in which every field of every row says something."""
    shop = replace(place("s1", PlaceKind.BUSINESS, 0.5, 0.5), **said(RECORDS[Kind.PLACES]))
    atlas = ascii_maps.atlas(
        Directory((shop,), (ContextFeature("r", ContextKind.ROAD, "示例路", box(0, 0)),))
    )
    house = Member("示例", "enterprise", "shanty", 7, under_construction=True)
    grids = [replace(g, members=(house,), **said(RECORDS[Kind.BOUNDARIES])) for g in atlas.division]
    roster = atlas.roster
    return replace(
        atlas,
        division=replace(atlas.division, grids=tuple(grids)),
        roster=replace(
            roster,
            people=tuple(replace(p, **said(RECORDS[Kind.PEOPLE])) for p in roster.people),
            duties=tuple(replace(d, **said(RECORDS[Kind.DUTIES])) for d in roster.duties),
            organisations=tuple(
                replace(o, **said(RECORDS[Kind.ORGANISATIONS])) for o in roster.organisations
            ),
        ),
    )


ROWS = {
    Kind.BOUNDARIES: lambda a: a.division.grids,
    Kind.PLACES: lambda a: a.directory.places,
    Kind.CONTEXT: lambda a: a.directory.context,
    Kind.PEOPLE: lambda a: a.roster.people,
    Kind.DUTIES: lambda a: a.roster.duties,
    Kind.ORGANISATIONS: lambda a: a.roster.organisations,
}


@pytest.mark.parametrize("kind", ROWS)
def test_what_the_registry_calls_public_comes_out_and_nothing_else_does(kind):
    record = RECORDS[kind]
    row = ROWS[kind](public(filled_atlas()))[-1]
    for field in dataclasses.fields(row):
        shown = getattr(row, field.name) not in (field.default, None, "", ())
        assert shown == record.by_name[field.name].public, field.name

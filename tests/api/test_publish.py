"""``wangge publish``: what it writes, what it refuses, and what is never in it."""

from __future__ import annotations

import gzip
import io
import json
import re
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import fields, replace
from datetime import date

import pytest
import shapely

import maps
from gis.atlas import Atlas
from gis.clock import today
from gis.directory import Place, PlaceKind
from gis.disclosure import public
from gis.division import Member
from gis.ids import GridId, PersonId, PlaceId
from gis.roster import Duty, GridRole, Person
from gis.store import Identity, open_store
from tests.publishing.small_map import A, at, small_atlas

KINDS = [w for kind in ("geojson", "gpkg", "csv", "xlsx") for w in ("--download", kind)]
DOWNLOADS = ["--no-posters", *KINDS]


def stored(tmp_path, atlas: Atlas) -> None:
    """Put an atlas in the store that the fixture ``wangge`` uses."""
    with closing(open_store(f"sqlite:///{tmp_path / 'wangge.db'}")) as store:
        store.migrate()
        store.publish(
            identity=Identity(atlas.name, atlas.code, atlas.synthetic),
            division=atlas.division,
            directory=atlas.directory,
            roster=atlas.roster,
            effective_from=today(),
            today=today(),
        )


def not_invented(atlas: Atlas) -> Atlas:
    return replace(
        atlas,
        division=replace(atlas.division, synthetic=False),
        directory=replace(atlas.directory, synthetic=False),
        roster=replace(atlas.roster, synthetic=False),
    )


# --- what it writes --------------------------------------------------------------------------------


def test_it_writes_a_page_and_a_manifest_and_no_data_unasked(wangge, tmp_path):
    stored(tmp_path, small_atlas())
    done = wangge("publish", tmp_path / "site", "--no-posters")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in (tmp_path / "site").iterdir()) == ["index.html", "manifest.json"]
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_bytes())
    assert manifest["edition"] == "public"
    assert manifest["as_of"] == today().isoformat()
    assert manifest["version"]["division"] == 1
    assert "synthetic" in manifest["permission"]["exemption_reason"]


def test_publishing_again_gives_the_same_bytes_and_is_put_on_record(wangge, tmp_path):
    stored(tmp_path, small_atlas())
    sites = []
    for name in ("one", "two"):
        assert wangge("publish", tmp_path / name, *DOWNLOADS).returncode == 0
        folder = tmp_path / name
        sites.append(
            {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        )
    assert sites[0] == sites[1]
    assert len(sites[0]) == 8
    with closing(open_store(f"sqlite:///{tmp_path / 'wangge.db'}")) as store:
        actions = [entry.sealed.action for entry in store.audit_log().entries]
    assert actions.count("site.publish") == 2


def test_downloads_can_be_switched_on_for_good(wangge, tmp_path):
    stored(tmp_path, small_atlas())
    done = wangge(
        "publish", tmp_path / "site", "--no-posters", WANGGE_PUBLISH_DOWNLOADS="csv, xlsx"
    )
    assert done.returncode == 0, done.stderr
    found = sorted(p.name for p in (tmp_path / "site" / "downloads").iterdir())
    assert found == ["wangge.csv", "wangge.xlsx"]


def test_the_internal_edition_says_what_it_is(wangge, tmp_path):
    stored(tmp_path, small_atlas())
    done = wangge("publish", tmp_path / "site", "--edition", "internal", "--no-posters")
    assert "for the office only" in done.stdout
    assert b"139-0000-0000" in (tmp_path / "site" / "index.html").read_bytes()


# --- what it refuses -------------------------------------------------------------------------------


def test_the_public_edition_of_an_office_needs_an_approval_on_record(wangge, tmp_path):
    stored(tmp_path, not_invented(small_atlas()))
    done = wangge("publish", tmp_path / "site")
    assert done.returncode == 1
    assert "WANGGE_MAP_APPROVAL_NO" in done.stderr
    assert not (tmp_path / "site").exists()
    assert (
        wangge("publish", tmp_path / "in", "--edition", "internal", "--no-posters").returncode == 0
    )
    reason = {
        "WANGGE_MAP_EXEMPTION_REASON": "内部张贴的示意图",
        "WANGGE_MAP_EXEMPTION_BY": "王示例",
    }
    assert wangge("publish", tmp_path / "site", "--no-posters", **reason).returncode == 0
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_bytes())
    assert manifest["permission"]["exemption_by"] == "王示例"
    number = {"WANGGE_MAP_APPROVAL_NO": "示例审字1号"}
    assert wangge("publish", tmp_path / "site", "--no-posters", **number).returncode == 0
    assert "示例审字1号".encode() in (tmp_path / "site" / "index.html").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--edition", "secret"], "must be public or internal"),
        (["--detail", "everything"], "must be grids, buildings, all"),
        (["--download", "exe"], "must be one of geojson, gpkg, csv, xlsx"),
        (["--at", "yesterday"], "must be a date"),
        (["--at", "1999-01-01"], "1999"),
    ],
)
def test_what_it_cannot_do_is_one_line_and_nothing_is_written(wangge, tmp_path, words, said):
    stored(tmp_path, small_atlas())
    done = wangge("publish", tmp_path / "site", *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "site").exists()


def test_a_folder_of_somebody_else_is_left_alone(wangge, tmp_path):
    stored(tmp_path, small_atlas())
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("mine")
    done = wangge("publish", tmp_path / "home")
    assert done.returncode == 1
    assert "no site that wangge published" in done.stderr
    assert [p.name for p in (tmp_path / "home").iterdir()] == ["letter.txt"]


# --- what is never in it ---------------------------------------------------------------------------

PUBLIC_PERSON = {"id", "name", "office_phone", "public_mobile"}
PUBLIC_PLACE = {
    "id", "kind", "name", "geometry", "address", "aliases", "former_names", "category", "units",
    "floors", "compound", "building", "status", "disclosed",
}  # fmt: skip
NUMBERS = (44332211, 88776655, 33221177, 55443317)
MARK = "CANARY"
# Where the undisclosed unit is: in the cluster A2·2, beside no other building.
WHERE = ("118.7524277", "32.1101888")


def marked(value, kind: str, allowed: set[str]):
    """Return a value with a mark in every text field that is not allowed to leave."""
    texts = {
        f.name: f"{MARK}-{kind}-{f.name}"
        for f in fields(value)
        if f.name not in allowed and isinstance(getattr(value, f.name), str)
    }
    return replace(value, **texts)


def atlas_full_of_secrets() -> Atlas:
    """Return the small map with a mark in every field and value that is not public."""
    atlas = small_atlas()
    return replace(
        atlas,
        division=replace(atlas.division, grids=tuple(map(secret_grid, atlas.division))),
        directory=secret_places(atlas.directory),
        roster=secret_people(atlas.roster),
    )


def secret_grid(grid):
    members = tuple(
        replace(m, housing="indemnificatory", households=NUMBERS[2]) for m in grid.members
    )
    if grid.code == f"{A}001":
        members += (Member(f"{MARK}-隐蔽驻地", "enterprise"),)
    return replace(
        grid,
        resident_population=NUMBERS[1],
        households=NUMBERS[3] if grid.households else None,
        members=members,
    )


def secret_places(directory):
    open_places = tuple(
        marked(replace(p, households=NUMBERS[0]), "place", PUBLIC_PLACE)
        if p.kind is PlaceKind.BUILDING
        else marked(p, "place", PUBLIC_PLACE)
        for p in directory.places
    )
    footprint = shapely.box(*at(1.05, 0.05), *at(1.15, 0.15))
    unit = Place(
        id=PlaceId(f"{MARK}-unit-id"),
        kind=PlaceKind.RESIDENT_UNIT,
        name=f"{MARK}-隐蔽驻地",
        geometry=shapely.Point(*map(float, WHERE)),
        address=f"{MARK}-unit-address",
        aliases=(f"{MARK}-unit-alias",),
        former_names=(f"{MARK}-unit-former",),
        category=f"{MARK}-unit-category",
        compound=f"{MARK}-unit-compound",
        status=f"{MARK}-unit-status",
        building=PlaceId(f"{MARK}-unit-building"),
        disclosed=False,
    )
    house = Place(PlaceId(f"{MARK}-unit-building"), PlaceKind.BUILDING, f"{MARK}-house", footprint)
    canteen = Place(
        PlaceId(f"{MARK}-canteen"),
        PlaceKind.BUSINESS,
        f"{MARK}-canteen-name",
        shapely.point_on_surface(footprint),
        building=PlaceId(f"{MARK}-unit-building"),
    )
    return replace(directory, places=(*open_places, unit, house, canteen))


def secret_people(roster):
    people = [marked(p, "person", PUBLIC_PERSON) for p in roster.people]
    hidden = [
        Person(
            PersonId(f"{MARK}-{why}"),
            f"{MARK}-{why}-name",
            office_phone=f"{MARK}-{why}-phone",
            mobile=f"{MARK}-{why}-mobile",
            organisation=f"{MARK}-{why}-organisation",
            party_member=True,
            consent=why == "former",
        )
        for why in ("former", "volunteer", "postholder", "representative", "later", "none")
    ]
    past, long_ago = date(2020, 1, 1), date(2010, 1, 1)
    held = {
        "former": (GridRole.GRID_LEADER, long_ago, past),
        "volunteer": (GridRole.VOLUNTEER, past, None),
        "postholder": (GridRole.POST_HOLDER, past, None),
        "representative": (GridRole.RESIDENTS_REPRESENTATIVE, past, None),
        "later": (GridRole.SOCIAL_WORKER, date(2999, 1, 1), None),
    }
    duties = [
        Duty(f"{MARK}-duty-{why}", PersonId(f"{MARK}-{why}"), GridId(f"g{A}"), *how)
        for why, how in held.items()
    ]
    return replace(roster, people=(*people, *hidden), duties=(*roster.duties, *duties))


def everything_in(content: bytes, name: str):
    """Yield a file's bytes, and what is packed in it, unpacked."""
    yield content
    if name.endswith(".gz") or content[:2] == b"\x1f\x8b":
        yield from everything_in(gzip.decompress(content), name.removesuffix(".gz"))
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from everything_in(archive.read(member), member)
    if content[:15] == b"SQLite format 3":
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            yield "\n".join(map(str, database.iterdump())).encode()
    if content[:5] == b"%PDF-":
        for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
            try:
                yield zlib.decompress(stream)
            except zlib.error:
                yield stream
        yield text_of_pdf(content)


def text_of_pdf(content: bytes) -> bytes:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    texts = [page.extract_text() for page in reader.pages]
    return "\n".join([*texts, repr(reader.metadata)]).encode()


def traces(folder) -> dict[str, set[str]]:
    """Return what of the secrets is in each file of a site."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        hits = set()
        for content in everything_in(path.read_bytes(), path.name):
            text = content.decode("utf-8", "replace")
            hits |= set(re.findall(rf"{MARK}[\w-]*", text))
            hits |= {str(n) for n in NUMBERS if re.search(rf"(?<!\d){n}(?!\d)", text)}
            hits |= {word for word in ("indemnificatory", *WHERE) if word in text}
        if hits:
            found[path.name] = hits
    return found


def test_nothing_private_is_in_any_byte_of_the_public_edition(wangge, tmp_path, monkeypatch):
    monkeypatch.setattr("maps.site.posters._FORMS", ("pdf",))
    stored(tmp_path, atlas_full_of_secrets())
    done = wangge("publish", tmp_path / "site", "--posters", *KINDS)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "site" / "downloads").iterdir())) == 6
    assert traces(tmp_path / "site") == {}
    assert MARK not in done.stdout + done.stderr
    poster = (tmp_path / "site" / "posters" / "subdistrict-A3.pdf").read_bytes()
    assert "甲示例社区" in text_of_pdf(poster).decode()


def test_nothing_private_is_on_a_notice_board(tmp_path):
    shown = public(atlas_full_of_secrets())
    maps.write_boards(shown, tmp_path / "boards", grids=[A, f"{A}002002"], workers=1)
    assert traces(tmp_path) == {}
    assert "王示例1" in text_of_pdf((tmp_path / "boards" / f"{A}.pdf").read_bytes()).decode()


def test_nothing_private_is_in_the_public_edition_of_a_day_in_the_past_or_to_come(wangge, tmp_path):
    stored(tmp_path, atlas_full_of_secrets())
    done = wangge("publish", tmp_path / "site", "--at", "2999-01-01", *DOWNLOADS)
    assert done.returncode == 0, done.stderr
    assert traces(tmp_path / "site") == {}


def test_the_secrets_are_there_to_be_found(wangge, tmp_path):
    """The internal edition holds them: the search above can find what it looks for."""
    stored(tmp_path, atlas_full_of_secrets())
    done = wangge("publish", tmp_path / "site", "--edition", "internal", *DOWNLOADS)
    assert done.returncode == 0, done.stderr
    found = traces(tmp_path / "site")
    for name in ("wangge.gpkg", "wangge.csv", "wangge.xlsx"):
        assert {"CANARY-person-mobile", "CANARY-unit-address", str(NUMBERS[1])} <= found[name]
        assert "indemnificatory" in found[name]
        assert {"CANARY-former-name", "CANARY-volunteer-phone", str(NUMBERS[0])} <= found[name]
    assert {"CANARY-person-mobile", str(NUMBERS[1])} <= found["index.html"]
    assert {"CANARY-隐蔽驻地", *WHERE} <= found["places.geojson"]
    assert {*WHERE} <= found["wangge.csv"] & found["wangge.xlsx"]


@pytest.mark.parametrize(
    ("switch", "gone"),
    [
        ("WANGGE_PUBLIC_NAMES", "王示例"),
        ("WANGGE_PUBLIC_PHONES", "025-0000"),
        ("WANGGE_PUBLIC_BUSINESSES", "示例药房"),
        ("WANGGE_PUBLIC_ORGANISATIONS", "示例机构"),
    ],
)
def test_what_is_switched_off_is_in_no_file(wangge, tmp_path, switch, gone):
    stored(tmp_path, small_atlas())
    for name, value, there in (("on", "true", True), ("off", "false", False)):
        done = wangge(
            "publish", tmp_path / name, "--no-posters", "--download", "csv", **{switch: value}
        )
        assert done.returncode == 0, done.stderr
        for path in ("index.html", "downloads/wangge.csv"):
            assert (gone.encode() in (tmp_path / name / path).read_bytes()) == there, path

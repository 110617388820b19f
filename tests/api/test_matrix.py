"""Every route × role × own or other grid, held against the written matrix (matrix.csv).

``matrix.csv`` says of each route the least role, the scope a key needs (none: ``read`` for GET,
``write`` for the rest), the ways in (``page``: people are sent to sign in; ``any_password``: before
a one-time password is changed; ``or_watching``: also the machines that watch) and what the
caller's grids mean: ``edition`` (own grids internally, others publicly), ``narrowed`` (the same,
where people and places are kept current) or ``guarded`` (others are 403, or 404 where the public
does not know of them either). ``private`` is ``own`` where what is private of people (mobile,
organisation) is told to those whose grids answer for them, and to nobody else below a planner.
A route that is not in it, or declares no requirement or two, fails here.
"""

import csv
import re
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import create_app
from api.http.auth import AccountRole, Scope, requirements_of
from api.http.params import StrictRoute
from gis.accounts import ALL_SCOPES
from tests.api.callers import as_caller
from tests.api.conftest import settings_for

with (Path(__file__).parent / "matrix.csv").open(encoding="utf-8") as _file:
    MATRIX = {(row["path"], row["method"]): row for row in csv.DictReader(_file)}
OWN, OTHER = "320106012005", "320106012002"
SAFE = ("GET", "HEAD")


def routes_of(app):
    """Every route of an application, also those of the routers it includes."""
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if inner is not None and hasattr(inner, "routes") and not hasattr(route, "dependant"):
            waiting += inner.routes
        else:
            yield route


@pytest.fixture(scope="module")
def app(sample_store, tmp_path_factory):
    path = tmp_path_factory.mktemp("matrix") / "wangge.db"
    shutil.copy(sample_store, path)
    app = create_app(settings_for(path))
    with TestClient(app):
        yield app


def test_the_matrix_names_every_route_and_no_other(app):
    found = {(r.path, m) for r in routes_of(app) for m in r.methods}
    assert found - MATRIX.keys() == set(), "routes that are not in matrix.csv"
    assert MATRIX.keys() - found == set(), "rows of matrix.csv without a route"


def test_every_route_declares_what_the_matrix_says(app):
    for route in routes_of(app):
        assert isinstance(route, StrictRoute), route.path
        declared = requirements_of(route.dependant)
        assert len(declared) == 1, f"{route.path}: one requirement, not {len(declared)}"
        for method in route.methods:
            row = MATRIX[route.path, method]
            ways = [w for w in ("page", "any_password", "or_watching") if getattr(declared[0], w)]
            assert (str(declared[0].role), str(declared[0].scope or ""), " ".join(ways)) == (
                row["least_role"], row["scope"], row["ways"],
            ), (route.path, method)  # fmt: skip


def test_an_undeclared_route_is_noticed():
    app = create_app()
    route = StrictRoute("/open", lambda: None, methods=["GET"])
    assert requirements_of(route.dependant) == []
    app.router.routes.append(route)
    assert ("/open", "GET") in {(r.path, m) for r in routes_of(app) for m in r.methods}
    assert ("/open", "GET") not in MATRIX


def ask(client, row):
    path = re.sub(r"\{[^}]*\}", "nothing", row["path"])
    return client.request(row["method"], path, follow_redirects=False)


def allowed(role, row):
    return role.reaches(AccountRole(row["least_role"]))


@pytest.mark.parametrize("role", list(AccountRole))
def test_each_role_gets_as_far_as_the_matrix_says(app, role):
    client = TestClient(app if role is AccountRole.PUBLIC else as_caller(app, role))
    for row in MATRIX.values():
        answer = ask(client, row)
        if allowed(role, row):
            assert answer.status_code not in (401, 403), (row, answer.text)
        else:
            assert answer.status_code == (401 if role is AccountRole.PUBLIC else 403), (
                row,
                answer.text,
            )
        assert answer.status_code < 500, (row, answer.text)


def needed(row):
    return (
        Scope(row["scope"]) if row["scope"] else Scope("read" if row["method"] in SAFE else "write")
    )


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_opens_what_its_scopes_say_and_nothing_else(app, scope):
    client = TestClient(as_caller(app, AccountRole.ADMIN, scopes=frozenset({scope})))
    for row in MATRIX.values():
        if row["least_role"] == "public":
            continue
        refused = ask(client, row).status_code == 403
        assert refused == (needed(row) is not scope), row


def test_before_the_one_time_password_is_changed_only_that_can_be_done(app):
    client = TestClient(as_caller(app, AccountRole.ADMIN, must_change_password=True))
    for row in MATRIX.values():
        if row["least_role"] != "public":
            refused = ask(client, row).status_code == 403
            assert refused == ("any_password" not in row["ways"]), row


def test_a_page_without_its_csrf_token_changes_nothing(app):
    client = TestClient(as_caller(app, AccountRole.ADMIN, channel="page", trusted_origin=False))
    for row in MATRIX.values():
        if row["least_role"] != "public" and row["method"] not in SAFE:
            answer = ask(client, row)
            assert answer.status_code == 403, row
            assert "X-CSRF-Token" in answer.json()["detail"]


def test_people_are_sent_to_sign_in_and_back(app):
    client = TestClient(app)
    for row in MATRIX.values():
        if "page" in row["ways"].split():
            path = re.sub(r"\{[^}]*\}", "nothing", row["path"])
            answer = client.request(
                row["method"], path, headers={"accept": "text/html"}, follow_redirects=False
            )
            assert answer.status_code == 303, row
            assert answer.headers["location"] == f"/signin?next={path}"


# --- own and other grids -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def callers(app):
    own = {app.state.services.live.division.by_code[OWN].id}
    return {
        "own": TestClient(as_caller(app, AccountRole.STAFF, grids=own)),
        "none": TestClient(as_caller(app, AccountRole.STAFF, grids=set())),
        "all": TestClient(as_caller(app, AccountRole.STAFF)),
        "public": TestClient(app),
    }


EDITIONS = {
    ("/grids/{code}", "GET"): lambda c, code: c.get(f"/grids/{code}"),
    ("/grids/{code}/sheet", "GET"): lambda c, code: c.get(f"/grids/{code}/sheet"),
    ("/grids", "GET"): lambda c, code: c.get("/grids", params={"parent": code}),
    ("/places", "GET"): lambda c, code: c.get("/places", params={"parent": code, "limit": 1000}),
    ("/people", "GET"): lambda c, code: c.get("/people", params={"parent": code, "limit": 1000}),
    ("/locate", "GET"): lambda c, code: c.get("/locate", params=point(c, code)),
    ("/locate", "POST"): lambda c, code: c.post(
        "/locate",
        json={"datum": "wgs84", "points": [[point(c, code)["lon"], point(c, code)["lat"]]]},
    ),
    ("/locate/table", "POST"): lambda c, code: c.post(
        "/locate/table",
        params={"datum": "wgs84"},
        content="lon,lat\n{lon},{lat}\n".format(**point(c, code)),
        headers={"content-type": "text/csv"},
    ),
}  # fmt: skip


def point(client, code):
    lon, lat = client.get(f"/grids/{code}001001/sheet").json()["point"]
    return {"lon": lon, "lat": lat, "datum": "wgs84"}


def content(answer):
    assert answer.status_code == 200, answer.text
    if "json" not in answer.headers["content-type"]:
        return answer.text
    body = answer.json()
    body.pop("edition")
    for row in body.get("people", ()):
        row.pop("id", None)
    return body


def test_every_route_with_editions_is_tried():
    assert {key for key, row in MATRIX.items() if row["grids"] == "edition"} == EDITIONS.keys()


@pytest.mark.parametrize("key", EDITIONS)
def test_own_grids_are_answered_internally_and_others_publicly(callers, key):
    answers = {
        (who, code): content(EDITIONS[key](client, code))
        for who, client in callers.items()
        for code in (OWN, OTHER)
    }
    assert answers["own", OWN] == answers["all", OWN]
    assert answers["own", OTHER] == answers["public", OTHER]
    for code in (OWN, OTHER):
        assert answers["none", code] == answers["public", code]
        if key != ("/locate/table", "POST"):
            assert answers["all", code] != answers["public", code]


# --- what is only known elsewhere ----------------------------------------------------------------

HIDDEN = ("暗藏示例", "000-777-1", "暗号样例", "000-777-2", "隐蔽示例营房")
"""Names and phones that the public does not see: a volunteer, somebody who left, a barracks."""


ASKED = ("/people", "/people/find", "/places", "/places/find", "/duties", "/grids", "/locate")


def made(client, path, **body):
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def hidden(app):
    """Somebody and something on the other grid that only its own staff know of; their ids."""
    clerk = TestClient(as_caller(app, AccountRole.PLANNER))
    volunteer = made(clerk, "/people", name=HIDDEN[0], mobile=HIDDEN[1], organisation=HIDDEN[0])
    left = made(clerk, "/people", name=HIDDEN[2], mobile=HIDDEN[3])
    on = {"grid": OTHER, "role": "volunteer"}
    duty = made(clerk, f"/people/{volunteer['id']}/duties", since="2026-01-01", **on)
    days = {"since": "2026-01-01", "until": "2026-02-01"}
    made(clerk, f"/people/{left['id']}/duties", **days, **on)
    spot = point(clerk, OTHER)
    kind = {"kind": "resident_unit", "disclosed": False}
    place = made(clerk, "/places", name=HIDDEN[4], address="隐蔽示例路1号", **kind, **spot)
    app.state.services.live.build()
    return {
        "person": volunteer["id"], "left": left["id"], "place": place["id"],
        "duty": duty["duties"][0]["id"], "code": OTHER,
    }  # fmt: skip


def questions(hidden, client):
    """Every GET below a planner with what names the hidden ones, and the many-at-once routes.

    Yields the route, method, path and the rest of the question.
    """
    names = (*HIDDEN, "hidden", *hidden.get("names", ()))
    people = hidden.get("people", (hidden["left"],))
    words = [{}, *({"q": h, "limit": "100"} for h in names), {"grid": OTHER},
             {"parent": OTHER, "limit": "1000"}, {"address": HIDDEN[4]},
             {"address": "隐蔽示例路1号"}, point(client, OTHER)]  # fmt: skip
    for row in MATRIX.values():
        if row["method"] != "GET" or not AccountRole.STAFF.reaches(AccountRole(row["least_role"])):
            continue
        for given in (hidden, *({**hidden, "person": p} for p in people)):
            path = re.sub(r"\{(\w+)\}", lambda m, g=given: g.get(m[1], "nothing"), row["path"])
            for query in words if path in ASKED and given is hidden else [{}]:
                yield row["path"], "GET", path, {"params": query}
    spot = point(client, OTHER)
    both = {"datum": "wgs84", "points": [[spot["lon"], spot["lat"]]], "fields": "full"}
    locate, table = "/locate", "/locate/table"
    yield locate, "POST", locate, {"json": both}
    yield locate, "POST", locate, {"json": {"addresses": [HIDDEN[4], "隐蔽示例路1号"]}}
    for body in ("lon,lat\n{lon},{lat}\n".format(**spot), "地址\n隐蔽示例路1号\n"):
        yield table, "POST", table, {"params": {"datum": "wgs84"}, "content": body.encode(),
            "headers": {"content-type": "text/csv"}}  # fmt: skip


def told(client, hidden, kept):
    """Which hidden words any answer held, beside those that were in the question, by route."""
    found = {}
    for route, method, path, how in questions(hidden, client):
        answer = client.request(method, path, **how)
        assert answer.status_code < 500, (path, answer.text)
        asked = str(how)
        text = answer.text if "octet" not in answer.headers.get("content-type", "") else ""
        words = {w for w in kept if w in text and w not in asked}
        found.setdefault((route, method), set()).update(words)
    return found


def words_told(client, hidden, kept):
    return set().union(*told(client, hidden, kept).values())


def test_nothing_of_other_grids_is_told_that_the_public_does_not_know(app, callers, hidden):
    for who in ("own", "public"):
        assert words_told(callers[who], hidden, HIDDEN) == set(), who
    own = {app.state.services.live.division.by_code[OTHER].id}
    there = TestClient(as_caller(app, AccountRole.STAFF, grids=own))
    assert words_told(there, hidden, HIDDEN) == set(HIDDEN)


def test_who_is_not_seen_cannot_be_changed_or_appointed(callers, hidden):
    local, any_state = callers["own"], {"if-match": '"0"'}
    mine = local.get("/duties", params={"grid": OWN}).json()["duties"][0]
    for method, path, body in (
        ("PATCH", f"/people/{hidden['person']}", {"mobile": "1"}),
        ("POST", f"/people/{hidden['left']}/leave", {"on": "2026-12-31"}),
        ("POST", f"/people/{hidden['person']}/duties",
         {"grid": OWN, "role": "volunteer", "since": "2026-12-01"}),
        ("PATCH", f"/places/{hidden['place']}", {"name": "别名"}),
        ("POST", f"/places/{hidden['place']}/remove", {}),
    ):  # fmt: skip
        answer = local.request(method, path, json=body, headers=any_state)
        assert answer.status_code == 404, (path, answer.text)
        assert not any(h in answer.text for h in HIDDEN)
    handed = {"to": hidden["person"], "on": "2027-01-01"}
    state = {"if-match": f'"{mine["etag"]}"'}
    answer = local.post(f"/duties/{mine['id']}/handover", json=handed, headers=state)
    assert answer.status_code == 404, answer.text


def test_every_route_where_others_are_narrowed_is_asked(callers, hidden):
    asked = {path for _, _, path, _ in questions(hidden, callers["public"])}
    for (path, _), row in MATRIX.items():
        if row["grids"] == "narrowed":
            assert re.sub(r"\{(\w+)\}", lambda m: hidden[m[1]], path) in asked, path


# --- what is private of people elsewhere ---------------------------------------------------------

ELSEWHERE = {
    "leads": [(OTHER, "social_worker", "2026-01-01", None)],
    "moved": [(OWN, "volunteer", "2026-01-01", "2026-02-01"),
              (OTHER, "volunteer", "2026-03-01", None)],
    "left": [(OWN, "volunteer", "2020-01-01", "2020-02-01"),
             (OTHER, "volunteer", "2021-01-01", "2021-02-01")],
}  # fmt: skip
"""How people stand who serve elsewhere, or left long ago: their duties."""
PRIVATE = {who: (f"000-666-{n}", f"暗处示例{n}") for n, who in enumerate(ELSEWHERE)}


@pytest.fixture(scope="module")
def elsewhere(app, hidden):
    """People for whom the other grid answers, by how they stand: their ids and names."""
    clerk = TestClient(as_caller(app, AccountRole.PLANNER))
    people, names = [], []
    for who, served in ELSEWHERE.items():
        mobile, organisation = PRIVATE[who]
        person = made(clerk, "/people", name=f"示例{who}", mobile=mobile, organisation=organisation)
        people.append(person["id"])
        names.append(person["name"])
        for grid, role, since, until in served:
            days = {"since": since, "until": until}
            made(clerk, f"/people/{person['id']}/duties", grid=grid, role=role, **days)
    app.state.services.live.build()
    return {**hidden, "people": people, "names": names}


def private_told(client, elsewhere):
    """Which routes tell what is private of any of them."""
    secret = [word for words in PRIVATE.values() for word in words]
    return {key for key, words in told(client, elsewhere, secret).items() if words}


def test_what_is_private_of_people_elsewhere_stays_with_those_responsible(app, callers, elsewhere):
    for who in ("own", "none", "public"):
        assert private_told(callers[who], elsewhere) == set(), who
    own = {app.state.services.live.division.by_code[OTHER].id}
    there = TestClient(as_caller(app, AccountRole.STAFF, grids=own))
    expected = {key for key, row in MATRIX.items() if row["private"] == "own"}
    assert private_told(there, elsewhere) == expected


def test_all_scopes_are_in_the_matrix():
    assert {needed(row) for row in MATRIX.values() if row["least_role"] != "public"} == ALL_SCOPES

"""Write small databases as this release leaves them, for later releases to open.

    python scripts/freeze_store.py RELEASE [OUT]

Writes ``OUT/RELEASE.sqlite.sql.gz``, ``RELEASE.accounts.sql.gz`` and, where PostgreSQL with
PostGIS is installed, ``RELEASE.postgis.sql.gz`` (OUT: tests/store/frozen), and ``RELEASE.json``:
the hash of every version, and what was answered. `tests/store/test_frozen.py` opens them.

Run it in a checkout of the release, once, when its schema is released. It uses nothing but what
others may rely on: the command and the HTTP interface.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from starlette.testclient import TestClient

from api import create_app
from api.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
WEST, SOUTH, SIDE = 118.75, 32.11, 0.001
CODE, COMMUNITY = "320106012", "320106012001"
PEOPLE = {
    "p-1": "王示例",
    "p-2": "李示例",
    "p-3": "赵示例",
    "p-4": "钱示例",
}
HEADS = ("division", "directory", "roster")
SCHEDULED = "2099-01-01"
PASSWORD = "shili-mima-2026-wangge"  # noqa: S105


# --- a subdistrict of two compounds of two clusters, four houses in each ------------------------


def _square(column: float, row: float, width: float = 1, height: float = 1) -> dict[str, Any]:
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    east, north = west + width * SIDE, south + height * SIDE
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[[round(x, 7), round(y, 7)] for x, y in ring]]}


def _grid(code: str, name: str, kind: str, geometry: Any, **more: Any) -> dict[str, Any]:
    level = {12: 1, 15: 2, 18: 3}[len(code)]
    properties = {
        "id": f"g-{code[9:]}", "code": code, "code_scheme": "nbs-2023", "level": level,
        "parent": code[:-3] if level > 1 else None, "name": name, "kind": kind,
        "grid_class": None, "grid_grade": None, "households": None, "resident_population": None,
        **more,
    }  # fmt: skip
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def boundaries(note: str) -> dict[str, Any]:
    """Return the boundaries; ``note`` makes one version another one."""
    features = [
        _grid(COMMUNITY, "示例社区", "community", _square(0, 0, 4), grid_class="丙"),
        *(
            _grid(
                f"{COMMUNITY}{c:03}", f"示例{'东西'[c - 1]}小区", "compound",
                _square(2 * c - 2, 0, 2), grid_grade="B", households=320,
            )
            for c in (1, 2)
        ),
        *(
            _grid(
                f"{COMMUNITY}{c:03}{k:03}", f"第{k}楼栋群", "building_cluster",
                _square(2 * c - 3 + k, 0),
            )
            for c in (1, 2)
            for k in (1, 2)
        ),
    ]  # fmt: skip
    return {
        "type": "FeatureCollection", "title": "示例街道网格", "datum": "wgs84", "synthetic": False,
        "data_date": "2026-11-01", "note": note, "features": features,
    }  # fmt: skip


def places() -> dict[str, Any]:
    """Return sixteen houses, a shop and a unit that is not to be disclosed."""
    features = []
    for n in range(16):
        cluster, house = divmod(n, 4)
        properties = {
            "id": f"b-{n:02}", "kind": "building", "name": f"{n + 1}幢",
            "address": f"示例路{n + 1}号", "households": 40, "units": 2, "floors": 6,
            "aliases": [f"示例{n + 1}栋"], "compound": f"示例{'东西'[cluster // 2]}小区",
        }  # fmt: skip
        spot = _square(cluster + 0.1 + 0.45 * (house % 2), 0.1 + 0.45 * (house // 2), 0.3, 0.3)
        features.append({"type": "Feature", "properties": properties, "geometry": spot})
    for n, (kind, name, disclosed) in enumerate(
        [("business", "示例小吃店", True), ("resident_unit", "示例保密单位", False)]
    ):
        properties = {
            "id": f"u-{n}", "kind": kind, "name": name, "address": f"示例路{50 + n}号",
            "disclosed": disclosed,
        }  # fmt: skip
        point = {"type": "Point", "coordinates": [round(WEST + (n + 0.5) * SIDE, 7), 32.1105]}
        features.append({"type": "Feature", "properties": properties, "geometry": point})
    return {"type": "FeatureCollection", "datum": "wgs84", "features": features}


def people_csv() -> str:
    """Return the people."""
    rows = [f"{i},{name},025-0000-{i[-1] * 4},,示例单位,no,yes" for i, name in PEOPLE.items()]
    return (
        "\n".join(["id,name,office_phone,mobile,organisation,party_member,consent", *rows]) + "\n"
    )


def duties_csv() -> str:
    """Return a leader for the community, each compound and one cluster; the last one has left."""
    rows = [
        f"d-1,p-1,{COMMUNITY},grid_leader,2026-01-01,",
        f"d-2,p-2,{COMMUNITY}001,grid_leader,2026-01-01,",
        f"d-3,p-3,{COMMUNITY}002,grid_leader,2026-01-01,",
        f"d-4,p-4,{COMMUNITY}001001,grid_leader,2026-01-01,",
        "d-5,p-4,,grid_office_staff,2026-01-01,2026-06-01",
    ]
    return "\n".join(["id,person,grid,role,since,until", *rows]) + "\n"


# --- what is done with it -----------------------------------------------------------------------


class Office:
    """An office at work on a store, by the command and over HTTP."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, "WANGGE_DATABASE_URL": url, "WANGGE_SAMPLE": "never"}
        self.settings = Settings(_env_file=None, database_url=url, sample="never")

    def wangge(self, *words: str, typed: str = "") -> str:
        """Run the command; return what it printed."""
        program = "from api.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", program, *words],
            cwd=ROOT, env=self.env, input=typed, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"wangge {' '.join(words)}: {done.stderr}")
        return done.stdout

    def load(self, **files: Any) -> None:
        """Load files, given by name and content."""
        set_folder = Path(tempfile.mkdtemp(dir=self.folder))
        for name, content in files.items():
            stem, _, ending = name.rpartition("_")
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            (set_folder / f"{stem}.{ending}").write_text(text, encoding="utf-8")
        self.wangge("load", str(set_folder))


def work(office: Office) -> dict[str, Any]:
    """Do a bit of everything that leaves rows; return what was answered at the end."""
    office.wangge("init", "--name", "示例街道", "--code", CODE)
    office.load(boundaries_geojson=boundaries("第一稿"), places_geojson=places())
    office.load(people_csv=people_csv(), duties_csv=duties_csv())
    office.load(boundaries_geojson=boundaries("第二稿"))
    keys = {}
    for role in ("staff", "planner", "approver", "admin"):
        words = ["user", "add", f"{role}示例", "--role", role, "--password-stdin"]
        office.wangge(*words, typed=f"{PASSWORD}\n")
        words = ["user", "key", f"{role}示例", "--for", "示例", "--days", "3650"]
        scopes = ["--scope", "write", "--scope", "plans", "--scope", "read"]
        keys[role] = office.wangge(*words, *scopes).split()
    with TestClient(create_app(office.settings)) as client:
        token = next(w for w in keys["planner"] if len(w) > 30)
        approver = next(w for w in keys["approver"] if len(w) > 30)
        answers = _by_http(client, token, approver)
    office.wangge("audit", "erase", "4", "--reason", "示例")
    answers["audit"] = office.wangge("audit", "verify").splitlines()[-1]
    return answers


def _by_http(client: TestClient, planner: str, approver: str) -> dict[str, Any]:
    def ask(method: str, path: str, body: Any = None, *, as_: str = planner, tag: str = "") -> Any:
        headers = {"authorization": f"Bearer {as_}", **({"if-match": tag} if tag else {})}
        answer = client.request(method, path, json=body, headers=headers)
        if answer.status_code >= 400:
            raise SystemExit(f"{method} {path}: {answer.text}")
        return answer

    person = ask("GET", "/people/p-4")
    ask(
        "PATCH", "/people/p-4", {"office_phone": "025-0000-9999", "reason": "换号码"},
        tag=person.headers["etag"],
    )  # fmt: skip
    building = ask("GET", "/places/b-03")
    ask(
        "PATCH", "/places/b-03", {"households": 44, "reason": "复核户数"},
        tag=building.headers["etag"],
    )  # fmt: skip
    _published_plan(ask, approver)
    _draft(ask)
    spots = [(WEST + (c + 0.3) * SIDE, SOUTH + 0.3 * SIDE) for c in range(4)]
    days = {"today": date.today().isoformat(), "scheduled": SCHEDULED}
    return {
        "day": days["today"],
        "locate": [
            _told(client, lon, lat, day) for day in days.values() for lon, lat in spots
        ],
    }  # fmt: skip


def _published_plan(ask: Callable[..., Any], approver: str) -> None:
    made = ask("POST", "/plans", {"title": "合并示例", "reason": "示例理由"})
    path, tag = f"/plans/{made.json()['id']}", made.headers["etag"]
    grids = [f"g-001002{k:03}" for k in (1, 2)]
    tag = ask(
        "POST", f"{path}/operations", {"kind": "merge", "grids": grids}, tag=tag
    ).headers["etag"]  # fmt: skip
    for finding in ask("GET", f"{path}/check").json()["findings"]:
        if finding["severity"] == "soft" and finding["touched"] and not finding["waived"]:
            waive = {"kind": "waive", "finding": finding["id"], "reason": "示例理由"}
            tag = ask("POST", f"{path}/operations", waive, tag=tag).headers["etag"]
    tag = ask("POST", f"{path}/submit", {}, tag=tag).headers["etag"]
    tag = ask("POST", f"{path}/approve", {}, tag=tag, as_=approver).headers["etag"]
    body = {"effective_from": SCHEDULED, "reason": "示例"}
    ask("POST", f"{path}/publish", body, tag=tag, as_=approver)


def _draft(ask: Callable[..., Any]) -> None:
    made = ask("POST", "/plans", {"title": "草稿示例", "reason": "示例理由"})
    path, tag = f"/plans/{made.json()['id']}", made.headers["etag"]
    rename = {"kind": "rename", "grid": "g-001001001", "name": "改名示例"}
    tag = ask("POST", f"{path}/operations", rename, tag=tag).headers["etag"]
    lock = {"kind": "lock", "grids": ["g-001001002"]}
    ask("POST", f"{path}/operations", lock, tag=tag)


def _told(client: TestClient, lon: float, lat: float, day: str) -> dict[str, Any]:
    asked = {"lon": lon, "lat": lat, "datum": "wgs84", "as_of": day}
    answer = client.get("/locate", params=asked)
    if answer.status_code != 200:
        raise SystemExit(f"/locate: {answer.text}")
    return {
        "asked": asked,
        "grids": [
            [g["code"], g["name"], [p["name"] for p in g["responsible"]]]
            for g in answer.json()["grids"]
        ],
    }


# --- the files ----------------------------------------------------------------------------------


def _write(path: Path, text: str) -> None:
    # No time stands in the file: the same content is the same bytes.
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def _dump_sqlite(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def _hashes(path: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            head: [s for (s,) in connection.execute(f"SELECT sha256 FROM {head} ORDER BY version")]
            for head in HEADS
        }


def freeze_sqlite(release: str, out: Path) -> None:
    """Write the databases of SQLite, and what is in them."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "wangge.db"
        answers = work(Office(f"sqlite:///{path}", Path(name)))
        accounts = next(p for p in Path(name).iterdir() if "accounts" in p.name and p.is_file())
        _write(out / f"{release}.sqlite.sql.gz", _dump_sqlite(path))
        _write(out / f"{release}.accounts.sql.gz", _dump_sqlite(accounts))
        told = {"accounts": accounts.name, "sha256": _hashes(path), **answers}
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (out / f"{release}.json").write_text(f"{text}\n", encoding="utf-8")


def freeze_postgis(release: str, out: Path) -> None:
    """Write the dump of a database of PostgreSQL, where it is installed."""
    from tests.store.throwaway_postgis import NotInstalled, throwaway_cluster

    try:
        with throwaway_cluster() as cluster, tempfile.TemporaryDirectory() as name:
            database = cluster.new_database()
            cluster.run("CREATE EXTENSION postgis", database)
            work(Office(cluster.url(database), Path(name)))
            dumped = subprocess.run(
                ["pg_dump", "-h", str(cluster.folder), "-U", "office", "--no-owner",
                 "--no-privileges", "--inserts", "-n", "wangge*", "-n", "accounts*", database],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
    except NotInstalled as missing:
        print(f"postgis: {missing}")
        return
    kept = [line for line in dumped.splitlines() if not line.startswith(("\\", "--"))]
    _write(out / f"{release}.postgis.sql.gz", "\n".join(kept) + "\n")


def main() -> None:
    """Write the files."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "tests" / "store" / "frozen"
    out.mkdir(parents=True, exist_ok=True)
    freeze_sqlite(sys.argv[1], out)
    freeze_postgis(sys.argv[1], out)
    for path in sorted(out.glob(f"{sys.argv[1]}.*")):
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()

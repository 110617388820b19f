"""The workbench as a planner's hands find it: a service of its own, and strokes on the map."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from api import create_app
from api.http.auth import CALLER, Caller
from api.settings import Settings
from gis.accounts import AccountRole
from gis.clock import today
from gis.intake import read_set
from gis.store import Identity, open_store
from tests.browser.conftest import running

DATA = Path(__file__).resolve().parents[2] / "data"
PLANNER, APPROVER = "王示例", "李样例"
_PEOPLE = ("people.csv", "duties.csv", "organisations.csv")


def sample(places: str) -> Any:
    """Return the sample's grids and people, and the places of one of the two days."""
    files = [DATA / name for name in (places, *_PEOPLE)]
    if places != "changed-since.geojson":
        files += [DATA / "boundaries.geojson", DATA / "context.geojson"]
    return read_set(files, today=date(2031, 10, 1)).require_sound()


def load(database: str, taken: Any) -> None:
    """Publish grids, places and people from today on."""
    store = open_store(database)
    try:
        store.migrate()
        store.publish(
            identity=Identity("宝塔桥街道", "320106012", taken.synthetic),
            division=taken.division,
            directory=taken.directory,
            roster=taken.roster,
            effective_from=today(),
            today=today(),
        )
    finally:
        store.close()


def by_cookie(app: Any) -> Any:
    """Return the application as whoever the cookie `as` names: a planner, or an approver."""

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            cookies = dict(scope["headers"]).get(b"cookie", b"").decode()
            approver = "as=approver" in cookies
            role = AccountRole.APPROVER if approver else AccountRole.PLANNER
            scope = {**scope, CALLER: Caller(APPROVER if approver else PLANNER, role)}
        await app(scope, receive, send)

    return asked


@contextmanager
def service(folder: Path, taken: Any) -> Iterator[str]:
    """Serve the workbench over a store of its own, on a free port; yields the address."""
    database = f"sqlite:///{folder / 'wangge.db'}"
    load(database, taken)
    app = create_app(Settings(_env_file=None, database_url=database, sample="never"))
    with running(by_cookie(app)) as address:
        yield address


class Desk:
    """A planner at the workbench, in one tab."""

    def __init__(self, page: Any, origin: str) -> None:
        self.page = page
        self.origin = origin

        self.before = 0

    # --- going there -----------------------------------------------------------------------------

    def as_(self, who: str) -> Desk:
        """Sit down as the planner or the approver."""
        self.page.context.add_cookies([{"name": "as", "value": who, "url": self.origin}])
        return self

    def begin(self, title: str, reason: str = "试验") -> Desk:
        """Begin a plan at the list and wait for the map."""
        self.open("/desk/plans")
        self.page.get_by_role("button", name="新建方案").click()
        self.page.get_by_label("标题").fill(title)
        self.page.get_by_label("事由").fill(reason)
        self.page.get_by_role("button", name="开始编辑").click()
        self.page.wait_for_url("**/desk/plans/p-*", timeout=60_000)
        return self.wait_for_map()

    def new_plan(self, title: str, reason: str = "试验") -> Desk:
        """Begin a plan as the list does, and open it."""
        answer = self.page.request.post(
            f"{self.origin}/plans", data={"title": title, "reason": reason}, timeout=60_000
        )
        plan = answer.json()["id"]
        return self.open(f"/desk/plans/{plan}").wait_for_map()

    def fresh(self) -> Desk:
        """Lay the hands in the lap: nothing selected, the steps counted from here."""
        self.before = 0
        self.ask(
            "app => { app.endLine(); app.state.set('tool', 'select'); app.state.set('level', 3); app.state.set('unit', 'cells');"
            " app.state.set('selection', []); app.state.set('target', null); app.state.set('job', null);"
            " app.notes.replaceChildren(); app.state.set('tab', 'findings'); app.view.fit(app.wholeBox()); }"
        )
        self.before = self.saved().steps
        return self

    def open(self, path: str) -> Desk:
        """Open a page of the service."""
        if "#" in path:
            self.page.goto("about:blank")  # a hash alone would not load the page anew
        self.page.goto(self.origin + path)
        self.page.wait_for_selector("html.is-ready")
        return self

    def wait_for_map(self) -> Desk:
        return self.until("app => app.view.width > 0", timeout_s=60)

    @property
    def plan_id(self) -> str:
        return str(self.page.url.split("/")[5].split("#")[0].split("?")[0])

    # --- looking -----------------------------------------------------------------------------------

    def ask(self, script: str, argument: Any = None) -> Any:
        """Evaluate `app => …` with the workbench."""
        return self.page.evaluate(f"a => ({script})(wanggePlan, a)", argument)

    def until(self, script: str, argument: Any = None, *, timeout_s: float = 20) -> Desk:
        """Wait until `app => …` is true; the page's policy forbids wait_for_function."""
        last = time.monotonic() + timeout_s
        while not self.page.evaluate(
            f"a => Boolean(window.wanggePlan && ({script})(wanggePlan, a))", argument
        ):
            assert time.monotonic() < last, f"not in time: {script}"
            self.page.wait_for_timeout(25)
        return self

    def grid(self, name: str) -> dict[str, Any]:
        """Return a grid of the plan as it stands, by its name, code or id."""
        found = self.ask(
            "(app, n) => { const g = [...app.model.grids.values()].find(g => g.name === n ||"
            " g.code === n || g.id === n); return g ? {...g, rings: null, shape: null} : null; }",
            name,
        )
        assert found is not None, f"no grid {name}"
        return dict(found)

    def has(self, name: str) -> bool:
        return bool(
            self.ask(
                "(app, n) => [...app.model.grids.values()].some(g => g.name === n ||"
                " g.code === n || g.id === n)",
                name,
            )
        )

    def level(self, level: int) -> list[dict[str, Any]]:
        script = "(app, l) => app.model.level(l).map(g => ({...g, rings: null, shape: null}))"
        return list(self.ask(script, level))

    def neighbours(self, grid: str) -> list[str]:
        return list(self.ask("(app, g) => [...app.model.neighbours(g)]", grid))

    def cells(self, grid: str) -> list[int]:
        return list(self.ask("(app, g) => app.model.cellsOf(g).map(c => c.id)", grid))

    def owner(self, cell: int) -> str:
        return str(self.ask("(app, c) => app.model.cells.get(c).grid", cell))

    def border_pair(self, kind: str = "building_cluster") -> tuple[str, str, int]:
        """Return two level-3 grids of one parent, and a cell of the second at their border."""
        script = """(app, kind) => {
          for (const a of app.model.level(3)) {
            if (a.kind !== kind || a.buildings < 4 || a.changed || a.locked) continue;
            for (const cell of app.model.cellsOf(a.id)) for (const other of cell.across.flat()) {
              const b = other && app.model.gridOf(other, 3);
              if (b && b.id !== a.id && b.parent === a.parent && b.kind === kind && b.buildings > 3 && a.leader?.person !== b.leader?.person && !b.changed && !b.locked
                  && other.buildings === 1 && app.model.cellsOf(b.id).length > 3)
                return [a.id, b.id, other.id];
            } } return null; }"""
        found = self.ask(script, kind)
        assert found
        return tuple(found)

    def findings(self, rule: str = "") -> list[dict[str, Any]]:
        return [
            f
            for f in self.ask("app => app.plan.findings")
            if not f["waived"] and (not rule or f["rule"] == rule)
        ]

    @property
    def steps(self) -> int:
        return int(self.ask("app => app.plan.steps"))

    @property
    def impact(self) -> dict[str, Any]:
        return dict(self.ask("app => app.plan.impact"))

    # --- doing -------------------------------------------------------------------------------------

    def saved(self) -> Desk:
        """Wait until everything is stored."""
        return self.until("app => app.outbox.items.length === 0 && !app.outbox.busy")

    def done(self, steps: int) -> Desk:
        """Wait until the plan has so many steps."""
        return self.until("(app, n) => app.plan.steps === n", self.before + steps).saved()

    def show(self, *grids: str) -> Desk:
        """Bring grids into view."""
        self.ask(
            "(app, ids) => { const b = ids.map(i => app.model.extent(i)); app.view.fit([Math.min(...b.map(x => x[0])) - 20,"
            " Math.min(...b.map(x => x[1])) - 20, Math.max(...b.map(x => x[2])) + 20, Math.max(...b.map(x => x[3])) + 20]);"
            " app.view.drawNow(); }",
            list(grids),
        )
        return self

    def spot(self, cell: int) -> tuple[float, float]:
        """Return where on the screen a cell is."""
        x, y = self.ask(
            "(app, c) => { const [x, y] = app.view.toScreen(app.model.frame.metres(app.model.cells.get(c).point));"
            " const b = app.view.overlay.getBoundingClientRect(); return [x + b.left, y + b.top]; }",
            cell,
        )
        return x, y

    def click(self, cell: int, *, shift: bool = False) -> Desk:
        if shift:
            self.page.keyboard.down("Shift")
        self.page.mouse.click(*self.spot(cell))
        if shift:
            self.page.keyboard.up("Shift")
        return self

    def drag(self, *cells: int) -> Desk:
        first, *rest = [self.spot(c) for c in cells]
        self.page.mouse.move(*first)
        self.page.mouse.down()
        for spot in rest:
            self.page.mouse.move(*spot, steps=6)
        self.page.mouse.up()
        return self

    def select(self, *grids: str) -> Desk:
        self.ask(
            "(app, ids) => { app.state.set('tool', 'select'); app.state.set('level', app.grid(ids[0]).level);"
            " app.state.set('selection', ids); app.state.set('tab', 'grid'); }",
            list(grids),
        )
        return self

    def tool(self, name: str) -> Desk:
        self.page.get_by_role("toolbar").get_by_role("button", name=name, exact=True).click()
        return self

    def tab(self, name: str) -> Desk:
        self.page.get_by_role("tab", name=name).click()
        return self

    def press(self, name: str) -> Desk:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        return self

    def key(self, key: str) -> Any:
        """Return the element of the panel with a key."""
        return self.page.locator(f'[data-key="{key}"]')

    def api(self, path: str) -> Any:
        """Ask the API as this page may."""
        return json.loads(self.page.evaluate("async p => await (await fetch(p)).text()", path))

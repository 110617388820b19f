"""The service as planners and approvers see it, over the sample some years on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import create_app
from api.settings import Settings
from gis.accounts import AccountRole
from gis.clock import today
from tests.api.callers import as_caller
from tests.plans.drawn_plan import stored_strip

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Office:
    """Two planners and an approver at one service."""

    app: Any
    planner: TestClient
    other: TestClient
    approver: TestClient
    public: TestClient

    def begin(self, title: str = "调整示例") -> Draft:
        made = self.planner.post("/plans", json={"title": title, "reason": "示例理由"})
        assert made.status_code == 201, made.text
        return Draft(self, made.json()["id"], made.headers["etag"])


@dataclass
class Draft:
    """A plan as one planner works on it; remembers the ETag."""

    office: Office
    id: str
    etag: str

    def do(self, status: int = 200, *, by: TestClient | None = None, **operation: Any) -> Any:
        return self.send("POST", "/operations", operation, status, by=by)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        *,
        by: TestClient | None = None,
    ) -> Any:
        client = by or self.office.planner
        answer = client.request(
            method, f"/plans/{self.id}{path}", json=body, headers={"if-match": self.etag}
        )
        assert answer.status_code == status, answer.text
        self.etag = answer.headers.get("etag", self.etag)
        return answer.json()

    def get(self, path: str = "") -> Any:
        answer = self.office.planner.get(f"/plans/{self.id}{path}")
        assert answer.status_code == 200, answer.text
        self.etag = answer.headers.get("etag", self.etag)
        return answer.json()

    @property
    def grids(self) -> dict[str, Any]:
        """The grids of the drawing by code."""
        return {g["code"] or g["proposed_code"]: g for g in self.get("/drawing")["grids"]}

    def cells(self, grid: str) -> list[int]:
        columns = self.get("/drawing")["cells"]
        return [c for c, g in zip(columns["id"], columns["grid"], strict=True) if g == grid]

    def findings(self, rule: str) -> dict[str, Any]:
        return {f["code"]: f for f in self.get("/check")["findings"] if f["rule"] == rule}

    def waive_all(self) -> None:
        self.get()
        for finding in self.get("/check")["findings"]:
            if finding["severity"] == "soft" and finding["touched"] and not finding["waived"]:
                self.do(kind="waive", finding=finding["id"], reason="示例理由")

    def approve(self) -> None:
        self.waive_all()
        self.send("POST", "/submit", {})
        self.send("POST", "/approve", {}, by=self.office.approver)

    def publish(self, day: date | None = None, status: int = 200) -> Any:
        body = {"effective_from": (day or today()).isoformat(), "reason": "示例"}
        return self.send("POST", "/publish", body, status, by=self.office.approver)


def moved_cell(draft: Draft, code: str) -> tuple[int, str, str]:
    """Return a cell of a grid, the grid, and one of the same parent beside that it can go to."""
    view = draft.office.app.state.services.workspace.open(draft.id).plan.view
    grid = view.base.atlas.division.by_code[code].id
    for cell in sorted(view.grids[grid].cells):
        for other in view.state.cell_map.beside[cell]:
            target = view.state.owner[other]
            if target != grid and view.state.grids[target].parent == view.state.grids[grid].parent:
                return cell, str(grid), str(target)
    raise AssertionError("no neighbour")


def office_of(app: Any) -> Office:
    def client(role: AccountRole, name: str) -> TestClient:
        return TestClient(as_caller(app, role, name=name))

    return Office(
        app,
        client(AccountRole.PLANNER, "王规划示例"),
        client(AccountRole.PLANNER, "李规划示例"),
        client(AccountRole.APPROVER, "赵批准示例"),
        client(AccountRole.PUBLIC, ""),
    )


@pytest.fixture(scope="session")
def later_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample some years on, with the people of the sample."""
    folder = tmp_path_factory.mktemp("later")
    shutil.copy(ROOT / "data" / "changed-since.geojson", folder / "boundaries.geojson")
    for name in ("people.csv", "duties.csv", "organisations.csv"):
        shutil.copy(ROOT / "data" / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def later_store(later_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with that sample, to be copied."""
    path = tmp_path_factory.mktemp("store") / "wangge.db"
    with TestClient(create_app(_settings(path, later_folder))) as client:
        assert client.get("/readyz").status_code == 200
    return path


def _settings(path: Path, folder: Path) -> Settings:
    return Settings(_env_file=None, database_url=f"sqlite:///{path}", sample_folder=folder)


@pytest.fixture(scope="session")
def office(
    later_store: Path, later_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """An office with the sample some years on. Tests begin plans of their own and publish none."""
    path = tmp_path_factory.mktemp("office") / "wangge.db"
    shutil.copy(later_store, path)
    app = create_app(_settings(path, later_folder))
    with TestClient(app):
        yield office_of(app)


@pytest.fixture(scope="session")
def strip_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the drawn strip, to be copied: a plan on it costs a tenth of one on the sample."""
    path = tmp_path_factory.mktemp("strip") / "wangge.db"
    stored_strip(f"sqlite:///{path}")
    return path


@contextmanager
def strip_served(strip_store: Path, folder: Path, **settings: Any) -> Iterator[Office]:
    """Serve a copy of the drawn strip to an office with these settings."""
    shutil.copy(strip_store, folder / "wangge.db")
    url = f"sqlite:///{folder}/wangge.db"
    app = create_app(Settings(_env_file=None, database_url=url, **settings))
    with TestClient(app):
        yield office_of(app)


@pytest.fixture
def strip_office(strip_store: Path, tmp_path: Path) -> Iterator[Office]:
    """An office of its own over the drawn strip."""
    with strip_served(strip_store, tmp_path) as office:
        yield office

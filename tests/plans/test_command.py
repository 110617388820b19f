"""wangge plan, as a person at the terminal uses it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from gis.clock import today


@pytest.fixture
def wangge(strip_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
    path = tmp_path / "wangge.db"
    shutil.copy(strip_store, path)
    monkeypatch.setenv("WANGGE_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wangge", "plan", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


def test_a_plan_is_made_checked_and_published_at_the_terminal(wangge: Any, tmp_path: Path) -> None:
    stays, goes = "320106012001001", "320106012001002"
    steps = tmp_path / "steps.json"
    steps.write_text(json.dumps([{"kind": "merge", "grids": [stays, goes]}]))
    code, out, _ = wangge("new", "合并示例", "--operations", steps, "--as", "王规划示例")
    plan = out.strip()
    assert code == 0
    assert plan.startswith("p-")
    code, out, _ = wangge("list")
    assert plan in out
    assert "draft" in out
    sheet = tmp_path / "impact.json"
    assert wangge("diff", plan, "--out", sheet)[0] == 0
    retired = json.loads(sheet.read_bytes())["codes"]["retired"]
    assert goes in [c["code"] for c in retired]
    code, _, err = wangge("publish", plan, "--effective-from", today().isoformat())
    assert code == 1
    assert "draft" in err
    code, out, err = wangge("submit", plan, "--as", "王规划示例")
    assert code == 0, err
    code, out, err = wangge(
        "publish", plan, "--effective-from", today(), "--approved-by", "王规划示例"
    )
    assert code == 1
    assert "another person" in err
    code, out, err = wangge(
        "publish", plan, "--effective-from", today(), "--approved-by", "赵批准示例"
    )
    assert (code, "in force" in out) == (0, True), err


def test_polygons_are_not_taken_for_cells(wangge: Any, tmp_path: Path) -> None:
    plan = wangge("new", "导入示例")[1].strip()
    areas = tmp_path / "areas.geojson"
    areas.write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    code, _, err = wangge("import", plan, areas)
    assert (code, err.count("\n")) == (1, 1)
    assert "--datum" in err


def test_a_wrong_plan_or_kind_is_said_in_one_line(wangge: Any) -> None:
    code, _, err = wangge("check", "p-none")
    assert (code, err.count("\n")) == (1, 1)
    code, _, err = wangge("propose", "p-none", "magic")
    assert code == 1
    assert "clusters" in err

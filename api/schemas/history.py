"""What became of a grid: every version that changed it, what it came from and what took over."""

from __future__ import annotations

from typing import Any

from api.schemas.plans import text_json
from gis.clock import today
from gis.errors import NotFound
from gis.findings import Text
from gis.store import Store
from gis.store.plans import Appearance, Descent


def history_json(store: Store, code: str) -> dict[str, Any]:
    """Return the history of the grid that carries a code, or carried it last.

    Raises
    ------
    NotFound
        No grid ever carried it.
    """
    found = store.plans.appearances(code)
    carriers = [a for a in found if a.code == code]
    if not carriers:
        raise NotFound(
            f"no grid ever had the code {code[:40]!r}", f"从未有网格使用过编号 {code[:40]!r}"
        )
    grid = carriers[-1].id
    own = [a for a in found if a.id == grid]
    lineage = store.plans.lineage(grid)
    day = today()
    versions = [h.version for h in store.divisions() if h.effective_from <= day]
    now = next((a for a in own if versions and a.version == versions[-1]), None)
    return {
        "code": code,
        "grid": {"id": grid, "name": own[-1].name},
        "in_force": now is not None and now.code == code,
        "events": _events(own, lineage, store),
        "predecessors": [
            {"code": d.old_code, "name": _name(store, d.old_code), "share": d.share,
             "version": d.version}
            for d in lineage
            if d.new == grid and d.old != grid
        ],
        "successors": [
            {"code": d.new_code, "name": _name(store, d.new_code), "share": d.share,
             "version": d.version}
            for d in lineage
            if d.old == grid and (d.new != grid or d.new_code != d.old_code)
        ],
    }  # fmt: skip


def _name(store: Store, code: str) -> str:
    found = [a for a in store.plans.appearances(code) if a.code == code]
    return found[-1].name if found else ""


def _events(own: list[Appearance], lineage: list[Descent], store: Store) -> list[dict[str, Any]]:
    days = {h.version: h.effective_from for h in store.divisions()}
    rows = []
    before: Appearance | None = None
    for at in own:
        if before is None:
            rows.append(_event(at, "first", Text("first published", "首次发布")))
        elif at.version > before.version + 1:
            rows.append(_event(at, "restored", Text("it is back", "恢复")))
        if before is not None:
            rows += _changes(before, at, own[0].id, lineage)
        before = at
    if before is not None and before.version < before.last:
        version = before.version + 1
        event = _event(before, "retired", Text("retired", "撤销"))
        rows.append({**event, "version": version, "effective_from": days[version].isoformat()})
    return rows


def _changes(
    before: Appearance, at: Appearance, grid: str, lineage: list[Descent]
) -> list[dict[str, Any]]:
    rows = []
    if at.boundary != before.boundary:
        given = any(d.old == grid and d.new != grid and d.version == at.version for d in lineage)
        taken = any(d.new == grid and d.old != grid and d.version == at.version for d in lineage)
        kind = "split" if given and not taken else "merged" if taken and not given else "boundary"
        texts = {
            "split": Text("it gave ground away", "划出部分范围"),
            "merged": Text("it took ground over", "并入其他范围"),
            "boundary": Text("its boundary moved", "界线调整"),
        }
        rows.append(_event(at, kind, texts[kind]))
    if at.name != before.name:
        text = Text(f"renamed from {before.name}", f"由“{before.name}”更名")
        rows.append(_event(at, "renamed", text))
    if at.parent != before.parent:
        rows.append(_event(at, "moved", Text("it went to another parent", "调整上级")))
    if at.code != before.code:
        text = Text(f"renumbered from {before.code}", f"原编号 {before.code}")
        rows.append(_event(at, "renumbered", text))
    if (at.grid_class, at.grid_grade, at.kind) != (
        before.grid_class, before.grid_grade, before.kind,
    ):  # fmt: skip
        rows.append(_event(at, "regraded", Text("class, grade or kind changed", "类别、等级变更")))
    return rows


def _event(at: Appearance, kind: str, text: Text) -> dict[str, Any]:
    return {
        "version": at.version,
        "effective_from": at.effective_from.isoformat(),
        "kind": kind,
        "text": text_json(text),
        "code": at.code,
        "name": at.name,
    }

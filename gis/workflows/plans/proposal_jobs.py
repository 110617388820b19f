"""Proposals as jobs: searched beside the requests, with progress, to be cancelled or taken."""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from api.schemas.plans import counts_json, finding_json, impact_json, loads_json, text_json
from gis.audit import Author
from gis.errors import Cancelled, Conflict, InvalidInput, NotFound, WanggeError
from gis.findings import Text
from gis.ids import GridId
from gis.planning.diff import impact_of
from gis.planning.evaluation import PlanView, view_after
from gis.planning.findings import finding_ids, findings_of
from gis.planning.handlers import apply
from gis.planning.operations import Assign, Batch, Operation, ReassignCells, operation_json
from gis.planning.proposals import (
    KINDS,
    Proposal,
    ProposalOptions,
    ProposalPart,
    find_proposal,
    joined,
)
from gis.workflows.plans.workspace import OpenPlan, PlanWorkspace

_KEPT = 60
_AT_ONCE = 2
_log = logging.getLogger("wangge")


@dataclass
class ProposalJob:
    """A search for a proposal, as far as it has come."""

    id: str
    plan: str
    kind: str
    revision: int
    state: str = "running"
    done: int = 0
    total: int = 0
    best: float | None = None
    result: dict[str, Any] | None = None
    error: Text | None = None
    parts: tuple[ProposalPart, ...] = ()
    cancelled: threading.Event = field(default_factory=threading.Event)


class ProposalJobs:
    """The searches of a server; two run at once, the last sixty are kept."""

    def __init__(self, workspace: PlanWorkspace) -> None:
        self._workspace = workspace
        self._jobs: OrderedDict[str, ProposalJob] = OrderedDict()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="propose")
        self._guard = threading.Lock()

    def start(
        self, opened: OpenPlan, kind: str, options: ProposalOptions, author: Author
    ) -> ProposalJob:
        """Begin a search."""
        job = ProposalJob(f"j-{uuid.uuid4().hex[:10]}", opened.head.id, kind, opened.head.revision)
        with self._guard:
            self._jobs[job.id] = job
            for old in [j for j in self._jobs.values() if j.state != "running"]:
                if len(self._jobs) > _KEPT:
                    del self._jobs[old.id]
        self._pool.submit(self._run, job, opened, options, author)
        return job

    def of(self, plan: str) -> list[ProposalJob]:
        """Return the searches for a plan, the newest first."""
        return [j for j in reversed(self._jobs.values()) if j.plan == plan]

    def job(self, plan: str, identity: str) -> ProposalJob:
        """Return a search.

        Raises
        ------
        NotFound
            There is none of that id (they are not kept over a restart of the server).
        """
        job = self._jobs.get(identity)
        if job is None or job.plan != plan:
            raise NotFound(
                f"there is no proposal {identity[:40]!r} for this plan: ask for it again",
                f"本方案没有建议 {identity[:40]!r}：请重新生成",
            )
        return job

    def cancel(self, job: ProposalJob) -> ProposalJob:
        """Stop a search that is running."""
        if job.state == "running":
            job.cancelled.set()
            job.state = "cancelled"
        return job

    def _run(
        self, job: ProposalJob, opened: OpenPlan, options: ProposalOptions, author: Author
    ) -> None:
        def progress(done: int, total: int, best: Any) -> None:
            job.done, job.total = done, total
            cost = getattr(best, "cost_m", None)
            job.best = float(cost) if cost is not None else None
            if job.cancelled.is_set():
                raise Cancelled

        if job.cancelled.is_set():
            return
        try:
            found = find_proposal(opened.plan.view, job.kind, options, progress)
            result = result_json(self._workspace, opened, found, author)
            if not job.cancelled.is_set():
                job.parts, job.result = found.parts, result
                job.done = job.total = max(job.total, 1)
                job.state = "done"
        except Cancelled:
            job.state = "cancelled"
        except WanggeError as problem:
            job.state, job.error = "failed", problem.text
        except Exception:
            _log.exception("a proposal failed")
            job.error = Text(
                "the search failed; the server's log says why", "计算失败；原因见服务器日志"
            )
            job.state = "failed"


def job_json(job: ProposalJob, opened: OpenPlan) -> dict[str, Any]:
    """Return a search as far as it has come."""
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "progress": {
            "done": job.done,
            "total": job.total,
            "best": job.best,
            "text": text_json(
                Text(f"{job.done} of {job.total}", f"已完成 {job.done} / {job.total}")
            ),
        },
        "revision": job.revision,
        "outdated": job.revision != opened.head.revision,
        "result": job.result,
        "error": text_json(job.error) if job.error else None,
    }


def result_json(
    workspace: PlanWorkspace, opened: OpenPlan, found: Proposal, author: Author
) -> dict[str, Any]:
    """Return a proposal with its effect, of the whole and of each part."""
    view = opened.plan.view
    parts = [
        _part_json(workspace, opened, n, p, author) for n, p in enumerate(found.parts, start=1)
    ]
    body: dict[str, Any] = {
        "text": text_json(found.text),
        "cost": found.cost,
        "bound": found.bound,
        "gap": found.gap,
        "proven": found.proven,
        "parts": parts,
        "impossible": [{"grid": g, "text": text_json(t)} for g, t in found.impossible],
    }
    if found.parts:
        after = _after(workspace, opened, joined(found.parts), author)
        body["effect"] = {
            "impact": impact_json(impact_of(after)),
            "counts": counts_json(after),
            "loads": loads_json(after),
        }
    else:
        body["effect"] = {
            "impact": impact_json(impact_of(view)),
            "counts": counts_json(view),
            "loads": [],
        }
    return body


def _after(
    workspace: PlanWorkspace, opened: OpenPlan, operations: tuple[Operation, ...], author: Author
) -> PlanView:
    context = workspace.context(author, opened.plan)
    operation = operations[0] if len(operations) == 1 else Batch(operations)
    done = apply(operation, opened.plan.state, context)
    return view_after(opened.plan.view, done.state, done.change)


def _part_json(
    workspace: PlanWorkspace, opened: OpenPlan, number: int, part: ProposalPart, author: Author
) -> dict[str, Any]:
    before = opened.plan.view
    after = _after(workspace, opened, part.operations, author)
    owner = after.state.owner
    moved = [c for c in owner if owner[c] != before.state.owner.get(c)]
    cells = [before.state.cell_map.cells[c] for c in moved if c in before.state.cell_map.cells]
    named = _grids_named(part, moved, before)
    ids = finding_ids(before)
    return {
        "id": number,
        "text": text_json(part.text),
        "operations": [operation_json(o) for o in part.operations],
        "cells": [[c, owner[c]] for c in moved],
        "grids": named,
        "effect": {
            "buildings": sum(len(c.buildings) for c in cells),
            "households": sum(c.households for c in cells),
            "shops": sum(len(c.shops) for c in cells),
            "units": sum(len(c.units) for c in cells),
            "findings_solved": sorted(ids - finding_ids(after)),
            "findings_new": [
                finding_json(p, after, ids) for p in findings_of(after) if p.id not in ids
            ],
        },
    }


def _grids_named(part: ProposalPart, moved: list[int], before: PlanView) -> list[GridId]:
    named = {before.state.owner[c] for c in moved if c in before.state.owner}
    for operation in part.operations:
        names = [m.into for m in operation.moves] if isinstance(operation, ReassignCells) else []
        names += [*getattr(operation, "grids", ()), *filter(None, [getattr(operation, "into", "")])]
        names += [operation.grid] if isinstance(operation, Assign) else []
        named.update(GridId(n) for n in names)
    return sorted(named)


def take(
    workspace: PlanWorkspace,
    job: ProposalJob,
    revision: str,
    chosen: list[int] | None,
    author: Author,
) -> tuple[OpenPlan, OpenPlan, Any]:
    """Carry out a proposal, or some parts of it, as one step.

    Raises
    ------
    Conflict
        The search has not ended with a result.
    InvalidInput
        A part that it does not have.
    """
    if job.state != "done":
        raise Conflict(
            f"this proposal is {job.state}: only one that is done can be taken",
            "该建议尚未完成或已取消，不能采用",
        )
    numbers = range(1, len(job.parts) + 1)
    for number in chosen or ():
        if number not in numbers:
            raise InvalidInput(
                "parts",
                f"parts: there is no part {number} (1 to {len(job.parts)})",
                f"parts：没有第 {number} 部分（1 到 {len(job.parts)}）",
            )
    parts = [p for n, p in enumerate(job.parts, start=1) if chosen is None or n in chosen]
    if not parts:
        raise Conflict("this proposal has nothing to take", "该建议没有可采用的内容")
    operations = joined(parts)
    text = _TEXTS[job.kind]
    return workspace.operate(job.plan, revision, Batch(operations, text), author)


_TEXTS = {
    "repair": "采用建议：修复",
    "clusters": "采用建议：划分楼栋群",
    "merge_under": "采用建议：合并不足户数的小区",
    "balance": "采用建议：均衡户数",
    "balance_leaders": "采用建议：均衡网格长的负担",
}
assert set(_TEXTS) == set(KINDS)

"""Proposals as jobs: searched beside the requests, with progress, to be cancelled or taken."""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from gis.audit import Author
from gis.errors import Cancelled, Conflict, NotFound, WanggeError
from gis.findings import Text
from gis.planning.proposals import ProposalOptions
from gis.planning.proposals.effects import ProposalEffect
from gis.workflows.plans.opened import AppliedStep, OpenPlan
from gis.workflows.plans.proposals import search, take_parts
from gis.workflows.plans.workspace import PlanWorkspace

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
    result: ProposalEffect | None = None
    error: Text | None = None
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
        with self._guard:
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

    def close(self) -> None:
        """Stop all searches; the threads end when what they do allows it."""
        with self._guard:
            jobs = list(self._jobs.values())
        for job in jobs:
            self.cancel(job)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def take(
        self, job: ProposalJob, revision: str, chosen: Collection[int] | None, author: Author
    ) -> AppliedStep:
        """Apply what a search found, or some parts of it, as one step.

        Raises
        ------
        Conflict
            The search has not ended with a result, or there is nothing to take.
        InvalidInput
            A part that it does not have.
        """
        if job.state != "done" or job.result is None:
            raise Conflict(
                f"this proposal is {job.state}: only one that is done can be taken",
                "该建议尚未完成或已取消，不能采用",
            )
        parts = job.result.proposal.parts
        return take_parts(
            self._workspace, job.plan, revision, author, kind=job.kind, parts=parts, chosen=chosen
        )

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
            result = search(self._workspace, opened, job.kind, options, author, progress)
            if not job.cancelled.is_set():
                job.result = result
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

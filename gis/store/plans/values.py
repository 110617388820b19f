"""What is said of plans: where one stands, remarks, and which grid took over from which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from gis.audit import Author
from gis.directory import Directory
from gis.division import Division
from gis.errors import Conflict, NotAllowed
from gis.roster import Roster
from gis.store.in_force import Identity

DRAFT, SUBMITTED, RETURNED = "draft", "submitted", "returned"
APPROVED, PUBLISHED, WITHDRAWN = "approved", "published", "withdrawn"
STATES = (DRAFT, SUBMITTED, RETURNED, APPROVED, PUBLISHED, WITHDRAWN)
EDITABLE = (DRAFT, RETURNED)
STATE_ZH = {
    DRAFT: "草稿",
    SUBMITTED: "已提交",
    RETURNED: "已退回",
    APPROVED: "已批准",
    PUBLISHED: "已发布",
    WITHDRAWN: "已撤回",
}


def utc_now() -> str:
    """Return the time in UTC to the millisecond, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class PlanHead:
    """What is said of a plan in a list, and where it stands in its review.

    ``base_version`` 0: it starts from nothing. Times are ISO 8601 in UTC.
    """

    id: str
    title: str
    reason: str
    state: str
    author: str
    created_at: str
    changed_at: str
    revision: int
    base_version: int
    directory_version: int
    ground: str
    copied_from: str | None = None
    published_version: int | None = None
    effective_from: date | None = None
    review: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Comment:
    """A remark on a plan; ``about`` may name a grid and a place."""

    number: int
    author: str
    at: str
    text: str
    about: Mapping[str, Any]


class Superseded(Exception):
    """A write was made from a revision that is no longer the newest."""

    def __init__(self, head: PlanHead) -> None:
        super().__init__(f"plan {head.id} is at revision {head.revision}")
        self.head = head


@dataclass(frozen=True)
class Release:
    """What a plan becomes: the next division, the roster (None: as it is), and lineage.

    ``directory`` are the buildings of a plan that starts from nothing, where there are none yet.

    ``made_on`` are the newest division and roster that it was assembled on.
    """

    division: Division
    roster: Roster | None
    lineage: Sequence[Descent]
    effective_from: date
    made_on: tuple[int, int]
    identity: Identity
    directory: Directory | None = None


@dataclass(frozen=True)
class HeadChange:
    """A change of what is said of a plan, as one entry of the audit log.

    It is judged by the plan as it stands in the transaction that writes it: ``allowed`` are the
    states it may be done in, and ``check`` refuses whatever else stands in its way. ``fields``
    are columns of the head, ``noted`` is put down in its review beside what stands there.
    """

    action: str
    allowed: Sequence[str]
    fields: Mapping[str, Any] = field(default_factory=dict)
    noted: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    version: str = ""
    check: Callable[[PlanHead], None] | None = None


def approval(approver: Author, note: str = "") -> HeadChange:
    """Return the change that approves a plan; never by whoever submitted it."""

    def check_another(head: PlanHead) -> None:
        if (head.review or {}).get("submitted_by") == approver.name:
            raise NotAllowed(
                f"{approver.name} submitted this plan: another person approves it",
                f"本方案由 {approver.name} 提交：应由他人批准",
            )

    noted = {"approved_by": approver.name, "approved_at": utc_now(), "approved_note": note}
    return HeadChange(
        "plan.approve", (SUBMITTED,), {"state": APPROVED}, noted, note, check=check_another
    )


@dataclass(frozen=True)
class Descent:
    """That a grid took over a share (0 to 1) of another one, in a version of the division."""

    old: str
    new: str
    level: int
    old_code: str
    new_code: str
    share: float
    version: int = 0


@dataclass(frozen=True)
class Appearance:
    """A grid as it stands in a version; ``boundary`` is a hash, ``last`` the newest version."""

    version: int
    effective_from: date
    id: str
    code: str
    name: str
    parent: str | None
    kind: str
    grid_class: str | None
    grid_grade: str | None
    boundary: str
    last: int


def not_editable(head: PlanHead) -> Conflict:
    """Return the error for a plan that may not be edited in its state."""
    return Conflict(
        f"plan {head.id} is {head.state}: it can be edited as a draft or when it was returned; "
        "copy it to go on",
        f"方案 {head.id} 处于“{STATE_ZH[head.state]}”状态，不能编辑：只有草稿或退回的方案可以编辑；"
        "可复制后继续",
    )


def wrong_state(head: PlanHead, allowed: Sequence[str]) -> Conflict:
    """Return the error for a step of the review that does not come next."""
    listed, listed_zh = " or ".join(allowed), "或".join(STATE_ZH[s] for s in allowed)
    return Conflict(
        f"plan {head.id} is {head.state}: this can be done when it is {listed}",
        f"方案 {head.id} 处于“{STATE_ZH[head.state]}”状态：仅在“{listed_zh}”时可以这样做",
    )

"""The review of a plan: submitted, approved or sent back, put up for the public, withdrawn.

Publishing is the last step of it: :mod:`gis.workflows.plans.publish`. Whatever is refused leaves
the plan as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gis.audit import Author
from gis.errors import Conflict, InvalidInput
from gis.planning.findings import ListedFinding, blocking, listed
from gis.store.plans import (
    APPROVED,
    EDITABLE,
    PUBLISHED,
    RETURNED,
    STATES,
    SUBMITTED,
    WITHDRAWN,
    HeadChange,
    approval,
    utc_now,
)
from gis.workflows.plans.opened import OpenPlan
from gis.workflows.plans.workspace import PlanWorkspace


class NotReady(Conflict):
    """A plan can be neither submitted nor approved as it stands."""


class NothingToSubmit(NotReady):
    """A plan has no step, so it would change nothing."""

    def __init__(self) -> None:
        super().__init__(
            "the plan has no step yet: change something first", "方案尚无任何步骤：请先作出调整"
        )


class BlockingFindings(NotReady):
    """``findings`` keep a plan back: hard ones, and soft ones neither solved nor waived."""

    def __init__(self, findings: tuple[ListedFinding, ...]) -> None:
        first = findings[0].finding.text
        super().__init__(
            f"{len(findings)} findings keep it back: solve them, or waive the soft ones with a "
            f"reason; the first: {first.en}",
            f"有 {len(findings)} 个问题未处理：请解决，或对可豁免的注明理由；首个：{first.zh}",
        )
        self.findings = findings


def check_ready(opened: OpenPlan) -> None:
    """Refuse a plan that can be neither submitted nor approved as it stands.

    Raises
    ------
    NothingToSubmit
        It has no step.
    BlockingFindings
        The rules find something that is neither solved nor waived.
    """
    if not opened.plan.steps:
        raise NothingToSubmit
    view = opened.plan.view
    stopping = blocking(view)
    if stopping:
        raise BlockingFindings(listed(view, stopping))


def allowed_actions(opened: OpenPlan, name: str, *, approver: bool) -> list[str]:
    """Return what somebody of a name may do with a plan now; ``approver``: with that role."""
    state, review = opened.head.state, opened.head.review or {}
    ready = bool(opened.plan.steps) and not blocking(opened.plan.view)
    found = ["comment"] if state != WITHDRAWN else []
    if state in EDITABLE:
        found += ["edit", "withdraw"]
        found += ["submit"] if ready else []
    if not approver:
        return found
    if state == SUBMITTED:
        found.append("return")
        found += ["approve"] if ready and review.get("submitted_by") != name else []
    if state == APPROVED:
        found += ["return", "notice", "publish"]
    if state == PUBLISHED and review.get("notice"):
        found.append("notice")
    return found


# --- what is done ---------------------------------------------------------------------------------
#
# ``revision`` is the state of the plan that it was decided on; PlanOutdated is raised when
# somebody changed the plan since, and Conflict when it is in no state that this can be done in.


def submit(
    workspace: PlanWorkspace, plan: str, revision: str, author: Author, note: str = ""
) -> OpenPlan:
    """Submit a plan for review.

    Raises
    ------
    NotReady
        It has no step, or findings keep it back.
    """
    opened = _current(workspace, plan, revision)
    if opened.head.state in EDITABLE:
        check_ready(opened)
    noted = {
        "submitted_by": author.name,
        "submitted_at": utc_now(),
        "submitted_note": note,
        "approved_by": None,
        "approved_note": "",
    }
    submission = HeadChange("plan.submit", EDITABLE, {"state": SUBMITTED}, noted, note)
    return workspace.change(plan, opened.etag, author, submission)


def approve(
    workspace: PlanWorkspace, plan: str, revision: str, approver: Author, note: str = ""
) -> OpenPlan:
    """Approve a plan that somebody else submitted.

    Raises
    ------
    NotAllowed
        The same person submitted it.
    NotReady
        It has no step, or findings keep it back: a roster or a rule may have changed since it was
        submitted.
    """
    opened = _current(workspace, plan, revision)
    if opened.head.state == SUBMITTED:
        check_ready(opened)
    return workspace.change(plan, opened.etag, approver, approval(approver, note))


def send_back(
    workspace: PlanWorkspace, plan: str, revision: str, author: Author, reason: str
) -> OpenPlan:
    """Return a plan to its planner, with a reason; it can be edited again."""
    opened = _current(workspace, plan, revision)
    noted = {"returned_by": author.name, "returned_reason": reason, "notice": None}
    allowed, fields = (SUBMITTED, APPROVED), {"state": RETURNED}
    sent = HeadChange("plan.return", allowed, fields, noted, reason)
    return workspace.change(plan, opened.etag, author, sent)


def withdraw(workspace: PlanWorkspace, plan: str, revision: str, author: Author) -> OpenPlan:
    """Withdraw a plan; nothing of it is erased."""
    withdrawn = HeadChange("plan.withdraw", EDITABLE, {"state": WITHDRAWN})
    return workspace.change(plan, revision, author, withdrawn)


@dataclass(frozen=True)
class Notice:
    """A public notice 公示: the days it is up, both included, its text and whom to ask."""

    first: date
    last: date
    text: str = ""
    contact: str = ""


def put_up_notice(
    workspace: PlanWorkspace, plan: str, revision: str, author: Author, notice: Notice
) -> OpenPlan:
    """Show an approved plan to everybody.

    Raises
    ------
    InvalidInput
        It would end before it begins.
    """
    if notice.last < notice.first:
        raise InvalidInput("until", "until: before from", "until 早于 from")
    opened = _current(workspace, plan, revision)
    noted = {
        "from": notice.first.isoformat(),
        "until": notice.last.isoformat(),
        "text": notice.text,
        "contact": notice.contact,
        "url": f"/notices/{plan}",
    }
    put_up = HeadChange("plan.notice", (APPROVED,), noted={"notice": noted})
    return workspace.change(plan, opened.etag, author, put_up)


def take_down_notice(
    workspace: PlanWorkspace, plan: str, revision: str, author: Author
) -> OpenPlan:
    """Take a public notice down."""
    opened = _current(workspace, plan, revision)
    allowed = tuple(s for s in STATES if s != WITHDRAWN)
    taken_down = HeadChange("plan.notice_ends", allowed, noted={"notice": None})
    return workspace.change(plan, opened.etag, author, taken_down)


def _current(workspace: PlanWorkspace, plan: str, revision: str) -> OpenPlan:
    opened = workspace.open(plan)
    workspace.check_current(opened, revision)
    return opened

"""Plans as rows: each step is stored in a transaction of its own as it is made.

A plan's row carries its revision: a write says from which one it was made and is refused when
that is no longer the newest. Steps, undo and redo are lines of a log that only grows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from gis.directory import Directory
from gis.division import Division
from gis.errors import Conflict, NotFound
from gis.findings import Text
from gis.planning.ground import Ground
from gis.planning.plain import change_of, change_plain, ground_bytes, ground_from
from gis.planning.plan import Entry, Step
from gis.record import Author, Change
from gis.roster import Roster
from gis.store import audit, tables
from gis.store.engine import Database
from gis.store.heads import DIVISION, ROSTER, heads
from gis.store.holdings import Identity, read_identity, read_versions
from gis.store.publishing import Publication, publish_within

DRAFT, SUBMITTED, RETURNED = "draft", "submitted", "returned"
APPROVED, PUBLISHED, WITHDRAWN = "approved", "published", "withdrawn"
STATES = (DRAFT, SUBMITTED, RETURNED, APPROVED, PUBLISHED, WITHDRAWN)
EDITABLE = (DRAFT, RETURNED)
REBASE = "rebase"


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


_HEAD = tuple(PlanHead.__dataclass_fields__)


def utc_now() -> str:
    """Return the time in UTC to the millisecond, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Plans:
    """The plans of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- reading ---

    def heads(
        self, states: Sequence[str] = STATES, *, limit: int = 1000, offset: int = 0
    ) -> tuple[list[PlanHead], int]:
        """Return the plans in some states, the newest change first, and how many there are."""
        c = tables.plan.c
        where = c.state.in_(list(states))
        with self._database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(tables.plan).where(where))
            rows = connection.execute(
                select(*(c[n] for n in _HEAD))
                .where(where)
                .order_by(c.created_at.desc(), c.id)
                .limit(limit)
                .offset(offset)
            ).all()
        return [PlanHead(*row) for row in rows], int(total or 0)

    def head(self, plan: str) -> PlanHead:
        """Return a plan's head.

        Raises
        ------
        NotFound
            There is no such plan.
        """
        with self._database.reading() as connection:
            return read_head(connection, plan)

    def log(self, plan: str, after: int = 0) -> list[Entry]:
        """Return the lines of a plan's log after a revision, in their order."""
        with self._database.reading() as connection:
            return read_log(connection, plan, after)

    def ground(self, sha256: str) -> Ground:
        """Return frozen cells by their hash."""
        with self._database.reading() as connection:
            content = connection.scalar(
                select(tables.plan_ground.c.content).where(tables.plan_ground.c.sha256 == sha256)
            )
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            raise NotFound(
                "the cells of this plan are damaged or missing: begin a new plan",
                "本方案的单元已损坏或缺失：请新建方案",
            )
        return ground_from(content)

    def comments(self, plan: str) -> list[Comment]:
        """Return the remarks on a plan, oldest first."""
        c = tables.plan_comment.c
        with self._database.reading() as connection:
            rows = connection.execute(
                select(c.number, c.author, c.at, c.text, c.about)
                .where(c.plan == plan)
                .order_by(c.number)
            ).all()
        return [Comment(*row) for row in rows]

    def step_with_key(self, plan: str, key: str) -> int | None:
        """Return the revision of the step that was sent with a key, None when there is none."""
        c = tables.plan_step.c
        with self._database.reading() as connection:
            found: int | None = connection.scalar(
                select(func.min(c.revision)).where(c.plan == plan, c.key == key)
            )
        return found

    def taken_codes(self) -> frozenset[str]:
        """Return every code that a grid ever carried."""
        with self._database.reading() as connection:
            return read_taken_codes(connection)

    # --- writing ---

    def begin(
        self,
        head: PlanHead,
        ground: Ground,
        author: Author,
        log: Sequence[Entry] = (),
    ) -> PlanHead:
        """Store a new plan, its cells and the steps it begins with."""
        content = ground_bytes(ground)
        sha256 = hashlib.sha256(content).hexdigest()
        head = replace(head, ground=sha256, revision=log[-1].revision if log else 0)
        with self._database.writing() as connection:
            _keep_ground(connection, sha256, content)
            connection.execute(insert(tables.plan).values(**_head_row(head)))
            for entry in log:
                _insert(connection, head.id, entry, author, None)
            audit.append(
                connection,
                author,
                "plan.new",
                f"plan:{head.id}",
                reason=head.reason,
                after={"title": head.title, "base_version": head.base_version},
            )
        return head

    def append(
        self, plan: str, entry: Entry, author: Author, *, key: str | None = None
    ) -> PlanHead:
        """Store one more line of a plan's log.

        Raises
        ------
        Superseded
            The plan has moved on from ``entry.revision - 1``.
        Conflict
            The plan may not be edited in its state.
        """
        with self._database.writing() as connection:
            head = _newest(connection, plan, entry.revision - 1)
            if head.state not in EDITABLE:
                raise not_editable(head)
            _insert(connection, plan, entry, author, key)
            head = replace(head, revision=entry.revision, changed_at=utc_now())
            _update(connection, head)
            kind = entry.step.kind if entry.step else entry.move
            after = {"revision": entry.revision}
            audit.append(connection, author, f"plan.{kind}", f"plan:{plan}", after=after)
        return head

    def change(
        self,
        plan: str,
        revision: int | None,
        author: Author,
        action: str,
        *,
        allowed: Sequence[str],
        reason: str = "",
        **fields: Any,
    ) -> PlanHead:
        """Change what is said of a plan, as one entry of the audit log.

        ``revision`` None: whichever is the newest. The revision goes up by one.

        Raises
        ------
        Superseded, Conflict
            As for :meth:`append`; ``allowed`` are the states this may be done in.
        """
        with self._database.writing() as connection:
            return change_head(connection, plan, revision, author, action, allowed, reason, fields)

    def comment(self, plan: str, author: Author, text: str, about: Mapping[str, Any]) -> None:
        """Store a remark."""
        c = tables.plan_comment.c
        with self._database.writing() as connection:
            read_head(connection, plan)
            last = connection.scalar(select(func.max(c.number)).where(c.plan == plan)) or 0
            connection.execute(
                insert(tables.plan_comment).values(
                    plan=plan,
                    number=last + 1,
                    author=author.name,
                    at=utc_now(),
                    text=text,
                    about=dict(about),
                )
            )
            audit.append(connection, author, "plan.comment", f"plan:{plan}", after={"text": text})

    def rebase(self, head: PlanHead, ground: Ground, entry: Entry, author: Author) -> PlanHead:
        """Put a plan on another base; the entry leads to where it stands there.

        Its earlier steps stay in the log, and are no longer undone.

        Raises
        ------
        Superseded
            The plan has moved on from ``entry.revision - 1``.
        """
        content = ground_bytes(ground)
        sha256 = hashlib.sha256(content).hexdigest()
        with self._database.writing() as connection:
            found = _newest(connection, head.id, entry.revision - 1)
            if found.state in (PUBLISHED, WITHDRAWN):
                raise not_editable(found)
            _keep_ground(connection, sha256, content)
            _insert(connection, head.id, entry, author, None, move=REBASE)
            head = replace(
                head, ground=sha256, revision=entry.revision, state=DRAFT, changed_at=utc_now()
            )
            _update(connection, head)
            audit.append(
                connection,
                author,
                "plan.rebase",
                f"plan:{head.id}",
                before={"base_version": found.base_version},
                after={"base_version": head.base_version},
            )
        return head

    # --- publishing ---

    def publish(
        self,
        plan: str,
        revision: int,
        release: Release,
        author: Author,
        *,
        today: date,
        reason: str = "",
    ) -> PlanHead:
        """Publish an approved plan: division, roster, lineage, state and record in one transaction.

        Raises
        ------
        Superseded
            The plan, or the division it was assembled on, has moved on.
        Conflict
            It is not approved; a date before today or before the latest that is scheduled; a
            code that another grid carried.
        """
        with self._database.writing() as connection:
            head = _newest(connection, plan, revision)
            if head.state != APPROVED:
                raise wrong_state(head, (APPROVED,))
            found = read_versions(connection)
            if (found.division, found.roster) != release.made_on:
                raise Superseded(head)
            identity = read_identity(connection) or release.identity
            day = release.effective_from
            if _is_newest(connection, release.division):
                raise Conflict(
                    "the plan changes nothing that is published: edit it, or withdraw it",
                    "该方案没有改变已发布的任何内容：请修改，或撤回",
                )
            record = (
                Change(
                    "plan.publish",
                    f"plan:{plan}",
                    {"division": found.division},
                    {"division": found.division + 1, "effective_from": day},
                ),
            )
            publication = Publication(
                identity,
                release.division,
                release.directory,
                None,
                day,
                today,
                author,
                reason,
                record,
            )
            made = publish_within(connection, self._database, publication)
            self._publish_roster(connection, release.roster, identity, today, author, reason)
            _insert_lineage(connection, made.versions.division, release.lineage)
            return change_head(
                connection,
                plan,
                revision,
                author,
                "plan.published",
                (APPROVED,),
                reason,
                {
                    "state": PUBLISHED,
                    "published_version": made.versions.division,
                    "effective_from": day,
                },
                version=f"division {made.versions.division}",
            )

    def restore(
        self,
        division: Division,
        roster: Roster | None,
        day: date,
        made_on: tuple[int, int],
        identity: Identity,
        author: Author,
        *,
        today: date,
        reason: str,
        version: int,
    ) -> int:
        """Publish an earlier division anew, with its roster, in one transaction; return its number.

        Raises
        ------
        Conflict
            Something else was published in between, or the date is not possible.
        """
        with self._database.writing() as connection:
            found = read_versions(connection)
            if (found.division, found.roster) != made_on:
                raise Conflict(
                    "something else was published in between: look at it and try again",
                    "其间已有其他发布：请查看后重试",
                )
            record = Change(
                "division.restore",
                f"division:{version}",
                {"version": found.division},
                {"version": found.division + 1, "content_of": version, "effective_from": day},
            )
            made = publish_within(
                connection,
                self._database,
                Publication(identity, division, None, None, day, today, author, reason, (record,)),
            )
            self._publish_roster(connection, roster, identity, today, author, reason)
            return made.versions.division

    def _publish_roster(
        self,
        connection: Connection,
        roster: Roster | None,
        identity: Identity,
        today: date,
        author: Author,
        reason: str,
    ) -> None:
        """Store a roster as in force at once: its duties carry their own dates."""
        if roster is None:
            return
        begin = max([today, *(h.effective_from for h in heads(connection, ROSTER))])
        publication = Publication(identity, None, None, roster, begin, today, author, reason)
        publish_within(connection, self._database, publication)

    def lineage(self, grid: str | None = None) -> list[Descent]:
        """Return which grid took over from which, of one grid or all, oldest first."""
        with self._database.reading() as connection:
            return read_lineage(connection, grid)

    def published_from(self) -> dict[int, str]:
        """Return the plan that each division came from, where it came from one."""
        c = tables.plan.c
        with self._database.reading() as connection:
            rows = connection.execute(
                select(c.published_version, c.id).where(c.published_version.is_not(None))
            ).all()
        return {row[0]: row[1] for row in rows}

    def appearances(self, code: str) -> list[Appearance]:
        """Return every grid of every division that shares an id with one that carried a code."""
        g = tables.grid.c
        with self._database.reading() as connection:
            ids = set(connection.scalars(select(g.id).where(g.code == code)))
            rows = connection.execute(
                select(
                    g.division_version,
                    g.id,
                    g.code,
                    g.name,
                    g.parent,
                    g.kind,
                    g.grid_class,
                    g.grid_grade,
                    g.boundary,
                )
                .where(g.id.in_(sorted(ids)))
                .order_by(g.division_version)
            ).all()
            days = {h.version: h.effective_from for h in heads(connection, DIVISION)}
            last = max(days, default=0)
        return [
            Appearance(row[0], days[row[0]], *row[1:8], hashlib.sha256(row[8]).hexdigest(), last)
            for row in rows
        ]


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


_MILLION = 1_000_000


def _insert_lineage(connection: Connection, version: int, rows: Sequence[Descent]) -> None:
    if not rows:
        return
    connection.execute(
        insert(tables.lineage),
        [
            {
                "division_version": version,
                "old": r.old,
                "new": r.new,
                "level": r.level,
                "old_code": r.old_code,
                "new_code": r.new_code,
                "share": round(r.share * _MILLION),
            }
            for r in rows
        ],
    )


def read_lineage(connection: Connection, grid: str | None) -> list[Descent]:
    """Return which grid took over from which."""
    c = tables.lineage.c
    query = select(
        c.old, c.new, c.level, c.old_code, c.new_code, c.share, c.division_version
    ).order_by(c.division_version, c.old, c.share.desc())
    if grid is not None:
        query = query.where((c.old == grid) | (c.new == grid))
    return [
        Descent(old, new, level, old_code, new_code, share / _MILLION, version)
        for old, new, level, old_code, new_code, share, version in connection.execute(query)
    ]


def _is_newest(connection: Connection, division: Division) -> bool:
    found = heads(connection, DIVISION)
    return bool(found) and found[-1].sha256 == division.sha256


# --- inside a transaction ------------------------------------------------------------------------


def read_head(connection: Connection, plan: str) -> PlanHead:
    """Return a plan's head.

    Raises
    ------
    NotFound
        There is no such plan.
    """
    c = tables.plan.c
    row = connection.execute(select(*(c[n] for n in _HEAD)).where(c.id == plan)).one_or_none()
    if row is None:
        raise NotFound(f"there is no plan {plan[:40]!r}", f"没有方案 {plan[:40]!r}")
    return PlanHead(*row)


def read_log(connection: Connection, plan: str, after: int = 0) -> list[Entry]:
    """Return the lines of a plan's log after a revision, in their order.

    Of a plan that was put on another base, those from then on.
    """
    c = tables.plan_step.c
    rows = connection.execute(
        select(c.revision, c.move, c.kind, c.author, c.at, c.content)
        .where(c.plan == plan, c.revision > after)
        .order_by(c.revision)
    ).all()
    begins = [i for i, row in enumerate(rows) if row.move == REBASE]
    rows = rows[begins[-1] :] if begins else rows
    return [_entry(*row) for row in rows]


def _entry(
    revision: int, move: Any, kind: str | None, author: str, at: str, content: Mapping[str, Any]
) -> Entry:
    if move not in ("do", REBASE):
        return Entry(revision, move)
    step = Step(
        revision,
        kind or "",
        Text(*content["text"]),
        change_of(content["change"]),
        author,
        at,
        content.get("operation"),
    )
    return Entry(revision, "do", step)


def _insert(
    connection: Connection,
    plan: str,
    entry: Entry,
    author: Author,
    key: str | None,
    *,
    move: str | None = None,
) -> None:
    step = entry.step
    content: dict[str, Any] = {}
    if step is not None:
        content = {"text": list(step.text), "change": change_plain(step.change)}
        if step.operation is not None:
            content["operation"] = dict(step.operation)
    connection.execute(
        insert(tables.plan_step).values(
            plan=plan,
            revision=entry.revision,
            move=move or entry.move,
            kind=step.kind if step else None,
            author=step.author if step else author.name,
            at=step.at if step else utc_now(),
            key=key,
            content=content,
        )
    )


def _newest(connection: Connection, plan: str, revision: int | None) -> PlanHead:
    head = read_head(connection, plan)
    if revision is not None and head.revision != revision:
        raise Superseded(head)
    return head


def _head_row(head: PlanHead) -> dict[str, Any]:
    return {name: getattr(head, name) for name in _HEAD} | {"review": dict(head.review or {})}


def _update(connection: Connection, head: PlanHead) -> None:
    connection.execute(
        update(tables.plan).where(tables.plan.c.id == head.id).values(**_head_row(head))
    )


def _keep_ground(connection: Connection, sha256: str, content: bytes) -> None:
    c = tables.plan_ground.c
    if connection.scalar(select(func.count()).where(c.sha256 == sha256)) == 0:
        connection.execute(insert(tables.plan_ground).values(sha256=sha256, content=content))


def not_editable(head: PlanHead) -> Conflict:
    """Return the error for a plan that may not be edited in its state."""
    return Conflict(
        f"plan {head.id} is {head.state}: it can be edited as a draft or when it was returned; "
        "copy it to go on",
        f"方案 {head.id} 处于“{STATE_ZH[head.state]}”状态，不能编辑：只有草稿或退回的方案可以编辑；"
        "可复制后继续",
    )


STATE_ZH = {
    DRAFT: "草稿",
    SUBMITTED: "已提交",
    RETURNED: "已退回",
    APPROVED: "已批准",
    PUBLISHED: "已发布",
    WITHDRAWN: "已撤回",
}


def change_head(
    connection: Connection,
    plan: str,
    revision: int | None,
    author: Author,
    action: str,
    allowed: Sequence[str],
    reason: str,
    fields: Mapping[str, Any],
    version: str = "",
) -> PlanHead:
    """Change what is said of a plan (see :meth:`Plans.change`)."""
    before = _newest(connection, plan, revision)
    if before.state not in allowed:
        raise wrong_state(before, allowed)
    after = replace(before, revision=before.revision + 1, changed_at=utc_now(), **fields)
    _update(connection, after)
    named = {n: v for n, v in fields.items() if n != "review"}
    audit.append(
        connection,
        author,
        action,
        f"plan:{plan}",
        reason=reason,
        before={n: getattr(before, n) for n in named},
        after=named,
        version=version,
    )
    return after


def wrong_state(head: PlanHead, allowed: Sequence[str]) -> Conflict:
    """Return the error for a step of the review that does not come next."""
    listed, listed_zh = " or ".join(allowed), "或".join(STATE_ZH[s] for s in allowed)
    return Conflict(
        f"plan {head.id} is {head.state}: this can be done when it is {listed}",
        f"方案 {head.id} 处于“{STATE_ZH[head.state]}”状态：仅在“{listed_zh}”时可以这样做",
    )


def read_taken_codes(connection: Connection) -> frozenset[str]:
    """Return every code that a grid ever carried."""
    return frozenset(connection.scalars(select(tables.grid.c.code).distinct()))

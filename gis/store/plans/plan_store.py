"""Plans as rows: each step is stored in a transaction of its own as it is made.

A plan's row carries its revision: a write says from which one it was made and is refused when
that is no longer the newest. Steps, undo and redo are lines of a log that only grows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import shapely
from sqlalchemy import Connection, case, func, insert, select

from gis.audit import AuditChange, Author
from gis.division import Division
from gis.errors import Conflict, NotFound
from gis.geometry import normal_shape
from gis.planning.cell_map import CellMap
from gis.planning.plan import StepEntry
from gis.planning.serialize import cell_map_bytes, cell_map_from
from gis.roster import Roster
from gis.store import audit, tables
from gis.store.engine import Database
from gis.store.in_force import Identity, read_identity, read_versions
from gis.store.parts import DIVISION, ROSTER
from gis.store.plans.rows import (
    HEAD,
    REBASE,
    change_head,
    head_row,
    insert_entry,
    insert_lineage,
    is_newest,
    keep_ground,
    newest,
    read_head,
    read_lineage,
    read_log,
    read_taken_codes,
    update_head,
)
from gis.store.plans.values import (
    APPROVED,
    DRAFT,
    EDITABLE,
    PUBLISHED,
    STATES,
    WITHDRAWN,
    Appearance,
    Comment,
    Descent,
    HeadChange,
    PlanHead,
    Release,
    Superseded,
    not_editable,
    utc_now,
    wrong_state,
)
from gis.store.publishing import Publication, publish_within
from gis.store.versions import VersionHead, heads, scheduled

_STANDS = ("id", "code", "name", "parent", "kind", "grid_class", "grid_grade", "boundary")


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
                select(*(c[n] for n in HEAD))
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

    def step_counts(self, plans: Sequence[str]) -> dict[str, int]:
        """Return how many steps of each plan are in effect, those undone not counted."""
        step = tables.plan_step.c
        earlier = tables.plan_step.alias("earlier")
        rebased = (
            select(func.max(earlier.c.revision))
            .where(earlier.c.plan == step.plan, earlier.c.move == REBASE)
            .scalar_subquery()
        )
        counted = func.sum(case((step.move == "undo", -1), else_=1))
        with self._database.reading() as connection:
            rows = connection.execute(
                select(step.plan, counted)
                .where(step.plan.in_(list(plans)), step.revision >= func.coalesce(rebased, 0))
                .group_by(step.plan)
            ).all()
        return {plan: int(count) for plan, count in rows}

    def log(self, plan: str, after: int = 0) -> list[StepEntry]:
        """Return the lines of a plan's log after a revision, in their order."""
        with self._database.reading() as connection:
            return read_log(connection, plan, after)

    def cell_map(self, sha256: str) -> CellMap:
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
        return cell_map_from(content)

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
        ground: CellMap,
        author: Author,
        log: Sequence[StepEntry] = (),
    ) -> PlanHead:
        """Store a new plan, its cells and the steps it begins with."""
        content = cell_map_bytes(ground)
        sha256 = hashlib.sha256(content).hexdigest()
        head = replace(head, ground=sha256, revision=log[-1].revision if log else 0)
        with self._database.writing() as connection:
            keep_ground(connection, sha256, content)
            connection.execute(insert(tables.plan).values(**head_row(head)))
            for entry in log:
                insert_entry(connection, head.id, entry, author, None)
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
        self, plan: str, entry: StepEntry, author: Author, *, key: str | None = None
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
            head = newest(connection, plan, entry.revision - 1)
            if head.state not in EDITABLE:
                raise not_editable(head)
            insert_entry(connection, plan, entry, author, key)
            head = replace(head, revision=entry.revision, changed_at=utc_now())
            update_head(connection, head)
            kind = entry.step.kind if entry.step else entry.move
            after = {"revision": entry.revision}
            audit.append(connection, author, f"plan.{kind}", f"plan:{plan}", after=after)
        return head

    def change(
        self,
        plan: str,
        revision: int | None,
        author: Author,
        change: HeadChange,
    ) -> PlanHead:
        """Change what is said of a plan, as one entry of the audit log.

        ``revision`` None: whichever is the newest. The revision goes up by one.

        Raises
        ------
        Superseded, Conflict
            As for :meth:`append`; whatever ``change.check`` raises.
        """
        with self._database.writing() as connection:
            return change_head(connection, plan, revision, author, change)

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

    def rebase(self, head: PlanHead, ground: CellMap, entry: StepEntry, author: Author) -> PlanHead:
        """Put a plan on another base; the entry leads to where it stands there.

        Its earlier steps stay in the log, and are no longer undone.

        Raises
        ------
        Superseded
            The plan has moved on from ``entry.revision - 1``.
        """
        content = cell_map_bytes(ground)
        sha256 = hashlib.sha256(content).hexdigest()
        with self._database.writing() as connection:
            found = newest(connection, head.id, entry.revision - 1)
            if found.state in (PUBLISHED, WITHDRAWN):
                raise not_editable(found)
            keep_ground(connection, sha256, content)
            insert_entry(connection, head.id, entry, author, None, move=REBASE)
            head = replace(
                head, ground=sha256, revision=entry.revision, state=DRAFT, changed_at=utc_now()
            )
            update_head(connection, head)
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
        approval: HeadChange | None = None,
        approver: Author | None = None,
    ) -> PlanHead:
        """Publish an approved plan: division, roster, lineage, state and record in one transaction.

        ``approval``, by ``approver``, is stored in it first, of a plan that was submitted.

        Raises
        ------
        NotAllowed
            Who approves it has submitted it.
        Superseded
            The plan, or the division it was assembled on, has moved on.
        Conflict
            It is not approved; a date before today or before the latest that is scheduled; a
            code that another grid carried.
        """
        with self._database.writing() as connection:
            head = newest(connection, plan, revision)
            if approval is not None:
                head = change_head(connection, plan, revision, approver or author, approval)
            if head.state != APPROVED:
                raise wrong_state(head, (APPROVED,))
            found = read_versions(connection)
            if (found.division, found.roster) != release.made_on:
                raise Superseded(head)
            identity = read_identity(connection) or release.identity
            day = release.effective_from
            if is_newest(connection, release.division):
                raise Conflict(
                    "the plan changes nothing that is published: edit it, or withdraw it",
                    "该方案没有改变已发布的任何内容：请修改，或撤回",
                )
            record = (
                AuditChange(
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
            insert_lineage(connection, made.versions.division, release.lineage)
            published = HeadChange(
                "plan.published",
                (APPROVED,),
                {
                    "state": PUBLISHED,
                    "published_version": made.versions.division,
                    "effective_from": day,
                },
                reason=reason,
                version=f"division {made.versions.division}",
            )
            return change_head(connection, plan, head.revision, author, published)

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
            record = AuditChange(
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
        begin = max([today, *scheduled(connection, ROSTER, today)])
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
            ids = set(connection.scalars(select(g.id).where(g.code == code, ~g.gone)))
            rows = connection.execute(
                select(
                    g.division_version.label("version"),
                    g.branch,
                    g.gone,
                    *(g[name] for name in _STANDS),
                ).where(g.id.in_(sorted(ids)))
            ).all()
            found = heads(connection, DIVISION)
        return [a for head in found for a in _appearances(head, rows, found[-1].version)]


def _appearances(head: VersionHead, rows: Sequence[Any], last: int) -> Iterator[Appearance]:
    """Yield the grids of a version, of all rows that some grids ever had."""
    for _, row in sorted(head.ancestry.last_rows(rows).items()):
        if not row.gone:
            stands: dict[str, Any] = {name: getattr(row, name) for name in _STANDS}
            stands["boundary"] = _shape_hash(row.boundary)
            yield Appearance(head.version, head.effective_from, last=last, **stands)


def _shape_hash(wkb: bytes) -> str:
    """Return the hash of a boundary, the same however its rings are written down."""
    plain = normal_shape(shapely.from_wkb(wkb))
    return hashlib.sha256(shapely.to_wkb(plain, byte_order=1, include_srid=False)).hexdigest()

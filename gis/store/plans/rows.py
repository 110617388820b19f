"""Plans inside a transaction: their heads, logs, cells and lineage, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from gis.audit import Author
from gis.division import Division
from gis.errors import NotFound
from gis.findings import Text
from gis.planning.plan import Step, StepEntry
from gis.planning.serialize import change_from_json, change_to_json
from gis.store import audit, tables
from gis.store.parts import DIVISION
from gis.store.plans.values import Descent, HeadChange, PlanHead, Superseded, utc_now, wrong_state
from gis.store.versions import newest_head

REBASE = "rebase"

HEAD = tuple(PlanHead.__dataclass_fields__)


def read_head(connection: Connection, plan: str) -> PlanHead:
    """Return a plan's head.

    Raises
    ------
    NotFound
        There is no such plan.
    """
    c = tables.plan.c
    row = connection.execute(select(*(c[n] for n in HEAD)).where(c.id == plan)).one_or_none()
    if row is None:
        raise NotFound(f"there is no plan {plan[:40]!r}", f"没有方案 {plan[:40]!r}")
    return PlanHead(*row)


def read_log(connection: Connection, plan: str, after: int = 0) -> list[StepEntry]:
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
) -> StepEntry:
    if move not in ("do", REBASE):
        return StepEntry(revision, move)
    step = Step(
        revision,
        kind or "",
        Text(*content["text"]),
        change_from_json(content["change"]),
        author,
        at,
        content.get("operation"),
    )
    return StepEntry(revision, "do", step)


def insert_entry(
    connection: Connection,
    plan: str,
    entry: StepEntry,
    author: Author,
    key: str | None,
    *,
    move: str | None = None,
) -> None:
    """Store a line of a plan's log."""
    step = entry.step
    content: dict[str, Any] = {}
    if step is not None:
        content = {"text": list(step.text), "change": change_to_json(step.change)}
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


def newest(connection: Connection, plan: str, revision: int | None) -> PlanHead:
    """Return a plan's head, if a revision is its newest one; None: whichever that is."""
    head = read_head(connection, plan)
    if revision is not None and head.revision != revision:
        raise Superseded(head)
    return head


def head_row(head: PlanHead) -> dict[str, Any]:
    """Return a head as the values of its row."""
    return {name: getattr(head, name) for name in HEAD} | {"review": dict(head.review or {})}


def update_head(connection: Connection, head: PlanHead) -> None:
    """Store what is said of a plan."""
    connection.execute(
        update(tables.plan).where(tables.plan.c.id == head.id).values(**head_row(head))
    )


def keep_ground(connection: Connection, sha256: str, content: bytes) -> None:
    """Store frozen cells, once."""
    c = tables.plan_ground.c
    if connection.scalar(select(func.count()).where(c.sha256 == sha256)) == 0:
        connection.execute(insert(tables.plan_ground).values(sha256=sha256, content=content))


def change_head(
    connection: Connection,
    plan: str,
    revision: int | None,
    author: Author,
    change: HeadChange,
) -> PlanHead:
    """Change what is said of a plan (see :meth:`Plans.change`)."""
    before = newest(connection, plan, revision)
    if before.state not in change.allowed:
        raise wrong_state(before, change.allowed)
    if change.check is not None:
        change.check(before)
    after = replace(
        before,
        revision=before.revision + 1,
        changed_at=utc_now(),
        review={**(before.review or {}), **change.noted},
        **change.fields,
    )
    update_head(connection, after)
    audit.append(
        connection,
        author,
        change.action,
        f"plan:{plan}",
        reason=change.reason,
        before={n: getattr(before, n) for n in change.fields},
        after=dict(change.fields),
        version=change.version,
    )
    return after


def read_taken_codes(connection: Connection) -> frozenset[str]:
    """Return every code that a grid ever carried."""
    c = tables.grid.c
    return frozenset(connection.scalars(select(c.code).where(~c.gone).distinct()))


_MILLION = 1_000_000


def insert_lineage(connection: Connection, version: int, rows: Sequence[Descent]) -> None:
    """Store which grid took over from which in a version of the division."""
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


def is_newest(connection: Connection, division: Division) -> bool:
    """Tell whether a division is the newest one, byte for byte."""
    newest = newest_head(connection, DIVISION)
    return newest is not None and newest.sha256 == division.sha256

"""What the routes that edit share: the guard, the storing, the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.http.auth import Caller
from api.http.preconditions import if_match
from api.http.problems import language_of
from api.http.responses import answer
from api.schemas.people import last_change, remark_json
from api.serving.latest_atlas import LatestAtlas
from gis.audit import Author
from gis.directory import Directory
from gis.editing import Edited
from gis.errors import Outdated
from gis.findings import Finding
from gis.roster import Roster
from gis.store.edits import EditBase, Revised


class Guard:
    """The state an edit was made from, to be held against the state it meets."""

    def __init__(self, request: Request) -> None:
        self._said = if_match(request)

    def holds(self, now: str) -> bool:
        """Tell whether a state is the one the edit was made from."""
        return self._said == now

    def check(self, now: str, current: dict[str, Any], subject: str) -> None:
        """Refuse an edit made from another state than the one it meets.

        Raises
        ------
        Moved
            With the newest state; :func:`revise_roster` and its like say who changed it.
        """
        if not self.holds(now):
            raise Moved(now, current, subject)


class Moved(Exception):
    """What an edit was made from has been changed since."""

    def __init__(self, now: str, current: dict[str, Any], subject: str) -> None:
        super().__init__(subject)
        self.now, self.current, self.subject = now, current, subject


def author_of(caller: Caller) -> Author:
    """Return who the audit log says it was."""
    return Author(caller.name, str(caller.role), caller.channel)


async def revise_roster(
    latest: LatestAtlas,
    caller: Caller,
    edit: Callable[[EditBase[Roster]], Edited[Roster]],
    reason: str,
) -> Revised[Roster]:
    """Store an edit of the roster beside the event loop.

    Raises
    ------
    Outdated
        Somebody changed meanwhile what was edited; says who, when and what.
    """
    return await asyncio.to_thread(
        _revise, latest, latest.store.revise_roster, edit, caller, reason
    )


async def revise_directory(
    latest: LatestAtlas,
    caller: Caller,
    edit: Callable[[EditBase[Directory]], Edited[Directory]],
    reason: str,
) -> Revised[Directory]:
    """Store an edit of the directory, as :func:`revise_roster` does."""
    return await asyncio.to_thread(
        _revise, latest, latest.store.revise_directory, edit, caller, reason
    )


def _revise(
    latest: LatestAtlas, revise: Any, edit: Any, caller: Caller, reason: str
) -> Revised[Any]:
    try:
        revised: Revised[Any] = revise(
            edit, today=latest.today, author=author_of(caller), reason=reason
        )
    except Moved as moved:
        by = last_change(latest.store, moved.subject)
        who = (by or {}).get("who") or "?"
        raise Outdated(
            f"{who} changed this meanwhile: look at what is different, keep yours or take theirs",
            f"{who} 刚刚修改了此内容：请查看差异，选择保留自己的或采用对方的",
            {"etag": f'"{moved.now}"', "current": moved.current, "changed": by},
        ) from None
    return revised


def edited(
    request: Request,
    body: dict[str, Any],
    findings: tuple[Finding, ...],
    *,
    status: int = 200,
    etag: str = "",
    location: str = "",
) -> Response:
    """Return the answer to an edit: what it led to, and what somebody should look at."""
    language = language_of(request)
    headers = {"etag": f'"{etag}"'} if etag else {}
    if location:
        headers["location"] = location
    remarks = [remark_json(f, language) for f in findings]
    return answer({**body, "findings": remarks}, status, headers)

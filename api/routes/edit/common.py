"""What the routes that edit share: the desk, the answer, and what a conflict says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.http.auth import Caller, caller_of
from api.http.params import StrictRoute
from api.http.preconditions import etag_of
from api.http.problems import answer_to, language_of
from api.http.responses import answer
from api.schemas.people import duty_json, entry_brief, person_json, remark_json
from api.schemas.places import place_json
from api.serving.latest_atlas import LatestAtlas
from api.serving.services import services_of
from gis.editing.duties import duty_of
from gis.editing.places import place_of
from gis.findings import Finding
from gis.workflows.edits import EditConflict, EditDesk


class EditRoute(StrictRoute):
    """A strict route that shows whoever comes second what a colleague has changed."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with a conflict as a problem answer."""
        handle = super().get_route_handler()

        async def explained(request: Request) -> Response:
            try:
                return await handle(request)
            except EditConflict as conflict:
                last, caller = conflict.last, caller_of(request.scope)
                latest = services_of(request.scope).latest
                conflict.members = {
                    "etag": etag_of(conflict.tag),
                    "current": await asyncio.to_thread(_current, conflict, request, latest),
                    "changed": entry_brief(last, caller) if last else None,
                }
                return answer_to(request, conflict)

        return explained


def _current(conflict: EditConflict, request: Request, latest: LatestAtlas) -> dict[str, Any]:
    """Return what was edited as it is now, as the caller sees it."""
    kind, _, identity = conflict.subject.partition(":")
    caller, language = caller_of(request.scope), language_of(request)
    atlas = latest.read()
    seen = latest.see(caller, atlas)
    if kind == "place":
        return place_json(place_of(seen.directory, identity), seen, caller)
    if kind == "duty":
        return duty_json(duty_of(seen.roster, identity), seen, caller, language)
    return person_json(identity, atlas, seen, caller, language)


async def desk_of(latest: LatestAtlas, caller: Caller, reason: str) -> EditDesk:
    """Return the desk of a caller, who edits what is stored now."""
    seen = await latest.seen(caller)
    return EditDesk(latest.store, caller.editor, seen, latest.today, reason)


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

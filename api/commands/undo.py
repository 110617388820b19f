"""wangge undo: the former places or people again, as the next version."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.common import open_stored, operator
from gis.clock import today
from gis.errors import InvalidInput


def undo(
    part: Annotated[str, typer.Argument(help="places or people")],
    version: Annotated[
        int | None, typer.Option(help="The version to go back to [the one before the newest]")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "",
) -> None:
    """Undo a load of places or people: publish a former version of them as the next one.

    Nothing is lost: what is undone stays in the history. Boundaries are restored by
    POST /divisions/{version}/restore.
    """
    from gis.workflows.undo_load import PARTS, go_back

    if part not in PARTS:
        raise InvalidInput(
            "part",
            f"{part[:20]!r}: must be places or people",
            f"{part[:20]!r}：应为 places（地点）或 people（人员）",
            tuple(PARTS),
        )
    store = open_stored()
    try:
        done = go_back(store, part, version, today=today(), author=operator(), reason=reason)
    finally:
        store.close()
    if not done.changed:
        print(f"nothing changed: {part} are as in version {done.source}")
        return
    print(f"{part} are again as in version {done.source}: stored as version {done.version}")

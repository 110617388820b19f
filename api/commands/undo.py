"""wangge undo: the former places or people again, as the next version."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from api.commands.common import open_stored, operator, say
from gis.clock import today

_ZH = {"places": "地点", "people": "人员"}


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
    from gis.workflows.undo_load import Undo, undo_load

    with closing(open_stored()) as store:
        done = undo_load(store, Undo(part, operator(), reason, version), today())
    if not done.changed:
        say(
            f"nothing changed: {part} are as in version {done.source}",
            f"没有变动：{_ZH[part]}与第 {done.source} 版相同",
        )
        return
    say(
        f"{part} are again as in version {done.source}: stored as version {done.version}",
        f"{_ZH[part]}已恢复为第 {done.source} 版的内容，存为第 {done.version} 版",
    )

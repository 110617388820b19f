"""What became of a grid, as JSON."""

from __future__ import annotations

from typing import Any

from api.schemas.plans import text_json
from gis.workflows.plans.history import GridEvent, GridHistory, Relative


def history_json(code: str, history: GridHistory) -> dict[str, Any]:
    """Return the history of the grid that carries a code, or carried it last."""
    return {
        "code": code,
        "grid": {"id": history.id, "name": history.name},
        "in_force": history.in_force,
        "events": [_event_json(e) for e in history.events],
        "predecessors": [_relative_json(r) for r in history.predecessors],
        "successors": [_relative_json(r) for r in history.successors],
    }


def _relative_json(relative: Relative) -> dict[str, Any]:
    return {
        "code": relative.code,
        "name": relative.name,
        "share": relative.share,
        "version": relative.version,
    }


def _event_json(event: GridEvent) -> dict[str, Any]:
    return {
        "version": event.version,
        "effective_from": event.effective_from.isoformat(),
        "kind": event.kind,
        "text": text_json(event.text),
        "code": event.code,
        "name": event.name,
    }

"""What stands between a plan and a newer division, and between two planners, as JSON."""

from __future__ import annotations

from typing import Any

from api.schemas.plans import step_json, text_json
from gis.workflows.plans.opened import PlanOutdated
from gis.workflows.plans.rebase import NewerDivision

WAYS = ("mine", "theirs", "copy")
_MOST_STEPS = 50


def conflicts_json(newer: NewerDivision) -> dict[str, Any]:
    """Return the grids that a plan and a newer division have both changed."""
    return {
        "type": "urn:wangge:problem:plan-conflict",
        "base_version": newer.base_version,
        "newest_version": newer.newest_version,
        "grids": [
            {
                "id": g.grid,
                "code": g.code,
                "name": g.name,
                "mine": text_json(g.mine),
                "theirs": text_json(g.theirs),
            }
            for g in newer.grids
        ],
        "cells": list(newer.cells),
        "free": not newer.grids,
        "ways": list(WAYS),
    }


def outdated_json(late: PlanOutdated) -> dict[str, Any]:
    """Return what was changed before a write that came too late; of the steps the last fifty."""
    return {
        "etag": f'"{late.opened.etag}"',
        "revision": late.opened.head.revision,
        "steps": [step_json(s) for s in late.steps[-_MOST_STEPS:]],
        "cells": list(late.cells),
        "grids": list(late.grids),
        "clash": list(late.clash),
        "ways": list(WAYS),
    }

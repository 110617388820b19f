"""Proposals as JSON: what is asked for, and a search as far as it has come."""

from __future__ import annotations

from typing import Any

from api.schemas.plans import finding_json, impact_json, load_change_json, text_json
from gis.errors import InvalidInput
from gis.findings import Text
from gis.planning.operations import operation_json
from gis.planning.proposals import ProposalOptions
from gis.planning.proposals.effects import PartEffect, PlanEffect, ProposalEffect
from gis.rules import OfficeRules
from gis.workflows.plans.opened import OpenPlan
from gis.workflows.plans.proposal_jobs import ProposalJob
from gis.workflows.plans.proposals import check_kind, options_of

_NUMBERS = ("low", "high", "minimum", "move_penalty", "tolerance", "time_limit_s")
OPTIONS = (*_NUMBERS, "preserve")


def read_options(given: dict[str, Any], opened: OpenPlan, rules: OfficeRules) -> ProposalOptions:
    """Return what a search is to do, from ``kind``, ``grid`` or ``grids``, and ``options``.

    Raises
    ------
    InvalidInput
        Naming the member.
    """
    kind = given.get("kind")
    check_kind(kind)
    names = given.get("grids")
    if names is None:
        names = [given["grid"]] if given.get("grid") is not None else []
    if not isinstance(names, list) or any(not isinstance(n, str) for n in names):
        raise InvalidInput("grids", "grids must be a list of ids or codes", "grids 应为网格列表")
    options = given.get("options") or {}
    if not isinstance(options, dict):
        raise InvalidInput("options", "options must be an object", "options 应为对象")
    for name in options:
        if name not in OPTIONS:
            raise InvalidInput(
                name[:40],
                f"there is no option {name[:40]!r} (known: {', '.join(OPTIONS)})",
                f"没有选项 {name[:40]!r}（可用：{'、'.join(OPTIONS)}）",
                OPTIONS,
            )
    preserve = options.get("preserve", True)
    if not isinstance(preserve, bool):
        raise InvalidInput(
            "preserve", "preserve must be true or false", "preserve 应为 true 或 false"
        )
    numbers = {name: _number(options, name) for name in _NUMBERS}
    return options_of(opened, rules, str(kind), names, preserve=preserve, **numbers)


def _number(options: dict[str, Any], field: str) -> float | None:
    value = options.get(field)
    if value is None and (field not in options or field == "move_penalty"):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(field, f"{field} must be a number", f"{field} 应为数字")
    return value


def job_json(job: ProposalJob, opened: OpenPlan) -> dict[str, Any]:
    """Return a search as far as it has come."""
    far = Text(f"{job.done} of {job.total}", f"已完成 {job.done} / {job.total}")
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "progress": {
            "done": job.done,
            "total": job.total,
            "best": job.best,
            "text": text_json(far),
        },
        "revision": job.revision,
        "outdated": job.revision != opened.head.revision,
        "result": _result_json(job.result) if job.result else None,
        "error": text_json(job.error) if job.error else None,
    }


def _result_json(result: ProposalEffect) -> dict[str, Any]:
    found = result.proposal
    return {
        "text": text_json(found.text),
        "cost": found.cost,
        "bound": found.bound,
        "gap": found.gap,
        "proven": found.proven,
        "parts": [_part_json(n, p) for n, p in enumerate(result.parts, start=1)],
        "impossible": [{"grid": g, "text": text_json(t)} for g, t in found.impossible],
        "effect": _effect_json(result.whole),
    }


def _effect_json(effect: PlanEffect) -> dict[str, Any]:
    return {
        "impact": impact_json(effect.impact),
        "counts": dict(effect.counts),
        "loads": [load_change_json(c) for c in effect.loads],
    }


def _part_json(number: int, effect: PartEffect) -> dict[str, Any]:
    return {
        "id": number,
        "text": text_json(effect.part.text),
        "operations": [operation_json(o) for o in effect.part.operations],
        "cells": [list(pair) for pair in effect.cells],
        "grids": list(effect.grids),
        "effect": {
            "buildings": effect.buildings,
            "households": effect.households,
            "shops": effect.shops,
            "units": effect.units,
            "findings_solved": list(effect.solved),
            "findings_new": [finding_json(f) for f in effect.new],
        },
    }

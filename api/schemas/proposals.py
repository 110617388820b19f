"""Proposals as JSON: what is asked for, and a search as far as it has come."""

from __future__ import annotations

from typing import Any

from api.schemas.plan_bodies import NewProposal, SearchOptions
from api.schemas.plans import finding_json, impact_json, load_change_json, text_json
from gis.findings import Text
from gis.planning.operations import operation_json
from gis.planning.proposals import ProposalOptions
from gis.planning.proposals.effects import PartEffect, PlanEffect, ProposalEffect
from gis.rules import OfficeRules
from gis.workflows.plans.opened import OpenPlan
from gis.workflows.plans.proposal_jobs import ProposalJob
from gis.workflows.plans.proposals import options_of


def options_asked(given: NewProposal, opened: OpenPlan, rules: OfficeRules) -> ProposalOptions:
    """Return what a search is to do, as a request asks for it.

    Raises
    ------
    InvalidInput
        Naming the member.
    """
    alone = [given.grid] if given.grid is not None else []
    options = given.options or SearchOptions()
    return options_of(
        opened,
        rules,
        given.kind,
        alone if given.grids is None else given.grids,
        **options.model_dump(),
    )


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

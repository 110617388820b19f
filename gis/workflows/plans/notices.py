"""Public notices 公示: which plans are put up today, and the comparison that the public may see."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date

from gis.directory import Directory
from gis.disclosure import Policy, hidden_names, public
from gis.errors import NotFound
from gis.ids import PlaceId
from gis.planning.diff import ChangedPiece, Comparison, comparison_of
from gis.planning.evaluation import PlanView
from gis.store.plans import APPROVED, PUBLISHED, PlanHead
from gis.workflows.plans.opened import OpenPlan
from gis.workflows.plans.workspace import PlanWorkspace


@dataclass(frozen=True)
class PublicNotice:
    """A plan that is put up: ``comparison`` is without the places in ``hidden``.

    ``directory`` is the public one of its base; ``hidden_names`` may stand in no text.
    """

    opened: OpenPlan
    office: str
    comparison: Comparison
    hidden: frozenset[PlaceId]
    directory: Directory
    hidden_names: frozenset[str]


def notices_up(workspace: PlanWorkspace, day: date) -> list[PlanHead]:
    """Return the plans that are put up for the public on a day."""
    heads, _ = workspace.store.plans.heads((APPROVED, PUBLISHED))
    return [h for h in heads if is_up(h, day)]


def is_up(head: PlanHead, day: date) -> bool:
    """Tell whether a plan is put up for the public on a day."""
    notice = (head.review or {}).get("notice")
    if not notice or head.state not in (APPROVED, PUBLISHED):
        return False
    return bool(notice["from"] <= day.isoformat() <= notice["until"])


def public_notice(
    workspace: PlanWorkspace, plan: str, day: date, *, businesses: bool
) -> PublicNotice:
    """Return a plan that is put up, with what the public may see of it.

    ``businesses``: whether the office shows shops to the public.

    Raises
    ------
    NotFound
        It is not put up that day, or there is no such plan: the answer is the same.
    """
    missing = NotFound(
        f"there is no public notice {plan[:40]!r} today", f"目前没有公示 {plan[:40]!r}"
    )
    try:
        head = workspace.store.plans.head(plan)
    except NotFound:
        raise missing from None
    if not is_up(head, day):
        raise missing
    opened = workspace.open(plan)
    view = opened.plan.view
    atlas = view.base.atlas
    shown = public(atlas, Policy(businesses=businesses), today=day)
    hidden = atlas.directory.by_id.keys() - shown.directory.by_id.keys()
    comparison = _without(comparison_of(view), view, hidden)
    office = workspace.office_name or atlas.name
    return PublicNotice(
        opened, office, comparison, frozenset(hidden), shown.directory, hidden_names(atlas)
    )


def _without(comparison: Comparison, view: PlanView, hidden: Set[PlaceId]) -> Comparison:
    by_id = view.base.atlas.directory.by_id
    pieces = []
    for piece in comparison.pieces:
        gone = [p for p in piece.places if p in hidden]
        kinds = [str(by_id[p].kind) for p in gone]
        moved = piece.moved._replace(
            buildings=piece.moved.buildings - kinds.count("building"),
            shops=piece.moved.shops - kinds.count("business"),
            units=piece.moved.units - kinds.count("resident_unit"),
        )
        places = [p for p in piece.places if p not in hidden]
        pieces.append(ChangedPiece(piece.before, piece.after, moved, piece.area_m2, places))
    return replace(comparison, pieces=pieces)

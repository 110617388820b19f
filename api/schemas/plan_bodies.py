"""What writes of plans say: begun, copied, reviewed, published (docs/plans-api.md)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from api.schemas.common import Body, DatumName, Day, OneOf, Words
from api.schemas.grids import Position
from api.schemas.plan_operations import PlanOperations
from gis.planning.operations import MAX_BATCH
from gis.planning.proposals import KINDS
from gis.workflows.plans.proposals import MOST_SECONDS

MOST_NUMBER = 999_999_999

Title = Annotated[Words, Field(min_length=1, max_length=100, examples=["调整示例"])]
WhyOf = Annotated[Words, Field(max_length=500, examples=["户数不均"])]
Why = Annotated[Words, Field(min_length=1, max_length=500, examples=["界线应沿道路"])]
Note = Annotated[WhyOf | None, Field(description="A remark that stands on record")]
GridName = Annotated[str, Field(min_length=1, max_length=100, examples=["320106012005001"])]
Whose = Literal["mine", "theirs"]


class PlanBody(Body):
    """A body of the routes of plans."""

    most_bytes: ClassVar[int] = 8 << 20


class NewPlan(PlanBody):
    """A plan to begin."""

    title: Title
    reason: WhyOf | None = None
    base: Annotated[
        Annotated[int, Field(ge=1, le=MOST_NUMBER)] | Literal["in_force"] | None,
        Field(
            description="The version of the division it starts from, or that in force today; "
            "null: the newest"
        ),
    ] = None


class PlanChange(PlanBody):
    """What changes of a plan; what is not given stays."""

    title: Title = ""
    reason: WhyOf | None = None


class PlanCopy(PlanBody):
    """How much of a plan is copied, and what is done to the copy."""

    title: Annotated[
        Annotated[Words, Field(max_length=100)] | None,
        Field(description="null: that of the plan, with a mark", examples=["调整示例（副本）"]),
    ] = None
    at: Annotated[
        Annotated[int, Field(ge=0, le=MOST_NUMBER)] | None,
        Field(description="The last step that is copied; null: all of them"),
    ] = None
    operations: Annotated[
        PlanOperations | None,
        Field(max_length=MAX_BATCH, description="Carried out on the copy"),
    ] = None


class Submission(PlanBody):
    """A remark for whoever reviews."""

    note: Note = None


class Approval(PlanBody):
    """A remark of whoever approves."""

    note: Note = None


class Return(PlanBody):
    """Why a plan goes back to its planner."""

    reason: Why


class NewComment(PlanBody):
    """A remark on a plan, on a grid of it, or on a place."""

    text: Annotated[Words, Field(min_length=1, max_length=2000, examples=["此处应沿道路划分"])]
    grid: Annotated[GridName | None, Field(description="The id of a grid")] = None
    place: Annotated[Position | None, Field(description="Longitude and latitude, WGS84")] = None


class NewNotice(PlanBody):
    """From when until when everybody sees what a plan changes."""

    from_: Annotated[Day, Field(alias="from", description="The first day")]
    until: Annotated[Day, Field(description="The last day", examples=["2026-12-15"])]
    text: Annotated[Words, Field(max_length=2000, examples=["征求意见"])] | None = None
    contact: Annotated[Words, Field(max_length=200, examples=["025-0000-0001"])] | None = None


class Publication(PlanBody):
    """When a plan takes effect."""

    effective_from: Annotated[Day, Field(description="The first day it is in force")]
    reason: Annotated[WhyOf | None, Field(description="Why; it stands on record")] = None


class Rebase(PlanBody):
    """Whose change stays where a newer division changed the same grids."""

    keep: Annotated[Whose, Field(description="Where `grids` says nothing else")]
    grids: Annotated[
        dict[str, Whose] | None,
        Field(description="By the id of a grid", examples=[{"g3-5a1c": "mine"}]),
    ] = None


class SearchOptions(Body):
    """How a proposal is searched for; null: as the office's rules have it."""

    low: Annotated[float | None, Field(ge=1, le=100, description="Buildings of a cluster")] = None
    high: Annotated[float | None, Field(ge=1, le=100, description="Buildings of a cluster")] = None
    minimum: Annotated[
        float | None, Field(ge=1, le=10**6, description="Households of a compound")
    ] = None
    preserve: Annotated[bool, Field(description="Leave compounds alone that are large enough")] = (
        True
    )
    move_penalty: Annotated[
        float | None,
        Field(ge=0, le=10**9, description="Metres that a building which moves must save"),
    ] = None
    tolerance: Annotated[
        float | None, Field(ge=0, le=10, description="How uneven loads may stay; 0.1: 10 %")
    ] = None
    time_limit_s: Annotated[
        float | None, Field(ge=0.1, le=MOST_SECONDS, description="Seconds to search at most")
    ] = None


class NewProposal(PlanBody):
    """A proposal to search for."""

    kind: Annotated[str, OneOf(KINDS)]
    grid: Annotated[GridName | None, Field(description="An id or a code")] = None
    grids: Annotated[
        list[GridName] | None, Field(description="Ids or codes, in the place of `grid`")
    ] = None
    options: SearchOptions | None = None


class TakenParts(PlanBody):
    """Which parts of a proposal are taken."""

    parts: Annotated[
        list[int] | None, Field(description="Their numbers; null: all", examples=[[1, 2]])
    ] = None


class NewDraft(Body):
    """A first division to draft from nothing."""

    most_bytes: ClassVar[int] = 64 << 20

    title: Title
    datum: Annotated[DatumName, Field(description="Of the buildings and the outline")]
    table: Annotated[
        list[Any],
        Field(
            description="Which building goes where",
            json_schema_extra={
                "items": {
                    "type": "object",
                    "properties": {
                        "building": {
                            "type": "string",
                            "description": "Its id, name or address",
                        },
                        "cluster": {"type": "string"},
                        "compound": {"type": "string"},
                        "community": {"type": "string"},
                    },
                }
            },
            examples=[
                [
                    {
                        "building": "1栋",
                        "cluster": "第1网格",
                        "compound": "示例小区",
                        "community": "示例社区",
                    }
                ]
            ],
        ),
    ]
    buildings: Annotated[
        dict[str, Any] | None,
        Field(
            description="A GeoJSON FeatureCollection of points or footprints with `id`, `name` or "
            "`address`; null: those that are stored"
        ),
    ] = None
    outline: Annotated[
        dict[str, Any] | None,
        Field(description="A GeoJSON Polygon; null: around the buildings"),
    ] = None
    code: Annotated[
        Annotated[Words, Field(max_length=12, examples=["320106012"])] | None,
        Field(description="That of the subdistrict"),
    ] = None

"""Plans as they are answered (docs/plans-api.md).

The functions that write them are in :mod:`api.schemas.plans`, ``impact``, ``compare``,
``conflicts``, ``proposals``, ``history`` and ``notices``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.schemas.common import BothTexts, JsonObject, OneOf, Problem
from api.schemas.divisions import MadeDivision
from api.schemas.grids import GridClass, GridGrade, LevelNumber, Position
from api.schemas.plan_operations import StoredOperation
from gis.directory import ContextKind, PlaceKind
from gis.division import GridKind
from gis.planning.proposals import KINDS
from gis.roster import GridRole
from gis.store.plans import STATES

FlatLine = list[int]
"""x, y of the first vertex, then steps from vertex to vertex; 1e-7 degree from `origin`."""
Shape = list[list[FlatLine]]
"""Polygons of rings, the outer one first; a ring is not closed."""
Offset = Annotated[list[int], Field(min_length=2, max_length=2)]
"""x and y in 1e-7 degree from `origin`."""
CellOwner = Annotated[list[Any], Field(min_length=2, max_length=2, examples=[[17, "g3-5a1c"]])]
"""The number of a cell and the id of its grid."""
StateName = Annotated[str, OneOf(STATES)]
ProposalKind = Annotated[str, OneOf(KINDS)]


# --- what plans are made of ----------------------------------------------------------------------


class PlanHead(JsonObject):
    """A plan in a list."""

    id: str
    title: str
    reason: str
    state: StateName
    author: str
    created_at: str
    changed_at: str
    base_version: int
    """The division it started from; 0: from nothing."""
    revision: int
    steps: int
    effective_from: str | None
    published_version: int | None
    copied_from: str | None


class Plans(JsonObject):
    """Plans, the newest first."""

    total: int
    plans: list[PlanHead]


class PlanStep(JsonObject):
    """A step of a plan."""

    number: int
    kind: str
    text: BothTexts
    author: str
    at: str
    operation: StoredOperation | dict[str, Any] | None


class Waiver(JsonObject):
    """Why a finding was let stand, and by whom."""

    reason: str
    by: str
    at: str


class PlanFinding(JsonObject):
    """What the rules find."""

    id: str
    rule: str
    severity: Literal["hard", "soft", "note"]
    text: BothTexts
    grid: str | None
    code: str | None
    name: str | None
    place: Position | None
    size: float | None
    unit: str | None
    waivable: bool
    waived: Waiver | None
    in_base: bool
    """The base had it already."""
    touched: bool
    """It is about a grid that the plan changes."""
    repairs: list[str]
    """The kinds of proposal that may help, the best first."""


class FindingCounts(JsonObject):
    """How many findings of each weight; waived ones apart."""

    hard: int
    soft: int
    note: int
    waived: int


class Moved(JsonObject):
    """How much changes grid."""

    cells: int
    buildings: int
    households: int
    shops: int
    units: int


class HandedOver(JsonObject):
    """How much gets another leader."""

    households: int
    leaders: int


class PublicImpact(JsonObject):
    """What a plan changes, in numbers."""

    grids_changed: int
    grids_new: int
    grids_retired: int
    moved: Moved
    codes_new: int
    codes_retired: int


class Impact(PublicImpact):
    """What a plan changes, in numbers."""

    handed_over: HandedOver


class Load(JsonObject):
    """What a person looks after."""

    households: int
    buildings: int
    shops: int
    units: int
    grids: int
    level: int | None
    """The highest level of the grids; null: leads none."""


class PlanPerson(JsonObject):
    """Who it is."""

    person: str
    name: str


class LoadChange(PlanPerson):
    """What a person looks after, before and after."""

    before: Load
    after: Load


class PlanComment(JsonObject):
    """A remark."""

    id: int
    author: str
    at: str
    text: str
    grid: str | None
    place: Position | None


_FromDay = TypedDict("_FromDay", {"from": str})


class Notice(JsonObject, _FromDay):
    """From when until when everybody sees what a plan changes."""

    until: str
    text: str
    contact: str
    url: str


class Review(JsonObject):
    """Where a plan stands in its review."""

    submitted_by: str | None
    submitted_at: str | None
    submitted_note: str | None
    approved_by: str | None
    approved_at: str | None
    approved_note: str | None
    returned_by: str | None
    returned_reason: str | None
    notice: Notice | None


class PlanRules(JsonObject):
    """The numbers of the office's rules."""

    least_households: int
    buildings: list[int]
    shopfronts: list[int]
    load_factor: float
    leader_households: int | None
    """The most that a leader looks after; null: by `load_factor`."""


class BuildingDoubt(JsonObject):
    """A building of a first division that somebody should look at."""

    building: str
    text: BothTexts
    place: Position | None


class PlanAnswer(PlanHead):
    """Everything about a plan but its drawing."""

    outdated: bool
    """A newer division than its base is stored."""
    touched: list[str]
    """The ids of the grids that differ from the base."""
    steps_list: list[PlanStep]
    """The last 200."""
    undone: list[PlanStep]
    """What redo brings back, the next first."""
    findings: list[PlanFinding]
    counts: FindingCounts
    impact: Impact
    loads: list[LoadChange]
    comments: list[PlanComment]
    review: Review
    rules: PlanRules
    allowed: list[
        Literal["comment", "edit", "withdraw", "submit", "return", "approve", "notice", "publish"]
    ]
    """What the caller may do now."""
    doubts: list[BuildingDoubt]
    synthetic: bool


class PlanStepLists(JsonObject):
    """All steps of a plan."""

    steps: list[PlanStep]
    undone: list[PlanStep]
    """What redo brings back, the next first."""


# --- drawn ---------------------------------------------------------------------------------------


class CellColumns(JsonObject):
    """Cells, as columns of one length."""

    id: list[int]
    grid: list[str | None]
    shape: list[Shape]
    households: list[int]
    buildings: list[int]
    shops: list[int]
    units: list[int]
    area_m2: list[float]
    point: list[Offset]
    """A point inside."""
    places: list[list[str]]
    """The ids of the buildings in it."""


class PlanMember(JsonObject):
    """One of the compounds that a grid was merged of."""

    name: str
    kind: str
    households: int | None


class PlanGrid(JsonObject):
    """A grid of a plan."""

    id: str
    code: str | None
    """null: a new one, issued when the plan is published."""
    proposed_code: str | None
    name: str
    level: LevelNumber
    parent: str | None
    """The id of the grid above."""
    kind: GridKind
    grid_class: GridClass | None
    grid_grade: GridGrade | None
    households: int | None
    resident_population: int | None
    buildings: int
    shops: int
    units: int
    cells: int
    area_m2: float
    compactness: float
    """Polsby-Popper, 0 to 1."""
    parts: int
    """In how many pieces it lies."""
    expected_parts: int
    new: bool
    changed: bool
    locked: bool
    leader: PlanPerson | None
    members: list[PlanMember]
    shape: Shape
    label: Offset


class BuildingColumns(JsonObject):
    """Buildings, as columns of one length."""

    id: list[str]
    name: list[str]
    address: list[str]
    households: list[int]
    cell: list[int]
    shape: list[Shape]
    """A building without footprint is one vertex."""


class PointColumns(JsonObject):
    """Shops or resident units, as columns of one length."""

    id: list[str]
    name: list[str]
    cell: list[int]
    point: list[Offset]


class ContextFeature(JsonObject):
    """A road or a river."""

    id: str
    kind: ContextKind
    name: str
    shape: NotRequired[Shape]
    lines: NotRequired[list[FlatLine]]


class DrawnBase(JsonObject):
    """The grids before."""

    grids: list[PlanGrid]


class Drawing(JsonObject):
    """Everything a map of a plan is drawn from."""

    plan: str
    revision: int
    origin: Position
    """Where the whole numbers begin, in degrees."""
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)]
    cells: CellColumns
    grids: list[PlanGrid]
    """By level and code."""
    locked: list[str]
    buildings: BuildingColumns
    shops: PointColumns
    units: PointColumns
    context: list[ContextFeature]
    synthetic: bool
    base: NotRequired[DrawnBase]
    """Where `base=true` asks for it."""


class StepEffect(JsonObject):
    """What a step changed, and what follows from it."""

    plan: str
    revision: int
    step: PlanStep | None
    undo: int
    """How many steps can be undone."""
    redo: int
    cells: list[CellOwner]
    """Cells that changed grid."""
    cells_added: NotRequired[CellColumns]
    """After a cut, or its undo."""
    cells_removed: NotRequired[list[int]]
    grids: list[PlanGrid]
    """New or changed, of all levels."""
    removed: list[str]
    locked: list[str]
    findings: list[PlanFinding]
    """All, as they stand now."""
    counts: FindingCounts
    impact: Impact
    loads: list[LoadChange]
    ms: float


class GridShare(JsonObject):
    """How much of a cell a polygon covers."""

    grid: str
    share: float


class CellDoubt(JsonObject):
    """A cell that the imported polygons cover under 80 %, or not at all: it stays where it is."""

    cell: int | None
    text: BothTexts
    shares: list[GridShare]
    place: Position | None


class ImportEffect(StepEffect):
    """What an import changed."""

    doubts: list[CellDoubt]


# --- checked, compared ---------------------------------------------------------------------------


class TopologyFault(JsonObject):
    """A fault of the whole division, vertex by vertex."""

    rule: str
    code: str | None
    text: BothTexts
    place: Position | None


class PlanCheck(JsonObject):
    """What the rules find."""

    findings: list[PlanFinding]
    counts: FindingCounts
    rules: PlanRules
    can_submit: bool
    blocking: list[str]
    """The ids of the findings that keep it back."""
    topology: NotRequired[list[TopologyFault]]
    """Where `all=true` asks for it."""


class PlanDuty(JsonObject):
    """A duty somebody holds."""

    grid: str
    code: str | None
    name: str
    role: GridRole
    title: BothTexts


class Assignable(JsonObject):
    """Somebody who can be assigned."""

    person: str
    name: str
    organisation: str
    official: bool
    duties: list[PlanDuty]
    load: Load


class AssignablePeople(JsonObject):
    """Who can be assigned."""

    people: list[Assignable]


class ComparedThing(JsonObject):
    """One side of a comparison."""

    kind: Literal["plan", "division"]
    id: str
    title: str


class Brief(JsonObject):
    """A grid in few words; the code of a new one is what would be issued now."""

    id: str
    code: str | None
    name: str


_FromBrief = TypedDict("_FromBrief", {"from": Brief | None})
_FromBriefs = TypedDict("_FromBriefs", {"from": dict[str, Brief | None]})
_FromPerson = TypedDict("_FromPerson", {"from": PlanPerson | None})


class MatrixRow(JsonObject, _FromBrief):
    """How much of a grid goes into another."""

    to: Brief | None
    cells: int
    buildings: int
    households: int
    shops: int
    units: int
    area_m2: float
    share: float
    """Of the old grid's households; of its area where it has none."""


class GridState(JsonObject):
    """A grid before or after."""

    id: str
    code: str | None
    name: str
    kind: GridKind
    parent: Brief | None
    grid_class: GridClass | None
    grid_grade: GridGrade | None


class GridChange(JsonObject):
    """A grid that is new, gone or changed."""

    id: str
    level: LevelNumber
    change: Literal["new", "retired", "parent", "boundary", "renumbered", "attributes"]
    changes: list[str]
    before: GridState | None
    after: GridState | None


class MovedPlace(JsonObject, _FromBriefs):
    """A place that changes grid; `from` and `to` by level."""

    id: str
    kind: PlaceKind
    name: str
    address: str
    households: int | None
    to: dict[str, Brief | None]
    levels: list[LevelNumber]
    """Those on which it changes."""
    undisclosed: bool


class GridPair(JsonObject, _FromBrief):
    """A grid and what becomes of it."""

    to: Brief | None


class LeaderHandover(JsonObject, _FromPerson):
    """Who hands over to whom."""

    level: LevelNumber
    to: PlanPerson | None
    grids: list[GridPair]
    households: int
    buildings: int
    shops: int
    units: int


class DutyChange(PlanPerson):
    """A duty that ends, begins or passes on."""

    change: Literal["ends", "begins", "passes"]
    role: GridRole
    title: BothTexts
    grid: Brief | None
    to: Brief | None
    since: str | None
    until: str | None


class NewCode(JsonObject):
    """A code that begins."""

    code: str
    grid: str
    name: str
    reason: BothTexts


class Successor(JsonObject):
    """A grid that takes over."""

    code: str | None
    name: str
    share: float


class RetiredCode(JsonObject):
    """A code that ends."""

    code: str
    grid: str
    name: str
    successors: list[Successor]


class CodeChanges(JsonObject):
    """Codes that begin and end."""

    new: list[NewCode]
    retired: list[RetiredCode]


class PublicPlanGrid(JsonObject):
    """A grid of a plan, without anything of people."""

    id: str
    code: str | None
    proposed_code: NotRequired[str | None]
    name: str
    level: LevelNumber
    parent: str | None
    kind: GridKind
    grid_class: GridClass | None
    grid_grade: GridGrade | None
    households: int | None
    buildings: NotRequired[int]
    area_m2: NotRequired[float]
    new: NotRequired[bool]
    changed: NotRequired[bool]
    shape: Shape
    label: Offset


class Shapes(JsonObject):
    """The grids that change and those beside them."""

    origin: Position
    before: list[PlanGrid] | list[PublicPlanGrid]
    after: list[PlanGrid] | list[PublicPlanGrid]


class PublicShapes(JsonObject):
    """The grids that change and those beside them, without anything of people."""

    origin: Position
    before: list[PublicPlanGrid]
    after: list[PublicPlanGrid]


class _Compared(JsonObject):
    left: ComparedThing
    right: ComparedThing
    data_date: str
    synthetic: bool
    matrix: dict[str, list[MatrixRow]]
    """By level; pairs that differ, or of which one changed."""
    grids: list[GridChange]
    places: list[MovedPlace]
    handovers: list[LeaderHandover]
    duties: list[DutyChange]
    codes: CodeChanges


class Comparison(_Compared):
    """The impact sheet: what a plan changes, or how any two divisions differ."""

    summary: Impact
    shapes: NotRequired[Shapes]
    """Where `shapes=true` asks for it."""


class PublicComparison(_Compared):
    """What a plan changes, without anything of people; households rounded to ten."""

    summary: PublicImpact
    shapes: PublicShapes


# --- proposals -----------------------------------------------------------------------------------


class SearchProgress(JsonObject):
    """How far a search is."""

    done: int
    total: int
    best: float | None
    text: BothTexts


class ProposalSum(JsonObject):
    """What follows from taking all of it."""

    impact: Impact
    counts: FindingCounts
    loads: list[LoadChange]


class PartSum(JsonObject):
    """What follows from taking a part."""

    buildings: int
    households: int
    shops: int
    units: int
    findings_solved: list[str]
    findings_new: list[PlanFinding]


class ProposalPart(JsonObject):
    """A part that can be taken alone."""

    id: int
    text: BothTexts
    operations: list[StoredOperation]
    cells: list[CellOwner]
    grids: list[str]
    effect: PartSum


class ImpossibleGrid(JsonObject):
    """A grid for which nothing was found."""

    grid: str
    text: BothTexts


class ProposalResult(JsonObject):
    """What a search found."""

    text: BothTexts
    cost: float | None
    bound: float | None
    """No solution costs less."""
    gap: float | None
    proven: bool
    parts: list[ProposalPart]
    impossible: list[ImpossibleGrid]
    effect: ProposalSum


class ProposalJob(JsonObject):
    """A search, as far as it has come."""

    id: str
    kind: ProposalKind
    state: Literal["running", "done", "failed", "cancelled"]
    progress: SearchProgress
    revision: int
    """Of the plan that it was made for."""
    outdated: bool
    result: ProposalResult | None
    error: BothTexts | None


class ProposalJobs(JsonObject):
    """The searches of a plan since the server began."""

    jobs: list[ProposalJob]


# --- published -----------------------------------------------------------------------------------


class RosterVersion(JsonObject):
    """The version of the people and duties."""

    version: int


class Published(JsonObject):
    """A plan that was published, and what it made."""

    plan: PlanAnswer
    division: MadeDivision
    roster: RosterVersion


class BothChanged(JsonObject):
    """A grid that a plan and a newer division have both changed."""

    id: str
    code: str
    name: str
    mine: BothTexts
    theirs: BothTexts


class NewerDivision(JsonObject):
    """What stands between a plan and a newer division."""

    base_version: int
    newest_version: int
    grids: list[BothChanged]
    cells: list[int]
    free: bool
    """Nothing overlaps: it is carried over by itself when it is published."""
    ways: list[Literal["mine", "theirs", "copy"]]


class Conflicts(NewerDivision):
    """What stands between a plan and a newer division."""

    type: str


class PublicNotice(JsonObject):
    """What the public sees of a plan."""

    plan: str
    title: str
    office: str
    notice: Notice
    effective_from: str | None
    synthetic: bool
    diff: PublicComparison


class NoticeRow(Notice):
    """A notice in a list."""

    plan: str
    title: str


class Notices(JsonObject):
    """The notices of today."""

    notices: list[NoticeRow]


# --- history -------------------------------------------------------------------------------------


class HistoryGrid(JsonObject):
    """The grid that carries or carried a code."""

    id: str
    name: str


class GridEvent(JsonObject):
    """What happened to a grid in a version."""

    version: int
    effective_from: str
    kind: Literal[
        "first",
        "boundary",
        "renamed",
        "renumbered",
        "moved",
        "regraded",
        "retired",
        "split",
        "merged",
        "restored",
    ]
    text: BothTexts
    code: str
    name: str


class Relative(JsonObject):
    """A grid that this one came from or went to."""

    code: str
    name: str
    share: float
    version: int


class GridHistory(JsonObject):
    """What became of the grid that carries or carried a code."""

    code: str
    grid: HistoryGrid
    in_force: bool
    events: list[GridEvent]
    predecessors: list[Relative]
    successors: list[Relative]


# --- problems ------------------------------------------------------------------------------------


class PlanOutdatedProblem(Problem):
    """Somebody added steps meanwhile: keep yours, take theirs, or copy."""

    etag: str
    revision: int
    steps: list[PlanStep]
    """What was added since, the last 50."""
    cells: list[int]
    """Changed since."""
    grids: list[str]
    clash: list[int]
    """Of the cells that the operation names."""
    ways: list[Literal["mine", "theirs", "copy"]]


class PlanNotReady(Problem):
    """The plan cannot be submitted or approved as it stands."""

    blocking: NotRequired[list[PlanFinding]]


class PlanMovedOn(Problem):
    """The division has changed meanwhile (`plan-conflict`), or it cannot be published."""

    base_version: NotRequired[int]
    newest_version: NotRequired[int]
    grids: NotRequired[list[BothChanged]]
    cells: NotRequired[list[int]]
    free: NotRequired[bool]
    ways: NotRequired[list[Literal["mine", "theirs", "copy"]]]
    blocking: NotRequired[list[PlanFinding]]

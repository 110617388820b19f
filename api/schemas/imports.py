"""Data in: files sent, previewed, applied; and the former version again."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, NotRequired

from pydantic import Field

from api.schemas.common import Body, BothTexts, JsonObject, OneOf, Reason, Versions
from api.schemas.grids import Geometry
from gis.findings import Severity
from gis.roster import GridRole
from gis.workflows.undo_load import PARTS

Short = Annotated[str, Field(max_length=200)]


# --- bodies ------------------------------------------------------------------------------------


class ImportBody(Body):
    """A small body."""

    most_bytes: ClassVar[int] = 16 << 10


class ReadAgain(ImportBody):
    """How files are read; a member that is absent or "" leaves it to the files."""

    datum: Annotated[
        Short,
        Field(
            description="What the coordinates are measured in: a datum, or a projected "
            "reference such as EPSG:4549",
            examples=["cgcs2000"],
        ),
    ] = ""
    clean: Annotated[
        Short,
        Field(
            description="A tolerance in metres: boundaries that miss each other by less are joined",
            examples=["0.5"],
        ),
    ] = ""
    fill: Annotated[
        Short,
        Field(description="The kind of grids that fill what nothing covers: residual, dedicated"),
    ] = ""
    absent: Annotated[
        Short, Field(description="What becomes of grids that the files lack: keep, retire")
    ] = ""
    roles: Annotated[
        dict[Short, Short],
        Field(
            default_factory=dict,
            max_length=200,
            description="What words for a role mean that are not known here; skip: their rows "
            "are left out",
            examples=[{"网格员": "social_worker"}],
        ),
    ]


class Application(ImportBody):
    """Why the import is made."""

    reason: Reason = ""


class UndoImport(ImportBody):
    """Which part goes back to its former version, and why."""

    part: Annotated[str, OneOf(tuple(PARTS)), Field(description="What goes back")]
    reason: Reason = ""


# --- answers -----------------------------------------------------------------------------------


class Steps(JsonObject):
    """Which parts are loaded."""

    boundaries: bool
    people: bool
    places: bool


class TemplateRow(JsonObject):
    """A table to fill in: `/data/templates/{name}.xlsx` and `.csv`."""

    name: str
    sheet: str
    says: BothTexts


class UploadLimits(JsonObject):
    """How much may be sent at once."""

    bytes: int
    files: int


class DataState(JsonObject):
    """What the store holds."""

    name: str | None
    """The name of the subdistrict."""
    code: str | None
    synthetic: bool
    steps: Steps
    versions: Versions
    templates: list[TemplateRow]
    limits: UploadLimits


class FieldDifference(JsonObject):
    """A field before and after."""

    field: str
    before: str
    after: str


class RowDifference(JsonObject):
    """A row that is new, changed or gone."""

    id: str
    label: str
    fields: NotRequired[list[FieldDifference]]


class DifferenceCounts(JsonObject):
    """How many rows."""

    new: int
    changed: int
    gone: int
    same: int


class PartDifference(JsonObject):
    """What would change in one part: all of it counted, the first 200 of each listed."""

    part: str
    counts: DifferenceCounts
    new: list[RowDifference]
    changed: list[RowDifference]
    gone: list[RowDifference]


class ImportFinding(JsonObject):
    """What is wrong or odd, and in which cell."""

    severity: Severity
    rule: str
    grid_code: str | None
    place: list[float] | None
    """Longitude and latitude."""
    size: float | None
    unit: str | None
    source: str | None
    """The file."""
    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    times: int
    """How often it was found."""
    text: BothTexts


class Fault(JsonObject):
    """An overlap or a gap, as a shape for the map."""

    kind: str
    codes: list[str]
    area_m2: float
    width_m: float
    sliver: bool
    geometry: Geometry


class CleanedGrid(JsonObject):
    """What cleaning changed about a grid."""

    code: str
    name: str
    level: int
    before_m2: float
    after_m2: float
    change_m2: float
    moved_m: float


class Uncovered(JsonObject):
    """Ground that no grid covers."""

    parent: str | None
    area_m2: float
    geometry: Geometry


class AddedGrid(JsonObject):
    """A grid that fills ground that nothing covered."""

    code: str
    name: str


class Cleaning(JsonObject):
    """What cleaning did."""

    refused: bool
    changes: list[CleanedGrid]
    uncovered: list[Uncovered]
    added: list[AddedGrid]


class UnknownRole(JsonObject):
    """A word for a role that is not known here: `roles` of the next reading says what it means."""

    word: str
    times: int
    suggested: GridRole | None


class ImportPreview(JsonObject):
    """What an import would change."""

    files: list[str]
    errors: int
    """More than 0: it cannot be applied."""
    warnings: int
    changes: list[PartDifference]
    findings: list[ImportFinding]
    finding_count: int
    faults: list[Fault]
    cleaning: Cleaning | None
    unknown_roles: list[UnknownRole]
    """To be asked about once for all files."""


class ImportProblem(JsonObject):
    """Why the files cannot be read."""

    detail: str
    field: str | None
    accepted: list[str] | None


class PendingState(JsonObject):
    """Files that were sent, as far as they are read."""

    id: str
    state: Literal["reading", "ready", "asking", "failed"]
    """`asking`: the datum has to be said before it can be read."""
    done: float
    """0 to 1."""
    files: list[str]
    problem: NotRequired[ImportProblem]
    preview: NotRequired[ImportPreview | None]
    versions: NotRequired[Versions]
    """Those that the preview was held against."""


class Applied(JsonObject):
    """What an import changed."""

    changed: list[str]
    versions: Versions
    left_out: list[ImportFinding]
    """Places that no grid holds, the first 200."""


class Undone(JsonObject):
    """The version that was published anew."""

    part: str
    as_in: int
    """The version whose content it is."""
    version: int

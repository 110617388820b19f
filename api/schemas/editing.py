"""People, duties and places kept current: what edits say, and what they are answered.

The answers are written in :mod:`api.schemas.people`, :mod:`api.schemas.places` and
:mod:`api.routes.edit`.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, NotRequired, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.common import (
    Body,
    DatumName,
    Day,
    JsonObject,
    Line,
    Problem,
    Provenance,
    Reason,
    unknown_member,
)
from api.schemas.grids import LevelNumber
from api.schemas.record_fields import answered_fields
from gis.directory import PlaceKind
from gis.editing import fields, people, places
from gis.findings import Severity
from gis.roster import GridRole
from gis.schema import MAX_TEXT, Record

Text = Annotated[Line, Field(max_length=MAX_TEXT)]
RoleName = Annotated[GridRole, Field(strict=False)]
PlaceKindName = Annotated[PlaceKind, Field(strict=False)]


class Edit(Body):
    """Something that changes what is stored, on record."""

    reason: Reason | None = None

    @property
    def why(self) -> str:
        """The reason, "" for none."""
        return self.reason or ""


# --- bodies: people and duties -----------------------------------------------------------------


def _add_fields(schema: dict[str, Any], model: type[RecordEdit]) -> None:
    own = schema.get("properties", {})
    schema["properties"] = {**fields.body_schema(model.record), **own}
    schema["additionalProperties"] = False
    if model.new:
        needed = [f.name for f in model.record.edited if f.required]
        schema["required"] = [*schema.get("required", ()), *needed]
    schema["examples"] = [model.example]


class RecordEdit(Edit):
    """Fields of a row, as the registry has them (:mod:`gis.schema`); ``new``: a row to create."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_add_fields)
    record: ClassVar[Record]
    new: ClassVar[bool] = False
    example: ClassVar[dict[str, Any]]

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        extra = self.model_extra or {}
        known = fields.names(self.record)
        for name in extra:
            if name not in known:
                raise unknown_member(name, (*type(self).model_fields, *known))
        fields.read(extra, self.record)
        return self


class NewPerson(RecordEdit):
    """A person to create."""

    record = people.RECORD
    new = True
    example: ClassVar[dict[str, Any]] = {"name": "王示例", "office_phone": "025-0000-0001"}


class PersonChange(RecordEdit):
    """What changes of a person; what is not given stays."""

    record = people.RECORD
    example: ClassVar[dict[str, Any]] = {"office_phone": "025-0000-0002", "reason": "换号"}


class LeavingOffice(Edit):
    """When somebody ends all duties."""

    on: Annotated[Day, Field(description="The first day without")]


class NewDuty(Edit):
    """A duty that somebody takes up."""

    role: RoleName
    since: Annotated[Day, Field(description="The first day")]
    until: Annotated[Day | None, Field(description="The first day without; null: no end")] = None
    grid: Annotated[
        Annotated[Text, Field(examples=["320106012005"])] | None,
        Field(description="The code of the grid; null: the subdistrict itself"),
    ] = None


class ConsentedDuty(NewDuty):
    """A duty that somebody takes up, on whichever grid was asked for."""

    request: Annotated[
        Annotated[str, Field(max_length=4000)] | None,
        Field(description="What a colleague in charge of the grid asks for, to be consented to"),
    ] = None


class DutyRequested(JsonObject):
    """A request for somebody who serves elsewhere, to be handed to those in charge there."""

    request: str
    """Goes into the body of `POST /people/{person}/duties`, within a week."""


class Handover(Edit):
    """Who takes a duty over, and when."""

    to: Annotated[
        Text,
        Field(min_length=1, description="The id of the person who takes over", examples=["p-0002"]),
    ]
    on: Annotated[Day, Field(description="The first day of the new one")]


class DutyEnd(Edit):
    """When a duty ends."""

    until: Annotated[Day | None, Field(description="The first day without; null: no end")]


class Withdrawal(Edit):
    """Why a duty that has not begun is taken back."""


# --- bodies: places ----------------------------------------------------------------------------


class PlaceFields(RecordEdit):
    """What is known of a place; `lon`, `lat` and `datum` stand together."""

    record = places.RECORD

    lon: Annotated[float | None, Field(description="Longitude, degrees")] = None
    lat: Annotated[float | None, Field(description="Latitude, degrees")] = None
    datum: Annotated[DatumName | None, Field(description="Of lon and lat; never guessed")] = None


class NewPlace(PlaceFields):
    """A place to create: at a point, or in the building it names."""

    new = True
    example: ClassVar[dict[str, Any]] = {
        "kind": "business",
        "name": "示例面馆",
        "lon": 118.75,
        "lat": 32.11,
        "datum": "gcj02",
    }

    kind: PlaceKindName


class PlaceChange(PlaceFields):
    """What changes of a place; what is not given stays."""

    example: ClassVar[dict[str, Any]] = {"households": 42, "reason": "入户核对"}

    keep_name: Annotated[
        bool, Field(description="Whether the old name stays among `former_names`")
    ] = True


class Removal(Edit):
    """What goes with a place."""

    contents: Annotated[bool, Field(description="With what is in the building")] = False


# --- answers -----------------------------------------------------------------------------------


class GridBrief(JsonObject):
    """A grid in a line."""

    id: str
    code: str
    name: str
    level: LevelNumber
    within: list[str]
    """The names of the grids above it, level 1 first."""
    households: int | None


class PersonName(JsonObject):
    """Who it is."""

    id: str
    name: str


class DutyRow(JsonObject):
    """A duty: who, where, which role, when."""

    id: str
    person: PersonName
    grid: GridBrief | None
    """null: the subdistrict, or `lost_grid`."""
    lost_grid: str | None
    """The id of a grid that there is no more."""
    role: GridRole
    role_title: str
    since: str
    until: str | None
    """The first day without; null: no end."""
    state: Literal["now", "before", "later"]
    editable: bool
    """The caller may change it."""
    etag: str
    """For `If-Match`, in quotation marks."""


class DutyTitle(JsonObject):
    """A duty in a few words."""

    grid: str | None
    grid_name: str
    role_title: str


class FoundPerson(JsonObject):
    """A person in a line of a list."""

    id: str
    name: str
    office_phone: str
    organisation: str
    duties: list[DutyTitle]


class LeaderName(JsonObject):
    """Who leads a grid, and by which duty."""

    id: str
    name: str
    duty: str


class FoundGrid(GridBrief):
    """A grid and who leads it."""

    leader: LeaderName | None


class FoundPeople(Provenance):
    """People and grids that are meant, the best first."""

    people: list[FoundPerson]
    people_total: int
    grids: list[FoundGrid]
    grids_total: int


class PersonState(JsonObject):
    """A person with every duty, the newest first; all fields for whoever may change them."""

    __pydantic_config__ = ConfigDict(  # type: ignore[misc]
        json_schema_extra=answered_fields(
            people.RECORD, fields.names(people.RECORD), unknown="hidden"
        )
    )

    id: str
    name: str
    office_phone: str
    organisation: str
    editable: bool
    """The caller may change them; what is personal is shown only then."""
    etag: str
    """For `If-Match` of a change of the person, in quotation marks."""
    duties_etag: str
    """For `If-Match` of leaving office, in quotation marks."""
    duties: list[DutyRow]


class PersonAnswer(PersonState, Provenance):
    """A person with every duty."""


class Remark(JsonObject):
    """What somebody should look at after an edit."""

    severity: Severity
    rule: str
    detail: str
    grid_code: str | None
    size: float | None
    unit: str | None


class EditedPerson(PersonAnswer):
    """A person after an edit."""

    findings: list[Remark]


class GridDuties(Provenance):
    """The duties on a grid: those in force first, then the newest."""

    grid: FoundGrid | None
    """null: the subdistrict."""
    editable: bool
    duties: list[DutyRow]


class EditedDuty(DutyRow, Provenance):
    """A duty after an edit."""

    findings: list[Remark]


class WithdrawnDuty(JsonObject):
    """A duty that was taken back."""

    withdrawn: str
    findings: list[Remark]


class LeaderLoad(JsonObject):
    """How much a leader looks after on one level."""

    person: PersonName
    level: LevelNumber
    grids: list[GridBrief]
    households: int
    median: float
    """That of the leaders of the level."""
    limit: int | None


class MisplacedMobile(JsonObject):
    """A person of whom a mobile stands where office phones do."""

    id: str
    name: str
    office_phone: str


class MovedMobiles(JsonObject):
    """The ids of the people whose mobile was moved to where it belongs."""

    moved: list[str]
    findings: list[Remark]


class DutyFindings(Provenance):
    """Grids without a leader; leaders with too much; mobiles among the office phones."""

    without_leader: list[GridBrief]
    too_heavy: list[LeaderLoad]
    misplaced_mobiles: list[MisplacedMobile]
    limit: int | None
    """Households; null: twice the median of the level."""


class PlaceBrief(JsonObject):
    """A place in a line of a list."""

    id: str
    kind: PlaceKind
    name: str
    address: str
    households: int | None
    disclosed: bool
    grid: GridBrief | None
    """null: it stands on none."""


class FoundPlaces(Provenance):
    """Places that are meant, the best first."""

    places: list[PlaceBrief]
    total: int


class InsidePlace(JsonObject):
    """A place in a building."""

    id: str
    name: str


class PlaceState(PlaceBrief):
    """A place as it is edited."""

    __pydantic_config__ = ConfigDict(  # type: ignore[misc]
        json_schema_extra=answered_fields(
            places.RECORD, fields.names(places.RECORD), unknown="null"
        )
    )

    building_name: str | None
    contents: list[InsidePlace]
    lon: float
    lat: float
    datum: Literal["wgs84"]
    footprint: bool
    """It has an outline; `lon` and `lat` are a point in it."""
    editable: bool
    etag: str
    """For `If-Match`, in quotation marks."""


class PlaceAnswer(PlaceState, Provenance):
    """A place as it is edited."""


class EditedPlace(PlaceAnswer):
    """A place after an edit."""

    findings: list[Remark]


class RemovedPlaces(Provenance):
    """The ids of the places that were removed."""

    removed: list[str]
    findings: list[Remark]


# --- problems ----------------------------------------------------------------------------------


class LastChange(JsonObject):
    """Who changed something last."""

    who: str | None
    at: str
    action: str
    reason: str
    before: Any
    after: Any


class EditOutdated(Problem):
    """Somebody has changed it meanwhile: look at the difference, then keep yours or take theirs."""

    etag: str
    """Of the newest state, in quotation marks."""
    current: PersonState | DutyRow | PlaceState
    """The newest state."""
    changed: NotRequired[LastChange]
    """Where it is on record."""

"""Which grid is it: lists that are asked for, and answers for points and addresses."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, NotRequired

from pydantic import Field

from api.schemas.common import Body, DatumName, Day, JsonObject, Provenance
from api.schemas.grids import PlaceRow, Position, Sheet
from gis.addresses.entries import EntryKind
from gis.bulk.batch import MAX_ROWS

MOST_CANDIDATES = 50


# --- asked -------------------------------------------------------------------------------------


class PointList(Body):
    """Points to locate, all in one datum."""

    most_bytes: ClassVar[int] = 8 << 20

    datum: DatumName
    points: Annotated[
        list[Any],
        Field(
            description="Longitude and latitude of each; a row that is no such pair is answered "
            "with an error of its own",
            json_schema_extra={
                "maxItems": MAX_ROWS,
                "items": {
                    "type": "array",
                    "items": {"type": "number"},
                    "minItems": 2,
                    "maxItems": 2,
                },
            },
            examples=[[[118.75, 32.11], [118.752, 32.112]]],
        ),
    ]
    fields: Annotated[
        Literal["ids", "full"],
        Field(description="`ids`: codes only; `full`: distances, neighbours and sheets too"),
    ] = "full"
    as_of: Annotated[Day | None, Field(description="As of this day; today when absent")] = None


class AddressList(Body):
    """Addresses, names or codes to locate."""

    most_bytes: ClassVar[int] = 8 << 20

    addresses: Annotated[
        list[Any],
        Field(
            description="A row that is no text is answered with an error of its own",
            json_schema_extra={
                "maxItems": MAX_ROWS,
                "items": {"type": "string", "maxLength": 200},
            },
            examples=[["金陵二村5栋"]],
        ),
    ]
    limit: Annotated[
        int, Field(ge=1, le=MOST_CANDIDATES, description="At most this many candidates of each")
    ] = 3
    as_of: Annotated[Day | None, Field(description="As of this day; today when absent")] = None


# --- answered: one -------------------------------------------------------------------------------


class SpotPoint(JsonObject):
    """The point that was answered, in WGS84."""

    lon: float
    lat: float
    datum: Literal["wgs84"]


class NearGrid(JsonObject):
    """A level-3 grid close by."""

    code: str
    name: str
    level: Literal[3]
    within: list[str]
    """The names of the grids above it, level 1 first."""
    distance_m: float


class PointAnswer(Provenance):
    """The three grids of a point and their people."""

    point: SpotPoint
    match: Literal["inside", "boundary", "outside"]
    """`boundary`: on a shared edge; it belongs to the lowest code, the others stand in `near`."""
    grids: list[Sheet]
    """Level 1 first; empty outside."""
    places: list[PlaceRow]
    """The places at the point."""
    distance_to_boundary_m: float | None
    """To the level-3 boundary; null outside."""
    near: list[NearGrid]
    nearest: NotRequired[NearGrid]
    """The closest grid, outside."""


class Why(JsonObject):
    """One reason why a candidate may be meant."""

    code: str
    text: str


class CandidateRow(JsonObject):
    """What an address may mean."""

    key: str
    match: EntryKind
    name: str
    address: str
    score: float
    reasons: list[Why]
    point: Position | None
    buildings: int
    """How many buildings it stands for."""


class CandidateWithGrids(CandidateRow):
    """What an address may mean, with the grids as far down as they are sure."""

    grids: list[Sheet]


class CandidateWithCodes(CandidateRow):
    """What an address may mean, with the codes of its grids, level 1 first."""

    codes: list[str]


class AddressAnswer(Provenance):
    """What an address may mean, the best first."""

    address: str
    clear: bool
    """The first may be taken without asking back."""
    tied: int
    """How many are equally good: none of a tie is picked."""
    parts: NotRequired[list[str]]
    """The addresses, where the text holds several: the candidates are the first of each."""
    candidates: list[CandidateWithGrids]


# --- answered: many ------------------------------------------------------------------------------


class RowError(JsonObject):
    """Why a row has no answer."""

    row: int
    """From 0."""
    field: str
    detail: str


class CodeList(Provenance):
    """The code of each point (`fields: ids`)."""

    codes: list[str | None]
    """The level-3 code of each point; null outside, or where `errors` says why."""
    grids: dict[str, list[str]]
    """The codes of the three levels, level 1 first, of every code that occurs."""
    errors: list[RowError]


class NearCode(JsonObject):
    """A level-3 grid close by."""

    code: str
    distance_m: float


class LocatedRow(JsonObject):
    """Where one of many points lies."""

    point: Position
    match: Literal["inside", "boundary", "outside"]
    codes: list[str]
    """Of the three levels, level 1 first; empty outside."""
    distance_to_boundary_m: float | None
    near: list[NearCode]
    nearest: NotRequired[NearGrid]


class LocatedRows(Provenance):
    """Each point with its grids (`fields: full`)."""

    rows: list[LocatedRow | None]
    grids: dict[str, Sheet]
    """The sheets of all grids that the rows name, by code."""
    errors: list[RowError]


class FoundAddress(JsonObject):
    """What one of many addresses may mean."""

    address: str
    clear: bool
    tied: int
    parts: NotRequired[list[str]]
    candidates: list[CandidateWithCodes]


class FoundRows(Provenance):
    """Each address with its candidates."""

    rows: list[FoundAddress | None]
    grids: dict[str, Sheet]
    """The sheets of all grids that the candidates name, by code."""
    errors: list[RowError]


def _exclusive(schema: dict[str, Any]) -> None:
    schema["oneOf"] = schema.pop("anyOf")


OneAnswer = Annotated[PointAnswer | AddressAnswer, Field(json_schema_extra=_exclusive)]
ListAnswer = CodeList | LocatedRows | FoundRows

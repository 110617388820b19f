"""What a planner can do to a plan, as values; and how they are read from JSON.

Each is one frozen dataclass; :data:`OPERATIONS` names them as the API does. Reading refuses
whatever is not exactly one of them, naming the member. :mod:`gis.planning.handlers` applies
them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import Any

from gis.division import GRID_CLASSES, GRID_GRADES, GridKind
from gis.errors import InvalidInput
from gis.geometry import check_lon_lat
from gis.roster import GridRole

MAX_NAME = 100
MAX_REASON = 500
MAX_LINE = 2_000
MAX_LIST = 200_000
MAX_BATCH = 5_000
Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Paint:
    """Cells, or whole grids, go into another grid."""

    into: str
    cells: tuple[int, ...] = ()
    grids: tuple[str, ...] = ()
    line: Line = ()
    box: tuple[float, ...] = ()
    only_from: str | None = None


@dataclass(frozen=True, slots=True)
class MoveBoundary:
    """The cells of one grid that a drag touches go into another."""

    from_: str
    to: str
    cells: tuple[int, ...] = ()
    line: Line = ()


@dataclass(frozen=True, slots=True)
class Split:
    """Part of a grid, beyond a line or made of the cells named, becomes a grid of its own."""

    grid: str
    line: Line = ()
    cells: tuple[int, ...] = ()
    name: str | None = None
    to_kind: GridKind | None = None
    straddling: str = "majority"
    cut: bool = False
    through: bool = False


@dataclass(frozen=True, slots=True)
class CutCell:
    """A cell is cut in two; ``through``: even through a building."""

    cell: int
    line: Line
    through: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """Grids of one level become one."""

    grids: tuple[str, ...]
    into: str | None = None
    name: str | None = None
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """Cells, or grids of the level below, become a new grid."""

    name: str
    parent: str | None = None
    cells: tuple[int, ...] = ()
    grids: tuple[str, ...] = ()
    to_kind: GridKind | None = None
    level: int = 3


@dataclass(frozen=True, slots=True)
class Retire:
    """A grid is abolished; all it has goes into another."""

    grid: str
    into: str


@dataclass(frozen=True, slots=True)
class Rename:
    """A grid gets another name."""

    grid: str
    name: str


@dataclass(frozen=True, slots=True)
class SetClass:
    """A community gets another class."""

    grid: str
    class_: str | None


@dataclass(frozen=True, slots=True)
class SetGrade:
    """A compound gets another grade."""

    grid: str
    grade: str | None


@dataclass(frozen=True, slots=True)
class SetKind:
    """A grid becomes one of another kind."""

    grid: str
    to: str


@dataclass(frozen=True, slots=True)
class SetParent:
    """A grid goes to another parent, with all its ground."""

    grid: str
    parent: str


@dataclass(frozen=True, slots=True)
class Assign:
    """A person takes a duty on a grid; ``instead_of``: that person's ends, or all of the role."""

    person: str
    grid: str
    role: GridRole
    since: date | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Unassign:
    """A duty ends."""

    person: str
    grid: str
    role: GridRole


@dataclass(frozen=True, slots=True)
class Lock:
    """Grids refuse changes."""

    grids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unlock:
    """Grids take changes again."""

    grids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waive:
    """A soft finding is let stand, for a reason."""

    finding: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unwaive:
    """A finding that was let stand counts again."""

    finding: str


@dataclass(frozen=True, slots=True)
class ExpectParts:
    """It is stated in how many pieces a grid may lie."""

    grid: str
    n: int


@dataclass(frozen=True, slots=True)
class CellMove:
    """Cells that go into a level-3 grid, as a part of :class:`ReassignCells`."""

    into: str
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NewCluster:
    """A new level-3 grid of some cells, as a part of :class:`ReassignCells`."""

    name: str
    parent: str
    cells: tuple[int, ...]
    to_kind: GridKind | None = None


@dataclass(frozen=True, slots=True)
class ReassignCells:
    """Many cells change level-3 grid at once; a grid left without any at the end is retired."""

    moves: tuple[CellMove, ...] = ()
    new: tuple[NewCluster, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Several operations as one step: all of them or none."""

    operations: tuple[Operation, ...]
    text: str | None = None


Operation = (
    Paint
    | MoveBoundary
    | Split
    | CutCell
    | Merge
    | Create
    | Retire
    | Rename
    | SetClass
    | SetGrade
    | SetKind
    | SetParent
    | Assign
    | Unassign
    | Lock
    | Unlock
    | Waive
    | Unwaive
    | ExpectParts
    | ReassignCells
    | Batch
)
OPERATIONS: Mapping[str, type[Any]] = {
    "paint": Paint,
    "move_boundary": MoveBoundary,
    "split": Split,
    "cut_cell": CutCell,
    "merge": Merge,
    "create": Create,
    "retire": Retire,
    "rename": Rename,
    "set_class": SetClass,
    "set_grade": SetGrade,
    "set_kind": SetKind,
    "set_parent": SetParent,
    "assign": Assign,
    "unassign": Unassign,
    "lock": Lock,
    "unlock": Unlock,
    "waive": Waive,
    "unwaive": Unwaive,
    "expect_parts": ExpectParts,
    "arrange": ReassignCells,
    "batch": Batch,
}
KIND_OF = {operation: kind for kind, operation in OPERATIONS.items()}
# Members whose names are Python's own words, or the operation's ``kind``.
_MEMBER = {"from_": "from", "class_": "class", "to_kind": "of_kind"}


def member_name(field: str) -> str:
    """Return what the field of an operation is called in JSON.

    >>> member_name("from_"), member_name("grid")
    ('from', 'grid')
    """
    return _MEMBER.get(field, field)


# --- from JSON -----------------------------------------------------------------------------------


def read_operation(obj: object, *, nested: bool = False) -> Operation:
    """Return the operation that a JSON object is.

    Raises
    ------
    InvalidInput
        Naming the member that is missing, not known or not acceptable.
    """
    if not isinstance(obj, dict):
        raise _wrong("operation", "a JSON object with a kind", "带 kind 的 JSON 对象")
    kind = obj.get("kind")
    known = tuple(OPERATIONS)
    operation = OPERATIONS.get(kind) if isinstance(kind, str) else None
    if operation is None or (nested and operation is Batch):
        listed = ", ".join(k for k in known if not (nested and k == "batch"))
        raise InvalidInput(
            "kind",
            f"kind = {str(kind)[:40]!r} must be one of {listed}",
            f"kind = {str(kind)[:40]!r} 应为以下之一：{listed}",
            known,
        )
    return _read(obj, operation, kind, ("kind",))  # type: ignore[no-any-return]


def _read(obj: dict[str, Any], operation: type[Any], kind: object, also: tuple[str, ...]) -> Any:
    """Return a dataclass whose members a JSON object gives."""
    members = {member_name(f.name): f for f in fields(operation)}
    for name in obj:
        if name not in also and name not in members:
            accepted = ", ".join(members)
            raise InvalidInput(
                str(name)[:40],
                f"{kind} has no member {str(name)[:40]!r} (it has: {accepted})",
                f"{kind} 没有成员 {str(name)[:40]!r}（可用：{accepted}）",
                tuple(members),
            )
    given: dict[str, Any] = {}
    for name, field in members.items():
        if name in obj and not (obj[name] is None and field.default is not MISSING):
            given[field.name] = _READERS[name](obj[name], name)
        elif field.default is MISSING:
            raise InvalidInput(name, f"{kind}: {name} is missing", f"{kind}：缺少 {name}")
    return operation(**given)


def operation_json(operation: Operation) -> dict[str, Any]:
    """Return an operation as the JSON it is read from."""
    return {"kind": KIND_OF[type(operation)], **_members(operation)}


def _members(operation: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in fields(operation):
        value = getattr(operation, field.name)
        if field.default is not MISSING and value == field.default:
            continue
        row[member_name(field.name)] = _plain(value)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if type(value) in KIND_OF:
        return operation_json(value)
    if isinstance(value, CellMove | NewCluster):
        return _members(value)
    return str(value) if isinstance(value, GridKind | GridRole) else value


def _wrong(field: str, en: str, zh: str, accepted: tuple[str, ...] = ()) -> InvalidInput:
    return InvalidInput(field, f"{field} must be {en}", f"{field} 应为{zh}", accepted)


def _whole(value: object, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31:
        raise _wrong(field, "a whole number", "整数")
    return value


def _name(value: object, field: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_NAME:
        raise _wrong(field, f"a text of 1 to {MAX_NAME} characters", f"1 到 {MAX_NAME} 个字")
    return _writable(value.strip(), field)


def _reason(value: object, field: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_REASON:
        raise _wrong(field, f"a text of 1 to {MAX_REASON} characters", f"1 到 {MAX_REASON} 个字")
    return _writable(value.strip(), field)


def _writable(text: str, field: str) -> str:
    if any(ord(c) < 32 or "\ud800" <= c <= "\udfff" for c in text):
        raise _wrong(field, "a text without control characters", "不含控制字符的文字")
    return text


def _list(read: Callable[[object, str], Any], least: int = 1, most: int = MAX_LIST) -> Any:
    def reader(value: object, field: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise _wrong(field, f"a list of {least} to {most}", f"含 {least} 到 {most} 项的列表")
        return tuple(read(v, field) for v in value)

    return reader


def _number(value: object, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(field, "numbers of degrees (WGS84)", "度数（WGS84）")
    return float(value)


def _position(value: object, field: str) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise _wrong(field, "a list of [lon, lat]", "[经度, 纬度] 的列表")
    lon, lat = _number(value[0], field), _number(value[1], field)
    try:
        check_lon_lat(lon, lat)
    except InvalidInput as problem:
        raise InvalidInput(
            field, f"{field}: {problem.text.en}", f"{field}：{problem.text.zh}"
        ) from None
    return lon, lat


def read_line(value: object, field: str) -> Line:
    """Return a line of two or more different positions in degrees.

    Raises
    ------
    InvalidInput
        Naming the field.
    """
    line: Line = _list(_position, 2, MAX_LINE)(value, field)
    kept = tuple(p for i, p in enumerate(line) if i == 0 or p != line[i - 1])
    if len(kept) < 2:
        raise _wrong(field, "a line of two or more different points", "至少含两个不同点的线")
    return kept


def _box(value: object, field: str) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != 4:
        raise _wrong(field, "[west, south, east, north]", "[西, 南, 东, 北]")
    west, south = _position(value[:2], field)
    east, north = _position(value[2:], field)
    if west > east or south > north:
        raise _wrong(field, "[west, south, east, north]", "[西, 南, 东, 北]")
    return west, south, east, north


def _yes(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(field, "true or false", " true 或 false", ("true", "false"))
    return value


def _one_of(*known: str, empty: bool = False) -> Callable[[object, str], Any]:
    def reader(value: object, field: str) -> Any:
        if value in known or (empty and value is None):
            return value
        listed = ", ".join(known)
        raise _wrong(field, f"one of {listed}", f"以下之一：{listed}", known)

    return reader


def _day(value: object, field: str) -> date:
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _wrong(field, "a date such as 2026-10-01", " 2026-10-01 这样的日期")


def _kind(value: object, field: str) -> GridKind:
    return GridKind(_one_of(*GridKind)(value, field))


def _role(value: object, field: str) -> GridRole:
    return GridRole(_one_of(*GridRole)(value, field))


def _level(value: object, field: str) -> int:
    if isinstance(value, bool) or value not in (1, 2, 3):
        raise _wrong(field, "1, 2 or 3", " 1、2 或 3", ("1", "2", "3"))
    return int(value)


def _operation(value: object, _field: str) -> Operation:
    return read_operation(value, nested=True)


def _part(part: type[Any]) -> Callable[[object, str], Any]:
    def reader(value: object, field: str) -> Any:
        if not isinstance(value, dict):
            raise _wrong(field, "a list of objects", "对象的列表")
        return _read(value, part, field, ())

    return reader


_READERS: Mapping[str, Callable[[object, str], Any]] = {
    "into": _name,
    "grid": _name,
    "from": _name,
    "to": _name,
    "parent": _name,
    "only_from": _name,
    "person": _name,
    "instead_of": _name,
    "finding": _reason,
    "name": _name,
    "reason": _reason,
    "text": _reason,
    "cells": _list(_whole),
    "grids": _list(_name),
    "line": read_line,
    "box": _box,
    "of_kind": _kind,
    "straddling": _one_of("majority", "split"),
    "cut": _yes,
    "through": _yes,
    "cell": _whole,
    "grade": _one_of(*GRID_GRADES, empty=True),
    "class": _one_of(*GRID_CLASSES, empty=True),
    "role": _role,
    "since": _day,
    "level": _level,
    "n": _whole,
    "operations": _list(_operation, 1, MAX_BATCH),
    "moves": _list(_part(CellMove), 0),
    "new": _list(_part(NewCluster), 0),
}

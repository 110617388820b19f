"""The operations of a plan as a schema: one object for each kind, made of the operation itself.

:mod:`gis.planning.operations` reads and refuses; here its dataclasses are only described.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core.core_schema import CoreSchema

from gis.division import GRID_CLASSES, GRID_GRADES, GridKind
from gis.errors import InvalidInput
from gis.planning.operations import (
    MAX_BATCH,
    MAX_LINE,
    MAX_LIST,
    MAX_NAME,
    MAX_REASON,
    OPERATIONS,
    CellMove,
    NewCluster,
    member_name,
)
from gis.roster import GridRole

_GRID = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
_CELLS = {
    "type": "array",
    "items": {"type": "integer"},
    "minItems": 1,
    "maxItems": MAX_LIST,
}
_POSITION = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_REASON = {"type": "string", "minLength": 1, "maxLength": MAX_REASON}


def _says(schema: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {**schema, "description": description}


MEMBERS: Mapping[str, dict[str, Any]] = {
    "into": _says(_GRID, "The grid that takes over, by id or code"),
    "grid": _says(_GRID, "By id or code"),
    "from": _says(_GRID, "The grid that gives, by id or code"),
    "to": _says(_GRID, "The grid that takes, by id or code; of `set_kind` a kind"),
    "parent": _says(_GRID, "The grid above, by id or code"),
    "only_from": _says(_GRID, "Only cells of this grid"),
    "person": _says(_GRID, "The id of a person"),
    "instead_of": _says(_GRID, "The id of a person, or `all`, whose duty ends"),
    "finding": _says(_REASON, "The id of a finding"),
    "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME},
    "reason": _says(_REASON, "Why; it stands on record"),
    "text": _says(_REASON, "What the step is called"),
    "cells": _says(_CELLS, "The numbers of cells"),
    "grids": {"type": "array", "items": _GRID, "minItems": 1, "maxItems": MAX_LIST},
    "line": {
        "type": "array",
        "items": _POSITION,
        "minItems": 2,
        "maxItems": MAX_LINE,
        "description": "Longitude and latitude of each vertex, WGS84",
    },
    "box": {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 4,
        "maxItems": 4,
        "description": "West, south, east, north; WGS84",
    },
    "of_kind": {"type": "string", "enum": [str(k) for k in GridKind]},
    "straddling": {
        "type": "string",
        "enum": ["majority", "split"],
        "description": "What becomes of grids that the line crosses",
    },
    "cut": {"type": "boolean", "description": "Cut the cells on the line first"},
    "through": {"type": "boolean", "description": "Even through a building"},
    "cell": {"type": "integer", "description": "The number of a cell"},
    "grade": {"type": ["string", "null"], "enum": [*GRID_GRADES, None]},
    "class": {"type": ["string", "null"], "enum": [*GRID_CLASSES, None]},
    "role": {"type": "string", "enum": [str(r) for r in GridRole]},
    "since": {"type": "string", "format": "date"},
    "level": {"type": "integer", "enum": [1, 2, 3]},
    "n": {"type": "integer", "description": "In how many pieces it may lie"},
}
"""What each member of an operation is, whatever the operation."""

_EXAMPLE = {"kind": "rename", "grid": "320106012005001001", "name": "示例网格"}
_LONGEST_KEY = 64
_KEY = {
    "type": "string",
    "maxLength": _LONGEST_KEY,
    "description": "A text of the client's choosing; sent again, it is not applied twice",
}


def _object(kind: str | None, of: type[Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    needed: list[str] = []
    if kind is not None:
        properties["kind"] = {"const": kind}
        needed.append("kind")
    for field in fields(of):
        name = member_name(field.name)
        schema = _nested(name) or MEMBERS[name]
        optional = field.default is not MISSING
        properties[name] = {"anyOf": [schema, {"type": "null"}]} if optional else schema
        if not optional:
            needed.append(name)
    return {
        "type": "object",
        "description": (of.__doc__ or "").partition("\n")[0],
        "additionalProperties": False,
        "properties": properties,
        "required": needed,
    }


def _nested(name: str) -> dict[str, Any] | None:
    if name == "operations":
        return {
            "type": "array",
            "items": _any_of(nested=True),
            "minItems": 1,
            "maxItems": MAX_BATCH,
        }
    if name == "moves":
        return {"type": "array", "items": _object(None, CellMove), "maxItems": MAX_LIST}
    if name == "new":
        return {"type": "array", "items": _object(None, NewCluster), "maxItems": MAX_LIST}
    return None


@cache
def _any_of(*, nested: bool, keyed: bool = False) -> dict[str, Any]:
    """Return the schema of an operation; a nested one is no batch, a keyed one may be retried."""
    kinds = [k for k in OPERATIONS if not (nested and k == "batch")]
    branches = [_object(kind, OPERATIONS[kind]) for kind in kinds]
    if keyed:
        for branch in branches:
            branch["properties"]["key"] = {"anyOf": [_KEY, {"type": "null"}]}
    return {"oneOf": branches}


class PlanOperation(RootModel[dict[str, Any]]):
    """One step of a plan: its `kind` and the members of that kind."""

    most_bytes: ClassVar[int] = 8 << 20
    needs_media_type: ClassVar[bool] = False

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return one object for each kind."""
        return {
            "description": cls.__doc__,
            **_any_of(nested=False, keyed=True),
            "examples": [_EXAMPLE],
        }


class _OperationSchema:
    """Marks an object that :mod:`gis.planning.operations` reads."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return one object for each kind."""
        return _any_of(nested=False)


PlanOperations = list[Annotated[Any, _OperationSchema()]]
StoredOperation = Annotated[dict[str, Any], _OperationSchema()]


def key_of(given: dict[str, Any]) -> str | None:
    """Take the key out of an operation: what tells one that is sent again.

    Raises
    ------
    InvalidInput
        It is no text, or too long.
    """
    key = given.pop("key", None)
    if key is None or key == "":
        return None
    if not isinstance(key, str) or len(key) > _LONGEST_KEY or not key.isprintable():
        raise InvalidInput(
            "key",
            f"key must be a text of at most {_LONGEST_KEY} characters",
            f"key 应为最多 {_LONGEST_KEY} 个字的文本",
        )
    return key.strip() or None

"""The fields of the registry in bodies and answers, so that none is declared a second time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from api.schemas.member_texts import add_texts
from gis.schema import Field, Record, ValueKind

Hook = Callable[[dict[str, Any], type], None]
_TYPES: dict[ValueKind, dict[str, Any]] = {
    ValueKind.WHOLE: {"type": "integer"},
    ValueKind.DEGREES: {"type": "number"},
    ValueKind.YES_NO: {"type": "boolean"},
    ValueKind.DAY: {"type": "string", "format": "date"},
    ValueKind.TEXTS: {"type": "array", "items": {"type": "string"}},
    ValueKind.OBJECTS: {"type": "array", "items": {"type": "object"}},
}


def answered_fields(record: Record, names: Iterable[str], *, unknown: str) -> Hook:
    """Return what adds fields of the registry to the schema of an answer.

    ``unknown``: what becomes of a value that is not known: ``left out``, ``null``, or
    ``hidden``, where all of the fields may be left out too.
    """
    wanted = tuple(names)

    def add(schema: dict[str, Any], of: type) -> None:
        add_texts(schema, of)
        properties = schema["properties"]
        for name in wanted:
            field = record.by_name[name]
            nullable = unknown != "left out" and record.default(name) is None
            properties.setdefault(name, _schema_of(field, nullable=nullable))
        if unknown == "null":
            schema["required"] = list(dict.fromkeys((*schema.get("required", ()), *wanted)))

    return add


def _schema_of(field: Field, *, nullable: bool) -> dict[str, Any]:
    schema = dict(_TYPES.get(field.value, {"type": "string"}))
    if field.value is ValueKind.CHOICE:
        schema["enum"] = [*field.choices, *([None] if nullable else [])]
    if nullable:
        schema["type"] = [schema["type"], "null"]
    return {**schema, "description": f"{field.label.en} {field.label.zh}"}

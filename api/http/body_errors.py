"""What pydantic refuses, said as wangge says it: the member, what it may be, the way out.

The sentence is made from the schema that the member declares, so that what is refused and what
``/docs`` promises are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from api.schemas.common import unknown_member
from gis.errors import InvalidInput
from gis.findings import Text

_SHOWN = 40


def refused(model: type[BaseModel], problem: ValidationError) -> InvalidInput:
    """Return why a body is not what a model declares; of several faults an unknown name first."""
    faults = problem.errors(include_url=False)
    fault = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
    schema = _schema(model)
    field, declared, above = _found(fault["loc"], schema)
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown_member(str(fault["loc"][-1]), above.get("properties", {}))
    if kind == "missing":
        accepted = expected(declared, schema)[1]
        return InvalidInput(field, f"{field} is missing", f"缺少 {field}", accepted)
    if kind in ("string_too_long", "too_long") and isinstance(fault["input"], str):
        most = context["max_length"]
        return InvalidInput(
            field,
            f"{field} is longer than {most} characters: shorten it",
            f"{field} 超过 {most} 个字符：请缩短",
        )
    if kind in ("string_too_short", "too_short") and isinstance(fault["input"], str):
        return InvalidInput(field, f"{field} is missing: fill it in", f"缺少 {field}：请填写")
    said, accepted = expected(declared, schema)
    return InvalidInput(field, f"{field} must be {said.en}", f"{field} 应为{said.zh}", accepted)


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _found(
    location: Sequence[int | str], schema: dict[str, Any]
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the name of the member at a location, its schema, and that of what holds it.

    Pydantic puts the branches of a union into the location; they are no members and passed over.
    """
    field, declared, above = "body", schema, schema
    for step in location:
        for branch in _branches(declared, schema):
            if isinstance(step, str) and step in branch.get("properties", {}):
                field, declared, above = step, branch["properties"][step], branch
                break
            if isinstance(step, int) and "items" in branch:
                declared = branch["items"]
                break
    if field == "body" and location:
        return str(location[-1])[:_SHOWN], {}, above
    return field, declared, next(iter(_branches(declared, schema)), above)


def _branches(declared: dict[str, Any], whole: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if "$ref" in declared:
        declared = whole["$defs"][declared["$ref"].rpartition("/")[2]]
    for name in ("anyOf", "oneOf", "allOf"):
        if name in declared:
            for branch in declared[name]:
                yield from _branches(branch, whole)
            return
    yield declared


def expected(declared: dict[str, Any], whole: dict[str, Any]) -> tuple[Text, tuple[str, ...]]:
    """Return what a schema takes, as the end of a sentence, and its values where they are few."""
    found = [_one(branch, whole) for branch in _branches(declared, whole)]
    en = ", or ".join(dict.fromkeys(said.en for said, _ in found))
    zh = "，或".join(dict.fromkeys(said.zh for said, _ in found))
    accepted = tuple(dict.fromkeys(value for _, values in found for value in values))
    return Text(en, zh), accepted


def _one(schema: dict[str, Any], whole: dict[str, Any]) -> tuple[Text, tuple[str, ...]]:
    if "const" in schema:
        schema = {"enum": [schema["const"]]}
    if "enum" in schema:
        known = tuple(str(v) for v in schema["enum"])
        listed = ", ".join(known)
        if len(known) == 1:
            return Text(listed, f" {listed}"), known
        return Text(f"one of {listed}", f"以下之一：{listed}"), known
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return _number(schema, whole_number=kind == "integer")
    if kind == "string":
        return _text(schema)
    if kind == "array":
        return _list(schema, whole)
    return _PLAIN.get(str(kind), (Text("something else", "其他内容"), ()))


_PLAIN: dict[str, tuple[Text, tuple[str, ...]]] = {
    "boolean": (Text("true or false", " true 或 false"), ("true", "false")),
    "null": (Text("null", " null"), ("null",)),
    "object": (Text("a JSON object", " JSON 对象"), ()),
}


def _number(schema: dict[str, Any], *, whole_number: bool) -> tuple[Text, tuple[str, ...]]:
    text = Text("a whole number", "整数") if whole_number else Text("a number", "数")
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None or most is None:
        return text, ()
    return (
        Text(f"{text.en} from {least} to {most}", f" {least} 到 {most} 的{text.zh}"),
        (f"{least}..{most}",),
    )


def _text(schema: dict[str, Any]) -> tuple[Text, tuple[str, ...]]:
    if schema.get("format") == "date":
        return Text("a date such as 2026-10-01", " 2026-10-01 这样的日期"), ("YYYY-MM-DD",)
    most = schema.get("maxLength")
    if most is None:
        return Text("a text", "文本"), ()
    return Text(f"a text of at most {most} characters", f"最多 {most} 个字的文本"), ()


def _list(schema: dict[str, Any], whole: dict[str, Any]) -> tuple[Text, tuple[str, ...]]:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    item = next(iter(_branches(schema.get("items", {}), whole)))
    if "enum" in item:
        of, accepted = _one(item, whole)
        return Text(f"a list of {of.en}", f"列表，各项为{of.zh}"), accepted
    if most is not None and least == most:
        return Text(f"a list of {most}", f"含 {most} 项的列表"), ()
    if most is not None:
        return Text(f"a list of {least} to {most}", f"含 {least} 到 {most} 项的列表"), ()
    return Text("a list", "列表"), ("a list",)

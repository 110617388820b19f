"""The ends of every type, in every parameter and member of the API: answered or refused.

The table is made of the description: the two ends of the calendar, 2³¹, 2⁶³, 1e308, texts of nothing
and of ten thousand, as a parameter, in a path, and in a body. An overflow that numpy only warns of
fails too, as every warning does in this suite.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api import create_app
from gis.accounts import AccountRole
from tests import described
from tests.api.callers import as_caller
from tests.api.conftest import settings_for
from tests.api.test_schema_fuzz import THERE, _state

DAYS = ("0001-01-01", "0999-12-31", "9999-12-31", "0000-12-31", "10000-01-01", "2026-02-29")
WHOLE = (0, -1, 2**31 - 1, 2**31, 2**63, 10**40)
NUMBERS = (-0.0, 180.0, 5e-324, 1e155, 1e308, -1e308)
TEXTS = ("", " ", "0", "a" * 10_000, "\x00", "\u202e", "%", "'", "𠮷" * 100)
WRITTEN = ("nan", "-inf", "1e309", "9" * 400, "1e-400", "+1_0")
BOXES = ("-1e308,-1e308,1e308,1e308", "1e308,1e308,1e308,1e308", "-180,-90,180,90", "180,90,180,90")

BESIDE = {
    "/locate": {"lon": "118.75", "lat": "32.11", "datum": "bd09"},
    "/plans/{plan}/compare": {"with": "division:1"},
}
"""What a parameter needs beside it to be looked at."""


@pytest.fixture(scope="module")
def client(sample_store, tmp_path_factory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("extremes") / "wangge.db"
    shutil.copy(sample_store, path)
    app = create_app(settings_for(path))
    with TestClient(app):
        yield TestClient(as_caller(app, AccountRole.ADMIN))


@pytest.fixture(scope="module")
def there(client) -> dict[str, Any]:
    plan = client.post("/plans", json={"title": "两端示例"}).json()["id"]
    return {**THERE, "plan": plan}


def extremes(schema: dict[str, Any], texts: tuple[str, ...] = TEXTS) -> tuple[Any, ...]:
    """Return the ends of the type of a parameter or member."""
    found: list[Any] = []
    for branch in map(resolved, schema.get("anyOf") or schema.get("oneOf") or [schema]):
        declared = branch.get("type", "string")
        kinds = declared if isinstance(declared, list) else [declared]
        if branch.get("format") == "date" or "2026-12-01" in branch.get("examples", ()):
            found += DAYS
        found += WHOLE if "integer" in kinds else ()
        found += NUMBERS if "number" in kinds else ()
        found += (0, 2**63, "true") if "boolean" in kinds else ()
        found += texts if "string" in kinds else ()
        found += [{}, {"": {}}] if "object" in kinds else ()
        if "array" in kinds:
            inner = extremes(branch.get("items", {}), texts[:1])
            found += [[], [*inner], *([one] for one in inner), [[[[]]]]]
    return tuple(found)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    found: dict[str, Any] = described.description()["components"]["schemas"][name]
    return found


def written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def questions() -> list[tuple[str, str, str]]:
    """Return every parameter of the description: method, path, name."""
    return [
        (method, path, parameter["name"])
        for path, operations in described.description()["paths"].items()
        for method, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if parameter["in"] in ("query", "path")
    ]


def bodies() -> list[tuple[str, str]]:
    """Return every operation that reads JSON with members of its own: method, path."""
    return [
        (method, path)
        for path, operations in described.description()["paths"].items()
        for method, operation in operations.items()
        if any(model.get("properties") for model in models_of(operation))
    ]


def models_of(operation: dict[str, Any]) -> list[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = resolved(content.get("schema", {}))
    return [resolved(m) for m in schema.get("oneOf", schema.get("anyOf", [schema]))]


def asked(client: TestClient, method: str, path: str, **given: Any) -> tuple[int, str]:
    answer = client.request(method, path, follow_redirects=False, **given)
    return answer.status_code, f"{method} {str(answer.url)[:200]} {str(given.get('json'))[:200]}"


def faults(found: list[tuple[int, str]]) -> list[str]:
    return [f"{status}: {said}" for status, said in found if status == 422 or status >= 500]


@pytest.mark.parametrize(("method", "path", "name"), questions())
def test_a_parameter_at_the_ends_of_its_type(client, there, method, path, name):
    operation = described.description()["paths"][path][method]
    parameter = next(p for p in operation["parameters"] if p["name"] == name)
    if method != "get" and parameter["in"] == "path":
        method = "get"  # What is there is not changed or removed by its id at the end of a type.
    found = []
    for value in (*extremes(parameter["schema"]), *WRITTEN, *(BOXES if name == "bbox" else ())):
        if parameter["in"] == "path":
            if not (at := path_part(written(value))):
                continue
            found.append(asked(client, method, path.format_map(_Named(there, {name: at}))))
        else:
            query = {**BESIDE.get(path, {}), name: written(value)}
            if name in ("address", "limit") and path == "/locate":
                query = {"address": "金陵二村5栋", name: written(value)}
            where = path.format_map(_Named(there, {}))
            found.append(asked(client, method, where, params=query))
    assert found
    assert faults(found) == []


class _Named(dict[str, str]):
    """The parts of a path: those that are there, others, else any id."""

    def __init__(self, there: dict[str, Any], others: dict[str, str]) -> None:
        super().__init__({**{n: str(v) for n, v in there.items()}, **others})

    def __missing__(self, name: str) -> str:
        return "none"


def path_part(text: str) -> str:
    return quote(text[:2000], safe="")


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09"])
@pytest.mark.parametrize("lon", [*NUMBERS, -180.0])
@pytest.mark.parametrize("lat", [1e308, 90.0, -90.0, 5e-324])
def test_a_point_at_the_ends_of_the_numbers(client, lon, lat, datum):
    found = [
        asked(client, "get", "/locate", params={"lon": lon, "lat": lat, "datum": datum}),
        asked(client, "post", "/locate", json={"datum": datum, "points": [[lon, lat], [118.75, 32.11]]}),
    ]  # fmt: skip
    assert faults(found) == []
    assert found[1][0] == 200


@pytest.mark.parametrize(("method", "path"), bodies())
def test_a_member_at_the_ends_of_its_type(client, there, method, path):
    operation = described.description()["paths"][path][method]
    content = operation["requestBody"]["content"]["application/json"]
    examples = [e["value"] for e in content.get("examples", {}).values()]
    models = models_of(operation)
    guarded = any(p["name"] == "If-Match" for p in operation.get("parameters", ()))
    if "{plan}" in path:  # Of its own: what others made of it is none of its matter.
        there = {**there, "plan": client.post("/plans", json={"title": "两端示例"}).json()["id"]}
    where = path.format_map(_Named(there, {}))
    found = []
    for model, example in zip_longest(models, examples[: len(models)], fillvalue={}):
        for body in variants(model, example):
            headers = {"if-match": _state(client, path, there)} if guarded else {}
            found.append(asked(client, method, where, json=body, headers=headers))
    assert found
    assert faults(found) == []


def variants(model: dict[str, Any], example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the example of a body with each member in turn at each end of its type."""
    for name, member in model.get("properties", {}).items():
        inner = resolved(member)
        if "properties" in inner:
            for value in variants(inner, dict(example.get(name) or {})):
                yield {**copy.deepcopy(example), name: value}
        for value in extremes(member, ("", "a" * 10_000, "\x00")):
            yield {**copy.deepcopy(example), name: value}

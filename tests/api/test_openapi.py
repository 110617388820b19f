"""The description of the API: valid, complete, and made only when it is asked for.

That the answers are as described is watched in the whole suite (``tests/described.py``).
"""

import inspect
import json
import subprocess
import sys
from collections import Counter

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel
from starlette.testclient import TestClient

from api import create_app
from api.http.auth import AccountRole, requirements_of
from api.http.body import parse
from api.http.declare import Upload, declaration_of
from api.http.openapi import example_of, routes_of
from api.schemas.plan_operations import PlanOperation
from gis.errors import InvalidInput
from gis.planning.operations import OPERATIONS, member_name, read_operation
from tests import described
from tests.api.conftest import settings_for

BODIES = ("post", "put", "patch")
ALWAYS_JSON = {"application/json", "application/problem+json", "multipart/form-data"}
EMPTY = ("204", "303", "304")
WITHOUT_BODY = {  # what a write says in its path alone
    "redo_step": "there is one step to redo",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(settings_for(tmp_path_factory.mktemp("described") / "w.db"))


@pytest.fixture(scope="module")
def description(app):
    return described.description()


def operations(description):
    return [
        (path, method, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def models_of(app):
    """The models of all bodies."""
    found = {}
    for route in routes_of(app):
        body = declaration_of(route.endpoint).body
        body = body.json if isinstance(body, Upload) else body
        for model in body if isinstance(body, tuple) else (body,) if body else ():
            found[model.__name__] = model
    return found


def test_the_description_is_valid_openapi_3_1(description):
    assert description["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(json.loads(json.dumps(description))).validate()


def test_every_route_declares_what_it_answers(app, description):
    served = {(r.path_format, m) for r in routes_of(app) for m in r.methods if m != "HEAD"}
    assert [r.path for r in routes_of(app) if declaration_of(r.endpoint) is None] == []
    assert {(p, m.upper()) for p, m, _ in operations(description)} == served
    for path, method, operation in operations(description):
        good = [s for s in operation["responses"] if s < "400"]
        assert good, (path, method)


def test_every_answer_has_its_content_declared(description):
    for path, method, operation in operations(description):
        for status, answered in operation["responses"].items():
            content = answered.get("content", {})
            assert bool(content) != (status in EMPTY), (path, method, status)
            for media_type, shown in content.items():
                if media_type in ALWAYS_JSON:
                    assert shown["schema"].get("type") != "string", (path, method, status)


def test_no_operation_is_said_to_answer_422_or_anything_by_default(description):
    for path, method, operation in operations(description):
        assert not {"422", "500", "default"} & operation["responses"].keys(), (path, method)


def test_every_write_describes_its_body(description):
    without = {
        operation["operationId"]
        for _, method, operation in operations(description)
        if method in BODIES and not operation.get("requestBody", {}).get("content")
    }
    assert without == WITHOUT_BODY.keys()


def test_every_json_body_has_an_example_and_refuses_unknown_members(app):
    for name, model in models_of(app).items():
        if model is PlanOperation:
            continue
        schema = model.model_json_schema()
        assert schema["additionalProperties"] is False, name
        example = example_of(model)
        assert example, name
        assert isinstance(parse(model, example), BaseModel)
        with pytest.raises(InvalidInput) as refused:
            parse(model, {**example, "nobody_knows": 1})
        assert refused.value.field == "nobody_knows"
        assert set(refused.value.accepted) == set(schema["properties"])


def test_a_route_reads_the_body_that_it_declares(app):
    for route in routes_of(app):
        declared = declaration_of(route.endpoint).body
        if isinstance(declared, type):
            source = inspect.getsource(route.endpoint)
            _, _, within = source.partition("async def ")
            assert declared.__name__ in within, f"{route.path} does not read {declared.__name__}"


def test_every_parameter_is_described(description):
    for path, method, operation in operations(description):
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (path, method, parameter["name"])


def test_operations_have_names_of_their_own_tags_and_summaries(description):
    tags = {tag["name"] for tag in description["tags"]}
    named = Counter(o["operationId"] for _, _, o in operations(description))
    assert [name for name, times in named.items() if times > 1] == []
    for path, method, operation in operations(description):
        assert operation["operationId"].replace("_", "").isalnum()
        assert operation["operationId"] == operation["operationId"].lower()
        assert set(operation["tags"]) <= tags, (path, method)
        assert 8 <= len(operation["summary"]) <= 70, (path, method)


def test_who_may_is_said_of_every_operation(app, description):
    schemes = description["components"]["securitySchemes"].keys()
    required = {
        (r.path_format, m): requirements_of(r.dependant)[0].role
        for r in routes_of(app)
        for m in r.methods
    }
    for path, method, operation in operations(description):
        role = required[path, method.upper()]
        assert operation["x-required-role"] == str(role)
        ways = operation["security"]
        assert {name for way in ways for name in way} <= schemes
        if role is AccountRole.PUBLIC:
            assert [way for way in ways if not way] == ([{}] if ways else []), (path, method)
            assert "Public" in operation["description"]
        else:
            assert f"**{role}**" in operation["description"], (path, method)
            assert {"401", "403"} <= operation["responses"].keys(), (path, method)
        if role is not AccountRole.PUBLIC and method not in ("get", "head"):
            assert {"session": [], "csrf": []} in ways, (path, method)


def test_writes_that_need_if_match_say_so(description):
    guarded = [
        operation
        for _, _, operation in operations(description)
        if "If-Match" in {p["name"] for p in operation.get("parameters", ())}
    ]
    assert len(guarded) > 20
    for _, _, operation in operations(description):
        assert ("428" in operation["responses"]) == (operation in guarded)


def test_locate_takes_points_or_addresses_and_answers_each_in_its_way(description):
    locate = description["paths"]["/locate"]
    asked = locate["post"]["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    answered = locate["get"]["responses"]["200"]["content"]["application/json"]["schema"]["oneOf"]
    assert [s["$ref"].rpartition("/")[2] for s in asked] == ["PointList", "AddressList"]
    assert [s["$ref"].rpartition("/")[2] for s in answered] == ["PointAnswer", "AddressAnswer"]


def test_every_kind_of_step_of_a_plan_is_described_by_its_members(description):
    kinds = {
        branch["properties"]["kind"]["const"]: branch
        for branch in description["components"]["schemas"]["PlanOperation"]["oneOf"]
    }
    assert kinds.keys() == OPERATIONS.keys()
    for kind, operation in OPERATIONS.items():
        members = {member_name(name) for name in operation.__dataclass_fields__}
        assert kinds[kind]["properties"].keys() == members | {"kind", "key"}
    assert read_operation({"kind": "retire", "grid": "a", "into": "b"})


def test_the_description_is_made_when_it_is_asked_for_and_once(app):
    assert app.openapi_schema is None
    with TestClient(app) as client:
        first = client.get("/openapi.json")
        assert first.status_code == 200
        assert client.get("/openapi.json").content == first.content


def test_no_schema_is_built_to_start():
    code = (
        "from api import create_app; from api.schemas.common import Body;"
        "create_app();"
        "kinds = [k for b in Body.__subclasses__() for k in (b, *b.__subclasses__())];"
        "built = [k.__name__ for k in kinds if k.__pydantic_complete__];"
        "import sys; sys.exit(f'{built}' if built else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_answer_that_is_not_declared_is_noticed(app):
    told = described.Exchange(status=418, whole=True)
    scope = {"type": "http", "method": "GET", "path": "/healthz", "root_path": "", "headers": []}
    assert described.faults(app, scope, told) == ["GET /healthz 418: the status is not declared"]
    told.status, told.headers = 200, {"content-type": "application/json"}
    told.content += b'{"status": "ok", "more": 1}'
    assert "more" in described.faults(app, scope, told)[0]

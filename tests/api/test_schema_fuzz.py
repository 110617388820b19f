"""Whatever fits the description of the API is answered, to every role, without a fault of ours.

Bodies and parameters are made of their schemas; half of them are about things that are there, from
the state they are in. What is answered is held against the description by the suite itself. A few examples of each operation; ``scripts/fuzz_api.py`` (``make faults``) tries many more.
"""

from __future__ import annotations

import shutil
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies
from starlette.testclient import TestClient

from api import create_app
from gis.accounts import AccountRole
from tests.api.callers import as_caller
from tests.api.conftest import settings_for

# What takes long to answer: the script does not leave it out.
NOT_HERE = frozenset({"/locate/table", "/plans/{plan}/export.gpkg", "/plans/{plan}/diff.pdf"})

THERE = {
    "code": "320106012005",
    "person": "p-0001",
    "place": "b-0001",
    "duty": "d-0001",
    "version": 1,
    "number": 1,
}
"""Of what half of the questions about one thing are: what is there, not what is made up."""
STATES = ("/plans/{plan}", "/people/{person}", "/places/{place}", "/data")
"""Where the ETag of what lies below is had."""


@pytest.fixture(scope="module")
def app(sample_store, tmp_path_factory) -> Any:
    path = tmp_path_factory.mktemp("fuzz") / "wangge.db"
    shutil.copy(sample_store, path)
    app = create_app(settings_for(path))
    with TestClient(app):
        yield app


def fuzz(
    app: Any, role: AccountRole, examples: int, left_out: frozenset[str] = NOT_HERE, **there: Any
) -> tuple[int, list[str]]:
    """Try every operation as somebody of a role; return how often, and what went wrong.

    ``there`` are further things that are there, by the name of their parameter.
    """
    client = TestClient(app if role is AccountRole.PUBLIC else as_caller(app, role))
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    wrong: list[str] = []
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path not in left_out:
            tried += _try(client, operation, examples, {**THERE, **there}, wrong)
    return tried, [f"{role} {line}" for line in wrong]


def _try(
    client: TestClient, operation: Any, examples: int, known: dict[str, Any], wrong: list[str]
) -> int:
    asked: list[str] = []

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), there=strategies.booleans())
    def one(case: Any, there: bool) -> None:
        if there and case.path_parameters:
            named = {n: known[n] for n in case.path_parameters if n in known}
            case.path_parameters = {**case.path_parameters, **named}
        if there and "If-Match" in (case.headers or {}):
            case.headers["If-Match"] = _state(client, operation.path, known)
        request = case.as_transport_kwargs(base_url="http://testserver")
        request.pop("cookies", None)
        if isinstance(request.get("data"), str | bytes):
            request["content"] = request.pop("data")
        try:
            ready = client.build_request(**request)
            ready.read()
        except (UnicodeError, ValueError, TypeError, AttributeError):
            return  # No client can send this.
        answer = client.send(ready, follow_redirects=False)
        asked.append(request["url"])
        if answer.status_code in (422, 500):
            wrong.append(f"{request['method']} {request['url']}: {answer.status_code}")

    one()
    return len(asked)


def _state(client: TestClient, path: str, known: dict[str, Any]) -> str:
    """Return the ETag of what a change is about, as it is now."""
    above = next((p for p in STATES if path.startswith(p)), None)
    if above is None:
        return '"none"'
    found: str = client.get(above.format(**known)).headers.get("etag", '"none"')
    return found


@pytest.mark.parametrize("role", [AccountRole.PUBLIC, AccountRole.STAFF, AccountRole.ADMIN])
def test_no_role_meets_a_fault_of_ours(app, role):
    tried, wrong = fuzz(app, role, examples=1)
    assert tried > 50
    assert wrong == []

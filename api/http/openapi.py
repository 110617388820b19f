"""The description of the API (OpenAPI 3.1), made of what the routes declare.

Made when it is first asked for, never at start-up: parameters as FastAPI has them, all else from
:mod:`api.http.declare` and the requirement of the route (:mod:`api.http.auth`).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter

from api.http.auth import AccountRole, Requirement, Scope, requirements_of
from api.http.cookies import PLAIN_NAME
from api.http.declare import Answered, Declaration, Upload, declaration_of
from api.schemas.common import Problem

_SAFE = ("GET", "HEAD", "OPTIONS")
_JSON = "application/json"
_PROBLEM = "application/problem+json"
_REF = "#/components/schemas/{model}"
TAGS = {
    "locate": "Which grid is this, and who is responsible?",
    "grids": "The grids and everything that hangs on one.",
    "places": "Buildings, businesses and resident units.",
    "people": "People and their duties.",
    "plans": "Re-division: plans, steps, proposals, review (docs/plans-api.md).",
    "divisions": "Every version of the grids, and back to an earlier one.",
    "data": "Data in: files sent, previewed, applied, undone.",
    "record": "Who changed what, when and why.",
    "accounts": "Signing in, tokens, API keys, accounts.",
    "operations": "Whether the service is well.",
    "pages": "What a browser opens; `HEAD` answers too.",
}
SECURITY = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": PLAIN_NAME,
        "description": "The session of a browser, begun by `POST /session`. Over https the cookie "
        "is called `__Host-wangge`.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "Beside the session, for everything but GET and HEAD: the `csrf_token` of "
        "`GET /session`.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A short-lived token of `POST /token`; the scopes it needs stand beside it.",
    },
    "api_key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of `POST /me/keys`, sent as `Authorization: Bearer …`; the "
        "scopes it needs stand beside it.",
    },
}
HEADERS = {
    "ETag": "What `If-Match` of a change says",
    "Location": "The address of what was made",
    "Content-Disposition": "The name of the file",
    "Retry-After": "Seconds after which it may be asked again",
    "WWW-Authenticate": "How to sign in",
    "X-Wangge-Counts": "How many rows were answered how, as JSON",
    "X-Wangge-Encoding": "The encoding that the table was read in",
    "X-Wangge-Version": "The versions it was answered from, as JSON",
    "X-Wangge-As-Of": "The day it holds for",
    "X-Wangge-Synthetic": "true: of an invented sample",
    "X-Wangge-Notes": "What was left out of the table, as a JSON list of sentences",
    "Set-Cookie": "The session",
}
_REFUSED = {
    303: "A browser is sent to sign in",
    400: "The request is not acceptable: `field` names what, `accepted` what it may be",
    401: "Nobody is signed in, or the key or token is not good (any more)",
    403: "The role, the scope of the key, or the grids of the caller do not allow it",
    404: "There is no such thing",
    409: "It does not fit what is stored; nothing was changed",
    412: "It was changed meanwhile; nothing was changed",
    413: "The body or the headers are too large",
    428: "If-Match is missing",
    429: "Asked too often",
    503: "The database is not available",
}


def routes_of(app: FastAPI) -> Iterator[APIRoute]:
    """Yield every route of an application, those of the routers it includes too."""
    waiting = list(app.routes)[::-1]
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if isinstance(route, APIRoute):
            yield route
        elif inner is not None and hasattr(inner, "routes"):
            waiting += inner.routes[::-1]


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the description of an application, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _described(app)
    return app.openapi_schema


def _described(app: FastAPI) -> dict[str, Any]:
    routes = [r for r in routes_of(app) if declaration_of(r.endpoint) is not None]
    schemas = _Schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        declared = declaration_of(route.endpoint)
        assert declared is not None
        for method in sorted((route.methods or set()) - {"HEAD"}):
            paths.setdefault(route.path_format, {})[method.lower()] = _Operation(
                route, method, declared, schemas
            ).described()
    return {
        "openapi": "3.1.0",
        "info": {"title": app.title, "version": app.version, "description": app.description},
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": SECURITY},
    }


class _Schemas:
    """The schemas of everything that routes declare, each once."""

    def __init__(self, routes: list[APIRoute]) -> None:
        wanted = {id(t): t for r in routes for t in _types(declaration_of(r.endpoint))}
        wanted[id(Problem)] = Problem
        self._adapters = {
            key: TypeAdapter(found) for key, found in wanted.items()
        }  # kept: an id is good as long as its type lives
        self._kept = wanted
        named, made = TypeAdapter.json_schemas(
            [
                (key, "validation" if _is_body(wanted[key]) else "serialization", adapter)
                for key, adapter in self._adapters.items()
            ],
            ref_template=_REF,
        )
        self._named = {key: tidy(schema) for (key, _), schema in named.items()}
        self.components = {
            name: tidy(schema) for name, schema in sorted(made.get("$defs", {}).items())
        }

    def of(self, wanted: Any) -> dict[str, Any]:
        """Return the schema of a type."""
        found: dict[str, Any] = self._named[id(wanted)]
        return found


def _is_body(wanted: Any) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, BaseModel)


def _types(declared: Declaration | None) -> Iterator[Any]:
    if declared is None:
        return
    yield from _models(declared)
    yield from (a.json for a in declared.answers.values() if a.json is not None)
    yield from (t for t in declared.refuses.values() if t is not None)


def _models(declared: Declaration) -> tuple[type[BaseModel], ...]:
    """Return the models of a body: what it may be in JSON."""
    body = declared.body.json if isinstance(declared.body, Upload) else declared.body
    return () if body is None else body if isinstance(body, tuple) else (body,)


def tidy(schema: Any) -> Any:
    """Return a schema without what pydantic adds and nobody reads: titles, empty defaults."""
    if isinstance(schema, list):
        return [tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        name: value
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
        and not (name == "default" and value in (None, ""))
    }
    for name, value in kept.items():
        if name in ("properties", "$defs"):
            kept[name] = {member: tidy(part) for member, part in value.items()}
        elif name not in ("examples", "example", "default", "enum", "const", "required"):
            kept[name] = tidy(value)
    return kept


class _Operation:
    """One operation as it is described."""

    def __init__(
        self, route: APIRoute, method: str, declared: Declaration, schemas: _Schemas
    ) -> None:
        self.route, self.method, self.declared, self.schemas = route, method, declared, schemas
        found = requirements_of(route.dependant)
        self.requirement: Requirement = found[0]

    def described(self) -> dict[str, Any]:
        parameters = [*_parameters(self.route), *self._if_match()]
        body = self._body()
        return {
            "tags": [str(t) for t in self.route.tags] or ["pages"],
            "summary": self.declared.summary,
            "description": self._description(),
            "operationId": self.route.endpoint.__name__,
            "security": self._security(),
            "x-required-role": str(self.requirement.role),
            **({"parameters": parameters} if parameters else {}),
            **({"requestBody": body} if body else {}),
            "responses": self._responses(),
        }

    # --- who may -----------------------------------------------------------------------------

    def _scope(self) -> Scope:
        return self.requirement.scope or (Scope.READ if self.method in _SAFE else Scope.WRITE)

    def _security(self) -> list[dict[str, list[str]]]:
        scopes = [str(self._scope())]
        session: dict[str, list[str]] = {"session": []}
        if self.method not in _SAFE:
            session["csrf"] = []
        ways: list[dict[str, list[str]]] = [session, {"token": scopes}, {"api_key": scopes}]
        if self.requirement.role is not AccountRole.PUBLIC:
            return [{}, *ways] if self.requirement.or_watching else ways
        return [{}, *ways] if self.declared.editions else []

    def _description(self) -> str:
        return f"{self.route.description}\n\n{self._who()}"

    def _who(self) -> str:
        role, need = self.requirement.role, self.requirement
        if role is AccountRole.PUBLIC:
            who = "Public: nobody needs to sign in."
            if self.declared.editions:
                who += " Whoever is signed in is answered with the internal edition of their grids."
            return who
        who = f"Needs the role **{role}** or above; a key or token the scope `{self._scope()}`."
        if need.any_password:
            who += " Also before a one-time password is changed."
        if need.or_watching:
            who += " Machines that `WANGGE_METRICS_FROM` names need not sign in."
        return who

    # --- what is read ------------------------------------------------------------------------

    def _if_match(self) -> list[dict[str, Any]]:
        if not self.declared.if_match:
            return []
        return [
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": "The ETag of the state that the change was made from",
                "schema": {"type": "string"},
                "example": '"5f1c2a7be0"',
            }
        ]

    def _body(self) -> dict[str, Any]:
        body, models = self.declared.body, _models(self.declared)
        content: dict[str, Any] = {_JSON: self._json_body(models)} if models else {}
        if not isinstance(body, Upload):
            needed = any(f.is_required() for m in models for f in m.model_fields.values())
            return {"required": needed, "content": content} if models else {}
        if body.form is not None:
            form: dict[str, Any] = {
                "type": "object",
                "additionalProperties": False,
                "properties": dict(body.form),
            }
            if body.needed:
                form["required"] = list(body.needed)
            content["multipart/form-data"] = {"schema": form}
        for media_type in body.files:
            content.setdefault(media_type, {"schema": _BINARY})
        return {"required": True, "content": content}

    def _json_body(self, models: tuple[type[BaseModel], ...]) -> dict[str, Any]:
        found = {m.__name__: {"value": e} for m in models if (e := example_of(m))}
        shown = {"examples": found} if found else {}
        if len(models) == 1:
            return {"schema": self.schemas.of(models[0]), **shown}
        return {"schema": {"oneOf": [self.schemas.of(m) for m in models]}, **shown}

    # --- what is answered --------------------------------------------------------------------

    def _responses(self) -> dict[str, Any]:
        found = {
            status: self._answer(status, answered)
            for status, answered in self.declared.answers.items()
        }
        for status in self._refused():
            problem = self._problem(status)
            if status in found:  # 503 of /readyz, 403 of a page
                found[status]["content"] = {
                    **found[status].get("content", {}),
                    **problem["content"],
                }
            else:
                found[status] = problem
        return {str(status): found[status] for status in sorted(found)}

    def _answer(self, status: int, answered: Answered) -> dict[str, Any]:
        described: dict[str, Any] = {"description": answered.says or HTTPStatus(status).phrase}
        if answered.headers:
            described["headers"] = _headers(answered.headers)
        if answered.media_types:
            schema = None if answered.json is None else self.schemas.of(answered.json)
            described["content"] = {
                media_type: {"schema": schema or (_TEXT if _is_text(media_type) else _BINARY)}
                for media_type in answered.media_types
            }
        return described

    def _refused(self) -> list[int]:
        """Return the statuses of an operation that refuses something."""
        declared, public = self.declared, self.requirement.role is AccountRole.PUBLIC
        statuses = {400, 401, 413, *declared.refuses}
        if not public or self.method not in _SAFE:
            statuses.add(403)
        if self.method in _SAFE and not public:
            statuses.add(303)
        if self.route.param_convertors:
            statuses.add(404)
        if declared.if_match:
            statuses |= {412, 428}
        if declared.counted:
            statuses.add(429)
        if declared.stored:
            statuses.add(503)
        return sorted(statuses)

    def _problem(self, status: int) -> dict[str, Any]:
        says = _REFUSED[status]
        if status == 303:
            return {"description": says, "headers": _headers(("Location",)), "content": {}}
        kind = self.declared.refuses.get(status) or Problem
        described: dict[str, Any] = {"description": says}
        if status == 401:
            described["headers"] = _headers(("WWW-Authenticate",))
        if status == 429:
            described["headers"] = _headers(("Retry-After",))
        content = {_PROBLEM: {"schema": self.schemas.of(kind)}}
        if status == 403 and self.method in _SAFE:
            content["text/html"] = {"schema": _TEXT}
        return {**described, "content": content}


_BINARY = {"type": "string", "format": "binary"}
_TEXT = {"type": "string"}


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/")


def _headers(names: tuple[str, ...]) -> dict[str, Any]:
    return {n: {"description": HEADERS[n], "schema": {"type": "string"}} for n in names}


def _parameters(route: APIRoute) -> list[dict[str, Any]]:
    """Return the parameters of a route as FastAPI reads them; what is absent is not null."""
    alone = copy.copy(route)
    alone.methods = {"GET"}
    alone.include_in_schema = True
    made = get_openapi(title="", version="", routes=[alone])
    named = made.get("components", {}).get("schemas", {})
    found = made["paths"][route.path_format]["get"].get("parameters", [])
    return [_parameter(p, named) for p in found]


def _parameter(found: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    schema = tidy(found["schema"])
    for one in schema.pop("anyOf", [schema]):
        if "$ref" in one:
            one = {**named[one["$ref"].rpartition("/")[2]], "description": ""}
        if one.get("type") != "null":
            schema = tidy({**one, **schema})
    schema.pop("$ref", None)
    says = found.get("description") or schema.pop("description", "")
    schema.pop("description", None)
    shown = {"description": says} if says else {}
    return {k: v for k, v in found.items() if k != "schema"} | shown | {"schema": schema}


def example_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return a body made of the first example of each member that has one or is needed."""
    schema = model.model_json_schema()
    if schema.get("examples"):
        whole: dict[str, Any] = schema["examples"][0]
        return whole
    return {
        name: value
        for name, member in schema.get("properties", {}).items()
        if (value := _example(member, schema.get("$defs", {}))) is not None
    }


def _example(member: Mapping[str, Any], defs: Mapping[str, Any]) -> Any:
    if "$ref" in member:
        member = {**defs[member["$ref"].rpartition("/")[2]], **member}
    if member.get("examples"):
        return member["examples"][0]
    if "enum" in member and "default" not in member:
        return member["enum"][0]
    for branch in member.get("anyOf", ()):
        if branch.get("examples"):
            return branch["examples"][0]
    return None

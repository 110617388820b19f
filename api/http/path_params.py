"""What stands in the paths of the routes: the id, code or number of one thing."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import BeforeValidator

from api.http.params import read_whole

MOST_NUMBER = 999_999_999

GridCodePath = Annotated[
    str,
    Path(description="The code of a grid, now or formerly", examples=["320106012005"]),
]
PersonPath = Annotated[str, Path(description="The id of a person", examples=["p-0001"])]
DutyPath = Annotated[str, Path(description="The id of a duty", examples=["d-0001"])]
PlacePath = Annotated[str, Path(description="The id of a place", examples=["b-0001"])]
PlanPath = Annotated[str, Path(description="The id of a plan", examples=["p-1f3a5c7e9b"])]
JobPath = Annotated[
    str, Path(description="The id of a search for a proposal", examples=["j-1f3a5c7e9b"])
]
UserPath = Annotated[str, Path(description="The name of an account", examples=["王示例"])]
SessionPath = Annotated[str, Path(description="The id of a session, as GET /me lists it")]
KeyPath = Annotated[str, Path(description="The id of an API key, as GET /me lists it")]
ImportPath = Annotated[str, Path(max_length=64, description="The id of a pending import")]
VersionPath = Annotated[
    int,
    BeforeValidator(lambda v: read_whole(v, "version", 1, MOST_NUMBER)),
    Path(description="The version of a division", examples=[1]),
]
EntryPath = Annotated[
    int,
    BeforeValidator(lambda v: read_whole(v, "number", 1, MOST_NUMBER)),
    Path(description="The number of an entry of the audit log", examples=[1]),
]

"""Is the service alive, and can it answer?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.http.auth import AccountRole, Caller, Public, Scope, require
from api.http.declare import as_file, as_json, declare
from api.http.params import StrictRoute
from api.http.problems import language_of, without_paths
from api.http.responses import answer
from api.schemas.health import Alive, NotReady, Ready
from api.serving.dependencies import Accounts, Counts, Live

router = APIRouter(tags=["operations"], route_class=StrictRoute)
Watcher = Annotated[Caller, Depends(require(AccountRole.ADMIN, Scope.READ, or_watching=True))]


@router.get("/healthz")
@declare(
    "Check that the process is alive", answers={200: as_json(Alive)}, stored=False, counted=False
)
async def get_health(_caller: Public) -> Response:
    """Answer as long as the process can answer at all."""
    return answer({"status": "ok"})


@router.get("/readyz")
@declare(
    "Check that there is an atlas to answer from",
    answers={200: as_json(Ready), 503: as_json(NotReady)},
    counted=False,
)
async def get_readiness(
    request: Request, _caller: Public, live: Live, accounts: Accounts
) -> Response:
    """Answer 200 when there is an atlas in force, else 503.

    `degraded` with its `faults`: a damaged version was refused and the last good one serves,
    the accounts are damaged, or the database does not answer.
    """
    if not live.loaded:
        return answer({"status": "empty"}, 503)
    language = language_of(request)
    found = [*live.faults(), *await accounts.faults()]
    faults = [without_paths(request, f).in_language(language) for f in found]
    bundle = live.bundle
    return answer(
        {
            "status": "degraded" if faults else "ready",
            "version": bundle.atlas.version,
            "as_of": bundle.day.isoformat(),
            **({"faults": faults} if faults else {}),
        }
    )


@router.get("/metrics")
@declare("Get counts for Prometheus", answers={200: as_file("text/plain")}, counted=False)
async def get_metrics(_caller: Watcher, live: Live, counts: Counts) -> Response:
    """Return counts in the text format of Prometheus.

    For this machine and whatever else `WANGGE_METRICS_FROM` names, and for administrators.
    """
    versions = live.bundle.atlas.version if live.loaded else {}
    body, media_type = counts.exposition(versions)
    return Response(body, headers={"cache-control": "no-store", "content-type": media_type})

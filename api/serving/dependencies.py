"""The services as the routes take them: ``live: Live``, ``accounts: Accounts`` and so on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.http.metrics import Metrics
from api.serving.account_service import AccountService
from api.serving.bulk_lookup import BulkLookup
from api.serving.latest_atlas import LatestAtlas
from api.serving.live_atlas import LiveAtlas
from api.serving.pending_imports import PendingImports
from api.serving.services import services_of
from gis.store import Store
from gis.workflows.plans.proposal_jobs import ProposalJobs
from gis.workflows.plans.workspace import PlanWorkspace


async def _store(request: Request) -> Store:
    return services_of(request.scope).store


async def _live(request: Request) -> LiveAtlas:
    return services_of(request.scope).live


async def _latest(request: Request) -> LatestAtlas:
    return services_of(request.scope).latest


async def _accounts(request: Request) -> AccountService:
    return services_of(request.scope).accounts


async def _metrics(request: Request) -> Metrics:
    return services_of(request.scope).metrics


async def _imports(request: Request) -> PendingImports:
    return services_of(request.scope).imports


async def _workspace(request: Request) -> PlanWorkspace:
    return services_of(request.scope).workspace


async def _proposals(request: Request) -> ProposalJobs:
    return services_of(request.scope).proposals


async def _bulk(request: Request) -> BulkLookup:
    return services_of(request.scope).bulk


Stored = Annotated[Store, Depends(_store)]
Live = Annotated[LiveAtlas, Depends(_live)]
Latest = Annotated[LatestAtlas, Depends(_latest)]
Accounts = Annotated[AccountService, Depends(_accounts)]
Counts = Annotated[Metrics, Depends(_metrics)]
Imports = Annotated[PendingImports, Depends(_imports)]
Workspace = Annotated[PlanWorkspace, Depends(_workspace)]
Proposals = Annotated[ProposalJobs, Depends(_proposals)]
Bulk = Annotated[BulkLookup, Depends(_bulk)]

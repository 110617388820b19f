"""The services of a running application, made once as it starts.

``app.state.services`` holds them; routes get them through :mod:`api.serving.dependencies`.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Scope

from api.http.metrics import Metrics
from api.serving.account_service import AccountService
from api.serving.bulk_lookup import BulkLookup
from api.serving.latest_atlas import LatestAtlas
from api.serving.live_atlas import LiveAtlas
from api.serving.pending_imports import PendingImports
from api.settings import Settings
from gis.store import Store
from gis.store.accounts import AccountStore
from gis.workflows.plans.proposal_jobs import ProposalJobs
from gis.workflows.plans.workspace import PlanWorkspace


@dataclass(frozen=True)
class Services:
    """What the routes of one application share.

    ``live`` answers from the atlas in force, ``latest`` edits what is stored now.
    """

    settings: Settings
    store: Store
    live: LiveAtlas
    latest: LatestAtlas
    accounts: AccountService
    metrics: Metrics
    imports: PendingImports
    workspace: PlanWorkspace
    proposals: ProposalJobs
    bulk: BulkLookup

    def close(self) -> None:
        """Let go of what was only held in this process."""
        self.imports.close()
        self.proposals.close()
        self.accounts.close()


def make_services(live: LiveAtlas, accounts: AccountStore, metrics: Metrics) -> Services:
    """Return the services over what is served and its accounts."""
    store, settings = live.store, live.settings
    workspace = PlanWorkspace(store, settings.rules, settings.office_name)
    return Services(
        settings=settings,
        store=store,
        live=live,
        latest=LatestAtlas(live.atlases, settings),
        accounts=AccountService(accounts, metrics),
        metrics=metrics,
        imports=PendingImports(store),
        workspace=workspace,
        proposals=ProposalJobs(workspace),
        bulk=BulkLookup(),
    )


def services_of(scope: Scope) -> Services:
    """Return the services of the application that serves the request of an ASGI scope."""
    found: Services = scope["app"].state.services
    return found

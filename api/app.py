"""The only assembly of the service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from api.http import problems
from api.http.metrics import Metrics
from api.http.service import Service
from api.routes import (
    account_pages,
    audit,
    data,
    desk,
    divisions,
    docs,
    grids,
    health,
    page,
    places,
    session,
)
from api.routes import accounts as account_routes
from api.routes.edit import people
from api.routes.edit import places as places_edit
from api.routes.locate import many, point, table
from api.routes.plans import files, pages, plans, proposals, review
from api.serving.live_atlas import VERSIONS_KEPT, LiveAtlas, prepare
from api.serving.services import make_services
from api.settings import Settings
from gis.store import Store, open_store
from gis.store.accounts import AccountStore, open_accounts
from gis.workflows.atlases import Atlases

_DESCRIPTION = """\
Which grid is this, and who is responsible? Coordinates come in with their `datum`
(`wgs84`, `cgcs2000`, `gcj02`, `bd09`), answers are WGS84. Errors are RFC 9457 problem+json
in Chinese or English (`Accept-Language`), naming the field and the accepted values.
"""


def create_app(
    settings: Settings | None = None,
    *,
    live: LiveAtlas | None = None,
    accounts: AccountStore | None = None,
) -> FastAPI:
    """Return the service.

    Parameters
    ----------
    settings
        From the environment when absent.
    live
        What to serve, already prepared; otherwise the store of the settings is opened,
        migrated and, when it is an empty SQLite file, filled with the sample as the
        application starts up.
    accounts
        The accounts, already migrated; otherwise those that go with the store.
    """
    settings = settings or Settings()
    settings.chosen_basemap()

    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as closing:
            served = live
            if served is None:
                served = await asyncio.to_thread(_open_live, settings)
                closing.callback(served.store.close)
            store = accounts
            if store is None:
                store = await asyncio.to_thread(_open_accounts, served.store, settings)
                closing.callback(store.close)
            services = make_services(served, store, metrics)
            app.state.services = services
            closing.callback(services.close)
            closing.push_async_callback(served.stop)
            await served.start()
            yield

    rooms = (
        page,
        data,
        desk,
        point,
        many,
        table,
        divisions,
        grids,
        places,
        people,
        places_edit,
        files,  # before plans: /plans/draft is no plan
        plans,
        proposals,
        review,
        audit,
        session,
        account_pages,
        account_routes,
        health,
        docs,
        pages,  # the last: /notices/{plan} would take /notices/{plan}.json
    )
    app = Service(
        [route for room in rooms for route in room.router.routes],
        settings,
        metrics,
        title="wangge 网格",
        version="0.1.0",
        description=_DESCRIPTION,
        lifespan=lifespan,
    )
    problems.install(app)
    logging.getLogger("wangge").setLevel(logging.INFO)
    return app


def _open_live(settings: Settings) -> LiveAtlas:
    store = open_store(settings.database_url).caching(VERSIONS_KEPT)
    prepare(store, settings)
    return LiveAtlas(Atlases(store), settings)


def _open_accounts(store: Store, settings: Settings) -> AccountStore:
    found = open_accounts(store, lifetimes=settings.lifetimes)
    found.migrate()
    return found

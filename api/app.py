"""The only assembly of the service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api.http import problems
from api.http.metrics import Metrics
from api.http.middleware import Gate
from api.routes import (
    account_pages,
    accounts,
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
from api.routes.edit import people
from api.routes.edit import places as places_edit
from api.routes.locate import many, point, table
from api.routes.plans import files, pages, plans, proposals, review
from api.serving.live_atlas import Live, prepare
from api.settings import Settings
from gis.store import open_store
from gis.store.accounts import Accounts, open_accounts

_DESCRIPTION = """\
Which grid is this, and who is responsible? Coordinates come in with their `datum`
(`wgs84`, `cgcs2000`, `gcj02`, `bd09`), answers are WGS84. Errors are RFC 9457 problem+json
in Chinese or English (`Accept-Language`), naming the field and the accepted values.
"""


def create_app(
    settings: Settings | None = None, *, live: Live | None = None, who: Accounts | None = None
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
    who
        The accounts, already migrated; otherwise those that go with the store.
    """
    settings = settings or Settings()
    settings.chosen_basemap()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.live = live or await asyncio.to_thread(_open_live, settings)
        app.state.accounts = who or await asyncio.to_thread(
            _open_accounts, app.state.live, settings
        )
        await app.state.live.start()
        try:
            yield
        finally:
            if waiting := getattr(app.state, "waiting", None):
                waiting.close()
            await app.state.live.stop()
            if who is None:
                app.state.accounts.close()
            if live is None:
                app.state.live.store.close()

    app = FastAPI(
        title="wangge 网格",
        version="0.1.0",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.add_middleware(Gate, settings=settings, metrics=app.state.metrics)
    for module in (
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
        accounts,
        health,
        docs,
        pages,  # the last: /notices/{plan} would take /notices/{plan}.json
    ):
        app.include_router(module.router)
    logging.getLogger("wangge").setLevel(logging.INFO)
    return app


def _open_live(settings: Settings) -> Live:
    store = open_store(settings.database_url)
    prepare(store, settings)
    return Live(store, settings)


def _open_accounts(live: Live, settings: Settings) -> Accounts:
    found = open_accounts(live.store, lifetimes=settings.lifetimes)
    found.migrate()
    return found

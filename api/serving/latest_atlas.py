"""The internal atlas as it is stored now, for those who change it: their own write is in it.

Unlike :mod:`api.serving.live_atlas`, which swaps in a new version a moment later, this asks the
store for its versions each time (one cheap query) and reads anew when they moved.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import date
from typing import Any

from api.http.auth import Caller
from api.serving.visibility import narrowed, sees_all
from api.settings import Settings
from gis.atlas import Atlas
from gis.clock import today
from gis.ids import GridId
from gis.store.edits import Revised
from gis.workflows.atlases import Atlases

_NARROWED = 16


class LatestAtlas:
    """The store, and the internal atlas of what it holds."""

    def __init__(self, atlases: Atlases, settings: Settings) -> None:
        self.store = atlases.store
        self.settings = settings
        self._atlases = atlases
        self._narrowed: OrderedDict[frozenset[GridId], tuple[Atlas, Atlas]] = OrderedDict()

    @property
    def today(self) -> date:
        """The day it is at the office."""
        return today()

    async def atlas(self) -> Atlas:
        """Return what is in force today, as staff see it."""
        return await asyncio.to_thread(self.read)

    def read(self) -> Atlas:
        """Return what is in force today; reads the database when it changed."""
        return self._atlases.on(today()).atlas

    async def seen(self, caller: Caller) -> Atlas:
        """Return what is in force today, as a caller sees it (:mod:`api.serving.visibility`)."""
        return await asyncio.to_thread(self.see, caller)

    def see(self, caller: Caller, atlas: Atlas | None = None) -> Atlas:
        """Return an atlas, the present one by default, as a caller sees it."""
        internal = atlas if atlas is not None else self.read()
        if sees_all(caller):
            return internal
        grids = caller.scope_grids or frozenset()
        kept = self._narrowed.get(grids)
        if kept is None or kept[0] is not internal:
            kept = internal, narrowed(internal, grids, self.settings.policy)
            self._narrowed[grids] = kept
            while len(self._narrowed) > _NARROWED:
                self._narrowed.popitem(last=False)
        return kept[1]

    def after(self, revised: Revised[Any]) -> Atlas:
        """Return the atlas after an edit, without reading back what was just written."""
        return self._atlases.after(revised, today())

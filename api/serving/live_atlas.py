"""The atlas in force: one frozen bundle, built beside the event loop and swapped whole.

A request takes the bundle once and answers from it, so no answer mixes two versions. A poll
notices new versions, and midnight at the office, within :attr:`Settings.poll_s`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.serving.lookup_answers import LookupAnswers
from api.serving.page_cache import DrawnPage, page_of
from api.settings import Settings
from gis.addresses import AddressBook
from gis.atlas import Atlas
from gis.clock import today
from gis.disclosure import public, scoped
from gis.division import Division
from gis.errors import NotFound, StoreError
from gis.findings import Finding, Text
from gis.geometry import point_inside
from gis.ids import GridId
from gis.intake import read_set
from gis.store import Identity, Store, Versions
from gis.workflows.atlases import Atlases

_log = logging.getLogger("wangge")
_PAST_ATLASES = 16
# Divisions, directories and rosters that are in memory: of today, of plans, of past days.
VERSIONS_KEPT = 12
_INTERNAL_PAGES = 4
Sees = frozenset[GridId] | None
NOTHING: frozenset[GridId] = frozenset()
_Key = tuple[Versions, date, date, Sees]


@dataclass(frozen=True)
class Bundle:
    """Everything a request is answered from: the public atlas of one day, its book and page.

    Book and page are promised: the first points are answered before they are made. What
    people who are signed in see is made of ``internal`` when the first of them asks.
    """

    versions: Versions
    day: date
    atlas: Atlas
    book: Future[AddressBook]
    faults: tuple[Finding, ...]
    page: Future[DrawnPage]
    answers: LookupAnswers
    internal: Atlas


def prepare(store: Store, settings: Settings) -> tuple[str, ...]:
    """Migrate the store, and load the sample into an empty SQLite one; return what was loaded.

    An office's PostGIS database never gets the sample.
    """
    store.migrate()
    if settings.sample == "never" or not store.is_sqlite or store.identity() is not None:
        return ()
    intake = read_set([settings.sample_folder], today=today()).require_sound()
    published = store.publish(
        identity=Identity("宝塔桥街道", "320106012", intake.synthetic),
        division=intake.division,
        directory=intake.directory,
        roster=intake.roster,
        effective_from=today(),
        today=today(),
    )
    return published.changed


class LiveAtlas:
    """Holds the bundle in force and keeps it up to date."""

    def __init__(self, atlases: Atlases, settings: Settings) -> None:
        self.atlases = atlases
        self.store = store = atlases.store
        self.settings = settings
        self.last_poll: StoreError | None = None
        self._bundle: Bundle | None = None
        self._making = asyncio.Lock()
        self._internal_pages: OrderedDict[Any, Future[DrawnPage]] = OrderedDict()
        self._past: OrderedDict[_Key, tuple[Atlas, Future[AddressBook]]] = OrderedDict()
        self._poll: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._pages = store.path.with_name(f"{store.path.name}.pages") if store.path else None
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="make")

    @property
    def bundle(self) -> Bundle:
        """What is in force now.

        Raises
        ------
        NotFound
            When nothing has been loaded yet.
        """
        if self._bundle is None:
            raise NotFound(
                "nothing has been loaded yet: run wangge load PATH",
                "尚未载入任何数据：请运行 wangge load PATH",
            )
        return self._bundle

    def build(self) -> None:
        """Build the first bundle.

        Raises
        ------
        StoreError
            When the store does not answer, or nothing in it is good.
        """
        self._bundle = self._build()

    async def start(self) -> None:
        """Build the first bundle, unless that is done, and begin to watch the store."""
        if self._bundle is None:
            await asyncio.to_thread(self.build)
        self._stopping = asyncio.Event()
        self._poll = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop watching, and wait for a look at the store that is under way: it is closed next."""
        self._stopping.set()
        if self._poll is not None:
            await asyncio.gather(self._poll, return_exceptions=True)
        self._maker.shutdown(wait=True, cancel_futures=True)

    async def atlas(self, as_of: date | None, sees: Sees = NOTHING) -> Atlas:
        """Return the atlas of a day, None for today, as somebody sees it.

        ``sees`` are the grids whose internal edition is shown, with all below them: none (the
        public edition), or None for all.

        Raises
        ------
        NotFound
            When no division is that old.
        """
        return (await self._at(as_of, sees))[0]

    async def atlas_and_book(
        self, as_of: date | None, sees: Sees = NOTHING
    ) -> tuple[Atlas, AddressBook]:
        """Return an atlas (see :meth:`atlas`) and the address book made of it."""
        atlas, book = await self._at(as_of, sees)
        return atlas, await asyncio.wrap_future(book)

    async def internal_page(self, sees: Sees) -> DrawnPage:
        """Return the map page of the internal edition; it is drawn when it is first wanted."""
        bundle = self.bundle
        atlas = await self.atlas(None, sees)
        key = (bundle.versions, bundle.day, sees)
        if key not in self._internal_pages:
            drawn = self._maker.submit(page_of, atlas, self.settings, None)
            self._internal_pages[key] = drawn
            while len(self._internal_pages) > _INTERNAL_PAGES:
                self._internal_pages.popitem(last=False)
        self._internal_pages.move_to_end(key)
        return await asyncio.wrap_future(self._internal_pages[key])

    async def _at(self, as_of: date | None, sees: Sees) -> tuple[Atlas, Future[AddressBook]]:
        bundle = self.bundle
        if not sees and sees is not None and (as_of is None or as_of == bundle.day):
            return bundle.atlas, bundle.book
        key = (bundle.versions, bundle.day, as_of or bundle.day, sees)
        if key not in self._past:
            async with self._making:
                if key not in self._past:
                    atlas = await asyncio.to_thread(self._seen, bundle, key[2], sees)
                    self._past[key] = atlas, self._maker.submit(AddressBook, atlas)
        self._past.move_to_end(key)
        found = self._past[key]
        while len(self._past) > _PAST_ATLASES:
            self._past.popitem(last=False)
        return found

    def _seen(self, bundle: Bundle, day: date, sees: Sees) -> Atlas:
        if day == bundle.day:
            internal, shown = bundle.internal, bundle.atlas
        else:
            internal = self.atlases.on(day).atlas
            shown = public(internal, self.settings.policy, today=bundle.day)
        found = scoped(internal, shown, sees) if sees else internal if sees is None else shown
        _warm(found)
        return found

    def _build(self) -> Bundle | None:
        day = today()
        try:
            atlas, faults, versions, _ = self.atlases.on(day)
        except NotFound:
            return None
        for fault in faults:
            _log.error("%s", fault.text.en)
        shown = public(atlas, self.settings.policy, today=day)
        _warm(shown)
        page = self._maker.submit(page_of, shown, self.settings, self._pages)
        book = self._maker.submit(AddressBook, shown)
        return Bundle(versions, day, shown, book, faults, page, LookupAnswers(shown), atlas)

    async def _watch(self) -> None:
        while not await self._told_to_stop():
            try:
                await self._refresh()
                self.last_poll = None
            except StoreError as problem:
                if self.last_poll is None:
                    _log.error("%s", problem.text.en)
                self.last_poll = problem
            except Exception:
                _log.exception("the new version could not be put in force; the old one serves on")

    async def _told_to_stop(self) -> bool:
        """Wait until it is time to look again, or to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self.settings.poll_s)
        return self._stopping.is_set()

    async def _refresh(self) -> None:
        versions = await asyncio.to_thread(self.store.versions)
        now = self._bundle
        if now is not None and now.versions == versions and now.day == today():
            return
        fresh = await asyncio.to_thread(self._build)
        if fresh is None:
            return
        self._bundle = fresh
        _log.info("in force: %s on %s", fresh.versions, fresh.day)

    @property
    def division(self) -> Division | None:
        """The division in force, None when nothing has been loaded."""
        return self._bundle.atlas.division if self._bundle else None

    @property
    def loaded(self) -> bool:
        """Tell whether there is anything to answer from."""
        return self._bundle is not None

    def faults(self) -> list[Text]:
        """Return what stands in the way of good answers; [] when nothing does."""
        found = [f.text for f in self._bundle.faults] if self._bundle else []
        return found + ([self.last_poll.text] if self.last_poll else [])


def _warm(atlas: Atlas) -> None:
    """Build what the first answer would otherwise wait for."""
    if atlas.division.grids:
        atlas.spot(*point_inside(atlas.division.grids[0].boundary))
    _ = atlas.grid_of

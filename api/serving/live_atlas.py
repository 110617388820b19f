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
from threading import Lock
from typing import Any

from api.http.auth import ANONYMOUS, Caller
from api.serving.days import Days
from api.serving.lookup_answers import LookupAnswers
from api.serving.page_cache import DrawnPage, page_of
from api.serving.renewed import Renewed
from api.serving.workers import Workers
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
_PRESENT_VIEWS, _PAST_VIEWS = 16, 12
_BOOK_PATIENCE_S, _PAGE_PATIENCE_S = 0.5, 2.0
_MOST_PLACES = 60_000
"""Places in all the atlases of past days that are kept, twelve of the sample's size."""
# Divisions, directories and rosters that are in memory: of today, of plans, of past days.
VERSIONS_KEPT = 12
_INTERNAL_PAGES = 4
Sees = frozenset[GridId] | None
_Key = tuple[Versions, date, date, Sees]


@dataclass(frozen=True)
class Bundle:
    """What a request is answered from: the public atlas of one day.

    What people who are signed in see is made of ``internal`` when the first of them asks.
    """

    versions: Versions
    day: date
    atlas: Atlas
    faults: tuple[Finding, ...]
    answers: LookupAnswers
    internal: Atlas


class View:
    """What somebody sees of a day, and the address book of it once somebody asks for one."""

    def __init__(self, atlas: Atlas, before: View | None = None) -> None:
        self.atlas: Atlas = atlas if before is None else atlas.built_on(before.atlas)
        self._lock = Lock()
        self._book: AddressBook | None = None
        if before is not None and _has_same_book(before.atlas, self.atlas):
            self._book = before._book

    def book(self) -> AddressBook:
        """Return the address book; made once."""
        with self._lock:
            if self._book is None:
                self._book = AddressBook(self.atlas)
            return self._book


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
        self.workers = Workers(settings)
        self._internal_pages: OrderedDict[Any, Future[DrawnPage]] = OrderedDict()
        self._present: OrderedDict[_Key, asyncio.Task[View]] = OrderedDict()
        self._past: OrderedDict[_Key, asyncio.Task[View]] = OrderedDict()
        self._days = Days(atlases)
        self._poll: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._pages = store.path.with_name(f"{store.path.name}.pages") if store.path else None
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="internal-page")
        self.books: Renewed[AddressBook] = Renewed("book", AddressBook, patience_s=_BOOK_PATIENCE_S)
        self.pages: Renewed[DrawnPage] = Renewed("page", self._draw, patience_s=_PAGE_PATIENCE_S)

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
        self.books.close()
        self.pages.close()
        self.workers.close()

    async def atlas(self, as_of: date | None, caller: Caller = ANONYMOUS) -> Atlas:
        """Return the atlas of a day, None for today, as a caller sees it.

        Raises
        ------
        NotFound
            When no division is that old.
        TooManyRequests
            It would have to be made, and a public caller has used up their time.
        """
        if _sees_public(caller) and as_of in (None, self.bundle.day):
            return self.bundle.atlas
        view, day = await self._view(as_of, caller)
        return view.atlas.dated(day)

    async def atlas_and_book(
        self, as_of: date | None, caller: Caller = ANONYMOUS
    ) -> tuple[Atlas, AddressBook]:
        """Return an atlas (see :meth:`atlas`) and the address book of it.

        Of today's public atlas it is the one that there is a book of, while the newest is made.
        """
        if _sees_public(caller) and as_of in (None, self.bundle.day):
            return await self.books.get()
        view, day = await self._view(as_of, caller)
        book = await self.workers.run(caller, view.book)
        return view.atlas.dated(day), book

    def addressed(self) -> tuple[LookupAnswers, AddressBook] | None:
        """Return what addresses of today are answered from; None while the book is made anew."""
        ready, bundle = self.books.ready, self.bundle
        if ready is None or ready[0] is not bundle.atlas:
            return None
        return bundle.answers, ready[1]

    async def internal_page(self, caller: Caller) -> DrawnPage:
        """Return the map page of the internal edition; it is drawn when it is first wanted."""
        bundle = self.bundle
        atlas = await self.atlas(None, caller)
        key = (bundle.versions, bundle.day, caller.sees)
        if key not in self._internal_pages:
            drawn = self._maker.submit(page_of, atlas, self.settings, None)
            self._internal_pages[key] = drawn
            while len(self._internal_pages) > _INTERNAL_PAGES:
                self._internal_pages.popitem(last=False)
        self._internal_pages.move_to_end(key)
        return await asyncio.wrap_future(self._internal_pages[key])

    async def _view(self, as_of: date | None, caller: Caller) -> tuple[View, date]:
        """Return what a caller sees of a day, and that day.

        Views of today are kept apart: however many days are asked for, they stay.
        """
        bundle, sees = self.bundle, caller.sees
        day = as_of or bundle.day
        first, kept, most = day, self._present, _PRESENT_VIEWS
        if day != bundle.day:
            first = await self._first_like(day, bundle.versions, caller)
            kept, most = self._past, _most_past(bundle.atlas)
        key = (bundle.versions, bundle.day, first, sees)
        task = kept.get(key)
        if task is None:
            self.workers.admit(caller)
            work = self.workers.run(caller, self._see, bundle, first, sees, _last(kept, sees))
            task = kept[key] = asyncio.create_task(work)
            while len(kept) > most:
                kept.popitem(last=False)
        else:
            kept.move_to_end(key)
        try:
            return await asyncio.shield(task), day
        except Exception:
            if kept.get(key) is task:
                del kept[key]
            raise

    async def _first_like(self, day: date, versions: Versions, caller: Caller) -> date:
        """Return the first day since which everything has been as on a day."""
        known = self._days.known(day, versions)
        if known is not None:
            return known
        return await self.workers.run(caller, self._days.first, day, versions)

    def _see(self, bundle: Bundle, day: date, sees: Sees, before: View | None) -> View:
        if day == bundle.day:
            internal, shown = bundle.internal, bundle.atlas
        else:
            internal = self.atlases.on(day).atlas.built_on(bundle.internal)
            shown = public(internal, self.settings.policy, today=bundle.day)
            shown = shown.built_on(bundle.atlas)
        found = scoped(internal, shown, sees) if sees else internal if sees is None else shown
        view = View(found, before)
        _warm(view.atlas)
        return view

    def _draw(self, atlas: Atlas) -> DrawnPage:
        return page_of(atlas, self.settings, self._pages)

    def _build(self) -> Bundle | None:
        day = today()
        try:
            atlas, faults, versions, _ = self.atlases.on(day)
        except NotFound:
            return None
        for fault in faults:
            _log.error("%s", fault.text.en)
        before = self._bundle
        shown = public(atlas, self.settings.policy, today=day)
        if before is not None:
            shown = shown.built_on(before.atlas)
        _warm(shown)
        self._renew(shown)
        return Bundle(versions, day, shown, faults, LookupAnswers(shown), atlas)

    def _renew(self, shown: Atlas) -> None:
        """Have the page drawn and the address book made, where they would be others."""
        self.pages.want(shown)
        ready = self.books.ready
        if ready is not None and _has_same_book(ready[0], shown):
            self.books.keep(shown)
        else:
            self.books.want(shown)

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


def _last(views: OrderedDict[_Key, asyncio.Task[View]], sees: Sees) -> View | None:
    """Return the view made last for those who see the same, None where there is none."""
    for key, task in reversed(views.items()):
        if key[3] == sees and task.done() and not task.cancelled() and task.exception() is None:
            return task.result()
    return None


def _sees_public(caller: Caller) -> bool:
    return caller.sees is not None and not caller.sees


def _most_past(atlas: Atlas) -> int:
    """Return how many atlases of past days are kept beside one like them."""
    return max(2, min(_PAST_VIEWS, _MOST_PLACES // max(len(atlas.directory.places), 1)))


def _has_same_book(one: Atlas, other: Atlas) -> bool:
    """Tell whether two atlases have the same address book: a phone number stands in none."""
    return (
        one.division is other.division
        and one.directory is other.directory
        and (one.name, one.code) == (other.name, other.code)
        and _in_office(one) == _in_office(other)
    )


def _in_office(atlas: Atlas) -> list[tuple[Any, ...]]:
    """Return who is in office where, by name, as an address book has them."""
    named = {p.id: p.name for p in atlas.roster.people}
    held = [d for d in atlas.roster.duties if d.in_force(atlas.as_of)]
    return [(d.person, named.get(d.person), d.grid) for d in held]


def _warm(atlas: Atlas) -> None:
    """Build what the first answer would otherwise wait for."""
    if atlas.division.grids:
        atlas.spot(*point_inside(atlas.division.grids[0].boundary))
    _ = atlas.grid_of

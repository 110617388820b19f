"""The internal atlases of a store: what is in force on a day, made once for all who ask."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Any, NamedTuple

from gis.atlas import Atlas
from gis.clock import today
from gis.errors import NotFound
from gis.findings import Finding
from gis.roster import Roster
from gis.store import Store, Versions
from gis.store.edits import Revised
from gis.store.in_force import Holding
from gis.workflows.retired_codes import retired_codes

_DAYS = 4


class StoredAtlas(NamedTuple):
    """What is in force on a day, as staff see it.

    ``faults`` are what the store found damaged on the way to it, ``versions`` the newest stored,
    ``judged_on`` the day whose disclosures it carries.
    """

    atlas: Atlas
    faults: tuple[Finding, ...]
    versions: Versions
    judged_on: date


def internal_atlas(store: Store, day: date) -> StoredAtlas:
    """Return what is in force on a day, as staff see it, and what the store found damaged.

    It carries what the office discloses today, whatever the day.
    """
    holding = store.holding(day)
    now = today()
    in_force = holding if day == now else _in_force(store, now) or holding
    identity = store.identity()
    atlas = Atlas(
        division=holding.division,
        directory=holding.directory,
        roster=holding.roster,
        as_of=day,
        name=identity.name if identity else "",
        code=identity.code if identity else "",
        disclosures=store.disclosures(now, in_force),
        retired=retired_codes(store.plans.lineage(), holding.division),
    )
    return StoredAtlas(atlas, holding.faults, holding.versions, now)


def _in_force(store: Store, day: date) -> Holding | None:
    """Return what is in force on a day, None before the first division is."""
    with suppress(NotFound):
        return store.holding(day)
    return None


class Atlases:
    """The internal atlases of the days asked for last, as long as the store has nothing newer.

    The service, the edits and the plans take them from here, so that one atlas in force is in
    memory once. ``store`` keeps the versions they are made of (:meth:`~gis.store.Store.caching`).
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: OrderedDict[date, StoredAtlas] = OrderedDict()
        self._reading = Lock()

    def on(self, day: date) -> StoredAtlas:
        """Return what is in force on a day; reads the database when it changed.

        One cheap query tells whether it did.

        Raises
        ------
        NotFound
            When no division is that old.
        StoreError
            When the database does not answer, or nothing in it is good.
        """
        wanted = self.store.versions(), today()
        kept = self._kept.get(day)
        if kept is not None and (kept.versions, kept.judged_on) == wanted:
            return kept
        with self._reading:
            kept = self._kept.get(day)
            if kept is None or (kept.versions, kept.judged_on) != wanted:
                made = internal_atlas(self.store, day)
                if kept is not None:
                    made = made._replace(atlas=made.atlas.built_on(kept.atlas))
                kept = self._keep(day, made)
            return kept

    def after(self, revised: Revised[Any], day: date) -> Atlas:
        """Return the atlas after an edit of that day, without reading back what it wrote.

        The edit has made sure already that the database gives it back as it was.
        """
        kept, part = self._kept.get(day), _part_of(revised)
        if kept is None or kept.faults or not revised.stored:
            return self.on(day).atlas
        expected = replace(kept.versions, **{part: getattr(kept.versions, part) + 1})
        if expected != revised.versions:
            return self.on(day).atlas
        version = getattr(revised.versions, part)
        value = replace(revised.edited.value, version=version, effective_from=day)
        changed: Any = {part: value}
        atlas: Atlas = replace(kept.atlas, **changed)
        now = today()
        if day != now:
            return self.on(day).atlas
        held = Holding(atlas.division, atlas.directory, atlas.roster, (), revised.versions)
        disclosures = self.store.disclosures(now, held)
        atlas = replace(atlas, disclosures=disclosures).built_on(kept.atlas)
        with self._reading:
            return self._keep(day, StoredAtlas(atlas, (), revised.versions, now)).atlas

    def _keep(self, day: date, made: StoredAtlas) -> StoredAtlas:
        self._kept[day] = made
        self._kept.move_to_end(day)
        while len(self._kept) > _DAYS:
            self._kept.popitem(last=False)
        return made


def _part_of(revised: Revised[Any]) -> str:
    return "roster" if isinstance(revised.edited.value, Roster) else "directory"

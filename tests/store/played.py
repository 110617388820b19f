"""A store is played with, beside a plain model that copies whole parts; no version may differ.

The model knows nothing of rows, branches or digests: a version is a value and the day it begins.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import shapely
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gis.audit import SYSTEM
from gis.datum import Datum
from gis.directory import Directory, Place, PlaceKind
from gis.division import Division, Grid
from gis.editing import Edited, people, places
from gis.errors import Conflict, NotFound
from gis.ids import GridId, PersonId, PlaceId
from gis.planning.cell_map import CellMap
from gis.roster import Duty, GridRole, Person, Roster
from gis.store import Store, open_store
from gis.store.backup_databases import faults_in
from gis.store.edits import EditBase
from gis.store.engine import open_database
from gis.store.plans import APPROVED, PlanHead, Release, utc_now
from tests.plans.drawn_plan import strip
from tests.store import sets
from tests.store.sets import OURS, TODAY

PARTS = ("division", "directory", "roster")
NAMES = st.integers(0, 3)
SOME = st.sets(st.integers(0, 4), max_size=4)
Edit = Callable[[EditBase[Any]], Edited[Any]]
Opener = Callable[[], Any]


# --- what is published -------------------------------------------------------------------------


def division(number: int, more: set[int]) -> Division:
    """Return the drawn division with some more clusters, each with a code of its own."""
    grids = sets.grids(number)
    clusters = tuple(
        replace(
            grids[2],
            id=GridId(f"g-{n}"),
            code=f"32010601200100101{n}" if number % 2 else f"32010601200100102{n}",
            boundary=sets.square(n, row=5),
        )
        for n in more
    )
    return sets.division(number, grids=(*grids, *clusters))


def directory(number: int, more: set[int], hidden: set[int]) -> Directory:
    """Return the drawn places with some more, some of them not disclosed."""
    given = sets.directory(number)
    shops = tuple(
        Place(
            PlaceId(f"x{n}"),
            PlaceKind.BUSINESS,
            f"示例店 {number}",
            shapely.Point(118.75 + n / 1e4, 32.11),
            disclosed=n not in hidden,
        )
        for n in more
    )
    return replace(given, places=(*given.places, *shops))


def roster(number: int, more: set[int]) -> Roster:
    """Return the drawn people with some more, each with a duty."""
    given = sets.roster(number)
    others = tuple(Person(PersonId(f"q{n}"), f"示例{number}") for n in more)
    duties = tuple(
        Duty(f"e{n}", PersonId(f"q{n}"), GridId("g1"), GridRole.VOLUNTEER, TODAY) for n in more
    )
    return replace(given, people=(*given.people, *others), duties=(*given.duties, *duties))


@cache
def ground() -> CellMap:
    return strip().cell_map


# --- the model ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Copies:
    """The versions of a part, whole, oldest first, each with the day it begins on."""

    versions: tuple[tuple[date, Any], ...] = ()

    @property
    def newest(self) -> Any:
        """The newest value."""
        return self.versions[-1][1]

    @property
    def latest(self) -> date:
        """The day on which the newest begins."""
        return self.versions[-1][0]

    @property
    def days(self) -> set[date]:
        """The days on which versions begin."""
        return {day for day, _ in self.versions}

    def on(self, day: date) -> int:
        """Return the number of the version in force on a day, the first where none is."""
        begun = [n for n, (begins, _) in enumerate(self.versions, 1) if begins <= day]
        return begun[-1] if begun else 1

    def value(self, version: int) -> Any:
        """Return a version as the store gives it."""
        day, value = self.versions[version - 1]
        dated = replace(value, version=version, effective_from=day)
        if not isinstance(value, Division):
            return dated
        after = self.versions[version : version + 1]
        return replace(dated, effective_until=after[0][0] if after else None)

    def with_version(self, day: date, value: Any) -> Copies:
        """Return the versions with one more, unless it is what the newest is."""
        if value.sha256 == self.newest.sha256:
            return self
        return Copies((*self.versions, (day, value)))

    def edited(self, edit: Edit, today: date) -> Copies:
        """Return the versions after an edit of what is in force, and of what is scheduled."""
        days = [today, *sorted(day for day in self.days if day > today)]
        values = [self.versions[self.on(day) - 1][1] for day in days]
        first = edit(EditBase(values[0], sets.division(), today))
        if not first.changes:
            return self
        made = [(today, first.value)]
        for day, value in zip(days[1:], values[1:], strict=True):
            try:
                again = edit(EditBase(value, sets.division(), day, first.id)).value
            except NotFound:
                again = value
            made.append((day, again))
        return Copies((*self.versions, *made))

    def hidden(self) -> set[str]:
        """Return the ids of the places that the last version that knows them does not disclose."""
        found: dict[str, Place] = {}
        for _, value in self.versions:
            found.update({p.id: p for p in value.places})
        return {p.id for p in found.values() if not p.disclosed}


# --- playing -----------------------------------------------------------------------------------


class Played(RuleBasedStateMachine):
    """What an office does, in any order; what the store holds, and what the model says it does."""

    def __init__(self, opener: Opener) -> None:
        super().__init__()
        self._open = opener()
        self._url = self._open.__enter__()
        self._folder = TemporaryDirectory()
        self.store = open_store(self._url)
        self.today = TODAY
        self.model: dict[str, Copies] = {}
        self._kept: tuple[Path, dict[str, Copies]] | None = None
        self._numbers = itertools.count(1)

    @initialize()
    def begin(self) -> None:
        """Load the first set."""
        given = sets.whole_set()
        self.store.publish(**given)
        self.model = {part: Copies(((TODAY, given[part]),)) for part in PARTS}

    # --- loads, rollbacks, plans ---

    @rule(
        number=NAMES,
        more=SOME,
        hidden=SOME,
        parts=st.sets(st.sampled_from(PARTS), min_size=1),
        after=st.sampled_from((0, 0, 1, 5)),
    )
    def load(
        self, number: int, more: set[int], hidden: set[int], parts: set[str], after: int
    ) -> None:
        """Load some parts anew, for today or for a later day."""
        made = {
            "division": division(number, more),
            "directory": directory(number, more, hidden),
            "roster": roster(number, more),
        }
        given = {part: made[part] for part in parts}
        day = max([self.today, *(self.model[part].latest for part in parts)])
        day += timedelta(days=after)
        self.store.publish(identity=OURS, **given, effective_from=day, today=self.today)
        for part, value in given.items():
            self.model[part] = self.model[part].with_version(day, value)

    @rule(which=st.integers(0, 50))
    def roll_back(self, which: int) -> None:
        """Publish an earlier division anew."""
        known = self.model["division"]
        version = which % len(known.versions) + 1
        value = known.versions[version - 1][1]
        day = max(self.today, known.latest)
        self.store.plans.restore(
            value, None, day, self._made_on(), OURS, SYSTEM,
            today=self.today, reason="示例", version=version,
        )  # fmt: skip
        self.model["division"] = known.with_version(day, value)

    @rule(number=NAMES, more=SOME, people=st.none() | SOME, after=st.sampled_from((0, 3)))
    def publish_a_plan(
        self, number: int, more: set[int], people: set[int] | None, after: int
    ) -> None:
        """Publish a plan: a division from a day on, and the roster that goes with it."""
        value, known = division(number, more), self.model["division"]
        duties = None if people is None else roster(number, people)
        day = max(self.today, known.latest) + timedelta(days=after)
        plan, now = f"plan-{next(self._numbers)}", utc_now()
        author = "王规划示例"
        head = PlanHead(plan, "示例", "", APPROVED, author, now, now, 0, 1, 1, "", review={})
        self.store.plans.begin(head, ground(), SYSTEM)
        release = Release(value, duties, (), day, self._made_on(), OURS)
        try:
            self.store.plans.publish(plan, 0, release, SYSTEM, today=self.today)
        except Conflict:
            assert value.sha256 == known.newest.sha256
            return
        self.model["division"] = known.with_version(day, value)
        if duties is not None:
            begins = max(self.today, *self.model["roster"].days)
            self.model["roster"] = self.model["roster"].with_version(begins, duties)

    def _made_on(self) -> tuple[int, int]:
        return len(self.model["division"].versions), len(self.model["roster"].versions)

    # --- small edits ---

    def _edit(self, part: str, edit: Edit) -> None:
        revise = self.store.revise_roster if part == "roster" else self.store.revise_directory
        try:
            expected = self.model[part].edited(edit, self.today)
        except (NotFound, Conflict) as refused:
            try:
                revise(edit, today=self.today, author=SYSTEM)
            except type(refused):
                return
            raise AssertionError(f"the model refused it: {refused}") from refused
        revise(edit, today=self.today, author=SYSTEM)
        self.model[part] = expected

    @rule(who=st.sampled_from(("p1", "p2", "q0", "q1")), number=NAMES)
    def change_a_phone(self, who: str, number: int) -> None:
        """Give somebody another number."""
        given = {"office_phone": f"025-{number}"}
        self._edit("roster", lambda base: people.edit_person(base.value, who, given))

    @rule()
    def add_somebody(self) -> None:
        """Add a person."""
        made, given = f"p-{next(self._numbers)}", {"name": "张虚构"}
        self._edit("roster", lambda base: people.add_person(base.value, given, identity=made))

    @rule(
        which=st.sampled_from(("b1", "s1", "u1", "x0", "x1", "x2")),
        change=st.sampled_from(
            ({"disclosed": False}, {"disclosed": True}, {"address": "示例路1号"})
        ),
    )
    def change_a_place(self, which: str, change: dict[str, Any]) -> None:
        """Hide a place, disclose it, or give it an address."""
        self._edit("directory", lambda base: places.edit_place(base.value, which, change))

    @rule(which=st.sampled_from(("b1", "s1", "u1", "x0", "x1", "x2")))
    def remove_a_place(self, which: str) -> None:
        """Take a place out."""
        self._edit("directory", lambda base: places.remove_place(base.value, which))

    @rule(number=NAMES)
    def add_a_place(self, number: int) -> None:
        """Put a place in, or one back that was there."""
        made = f"x{number}"
        spot = places.Spot(118.7501, 32.1101, Datum.WGS84)

        def add(base: EditBase[Directory]) -> Edited[Directory]:
            if made in base.value.by_id:
                raise Conflict("it is there", "已有该地点")
            return places.add_place(
                base.value, PlaceKind.BUSINESS, {"name": "示例店"}, spot, identity=made
            )

        self._edit("directory", add)

    # --- days, processes, copies ---

    @rule(days=st.sampled_from((1, 2, 7)))
    def wait(self, days: int) -> None:
        """Let what is scheduled come into force."""
        self.today += timedelta(days=days)

    @rule(kept=st.sampled_from((0, 1, 12)))
    def start_again(self, kept: int) -> None:
        """Go on in another process, which keeps some versions in memory."""
        self.store.close()
        self.store = open_store(self._url)
        self.store = self.store.caching(kept) if kept else self.store

    @rule()
    def back_up(self) -> None:
        """Make a backup."""
        path = Path(self._folder.name) / f"{next(self._numbers)}.backup"
        assert self.store.back_up(path, author=SYSTEM).faults == ()
        self._kept = path, dict(self.model)

    @precondition(lambda self: self._kept is not None)
    @rule()
    def restore(self) -> None:
        """Put the last backup in the place of the store."""
        assert self._kept is not None
        path, model = self._kept
        self.store.restore(path, author=SYSTEM, replace=True, accounts=False)
        self.start_again(0)
        self.model = dict(model)

    # --- looking ---

    @invariant()
    def today_is_as_it_should_be(self) -> None:
        """Compare what is in force today."""
        if self.model:
            held = self.store.holding(self.today)
            assert held.faults == ()
            for part, known in self.model.items():
                assert getattr(held.versions, part) == len(known.versions)
                assert getattr(held, part) == known.value(known.on(self.today))

    def teardown(self) -> None:
        """Compare every version there ever was, and every day, by another process."""
        try:
            if self.model:
                self.store.close()
                with closing(open_store(self._url)) as store:
                    self._compare(store)
        finally:
            self.store.close()
            self._open.__exit__(None, None, None)
            self._folder.cleanup()

    def _compare(self, store: Store) -> None:
        for part, known in self.model.items():
            read = getattr(store, part)
            for version in range(1, len(known.versions) + 1):
                found, expected = read(version), known.value(version)
                assert found == expected, (part, version)
                assert found.sha256 == expected.sha256, (part, version)
        for day in sorted({TODAY, *(d for known in self.model.values() for d in known.days)}):
            held = store.holding(day)
            for part, known in self.model.items():
                assert getattr(held, part) == known.value(known.on(day)), (part, day)
        held = store.holding(self.today)
        shown = {p.id for p in store.disclosures(self.today, held).hidden}
        assert shown == self.model["directory"].hidden() | {
            p.id for p in held.directory.places if not p.disclosed
        }
        self._compare_grids(store)
        assert store.verify_audit().broken is None
        database = open_database(self._url)
        with closing(database.engine.connect()), database.reading() as connection:
            assert faults_in(connection, database) == []
        database.engine.dispose()

    def _compare_grids(self, store: Store) -> None:
        versions = self.model["division"].versions
        assert store.plans.taken_codes() == {g.code for _, d in versions for g in d.grids}
        for code in store.plans.taken_codes():
            ids = {g.id for _, d in versions for g in d.grids if g.code == code}
            found = [(a.version, a.id, a.name, a.code) for a in store.plans.appearances(code)]
            assert found == [
                (number, g.id, g.name, g.code)
                for number, (_, d) in enumerate(versions, 1)
                for g in sorted(d.grids, key=_by_id)
                if g.id in ids
            ]


def _by_id(grid: Grid) -> str:
    return grid.id


@contextmanager
def new_file() -> Iterator[str]:
    """Yield the URL of a new store on a SQLite file."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/wangge.db"
        with closing(open_store(url)) as store:
            store.migrate()
        yield url


def play(opener: Opener, examples: int, steps: int, *, always_alike: bool = False) -> None:
    """Play some times, and raise what differs first.

    ``always_alike``: the same games every time, and none made shorter where it fails.
    """
    phases = (Phase.explicit, Phase.generate)
    told = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        database=None,
        derandomize=always_alike,
        phases=phases if always_alike else (*phases, Phase.shrink),
    )
    run_state_machine_as_test(partial(Played, opener), settings=told)  # type: ignore[no-untyped-call]

"""The plans that are being worked on, kept in memory as long as the store has nothing newer.

A plan is folded once from its log; each step after that changes what one step touches. Nothing
is only here: a step is in the store before it is seen.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from gis.atlas import Atlas
from gis.audit import Author
from gis.clock import today
from gis.directory import Directory
from gis.division import Division
from gis.errors import Conflict, NotFound
from gis.findings import Text
from gis.ids import GridId, Level
from gis.planning.cell_map import CellMap, cell_map_of
from gis.planning.codes import CodeBook
from gis.planning.evaluation import PlanBase, view_of
from gis.planning.findings import findings_of
from gis.planning.handlers import Context
from gis.planning.operations import Operation
from gis.planning.plan import Plan, PlanMove, StepEntry, apply_operation, fold, redo, replay, undo
from gis.planning.state import PlanState
from gis.roster import Roster
from gis.rules import OfficeRules
from gis.store import Store
from gis.store.parts import DIRECTORY, ROSTER
from gis.store.plans import (
    DRAFT,
    EDITABLE,
    HeadChange,
    PlanHead,
    Superseded,
    not_editable,
    utc_now,
)
from gis.workflows.plans.draft_rows import place_of
from gis.workflows.plans.opened import AppliedStep, DuplicateOperation, OpenPlan, outdated

_PLANS = 12
_BASES = 4
_READ = 12
T = TypeVar("T")


class PlanWorkspace:
    """The plans of a store; one at a time changes a plan.

    Parameters
    ----------
    store
        Where they are.
    rules
        The numbers of the office's rules.
    office_name
        What the office is called as long as the store does not say.
    """

    def __init__(
        self, store: Store, rules: OfficeRules | None = None, office_name: str = ""
    ) -> None:
        self.store = store
        self.rules = rules or OfficeRules()
        self.office_name = office_name
        self._open: OrderedDict[str, OpenPlan] = OrderedDict()
        self._bases: OrderedDict[tuple[Any, ...], PlanBase] = OrderedDict()
        self._read: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self._cell_map: tuple[tuple[int, int], CellMap] | None = None
        self._ground_guard = threading.Lock()
        self._guard = threading.RLock()
        self._locks: dict[str, threading.RLock] = {}

    @contextmanager
    def _only(self, plan: str) -> Iterator[None]:
        with self._guard:
            lock = self._locks.setdefault(plan, threading.RLock())
        with lock:
            yield

    # --- what a plan is made from ---

    def base(self, head: PlanHead) -> PlanBase:
        """Return what a plan was begun from, with the people of today."""
        versions = self.store.versions()
        key = (
            head.base_version, head.directory_version, head.ground, versions.roster,
            versions.division, today(),
        )  # fmt: skip
        with self._guard:
            if key in self._bases:
                self._bases.move_to_end(key)
                return self._bases[key]
        atlas = self.atlas(head.base_version, head.directory_version, head)
        base = PlanBase(atlas, self._frozen(head.ground), self.book(head), self.rules)
        with self._guard:
            self._bases[key] = base
            while len(self._bases) > _BASES:
                self._bases.popitem(last=False)
        return base

    def atlas(
        self, division_version: int, directory_version: int, head: PlanHead | None = None
    ) -> Atlas:
        """Return a division with the places of a version and the people of today."""
        identity = self.store.identity()
        review = (head.review if head else None) or {}
        return Atlas(
            division=self._division(division_version, head),
            directory=self._directory(directory_version, review),
            roster=self._roster(),
            as_of=today(),
            name=identity.name if identity else self.office_name,
            code=identity.code if identity else review.get("code", ""),
        )

    def _division(self, version: int, head: PlanHead | None) -> Division:
        if version:
            return self.store.division(version)
        review = (head.review if head else None) or {}
        title = head.title if head else ""
        return Division((), title=title, synthetic=bool(review.get("synthetic")))

    def _directory(self, version: int, review: Mapping[str, Any]) -> Directory:
        if review.get("buildings"):
            places = tuple(place_of(row) for row in review["buildings"])
            return Directory(places, synthetic=bool(review.get("synthetic")))
        if not version:
            return Directory()
        sha256 = self.store.sha256(DIRECTORY, version)
        return self._once(("directory", sha256), lambda: self.store.directory(version))

    def _roster(self) -> Roster:
        version = self.store.versions().roster
        return self.roster(version) if version else Roster()

    def roster(self, version: int) -> Roster:
        """Return one version of the people."""
        sha256 = self.store.sha256(ROSTER, version)
        return self._once(("roster", sha256), lambda: self.store.roster(version))

    def _frozen(self, sha256: str) -> CellMap:
        return self._once(("ground", sha256), lambda: self.store.plans.cell_map(sha256))

    def _once(self, key: tuple[str, str], read: Callable[[], T]) -> T:
        """Return what a hash names, read and checked when it is asked for first."""
        with self._guard:
            if key in self._read:
                self._read.move_to_end(key)
                kept: T = self._read[key]
                return kept
        value = read()
        with self._guard:
            self._read[key] = value
            while len(self._read) > _READ:
                self._read.popitem(last=False)
        return value

    def book(self, head: PlanHead | None = None) -> CodeBook:
        """Return every code that was ever issued."""
        identity = self.store.identity()
        review = (head.review if head else None) or {}
        code = review.get("code") or (identity.code if identity else "")
        return CodeBook(self.store.plans.taken_codes(), code)

    # --- a plan ---

    def open(self, plan: str) -> OpenPlan:
        """Return a plan as it stands.

        Raises
        ------
        NotFound
            There is no such plan.
        """
        with self._only(plan):
            head = self.store.plans.head(plan)
            base = self.base(head)
            found = self._open.get(plan)
            if found is not None and found.plan.base is base:
                if found.head == head:
                    return found
                if found.head.ground == head.ground:
                    return self._keep(self._caught_up(found, head))
            log = self.store.plans.log(plan)
            return self._keep(OpenPlan(head, replace(fold(base, log), revision=head.revision)))

    def _caught_up(self, found: OpenPlan, head: PlanHead) -> OpenPlan:
        """Return a plan with the steps that were stored since, by whoever."""
        plan = found.plan
        for entry in self.store.plans.log(head.id, found.head.revision):
            plan = replay(plan, entry).plan
        return OpenPlan(head, replace(plan, revision=head.revision))

    def _keep(self, opened: OpenPlan) -> OpenPlan:
        with self._guard:
            self._open[opened.head.id] = opened
            self._open.move_to_end(opened.head.id)
            while len(self._open) > _PLANS:
                self._open.popitem(last=False)
        return opened

    # --- new plans ---

    def begin(
        self,
        title: str,
        reason: str,
        version: int | None,
        author: Author,
        copied_from: str | None = None,
    ) -> OpenPlan:
        """Begin a plan from a division, the newest stored when ``version`` is None."""
        versions = self.store.versions()
        if versions.division == 0:
            raise NotFound(
                "there is no division yet: load one, or start from nothing",
                "尚无网格划分：请先载入，或从零起草",
            )
        version = version or versions.division
        atlas = self.atlas(version, versions.directory)
        head = self.new_head(title, reason, author, version, versions.directory, copied_from)
        cell_map = self._ground_of(atlas, (version, versions.directory))
        head = self.store.plans.begin(head, cell_map, author)
        return self.open(head.id)

    def _ground_of(self, atlas: Atlas, versions: tuple[int, int]) -> CellMap:
        """Return the cells of a division and its places; cutting them takes seconds, so once."""
        with self._ground_guard:
            if self._cell_map is None or self._cell_map[0] != versions:
                self._cell_map = versions, cell_map_of(atlas)
            return self._cell_map[1]

    def new_head(
        self,
        title: str,
        reason: str,
        author: Author,
        base_version: int,
        directory_version: int,
        copied_from: str | None = None,
    ) -> PlanHead:
        """Return the head of a plan that is not stored yet."""
        now = utc_now()
        return PlanHead(
            id=f"p-{uuid.uuid4().hex[:10]}",
            title=title,
            reason=reason,
            state=DRAFT,
            author=author.name,
            created_at=now,
            changed_at=now,
            revision=0,
            base_version=base_version,
            directory_version=directory_version,
            ground="",
            copied_from=copied_from,
            review={},
        )

    def copy(
        self,
        plan: str,
        title: str | None,
        at: int | None,
        operations: tuple[Operation, ...],
        author: Author,
    ) -> OpenPlan:
        """Copy a plan: its steps up to ``at``, all when None, then the operations given."""
        source = self.open(plan)
        steps = [s for s in source.plan.steps if at is None or s.number <= at]
        base = source.plan.base
        entries = [
            StepEntry(n, "do", replace(step, number=n)) for n, step in enumerate(steps, start=1)
        ]
        made = fold(base, entries)
        for operation in operations:
            moved = apply_operation(made, operation, self.context(author, made))
            made = moved.plan
            entries.append(moved.entry)
        head = self.new_head(
            title or f"{source.head.title}（副本）",
            source.head.reason,
            author,
            source.head.base_version,
            source.head.directory_version,
            plan,
        )
        head = self.store.plans.begin(head, base.cell_map, author, entries)
        return self.open(head.id)

    # --- steps ---

    def context(self, author: Author, plan: Plan) -> Context:
        """Return what an operation on a plan may need."""
        atlas = plan.base.atlas

        def waivable(state: PlanState) -> Mapping[str, Text]:
            view = plan.view if state is plan.state else view_of(plan.base, state)
            return {p.id: p.text for p in findings_of(view) if p.severity == "soft"}

        return Context(
            atlas.directory, atlas.roster, atlas.as_of, _new_id, waivable, author.name, utc_now()
        )

    def operate(
        self, plan: str, revision: str, operation: Operation, author: Author, key: str | None = None
    ) -> AppliedStep:
        """Apply an operation and store it as a step.

        Parameters
        ----------
        plan, revision
            The plan, and the state of it that the operation was made for.
        operation, author
            What is done, and by whom.
        key
            Names the operation, so that sending it again does nothing.

        Raises
        ------
        PlanOutdated
            Somebody changed the plan since ``revision``.
        DuplicateOperation
            It was sent before with this key.
        Conflict
            The plan may not be edited in its state, or nothing changes.
        InvalidInput
            Naming the member of the operation that is wrong.
        """

        def move(plan: Plan) -> PlanMove:
            return apply_operation(plan, operation, self.context(author, plan))

        return self._move(plan, revision, author, move, key, operation)

    def undo(self, plan: str, revision: str, author: Author) -> AppliedStep:
        """Take the last step back."""
        return self._move(plan, revision, author, undo)

    def redo(self, plan: str, revision: str, author: Author) -> AppliedStep:
        """Make the step again that was taken back last."""
        return self._move(plan, revision, author, redo)

    def _move(
        self,
        plan: str,
        revision: str,
        author: Author,
        move: Callable[[Plan], PlanMove],
        key: str | None = None,
        operation: Operation | None = None,
    ) -> AppliedStep:
        with self._only(plan):
            opened = self.open(plan)
            if key is not None and self.store.plans.step_with_key(plan, key) is not None:
                raise DuplicateOperation(opened)
            self.check_current(opened, revision, operation)
            if opened.head.state not in EDITABLE:
                raise not_editable(opened.head)
            moved = move(opened.plan)
            try:
                head = self.store.plans.append(plan, moved.entry, author, key=key)
            except Superseded:
                opened = self.open(plan)
                self.check_current(opened, revision, operation)
                raise Conflict(
                    "somebody else changed this plan just now: try again",
                    "该方案刚刚被他人修改：请重试",
                ) from None
            after = self._keep(OpenPlan(head, moved.plan))
            return AppliedStep(opened, after, moved)

    def change(
        self,
        plan: str,
        revision: str | None,
        author: Author,
        change: HeadChange,
    ) -> OpenPlan:
        """Change what is said of a plan, or where it stands in its review.

        Raises
        ------
        PlanOutdated
            Somebody changed the plan since ``revision``.
        Conflict
            The plan is in none of the states that it may be done in.
        """
        with self._only(plan):
            opened = self.open(plan)
            if revision is not None:
                self.check_current(opened, revision)
            try:
                self.store.plans.change(plan, opened.head.revision, author, change)
            except Superseded:
                raise outdated(self.open(plan), revision or "") from None
            return self.open(plan)

    def check_current(
        self, opened: OpenPlan, revision: str, operation: Operation | None = None
    ) -> None:
        """Refuse a write that was made from a state which is no longer the newest.

        Raises
        ------
        PlanOutdated
            With the steps, cells and grids that changed since.
        """
        if revision == opened.etag:
            return
        raise outdated(opened, revision, operation)


def _new_id(level: Level) -> GridId:
    return GridId(f"g{int(level)}-{uuid.uuid4().hex[:12]}")

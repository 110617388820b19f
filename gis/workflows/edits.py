"""People, duties and places kept current: each edit is the next version, on record.

An edit says which state it was made from; whoever comes second is told what a colleague
changed, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gis.atlas import Atlas
from gis.audit import AuditEntry
from gis.content_hash import sha256_of
from gis.directory import Directory, Place, PlaceKind
from gis.editing import Edited, duties, people, places
from gis.editing.permission import Editor, duties_of
from gis.editing.places import ReadPoint
from gis.editing.workload import count_against_buildings
from gis.errors import NotAllowed, Outdated
from gis.findings import Finding, Text, note, warning
from gis.geometry import point_inside
from gis.ids import GridId
from gis.lookup.locator import Locator
from gis.roster import Duty, GridRole, Person, Roster
from gis.store import Store
from gis.store.audit import AuditQuery
from gis.store.edits import EditBase, Revised

_TAG = 32


def state_tag(*values: Any) -> str:
    """Return what names the state of some values: it changes when any of them does."""
    return sha256_of(values)[:_TAG]


class EditConflict(Outdated):
    """Somebody changed meanwhile what was edited.

    ``subject`` is such as ``person:p1``, ``tag`` its state now, ``atlas`` what the edit met,
    ``last`` the entry of who changed it, None where that is not on record.
    """

    def __init__(
        self, subject: str, tag: str, atlas: Atlas, last: AuditEntry | None = None
    ) -> None:
        who = (last.who if last else None) or "?"
        super().__init__(
            f"{who} changed this meanwhile: look at what is different, keep yours or take theirs",
            f"{who} 刚刚修改了此内容：请查看差异，选择保留自己的或采用对方的",
        )
        self.subject, self.tag, self.atlas, self.last = subject, tag, atlas, last


@dataclass(frozen=True)
class EditDesk:
    """Where edits are made: the store, who edits on which day, and why.

    ``seen`` is the atlas as the editor sees it: of what they do not see they change nothing.
    """

    store: Store
    editor: Editor
    seen: Atlas
    today: date
    reason: str = ""


# --- people ------------------------------------------------------------------------------------


def add_person(desk: EditDesk, given: Mapping[str, Any]) -> Revised[Roster]:
    """Add somebody, who holds no duty yet."""

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        seen = desk.seen.roster
        return people.add_person(base.value, given, identity=base.identity, seen=seen)

    return _revise_roster(desk, edit)


def edit_person(
    desk: EditDesk, person: str, given: Mapping[str, Any], *, expected: str
) -> Revised[Roster]:
    """Change the fields given of somebody.

    Raises
    ------
    EditConflict
        The person is not what ``expected`` (:func:`state_tag` of the person) says.
    NotFound, NotAllowed, InvalidInput
        Nobody of that id, not on the editor's grids, or a field that is not acceptable.
    """

    def check(base: EditBase[Roster]) -> None:
        found = _check_person(desk, base, person)
        _check_state(base, f"person:{person}", expected, found)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        return people.edit_person(base.value, person, given)

    return _revise_roster(desk, edit, check)


def move_mobiles(desk: EditDesk) -> Revised[Roster]:
    """Put the mobiles among the office phones where they belong, of all whom one may edit."""

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        met = _met(base)
        mine = {p.id for p in base.value.people if desk.editor.may_edit_person(met, p)}
        return people.move_mobiles(base.value, mine)

    return _revise_roster(desk, edit)


def leave_office(desk: EditDesk, person: str, on: date, *, expected: str) -> Revised[Roster]:
    """End every duty of somebody on a day; ``expected`` is the state of all their duties."""

    def check(base: EditBase[Roster]) -> None:
        found = _check_person(desk, base, person)
        now = duties_tag(desk.editor, _met(base), found)
        _check_tag(base, f"person:{person}", expected, now)
        _check_duties_end(desk.editor, _met(base), found, on)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        return duties.leave_office(base.value, base.division, person, on)

    return _revise_roster(desk, edit, check)


def duties_tag(editor: Editor, atlas: Atlas, person: Person) -> str:
    """Return what names the state of those duties of somebody that an editor may change."""
    held = duties_of(atlas, person)
    return state_tag(*(d for d in held if editor.may_edit_grid(atlas.division, d.grid)))


def _check_duties_end(editor: Editor, atlas: Atlas, person: Person, on: date) -> None:
    ending = [d for d in duties_of(atlas, person) if d.until is None or d.until > on]
    if not all(editor.may_edit_grid(atlas.division, d.grid) for d in ending):
        raise NotAllowed(
            f"{person.name} also serves on grids that are not among yours: end the duties on "
            "yours one by one, or ask a planner",
            f"{person.name} 还在您管辖范围以外的网格任职：请逐项结束本辖区的任职，或请规划员办理",
        )


def _check_person(desk: EditDesk, base: EditBase[Roster], person: str) -> Person:
    people.person_of(desk.seen.roster, person)
    found = people.person_of(base.value, person)
    desk.editor.check_person(_met(base), found)
    return found


# --- duties ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DutyRequest:
    """A duty to be taken up: of whom, on the grid of a code ("": the subdistrict), and when."""

    person: str
    grid_code: str
    role: GridRole
    since: date
    until: date | None = None


def appoint(desk: EditDesk, new: DutyRequest, *, asked_by: Editor | None = None) -> Revised[Roster]:
    """Let somebody serve on a grid from a day; refuses a second leader.

    ``asked_by`` is who is in charge of the grid and has asked for somebody of others: whoever
    edits consents, being in charge of a grid that answers for the person.

    Raises
    ------
    NotAllowed
        The grid is not that of whoever appoints or asks; or the person serves elsewhere, and
        nobody of there consents.
    """

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        person = people.person_of(desk.seen.roster, new.person)
        grid = base.division.grid(new.grid_code).id if new.grid_code else None
        if not base.identity:
            (asked_by or desk.editor).check_grid(base.division, grid)
            if asked_by is not None:
                desk.editor.check_person(_met(base), person)
        asked = duties.Appointment(new.person, grid, new.role, new.since, new.until)
        return duties.appoint(base.value, base.division, asked, identity=base.identity)

    return _revise_roster(desk, edit)


def hand_over(desk: EditDesk, duty: str, to: str, on: date, *, expected: str) -> Revised[Roster]:
    """End a duty on a day and let somebody else take it up that day."""

    def check(base: EditBase[Roster]) -> None:
        _check_duty(desk, base, duty, expected)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        people.person_of(desk.seen.roster, to)
        return duties.hand_over(base.value, base.division, duty, to, on, identity=base.identity)

    return _revise_roster(desk, edit, check)


def end_duty(desk: EditDesk, duty: str, until: date | None, *, expected: str) -> Revised[Roster]:
    """Set the first day a duty is no longer held; None: no end."""

    def check(base: EditBase[Roster]) -> None:
        _check_duty(desk, base, duty, expected)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        return duties.end_duty(base.value, base.division, duty, until)

    return _revise_roster(desk, edit, check)


def withdraw_duty(desk: EditDesk, duty: str, *, expected: str) -> Revised[Roster]:
    """Take a planned duty back; the leader until then goes on."""

    def check(base: EditBase[Roster]) -> None:
        _check_duty(desk, base, duty, expected)

    def edit(base: EditBase[Roster]) -> Edited[Roster]:
        return duties.withdraw(base.value, base.division, duty, desk.today)

    return _revise_roster(desk, edit, check)


def _check_duty(desk: EditDesk, base: EditBase[Roster], duty: str, expected: str) -> Duty:
    duties.duty_of(desk.seen.roster, duty)
    found = duties.duty_of(base.value, duty)
    desk.editor.check_grid(base.division, GridId(found.grid) if found.grid else None)
    _check_state(base, f"duty:{duty}", expected, found)
    return found


# --- places ------------------------------------------------------------------------------------


def add_place(
    desk: EditDesk, kind: PlaceKind, given: Mapping[str, Any], spot: ReadPoint | None
) -> Revised[Directory]:
    """Add a place at a spot, or in the building that it names."""

    def edit(base: EditBase[Directory]) -> Edited[Directory]:
        done = places.add_place(
            base.value, kind, given, spot, identity=base.identity, seen=desk.seen.directory
        )
        if not base.identity:
            _check_standing(desk, base, places.place_of(done.value, done.id))
        return done

    return _revise_directory(desk, edit)


@dataclass(frozen=True)
class PlaceEdit:
    """What changes of a place: fields, a new spot, and whether a former name is kept."""

    given: Mapping[str, Any]
    spot: ReadPoint | None = None
    keep_name: bool = True


def edit_place(
    desk: EditDesk, place: str, change: PlaceEdit, *, expected: str
) -> Revised[Directory]:
    """Change a place; from and to where it stands the editor must be in charge."""

    def edit(base: EditBase[Directory]) -> Edited[Directory]:
        places.place_of(desk.seen.directory, place)
        if not base.identity:
            _check_place(desk, base, place, expected)
        done = places.edit_place(
            base.value,
            place,
            change.given,
            spot=change.spot,
            keep_name=change.keep_name,
            seen=desk.seen.directory,
        )
        if not base.identity:
            _check_standing(desk, base, places.place_of(done.value, place))
        return done

    return _revise_directory(desk, edit)


def remove_place(
    desk: EditDesk, place: str, *, with_contents: bool, expected: str
) -> Revised[Directory]:
    """Remove a place, and with ``with_contents`` what is in it; former versions keep it.

    Raises
    ------
    NotAllowed
        It, or something in it, does not stand on the editor's grids.
    """

    def edit(base: EditBase[Directory]) -> Edited[Directory]:
        places.place_of(desk.seen.directory, place)
        if not base.identity:
            _check_place(desk, base, place, expected)
            _check_contents(desk, base, place)
        return places.remove_place(base.value, place, with_contents=with_contents)

    return _revise_directory(desk, edit)


def _check_place(desk: EditDesk, base: EditBase[Directory], place: str, expected: str) -> None:
    found = places.place_of(base.value, place)
    _check_standing(desk, base, found)
    _check_state(base, f"place:{place}", expected, found)


def _check_contents(desk: EditDesk, base: EditBase[Directory], place: str) -> None:
    """Refuse to remove a building in which something stands that is not the editor's."""
    inside = [p for p in base.value.places if p.building == place]
    theirs = (desk.editor.may_edit_grid(base.division, _grid_at(desk, base, p)) for p in inside)
    if desk.editor.grids is not None and not all(theirs):
        raise NotAllowed(
            "something in this building is kept on grids that are not among yours: "
            "a planner removes it",
            "该楼栋内有管辖范围以外登记的地点：请由规划员删除",
        )


def _check_standing(desk: EditDesk, base: EditBase[Directory], place: Place) -> None:
    """Refuse a place that does not stand on the editor's grids."""
    desk.editor.check_grid(base.division, _grid_at(desk, base, place))


def _grid_at(desk: EditDesk, base: EditBase[Directory], place: Place) -> GridId | None:
    same = desk.seen.division.version == base.division.version
    known = desk.seen.locator if same else Locator(base.division)
    grids = known.locate(*point_inside(place.geometry)).grids
    return grids[-1].id if grids else None


def count_remarks(editor: Editor, atlas: Atlas, grid: GridId | None) -> list[Finding]:
    """Return what the buildings say of the counts of a grid and those above it.

    Of grids that are not the editor's nothing is told: their counts are not for everybody.
    """
    division = atlas.division
    found = count_against_buildings(atlas, grid)
    return [
        f
        for f in found
        if f.grid_code is not None
        and editor.may_edit_grid(division, division.by_code[f.grid_code].id)
    ]


def remarks_after(
    editor: Editor, atlas: Atlas, place: str, revised: Revised[Directory]
) -> list[Finding]:
    """Return what somebody should look at of a place after an edit.

    ``atlas`` is what the edit led to, as the editor sees it.
    """
    found = places.place_of(atlas.directory, place)
    grid = atlas.grid_of.get(found.id)
    if grid is None:
        outside = Text(
            f"{found.name} lies outside every grid: check the point and its datum",
            f"{found.name} 不在任何网格内：请检查点位及坐标系",
        )
        return [warning("outside", outside)]
    remarks = []
    if revised.stored and any("geometry" in (c.after or {}) for c in revised.edited.changes):
        chain = "·".join(g.name for g in atlas.division.chain(grid))
        text = Text(f"it now stands on {chain}", f"现位于 {chain}")
        remarks.append(note("stands_on", text, grid_code=atlas.division.by_id[grid].code))
    if found.kind is PlaceKind.BUILDING:
        remarks += count_remarks(editor, atlas, grid)
    return remarks


# --- storing -----------------------------------------------------------------------------------


def _met(base: EditBase[Any]) -> Atlas:
    """Return the people or places, and the grids, that an edit meets."""
    if isinstance(base.value, Roster):
        return Atlas(base.division, Directory(), base.value, base.day)
    return Atlas(base.division, base.value, Roster(), base.day)


def _check_state(base: EditBase[Any], subject: str, expected: str, *values: Any) -> None:
    """Refuse an edit made from another state than the one it meets."""
    _check_tag(base, subject, expected, state_tag(*values))


def _check_tag(base: EditBase[Any], subject: str, expected: str, now: str) -> None:
    if now != expected:
        raise EditConflict(subject, now, _met(base))


def _revise_roster(
    desk: EditDesk,
    edit: Callable[[EditBase[Roster]], Edited[Roster]],
    check: Callable[[EditBase[Roster]], None] | None = None,
) -> Revised[Roster]:
    """Store an edit; ``check`` looks at what is in force today before it is edited.

    No edit widens what its editor may see or change.
    """

    def checked(base: EditBase[Roster]) -> Edited[Roster]:
        if check is not None and not base.identity:
            check(base)
        done = edit(base)
        desk.editor.check_not_widened(base.division, base.value, done.value, base.day)
        return done

    revised: Revised[Roster] = _revise(desk, desk.store.revise_roster, checked)
    return revised


def _revise_directory(
    desk: EditDesk, edit: Callable[[EditBase[Directory]], Edited[Directory]]
) -> Revised[Directory]:
    revised: Revised[Directory] = _revise(desk, desk.store.revise_directory, edit)
    return revised


def _revise(desk: EditDesk, revise: Any, edit: Any) -> Any:
    try:
        return revise(edit, today=desk.today, author=desk.editor.author, reason=desk.reason)
    except EditConflict as conflict:
        found = desk.store.audit_log(AuditQuery(subject=conflict.subject, limit=1)).entries
        last = found[0] if found else None
        raise EditConflict(conflict.subject, conflict.tag, conflict.atlas, last) from None

"""People and places edited by use cases alone: no request, no page, a store and an editor."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from gis.audit import Author
from gis.directory import PlaceKind
from gis.editing.permission import Editor
from gis.editing.places import ReadPoint
from gis.errors import NotAllowed
from gis.ids import GridId
from gis.store import open_store
from gis.workflows import edits
from gis.workflows.atlases import Atlases
from tests.store.sets import TODAY, whole_set

WANG = Author("王示例", "staff", "page")
LI = Author("李示例", "planner", "page")


@pytest.fixture
def desk(tmp_path):
    """A planner's desk before a small store."""
    with closing(open_store(f"sqlite:///{tmp_path}/w.db")) as store:
        store.migrate()
        store.publish(**whole_set())
        kept = store.caching(12)
        seen = Atlases(kept).on(TODAY).atlas
        yield edits.EditDesk(kept, Editor(LI, None), seen, TODAY, "示例理由")


def of_staff(desk, *grids):
    return replace(desk, editor=Editor(WANG, frozenset(map(GridId, grids))))


def person_tag(desk, identity="p1"):
    return edits.state_tag(desk.store.holding(TODAY).roster.by_id[identity])


def test_an_edit_is_on_record_with_its_editor_and_reason(desk):
    edits.edit_person(desk, "p1", {"office_phone": "025-1"}, expected=person_tag(desk))
    entry = desk.store.audit_log().entries[0]
    assert (entry.sealed.action, entry.who, entry.reason) == ("person.edit", "李示例", "示例理由")


def test_who_comes_second_is_told_who_came_first_and_what_it_is_now(desk):
    before = person_tag(desk)
    edits.edit_person(desk, "p1", {"office_phone": "025-1"}, expected=before)
    late = of_staff(desk, "g1", "g2")
    with pytest.raises(edits.EditConflict, match="李示例 changed this") as conflict:
        edits.edit_person(late, "p1", {"office_phone": "025-2"}, expected=before)
    assert conflict.value.tag == person_tag(desk)
    assert conflict.value.atlas.roster.by_id["p1"].office_phone == "025-1"
    assert conflict.value.last.after == {"office_phone": "025-1"}
    assert desk.store.versions().roster == 2


def test_staff_edit_nobody_who_serves_elsewhere(desk):
    with pytest.raises(NotAllowed, match="serves on grids that are not among yours"):
        edits.edit_person(
            of_staff(desk), "p1", {"office_phone": "025-1"}, expected=person_tag(desk)
        )
    assert desk.store.versions().roster == 1


def test_staff_add_places_on_their_grids_only(desk):
    inside = desk.seen.division.by_code["320106012001"]
    point = inside.boundary.representative_point()
    spot = ReadPoint(point.x, point.y, "wgs84")
    for refused in (of_staff(desk), of_staff(desk, "g2")):
        with pytest.raises(NotAllowed, match="is not among the grids of"):
            edits.add_place(refused, PlaceKind.RESIDENT_UNIT, {"name": "示例学校"}, spot)
    added = edits.add_place(
        of_staff(desk, "g1"), PlaceKind.RESIDENT_UNIT, {"name": "示例学校"}, spot
    )
    assert desk.store.holding(TODAY).directory.by_id[added.edited.id].name == "示例学校"


def test_leaving_office_is_refused_once_a_duty_has_changed(desk):
    roster = desk.store.holding(TODAY).roster
    held = [d for d in roster.duties if d.person == "p1"]
    stale = edits.state_tag(*held, "something else")
    with pytest.raises(edits.EditConflict):
        edits.leave_office(desk, "p1", TODAY, expected=stale)
    now = edits.state_tag(*sorted(held, key=lambda d: (d.since, d.id), reverse=True))
    edits.leave_office(desk, "p1", TODAY, expected=now)
    after = desk.store.holding(TODAY).roster
    assert not [d for d in after.duties if d.person == "p1" and d.in_force(TODAY)]

"""Duties are handed over on a day, one leader of a grid on any day; people are kept current."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.editing import duties, people
from gis.editing.duties import Appointment
from gis.errors import Conflict, InvalidInput, NotFound, WanggeError
from gis.ids import GridId
from gis.roster import GridRole, Roster
from tests.store.sets import TODAY, division, roster

DIVISION = division()
TOMORROW = TODAY + timedelta(days=1)
G1, G11 = GridId("g1"), GridId("g1-1")


def leaders(of: Roster, grid: GridId, day: date) -> list[str]:
    return [r.person.id for r in of.duties_on(grid, day) if r.duty.role is GridRole.GRID_LEADER]


def test_a_duty_is_handed_over_from_a_day() -> None:
    after = duties.hand_over(roster(), DIVISION, "d1", "p2", TOMORROW)
    assert leaders(after.value, G1, TODAY) == ["p1"]
    assert leaders(after.value, G1, TOMORROW) == ["p2"]
    (change,) = after.changes
    assert (change.action, change.before["name"], change.after["name"]) == (
        "duty.hand_over",
        "王示例",
        "李示例",
    )


def test_a_successor_serves_as_long_as_the_duty_would_have_lasted() -> None:
    ending = duties.end_duty(roster(), DIVISION, "d1", TODAY + timedelta(days=9)).value
    after = duties.hand_over(ending, DIVISION, "d1", "p2", TOMORROW)
    assert duties.duty_of(after.value, after.id).until == TODAY + timedelta(days=9)


@pytest.mark.parametrize(
    ("successor", "on", "says"),
    [
        ("p1", TOMORROW, "holds this duty already"),
        ("p2", date(2026, 1, 1), "on a later day"),
        ("p2", date(2020, 1, 1), "on a later day"),
    ],
)
def test_what_is_no_handover_is_refused(successor: str, on: date, says: str) -> None:
    with pytest.raises(Conflict, match=says):
        duties.hand_over(roster(), DIVISION, "d1", successor, on)


def test_a_duty_that_ended_cannot_be_handed_over() -> None:
    with pytest.raises(Conflict, match="ends on"):
        duties.hand_over(roster(), DIVISION, "d2", "p2", TOMORROW)


def test_two_leaders_of_one_grid_are_refused_with_their_names() -> None:
    asked = Appointment("p2", G1, GridRole.GRID_LEADER, TOMORROW)
    with pytest.raises(Conflict, match="王示例 is Grid leader"):
        duties.appoint(roster(), DIVISION, asked)


def test_two_volunteers_of_one_grid_are_no_conflict() -> None:
    asked = Appointment("p1", G11, GridRole.VOLUNTEER, TODAY)
    assert len(duties.appoint(roster(), DIVISION, asked).value.duties) == 4


def test_a_role_is_held_only_where_the_seed_has_it() -> None:
    asked = Appointment("p1", GridId("g1-1-1"), GridRole.SOCIAL_WORKER, TODAY)
    with pytest.raises(InvalidInput, match="not held on level 3") as refused:
        duties.appoint(roster(), DIVISION, asked)
    assert refused.value.accepted == ("grid_leader", "volunteer")


def test_who_leaves_office_ends_every_duty_and_leaves_grids_open() -> None:
    after = duties.leave_office(roster(), DIVISION, "p1", TOMORROW)
    assert leaders(after.value, G1, TODAY) == ["p1"]
    assert leaders(after.value, G1, TOMORROW) == []
    assert [f.rule for f in after.findings] == ["no_leader"]
    with pytest.raises(Conflict, match="holds no duty"):
        duties.leave_office(after.value, DIVISION, "p1", TOMORROW)


def test_a_planned_handover_is_withdrawn_and_the_leader_goes_on() -> None:
    after = duties.hand_over(roster(), DIVISION, "d1", "p2", TOMORROW)
    back = duties.withdraw(after.value, DIVISION, after.id, TODAY)
    assert back.value.sha256 == roster().sha256
    with pytest.raises(Conflict, match="not withdrawn"):
        duties.withdraw(after.value, DIVISION, after.id, TOMORROW)


DAYS = st.integers(1, 400).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hand_over", "end", "appoint", "withdraw", "leave"]),
        st.sampled_from(["p1", "p2", "p3"]),
        DAYS,
        st.integers(0, 5),
    ),
    max_size=12,
)


def stepped(now: Roster, verb: str, person: str, day: date, number: int) -> Roster:
    held = [d for d in now.duties if d.grid == G1]
    duty = held[number % len(held)].id if held else "none"
    asked = Appointment(person, G1, GridRole.GRID_LEADER, day)
    edits = {
        "hand_over": lambda: duties.hand_over(now, DIVISION, duty, person, day),
        "end": lambda: duties.end_duty(now, DIVISION, duty, day),
        "appoint": lambda: duties.appoint(now, DIVISION, asked),
        "withdraw": lambda: duties.withdraw(now, DIVISION, duty, day),
        "leave": lambda: duties.leave_office(now, DIVISION, person, day),
    }
    try:
        return edits[verb]().value
    except WanggeError:
        return now


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_no_sequence_of_edits_gives_a_grid_two_leaders(steps: list[tuple]) -> None:
    now = people.add_person(roster(), {"name": "张虚构"}, identity="p3").value
    for step in steps:
        now = stepped(now, *step)
    for n in range(0, 420, 3):
        assert len(leaders(now, G1, date(2026, 1, 1) + timedelta(days=n))) <= 1


# --- people ------------------------------------------------------------------------------------


def test_only_the_fields_given_change_and_are_told() -> None:
    after = people.edit_person(roster(), "p1", {"office_phone": " 025-1 "})
    assert after.value.by_id["p1"] == replace(roster().by_id["p1"], office_phone="025-1")
    assert (after.changes[0].before, after.changes[0].after) == (
        {"office_phone": "025-0000-0000"},
        {"office_phone": "025-1"},
    )


def test_the_same_again_is_no_change() -> None:
    assert people.edit_person(roster(), "p1", {"name": "王示例"}).changes == ()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 501}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"id": "p9"}, "id"),
        ({"consent": "yes"}, "consent"),
        ({"consent": None}, "consent"),
        ({"office_phone": "<script>"}, "office_phone"),
        ({"mobile": "无"}, "mobile"),
        ({"organisation": ["x"]}, "organisation"),
        ({}, "body"),
    ],
)
def test_what_is_not_acceptable_names_its_field(given: dict, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        people.edit_person(roster(), "p1", given)
    assert refused.value.field == field


def test_somebody_new_needs_a_name_and_a_namesake_is_remarked() -> None:
    with pytest.raises(InvalidInput):
        people.add_person(roster(), {"office_phone": "1"})
    after = people.add_person(roster(), {"name": "王示例"})
    assert after.value.by_id[after.id].consent is False
    assert [f.rule for f in after.findings] == ["same_name"]


def test_nobody_is_no_person() -> None:
    with pytest.raises(NotFound):
        people.edit_person(roster(), "p9", {"name": "王"})

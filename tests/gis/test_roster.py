"""Who is responsible, on which day, and from where."""

from datetime import date, timedelta

from gis.ids import GridId, Level, PersonId
from gis.roster import Duty, GridRole, Person, Roster, role_title

GRID, ABOVE = GridId("g3"), GridId("g2")
PEOPLE = (Person(PersonId("a"), "甲示例"), Person(PersonId("b"), "乙示例"))


def duty(who, grid=GRID, role=GridRole.GRID_LEADER, since=date(2026, 1, 1), until=None):
    return Duty(f"{who}-{grid}-{role}-{since}", PersonId(who), grid, role, since, until)


def names(held):
    return [(r.person.name, r.inherited_from) for r in held]


def test_a_duty_is_half_open():
    handed_over = date(2026, 7, 1)
    roster = Roster(PEOPLE, (duty("a", until=handed_over), duty("b", since=handed_over)))
    assert names(roster.duties_on(GRID, handed_over - timedelta(days=1))) == [("甲示例", None)]
    assert names(roster.duties_on(GRID, handed_over)) == [("乙示例", None)]


def test_a_grid_without_a_leader_inherits_the_leader_above():
    roster = Roster(PEOPLE, (duty("a", ABOVE), duty("b", role=GridRole.VOLUNTEER)))
    held = roster.responsible((GridId("g1"), ABOVE, GRID), date(2026, 5, 1))
    assert names(held) == [("甲示例", ABOVE), ("乙示例", None)]


def test_leaders_stand_first():
    roster = Roster(PEOPLE, (duty("b", role=GridRole.SOCIAL_WORKER), duty("a")))
    assert names(roster.duties_on(GRID, date(2026, 5, 1)))[0] == ("甲示例", None)


def test_a_duty_of_a_person_who_is_not_on_the_roster_answers_nobody():
    assert Roster((), (duty("a"),)).duties_on(GRID, date(2026, 5, 1)) == ()


def test_leaders_are_called_as_the_seed_calls_them():
    assert role_title(GridRole.GRID_LEADER, Level.COMMUNITY).zh == "一级网格责任人"
    assert role_title(GridRole.GRID_LEADER, Level.COMPOUND).zh == "二级网格长"
    assert role_title(GridRole.GRID_LEADER, Level.BUILDING_CLUSTER).zh == "三级网格负责人"

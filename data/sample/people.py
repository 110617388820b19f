"""Responsible people, their duties and the organisations of the 4+4 model: all visibly invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from data.sample.frame import random_for
from data.sample.grids import Grid

SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾"
    "肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付"
    "方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
MARKS = ("示例", "样例", "虚构")
SUFFIXES = ("", "甲", "乙", "丙", "丁")
OFFICE = "宝塔桥街道办事处(示例)"
FIRST_DAY, LAST_DAY = date(2024, 1, 2), date(2026, 9, 28)


@dataclass(frozen=True)
class Person:
    """A responsible person; consent is to being named in public without being an official."""

    id: str
    name: str
    office_phone: str
    mobile: str
    organisation: str
    party_member: bool
    consent: bool

    def row(self) -> tuple[str, ...]:
        return (
            self.id,
            self.name,
            self.office_phone,
            self.mobile,
            self.organisation,
            _yes(self.party_member),
            _yes(self.consent),
            "",
        )


@dataclass(frozen=True)
class Duty:
    """A person's role on a grid (None: the subdistrict) from a day until a day, half-open."""

    person: str
    grid: str | None
    role: str
    since: date
    until: date | None = None


def _yes(value: bool) -> str:
    return "yes" if value else "no"


@dataclass
class Roster:
    """Collects people and duties while they are drawn."""

    rng: np.random.Generator
    people: list[Person] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)

    def hire(self, organisation: str, *, party: float = 0.5, consent: float = 1.0) -> str:
        """A new person; `party` and `consent` are likelihoods."""
        number = len(self.people) + 1
        mobile = f"000-0000-{number + 3000:04d}" if self.rng.random() < 0.6 else ""
        self.people.append(
            Person(
                f"p-{number:04d}",
                _name(number - 1),
                f"025-0000-{number + 1000:04d}",
                mobile,
                organisation,
                bool(self.rng.random() < party),
                bool(self.rng.random() < consent),
            )
        )
        return self.people[-1].id

    def appoint(self, person: str, grid: str | None, role: str) -> None:
        """A duty in force, begun on some day from 2024 to September 2026."""
        self.duties.append(Duty(person, grid, role, self.day(FIRST_DAY, LAST_DAY)))

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=int(self.rng.integers((last - first).days + 1)))


def _name(index: int) -> str:
    """王示例, 李样例, 张虚构 …, then 王样例甲 …: never twice the same."""
    surname = SURNAMES[index % len(SURNAMES)]
    turn = index // len(SURNAMES)
    return f"{surname}{MARKS[(index + turn) % 3]}{SUFFIXES[turn]}"


def staff(grids: Sequence[Grid]) -> Roster:
    """Everybody, with exactly one grid leader in force on every grid."""
    roster = Roster(random_for("people"))
    levels = {level: [grid for grid in grids if grid.level == level] for level in (1, 2, 3)}
    _subdistrict(roster)
    cadres = [roster.hire(OFFICE, party=0.8) for _ in range(36)]
    for number, community in enumerate(levels[1]):
        inside = [grid for grid in levels[2] if grid.parent == community.code]
        _community(roster, community, inside, levels[3])
        for turn, grid in enumerate((community, *inside)):
            roster.appoint(cadres[turn % 3 + 3 * number], grid.code, "service_commissioner")
    _history(roster, levels)
    return roster


def _subdistrict(roster: Roster) -> None:
    for _ in range(9):
        roster.appoint(roster.hire(OFFICE, party=1.0), None, "leading_group_member")
    for _ in range(6):
        person = roster.hire("街道网格化管理办公室(示例)", party=0.7)
        roster.appoint(person, None, "grid_office_staff")


def _community(
    roster: Roster, community: Grid, compounds: Sequence[Grid], clusters: Sequence[Grid]
) -> None:
    committee = f"{community.name}居委会(示例)"
    roster.appoint(
        roster.hire(f"{community.name}党组织(示例)", party=1.0), community.code, "grid_leader"
    )
    for _ in range(2):
        roster.appoint(roster.hire(committee, party=0.9), community.code, "leading_group_member")
    workers = [roster.hire(f"{community.name}公共服务站(示例)") for _ in range(4)]
    for worker in workers[:2]:
        roster.appoint(worker, community.code, "social_worker")
    for number, compound in enumerate(compounds):
        roster.appoint(roster.hire(committee, party=0.6), compound.code, "grid_leader")
        roster.appoint(workers[number % 4], compound.code, "social_worker")
        _cluster_leaders(roster, compound, [g for g in clusters if g.parent == compound.code])
    _residents(roster, community, compounds, clusters)


def _cluster_leaders(roster: Roster, compound: Grid, clusters: Sequence[Grid]) -> None:
    """A person for every two or three level-3 grids of a compound, the households shared evenly."""
    count = max(1, round(len(clusters) / 2.6))
    load = [
        (0, 0, roster.hire(f"{compound.name.split('·')[0]}楼栋长(示例)", party=0.4))
        for _ in range(count)
    ]
    for grid in sorted(clusters, key=lambda grid: (-grid.households, grid.code)):
        households, grids, person = min(load)
        load.remove((households, grids, person))
        load.append((households + grid.households, grids + 1, person))
        roster.appoint(person, grid.code, "grid_leader")


def _residents(
    roster: Roster, community: Grid, compounds: Sequence[Grid], clusters: Sequence[Grid]
) -> None:
    """Post holders, volunteers and residents' representatives of a community."""
    group = f"{community.name}居民(示例)"
    posts = [roster.hire(group, party=1.0, consent=0.6) for _ in range(3)]
    helpers = [roster.hire(group, party=0.3, consent=0.5) for _ in range(6)]
    speakers = [roster.hire(group, party=0.3, consent=0.4) for _ in range(3)]
    for role, people in (
        ("post_holder", posts),
        ("volunteer", helpers),
        ("residents_representative", speakers),
    ):
        roster.appoint(people[0], community.code, role)
        for number, compound in enumerate(compounds):
            roster.appoint(people[number % len(people)], compound.code, role)
    codes = {compound.code for compound in compounds}
    inside = [grid for grid in clusters if grid.parent in codes and grid.households]
    for number, grid in enumerate(inside[::3]):
        roster.appoint(helpers[(number + 3) % 6], grid.code, "volunteer")


def _history(roster: Roster, levels: dict[int, list[Grid]]) -> None:
    """Sixteen former grid leaders, each gone on the day the present one began."""
    chosen = [*levels[1][::4], *levels[2][::9], *levels[3][::50]]
    for grid in chosen:
        at = next(
            i
            for i, duty in enumerate(roster.duties)
            if duty.grid == grid.code and duty.role == "grid_leader"
        )
        began = roster.day(FIRST_DAY, date(2024, 12, 20))
        left = roster.day(date(2025, 2, 1), LAST_DAY)
        now = roster.duties[at]
        roster.duties[at] = Duty(now.person, now.grid, now.role, left)
        former = roster.hire(f"{grid.name.split('·')[0]}(示例)", party=0.5)
        roster.duties.append(Duty(former, grid.code, "grid_leader", began, left))


def duty_rows(roster: Roster) -> list[tuple[str, ...]]:
    """The duties table, ordered by grid, role and beginning."""
    ordered = sorted(
        roster.duties, key=lambda d: (len(d.grid or ""), d.grid or "", d.role, d.since, d.person)
    )
    return [
        (
            f"d-{i:04d}",
            duty.person,
            duty.grid or "",
            duty.role,
            duty.since.isoformat(),
            duty.until.isoformat() if duty.until else "",
        )
        for i, duty in enumerate(ordered, 1)
    ]

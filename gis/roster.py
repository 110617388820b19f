"""Who is responsible: people, the duties they hold on grids, and the "4+4" organisations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from gis.content_hash import ContentDigest, added_in, content_digest
from gis.findings import Text
from gis.ids import GridId, Level, PersonId
from gis.phone import join_mobiles, part_mobiles


class GridRole(StrEnum):
    """The roles of the seed."""

    LEADING_GROUP_MEMBER = "leading_group_member"
    GRID_OFFICE_STAFF = "grid_office_staff"
    GRID_LEADER = "grid_leader"
    SERVICE_COMMISSIONER = "service_commissioner"
    SOCIAL_WORKER = "social_worker"
    POST_HOLDER = "post_holder"
    VOLUNTEER = "volunteer"
    RESIDENTS_REPRESENTATIVE = "residents_representative"


@dataclass(frozen=True, slots=True)
class RoleRule:
    """Where a role may be held (0 is the subdistrict) and whether its holders are officials."""

    levels: tuple[int, ...]
    title: Text
    official: bool = True


ROLES: dict[GridRole, RoleRule] = {
    GridRole.GRID_LEADER: RoleRule((1, 2, 3), Text("Grid leader", "网格长")),
    GridRole.SERVICE_COMMISSIONER: RoleRule((1, 2), Text("Service commissioner", "服务群众专员")),
    GridRole.SOCIAL_WORKER: RoleRule((1, 2), Text("Social worker", "社工")),
    GridRole.LEADING_GROUP_MEMBER: RoleRule(
        (0, 1), Text("Leading group member", "网格领导小组成员")
    ),
    GridRole.GRID_OFFICE_STAFF: RoleRule((0,), Text("Grid office staff", "网格化管理办公室")),
    GridRole.POST_HOLDER: RoleRule((1, 2), Text("Post holder", "专职委员"), official=False),
    GridRole.RESIDENTS_REPRESENTATIVE: RoleRule(
        (1, 2), Text("Residents' representative", "网格居民代表"), official=False
    ),
    GridRole.VOLUNTEER: RoleRule((1, 2, 3), Text("Volunteer", "注册志愿者"), official=False),
}
_LEADER_TITLES = {
    Level.COMMUNITY: Text("Grid leader (level 1)", "一级网格责任人"),
    Level.COMPOUND: Text("Grid leader (level 2)", "二级网格长"),
    Level.BUILDING_CLUSTER: Text("Grid leader (level 3)", "三级网格负责人"),
}
_RANK = {role: rank for rank, role in enumerate(ROLES)}


def role_title(role: GridRole, level: Level | None) -> Text:
    """Return what the seed calls a role on a level; level None is the subdistrict."""
    if role is GridRole.GRID_LEADER and level is not None:
        return _LEADER_TITLES[level]
    return ROLES[role].title


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who holds or held a duty.

    ``office_phone`` may be shown in public, and ``public_mobile``: a duty mobile that the office
    says is to be shown. ``mobile``, ``organisation`` and ``party_member`` never are. ``consent``:
    a person who is not an official agreed to appear in public.
    """

    id: PersonId
    name: str
    office_phone: str = ""
    mobile: str = ""
    organisation: str = ""
    party_member: bool | None = None
    consent: bool = False
    public_mobile: str = added_in("0.2", "")

    @property
    def phone(self) -> str:
        """The number to call first, "" for none; the mobile is none of a public edition's."""
        return self.office_phone or self.public_mobile or self.mobile

    @property
    def posted_phone(self) -> str:
        """The number that may hang on a wall: never a mobile that the office does not show."""
        return self.office_phone or self.public_mobile


def mobiles_apart(person: Person) -> Person:
    """Return a person whose mobile numbers stand in ``mobile``, in whatever field they came.

    >>> from gis.ids import PersonId
    >>> mobiles_apart(Person(PersonId("p"), "王示例", office_phone="139 0000 0001")).mobile
    '13900000001'
    """
    name, phone = part_mobiles(person.name), part_mobiles(person.office_phone)
    if not name.mobiles and not phone.mobiles:
        return person
    return replace(
        person,
        name=name.rest or person.name,
        office_phone=phone.rest if any(map(str.isdigit, phone.rest)) else "",
        mobile=join_mobiles(phone.mobiles, name.mobiles, person.mobile),
    )


@dataclass(frozen=True, slots=True)
class Duty:
    """A person's role on a grid (None: on the subdistrict) on the days since <= day < until."""

    id: str
    person: PersonId
    grid: GridId | None
    role: GridRole
    since: date
    until: date | None = None

    def in_force(self, day: date) -> bool:
        """Tell whether the duty is held on a day."""
        return self.since <= day and (self.until is None or day < self.until)


def answering(held: Sequence[Duty], day: date) -> tuple[Duty, ...]:
    """Return those of somebody's duties, the newest first, whose grids answer for them on a day.

    They are the duties held on that day or later; of who holds none any more the last one; ()
    for who never held any. Whoever is in charge of one of their grids may see what is private
    of the person, and change it.
    """
    counting = tuple(d for d in held if d.until is None or d.until > day)
    return counting or tuple(held[:1])


class OrganisationKind(StrEnum):
    """The four core bodies and the four supporting parties of the "4+4" model (seed)."""

    PARTY_ORGANISATION = "party_organisation"
    RESIDENTS_COMMITTEE = "residents_committee"
    PUBLIC_SERVICE_STATION = "public_service_station"
    GOVERNANCE_OFFICE = "governance_office"
    OWNERS_COMMITTEE = "owners_committee"
    PROPERTY_COMPANY = "property_company"
    SOCIAL_ORGANISATION = "social_organisation"
    RESIDENT_UNIT = "resident_unit"


@dataclass(frozen=True, slots=True)
class Organisation:
    """One of the "4+4" bodies of a grid."""

    id: str
    grid: GridId
    kind: OrganisationKind
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Responsible:
    """A person as seen from a grid: the role, and the grid it is inherited from, if it is."""

    person: Person
    duty: Duty
    inherited_from: GridId | None = None


@dataclass(frozen=True)
class Roster:
    """One version of all people, duties and organisations, each sorted by id."""

    people: tuple[Person, ...] = ()
    duties: tuple[Duty, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    synthetic: bool = False
    version: int = 0
    effective_from: date | None = None

    def __post_init__(self) -> None:
        for name in ("people", "duties", "organisations"):
            ordered = tuple(sorted(getattr(self, name), key=lambda row: row.id))
            object.__setattr__(self, name, ordered)

    def mobiles_apart(self) -> Roster:
        """Return the roster with :func:`mobiles_apart` of everybody; itself where all are."""
        people = tuple(map(mobiles_apart, self.people))
        return self if people == self.people else replace(self, people=people)

    @cached_property
    def by_id(self) -> dict[PersonId, Person]:
        """Every person by identity."""
        return {p.id: p for p in self.people}

    @cached_property
    def _duties_on(self) -> dict[GridId | None, tuple[Duty, ...]]:
        lists: dict[GridId | None, list[Duty]] = {}
        for duty in self.duties:
            lists.setdefault(duty.grid, []).append(duty)
        return {grid: tuple(duties) for grid, duties in lists.items()}

    @cached_property
    def _duties_of(self) -> dict[PersonId, tuple[Duty, ...]]:
        lists: dict[PersonId, list[Duty]] = {}
        for duty in sorted(self.duties, key=lambda d: (d.since, d.id), reverse=True):
            lists.setdefault(duty.person, []).append(duty)
        return {person: tuple(duties) for person, duties in lists.items()}

    @cached_property
    def _organisations_of(self) -> dict[GridId, tuple[Organisation, ...]]:
        lists: dict[GridId, list[Organisation]] = {}
        order = list(OrganisationKind)
        for body in sorted(self.organisations, key=lambda o: order.index(o.kind)):
            lists.setdefault(body.grid, []).append(body)
        return {grid: tuple(bodies) for grid, bodies in lists.items()}

    def duties_of(self, person: PersonId) -> tuple[Duty, ...]:
        """Return every duty somebody holds, held or will hold, the newest first."""
        return self._duties_of.get(person, ())

    def answering_for(self, person: PersonId, day: date) -> tuple[Duty, ...]:
        """Return the duties whose grids answer for somebody (see :func:`answering`)."""
        return answering(self.duties_of(person), day)

    def duties_on(self, grid: GridId | None, day: date) -> tuple[Responsible, ...]:
        """Return who holds a duty on a grid on a day, leaders first; () for none."""
        held = [d for d in self._duties_on.get(grid, ()) if d.in_force(day)]
        held.sort(key=lambda d: (_RANK[d.role], d.since, d.id))
        return tuple(Responsible(self.by_id[d.person], d) for d in held if d.person in self.by_id)

    def responsible(self, chain: tuple[GridId, ...], day: date) -> tuple[Responsible, ...]:
        """Return who is responsible for the last grid of a chain (level 1 first) on a day.

        A grid without a leader inherits the leader of the nearest grid above it.
        """
        *above, grid = chain
        own = self.duties_on(grid, day)
        if any(r.duty.role is GridRole.GRID_LEADER for r in own):
            return own
        for ancestor in reversed(above):
            for held in self.duties_on(ancestor, day):
                if held.duty.role is GridRole.GRID_LEADER:
                    return (Responsible(held.person, held.duty, ancestor), *own)
        return own

    def organisations_of(self, grid: GridId) -> tuple[Organisation, ...]:
        """Return the "4+4" bodies of a grid, core bodies first; () for none."""
        return self._organisations_of.get(grid, ())

    @cached_property
    def digest(self) -> ContentDigest:
        """The SHA-256 of its content; one each of its head, people, duties and organisations."""
        return content_digest([self.synthetic, *self.people, *self.duties, *self.organisations])

    @property
    def sha256(self) -> str:
        """The SHA-256 of its content, not of the version or the date."""
        return self.digest.sha256

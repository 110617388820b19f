"""The only door through which anything becomes public.

What :func:`public` returns may be shown to anyone; nothing else may. It works by allow-list:
every field that is not copied here stays in the office.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import shapely

from gis.atlas import Atlas, Disclosures, disclosures_of
from gis.directory import ContextFeature, Directory, Place, PlaceKind
from gis.division import Division, Grid, Member
from gis.errors import InvalidInput
from gis.ids import GridId, PersonId, PlaceId
from gis.phone import has_mobile, part_mobiles
from gis.roster import ROLES, Duty, Organisation, Person, Roster

_HOUSEHOLDS_STEP = 10
Named = TypeVar("Named")


@dataclass(frozen=True, slots=True)
class Policy:
    """What an office lets the public see of its people and shops (DOMAIN: each switchable)."""

    names: bool = True
    phones: bool = True
    businesses: bool = True
    organisations: bool = True


def public(atlas: Atlas, policy: Policy | None = None, *, today: date | None = None) -> Atlas:
    """Return the public edition of an atlas.

    Whatever its day, it is made by what the office discloses today (:class:`Disclosures`).
    Undisclosed units leave without a trace: no point, footprint, business, organisation, name
    or count. Households are rounded to ten and populations dropped; of people only the name and
    office phone of those in office remain, of non-officials only with their consent; a mobile
    number is no office phone, whatever column it was written in, and is shown only where the
    office says so of this very number (``public_mobile``).

    Parameters
    ----------
    atlas
        The internal atlas; a public one is returned as it is.
    policy
        What the office has switched off.
    today
        Former office holders are left out as of this day too (default: the atlas's own day).
    """
    if atlas.edition == "public":
        return atlas
    policy = policy or Policy()
    judged = atlas.disclosures or disclosures_of(
        atlas.directory, atlas.roster, today or atlas.as_of
    )
    units = _hidden_units(atlas.directory, judged)
    hidden = _names_of_units(units)
    return Atlas(
        division=_public_division(atlas.division, hidden),
        directory=_public_directory(atlas.directory, policy, units),
        roster=_public_roster(atlas, policy, hidden, judged),
        as_of=atlas.as_of,
        edition="public",
        name=atlas.name,
        code=atlas.code,
        retired=atlas.retired,
    )


def in_edition(atlas: Atlas, edition: str) -> Atlas:
    """Return an atlas as an edition shows it, public or internal.

    Raises
    ------
    InvalidInput
        There is no such edition; or the internal one is asked of a public atlas.
    """
    if edition == "public":
        return public(atlas)
    if edition == "internal" and atlas.edition == "internal":
        return atlas
    if edition == "internal":
        raise InvalidInput(
            "edition",
            "this atlas is the public edition: it cannot be drawn as internal",
            "这份图集是公开版，不能按内部版绘制",
            ("public",),
        )
    raise InvalidInput(
        "edition",
        f"edition {edition[:40]!r}: must be public or internal",
        f"版本 {edition[:40]!r}：应为 public 或 internal",
        ("public", "internal"),
    )


def scoped(internal: Atlas, shown: Atlas, grids: frozenset[GridId]) -> Atlas:
    """Return what somebody sees who is in charge of some grids and of all below them.

    Of these grids it holds the internal edition: the grid, what stands on it, who serves on it.
    Everything else is as ``shown``, the public edition of the same day, which also answers for
    the sheets of all other grids.

    What is private of people stays with those whose grids answer for them today, whatever the
    day asked for: of somebody who served here and serves elsewhere by now the name remains. Who
    never served anywhere is seen in full, and may be appointed.
    """
    division = internal.division
    covered = frozenset(g.id for g in division if any(a.id in grids for a in division.chain(g.id)))
    public_grids = shown.division.by_id
    inside = internal.grid_of
    there = shown.directory.by_id
    places = tuple(
        place
        for row in internal.directory.places
        if (place := row if inside[row.id] in covered else there.get(row.id)) is not None
    )
    return replace(
        internal,
        division=replace(
            division, grids=tuple(g if g.id in covered else public_grids[g.id] for g in division)
        ),
        directory=replace(internal.directory, places=places, context=shown.directory.context),
        roster=_scoped_roster(internal, shown.roster, covered),
        elsewhere=shown,
        covered=covered,
    )


def _scoped_roster(internal: Atlas, shown: Roster, covered: frozenset[GridId]) -> Roster:
    roster = internal.roster
    own = tuple(d for d in roster.duties if d.grid in covered)
    others = tuple(d for d in shown.duties if d.grid not in covered)
    served = {d.person for d in own}
    judged = internal.disclosures or disclosures_of(internal.directory, roster, internal.as_of)
    people = []
    for person in roster.people:
        last = frozenset(d.grid for d in roster.duties_of(person.id)[:1])
        # Who is gone from today's roster stays with those who were responsible last.
        answering = judged.answering.get(person.id) or last
        if not answering or answering & covered:
            people.append(person)
        elif person.id in shown.by_id:
            people.append(shown.by_id[person.id])
        elif person.id in served:
            # The name belongs to the history of the grid, the rest does not.
            people.append(Person(person.id, person.name))
    return replace(
        roster,
        people=tuple(people),
        duties=(*own, *others),
        organisations=(
            *(o for o in roster.organisations if o.grid in covered),
            *(o for o in shown.organisations if o.grid not in covered),
        ),
    )


# --- undisclosed units -----------------------------------------------------------------------


def _hidden_units(directory: Directory, judged: Disclosures) -> tuple[Place, ...]:
    """Return the places to hide, as they are now and as they were in this directory."""
    known = {p.id for p in judged.hidden}
    then = (
        p
        for p in directory.places
        if p.id in known or (not p.disclosed and p.id not in judged.shown)
    )
    return (*judged.hidden, *then)


def hidden_names(atlas: Atlas) -> frozenset[str]:
    """Return the names that would give an undisclosed place away, in any text of any day."""
    judged = atlas.disclosures or disclosures_of(atlas.directory, atlas.roster, atlas.as_of)
    return _names_of_units(_hidden_units(atlas.directory, judged))


def public_name(name: str, code: str, hidden: frozenset[str]) -> str:
    """Return the name of a grid without what would give an undisclosed place away; else its code.

    >>> public_name("示例小区·示例保密单位", "320106012001001", frozenset({"示例保密单位"}))
    '示例小区'
    """
    return "·".join(p for p in name.split("·") if not _gives_away([p], hidden)) or code


def _names_of_units(units: Iterable[Place]) -> frozenset[str]:
    names: set[str] = set()
    for place in units:
        names.update((place.name, *place.aliases, *place.former_names))
    # A name of one or two characters ("3幢") gives nothing away and would match everywhere.
    return frozenset(n for n in names if len(n) > 2)


def _hidden_places(directory: Directory, units: Sequence[Place]) -> frozenset[PlaceId]:
    """Return undisclosed units, the footprints they stand in and what else is in those.

    A building goes with the unit when the unit says it sits there, shares its address, or has
    its point in the footprint of a building nobody lives in.
    """
    hidden = {p.id for p in units} | {p.building for p in units if p.building}
    addresses = {p.address for p in units if p.address}
    points = shapely.MultiPoint([shapely.point_on_surface(p.geometry) for p in units])
    for place in directory.places:
        if place.kind is PlaceKind.BUILDING and (
            place.address in addresses
            or (not place.households and place.geometry.intersects(points))
        ):
            hidden.add(place.id)
    hidden |= {p.id for p in directory.places if p.building in hidden}
    return frozenset(hidden)


def _gives_away(texts: Iterable[str], hidden: frozenset[str]) -> bool:
    return any(name in text for text in texts for name in hidden)


def _without(
    rows: Iterable[Named], texts: Callable[[Named], Iterable[str]], hidden: frozenset[str]
) -> tuple[Named, ...]:
    return tuple(row for row in rows if not _gives_away(texts(row), hidden))


# --- grids -----------------------------------------------------------------------------------


def _public_division(division: Division, hidden: frozenset[str]) -> Division:
    return replace(division, grids=tuple(_public_grid(g, hidden) for g in division))


def _public_grid(grid: Grid, hidden: frozenset[str]) -> Grid:
    return Grid(
        id=grid.id,
        code=grid.code,
        level=grid.level,
        parent=grid.parent,
        name=public_name(grid.name, grid.code, hidden),
        kind=grid.kind,
        boundary=grid.boundary,
        code_scheme=grid.code_scheme,
        grid_class=grid.grid_class,
        grid_grade=grid.grid_grade,
        households=_rounded(grid.households),
        members=tuple(
            _public_member(m) for m in _without(grid.members, lambda m: [m.name], hidden)
        ),
    )


def _public_member(member: Member) -> Member:
    """Keep what is on the signpost: the kind of housing of a few homes says who lives there."""
    return Member(
        name=member.name,
        kind="enterprise" if member.kind == "enterprise" else "compound",
        under_construction=member.under_construction,
    )


def _rounded(households: int | None) -> int | None:
    if households is None:
        return None
    return (households + _HOUSEHOLDS_STEP // 2) // _HOUSEHOLDS_STEP * _HOUSEHOLDS_STEP


# --- places ----------------------------------------------------------------------------------


def _public_directory(directory: Directory, policy: Policy, units: Sequence[Place]) -> Directory:
    gone, hidden = _hidden_places(directory, units), _names_of_units(units)
    kept = [
        p
        for p in directory.places
        if p.id not in gone and (policy.businesses or p.kind is not PlaceKind.BUSINESS)
    ]
    return Directory(
        places=tuple(_public_place(p, hidden) for p in _without(kept, _names_of, hidden)),
        context=tuple(
            ContextFeature(c.id, c.kind, c.name, c.geometry)
            for c in _without(directory.context, lambda c: [c.name], hidden)
        ),
        synthetic=directory.synthetic,
        version=directory.version,
        effective_from=directory.effective_from,
    )


def _names_of(place: Place) -> Iterable[str]:
    return (place.name, place.address, place.compound or "")


def _public_place(place: Place, hidden: frozenset[str]) -> Place:
    return Place(
        id=place.id,
        kind=place.kind,
        name=place.name,
        geometry=place.geometry,
        address=place.address,
        aliases=_without(place.aliases, lambda a: [a], hidden),
        former_names=_without(place.former_names, lambda a: [a], hidden),
        category=place.category,
        units=place.units,
        floors=place.floors,
        compound=place.compound,
        building=place.building,
        status=place.status,
    )


# --- people ----------------------------------------------------------------------------------


def _public_roster(
    atlas: Atlas, policy: Policy, hidden: frozenset[str], judged: Disclosures
) -> Roster:
    duties = tuple(
        Duty(d.id, d.person, d.grid, d.role, d.since)
        for d in atlas.roster.duties
        if policy.names and _is_shown(d, atlas.as_of, judged)
    )
    holders = {d.person for d in duties}
    return Roster(
        people=tuple(_public_person(judged.people[i], policy) for i in sorted(holders)),
        duties=duties,
        organisations=_public_organisations(atlas.roster, policy, hidden),
        synthetic=atlas.roster.synthetic,
        version=atlas.roster.version,
        effective_from=atlas.roster.effective_from,
    )


def _is_shown(duty: Duty, as_of: date, judged: Disclosures) -> bool:
    person = judged.people.get(duty.person)
    if person is None or not (duty.in_force(as_of) and judged.holds(duty)):
        return False
    return ROLES[duty.role].official or person.consent


def _public_person(person: Person, policy: Policy) -> Person:
    return Person(
        id=PersonId(person.id),
        name=part_mobiles(person.name).rest,
        office_phone=_public_phone(person.office_phone, policy),
        public_mobile=person.public_mobile if policy.phones else "",
    )


def _public_phone(phone: str, policy: Policy) -> str:
    """Return a number the public may call: somebody's mobile is none, wherever it was written."""
    return "" if has_mobile(phone) or not policy.phones else phone


def _public_organisations(
    roster: Roster, policy: Policy, hidden: frozenset[str]
) -> tuple[Organisation, ...]:
    if not policy.organisations:
        return ()
    kept = _without(roster.organisations, lambda o: [o.name], hidden)
    return tuple(
        Organisation(o.id, o.grid, o.kind, o.name, _public_phone(o.phone, policy)) for o in kept
    )

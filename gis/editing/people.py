"""People: who they are, how they are reached, and whether they agreed to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gis.audit import AuditChange
from gis.editing import fields
from gis.editing.edited import Edited, differences, given_fields, new_id
from gis.errors import InvalidInput, NotFound
from gis.findings import Finding, Text, note
from gis.ids import PersonId
from gis.roster import Person, Roster
from gis.schema import RECORDS, Kind

RECORD = RECORDS[Kind.PEOPLE]


def person_of(roster: Roster, identity: str) -> Person:
    """Return a person.

    Raises
    ------
    NotFound
        There is none of that id.
    """
    found = roster.by_id.get(PersonId(identity))
    if found is None:
        raise NotFound(
            f"there is no person {identity[:40]!r}: look for the name again",
            f"没有编号为 {identity[:40]!r} 的人员：请重新查找",
        )
    return found


def add_person(
    roster: Roster,
    given: Mapping[str, Any],
    *,
    identity: str = "",
    seen: Roster | None = None,
) -> Edited[Roster]:
    """Return the roster with somebody new in it; ``identity`` is their id, a new one when "".

    Namesakes are told of those ``seen`` by whoever adds the person; of all when None.

    Raises
    ------
    InvalidInput
        A field that is missing, not known or not acceptable.
    """
    read = fields.read(given, RECORD)
    fields.text(given, "name", required=True)
    person = Person(id=PersonId(identity or new_id("p", roster.by_id)), **read)
    change = AuditChange("person.add", f"person:{person.id}", None, given_fields(person))
    return Edited(
        replace(roster, people=(*roster.people, person)),
        (change,),
        person.id,
        tuple(_namesakes(seen or roster, person)),
    )


def edit_person(roster: Roster, identity: str, given: Mapping[str, Any]) -> Edited[Roster]:
    """Return the roster with some fields of a person changed; those not given stay.

    Raises
    ------
    NotFound
        There is no such person.
    InvalidInput
        A field that is not known or not acceptable, or none at all.
    """
    before = person_of(roster, identity)
    if not given:
        raise InvalidInput(
            "body",
            "name at least one field to change",
            "请至少给出一个要修改的字段",
            fields.names(RECORD),
        )
    after = replace(before, **fields.read(given, RECORD))
    if after == before:
        return Edited(roster, (), before.id)
    change = AuditChange("person.edit", f"person:{before.id}", *differences(before, after))
    people = tuple(after if p.id == before.id else p for p in roster.people)
    return Edited(replace(roster, people=people), (change,), before.id)


def _namesakes(roster: Roster, person: Person) -> list[Finding]:
    same = [p for p in roster.people if p.name == person.name]
    if not same:
        return []
    text = Text(
        f"there are {len(same)} people of this name already: make sure this is somebody else",
        f"已有 {len(same)} 位同名人员：请确认不是同一人",
    )
    return [note("same_name", text)]

"""People: who they are, how they are reached, and whether they agreed to be shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from gis.audit import AuditChange
from gis.editing import fields
from gis.editing.edited import Edited, differences, given_fields, new_id
from gis.errors import InvalidInput, NotFound
from gis.findings import Finding, Text, note
from gis.ids import PersonId
from gis.phone import has_mobile, part_mobiles
from gis.roster import Person, Roster, mobiles_apart
from gis.schema import RECORDS, Kind
from gis.tables.blank_words import says_nobody

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

    Namesakes are told of those ``seen`` by whoever adds the person; of all when None. A mobile
    number among what is given is the mobile, in whatever field it came.

    Raises
    ------
    InvalidInput
        A field that is missing, not known or not acceptable.
    """
    read = fields.read(given, RECORD)
    fields.text(given, "name", required=True)
    _check_name(read)
    person = mobiles_apart(Person(id=PersonId(identity or new_id("p", roster.by_id)), **read))
    change = AuditChange("person.add", f"person:{person.id}", None, given_fields(person))
    return Edited(
        replace(roster, people=(*roster.people, person)),
        (change,),
        person.id,
        (*_namesakes(seen or roster, person), *_moved(read, person), *_shown(None, person)),
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
    read = fields.read(given, RECORD)
    _check_name(read)
    after = mobiles_apart(replace(before, **read))
    if after == before:
        return Edited(roster, (), before.id)
    change = AuditChange("person.edit", f"person:{before.id}", *differences(before, after))
    people = tuple(after if p.id == before.id else p for p in roster.people)
    remarks = (*_moved(read, after), *_shown(before, after))
    return Edited(replace(roster, people=people), (change,), before.id, remarks)


def _check_name(read: Mapping[str, Any]) -> None:
    """Refuse a name that is nobody's: a word for nobody, or a number alone."""
    name = read.get("name")
    if name is None or not (says_nobody(name) or not part_mobiles(name).rest):
        return
    raise InvalidInput(
        "name",
        f"name {name[:40]!r} is nobody's: leave the grid without a leader instead",
        f"name {name[:40]!r} 不是姓名：没有人选时不必登记，网格会列为“没有负责人”",
    )


def move_mobiles(roster: Roster, mine: Collection[PersonId]) -> Edited[Roster]:
    """Return the roster with the mobile numbers of some people where they belong.

    ``mine``: whom the editor may change; the others stay. No change where there is nothing to move.
    """
    moved = {
        p.id: after for p in roster.people if p.id in mine and (after := mobiles_apart(p)) != p
    }
    changes = tuple(
        AuditChange("person.edit", f"person:{i}", *differences(roster.by_id[i], after))
        for i, after in moved.items()
    )
    people = tuple(moved.get(p.id, p) for p in roster.people)
    return Edited(replace(roster, people=people) if moved else roster, changes, "")


def _moved(read: Mapping[str, Any], after: Person) -> list[Finding]:
    """Return a remark where a number was given as an office phone and is a mobile."""
    if not any(has_mobile(str(read.get(name) or "")) for name in ("name", "office_phone")):
        return []
    text = Text(
        f"{after.mobile} is a mobile number: it is kept as the mobile and never shown in public",
        f"{after.mobile} 是手机号：已存入“手机”，从不公开",
    )
    return [note("mobile_moved", text)]


def _shown(before: Person | None, after: Person) -> list[Finding]:
    """Return a remark where a mobile number is shown in public from now on."""
    if not after.public_mobile or (before and before.public_mobile == after.public_mobile):
        return []
    text = Text(
        f"the mobile {after.public_mobile} is shown in public: empty the field to hide it",
        f"公开手机 {after.public_mobile} 将向公众显示：清空该项即不再显示",
    )
    return [note("mobile_public", text)]


def _namesakes(roster: Roster, person: Person) -> list[Finding]:
    same = [p for p in roster.people if p.name == person.name]
    if not same:
        return []
    text = Text(
        f"there are {len(same)} people of this name already: make sure this is somebody else",
        f"已有 {len(same)} 位同名人员：请确认不是同一人",
    )
    return [note("same_name", text)]

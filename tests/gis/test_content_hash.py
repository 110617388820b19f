"""What a value's content is: a field of a later release leaves no trace at its default."""

from __future__ import annotations

import json
from dataclasses import dataclass, make_dataclass

import pytest
import shapely

from gis.content_hash import added_in, plain, sha256_of


@dataclass(frozen=True)
class Yard:
    name: str
    ground: object
    trees: tuple[str, ...] = ()


@dataclass(frozen=True)
class LaterYard:
    name: str
    ground: object
    lit: bool | None = added_in("0.2", None)
    trees: tuple[str, ...] = ()
    benches: int = added_in("0.3", 0)


GROUND = shapely.box(0, 0, 1, 1)
OLD = [Yard("前院", GROUND), Yard("后院", GROUND, ("槐树",))]


def later(*fields):
    return [
        LaterYard(o.name, o.ground, trees=o.trees, **f) for o, f in zip(OLD, fields, strict=True)
    ]


def test_fields_added_later_leave_no_trace_at_their_defaults():
    assert sha256_of(later({}, {})) == sha256_of(OLD)
    assert [plain(row) for row in later({}, {})] == [plain(row) for row in OLD]


@pytest.mark.parametrize(
    "fields",
    [
        ({"lit": True}, {}),
        ({}, {"lit": False}),
        ({}, {"benches": 2}),
        ({"lit": True}, {"lit": True}),
    ],
)
def test_another_value_is_part_of_the_content_wherever_it_stands(fields):
    told = sha256_of(later(*fields))
    assert told != sha256_of(OLD)
    # By columns or one by one, the content is the same JSON.
    assert told == sha256_of([plain(row) for row in later(*fields)])


@pytest.mark.parametrize(("default", "value"), [(0, False), (False, 0), (1, True), (0, 0.0)])
def test_a_value_of_another_type_is_not_the_default(default, value):
    later_kind = make_dataclass("Yard", [("name", str), ("of", object, added_in("0.2", default))])
    assert sha256_of([later_kind("前院", value)]) != sha256_of([later_kind("前院")])


def test_the_content_of_rows_is_their_json_with_names_in_order():
    assert list(json.loads(json.dumps(plain(later({"lit": True}, {})[0]), sort_keys=True))) == [
        "ground", "lit", "name", "trees",
    ]  # fmt: skip


def test_a_field_that_is_not_declared_as_added_changes_every_hash():
    careless = make_dataclass("Yard", ["name", "ground", ("trees", tuple, ()), ("lit", bool, None)])
    assert sha256_of([careless(o.name, o.ground, o.trees) for o in OLD]) != sha256_of(OLD)

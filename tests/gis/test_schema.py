"""Each field once: the registry and the classes of the values say the same."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from gis.editing import fields
from gis.errors import InvalidInput
from gis.exchange.row_reader import RowValues, readers_of
from gis.intake.headings import field_of
from gis.intake.templates import TEMPLATES
from gis.schema import MAX_COUNT, MAX_TEXT, RECORDS, Kind, ValueKind, labels
from gis.schema.document import rewritten

ROOT = Path(__file__).resolve().parents[2]

VALUES = [r for r in RECORDS.values() if r.made_of is not None]


@pytest.mark.parametrize("record", VALUES, ids=lambda r: r.kind)
def test_every_field_of_a_value_is_in_the_registry(record):
    declared = [f.name for f in dataclasses.fields(record.made_of)]
    own = [f.name for f in record.fields if f.name in declared]
    assert sorted(own) == sorted(declared)
    assert len(set(record.by_name)) == len(record.fields)


@pytest.mark.parametrize("record", RECORDS.values(), ids=lambda r: r.kind)
def test_a_column_is_found_by_every_name_of_its_field_that_no_other_has(record):
    for field in record.fields:
        if field.value is not ValueKind.GEOMETRY:
            found = {field_of(record.kind, name) for name in field.names}
            assert field.name in found
            assert field_of(record.kind, field.name) == field.name


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.name)
def test_the_columns_of_a_template_are_read_as_their_fields(template):
    headings = [c.heading for c in template.columns]
    fields = [field_of(template.kind, h) for h in headings]
    assert len(headings) > 2
    assert None not in fields
    assert len(set(fields)) == len(fields)


def test_words_mean_values_that_a_field_may_have():
    for record in RECORDS.values():
        for field in record.fields:
            if field.choices:
                assert set(field.words.values()) <= set(field.choices), (record.kind, field.name)


def edited_of(value):
    return [
        pytest.param(record, field, id=f"{record.kind}.{field.name}")
        for record in (RECORDS[Kind.PEOPLE], RECORDS[Kind.PLACES])
        for field in record.edited
        if field.value is value
    ]


@pytest.mark.parametrize(("record", "field"), edited_of(ValueKind.TEXT))
def test_a_form_takes_a_text_as_long_as_a_file_may_have_it(record, field):
    longest = field.limit or MAX_TEXT
    assert refusals_of(record, field, "长" * longest) == (False, False)
    assert refusals_of(record, field, "长" * (longest + 1)) == (True, True)


@pytest.mark.parametrize(("record", "field"), edited_of(ValueKind.WHOLE))
def test_a_form_takes_a_count_as_large_as_a_file_may_have_it(record, field):
    assert refusals_of(record, field, MAX_COUNT) == (False, False)
    assert refusals_of(record, field, MAX_COUNT + 1) == (True, True)


def refusals_of(record, field, value):
    """Tell whether a file and a form refuse a value of a field."""
    row = RowValues({field.name: value}, "示例.csv")
    for _, read in readers_of(record, [field]):
        read(row)
    try:
        fields.read({field.name: value}, record)
    except InvalidInput:
        return bool(row.findings), True
    return bool(row.findings), False


def test_what_is_unknown_of_a_person_is_told_from_no():
    assert RECORDS[Kind.PEOPLE].default("party_member") is None
    assert RECORDS[Kind.PEOPLE].default("consent") is False
    told = {f["name"]: f["may_be_unknown"] for f in labels()["people"]}
    assert told["party_member"] is True
    assert told["consent"] is False


def test_the_tables_of_the_data_folder_are_those_of_the_registry():
    text = (ROOT / "data" / "README.md").read_text("utf-8")
    assert len(re.findall("<!-- fields: ", text)) == 6
    assert rewritten(text) == text, "python -m gis.schema.document data/README.md"

"""The registry of fields: each field of a value once, with all that is known of it.

- :data:`RECORDS`: the fields of grids, places, people, duties, organisations, counts.
- :func:`labels`: what pages call the fields, as JSON.
- :mod:`gis.schema.document`: the tables of ``data/README.md``.

Readers, headings, templates, tables, GeoJSON and forms are made of it. What becomes public stays
an explicit list (:mod:`gis.disclosure`) that a test holds against it.
"""

from __future__ import annotations

from typing import Any

from gis.schema.field import MAX_COUNT, MAX_TEXT, Blank, Field, Kind, Record, ValueKind
from gis.schema.records import RECORDS

__all__ = [
    "MAX_COUNT",
    "MAX_TEXT",
    "RECORDS",
    "Blank",
    "Field",
    "Kind",
    "Record",
    "ValueKind",
    "labels",
]


def labels() -> dict[str, list[dict[str, Any]]]:
    """Return the fields of each kind of row for a page: names, labels, values, words.

    ``of`` are the kinds of place that have a field, [] all; ``edited``: a form may change it;
    ``choices`` pair each value that may be chosen with the first Chinese word for it.

    >>> [f for f in labels()["places"] if f["name"] == "floors"][0]["zh"]
    '层数'
    """
    return {
        str(record.kind): [_label(f, record) for f in record.fields] for record in RECORDS.values()
    }


def _label(field: Field, record: Record) -> dict[str, Any]:
    return {
        "name": field.name,
        "value": str(field.value),
        "zh": field.label.zh,
        "en": field.label.en,
        "unit": field.unit,
        "of": list(field.of),
        "edited": field.edited,
        "may_be_unknown": record.default(field.name) is None,
        "choices": [[c, field.usual_words.get(c, c)] for c in field.choices],
    }

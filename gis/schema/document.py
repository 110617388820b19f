"""The tables of ``data/README.md``, written from the registry.

``python -m gis.schema.document data/README.md`` writes them anew between their marks.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from gis.schema.field import Field, Kind, Record, ValueKind
from gis.schema.records import RECORDS

_MARKED = re.compile(r"(<!-- fields: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rewritten(text: str) -> str:
    """Return a document with the table of fields between each pair of marks written anew.

    >>> rewritten("<!-- fields: context --><!-- end -->")
    '<!-- fields: context --><!-- end -->'
    >>> rewritten("<!-- fields: context -->\\n<!-- end -->").splitlines()[1]
    '| field | 中文 | value | public | |'
    """
    return _MARKED.sub(lambda m: f"{m[1]}{field_table(RECORDS[Kind(m[2])])}{m[3]}", text)


def field_table(record: Record) -> str:
    """Return the fields of a kind of row as a table in Markdown."""
    lines = ["| field | 中文 | value | public | |", "|---|---|---|---|---|"]
    lines += [_line(field, record) for field in record.own]
    return "".join(f"{line}\n" for line in lines)


def _line(field: Field, record: Record) -> str:
    since = record.since(field.name)
    says = [f"of {', '.join(field.of)} only"] if field.of else []
    says += [field.says] if field.says else []
    says += [f"since {since}"] if since else []
    public = "yes" if field.public else "no"
    told = "; ".join(says)
    return f"| `{field.name}` | {field.label.zh} | {_value(field)} | {public} | {told} |"


def _value(field: Field) -> str:
    if field.value is ValueKind.CHOICE:
        return ", ".join(f"`{c}`" for c in field.choices)
    return f"{field.value}, {field.unit}" if field.unit else str(field.value)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(rewritten(path.read_text("utf-8")), "utf-8")

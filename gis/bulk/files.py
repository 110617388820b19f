"""From a file of rows to a file of answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gis.addresses import AddressBook
from gis.atlas import Atlas
from gis.bulk.answers import Answers
from gis.bulk.columns import ColumnChoice, find_columns, names_columns
from gis.bulk.locating import Report, locate_table
from gis.tables.csv_files import CsvWriter
from gis.tables.geojson_rows import GeoJsonWriter
from gis.tables.left_out import NOTHING, LeftOut
from gis.tables.open_table import open_table
from gis.tables.table import RowSource, TableWriter
from gis.tables.values import Cell
from gis.tables.xlsx_write import XlsxWriter

KINDS = ("csv", "xlsx", "geojson")


@dataclass(frozen=True, slots=True)
class Finished:
    """A table that has been answered: where it is, its kind, how it came, and its counts."""

    path: Path
    kind: str
    encoding: str
    counts: dict[str, int]
    left_out: LeftOut = NOTHING


def locate_file(
    source: Path,
    target: Path,
    choice: ColumnChoice,
    atlas: Atlas,
    book: Callable[[], AddressBook],
    *,
    kind: str | None = None,
    language: str = "zh-CN",
    most_rows: int | None = None,
    review: Path | None = None,
    report: Report = lambda _done, _rows: None,
) -> Finished:
    """Answer every row of a file, in bounded memory; nothing is written unless all is.

    Parameters
    ----------
    source
        CSV, XLSX or (by its name) GeoJSON.
    target
        Where the answers go, whole or not at all.
    choice
        Columns and datum, as far as the caller says.
    atlas
        Of the edition that the answers are for.
    book
        Returns the address book; called when addresses are asked.
    kind
        csv, xlsx or geojson; None: as it came.
    language
        Of headings and words.
    most_rows
        Of the table; None: no limit.
    review
        Where the rows go that a person must look at; a workbook has a sheet for them instead.
    report
        Told of progress; what it raises ends the work.

    Raises
    ------
    InvalidInput
        The table cannot be read, or its columns or datum cannot be told.
    """
    with open_table(
        source, lambda header: names_columns(header, choice), most_rows=most_rows
    ) as reader:
        columns = find_columns(reader.header, choice)
        by_address = columns.address is not None
        answers = Answers(atlas, book() if by_address else None, language, by_address)
        header = _unique(reader.header, answers.headings)
        came = reader.source
        writer = _writer(kind or came.kind, target, header, review, came, atlas)
        counts = locate_table(reader, writer, answers, columns, report)
        return Finished(target, kind or came.kind, came.encoding, counts, reader.left_out)


def _unique(header: list[str], appended: list[str]) -> list[str]:
    """Return all columns; one of ours that is called as one that came gets a number behind."""
    names = list(header)
    for name in appended:
        number, unique = 2, name
        while unique in names:
            number, unique = number + 1, f"{name} ({number})"
        names.append(unique)
    return names


def _writer(
    kind: str, target: Path, header: list[str], review: Path | None, came: RowSource, atlas: Atlas
) -> TableWriter:
    if kind == "xlsx":
        return XlsxWriter(target, header, title="网格", notes=_notes(atlas))
    if kind == "csv":
        return CsvWriter(target, header, review=review, mark=came.for_excel)
    beside = review or target.with_name(f"{target.name}-review.csv")
    members = {"synthetic": atlas.synthetic, "title": atlas.division.title}
    return GeoJsonWriter(target, header, review=beside, members=members)


def _notes(atlas: Atlas) -> list[list[Cell]]:
    version = ", ".join(f"{part} {number}" for part, number in atlas.version.items())
    notes: list[list[Cell]] = [
        ["日期 as of", atlas.as_of.isoformat()],
        ["版本 version", version],
        ["版别 edition", atlas.edition],
        ["数据 data", atlas.division.title],
    ]
    if atlas.synthetic:
        notes.append(["合成示例数据 synthetic", "边界、人员与数字均为虚构 all of it is invented"])
    return notes

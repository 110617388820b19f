"""GeoJSON points in and out, one feature at a time, however large the file."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from gis.errors import InvalidInput, TooLarge
from gis.geometry import DECIMALS
from gis.tables.csv_files import CsvWriter, partial
from gis.tables.header import MAX_COLUMNS
from gis.tables.left_out import LeftOut
from gis.tables.values import Cell, Point

_BLOCK = 1 << 20
_MAX_FEATURE = 8 << 20
_BEGIN = re.compile(r'"features"\s*:\s*\[')
_DATUM = re.compile(r'"datum"\s*:\s*"([^"\\]{0,40})"')
_BETWEEN = re.compile(r"[ \t\r\n,]*")
LON, LAT, DATUM = "lon", "lat", "datum"


class GeoJsonRows:
    """The features of a FeatureCollection as rows (see :class:`gis.tables.table.RowSource`).

    The columns are ``lon``, ``lat`` and the properties of the features; when the collection
    states its datum ahead of its features, ``datum`` too. The file is read twice: the first time
    for the names of the properties, which are the first row.

    Raises
    ------
    InvalidInput
        When it is no FeatureCollection, or the JSON is broken.
    """

    kind = "geojson"
    encoding = "utf-8"
    for_excel = False
    left_out = LeftOut()

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, io.SEEK_END) or 1
        names: dict[str, None] = {}
        self._datum: str | None = None
        for feature in self._features():
            names.update(dict.fromkeys(_properties(feature)))
            if len(names) > 2 * MAX_COLUMNS:
                break
        self._own = [LON, LAT, *([DATUM] if self._datum else [])]
        self._names = [n for n in names if n not in self._own]

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the names of the columns, then a row for each feature."""
        yield 1, [*self._own, *self._names]
        for number, feature in enumerate(self._features(), start=2):
            yield number, self._row(feature)

    def _features(self) -> Iterator[Any]:
        """Yield the features, decoded one by one from a buffer that holds little more."""
        self._file.seek(0)
        text = _Text(self._file)
        decode = json.JSONDecoder(parse_constant=_no_constant).raw_decode
        buffer, at = self._head(text), 0
        while True:
            at = _BETWEEN.match(buffer, at).end()  # type: ignore[union-attr]
            if buffer.startswith("]", at):
                return
            try:
                feature, at = decode(buffer, at)
            except (json.JSONDecodeError, RecursionError):
                buffer, at = buffer[at:] + self._more(text, len(buffer) - at), 0
                continue
            yield feature

    def _more(self, text: _Text, held: int) -> str:
        """Return the next piece of the file; a feature that needs it is not too large yet."""
        more = text.read()
        if not more:
            raise _broken()
        if held > _MAX_FEATURE:
            raise TooLarge(
                "file",
                f"file: a feature is larger than {_MAX_FEATURE >> 20} MiB, or its JSON is broken",
                f"file：有要素超过 {_MAX_FEATURE >> 20} MiB，或 JSON 已损坏",
            )
        return more

    def _head(self, text: _Text) -> str:
        buffer = ""
        while more := text.read():
            buffer += more
            if begin := _BEGIN.search(buffer):
                if datum := _DATUM.search(buffer, 0, begin.start()):
                    self._datum = datum[1]
                return buffer[begin.end() :]
            if len(buffer) > _MAX_FEATURE:
                break
        raise _broken()

    def _row(self, feature: Any) -> list[Cell]:
        properties = _properties(feature)
        own: list[Cell] = [*_position(feature), *([self._datum] if self._datum else [])]
        return own + [_cell(properties.get(name)) for name in self._names]

    def progress(self) -> float:
        """Return how much of the file has been read."""
        return min(self._file.tell() / self._size, 1.0)


class _Text:
    """The text of a UTF-8 file, a block at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()

    def read(self) -> str:
        """Return the next block, "" at the end."""
        block = self._file.read(_BLOCK)
        try:
            return self._decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            raise _broken() from None


def _no_constant(name: str) -> None:
    """Return None for NaN and Infinity, which are no JSON."""


def _broken() -> InvalidInput:
    return InvalidInput(
        "file",
        "file: not a GeoJSON FeatureCollection in UTF-8, or its JSON is broken",
        "file：不是 UTF-8 的 GeoJSON FeatureCollection，或 JSON 已损坏",
        ("GeoJSON FeatureCollection",),
    )


def _properties(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}


def _position(feature: Any) -> list[Cell]:
    """Return longitude and latitude of a point; other geometries have none."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        position = geometry.get("coordinates")
        if isinstance(position, list) and len(position) >= 2:
            return [_cell(v) for v in position[:2]]
    return ["", ""]


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, ensure_ascii=False)


class GeoJsonWriter:
    """A FeatureCollection of WGS84 points that is being written; review rows go to a CSV.

    Parameters
    ----------
    path
        Where it is put when it is finished.
    header
        All columns; they become properties.
    review
        Where the rows that need a look are put.
    members
        Further members of the collection.
    """

    def __init__(
        self, path: Path, header: Sequence[str], *, review: Path, members: dict[str, Any]
    ) -> None:
        self._path, self._partial = path, partial(path)
        self._header = list(header)
        self._review = CsvWriter(review, header, review=None, mark=True)
        self._file = self._partial.open("wb")
        head = {"type": "FeatureCollection", "datum": "wgs84", **members}
        self._file.write(orjson.dumps(head)[:-1] + b',"features":[')
        self._between = b"\n"

    def write(self, rows: Sequence[Sequence[Cell]], points: Sequence[Point | None], /) -> None:
        """Add rows, each at its point; None: without a geometry."""
        for row, point in zip(rows, points, strict=True):
            feature = {
                "type": "Feature",
                "geometry": None
                if point is None
                else {"type": "Point", "coordinates": [round(v, DECIMALS) for v in point]},
                "properties": dict(zip(self._header, row, strict=True)),
            }
            self._file.write(self._between + _dumped(feature))
            self._between = b",\n"

    def finish(self, review: Iterable[list[Cell]]) -> None:
        """Write the rows that need a look, and put both files in place."""
        self._file.write(b"\n]}\n")
        self._file.close()
        self._review.write(review)
        self._review.finish(())
        self._partial.replace(self._path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._partial.unlink(missing_ok=True)
        self._review.discard()


def _dumped(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        # Half a character, or a whole number of more than 64 bits.
        return json.dumps(value).encode()

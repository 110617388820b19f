"""From files to what they hold, each by the reader for its kind."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson
import shapely

from gis.errors import InvalidInput, TooLarge
from gis.exchange import geojson
from gis.exchange.crs import Reference, reference_of_wkt, settle
from gis.exchange.geojson import Reading
from gis.findings import Finding, Text, error, warning
from gis.intake.files import KINDS, kind_of, read_bytes
from gis.intake.tables import (
    RawTable,
    Table,
    head_of,
    read_csv,
    read_workbook,
    understand,
)
from gis.intake.vocabulary import ours_of
from gis.schema import Kind
from gis.tables.sandbox import run

_READ_COMPANIONS = (".shx", ".dbf", ".prj", ".cpg")
_CPU_S = 60
_OF_FILES = 0.8
_WKT = re.compile(
    r"\s*(POINT|LINESTRING|POLYGON|MULTIPOLYGON|MULTILINESTRING) *\([-+0-9eE., ()]*\)\s*"
)


@dataclass
class Gathered:
    """What the files hold."""

    readings: list[Reading] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def gather(
    files: Sequence[Path],
    told: Reference | None,
    report: Callable[[float], None] = lambda _done: None,
) -> Gathered:
    """Return what some files hold.

    Parameters
    ----------
    files
        As :func:`find_files` returns them.
    told
        What the person who brings them says their coordinates are in.
    report
        Told how much is read, from 0 to 1.

    Raises
    ------
    InvalidInput
        A file that cannot be read at all; names it.
    """
    gathered = Gathered()
    sheets: list[RawTable] = []
    share = _OF_FILES / (len(files) or 1)
    for number, path in enumerate(files):
        report(number * share)
        kind = kind_of(path)
        if kind == "geojson":
            gathered.readings.append(_read_geojson(path, told))
        elif kind in ("gpkg", "shp", "zip"):
            _read_vector(path, kind, told, gathered, sheets)
        elif kind == "xlsx":
            part = partial(_part, report, number, share)
            sheets += read_workbook(path, path.name, part)
        else:
            with path.open("rb") as file:
                sheets.append(read_csv(file, path.name))
    report(_OF_FILES)
    gathered.tables, findings = understand(sheets)
    gathered.findings += findings
    _shapes_of_tables(gathered)
    return gathered


def _part(report: Callable[[float], None], number: int, share: float, done: float) -> None:
    report((number + done) * share)


# --- GeoJSON -----------------------------------------------------------------------------------


def _read_geojson(path: Path, told: Reference | None) -> Reading:
    return geojson.read(read_bytes(path), path.name, told, translate=ours_of)


# --- GeoPackage and shapefile ------------------------------------------------------------------


def _read_vector(
    path: Path, kind: str, told: Reference | None, into: Gathered, sheets: list[RawTable]
) -> None:
    with TemporaryDirectory(prefix="wangge-") as name:
        folder = Path(name)
        # Under names of ours: what a name says must not matter to anybody.
        source = folder / f"upload.{kind}"
        shutil.copyfile(path, source)
        if kind == "shp":
            for part in _parts_beside(path):
                shutil.copyfile(part, source.with_suffix(part.suffix.lower()))
        lines = folder / "out.jsonl"
        words = (kind, source, lines, _CPU_S)
        refused = run("gis.intake.vector_process", words, folder=folder, cpu_s=_CPU_S)
        if refused is not None:
            raise _refused(path.name, refused)
        with lines.open("rb") as file:
            _read_layers(path.name, kind, file, told, into, sheets)


def _parts_beside(path: Path) -> list[Path]:
    return [
        p
        for p in path.parent.iterdir()
        if p.stem == path.stem and p.suffix.lower() in _READ_COMPANIONS and p.is_file()
    ]


def _refused(name: str, told: Any) -> InvalidInput:
    if not told:
        return TooLarge(
            "file",
            f"{name}: needs too much time or memory: split it",
            f"{name}：耗时或占用内存过大：请拆分",
        )
    family = TooLarge if told["kind"] == "large" else InvalidInput
    return family("file", f"{name}: {told['en']}", f"{name}：{told['zh']}", KINDS)


def _read_layers(
    name: str,
    kind: str,
    lines: Any,
    told: Reference | None,
    into: Gathered,
    sheets: list[RawTable],
) -> None:
    reading: Reading | None = None
    sheet: RawTable | None = None
    where, number = name, 0
    for line in lines:
        value = orjson.loads(line)
        if "layer" in value:
            layer = str(value["layer"])
            where = name if kind == "shp" else f"{name} [{layer}]"
            number = 0
            into.findings += _encoding_doubts(value.get("encoding"), where)
            if value["shapes"]:
                sheet, reading = None, _begin(where, value["crs"], told)
                into.readings.append(reading)
            else:
                reading = None
                sheet = RawTable(name, layer, [(1, list(value["fields"]))], guarded=False)
                sheets.append(sheet)
            continue
        number += 1
        if reading is not None:
            value["properties"] = ours_of(value["properties"])
            geojson.read_feature(value, f"{where} feature {number}", reading)
        elif sheet is not None:
            sheet.rows.append((number + 1, list(value["properties"].values())))


def _encoding_doubts(encoding: dict[str, Any] | None, where: str) -> list[Finding]:
    """Return what to say of the letters of a table, where its .cpg is wrong or some do not fit."""
    if not encoding:
        return []
    name, said = _ENCODING_NAMES.get(encoding["name"], encoding["name"]), encoding["said"][:20]
    found = []
    if encoding["contradicted"]:
        text = Text(
            f"its .cpg says {said!r}, its texts are {name}: they are read as {name}; look at the "
            "names before you load",
            f".cpg 注明编码为 {said!r}，而文字实为 {name}：已按 {name} 读取；载入前请核对名称",
        )
        found.append(warning("encoding_overruled", text, source=where))
    if encoding["spoiled"]:
        spoiled, texts = encoding["spoiled"], encoding["texts"]
        text = Text(
            f"{spoiled} of {texts} texts are no {name}, nor anything else that is known: export "
            "the layer again, in UTF-8",
            f"{texts} 处文字中有 {spoiled} 处既非 {name} 也非其他已知编码：请以 UTF-8 重新导出",
        )
        found.append(error("encoding_unknown", text, source=where))
    return found


_ENCODING_NAMES = {"utf-8": "UTF-8", "gb18030": "GBK", "big5": "Big5", "cp1252": "Windows-1252"}


def _begin(where: str, crs: str | None, told: Reference | None) -> Reading:
    reading = Reading(where, synthetic=None)
    stated = reference_of_wkt(crs, "file") if crs else None
    try:
        reading.reference = settle(stated, told, where)
    except InvalidInput as problem:
        raise InvalidInput("datum", problem.text.en, problem.text.zh, problem.accepted) from None
    if told and stated and str(told.datum) != str(stated.datum) and not stated.is_projected:
        text = Text(
            f"the file says {stated.name}, you say {told.name}: yours is used",
            f"文件注明为 {stated.name}，现按您指定的 {told.name} 读取",
        )
        reading.findings.append(warning("datum_overruled", text, source=where))
    return reading


# --- shapes in tables --------------------------------------------------------------------------


def _shapes_of_tables(gathered: Gathered) -> None:
    """Read the rows that have a WKT as the features they are."""
    head = head_of(gathered.tables)
    kept = []
    for table in gathered.tables:
        if table.kind is Kind.HEAD:
            continue
        if "geometry" not in table.fields:
            if table.kind in (Kind.BOUNDARIES, Kind.CONTEXT):
                text = Text(
                    "boundaries need their lines: load them as GeoJSON, GeoPackage or shapefile",
                    "边界需要图形：请以 GeoJSON、GeoPackage 或 shapefile 载入",
                )
                gathered.findings.append(error("unknown_table", text, source=table.source))
                continue
            kept.append(table)
            continue
        reading = Reading(table.source, synthetic=None)
        for row in table.rows:
            values = {k: v for k, v in row.values.items() if k != "geometry"}
            shape = _wkt(row.values.get("geometry"))
            if table.kind is Kind.BOUNDARIES and str(values.get("level")) in ("1", "2", "3"):
                values["level"] = int(values["level"])
            if (
                table.kind is Kind.BOUNDARIES
                and values.get("level") != 2
                and not values.get("members")
            ):
                values.pop("members", None)
            feature = {"type": "Feature", "properties": values, "geometry": shape}
            geojson.read_feature(feature, row.source, reading)
            reading.findings += row.findings
        gathered.readings.append(reading)
    gathered.tables = kept
    if head is not None:
        _apply_head(head, gathered)


def _apply_head(head: Any, gathered: Gathered) -> None:
    readings = [r for r in gathered.readings if r.grids or r.synthetic is None]
    for reading in readings:
        reading.title = str(head.get("title") or "")
        reading.data_date = str(head.get("data_date") or "")
        reading.note = str(head.get("note") or "")
        reading.source_datum = str(head.get("source_datum") or "")
        reading.synthetic = str(head.get("synthetic")).lower() in ("yes", "true")


def _wkt(text: Any) -> Any:
    if not isinstance(text, str) or not _WKT.fullmatch(text):
        return None
    shape = shapely.from_wkt(text, on_invalid="ignore")
    if shape is None or shape.is_empty:
        return None
    return json.loads(shapely.to_geojson(shape)) if _finite(shape) else None


def _finite(shape: Any) -> bool:
    return bool(np.isfinite(shapely.get_coordinates(shape)).all())

"""From files to what they hold: which kind each is, by its content, and the reader for it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson
import shapely

from gis.bulk.confined import run
from gis.errors import InvalidInput, TooLarge
from gis.exchange import geojson
from gis.exchange.geojson import Reading
from gis.exchange.reference import Reference, reference_of_wkt, settle
from gis.findings import Finding, Text, error, warning
from gis.intake import tables
from gis.intake.headings import PLACE_KIND_OF_HEADING, WORDS, Kind, field_of, folded
from gis.intake.tables import Sheet, Table

MAX_FILE_BYTES = 256 * 1024 * 1024
BOUNDARIES = "boundaries.geojson"
GEOJSON_FILES = (BOUNDARIES, "places.geojson", "context.geojson")
TABLE_FILES = ("people.csv", "duties.csv", "organisations.csv")
KINDS = ("*.geojson", "*.gpkg", "*.zip (shapefile)", "*.shp", "*.xlsx", "*.csv")
_SUFFIXES = (".geojson", ".json", ".gpkg", ".zip", ".shp", ".xlsx", ".csv")
_COMPANIONS = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qmd", ".qix")
_READ_COMPANIONS = (".shx", ".dbf", ".prj", ".cpg")
_CPU_S = 60
_OF_FILES = 0.8
_WKT = re.compile(
    r"\s*(POINT|LINESTRING|POLYGON|MULTIPOLYGON|MULTILINESTRING) *\([-+0-9eE., ()]*\)\s*"
)
_LEVEL_OF_LENGTH = {12: 1, 15: 2, 18: 3}
_KIND_OF_LEVEL = {1: "community", 2: "compound", 3: "building_cluster"}


@dataclass
class Gathered:
    """What the files hold."""

    readings: list[Reading] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files of a set: those named, and of a folder those with our names.

    Raises
    ------
    InvalidInput
        A path that is not there, a folder without any of our files, a name of no kind we read.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += files_in(path)
        elif path.is_file():
            found.append(path)
        else:
            raise InvalidInput("path", f"{path}: no such file or folder", f"{path}：文件不存在")
    stems = {p.with_suffix("") for p in found if p.suffix.lower() == ".shp"}
    kept = []
    for path in found:
        suffix = path.suffix.lower()
        if suffix in _COMPANIONS and path.with_suffix("") in stems:
            continue
        if suffix not in _SUFFIXES:
            raise _unknown_kind(path)
        kept.append(path)
    return kept


def _unknown_kind(path: Path) -> InvalidInput:
    known = ", ".join(KINDS)
    if path.suffix.lower() in _COMPANIONS:
        return InvalidInput(
            "path",
            f"{path}: its .shp is missing: give all parts of the shapefile, or a .zip of them",
            f"{path}：缺少对应的 .shp：请提供 shapefile 的全部文件，或其 .zip",
            KINDS,
        )
    return InvalidInput(
        "path",
        f"{path}: not a kind of file that is read here ({known})",
        f"{path}：不支持的文件（可读取：{known}）",
        KINDS,
    )


def files_in(folder: Path) -> list[Path]:
    """Return the files of our names in a folder.

    Raises
    ------
    InvalidInput
        When there is none.
    """
    names = (*GEOJSON_FILES, *TABLE_FILES)
    found = [folder / name for name in names if (folder / name).is_file()]
    if not found:
        raise InvalidInput(
            "path",
            f"{folder}: none of {', '.join(names)} is in it",
            f"{folder}：其中没有 {'、'.join(names)}",
            names,
        )
    return found


def with_companions(path: Path) -> list[Path]:
    """Return boundaries.geojson together with its companions beside it; other files alone."""
    return files_in(path.parent) if path.name == BOUNDARIES and path.is_file() else [path]


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
    sheets: list[Sheet] = []
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
            sheets += tables.read_workbook(path, path.name, part)
        else:
            with path.open("rb") as file:
                sheets.append(tables.read_csv(file, path.name))
    report(_OF_FILES)
    gathered.tables, findings = tables.understand(sheets)
    gathered.findings += findings
    _shapes_of_tables(gathered)
    return gathered


def _part(report: Callable[[float], None], number: int, share: float, done: float) -> None:
    report((number + done) * share)


def kind_of(path: Path) -> str:
    """Return geojson, gpkg, shp, zip, xlsx or csv, by the first bytes of a file.

    Raises
    ------
    InvalidInput
        It is empty, too large, or of no kind that is read.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(128)
    except OSError as problem:
        why = problem.strerror or "cannot be read"
        raise InvalidInput("file", f"{path}: {why}", f"{path}：无法读取（{why}）") from None
    if size > MAX_FILE_BYTES:
        raise _too_large(path, MAX_FILE_BYTES)
    kind = _kind_of_start(start, path)
    wanted = path.suffix.lower()
    if kind == "csv" and wanted != ".csv":
        if wanted in (".geojson", ".json"):
            return "geojson"
        raise _not_what_it_says(path)
    return kind


def _kind_of_start(start: bytes, path: Path) -> str:
    name = path.name
    if start.startswith(b"SQLite format 3\x00"):
        if start[68:72] in (b"GPKG", b"GP10", b"GP11"):
            return "gpkg"
        raise InvalidInput(
            "file",
            f"{name}: a SQLite database, but no GeoPackage: export it as GeoPackage",
            f"{name}：是 SQLite 数据库而非 GeoPackage：请导出为 GeoPackage",
            KINDS,
        )
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path)
    if start.startswith(b"\x00\x00\x27\x0a") and path.suffix.lower() == ".shp":
        return "shp"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidInput(
            "file",
            f"{name}: an old .xls or a workbook with a password: save it as XLSX without one",
            f"{name}：是旧的 .xls 或带密码的工作簿：请另存为不带密码的 XLSX",
            KINDS,
        )
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"{", b"[")) or path.suffix.lower() in (".geojson", ".json"):
        return "geojson"
    if not text.strip():
        raise InvalidInput("file", f"{name}: the file is empty", f"{name}：文件为空", KINDS)
    if text.startswith(
        (b"<", b"%PDF", b"\x89PNG", b"\x7fELF", b"MZ", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
    ):
        raise _not_what_it_says(path)
    return "csv"


def _kind_of_zip(path: Path) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        why = str(problem)[:100]
        raise InvalidInput(
            "file",
            f"{path.name}: a broken zip archive ({why})",
            f"{path.name}：压缩包已损坏（{why}）",
            KINDS,
        ) from None
    return "xlsx" if "[Content_Types].xml" in names else "zip"


def _not_what_it_says(path: Path) -> InvalidInput:
    known = ", ".join(KINDS)
    return InvalidInput(
        "file",
        f"{path.name}: what is in it is of no kind that is read here ({known})",
        f"{path.name}：文件内容不是可读取的类型（{known}）",
        KINDS,
    )


def _too_large(path: Path, most: int) -> TooLarge:
    size = f"{most // 2**20} MiB"
    return TooLarge(
        "file", f"{path.name}: larger than {size}: split it", f"{path.name}：超过 {size}：请拆分"
    )


def read_bytes(path: Path) -> bytes:
    """Return the content of a GeoJSON file.

    Raises
    ------
    InvalidInput
        When it cannot be read or is too large.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise _too_large(path, MAX_FILE_BYTES)
        return path.read_bytes()
    except OSError as problem:
        why = problem.strerror or "cannot be read"
        raise InvalidInput("file", f"{path}: {why}", f"{path}：无法读取（{why}）") from None


# --- GeoJSON -----------------------------------------------------------------------------------


def _read_geojson(path: Path, told: Reference | None) -> Reading:
    return geojson.read(read_bytes(path), path.name, told, translate=ours_of)


# --- GeoPackage and shapefile ------------------------------------------------------------------


def _read_vector(
    path: Path, kind: str, told: Reference | None, into: Gathered, sheets: list[Sheet]
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
    sheets: list[Sheet],
) -> None:
    reading: Reading | None = None
    sheet: Sheet | None = None
    where, number = name, 0
    for line in lines:
        value = orjson.loads(line)
        if "layer" in value:
            layer = str(value["layer"])
            where = name if kind == "shp" else f"{name} [{layer}]"
            number = 0
            if value["shapes"]:
                sheet, reading = None, _begin(where, value["crs"], told)
                into.readings.append(reading)
            else:
                reading = None
                sheet = Sheet(name, layer, [(1, list(value["fields"]))], guarded=False)
                sheets.append(sheet)
            continue
        number += 1
        if reading is not None:
            value["properties"] = ours_of(value["properties"])
            geojson.read_feature(value, f"{where} feature {number}", reading)
        elif sheet is not None:
            sheet.rows.append((number + 1, list(value["properties"].values())))


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


# --- an office's words for ours ----------------------------------------------------------------


def ours_of(properties: Any) -> Any:
    """Return the properties of a feature under our names, its words as ours.

    Level, parent and kind of a grid follow from its code where there is no such column at all:
    12, 15 or 18 digits, each level three more, and what is usual on that level.
    """
    if not isinstance(properties, dict):
        return properties
    if "code" in properties and "level" in properties:
        return _decoded(properties)
    if str(properties.get("kind")) in ("building", "business", "resident_unit", "river", "road"):
        return _decoded(properties)
    kind = _kind_of_feature(properties)
    found: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for heading, value in properties.items():
        name = field_of(kind, heading, cut=True)
        if name is None or (name in found and found[name] not in (None, "")):
            rest[heading] = value
        else:
            found[name] = _word(kind, name, value)
    if kind is Kind.BOUNDARIES:
        _derive(found)
    elif not found.get("kind") and (told := _place_kind(properties)):
        found["kind"] = told
    return {**rest, **_decoded(found)}


def _kind_of_feature(properties: dict[str, Any]) -> Kind:
    places = {f for h in properties if (f := field_of(Kind.PLACES, h))}
    grids = {f for h in properties if (f := field_of(Kind.BOUNDARIES, h, cut=True))}
    if "kind" in properties and _word(Kind.PLACES, "kind", properties["kind"]) in (
        "building",
        "business",
        "resident_unit",
    ):
        return Kind.PLACES
    return Kind.PLACES if "address" in places and "code" not in grids else Kind.BOUNDARIES


def _place_kind(headings: Iterable[str]) -> str | None:
    """Return the kind of place that the headings tell, which may have lost their end."""
    words = {word for h in headings if len(word := folded(h)) > 1}
    found = {
        kind
        for name, kind in PLACE_KIND_OF_HEADING.items()
        if any(folded(name).startswith(word) for word in words)
    }
    return found.pop() if len(found) == 1 else None


def _word(kind: Kind, name: str, value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if (
        isinstance(value, int)
        and not isinstance(value, bool)
        and name in ("code", "parent", "id", "name")
    ):
        return str(value)
    if not isinstance(value, str):
        return value
    value = value.strip()
    words = WORDS.get(
        {(Kind.BOUNDARIES, "kind"): "grid_kind", (Kind.PLACES, "kind"): "place_kind"}.get(
            (kind, name), name
        ),
        {},
    )
    value = words.get(value, value)
    if name == "level" and value in ("1", "2", "3"):
        return int(value)
    return None if value == "" else value


def _derive(values: dict[str, Any]) -> None:
    code = values.get("code")
    if not (isinstance(code, str) and code.isascii() and code.isdigit()):
        return
    level = _LEVEL_OF_LENGTH.get(len(code))
    if "level" not in values and level:
        values["level"] = level
    if values.get("parent") is None and level and level > 1:
        values["parent"] = code[:-3]
    if values.get("kind") is None and values.get("level") in _KIND_OF_LEVEL:
        values["kind"] = _KIND_OF_LEVEL[values["level"]]


def _decoded(properties: dict[str, Any]) -> dict[str, Any]:
    """Return properties with their lists as lists: a table holds them as JSON."""
    out = dict(properties)
    for name in ("aliases", "former_names", "members"):
        value = out.get(name)
        if isinstance(value, str) and value.startswith("["):
            try:
                out[name] = json.loads(value)
            except (ValueError, RecursionError):
                continue
        elif value == "":
            out[name] = None
    return out


# --- shapes in tables --------------------------------------------------------------------------


def _shapes_of_tables(gathered: Gathered) -> None:
    """Read the rows that have a WKT as the features they are."""
    head = tables.head_of(gathered.tables)
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

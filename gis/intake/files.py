"""The files of a set: which they are, and of what kind each is, by its content."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gis.errors import InvalidInput, TooLarge

MAX_FILE_BYTES = 256 * 1024 * 1024
BOUNDARIES = "boundaries.geojson"
GEOJSON_FILES = (BOUNDARIES, "places.geojson", "context.geojson")
TABLE_FILES = ("people.csv", "duties.csv", "organisations.csv")
KINDS = ("*.geojson", "*.gpkg", "*.zip (shapefile)", "*.shp", "*.xlsx", "*.csv")
_SUFFIXES = (".geojson", ".json", ".gpkg", ".zip", ".shp", ".xlsx", ".csv")
_COMPANIONS = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qmd", ".qix")


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

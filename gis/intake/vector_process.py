"""Reading GeoPackage and shapefile with GDAL, in a process of its own::

    python -m gis.intake.vector_process KIND IN OUT.jsonl CPU_S     (KIND: gpkg, shp, zip)

GDAL is let know two drivers only, is given only files whose first bytes are of that kind under a
name of ours, and finds no network. A line ``{"layer": …, "crs": …, "fields": […]}`` begins a
layer; every other line is a GeoJSON feature, its coordinates as they stand in the file, even
where they are no valid polygon: those who read on report that, with the place.
"""

from __future__ import annotations

import json
import math
import os
import struct
import sys
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from gis.intake.dbf_encoding import DbfEncoding, dbf_encoding, decoded
from gis.tables.sandbox import Refused, confine, tell

MEMORY_BYTES = 1 << 30
MAX_FEATURES = 200_000
MAX_VERTICES = 5_000_000
MAX_LAYERS = 30
MAX_UNZIPPED = 256 << 20
MAX_ENTRIES = 200
_BOMB_BYTES, _BOMB_RATIO = 10 << 20, 100
_ALLOWED = frozenset(("GPKG", "ESRI Shapefile"))
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_SHP_MAGIC = b"\x00\x00\x27\x0a"
_TYPES = dict(
    enumerate(
        ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"), start=1
    )
)
_OTHERS = {7: "GeometryCollection", 8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon"}
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error)
_SURROUNDINGS = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_PAM_ENABLED": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "PROJ_NETWORK": "OFF",
    "SHAPE_RESTORE_SHX": "YES",
    "OGR_ORGANIZE_POLYGONS": "DEFAULT",
}


def main() -> None:
    """Do what the command line says."""
    _, kind, source, target, cpu_s = sys.argv
    confine(int(cpu_s), MEMORY_BYTES)
    try:
        _only_two_drivers()
        with open(target, "w", encoding="ascii") as out:
            _read(kind, Path(source), out)
    except Refused as refused:
        tell(*refused.args)
    except MemoryError:
        tell("large", "needs too much memory: split it", "占用内存过大：请拆分后再试")
    except Exception as problem:
        why = f"{type(problem).__name__}: {problem}".splitlines()[0][:160]
        tell("wrong", f"cannot be read ({why})", f"无法读取（{why}）")


def _only_two_drivers() -> None:
    """Make sure GDAL knows no driver but ours: it must be told before it starts."""
    os.environ.update(_SURROUNDINGS)
    import pyogrio

    others = sorted(set(pyogrio.list_drivers()) - _ALLOWED)
    if not others:
        return
    if "GDAL_SKIP" in os.environ:
        raise Refused(
            "wrong",
            f"is not read: GDAL keeps drivers that were switched off ({', '.join(others[:3])})",
            f"未读取：GDAL 未能关闭多余的驱动（{'、'.join(others[:3])}）",
        )
    os.environ["GDAL_SKIP"] = ",".join(others)
    os.execv(sys.executable, [sys.executable, "-m", "gis.intake.vector_process", *sys.argv[1:]])  # noqa: S606


def _read(kind: str, source: Path, out: IO[str]) -> None:
    if kind == "gpkg":
        _read_gpkg(source, out)
        return
    files = _unzip(source) if kind == "zip" else {source: source.stem}
    vertices = 0
    for path, name in files.items():
        vertices += _read_shp(path, name, out, vertices)


def _read_gpkg(source: Path, out: IO[str]) -> None:
    import pyogrio

    layers = [str(name) for name, _ in pyogrio.list_layers(source)]
    if len(layers) > MAX_LAYERS:
        raise Refused("large", f"has over {MAX_LAYERS} layers", f"图层超过 {MAX_LAYERS} 个")
    vertices = 0
    for layer in layers:
        vertices += _copy(_Source(source, layer, layer), out, vertices)


def _read_shp(path: Path, name: str, out: IO[str], vertices: int) -> int:
    with path.open("rb") as file:
        if file.read(4) != _SHP_MAGIC:
            raise Refused(
                "wrong", f"{name[:60]}.shp is no shapefile", f"{name[:60]}.shp 不是 shapefile"
            )
    dbf = path.with_suffix(".dbf")
    if not dbf.exists():
        raise Refused(
            "wrong",
            f"has no {name[:60]}.dbf, which holds the codes and names: send it too",
            f"缺少 {name[:60]}.dbf（其中是编号和名称）：请一并提供",
        )
    return _copy(_Source(path, None, name, dbf_encoding(dbf)), out, vertices)


def _as_written(text: Any, encoding: str | None) -> Any:
    """Return a text that was read byte by byte as what it is."""
    if encoding is None or not isinstance(text, str):
        return text
    return decoded(text.encode("latin-1", "replace"), encoding)


@dataclass(frozen=True)
class _Source:
    """A layer of a file, what to call it, and the encoding of a table that GDAL must not guess."""

    path: Path
    layer: str | None
    name: str
    encoding: DbfEncoding | None = None


def _copy(source: _Source, out: IO[str], vertices: int) -> int:
    """Write a layer's features; return how many vertices they have."""
    from pyogrio.raw import read

    encoding = source.encoding.name if source.encoding else None
    meta, _, shapes, columns = read(
        str(source.path),
        layer=source.layer,
        encoding=None if encoding is None else "ISO-8859-1",
        force_2d=True,
        max_features=MAX_FEATURES + 1,
        datetime_as_string=True,
    )
    fields = [str(_as_written(f, encoding)) for f in meta["fields"]]
    count = len(shapes) if shapes is not None else len(columns[0]) if columns else 0
    if count > MAX_FEATURES:
        raise Refused("large", f"has over {MAX_FEATURES:,} rows", f"超过 {MAX_FEATURES:,} 行")
    head = {
        "layer": source.name,
        "crs": meta["crs"],
        "fields": fields,
        "shapes": shapes is not None,
        "encoding": asdict(source.encoding) if source.encoding else None,
    }
    json.dump(head, out)
    out.write("\n")
    added = 0
    for row in range(count):
        geometry = None
        if shapes is not None and shapes[row] is not None:
            geometry, n = _geometry(memoryview(shapes[row]))
            added += n
            if vertices + added > MAX_VERTICES:
                raise Refused(
                    "large", f"has over {MAX_VERTICES:,} vertices", f"顶点超过 {MAX_VERTICES:,} 个"
                )
        values = {
            f: _plain(_as_written(c[row], encoding)) for f, c in zip(fields, columns, strict=True)
        }
        feature = {"type": "Feature", "properties": values, "geometry": geometry}
        json.dump(feature, out, separators=(",", ":"))
        out.write("\n")
    return added


def _plain(value: Any) -> Any:
    """Return a value of a column as JSON has it."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 1 << 53 else value
    return value if isinstance(value, bool | int) else str(value)


# --- WKB, even of rings that are no rings ------------------------------------------------------


def _geometry(wkb: memoryview) -> tuple[dict[str, Any], int]:
    """Return a GeoJSON geometry and how many vertices it has."""
    reader = _Wkb(wkb)
    return reader.geometry(), reader.vertices


class _Wkb:
    """Well-known binary, two dimensions, as GDAL writes it."""

    def __init__(self, content: memoryview) -> None:
        self._content = content
        self._at = 0
        self.vertices = 0

    def geometry(self) -> dict[str, Any]:
        order = "<" if self._content[self._at] == 1 else ">"
        (number,) = struct.unpack_from(f"{order}I", self._content, self._at + 1)
        self._at += 5
        kind = _TYPES.get(number)
        if kind is None:
            return {"type": _OTHERS.get(number, f"WKB {number}"), "coordinates": []}
        if kind == "Point":
            return {"type": kind, "coordinates": self._positions(order, 1)[0]}
        if kind == "LineString":
            return {"type": kind, "coordinates": self._positions(order)}
        if kind == "Polygon":
            rings = [self._positions(order) for _ in range(self._count(order))]
            return {"type": kind, "coordinates": rings}
        parts = [self.geometry()["coordinates"] for _ in range(self._count(order))]
        return {"type": kind, "coordinates": parts}

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(f"{order}I", self._content, self._at)
        self._at += 4
        return int(count)

    def _positions(self, order: str, count: int | None = None) -> list[list[Any]]:
        count = self._count(order) if count is None else count
        self.vertices += count
        numbers = struct.unpack_from(f"{order}{2 * count}d", self._content, self._at)
        self._at += 16 * count
        plain = [v if math.isfinite(v) else None for v in numbers]
        return [plain[i : i + 2] for i in range(0, 2 * count, 2)]


# --- archives ----------------------------------------------------------------------------------


def _unzip(source: Path) -> dict[Path, str]:
    """Unpack the shapefiles of an archive beside it, under names of ours.

    Returns
    -------
    Their .shp, each with the name it had.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = _wanted(archive.infolist())
            stems = {(f, s): n for n, (f, s) in enumerate(dict.fromkeys(k[:2] for k in entries))}
            for (folder, stem, suffix), entry in entries.items():
                _unpack(archive, entry, source.parent / f"part{stems[folder, stem]}{suffix}")
    except (*_BROKEN, EOFError, RuntimeError, NotImplementedError) as problem:
        why = str(problem)[:100]
        raise Refused(
            "wrong", f"is no whole zip archive ({why})", f"压缩包已损坏（{why}）"
        ) from None
    shapes = {
        source.parent / f"part{stems[f, s]}{x}": s for f, s, x in sorted(entries) if x == ".shp"
    }
    if not shapes:
        raise Refused(
            "wrong",
            "holds no shapefile (.shp, .dbf, .shx, .prj)",
            "压缩包中没有 shapefile（.shp、.dbf、.shx、.prj）",
        )
    return shapes


def _wanted(entries: list[zipfile.ZipInfo]) -> dict[tuple[int, str, str], zipfile.ZipInfo]:
    """Return the parts of shapefiles by folder, name and suffix; refuse what is hostile."""
    if len(entries) > MAX_ENTRIES:
        raise Refused("large", f"holds over {MAX_ENTRIES} files", f"内含文件超过 {MAX_ENTRIES} 个")
    if sum(e.file_size for e in entries) > MAX_UNZIPPED or any(
        e.file_size > _BOMB_BYTES and e.file_size > _BOMB_RATIO * max(e.compress_size, 1)
        for e in entries
    ):
        raise Refused(
            "large",
            f"would unpack to too much (at most {MAX_UNZIPPED >> 20} MiB)",
            f"解压后过大（最多 {MAX_UNZIPPED >> 20} MiB）",
        )
    folders: dict[str, int] = {}
    found: dict[tuple[int, str, str], zipfile.ZipInfo] = {}
    for entry in entries:
        name = _name_of(entry).replace("\\", "/")
        parts = name.split("/")
        if ".." in parts or name.startswith("/") or ":" in parts[0] or "\x00" in name:
            raise Refused("wrong", "holds a path that leads outside", "含有指向外部的路径")
        if (entry.external_attr >> 16) & 0o170000 == 0o120000:
            raise Refused("wrong", "holds a link", "含有符号链接")
        if entry.flag_bits & 1:
            raise Refused("wrong", "is encrypted: send it without a password", "已加密：请去掉密码")
        if name.lower().endswith((".zip", ".gpkg")):
            raise Refused(
                "wrong",
                "holds another archive: send it by itself",
                "压缩包内还有压缩包或 GPKG：请单独提供",
            )
        stem, dot, suffix = parts[-1].rpartition(".")
        if dot and f".{suffix.lower()}" in _PARTS and not stem.startswith("._"):
            folder = folders.setdefault("/".join(parts[:-1]), len(folders))
            key = folder, stem, f".{suffix.lower()}"
            if key in found:
                raise Refused(
                    "wrong", f"holds {parts[-1][:60]!r} twice", f"{parts[-1][:60]!r} 重复"
                )
            found[key] = entry
    return found


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry; one that does not say it is UTF-8 may be GBK, or UTF-8."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one file, no further than it says it is large."""
    left = entry.file_size
    with archive.open(entry) as part, target.open("xb") as out:
        while block := part.read(1 << 20):
            left -= len(block)
            if left < 0:
                raise Refused("large", "unpacks to more than it says", "解压后大于其声明的大小")
            out.write(block)


if __name__ == "__main__":
    main()

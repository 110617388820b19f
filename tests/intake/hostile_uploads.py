"""Uploads that mean harm, or are merely broken: each a name, its content, and nothing else.

Built when asked for, so that the repository holds no bomb. Every one must be answered with a
4xx whose sentence helps, within memory, the store unchanged.
"""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests import ascii_maps
from tests.intake.office_files import bytes_of, grids, shapefile

Upload = tuple[str, list[tuple[str, Callable[[], bytes]]]]


def zipped(entries: dict[str, bytes], **given: Any) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in given.items():
                setattr(info, key, value)
            archive.writestr(info, content)
    return out.getvalue()


def shp_parts() -> dict[str, bytes]:
    """Return the parts of a good shapefile of the strip."""
    with tempfile.TemporaryDirectory() as folder:
        path = shapefile(Path(folder) / "b.zip", grids())
        with zipfile.ZipFile(path) as archive:
            return {n: archive.read(n) for n in archive.namelist()}


def gpkg(*statements: str, application_id: int = 0x47504B47) -> bytes:
    """Return a SQLite file that says it is a GeoPackage."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        base = sqlite3.connect(path)
        base.execute(f"PRAGMA application_id = {application_id}")
        for statement in statements:
            base.execute(statement)
        base.execute("CREATE TABLE t (a)")
        base.commit()
        base.close()
        return path.read_bytes()


GPKG_TABLES = (
    "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT, description TEXT)",
    "INSERT INTO gpkg_spatial_ref_sys VALUES ('w', 4326, 'EPSG', 4326, 'GEOGCS[\"WGS 84\"]', '')",
    "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, description TEXT, last_change TEXT, min_x REAL, min_y REAL, max_x REAL, max_y REAL, srs_id INTEGER)",
    "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER)",
)


def collection(features: Any = None, **members: Any) -> bytes:
    """Return a collection of the strip's head and some features."""
    fc = ascii_maps.boundaries()
    if features is not None:
        fc["features"] = features
    fc.update(members)
    return ascii_maps.as_bytes(fc)


def one_grid(**properties: Any) -> bytes:
    """Return the strip with the first level-3 grid changed."""
    fc = ascii_maps.boundaries()
    ascii_maps.feature(fc, "320106012001001001")["properties"].update(properties)
    return ascii_maps.as_bytes(fc)


def one_shape(geometry: Any) -> bytes:
    """Return the strip with the geometry of the first level-3 grid changed."""
    fc = ascii_maps.boundaries()
    ascii_maps.feature(fc, "320106012001001001")["geometry"] = geometry
    return ascii_maps.as_bytes(fc)


def polygon(*ring: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(ring)]}


def sheet_xml(body: str, *, before: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """Return a workbook whose only sheet has this XML in it."""
    whole = bytes_of({"人员": [["姓名", "办公电话"], ["王示例", "025-0000-0001"]]})
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/worksheets/sheet1.xml"] = (
        f'<?xml version="1.0"?>{before}<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
    ).encode()
    return zipped({**parts, **(more or {})})


_LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "' + "ha" * 50 + '">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)) + "]>"
)  # fmt: skip
_FILE_ENTITY = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_NET_ENTITY = '<!DOCTYPE l [<!ENTITY x SYSTEM "http://192.0.2.1/x">]>'
_VRT = b'<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
_REMOTE_VRT = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://192.0.2.1/x.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


def by_name() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Yield what is wrong already by its kind."""
    for name in (
        "x.exe", "x.vrt", "x.kml", "x.kmz", "x.gml", "x.xls", "x.doc", "x.html", "x.svg", "x.py", "x.sh", "x.sql",
        "x.db", "x.sqlite", "x.tif", "x.pdf", "x.png", "x", "x.tar.gz", "x.7z", "x.rar", "x.fgb", "x.dxf", "x.csvt",
        "x.shp.xml", "x.tsv", "x.ods", "x.parquet",
    ):  # fmt: skip
        yield f"kind {name}", name, lambda: b"id,name\n1,2\n"
    for part in (".dbf", ".shx", ".prj", ".cpg"):
        yield f"a lone {part}", f"x{part}", lambda: b"\x03" * 100


def by_content() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Yield files whose content is not what their name says."""
    for suffix in ("geojson", "gpkg", "zip", "xlsx", "csv", "shp"):
        yield f"empty {suffix}", f"x.{suffix}", lambda: b""
        yield f"a VRT as {suffix}", f"x.{suffix}", lambda: _VRT
        yield f"a remote VRT as {suffix}", f"x.{suffix}", lambda: _REMOTE_VRT
        yield f"a PDF as {suffix}", f"x.{suffix}", lambda: b"%PDF-1.7\n" + b"\0" * 64
        yield f"a program as {suffix}", f"x.{suffix}", lambda: b"\x7fELF" + b"\0" * 200
        yield f"a gzip as {suffix}", f"x.{suffix}", lambda: b"\x1f\x8b\x08" + b"\0" * 64
        yield (
            f"an old xls as {suffix}",
            f"x.{suffix}",
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        )
        yield f"random bytes as {suffix}", f"x.{suffix}", lambda: bytes(range(255, 127, -1)) * 40
    yield "a path as csv", "x.csv", lambda: b"/etc/passwd"
    yield "a path as geojson", "x.geojson", lambda: b"/vsicurl/http://192.0.2.1/x"
    yield "a connection as geojson", "x.geojson", lambda: b'"PG:host=192.0.2.1"'


def geojson() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Yield broken and hostile GeoJSON."""
    west, south, side = ascii_maps.WEST, ascii_maps.SOUTH, ascii_maps.SIDE
    ring = [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]
    bodies: dict[str, Callable[[], bytes]] = {
        "no json": lambda: b"{",
        "an array": lambda: b"[]",
        "a number": lambda: b"12",
        "a feature": lambda: b'{"type":"Feature"}',
        "no features": lambda: b'{"type":"FeatureCollection"}',
        "features an object": lambda: b'{"type":"FeatureCollection","features":{}}',
        "deep arrays": lambda: b'{"type":"FeatureCollection","features":' + b"[" * 200_000,
        "deep objects": lambda: b'{"a":' * 100_000,
        "deep coordinates": lambda: one_shape(
            {"type": "Polygon", "coordinates": json.loads("[" * 200 + "]" * 200)}
        ),
        "not utf-8": lambda: collection().replace("网格".encode(), b"\xff\xfe"),
        "no datum": lambda: collection(datum=None),
        "a datum of old": lambda: collection(datum="beijing54"),
        "a datum as list": lambda: collection(datum=["wgs84"]),
        "an unknown crs": lambda: collection(crs={"type": "name", "properties": {"name": "urn:x"}}),
        "a crs of Beijing 1954": lambda: collection(
            crs={"type": "name", "properties": {"name": "EPSG:2437"}}
        ),
        "a crs by link": lambda: collection(
            crs={"type": "link", "properties": {"href": "http://192.0.2.1/"}}
        ),
        "NaN": lambda: one_shape(polygon([float("nan"), south], *ring[1:])),
        "infinity": lambda: one_shape(polygon([float("inf"), south], *ring[1:])),
        "out of range": lambda: one_shape(polygon([500, south], *ring[1:])),
        "a huge number": lambda: collection().replace(b"118.75,", b"1" + b"0" * 400 + b","),
        "strings as numbers": lambda: one_shape(polygon(["118", "32"], *ring[1:])),
        "a bow tie": lambda: one_shape(polygon(ring[0], ring[2], ring[1], ring[3], ring[0])),
        "an open ring": lambda: one_shape(polygon(*ring[:-1])),
        "a ring of two": lambda: one_shape(polygon(ring[0], ring[1])),
        "no ground": lambda: one_shape(polygon(ring[0], ring[0], ring[0], ring[0])),
        "a point as grid": lambda: one_shape({"type": "Point", "coordinates": ring[0]}),
        "no geometry": lambda: one_shape(None),
        "a geometry as text": lambda: one_shape("POLYGON"),
        "a collection of geometries": lambda: one_shape(
            {"type": "GeometryCollection", "geometries": []}
        ),
        "too many vertices": lambda: one_shape(
            polygon(*[[west + i * 1e-9, south] for i in range(200_005)], ring[0])
        ),
        "a code twice": lambda: one_grid(code="320106012001001002"),
        "a code of letters": lambda: one_grid(code="<script>alert(1)</script>"),
        "a code as number": lambda: one_grid(code=320106012001001001),
        "no level": lambda: one_grid(level=None),
        "level 9": lambda: one_grid(level=9),
        "level true": lambda: one_grid(level=True),
        "no parent": lambda: one_grid(parent="999"),
        "its own parent": lambda: one_grid(parent="320106012001001001"),
        "an unknown kind": lambda: one_grid(kind="castle"),
        "negative households": lambda: one_grid(households=-1),
        "households as text": lambda: one_grid(households="viele"),
        "households too many": lambda: one_grid(households=10**30),
        "a name of control characters": lambda: one_grid(name="a\u0000b"),
        "half a character": lambda: one_grid(name="HALF").replace(b"HALF", b"\\ud800"),
        "a name too long": lambda: one_grid(name="长" * 5000),
        "members a text": lambda: one_grid(members="x"),
        "a missing grid": lambda: collection(ascii_maps.boundaries()["features"][:-1]),
        "only level 3": lambda: collection(
            [f for f in ascii_maps.boundaries()["features"] if f["properties"]["level"] == 3]
        ),
        "no grid at all": lambda: collection(
            [{"type": "Feature", "properties": {}, "geometry": None}]
        ),
        "a feature as number": lambda: collection([1, 2, 3]),
        "synthetic as text": lambda: collection(synthetic="maybe"),
        "not marked synthetic": lambda: collection(synthetic=False),
    }
    for name, body in bodies.items():
        yield f"geojson: {name}", "x.geojson", body


def archives() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Yield hostile zip archives."""
    link = 0o120777 << 16
    bodies: dict[str, Callable[[], bytes]] = {
        "nothing in it": lambda: zipped({}),
        "a text": lambda: zipped({"a.txt": b"x"}),
        "a path above": lambda: zipped({f"../../tmp/{n}": c for n, c in shp_parts().items()}),
        "a path from the root": lambda: zipped({f"/etc/{n}": c for n, c in shp_parts().items()}),
        "a path of Windows": lambda: zipped({f"..\\..\\{n}": c for n, c in shp_parts().items()}),
        "a drive": lambda: zipped({f"C:/{n}": c for n, c in shp_parts().items()}),
        "a link": lambda: zipped({"x.shp": b"/etc/passwd"}, external_attr=link),
        "a zip in a zip": lambda: zipped({"a.zip": zipped({"x": b""})}),
        "a gpkg in a zip": lambda: zipped({"a.gpkg": gpkg()}),
        "a bomb": lambda: zipped({"x.shp": b"\0" * (40 << 20)}),
        "a smaller bomb": lambda: zipped({"x.dbf": b"\0" * (12 << 20)}),
        "many files": lambda: zipped({f"{i}.shp": b"" for i in range(500)}),
        "no dbf": lambda: zipped({n: c for n, c in shp_parts().items() if not n.endswith(".dbf")}),
        "no shp": lambda: zipped({n: c for n, c in shp_parts().items() if not n.endswith(".shp")}),
        "no prj": lambda: zipped({n: c for n, c in shp_parts().items() if not n.endswith(".prj")}),
        "a prj of Beijing 1954": lambda: zipped(
            {
                n: b'GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
                if n.endswith(".prj")
                else c
                for n, c in shp_parts().items()
            }
        ),
        "a prj of nonsense": lambda: zipped(
            {n: b"((((" * 5000 if n.endswith(".prj") else c for n, c in shp_parts().items()}
        ),
        "a shp that is none": lambda: zipped(
            {n: b"x" * 100 if n.endswith(".shp") else c for n, c in shp_parts().items()}
        ),
        "a shp cut short": lambda: zipped(
            {n: c[:180] if n.endswith(".shp") else c for n, c in shp_parts().items()}
        ),
        "a shp that lies about its length": lambda: zipped(
            {
                n: c[:24]
                + struct.pack(">i", 2**30)
                + c[28:104]
                + struct.pack(">i", 2**30)
                + c[108:]
                if n.endswith(".shp")
                else c
                for n, c in shp_parts().items()
            }
        ),
        "a dbf of nonsense": lambda: zipped(
            {
                n: b"\x03" + b"\xff" * 300 if n.endswith(".dbf") else c
                for n, c in shp_parts().items()
            }
        ),
        "a VRT as shp": lambda: zipped(
            {n: _VRT if n.endswith(".shp") else c for n, c in shp_parts().items()}
        ),
        "a broken zip": lambda: zipped({"x.shp": b"abc"})[:-30],
        "a wrong checksum": lambda: zipped(shp_parts()).replace(b"\x27\x0a", b"\x27\x0b", 1)[:400],
        "the same file twice": lambda: zipped({"A.shp": b"", "a.shp/../A.shp": b"", "A.SHP": b""}),
        "encrypted": lambda: _encrypted(),
    }
    for name, body in bodies.items():
        yield f"zip: {name}", "x.zip", body


def _encrypted() -> bytes:
    content = bytearray(zipped({"x.shp": b"abc", "x.dbf": b"abc"}))
    for at in range(len(content) - 10):
        if content[at : at + 4] == b"PK\x01\x02":
            content[at + 8] |= 1
        if content[at : at + 4] == b"PK\x03\x04":
            content[at + 6] |= 1
    return bytes(content)


def geopackages() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Yield hostile GeoPackages."""
    endless = "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x AS fid, x AS code, x AS name, x AS level FROM c"
    contents = "INSERT INTO gpkg_contents VALUES ('{0}', '{1}', '{0}', '', '2026-01-01T00:00:00.000Z', 0, 0, 1, 1, 4326)"
    bodies: dict[str, Callable[[], bytes]] = {
        "no GeoPackage": lambda: gpkg(application_id=0),
        "no tables": lambda: gpkg(),
        "an empty one": lambda: gpkg(*GPKG_TABLES),
        "a table that is not there": lambda: gpkg(
            *GPKG_TABLES, contents.format("absent", "features")
        ),
        "a view of another file": lambda: gpkg(
            *GPKG_TABLES,
            "CREATE VIEW v AS SELECT name AS code, sql AS name, type AS level FROM sqlite_master",
            contents.format("v", "attributes"),
        ),
        "too many layers": lambda: gpkg(
            *GPKG_TABLES,
            *(f"CREATE TABLE t{i} (code TEXT)" for i in range(40)),
            *(contents.format(f"t{i}", "attributes") for i in range(40)),
        ),
        "only the head": lambda: b"SQLite format 3\0" + b"\0" * 52 + b"GPKG" + b"\0" * 200,
        "cut in two": lambda: gpkg(*GPKG_TABLES)[:3000],
        "an endless view": lambda: gpkg(*GPKG_TABLES, endless, contents.format("v", "attributes")),
    }
    for name, body in bodies.items():
        yield f"gpkg: {name}", "x.gpkg", body


def workbooks() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Yield hostile and broken workbooks."""
    bodies: dict[str, Callable[[], bytes]] = {
        "billion laughs": lambda: sheet_xml(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row>', before=_LAUGHS
        ),
        "an entity of a file": lambda: sheet_xml(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>', before=_FILE_ENTITY
        ),
        "an entity of the network": lambda: sheet_xml(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>', before=_NET_ENTITY
        ),
        "no sheet": lambda: zipped({"[Content_Types].xml": b"<Types/>"}),
        "a bomb": lambda: sheet_xml("", more={"xl/media/a.bin": b"\0" * (30 << 20)}),
        "many entries": lambda: sheet_xml("", more={f"xl/x{i}": b"" for i in range(2500)}),
        "a path above": lambda: sheet_xml("", more={"../../tmp/x": b"x"}),
        "a wide row": lambda: bytes_of({"人员": [[f"c{i}" for i in range(500)]]}),
        "no header": lambda: bytes_of({"Sheet1": [["只有", "一些"], ["文字", "而已"]]}),
        "empty": lambda: bytes_of({"人员": []}),
        "a header only of strangers": lambda: bytes_of({"x": [["甲", "乙", "丙"], [1, 2, 3]]}),
        "a column twice": lambda: bytes_of(
            {"人员": [["姓名", "姓名", "办公电话"], ["王示例", "李示例", "1"]]}
        ),
        "a rounded code": lambda: bytes_of(
            {
                "任职": [
                    ["网格编号", "姓名", "职务", "任职日期"],
                    [320106012001001001, "王示例", "网格长", "2026-01-01"],
                ]
            }
        ),
        "an unknown grid": lambda: bytes_of(
            {
                "任职": [
                    ["网格编号", "姓名", "职务", "任职日期"],
                    ["999", "王示例", "网格长", "2026-01-01"],
                ]
            }
        ),
        "an unknown role": lambda: bytes_of(
            {
                "任职": [
                    ["网格编号", "姓名", "职务", "任职日期"],
                    ["320106012001", "王示例", "国王", "2026-01-01"],
                ]
            }
        ),
        "a date of nonsense": lambda: bytes_of(
            {
                "任职": [
                    ["网格编号", "姓名", "职务", "任职日期"],
                    ["320106012001", "王示例", "网格长", "昨天"],
                ]
            }
        ),
        "an unknown person": lambda: bytes_of(
            {
                "任职": [
                    ["网格编号", "人员编号", "职务", "任职日期"],
                    ["320106012001", "nobody", "网格长", "2026-01-01"],
                ]
            }
        ),
        "points without a datum": lambda: bytes_of(
            {"商铺": [["店名", "地址", "经度", "纬度"], ["示例店", "示例路1号", "118.75", "32.11"]]}
        ),
        "a point of nonsense": lambda: bytes_of(
            {
                "商铺": [
                    ["店名", "地址", "经度", "纬度", "坐标系"],
                    ["示例店", "示例路1号", "east", "1_8", "wgs84"],
                ]
            }
        ),
        "a point out of range": lambda: bytes_of(
            {
                "商铺": [
                    ["店名", "地址", "经度", "纬度", "坐标系"],
                    ["示例店", "示例路1号", "999", "99", "wgs84"],
                ]
            }
        ),
        "a datum of nonsense": lambda: bytes_of(
            {
                "商铺": [
                    ["店名", "地址", "经度", "纬度", "坐标系"],
                    ["示例店", "示例路1号", "118", "32", "moon"],
                ]
            }
        ),
        "a place of no kind": lambda: bytes_of(
            {"Sheet1": [["name", "address"], ["示例", "示例路1号"]]}
        ),
        "an id twice": lambda: bytes_of(
            {"人员": [["人员编号", "姓名"], ["p1", "王示例"], ["p1", "李示例"]]}
        ),
        "an endless text": lambda: bytes_of({"人员": [["姓名", "单位"], ["王示例", "长" * 5000]]}),
        "a formula without a result": lambda: bytes_of(
            {"人员": [["人员编号", "姓名", "是否党员"], ["p1", "王示例", "=1+1"]]}
        ),
        "a household count of nonsense": lambda: bytes_of(
            {"户数": [["网格编号", "户数"], ["320106012001", "很多"]]}
        ),
        "households of an unknown building": lambda: bytes_of(
            {"户数": [["楼栋地址", "户数"], ["月球路1号", "3"]]}
        ),
        "boundaries without lines": lambda: bytes_of(
            {"boundaries": [["code", "name", "level"], ["1", "x", "1"]]}
        ),
        "a WKT bomb": lambda: bytes_of(
            {
                "boundaries": [
                    ["id", "code", "name", "level", "kind", "geometry"],
                    ["g", "320106012001", "x", 1, "community", "GEOMETRYCOLLECTION(" * 1500],
                ]
            }
        ),
        "more cells than columns": lambda: bytes_of(
            {"人员": [["人员编号", "姓名"], ["p1", "王示例", "x", "y"]]}
        ),
    }
    for name, body in bodies.items():
        yield f"xlsx: {name}", "x.xlsx", body


def csvs() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Yield hostile and broken CSV files."""
    bodies: dict[str, Callable[[], bytes]] = {
        "one column": lambda: b"name\nx\n",
        "an open quote": lambda: b'id,name\n"p1,x\n' + b"y,z\n" * 20_000,
        "a long cell": lambda: b"id,name\np1," + b"x" * 60_000,
        "a long line": lambda: b"id,name\n" + b"x" * (9 << 20),
        "many columns": lambda: b"id,name" + b",c" * 5000 + b"\n",
        "nul bytes": lambda: b"id,name\np1,a\0b\n",
        "neither utf-8 nor gbk": lambda: b"id,name\np1,\xff\xff\xff\n",
        "a bad flag": lambda: b"id,name,consent\np1,x,perhaps\n",
        "a stacked table without a head": lambda: b"table,id,name\npeople,p1,\n",
        "a stacked table that is none": lambda: b"table,format,x\nhead,wangge-1,\npeople,,\n",
    }
    for name, body in bodies.items():
        yield f"csv: {name}", "people.csv", body


def all_uploads() -> list[tuple[str, str, Callable[[], bytes]]]:
    """Return every hostile upload: what it is, its file name, and what makes its content."""
    return [
        *by_name(),
        *by_content(),
        *geojson(),
        *archives(),
        *geopackages(),
        *workbooks(),
        *csvs(),
    ]

"""GeoPackage and shapefile out: one layer a table, WGS84, readable by QGIS and every GIS.

The files are made by GDAL (through pyogrio, imported when first needed). They hold what they are
given: what may leave the office is decided by :mod:`gis.disclosure` before it comes here.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import InvalidInput

CRS = "EPSG:4326"
_DBF_NAME = 10
_DBF_TEXT_BYTES = 254
_SHAPES = {"Point": "Point", "Polygon": "Polygon", "MultiPolygon": "Polygon"}


@dataclass(frozen=True)
class Layer:
    """A table with a geometry a row, or with none at all.

    Parameters
    ----------
    name
        Of the layer.
    columns
        Texts, whole numbers, truth values or None, by the name of the column, each as long as
        ``shapes``.
    shapes
        The geometry of each row in WGS84 degrees; None: a table without geometries.
    """

    name: str
    columns: Mapping[str, Sequence[Any]]
    shapes: Sequence[BaseGeometry] | None = None


def write_gpkg(path: Path, layers: Sequence[Layer]) -> None:
    """Write a GeoPackage with a layer for each, whole or not at all.

    Raises
    ------
    InvalidInput
        When the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.gpkg")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        for number, layer in enumerate(layers):
            _add(partial, layer, "GPKG", append=number > 0)
        partial.replace(path)
    except OSError as problem:
        raise _unwritable(path, problem.strerror or "cannot be written") from None
    except Exception as problem:
        if type(problem).__module__.partition(".")[0] != "pyogrio":
            raise
        raise _unwritable(path, str(problem)[:200]) from None
    finally:
        partial.unlink(missing_ok=True)


def write_shapefile(path: Path, layer: Layer) -> None:
    """Write a zipped shapefile (.shp, .shx, .dbf, .prj, .cpg; UTF-8), whole or not at all.

    The format cuts column names to ten bytes and texts to 254 bytes, and holds one type of
    geometry: for anything that must come back as it was there is :func:`write_gpkg`.
    """
    if path.suffix.lower() != ".zip":
        raise InvalidInput("out", f"{path}: name it OUT.zip", f"{path}：请命名为 OUT.zip")
    with TemporaryDirectory(prefix="wangge-") as folder:
        inner = Path(folder) / f"{layer.name}.shp"
        _add(inner, _for_dbf(layer), "ESRI Shapefile", append=False)
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content.getvalue())
        partial.replace(path)
    except OSError as problem:
        partial.unlink(missing_ok=True)
        raise _unwritable(path, problem.strerror or "cannot be written") from None


def _unwritable(path: Path, why: str) -> InvalidInput:
    return InvalidInput("out", f"{path}: {why}", f"{path}：无法写入（{why}）")


def _for_dbf(layer: Layer) -> Layer:
    columns = {
        _cut(n, _DBF_NAME): [_short(v) for v in values] for n, values in layer.columns.items()
    }
    return Layer(layer.name, columns, layer.shapes)


def _short(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _cut(value, _DBF_TEXT_BYTES)


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")


def _add(path: Path, layer: Layer, driver: str, *, append: bool) -> None:
    from pyogrio.raw import write

    shapes = None
    if layer.shapes is not None:
        shapes = shapely.to_wkb(np.array(list(layer.shapes), dtype=object))
    fields = list(layer.columns)
    data, masks = [], []
    for values in layer.columns.values():
        column, mask = _column(values)
        data.append(column)
        masks.append(mask)
    write(
        str(path),
        shapes,
        data,
        np.array(fields, dtype=object),
        field_mask=masks,
        layer=layer.name,
        driver=driver,
        geometry_type=_type_of(layer, driver),
        crs=CRS if shapes is not None else None,
        encoding="UTF-8",
        promote_to_multi=False,
        append=append,
        **(
            {"layer_options": {"SPATIAL_INDEX": "YES"}}
            if shapes is not None and driver == "GPKG"
            else {}
        ),
    )


def _column(values: Sequence[Any]) -> tuple[Any, Any]:
    """Return a column as a typed array, and where it is None."""
    mask = np.array([v is None for v in values], dtype=bool)
    known = [v for v in values if v is not None]
    if known and all(isinstance(v, bool) for v in known):
        return np.array([bool(v) for v in values], dtype=bool), mask
    if known and all(isinstance(v, int) and not isinstance(v, bool) for v in known):
        return np.array([0 if v is None else v for v in values], dtype=np.int64), mask
    texts = [None if v is None else str(v) for v in values]
    return np.array(texts, dtype=object), mask


def _type_of(layer: Layer, driver: str) -> str | None:
    """Return the type of a layer: that of its shapes where they have one, else any."""
    if layer.shapes is None:
        return None
    kinds = {s.geom_type for s in layer.shapes}
    if driver != "GPKG":
        kinds = {_SHAPES.get(k, k) for k in kinds}
    return kinds.pop() if len(kinds) == 1 else "Unknown"

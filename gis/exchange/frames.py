"""An atlas as geopandas frames, for analysts: joins, statistics, GeoParquet.

geopandas is imported when a frame is asked for, never by the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis.atlas import Atlas
from gis.directory import Place, PlaceKind
from gis.division import Grid
from gis.errors import InvalidInput, WanggeError
from gis.ids import GridId, Level
from gis.roster import GridRole
from gis.schema import RECORDS, Field, Kind, ValueKind

if TYPE_CHECKING:
    import geopandas

FRAMES = (
    "grids", "buildings", "businesses", "resident_units", "context",
    "people", "duties", "organisations",
)  # fmt: skip
CRS = "EPSG:4326"
_KINDS = {
    "buildings": PlaceKind.BUILDING,
    "businesses": PlaceKind.BUSINESS,
    "resident_units": PlaceKind.RESIDENT_UNIT,
}


def atlas_frames(atlas: Atlas) -> dict[str, geopandas.GeoDataFrame]:
    """Return what an atlas holds as frames, in the edition of the atlas.

    Parameters
    ----------
    atlas
        An internal atlas, or one that :func:`gis.disclosure.public` returned.

    Returns
    -------
    dict
        A frame for each of :data:`FRAMES`, in the order of the atlas, indexed 0 … n - 1:

        ``grids``
            All levels, level 1 first, then by code: ``id``, ``code``, ``code_scheme``, ``level``
            (1 to 3), ``parent`` (code), ``name``, ``kind``, ``grid_class``, ``grid_grade``,
            ``households``, ``resident_population``, ``leader`` (name; inherited where the grid has
            none), and the boundary.
        ``buildings``, ``businesses``, ``resident_units``
            ``id``, ``name``, ``address``, ``category``, ``households``, ``units``, ``floors``,
            ``compound``, ``building`` (id), ``status``, ``disclosed``, ``grid_1`` … ``grid_3``
            (the codes of the grids it lies in), and the point or footprint.
        ``context``
            ``id``, ``kind`` (river, road), ``name``, and the shape.
        ``people``, ``duties``, ``organisations``
            Plain columns as their values have them; ``grid`` is a code, missing for the
            subdistrict; their geometry is missing.

        Geometries are WGS84 degrees, longitude first, in EPSG:4326 (CGCS2000 is equal to it at
        this accuracy). Texts are ``str``, counts ``Int64`` with gaps, yes and no ``boolean``,
        days ``datetime64``; what is not known is missing.

    Examples
    --------
    Points of another office, joined to the level-3 grids they lie in::

        frames = atlas_frames(atlas)
        clusters = frames["grids"].query("level == 3")
        joined = points.to_crs(4326).sjoin(clusters, predicate="intersects")

    A point on a shared border meets both grids there; :meth:`gis.lookup.Locator.locate_many`
    gives it to the one with the lowest code.
    """
    division = atlas.division
    codes: dict[GridId | None, str | None] = {g.id: g.code for g in division}
    frames = {"grids": _grids(atlas, codes)}
    for name, kind in _KINDS.items():
        frames[name] = _places(atlas, atlas.directory.of_kind(kind))
    context = atlas.directory.context
    frames["context"] = _frame(_columns(Kind.CONTEXT, context), [c.geometry for c in context])
    roster = atlas.roster
    frames["people"] = _of_people(Kind.PEOPLE, roster.people, codes)
    frames["duties"] = _of_people(Kind.DUTIES, roster.duties, codes)
    frames["organisations"] = _of_people(Kind.ORGANISATIONS, roster.organisations, codes)
    return frames


def write_parquet(path: Path, atlas: Atlas, name: str = "grids") -> None:
    """Write one of the frames as GeoParquet; one without geometry as plain Parquet.

    Raises
    ------
    InvalidInput
        There is no frame of that name.
    WanggeError
        pyarrow is not installed.
    """
    if name not in FRAMES:
        listed = ", ".join(FRAMES)
        raise InvalidInput(
            "frame", f"frame {name[:40]!r}: must be one of {listed}",
            f"数据表 {name[:40]!r}：应为以下之一：{listed}", FRAMES,
        )  # fmt: skip
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise WanggeError(
            "Parquet needs the package pyarrow: pip install 'wangge[parquet]'",
            "写入 Parquet 需要 pyarrow：请运行 pip install 'wangge[parquet]'",
        ) from None
    frame = atlas_frames(atlas)[name]
    if frame.geometry.isna().all() and name in ("people", "duties", "organisations"):
        frame.drop(columns="geometry").to_parquet(path, index=False)
    else:
        frame.to_parquet(path, index=False)


def _frame(columns: dict[str, Any], shapes: Sequence[Any]) -> geopandas.GeoDataFrame:
    import geopandas

    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def _texts(values: Iterable[str | None]) -> Any:
    import pandas

    return pandas.array([v or None for v in values], dtype="str")


def _counts(values: Iterable[int | None]) -> Any:
    import pandas

    return pandas.array(list(values), dtype="Int64")


def _flags(values: Iterable[bool | None]) -> Any:
    import pandas

    return pandas.array(list(values), dtype="boolean")


def _days(values: Iterable[date | None]) -> Any:
    import pandas

    return pandas.to_datetime(list(values))


def _columns(kind: Kind, values: Sequence[Any], *without: str) -> dict[str, Any]:
    """Return a column for each field of some values, but for lists, by the kind of its value."""
    own = RECORDS[kind].but(*without)
    return {f.name: _column(f, [getattr(v, f.name) for v in values]) for f in own if not f.is_list}


def _column(field: Field, values: list[Any]) -> Any:
    if field.value is ValueKind.WHOLE:
        return _counts(values)
    if field.value is ValueKind.YES_NO:
        return _flags(values)
    if field.value is ValueKind.DAY:
        return _days(values)
    return _texts(None if v is None else str(v) for v in values)


def _grids(atlas: Atlas, codes: dict[GridId | None, str | None]) -> geopandas.GeoDataFrame:
    grids = tuple(atlas.division)
    columns = _columns(Kind.BOUNDARIES, grids)
    columns["level"] = [int(g.level) for g in grids]
    columns["parent"] = _texts(codes.get(g.parent) for g in grids)
    columns["leader"] = _texts(_leader(atlas, g) for g in grids)
    return _frame(columns, [g.boundary for g in grids])


def _leader(atlas: Atlas, grid: Grid) -> str | None:
    held = atlas.sheet(grid).responsible
    return next((r.person.name for r in held if r.duty.role is GridRole.GRID_LEADER), None)


def _places(atlas: Atlas, places: Sequence[Place]) -> geopandas.GeoDataFrame:
    division, grid_of = atlas.division, atlas.grid_of
    chains = [division.chain(g) if (g := grid_of[p.id]) else () for p in places]
    above = {
        f"grid_{level}": _texts(chain[level - 1].code if chain else None for chain in chains)
        for level in map(int, Level)
    }
    return _frame({**_columns(Kind.PLACES, places, "kind"), **above}, [p.geometry for p in places])


def _of_people(
    kind: Kind, values: Sequence[Any], codes: dict[GridId | None, str | None]
) -> geopandas.GeoDataFrame:
    columns = _columns(kind, values)
    if "grid" in columns:
        columns["grid"] = _texts(codes.get(v.grid) for v in values)
    return _frame(columns, [None] * len(values))

"""The files of a site that other programs read: the same edition as the page, never more."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gis.atlas import Atlas
from gis.errors import InvalidInput
from gis.exchange.atlas_tables import atlas_csv, write_atlas_gpkg, write_atlas_workbook
from gis.exchange.geojson import write_directory, write_division
from maps.site.write import Part

FOLDER = "downloads"
KINDS: dict[str, tuple[str, ...]] = {
    "geojson": ("boundaries.geojson", "places.geojson", "context.geojson"),
    "gpkg": ("wangge.gpkg",),
    "csv": ("wangge.csv",),
    "xlsx": ("wangge.xlsx",),
}


def chosen_kinds(wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of download that are wanted, each once, in our order.

    Raises
    ------
    InvalidInput
        A kind there is none of.
    """
    asked = {w.strip().lower() for w in wanted} - {""}
    for kind in sorted(asked - KINDS.keys()):
        raise InvalidInput(
            "download",
            f"download {kind[:40]!r}: must be one of {', '.join(KINDS)}",
            f"下载格式 {kind[:40]!r}：应为 {'、'.join(KINDS)} 之一",
            tuple(KINDS),
        )
    return tuple(k for k in KINDS if k in asked)


def download_names(kinds: Sequence[str]) -> tuple[str, ...]:
    """Return where in the site the files of some kinds stand."""
    return tuple(f"{FOLDER}/{name}" for kind in kinds for name in KINDS[kind])


def download_parts(atlas: Atlas, kinds: Sequence[str]) -> list[Part]:
    """Return the parts that write an atlas, which must be in the site's edition already."""
    return [_part(atlas, kind) for kind in kinds]


def _part(atlas: Atlas, kind: str) -> Part:
    def write(folder: Path, report: Callable[[int, int], None]) -> None:
        into = folder / FOLDER
        into.mkdir(exist_ok=True)
        _WRITERS[kind](atlas, into)
        report(1, 1)

    return Part(kind, write)


def _geojson(atlas: Atlas, into: Path) -> None:
    places, context = write_directory(atlas.directory, atlas.division)
    contents = (write_division(atlas.division), places, context)
    for name, content in zip(KINDS["geojson"], contents, strict=True):
        (into / name).write_bytes(content)


def _gpkg(atlas: Atlas, into: Path) -> None:
    # GDAL stamps the layers with this day instead of the moment: the same data, the same bytes.
    with _gdal_option("OGR_CURRENT_DATE", f"{atlas.as_of.isoformat()}T00:00:00.000Z"):
        write_atlas_gpkg(into / KINDS["gpkg"][0], atlas)


@contextmanager
def _gdal_option(name: str, value: str) -> Iterator[None]:
    import pyogrio

    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: value})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})


def _csv(atlas: Atlas, into: Path) -> None:
    (into / KINDS["csv"][0]).write_bytes(atlas_csv(atlas))


def _xlsx(atlas: Atlas, into: Path) -> None:
    file = io.BytesIO()
    write_atlas_workbook(file, atlas)
    (into / KINDS["xlsx"][0]).write_bytes(file.getvalue())


_WRITERS = {"geojson": _geojson, "gpkg": _gpkg, "csv": _csv, "xlsx": _xlsx}

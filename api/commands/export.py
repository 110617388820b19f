"""wangge export: what is stored as files that load back to the same."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.common import day_of, open_stored, print_findings, say, say_written, write_files
from gis.clock import today
from gis.errors import InvalidInput

if TYPE_CHECKING:
    from gis.atlas import Atlas

_SUFFIXES = (".geojson", ".json", ".gpkg", ".xlsx", ".csv", ".parquet")
_ACCEPTED = ("OUT.geojson", "OUT.gpkg", "OUT.xlsx", "OUT.csv", "OUT.parquet", "a folder")


def export(
    out: Annotated[
        Path,
        typer.Argument(
            help="OUT.geojson for the boundaries; OUT.gpkg, .xlsx, .csv or a folder for all of it; "
            "OUT.parquet for one table (--frame)"
        ),
    ],
    as_of: Annotated[str | None, typer.Option(help="The day (YYYY-MM-DD) [today]")] = None,
    edition: Annotated[str, typer.Option(help="internal or public")] = "internal",
    frame: Annotated[
        str,
        typer.Option(
            help="Of a .parquet: grids, buildings, businesses, resident_units, context, people, "
            "duties, organisations"
        ),
    ] = "grids",
) -> None:
    """Write what is stored: the boundaries as GeoJSON, or all of it in one file or a folder.

    What is written loads back to the same, but for Parquet, which is for analysts. The internal
    edition is for the office only: readable by you alone, and it says so.
    """
    from api.settings import read_settings
    from gis.disclosure import public
    from gis.workflows.atlases import internal_atlas

    if out.suffix.lower() not in _SUFFIXES and out.suffix and not out.is_dir():
        raise InvalidInput(
            "out",
            f"{out}: written are {', '.join(_ACCEPTED)}",
            f"{out}：可导出为 {'、'.join(_ACCEPTED[:-1])} 或文件夹",
            _ACCEPTED,
        )
    if edition not in ("internal", "public"):
        raise InvalidInput(
            "edition",
            f"--edition {edition[:20]!r}: must be internal or public",
            f"--edition {edition[:20]!r}：应为 internal（内部）或 public（公开）",
            ("internal", "public"),
        )
    store = open_stored()
    try:
        atlas, faults, *_ = internal_atlas(store, day_of(as_of, "as-of") or today())
    finally:
        store.close()
    print_findings(faults, sys.stderr)
    if edition == "public":
        atlas = public(atlas, read_settings().policy, today=today())
    _write(out, atlas, frame)


def _write(out: Path, atlas: Atlas, frame: str) -> None:
    if atlas.edition != "internal":
        _write_files(out, atlas, frame)
        return
    before = os.umask(0o077)
    try:
        _write_files(out, atlas, frame)
    finally:
        os.umask(before)
    if out.is_file():
        out.chmod(0o600)
    say(
        "internal edition, for the office only: readable by you alone (mode 0600); for others "
        "write --edition public",
        "内部版，仅限本单位使用（权限 0600）；对外请用 --edition public",
        file=sys.stderr,
    )


def _write_files(out: Path, atlas: Atlas, frame: str) -> None:
    from gis.exchange.atlas_tables import atlas_csv, write_atlas_gpkg, write_atlas_workbook
    from gis.exchange.geojson import write_directory, write_division
    from gis.exchange.roster_csv import write_roster

    suffix = "" if out.is_dir() else out.suffix.lower()
    if suffix in (".geojson", ".json"):
        write_files({out: write_division(atlas.division)})
    elif suffix == ".gpkg":
        write_atlas_gpkg(out, atlas)
        say_written(out, out.stat().st_size)
    elif suffix == ".parquet":
        from gis.exchange.frames import write_parquet

        write_parquet(out, atlas, frame)
        say_written(out, out.stat().st_size)
    elif suffix == ".xlsx":
        content = io.BytesIO()
        write_atlas_workbook(content, atlas)
        write_files({out: content.getvalue()})
    elif suffix == ".csv":
        write_files({out: atlas_csv(atlas)})
        say(
            "for Excel take an .xlsx: it rounds the 18-digit codes of a .csv that it opens",
            "如用 Excel 查看请导出 .xlsx：Excel 打开 .csv 时会改动 18 位的编号",
        )
    else:
        places, context = write_directory(atlas.directory, atlas.division)
        files = {
            "boundaries.geojson": write_division(atlas.division),
            "places.geojson": places,
            "context.geojson": context,
            **write_roster(atlas.roster, atlas.division),
        }
        write_files({out / name: content for name, content in files.items()})

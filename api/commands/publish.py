"""``wangge publish OUTDIR``: the map as a folder that any server or a USB stick can carry."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.commands.common import day_of, language, open_stored, print_findings
from gis.clock import today
from gis.errors import InvalidInput
from gis.findings import Text

if TYPE_CHECKING:
    from api.settings import Settings
    from gis.atlas import Atlas, Edition
    from gis.store import Store
    from maps.detail import Detail
    from maps.settings import MapSettings
    from maps.site.permission import Permission
    from maps.site.write import Part, Report, Written

_EDITIONS: dict[str, Edition] = {"public": "public", "internal": "internal"}
_POSTER_SIZE: Literal["A3"] = "A3"


@dataclass(frozen=True)
class PublishOptions:
    """What the command line wants published."""

    edition: Edition
    detail: Detail
    downloads: tuple[str, ...]
    posters: bool
    boards: bool


def publish(
    outdir: Annotated[Path, typer.Argument(help="A new or empty folder, or a site to replace")],
    edition: Annotated[str, typer.Option(help="public, or internal: for staff only")] = "public",
    at: Annotated[str | None, typer.Option(help="The day it shows (YYYY-MM-DD) [today]")] = None,
    posters: Annotated[
        bool | None,
        typer.Option(
            "--posters/--no-posters",
            help="With the subdistrict's poster [yes, where a Chinese font is installed]",
        ),
    ] = None,
    boards: Annotated[
        bool, typer.Option("--boards", help="With the notice board of every grid")
    ] = False,
    detail: Annotated[
        str, typer.Option(help="What the page holds: grids, buildings (and units), or all")
    ] = "all",
    download: Annotated[
        list[str] | None,
        typer.Option(help="geojson, gpkg, csv or xlsx, repeated [WANGGE_PUBLISH_DOWNLOADS]"),
    ] = None,
) -> None:
    """Write the map page, posters and downloads into a folder, whole or not at all.

    Until the new site is whole the old one stays as it is. The public edition needs a map
    approval number, or a named person's reason for exemption, on record. The same data and
    settings give the same bytes.
    """
    from api.settings import read_settings
    from maps.detail import checked_detail
    from maps.site.atomic_replace import check_target
    from maps.site.downloads import chosen_kinds

    settings = read_settings()
    asked = PublishOptions(
        _edition(edition),
        checked_detail(detail),
        chosen_kinds(download or settings.publish_downloads.split(",")),
        _can_print() if posters is None else posters,
        boards,
    )
    day = day_of(at, "at") or today()
    check_target(outdir)
    store = open_stored()
    try:
        written = _publish(store, settings, outdir, asked, day)
    finally:
        store.close()
    _say(outdir, asked, written)


def _can_print() -> bool:
    """Tell whether posters can be drawn here; say why when they cannot."""
    from gis.errors import SettingsError
    from maps.posters.fonts import chinese_faces

    try:
        chinese_faces()
    except SettingsError as missing:
        note = Text("without the poster: ", "未包含挂图：").in_language(language())
        print(f"wangge: {note}{missing.text.in_language(language())}", file=sys.stderr)
        return False
    return True


def _publish(
    store: Store, settings: Settings, outdir: Path, asked: PublishOptions, day: date
) -> tuple[Written, ...]:
    from api.serving.page_cache import map_settings
    from gis.audit import SYSTEM, AuditChange
    from maps.site.write import write_site

    atlas, permission = _atlas(store, settings, asked, day)
    printed = map_settings(atlas, settings).filled_from(atlas)
    head = _head(atlas, printed, asked, permission)
    with _progress() as report:
        written = write_site(outdir, _parts(atlas, printed, asked), head, report)
    store.put_on_record(SYSTEM, AuditChange("site.publish", f"site:{asked.edition}", after=head))
    return written


def _atlas(
    store: Store, settings: Settings, asked: PublishOptions, day: date
) -> tuple[Atlas, Permission | None]:
    """Return the atlas in the edition asked for, and what it may be published under."""
    from gis.disclosure import public
    from gis.workflows.atlases import internal_atlas
    from maps.site.permission import permission_for

    atlas, faults, *_ = internal_atlas(store, day)
    print_findings(faults, sys.stderr)
    if asked.edition == "internal":
        return atlas, None
    permission = permission_for(atlas, settings.permission)
    return public(atlas, settings.policy, today=today()), permission


def _edition(text: str) -> Edition:
    if text in _EDITIONS:
        return _EDITIONS[text]
    raise InvalidInput(
        "edition",
        f"--edition {text[:40]!r}: must be public or internal",
        f"--edition {text[:40]!r}：应为 public（公开版）或 internal（内部版）",
        tuple(_EDITIONS),
    )


# --- what a site is made of -----------------------------------------------------------------------


def _parts(atlas: Atlas, printed: MapSettings, asked: PublishOptions) -> list[Part]:
    """Return the parts in the order they are written: the page, which may be refused, first."""
    from maps.site.downloads import download_names, download_parts
    from maps.site.page import page_part
    from maps.site.posters import board_names, board_part, poster_names, poster_parts

    paper = poster_names(_POSTER_SIZE) if asked.posters else ()
    boards = board_names(atlas) if asked.boards else ()
    files = (*paper, *download_names(asked.downloads), *boards)
    parts = [page_part(atlas, printed, asked.detail, files)]
    parts += download_parts(atlas, asked.downloads)
    if asked.posters:
        parts += poster_parts(atlas, printed, _POSTER_SIZE)
    if asked.boards:
        parts.append(board_part(atlas, printed))
    return parts


def _head(
    atlas: Atlas, printed: MapSettings, asked: PublishOptions, permission: Permission | None
) -> dict[str, Any]:
    return {
        "title": printed.title,
        "name": atlas.name,
        "code": atlas.code,
        "edition": asked.edition,
        "as_of": atlas.as_of.isoformat(),
        "data_date": printed.data_date,
        "version": atlas.version,
        "division_sha256": atlas.division.sha256,
        "synthetic": atlas.synthetic,
        "detail": asked.detail,
        "permission": asdict(permission) if permission else None,
    }


# --- what the person at the terminal sees ---------------------------------------------------------

_TITLES = {
    "page": Text("map page", "地图页面"),
    "geojson": Text("GeoJSON", "GeoJSON"),
    "gpkg": Text("GeoPackage", "GeoPackage"),
    "csv": Text("CSV", "CSV"),
    "xlsx": Text("workbook", "XLSX 工作簿"),
    "poster": Text("poster", "海报"),
    "boards": Text("notice boards", "公示牌"),
}


@contextmanager
def _progress() -> Iterator[Report]:
    """Show a bar for each part while somebody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    spoken = language()
    unseen = not console.is_terminal
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=unseen) as bar:
        tasks: dict[str, Any] = {}

        def report(title: str, done: int, total: int) -> None:
            if title not in tasks:
                text = _TITLES[title].in_language(spoken)
                tasks[title] = bar.add_task(text, total=total)
            bar.update(tasks[title], completed=done, total=total)

        yield report


def _say(outdir: Path, asked: PublishOptions, written: tuple[Written, ...]) -> None:
    size = sum(w.size for w in written)
    said = Text(
        f"published the {asked.edition} edition to {outdir}: {len(written) + 1} files, "
        f"{size / 1e6:,.1f} MB; open {outdir / 'index.html'}",
        f"已发布{'公开版' if asked.edition == 'public' else '内部版'}到 {outdir}："
        f"{len(written) + 1} 个文件，{size / 1e6:,.1f} MB；请打开 {outdir / 'index.html'}",
    )
    print(said.in_language(language()))
    if asked.edition == "internal":
        warning = Text("for the office only: do not hand it on", "仅限内部使用，请勿外传")
        print(warning.in_language(language()))

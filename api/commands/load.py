"""wangge load: a set of files into the store, previewed, cleaned, all or nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.common import (
    day_of,
    in_chinese,
    language,
    open_stored,
    operator,
    print_findings,
    say,
)
from gis.clock import today
from gis.errors import InvalidInput
from gis.findings import Text

if TYPE_CHECKING:
    from gis.intake import Intake
    from gis.intake.preview import Preview

_SHOWN = 5
_READING, _STORING = Text("reading", "读取"), Text("storing", "存入")
_ZH_SEVERITIES = ("处错误", "处警告", "条提示")
_ZH_FAULTS = {"overlap": "重叠", "gap": "空隙", "outside_parent": "超出上级"}
ZH_PARTS = {
    "grids": "网格",
    "places": "地点",
    "context": "河流道路",
    "people": "人员",
    "duties": "任职",
    "organisations": "组织",
    "division": "网格划分",
    "directory": "地点名录",
    "roster": "人员名册",
}


def _field(part: str, name: str) -> str:
    """Return what a field is called in the language of the terminal."""
    if not in_chinese():
        return name
    from gis.schema import RECORDS, Kind

    known = RECORDS[Kind("boundaries" if part == "grids" else part)].by_name.get(name)
    return known.label.zh if known else name


def load(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders with files of our names")],
    effective_from: Annotated[
        str | None, typer.Option(help="The first day it is in force (YYYY-MM-DD) [today]")
    ] = None,
    datum: Annotated[
        str | None,
        typer.Option(help="Of files that do not say it: wgs84, cgcs2000, gcj02, bd09, EPSG:4549 …"),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what would change; change nothing")
    ] = False,
    clean: Annotated[
        float | None,
        typer.Option(metavar="TOLERANCE_M", help="Clean boundaries; no vertex moves further"),
    ] = None,
    fill: Annotated[
        str | None,
        typer.Option(help="Ground without a level-3 grid becomes one: residual or dedicated"),
    ] = None,
    keep_absent: Annotated[
        bool, typer.Option("--keep-absent", help="Rows that are not in the tables stay")
    ] = False,
    role: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD=ROLE",
            help="What a word for a role means that is not known here; WORD=skip leaves its rows "
            "out",
        ),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the preview as JSON")] = False,
) -> None:
    """Load a set without errors, all or nothing, as the next version.

    Boundaries come as GeoJSON, GeoPackage or shapefile (.zip, or .shp with its companions);
    people, duties, places, organisations and household counts as XLSX or CSV. Grids that are
    absent from the boundaries are retired; what is not in the set stays.
    """
    from api.settings import read_settings
    from gis.intake.preview import preview_json
    from gis.workflows.load_set import LoadRequest, read_for_store, read_options, store_set

    day = day_of(effective_from, "effective-from") or today()
    show = _progress()
    settings = read_settings()
    how = read_options(
        datum=datum,
        tolerance_m=clean,
        fill=fill,
        keep_absent=keep_absent,
        report=partial(show, _READING.in_language(language())),
        rules=settings.rules,
        roles=_roles(role or []),
    )
    store = open_stored()
    try:
        done = read_for_store(store, paths, how, today())
        intake, base = done.intake, done.base
        if base.damage is not None:
            print(f"wangge: {base.damage.text.in_language(language())}", file=sys.stderr)
        if preview:
            found = done.preview()
            show()
            if as_json:
                print(json.dumps(preview_json(found, intake), ensure_ascii=False, indent=1))
            else:
                _print_preview(found, intake)
            raise typer.Exit(1 if found.errors else 0)
        office = settings.office_name
        show(_STORING.in_language(language()))
        published = store_set(
            store,
            LoadRequest(intake, day, today(), office, operator(), reason),
            base.versions,
        )
    finally:
        show()
        store.close()
    _print_cleaning(intake)
    print_findings(intake.findings, sys.stdout)
    print(summary(intake.findings))
    versions = published.versions
    if not published.changed:
        say(
            f"nothing changed: the same content is stored as division {versions.division}",
            f"没有变动：内容与已存的第 {versions.division} 版网格划分相同",
        )
    for part in published.changed:
        say(
            f"loaded {part} {getattr(versions, part)}, in force from {day}",
            f"已载入{ZH_PARTS[part]}第 {getattr(versions, part)} 版，自 {day} 起生效",
        )


def _roles(given: Sequence[str]) -> dict[str, str]:
    """Return what words for a role mean, as ``网格员=社工``.

    Raises
    ------
    InvalidInput
        An option without an equals sign.
    """
    meant: dict[str, str] = {}
    for text in given:
        word, equals, said = text.replace("＝", "=").partition("=")
        if not equals or not word.strip():
            raise InvalidInput(
                "role",
                f"--role {text[:40]!r}: must be WORD=ROLE, such as 网格员=social_worker",
                f"--role {text[:40]!r}：应为 名称=职务，例如 网格员=社工",
            )
        meant[word.strip()] = said.strip()
    return meant


def _progress() -> Callable[..., None]:
    """Return what shows on a terminal what is being done and how far; elsewhere nothing is shown.

    Called with nothing it wipes the line.
    """
    if not sys.stderr.isatty():
        return lambda *_told: None

    def show(what: str = "", done: float | None = None) -> None:
        far = "" if done is None else f"{done:4.0%}  "
        print(f"\r\x1b[K{far}{what}", end="", file=sys.stderr, flush=True)

    return show


def summary(findings: Any) -> str:
    """Return how many findings of each weight there are."""
    from gis.findings import Severity, count

    numbers = [count(findings, s) for s in Severity]
    zh = "，".join(f"{n} {word}" for n, word in zip(numbers, _ZH_SEVERITIES, strict=True))
    en = ", ".join(f"{n} {s}(s)" for n, s in zip(numbers, Severity, strict=True))
    return zh if in_chinese() else en


def _print_preview(found: Preview, intake: Intake) -> None:
    print(", ".join(found.files))
    for change in found.changes:
        new, changed, gone = len(change.new), len(change.changed), len(change.gone)
        say(
            f"{change.part}: {new} new, {changed} changed, {gone} gone, {change.same} the same",
            f"{ZH_PARTS[change.part]}：新增 {new}，变动 {changed}，减少 {gone}，不变 {change.same}",
        )
        for word, rows in (("+", change.new), ("~", change.changed), ("-", change.gone)):
            for row in rows[:_SHOWN]:
                told = "; ".join(
                    f"{_field(change.part, n)}: {b or '–'} → {a or '–'}" for n, b, a in row.fields
                )
                print(f"  {word} {row.id}  {row.label}" + (f"  ({told})" if told else ""))
            if len(rows) > _SHOWN:
                more = len(rows) - _SHOWN
                say(f"  {word} … {more} more", f"  {word} … 另有 {more} 项")
    _print_cleaning(intake)
    for fault in found.faults:
        word = f"{fault.kind}, a sliver" if fault.is_sliver else fault.kind
        zh = _ZH_FAULTS.get(fault.kind, fault.kind) + ("（细缝）" if fault.is_sliver else "")
        lon, lat = fault.shape.representative_point().coords[0]
        where, codes = f"({lon:.7f}, {lat:.7f})", " / ".join(fault.codes)
        say(
            f"  {word}: {codes}  {fault.area_m2:,.3f} m², {fault.width_m:.2f} m wide at {where}",
            f"  {zh}：{codes}  {fault.area_m2:,.3f} 平方米，宽 {fault.width_m:.2f} 米，"
            f"位于 {where}",
        )
    print_findings(found.findings, sys.stdout)
    print(summary(found.findings))
    say("nothing was changed: it is a preview", "这只是预览，没有作任何更改")


def _print_cleaning(intake: Intake) -> None:
    cleaned = intake.cleaned
    if cleaned is None or cleaned.refusals:
        return
    changed = len(cleaned.changes)
    say(f"cleaned: {changed} grid(s) changed", f"已清理：{changed} 个网格有变动")
    for c in cleaned.changes:
        areas = f"{c.before_m2:,.2f} → {c.after_m2:,.2f}"
        say(
            f"  {c.code} {c.name}: {areas} m² "
            f"({c.change_m2:+,.2f} m²), moved at most {c.moved_m:.2f} m",
            f"  {c.code} {c.name}：{areas} 平方米（{c.change_m2:+,.2f}），"
            f"最多移动 {c.moved_m:.2f} 米",
        )
    for piece in cleaned.added.values():
        say(
            f"  new grid {piece.code} {piece.name}: ground that no level-3 grid covered",
            f"  新网格 {piece.code} {piece.name}：原先没有三级网格的地面",
        )

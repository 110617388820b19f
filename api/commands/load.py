"""wangge load: a set of files into the store, previewed, cleaned, all or nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.common import day_of, language, open_stored, operator, print_findings
from gis.clock import today
from gis.errors import InvalidInput

if TYPE_CHECKING:
    from gis.intake import Intake
    from gis.intake.preview import Preview

_SHOWN = 5


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
        report=partial(show, "reading 读取"),
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
        show("storing 存入")
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
        print(f"nothing changed: the same content is stored as division {versions.division}")
    for part in published.changed:
        print(f"loaded {part} {getattr(versions, part)}, in force from {day}")


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

    return ", ".join(f"{count(findings, s)} {s}(s)" for s in Severity)


def _print_preview(found: Preview, intake: Intake) -> None:
    print(", ".join(found.files))
    for change in found.changes:
        counts = f"{len(change.new)} new, {len(change.changed)} changed, {len(change.gone)} gone"
        print(f"{change.part}: {counts}, {change.same} the same")
        for word, rows in (("+", change.new), ("~", change.changed), ("-", change.gone)):
            for row in rows[:_SHOWN]:
                told = "; ".join(f"{n}: {b or '–'} → {a or '–'}" for n, b, a in row.fields)
                print(f"  {word} {row.id}  {row.label}" + (f"  ({told})" if told else ""))
            if len(rows) > _SHOWN:
                print(f"  {word} … {len(rows) - _SHOWN} more")
    _print_cleaning(intake)
    for fault in found.faults:
        word = f"{fault.kind}, a sliver" if fault.is_sliver else fault.kind
        lon, lat = fault.shape.representative_point().coords[0]
        print(
            f"  {word}: {' / '.join(fault.codes)}  {fault.area_m2:,.3f} m², "
            f"{fault.width_m:.2f} m wide at ({lon:.7f}, {lat:.7f})"
        )
    print_findings(found.findings, sys.stdout)
    print(summary(found.findings))
    print("nothing was changed: it is a preview")


def _print_cleaning(intake: Intake) -> None:
    cleaned = intake.cleaned
    if cleaned is None or cleaned.refusals:
        return
    print(f"cleaned: {len(cleaned.changes)} grid(s) changed")
    for c in cleaned.changes:
        print(
            f"  {c.code} {c.name}: {c.before_m2:,.2f} → {c.after_m2:,.2f} m² "
            f"({c.change_m2:+,.2f} m²), moved at most {c.moved_m:.2f} m"
        )
    for piece in cleaned.added.values():
        print(f"  new grid {piece.code} {piece.name}: ground that no level-3 grid covered")

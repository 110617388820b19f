"""The command ``wangge``.

Every error is one line on the error stream that says what is wrong and what to do, and exit
code 1; a mistake in the command line itself is exit code 2.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands import record
from api.commands.common import (
    day_of,
    fail,
    language,
    open_stored,
    operator,
    print_findings,
    today,
    write_files,
)
from api.commands.locate import locate
from api.commands.poster import poster
from api.commands.publish import publish
from gis.errors import Conflict, InvalidInput, RefusedSet, StoreDamaged, WanggeError

if TYPE_CHECKING:
    from gis.atlas import Atlas
    from gis.division import Division
    from gis.findings import Finding
    from gis.intake import Intake
    from gis.store import Identity, Store

app = typer.Typer(
    name="wangge",
    help="网格 · a grid mapping service for community governance.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command; turn every error of ours into one line and exit code 1."""
    try:
        app()
    except RefusedSet as refused:
        print_findings(refused.findings, sys.stderr)
        fail(refused)
    except WanggeError as problem:
        fail(problem)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


# --- serve -----------------------------------------------------------------------------------


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [8000]")] = None,
) -> None:
    """Serve the map page and the API; load the sample if the store is empty."""
    from api.serving import run
    from api.settings import read_settings

    run(read_settings(host=host, port=port))


# --- publish ---------------------------------------------------------------------------------

app.command()(publish)
app.command()(poster)

# --- record ----------------------------------------------------------------------------------
app.add_typer(record.audit)
app.command()(record.backup)
app.command()(record.restore)


# --- check and load --------------------------------------------------------------------------


@app.command()
def check(
    path: Annotated[
        Path | None, typer.Argument(help="A file or folder; what is stored when absent")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print findings as JSON")] = False,
) -> None:
    """Report every fault of a set of boundaries (and what lies beside it); change nothing.

    Exit code 1 when there are errors, 0 when there are warnings only.
    """
    from gis.findings import errors_among
    from gis.intake import read_set, with_companions

    if path is None:
        findings, atlas = _check_store()
        heading = f"division {atlas.division.version} of the store"
    else:
        intake = read_set(with_companions(path), today=today())
        findings, atlas = list(intake.findings), None
        heading = ", ".join(intake.files)
        if intake.division is not None:
            heading += f": {_levels(intake.division)}"
    if as_json:
        print(json.dumps([_finding_json(f) for f in findings], ensure_ascii=False, indent=1))
    else:
        print(heading)
        print_findings(findings, sys.stdout)
        print(_summary(findings))
    if errors_among(findings):
        raise typer.Exit(1)


def _check_store() -> tuple[list[Finding], Atlas]:
    from api.live import internal_atlas
    from gis.planning.rules import check_leaders, check_sizes
    from gis.planning.topology import check_topology

    store = open_stored()
    try:
        atlas, faults, _ = internal_atlas(store, today())
    finally:
        store.close()
    found = [*faults, *check_topology(atlas.division), *check_sizes(atlas), *check_leaders(atlas)]
    return found, atlas


@app.command()
def load(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders with files of our names")],
    effective_from: Annotated[
        str | None, typer.Option(help="The first day it is in force (YYYY-MM-DD) [today]")
    ] = None,
) -> None:
    """Load a set without errors, all or nothing, as the next version.

    Grids that are absent from the boundaries are retired; what is not in the set stays.
    """
    from gis.intake import read_set

    day = day_of(effective_from, "effective-from") or today()
    store = open_stored()
    try:
        base = _newest(store)
        intake = read_set(paths, today=today(), base=base)
        _require_same_kind(intake, base)
        intake.require_sound()
        published = store.publish(
            identity=_identity(store, intake.division, intake.synthetic),
            division=intake.division,
            directory=intake.directory,
            roster=intake.roster,
            effective_from=day,
            today=today(),
            author=operator(),
            reason=", ".join(intake.files),
        )
    finally:
        store.close()
    print_findings(intake.findings, sys.stdout)
    print(_summary(intake.findings))
    versions = published.versions
    if not published.changed:
        print(f"nothing changed: the same content is stored as division {versions.division}")
    for part in published.changed:
        print(f"loaded {part} {getattr(versions, part)}, in force from {day}")


def _require_same_kind(intake: Intake, base: Atlas | None) -> None:
    """Refuse the sample into an office's store, and the reverse, before any detail of it."""
    if base is not None and intake.synthetic != base.synthetic:
        raise Conflict(
            "the sample and an office's data never share a store: set WANGGE_DATABASE_URL to "
            "another one, such as sqlite:///var/office.db",
            "示例数据与单位数据不能存放在同一数据库：请将 WANGGE_DATABASE_URL 设为另一个数据库，"
            "例如 sqlite:///var/office.db",
        )


def _identity(store: Store, division: Division | None, synthetic: bool) -> Identity:
    """Return whose store it is; the first boundaries loaded into an empty one decide."""
    from api.settings import read_settings
    from gis.store import Identity

    if stored := store.identity():
        return Identity(stored.name, stored.code, synthetic)
    if division is None:
        raise InvalidInput(
            "path",
            "the store has no boundaries yet: load a boundaries GeoJSON first, or with these",
            "数据库中还没有网格边界：请先载入（或一并载入）边界 GeoJSON",
        )
    name = read_settings().office_name or division.title
    return Identity(name, division.level(1)[0].code[:9], synthetic)


def _newest(store: Store) -> Atlas | None:
    """Return what was stored last, whether it is in force yet or not; None for nothing good.

    A store of which every division is damaged is mended by loading a good set.
    """
    from api.live import internal_atlas

    if store.is_empty():
        return None
    try:
        return internal_atlas(store, date.max)[0]
    except StoreDamaged as damage:
        print(f"wangge: {damage.text.in_language(language())}", file=sys.stderr)
        return None


# --- export ----------------------------------------------------------------------------------


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="OUT.geojson for the boundaries, or a folder")],
    as_of: Annotated[str | None, typer.Option(help="The day (YYYY-MM-DD) [today]")] = None,
) -> None:
    """Write what is stored: the boundaries as GeoJSON, or all of it into a folder.

    What is written loads back to the same. It is the internal edition: for the office only.
    """
    from api.live import internal_atlas
    from gis.exchange.geojson import write_directory, write_division
    from gis.exchange.tables import write_roster

    one_file = out.suffix.lower() in (".geojson", ".json")
    if out.suffix and not one_file and not out.is_dir():
        raise InvalidInput(
            "out",
            f"{out}: written are OUT.geojson or a folder",
            f"{out}：可导出为 OUT.geojson 或文件夹",
            ("OUT.geojson", "a folder"),
        )
    store = open_stored()
    try:
        atlas, faults, _ = internal_atlas(store, day_of(as_of, "as-of") or today())
    finally:
        store.close()
    print_findings(faults, sys.stderr)
    if one_file:
        write_files({out: write_division(atlas.division)})
        return
    places, context = write_directory(atlas.directory, atlas.division)
    files = {
        "boundaries.geojson": write_division(atlas.division),
        "places.geojson": places,
        "context.geojson": context,
        **write_roster(atlas.roster, atlas.division),
    }
    write_files({out / name: content for name, content in files.items()})


# --- locate ----------------------------------------------------------------------------------

app.command()(locate)


# --- findings --------------------------------------------------------------------------------


def _levels(division: Any) -> str:
    return "/".join(str(len(division.level(n))) for n in (1, 2, 3)) + " grids"


def _summary(findings: Any) -> str:
    count = {s: sum(f.severity == s for f in findings) for s in ("error", "warning", "note")}
    return f"{count['error']} error(s), {count['warning']} warning(s), {count['note']} note(s)"


def _finding_json(found: Finding) -> dict[str, Any]:
    return {
        "severity": str(found.severity),
        "rule": found.rule,
        "grid_code": found.grid_code,
        "place": found.place,
        "size": found.size,
        "unit": found.unit,
        "source": found.source,
        "text": found.text._asdict(),
    }

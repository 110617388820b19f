"""The command ``wangge``.

Every error is one line on the error stream that says what is wrong and what to do, and exit
code 1; a mistake in the command line itself is exit code 2.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import audit
from api.commands.common import fail, in_chinese, language, open_stored, print_findings
from api.commands.export import export
from api.commands.init import init
from api.commands.load import load, summary
from api.commands.locate import locate
from api.commands.plan import app as plan_app
from api.commands.poster import poster
from api.commands.publish import publish
from api.commands.undo import undo
from api.commands.user import app as user_app
from gis.clock import today
from gis.errors import RefusedSet, WanggeError
from gis.findings import Text

if TYPE_CHECKING:
    from gis.atlas import Atlas
    from gis.findings import Finding

app = typer.Typer(
    name="wangge",
    help="网格 · a grid mapping service for community governance.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


# A set of 100,000 places is millions of small objects and hardly a cycle: looking for cycles as
# often as Python does by itself takes a quarter of the time.
_ALLOCATIONS = 50_000


def main() -> None:
    """Run the command; turn every error of ours into one line and exit code 1."""
    gc.set_threshold(_ALLOCATIONS, 20, 20)
    try:
        if in_chinese():
            from api.commands.chinese import run_in_chinese

            run_in_chinese(app)
        else:
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
    ssl_certfile: Annotated[
        Path | None, typer.Option(help="Serve https with this certificate (PEM)")
    ] = None,
    ssl_keyfile: Annotated[Path | None, typer.Option(help="The certificate's key (PEM)")] = None,
) -> None:
    """Serve the map page and the API; load the sample if the store is empty.

    The first start prints a one-time password for the first administrator.
    """
    from api.server import run
    from api.settings import read_settings

    run(read_settings(host=host, port=port, ssl_certfile=ssl_certfile, ssl_keyfile=ssl_keyfile))


# --- user ------------------------------------------------------------------------------------

app.add_typer(plan_app, name="plan")
app.add_typer(user_app)


# --- publish ---------------------------------------------------------------------------------

app.command()(publish)
app.command()(poster)

# --- data in and out --------------------------------------------------------------------------
app.command()(init)
app.command()(load)
app.command()(undo)
app.command()(export)

# --- record ----------------------------------------------------------------------------------
app.add_typer(audit.audit)
app.command()(audit.backup)
app.command()(audit.restore)


# --- check and load --------------------------------------------------------------------------


@app.command()
def check(
    path: Annotated[
        Path | None, typer.Argument(help="A file or folder; what is stored when absent")
    ] = None,
    datum: Annotated[
        str | None,
        typer.Option(help="Of files that do not say it: wgs84, cgcs2000, gcj02, bd09, EPSG:4549 …"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print findings as JSON")] = False,
) -> None:
    """Report every fault of a set of boundaries (and what lies beside it); change nothing.

    Exit code 1 when there are errors, 0 when there are warnings only.
    """
    from api.settings import read_settings
    from gis.exchange.crs import parse_reference
    from gis.findings import errors_among
    from gis.intake import ReadOptions, read_set, with_companions
    from gis.intake.preview import finding_json

    if path is None:
        findings, atlas = _check_store()
        version = atlas.division.version
        heading = Text(
            f"division {version} of the store", f"库中第 {version} 版网格划分"
        ).in_language(language())
    else:
        reference = parse_reference(datum) if datum else None
        options = ReadOptions(reference, rules=read_settings().rules)
        intake = read_set(with_companions(path), today=today(), how=options)
        findings, atlas = list(intake.findings), None
        heading = ", ".join(intake.files)
        if intake.division is not None:
            levels = "/".join(str(len(intake.division.level(n))) for n in (1, 2, 3))
            heading += Text(f": {levels} grids", f"：网格 {levels} 个").in_language(language())
    if as_json:
        print(json.dumps([finding_json(f) for f in findings], ensure_ascii=False, indent=1))
    else:
        print(heading)
        print_findings(findings, sys.stdout)
        print(summary(findings))
    if errors_among(findings):
        raise typer.Exit(1)


def _check_store() -> tuple[list[Finding], Atlas]:
    from api.settings import read_settings
    from gis.planning.topology import check_topology
    from gis.rules import check_leaders, check_phones, check_sizes
    from gis.workflows.atlases import internal_atlas

    store = open_stored()
    try:
        atlas, faults, *_ = internal_atlas(store, today())
    finally:
        store.close()
    rules = read_settings().rules
    found = [*faults, *check_topology(atlas.division)]
    found += [*check_sizes(atlas, rules), *check_leaders(atlas), *check_phones(atlas)]
    return found, atlas


# --- locate ----------------------------------------------------------------------------------

app.command()(locate)

"""wangge plan: re-division from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.common import day_of, language, open_stored, write_files
from gis.clock import today
from gis.errors import Conflict, InvalidInput
from gis.planning.findings import findings_of

if TYPE_CHECKING:
    from api.schemas.plans import Frame
    from gis.audit import Author
    from gis.workflows.plans.workspace import OpenPlan, PlanWorkspace

app = typer.Typer(no_args_is_help=True, help="Re-division: plans, their findings and effect.")
_Plan = Annotated[str, typer.Argument(help="The id of the plan, such as p-1f3a…")]
_Name = Annotated[str, typer.Option("--as", help="Who does it, for the record")]


@contextmanager
def _workspace() -> Iterator[PlanWorkspace]:
    from api.settings import read_settings
    from gis.workflows.plans.workspace import PlanWorkspace

    store = open_stored()
    try:
        yield PlanWorkspace(store, read_settings())
    finally:
        store.close()


def _author(name: str) -> Author:
    from gis.audit import Author

    return Author(name, "system", "command")


def _said(text: Any) -> str:
    return str(text["zh" if language().startswith("zh") else "en"])


@app.command("list")
def list_plans(
    state: Annotated[str | None, typer.Option(help="Only those in this state")] = None,
) -> None:
    """List the plans, the newest first."""
    from gis.store.plans import STATES

    if state is not None and state not in STATES:
        raise InvalidInput(
            "state",
            f"--state {state[:20]!r}: must be one of {', '.join(STATES)}",
            f"--state {state[:20]!r}：应为以下之一：{'、'.join(STATES)}",
            STATES,
        )
    with _workspace() as workspace:
        heads, _ = workspace.store.plans.heads((state,) if state else STATES)
        for head in heads:
            row = (head.id, head.state, f"base {head.base_version}", head.created_at[:10])
            print("  ".join((*row, head.author, head.title)))


@app.command()
def new(
    title: Annotated[str, typer.Argument(help="What it is about")],
    reason: Annotated[str, typer.Option(help="Why")] = "",
    base: Annotated[int | None, typer.Option(help="The division to begin from [newest]")] = None,
    operations: Annotated[
        Path | None, typer.Option(help="A JSON file with a list of operations to carry out")
    ] = None,
    name: _Name = "command",
) -> None:
    """Begin a plan, and carry out the operations of a file."""
    with _workspace() as workspace:
        read = _operations(operations) if operations else []
        opened = workspace.begin(title, reason, base, _author(name))
        for operation in read:
            _, opened, moved = workspace.operate(
                opened.head.id, opened.etag, operation, _author(name)
            )
            if moved.entry.step is not None:
                print(moved.entry.step.text.in_language(language()), file=sys.stderr)
        print(opened.head.id)


def _operations(path: Path) -> list[Any]:
    from gis.planning.operations import read_operation

    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as problem:
        raise InvalidInput(
            "operations", f"{path}: {problem}", f"{path}：无法读取（{problem}）"
        ) from None
    if not isinstance(found, list):
        raise InvalidInput("operations", f"{path}: must be a list", f"{path}：应为列表")
    return [read_operation(o) for o in found]


@app.command()
def check(plan: _Plan) -> None:
    """Say what the rules find; exit code 1 when the plan cannot be submitted."""
    from api.schemas.plans import blocking, counts_json
    from gis.planning.assemble import check_whole

    with _workspace() as workspace:
        view = workspace.open(plan).plan.view
        stopping = blocking(view)
        for problem in findings_of(view):
            waived = problem.severity == "soft" and problem.id in view.state.waivers
            mark = "waived" if waived else problem.severity
            print(f"{mark:6}  {problem.rule}: {problem.text.in_language(language())}")
        faults = check_whole(view) if not any(p.severity == "hard" for p in stopping) else []
        for fault in faults:
            print(f"hard    {fault.rule}: {fault.grid_code} {fault.text.in_language(language())}")
        counts = counts_json(view)
        print(", ".join(f"{n} {name}" for name, n in counts.items()))
    if stopping or faults:
        raise typer.Exit(1)


@app.command()
def diff(
    plan: _Plan,
    out: Annotated[
        Path | None, typer.Option(help="OUT.xlsx, OUT.pdf or OUT.json instead of the screen")
    ] = None,
) -> None:
    """Say what a plan changes: grids, households, who hands over to whom, codes."""
    from api.schemas import plan_files
    from api.schemas.compare import plan_sheet
    from api.schemas.plans import Frame

    with _workspace() as workspace:
        opened = workspace.open(plan)
        frame = Frame(opened.plan.base)
        if out is None:
            _print_sheet(opened, plan_sheet(opened, frame, shapes=False))
            return
        makers: dict[str, Callable[[OpenPlan, Frame], bytes]] = {
            ".xlsx": plan_files.impact_xlsx,
            ".pdf": plan_files.impact_pdf,
            ".json": _as_json,
        }
        if out.suffix.lower() not in makers:
            raise InvalidInput(
                "out",
                f"{out}: written are OUT.xlsx, OUT.pdf, OUT.json",
                f"{out}：可写为 OUT.xlsx、OUT.pdf、OUT.json",
                tuple(makers),
            )
        write_files({out: makers[out.suffix.lower()](opened, frame)})


def _as_json(opened: OpenPlan, frame: Frame) -> bytes:
    from api.schemas.compare import plan_sheet

    sheet = plan_sheet(opened, frame, shapes=False)
    return json.dumps(sheet, ensure_ascii=False, indent=1, default=str).encode()


def _print_sheet(opened: OpenPlan, sheet: dict[str, Any]) -> None:
    from api.schemas.plan_files import summary_rows

    for name, value in summary_rows(opened, sheet):
        print(f"{name}: {value}")
    for level in ("1", "2", "3"):
        for row in sheet["matrix"][level]:
            old, new = row["from"], row["to"]
            print(
                f"{level}  {old['code'] if old else '-'} {old['name'] if old else ''} -> "
                f"{new['code'] if new else '-'} {new['name'] if new else ''}: "
                f"{row['households']} / {row['buildings']} / {row['shops']} / {row['units']}"
            )
    for handed in sheet["handovers"]:
        giver, taker = handed["from"], handed["to"]
        print(
            f"{handed['level']}  {giver['name'] if giver else '-'} => "
            f"{taker['name'] if taker else '-'}: {handed['households']}"
        )


@app.command()
def propose(
    plan: _Plan,
    kind: Annotated[
        str, typer.Argument(help="repair, clusters, merge_under, balance or balance_leaders")
    ],
    grid: Annotated[list[str] | None, typer.Option(help="Code or id; may be repeated")] = None,
    take: Annotated[bool, typer.Option("--take", help="Carry it out as one step")] = False,
    seconds: Annotated[float, typer.Option(help="Search for at most so long")] = 20.0,
    name: _Name = "command",
) -> None:
    """Search for a proposal and say what it would do; nothing is changed without --take."""
    from api.routes.plans.proposals import read_options
    from gis.planning.operations import Batch
    from gis.planning.proposals import KINDS, find_proposal, joined

    if kind not in KINDS:
        raise InvalidInput(
            "kind",
            f"{kind[:20]!r}: must be one of {', '.join(KINDS)}",
            f"{kind[:20]!r}：应为以下之一：{'、'.join(KINDS)}",
            KINDS,
        )
    with _workspace() as workspace:
        opened = workspace.open(plan)
        given = {"grids": grid or [], "options": {"time_limit_s": seconds}}
        options = read_options(kind, given, opened, workspace.settings.rules)
        found = find_proposal(opened.plan.view, kind, options, lambda *_: None)
        print(found.text.in_language(language()))
        for part in found.parts:
            print(f"  {part.text.in_language(language())}")
        for _, text in found.impossible:
            print(f"  ! {text.in_language(language())}")
        if take and found.parts:
            operation = Batch(joined(found.parts), found.text.in_language(language()))
            _, opened, _ = workspace.operate(plan, opened.etag, operation, _author(name))
            print(f"revision {opened.head.revision}")


@app.command()
def publish(
    plan: _Plan,
    effective_from: Annotated[str, typer.Option(help="The day it takes effect (YYYY-MM-DD)")],
    approved_by: Annotated[
        str | None,
        typer.Option(help="Who approved it, where that is not on record yet: not the submitter"),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "",
    name: _Name = "command",
) -> None:
    """Publish a plan that was approved; with --approved-by one that was submitted."""
    from gis.store.plans import APPROVED, SUBMITTED, utc_now
    from gis.workflows.plans import publish as release

    day = day_of(effective_from, "effective-from") or today()
    with _workspace() as workspace:
        opened = workspace.open(plan)
        if opened.head.state == SUBMITTED and approved_by:
            review = opened.head.review or {}
            if review.get("submitted_by") == approved_by:
                raise Conflict(
                    f"{approved_by} submitted this plan: another person approves it",
                    f"本方案由 {approved_by} 提交：应由他人批准",
                )
            noted = {**review, "approved_by": approved_by, "approved_at": utc_now()}
            opened = workspace.change(
                plan, opened.etag, _author(approved_by), "plan.approve", allowed=(SUBMITTED,),
                review=noted, state=APPROVED,
            )  # fmt: skip
        done = release.publish(workspace, plan, opened.etag, day, _author(name), reason=reason)
        print(f"division {done.head.published_version} in force from {day}")


@app.command()
def submit(plan: _Plan, name: _Name = "command") -> None:
    """Submit a plan for review."""
    from api.schemas.plans import blocking, text_json
    from gis.store.plans import EDITABLE, SUBMITTED, utc_now

    with _workspace() as workspace:
        opened = workspace.open(plan)
        stopping = blocking(opened.plan.view)
        if stopping:
            raise Conflict(
                f"{len(stopping)} findings keep it back: {_said(text_json(stopping[0].text))}",
                f"有 {len(stopping)} 个问题未处理：{_said(text_json(stopping[0].text))}",
            )
        review = {
            **(opened.head.review or {}), "submitted_by": name, "submitted_at": utc_now(),
            "approved_by": None,
        }  # fmt: skip
        workspace.change(
            plan, opened.etag, _author(name), "plan.submit", allowed=EDITABLE, review=review,
            state=SUBMITTED,
        )  # fmt: skip
        print(f"{plan} {SUBMITTED}")

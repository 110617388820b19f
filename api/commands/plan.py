"""wangge plan: re-division from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.common import day_of, in_chinese, language, open_stored, say, write_files
from gis.clock import today
from gis.errors import InvalidInput
from gis.findings import Text

if TYPE_CHECKING:
    from api.schemas.plans import DrawingFrame
    from gis.audit import Author
    from gis.workflows.plans.import_cells import ImportedCells
    from gis.workflows.plans.opened import OpenPlan
    from gis.workflows.plans.workspace import PlanWorkspace

app = typer.Typer(no_args_is_help=True, help="Re-division: plans, their findings and effect.")
_ZH_STATES = {
    "draft": "草稿",
    "submitted": "待审",
    "approved": "已批准",
    "returned": "已退回",
    "withdrawn": "已撤回",
    "published": "已发布",
}
_ZH_MARKS = {
    "hard": "必须改正",
    "error": "错误",
    "soft": "须说明",
    "warning": "警告",
    "note": "提示",
    "waived": "已豁免",
}
_Plan = Annotated[str, typer.Argument(help="The id of the plan, such as p-1f3a…")]
_Name = Annotated[str, typer.Option("--as", help="Who does it, for the record")]


@contextmanager
def _workspace() -> Iterator[PlanWorkspace]:
    from api.settings import read_settings
    from gis.workflows.plans.workspace import PlanWorkspace

    store = open_stored()
    try:
        settings = read_settings()
        yield PlanWorkspace(store, settings.rules, settings.office_name)
    finally:
        store.close()


def _author(name: str) -> Author:
    from gis.audit import Author

    return Author(name, "system", "command")


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
            base = Text(f"base {head.base_version}", f"基于第 {head.base_version} 版")
            row = (
                head.id, _state(head.state), base.in_language(language()), head.created_at[:10]
            )  # fmt: skip
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
    from gis.planning.assemble import check_whole
    from gis.planning.findings import blocking, finding_counts, findings_of, waiver_of

    with _workspace() as workspace:
        view = workspace.open(plan).plan.view
        stopping = blocking(view)
        for finding in findings_of(view):
            mark = "waived" if waiver_of(view, finding) else finding.severity
            _print_finding(mark, finding.rule, finding.text)
        faults = check_whole(view) if not any(f.severity == "hard" for f in stopping) else []
        for fault in faults:
            en, zh = fault.text
            _print_finding(
                "hard", fault.rule, Text(f"{fault.grid_code} {en}", f"{fault.grid_code} {zh}")
            )
        counts = finding_counts(view)
        say(
            ", ".join(f"{n} {name}" for name, n in counts.items()),
            "，".join(f"{_ZH_MARKS.get(name, name)} {n}" for name, n in counts.items()),
        )
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
    from api.schemas.plans import DrawingFrame

    with _workspace() as workspace:
        opened = workspace.open(plan)
        frame = DrawingFrame(opened.plan.base)
        if out is None:
            _print_sheet(opened, plan_sheet(opened, frame, shapes=False))
            return
        makers: dict[str, Callable[[OpenPlan, DrawingFrame], bytes]] = {
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


def _as_json(opened: OpenPlan, frame: DrawingFrame) -> bytes:
    from api.schemas.compare import plan_sheet

    sheet = plan_sheet(opened, frame, shapes=False)
    return json.dumps(sheet, ensure_ascii=False, indent=1, default=str).encode()


def _print_sheet(opened: OpenPlan, sheet: dict[str, Any]) -> None:
    from api.schemas.plan_files import summary_rows

    for name, value in summary_rows(opened, sheet):
        print(f"{name}: {_state(str(value))}")
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
    from gis.workflows.plans.proposals import check_kind, options_of, search, take_parts

    check_kind(kind)
    with _workspace() as workspace:
        opened, author = workspace.open(plan), _author(name)
        options = options_of(opened, workspace.rules, kind, grid or (), time_limit_s=seconds)
        found = search(workspace, opened, kind, options, author).proposal
        print(found.text.in_language(language()))
        for part in found.parts:
            print(f"  {part.text.in_language(language())}")
        for _, text in found.impossible:
            print(f"  ! {text.in_language(language())}")
        if take and found.parts:
            taken = take_parts(workspace, plan, opened.etag, author, kind=kind, parts=found.parts)
            revision = taken.after.head.revision
            say(f"revision {revision}", f"第 {revision} 次修改")


@app.command()
def submit(
    plan: _Plan,
    note: Annotated[str, typer.Option(help="What the approver should know")] = "",
    name: _Name = "command",
) -> None:
    """Submit a plan for review."""
    from gis.workflows.plans import review

    with _workspace() as workspace:
        etag = workspace.open(plan).etag
        _say_state(review.submit(workspace, plan, etag, _author(name), note))


@app.command()
def approve(
    plan: _Plan,
    name: Annotated[str, typer.Option("--as", help="Who approves it: not the submitter")],
    note: Annotated[str, typer.Option(help="For the record")] = "",
) -> None:
    """Approve a plan that somebody else submitted."""
    from gis.workflows.plans import review

    with _workspace() as workspace:
        etag = workspace.open(plan).etag
        _say_state(review.approve(workspace, plan, etag, _author(name), note))


@app.command("return")
def send_back(
    plan: _Plan,
    reason: Annotated[str, typer.Option(help="What is to be changed")],
    name: _Name = "command",
) -> None:
    """Return a plan to its planner; it can be edited again."""
    from gis.workflows.plans import review

    with _workspace() as workspace:
        etag = workspace.open(plan).etag
        _say_state(review.send_back(workspace, plan, etag, _author(name), reason))


@app.command()
def withdraw(plan: _Plan, name: _Name = "command") -> None:
    """Withdraw a plan; nothing of it is erased."""
    from gis.workflows.plans import review

    with _workspace() as workspace:
        etag = workspace.open(plan).etag
        _say_state(review.withdraw(workspace, plan, etag, _author(name)))


def _say_state(opened: OpenPlan) -> None:
    print(f"{opened.head.id} {_state(opened.head.state)}")


def _state(state: str) -> str:
    """Return what a state is called in the language of the terminal."""
    return _ZH_STATES.get(state, state) if in_chinese() else state


def _print_finding(mark: str, rule: str, text: Text) -> None:
    say(f"{mark:6}  {rule}: {text.en}", f"{_ZH_MARKS.get(mark, mark)}  {text.zh}")


@app.command()
def rebase(
    plan: _Plan,
    keep: Annotated[str, typer.Option(help="mine or theirs, where both changed the same grid")],
    name: _Name = "command",
) -> None:
    """Put a plan on the newest division; it is a draft again."""
    from gis.workflows.plans.rebase import rebase as rebase_plan

    if keep not in ("mine", "theirs"):
        raise InvalidInput(
            "keep",
            f"--keep {keep[:20]!r}: must be mine or theirs",
            f"--keep {keep[:20]!r}：应为 mine 或 theirs",
            ("mine", "theirs"),
        )
    with _workspace() as workspace:
        etag = workspace.open(plan).etag
        done = rebase_plan(workspace, plan, etag, {}, _author(name), mine=keep == "mine")
        version, state = done.head.base_version, _state(done.head.state)
        say(f"{plan} on division {version}, {state}", f"{plan} 现基于第 {version} 版，{state}")


@app.command()
def draft(
    title: Annotated[str, typer.Argument(help="What it is about")],
    table: Annotated[
        Path, typer.Option(help="CSV or XLSX: building, cluster, compound, community")
    ],
    datum: Annotated[str, typer.Option(help="Of the buildings and the outline")],
    buildings: Annotated[
        Path | None, typer.Option(help="GeoJSON of points or footprints [those stored]")
    ] = None,
    outline: Annotated[
        Path | None, typer.Option(help="GeoJSON of the subdistrict [around the buildings]")
    ] = None,
    code: Annotated[str, typer.Option(help="Nine digits of the subdistrict [the store's]")] = "",
    name: _Name = "command",
) -> None:
    """Begin a plan from nothing: a first division from buildings and a table."""
    from gis.datum import parse_datum
    from gis.workflows.plans import from_scratch

    def geojson(path: Path | None, field: str) -> Any:
        return from_scratch.read_geojson(_content(path, field), field) if path else None

    sources = from_scratch.DraftSources(
        title,
        parse_datum(datum),
        from_scratch.rows_of_table(_content(table, "table")),
        geojson(buildings, "buildings"),
        geojson(outline, "outline"),
        code,
    )
    with _workspace() as workspace:
        opened = from_scratch.begin_draft(workspace, sources, _author(name))
        for doubt in (opened.head.review or {})["doubts"]:
            said = doubt["text"]["zh" if language().startswith("zh") else "en"]
            print(f"? {doubt['building']}: {said}", file=sys.stderr)
        print(opened.head.id)


@app.command("import")
def import_(
    plan: _Plan,
    path: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON of cells; GeoJSON of polygons")],
    datum: Annotated[str | None, typer.Option(help="Of the polygons; they are GeoJSON")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do")] = False,
    name: _Name = "command",
) -> None:
    """Give cells to grids as a file says, as one step."""
    from gis.workflows.plans.import_cells import from_cells, from_polygons, import_cells

    content = _content(path, "path")

    def read(opened: OpenPlan) -> ImportedCells:
        return from_polygons(opened, content, datum) if datum else from_cells(opened, content)

    with _workspace() as workspace:
        etag = workspace.open(plan).etag
        found = import_cells(workspace, plan, etag, read, _author(name), dry=dry_run)
        for doubt in found.doubts:
            print(f"? {doubt.text.in_language(language())}", file=sys.stderr)
        step = found.applied.move.entry.step if found.applied else None
        nothing = Text("nothing changes", "没有变动")
        print((step.text if step else nothing).in_language(language()))


def _content(path: Path, field: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise InvalidInput(field, f"{path}: {problem}", f"{path}：无法读取（{problem}）") from None


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
    from gis.workflows.plans.publish import publish as publish_plan

    day = day_of(effective_from, "effective-from") or today()
    approver = _author(approved_by) if approved_by else None
    with _workspace() as workspace:
        done = publish_plan(
            workspace,
            plan,
            workspace.open(plan).etag,
            day,
            _author(name),
            reason=reason,
            approver=approver,
        )
        version = done.head.published_version
        say(f"division {version} in force from {day}", f"第 {version} 版自 {day} 起生效")

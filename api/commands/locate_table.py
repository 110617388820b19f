"""``wangge locate --input TABLE --output TABLE``: every row of a file, however many."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from api.settings import read_settings
from gis.addresses import AddressBook
from gis.atlas import Atlas
from gis.bulk.columns import ColumnChoice
from gis.bulk.files import KINDS, Finished, locate_file
from gis.bulk.locating import Report
from gis.datum import parse_datum
from gis.errors import InvalidInput
from gis.findings import Text
from gis.store import open_store
from gis.workflows.atlases import internal_atlas

_LARGE_BYTES = 2 << 20
_ASKED = ("lon_column", "lat_column", "address_column")


def locate_table(
    source: Path | None,
    target: Path | None,
    choice: ColumnChoice,
    datum: str | None,
    day: date,
    language: str,
) -> None:
    """Write the table with its answers, and print a line that counts them.

    The answers are of the internal edition: for the office only.

    Raises
    ------
    InvalidInput
        Naming the option or file, and what to do.
    """
    source, target, kind = _paths(source, target)
    if datum is not None:
        choice = replace(choice, datum=parse_datum(datum))
    atlas = _atlas(day)
    if source.stat().st_size > _LARGE_BYTES:
        from gis.lookup.cellindex import warm

        warm()
    review = None if kind == "xlsx" else target.with_name(f"{target.stem}-review.csv")
    with _bar() as report:
        done = _answered(
            source,
            target,
            choice,
            atlas,
            lambda: AddressBook(atlas),
            kind=kind,
            language=language,
            review=review,
            report=report,
        )
    for _, text in done.left_out.told():
        print(text.in_language(language))
    print(_summary(done, review).in_language(language))


def _answered(
    source: Path, target: Path, choice: ColumnChoice, atlas: Atlas, *rest: Any, **options: Any
) -> Finished:
    """Answer a file; where no column is recognised and somebody is there, ask which it is."""
    try:
        return locate_file(source, target, choice, atlas, *rest, **options)
    except InvalidInput as problem:
        role = problem.field.removesuffix("_column")
        asked = f"{role}_column"
        if asked not in _ASKED or not problem.accepted or getattr(choice, asked):
            raise
        chosen = _chosen(problem, options["language"])
        known: dict[str, Any] = {asked: chosen}
        return _answered(source, target, replace(choice, **known), atlas, *rest, **options)


def _chosen(problem: InvalidInput, language: str) -> str:
    """Return the column that the person at the terminal chooses of those of the table.

    Raises
    ------
    InvalidInput
        Nobody is there to be asked: the columns are listed, and the option that names one.
    """
    option = f"--{problem.field.replace('_', '-')}"
    listed = [name for name in problem.accepted if name]
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise InvalidInput(
            problem.field,
            f"{problem.text.en}: give {option} NAME",
            f"{problem.text.zh}：请加 {option} 列名",
            problem.accepted,
        )
    print(problem.text.in_language(language), file=sys.stderr)
    for at, name in enumerate(listed, start=1):
        print(f"  {at}  {name}", file=sys.stderr)
    says = Text("Number of the column: ", "请输入列的序号：").in_language(language)
    while True:
        print(says, end="", file=sys.stderr, flush=True)
        typed = sys.stdin.readline()
        if not typed:
            raise problem
        if typed.strip().isascii() and typed.strip().isdigit():
            number = int(typed)
            if 1 <= number <= len(listed):
                break
    return listed[number - 1]


def _paths(source: Path | None, target: Path | None) -> tuple[Path, Path, str]:
    if source is None or target is None:
        field = "--output" if target is None else "--input"
        raise InvalidInput(
            field,
            f"{field} is missing: --input and --output go together",
            f"缺少 {field}：须与另一项同时给出",
        )
    kind = target.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        known = ", ".join(f".{k}" for k in KINDS)
        raise InvalidInput(
            "--output",
            f"--output {target}: must end in one of {known}",
            f"--output {target}：后缀应为 {known} 之一",
            KINDS,
        )
    if not source.is_file():
        raise InvalidInput(
            "--input", f"--input {source}: no such file", f"--input {source}：文件不存在"
        )
    if target.exists() and target.samefile(source):
        raise InvalidInput(
            "--output",
            "--output is the input itself: choose another name",
            "--output 与输入是同一文件：请换一个名称",
        )
    if not target.parent.is_dir():
        raise InvalidInput(
            "--output",
            f"--output {target}: no such folder",
            f"--output {target}：文件夹不存在",
        )
    return source, target, kind


def _atlas(day: date) -> Atlas:
    store = open_store(read_settings().database_url)
    try:
        store.migrate()
        return internal_atlas(store, day)[0]
    finally:
        store.close()


@contextmanager
def _bar() -> Iterator[Report]:
    """Show progress on the error stream where that is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("0", total=1.0)

        def report(done: float, rows: int) -> None:
            progress.update(task, completed=done, description=f"{rows:,}")

        yield report


def _summary(done: Finished, review: Path | None) -> Text:
    c = done.counts
    beside = (
        Text("sheet 需要核对", "工作表 需要核对")
        if review is None
        else Text(review.name, review.name)
    )
    return Text(
        f"wrote {done.path}: {c['rows']:,} rows, {c['located']:,} located, {c['outside']:,} in no "
        f"grid, {c['errors']:,} wrong; {c['review']:,} to look at ({beside.en}); "
        f"input read as {done.encoding}",
        f"已写入 {done.path}：共 {c['rows']:,} 行，已定位 {c['located']:,}，不在网格内或未找到 "
        f"{c['outside']:,}，有误 {c['errors']:,}；需核对 {c['review']:,} 行（{beside.zh}）；"
        f"输入编码 {done.encoding}",
    )

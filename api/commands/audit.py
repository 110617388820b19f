"""``wangge audit …``, ``wangge backup`` and ``wangge restore``."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.common import (
    day_of,
    in_chinese,
    language,
    open_stored,
    operator,
    say,
    write_files,
)
from api.commands.load import ZH_PARTS
from gis.errors import InvalidInput, StoreDamaged

if TYPE_CHECKING:
    from gis.audit import AuditEntry, Sealed
    from gis.store.audit import AuditQuery

audit = typer.Typer(
    name="audit",
    help="审计记录 · the audit log: who changed what, when and why.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_ALL = 10_000_000
_WORDS = Path(__file__).resolve().parents[1] / "pages" / "static" / "words" / "zh.json"
_ZH_WORDS = {
    "system": "系统",
    "operator": "本机操作员",
    "public": "公众",
    "staff": "工作人员",
    "planner": "规划员",
    "approver": "审批人",
    "admin": "管理员",
    "page": "网页",
    "api": "接口",
    "command": "命令",
    "person": "人员",
    "duty": "任职",
    "place": "地点",
    "plan": "方案",
    "account": "账号",
    "store": "数据库",
    "who": "写入人",
    "reason": "理由",
    "before": "改前内容",
    "after": "改后内容",
}
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print as JSON")]


@audit.command()
def verify(
    head: Annotated[
        list[str] | None,
        typer.Option(help="A COUNT:HASH noted earlier, which the log must still contain"),
    ] = None,
) -> None:
    """Check every link and value of the audit log; name the first that is broken, exit code 1.

    Prints the head of the log: note it elsewhere (on paper, in a mail) and give it with --head
    later. Without such a note a log whose end was cut off by somebody who owns the database and
    the files beside it cannot be told from one that was never longer.
    """
    from gis.audit import ChainHead

    noted = []
    for text in head or []:
        found = ChainHead.parse(text)
        if found is None:
            raise InvalidInput(
                "head",
                f"--head {text[:80]!r}: must be COUNT:HASH as wangge audit verify prints it",
                f"--head {text[:80]!r}：应为 wangge audit verify 所打印的 条数:哈希",
            )
        noted.append(found)
    with closing(open_stored()) as store:
        verified = store.verify_audit(noted)
    if verified.broken:
        broken = verified.broken
        raise StoreDamaged(
            f"the audit log is broken: {broken.en}; keep this file as it is and compare it with "
            "a backup",
            f"审计记录不完整：{broken.zh}；请保留此文件原样，并与备份比对",
        )
    count, erased = verified.head.count, verified.erased
    if language() == "zh-CN":
        print(f"审计记录完整：{count} 条，其中 {erased} 项内容已依规删除")
        print(f"末条（请抄录于别处）：{verified.head}")
    else:
        print(f"the audit log is whole: {count} entries, {erased} values erased on record")
        print(f"head (note it elsewhere): {verified.head}")


def _query(who: str, action: str, subject: str, since: str | None, until: str | None) -> AuditQuery:
    from gis.workflows.audit import query_by_day

    return query_by_day(
        who=who,
        action=action,
        subject=subject,
        since=day_of(since, "since"),
        until=day_of(until, "until"),
    )


_Who = Annotated[str, typer.Option(help="The account that wrote")]
_Action = Annotated[str, typer.Option(help="person.edit, or person for all of them")]
_Subject = Annotated[str, typer.Option(help="person:p-0001, or person for all of them")]
_Since = Annotated[str | None, typer.Option(help="The first day (YYYY-MM-DD)")]
_Until = Annotated[str | None, typer.Option(help="The last day (YYYY-MM-DD)")]


@audit.command("list")
def list_entries(
    who: _Who = "",
    action: _Action = "",
    subject: _Subject = "",
    since: _Since = None,
    until: _Until = None,
    limit: Annotated[int, typer.Option(help="At most this many", min=1, max=_ALL)] = 50,
    as_json: _AS_JSON = False,
) -> None:
    """Print entries of the audit log, the newest first."""
    with closing(open_stored()) as store:
        log = store.audit_log(replace(_query(who, action, subject, since, until), limit=limit))
    if as_json:
        from gis.exchange.audit_table import entry_json

        rows = [entry_json(e) for e in log.entries]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for entry in log.entries:
        print(_line(entry))
    print(f"{len(log.entries)} / {log.total}", file=sys.stderr)


def _told(sealed: Sealed) -> tuple[str, ...]:
    """Return role and door, the action, its subject and the version, as the terminal reads."""
    if not in_chinese():
        door = f"{sealed.role}/{sealed.door}"
        return door, sealed.action, sealed.subject, sealed.version
    door = f"{_ZH_WORDS.get(sealed.role, sealed.role)}/{_ZH_WORDS.get(sealed.door, sealed.door)}"
    kind, colon, identity = sealed.subject.partition(":")
    version = re.sub(
        r"(\w+) (\d+)", lambda m: f"{ZH_PARTS.get(m[1], m[1])}第 {m[2]} 版", sealed.version
    )
    return (
        door,
        _zh_actions().get(sealed.action, sealed.action),
        f"{_ZH_WORDS.get(kind, ZH_PARTS.get(kind, kind))}{colon}{identity}",
        version.replace(", ", "，"),
    )


@cache
def _zh_actions() -> Mapping[str, str]:
    """Return what the page of the audit log calls the actions."""
    words = json.loads(_WORDS.read_text("utf-8"))
    found = next(w["actions"] for w in words.values() if isinstance(w.get("actions"), dict)
                 and "person.edit" in w["actions"])  # fmt: skip
    return dict(found)


def _line(entry: AuditEntry) -> str:
    from gis.exchange.audit_table import office_time

    sealed = entry.sealed
    parts = (
        str(sealed.number),
        office_time(sealed.at),
        entry.who or "-",
        *_told(sealed),
        entry.reason or "",
    )
    return "  ".join(_plain(p) for p in parts if p)


def _plain(text: str) -> str:
    """Return a text that cannot steer a terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)


@audit.command()
def export(
    out: Annotated[Path, typer.Argument(help="OUT.csv or OUT.xlsx")],
    who: _Who = "",
    action: _Action = "",
    subject: _Subject = "",
    since: _Since = None,
    until: _Until = None,
) -> None:
    """Write entries of the audit log as a table; no cell of it starts a formula."""
    from gis.workflows.audit import TABLES, export_entries

    kind = out.suffix.lower().removeprefix(".")
    if kind not in TABLES:
        raise InvalidInput(
            "out",
            f"{out}: name a file OUT.csv or OUT.xlsx",
            f"{out}：文件名应为 OUT.csv 或 OUT.xlsx",
            tuple(f".{known}" for known in TABLES),
        )
    with closing(open_stored()) as store:
        content = export_entries(store, _query(who, action, subject, since, until), kind)
    write_files({out: content})


@audit.command()
def erase(
    number: Annotated[int, typer.Argument(help="The number of the entry", min=1)],
    reason: Annotated[str, typer.Option(help="Why; it goes on record")],
    field: Annotated[
        list[str] | None, typer.Option(help="who, reason, before, after [before and after]")
    ] = None,
) -> None:
    """Erase personal values of an entry for good; the chain holds, and the erasure is on record.

    Former versions of the roster and directory, and backups, still hold what they held.
    """
    from gis.workflows.audit import erase_values

    with closing(open_stored()) as store:
        erased = erase_values(
            store, operator(), number, field or ["before", "after"], reason=reason
        )
    listed = ", ".join(erased)
    zh = "、".join(_ZH_WORDS.get(name, name) for name in erased)
    say(
        f"entry {number}: erased {listed or 'nothing, it was not there'}",
        f"第 {number} 条：已删除{zh}" if erased else f"第 {number} 条：没有可删除的内容",
    )


def backup(
    out: Annotated[Path, typer.Argument(help="The file to write, or a folder to write into")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write over a file that is there")
    ] = False,
) -> None:
    """Write a backup of everything (accounts too) while it is served, and check it by restoring.

    It holds personal data and password hashes: keep it where only the office can read it.
    """
    from datetime import UTC, datetime

    if out.is_dir():
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        out = out / f"wangge-{stamp}.backup"
    with closing(open_stored()) as store:
        made = store.back_up(out, author=operator(), overwrite=overwrite)
    en, zh = _versions(made.manifest.versions)
    members = ", ".join(made.manifest.members)
    entries = made.manifest.audit_head.partition(":")[0]
    say(
        f"wrote {made.path} ({made.bytes:,} bytes): {members}",
        f"已写入 {made.path}（{made.bytes:,} 字节）：{members}",
    )
    say(f"{en}; audit log {entries} entries", f"{zh}；审计记录 {entries} 条")
    if made.faults:
        for fault in made.faults:
            print(f"  {fault.in_language(language())}", file=sys.stderr)
        raise StoreDamaged(
            f"the backup was written, and holds {len(made.faults)} fault(s) that are in the "
            "store itself: see above",
            f"备份已写入，但其中有 {len(made.faults)} 处数据库本身的损坏：见上",
        )
    say(
        "checked by restoring it into a temporary place: every version and the audit log",
        "已在临时位置恢复并核对：每一版内容和审计记录均完好",
    )


def _versions(versions: Mapping[str, int]) -> tuple[str, str]:
    """Return which versions there are, in English and Chinese."""
    en = ", ".join(f"{part} {n}" for part, n in versions.items())
    zh = "，".join(f"{ZH_PARTS.get(part, part)}第 {n} 版" for part, n in versions.items())
    return en, zh


def restore(
    file: Annotated[Path, typer.Argument(help="A file that wangge backup wrote")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a store that is not empty; it is kept aside")
    ] = False,
    keep_accounts: Annotated[
        bool, typer.Option("--keep-accounts", help="Leave the accounts as they are")
    ] = False,
) -> None:
    """Put a backup in the place of the store of WANGGE_DATABASE_URL: all of it or nothing.

    Also from SQLite to PostGIS and back. Refuses while a server runs. Stop other commands that
    write to the store, too.
    """
    with closing(open_stored(migrate=False)) as store:
        restored = store.restore(
            file, author=operator(), replace=replace, accounts=not keep_accounts
        )
    manifest = restored.manifest
    en, zh = _versions(manifest.versions)
    say(
        f"restored {manifest.name} {manifest.code} as of {manifest.made_at}: {en}",
        f"已恢复{manifest.name} {manifest.code} 于 {manifest.made_at} 的备份：{zh}",
    )
    for aside in restored.aside:
        say(f"the former one is kept: {aside}", f"原有的库另存为：{aside}")
    for told in restored.withdrawn:
        print(told.in_language(language()))
    for fault in restored.faults:
        print(f"  {fault.in_language(language())}", file=sys.stderr)

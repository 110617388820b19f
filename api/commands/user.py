"""``wangge user``: accounts, from the command line of the machine that serves."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.common import in_chinese, language, open_stored, operator, say
from gis.accounts import ACCOUNT_ROLES, ALL_SCOPES, Scope
from gis.clock import today
from gis.errors import InvalidInput, NotFound
from gis.findings import Text

if TYPE_CHECKING:
    from gis.accounts import Account, ApiKey
    from gis.division import Division
    from gis.ids import GridId
    from gis.store import Store
    from gis.store.accounts import AccountStore

app = typer.Typer(
    name="user",
    help="The accounts of the people who sign in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_ZH_ROLES = {"staff": "工作人员", "planner": "规划员", "approver": "审批人", "admin": "管理员"}
Name = Annotated[str, typer.Argument(help="The name of the account")]
Grids = Annotated[
    list[str] | None,
    typer.Option("--scope", help="The code of a grid it is for (again for more) [all]"),
]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the standard input")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON")]


@contextmanager
def opened() -> Iterator[tuple[Store, AccountStore]]:
    """Open the store and its accounts, migrated."""
    from gis.store.accounts import open_accounts

    with closing(open_stored()) as store, closing(open_accounts(store)) as accounts:
        accounts.migrate()
        yield store, accounts


@app.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help=", ".join(ACCOUNT_ROLES))] = "staff",
    scope: Grids = None,
    password_stdin: FromInput = False,
) -> None:
    """Add an account; print its one-time password unless one is given."""
    with opened() as (store, accounts):
        given = _read_password() if password_stdin else None
        added, once = accounts.add(
            operator(), name=name, role=role, scope_grids=_grids(store, scope), password=given
        )
    say(f"added {added.name} ({added.role})", f"已添加 {added.name}（{_zh_role(added.role)}）")
    _print_once(once)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the accounts: name, role, grids, state."""
    with opened() as (store, accounts):
        found = accounts.list()
        division = _division(store)
    if as_json:
        rows = [_as_json(user, division) for user in found]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for user in found:
        print("  ".join(filter(None, _line(user, division))))
    if not found:
        say(
            "no accounts yet: wangge serve makes the first, or wangge user add NAME --role admin",
            "还没有账号：wangge serve 会建立第一个，或运行 wangge user add 姓名 --role admin",
        )


@app.command()
def role(name: Name, role: Annotated[str, typer.Argument(help=", ".join(ACCOUNT_ROLES))]) -> None:
    """Give an account another role."""
    with opened() as (_, accounts):
        changed = accounts.change(operator(), name, role=role)
    say(f"{changed.name} is {changed.role}", f"{changed.name} 现为{_zh_role(changed.role)}")


@app.command()
def scope(
    name: Name,
    grids: Annotated[
        list[str] | None, typer.Argument(help="Codes of grids; none: the whole subdistrict")
    ] = None,
) -> None:
    """Say which grids (and all below them) an account is for."""
    with opened() as (store, accounts):
        accounts.change(operator(), name, scope_grids=_grids(store, grids))
    codes = " ".join(grids or ())
    say(f"{name}: {codes or 'the whole subdistrict'}", f"{name}：{codes or '全街道'}")


@app.command()
def disable(name: Name) -> None:
    """Disable an account: it is signed out everywhere and cannot sign in."""
    with opened() as (_, accounts):
        accounts.change(operator(), name, disabled=True)
    say(f"{name} is disabled", f"{name} 已停用")


@app.command()
def enable(name: Name) -> None:
    """Enable an account that was disabled."""
    with opened() as (_, accounts):
        accounts.change(operator(), name, disabled=False)
    say(f"{name} is enabled", f"{name} 已启用")


@app.command()
def password(name: Name, password_stdin: FromInput = False) -> None:
    """Reset a password, to a one-time one unless one is given; sign out everywhere."""
    with opened() as (_, accounts):
        given = _read_password() if password_stdin else None
        once = accounts.reset_password(operator(), name, given)
    say(
        f"the password of {name} was reset; it is signed out everywhere",
        f"已重置 {name} 的密码；该账号已在所有设备上退出",
    )
    _print_once(once)


@app.command()
def key(
    name: Name,
    label: Annotated[str | None, typer.Option("--for", help="Make a key: what it is for")] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help=f"What it may (again for more): {', '.join(ALL_SCOPES)} [read]"),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days it is good for")] = None,
    revoke: Annotated[str | None, typer.Option(help="Revoke the key with this id")] = None,
) -> None:
    """List the API keys of an account; make one (--for) or revoke one (--revoke)."""
    with opened() as (_, accounts):
        owner = accounts.find(name)
        if revoke is not None:
            accounts.revoke_key(operator(), owner.id, revoke)
            say(f"revoked {revoke}", f"已撤销 {revoke}")
        elif label is not None:
            made, known = accounts.make_key(
                operator(), name, label=label, scopes=_scopes(scope or ["read"]), days=days
            )
            say(
                f"key {known.id} of {owner.name}, shown this once:",
                f"{owner.name} 的密钥 {known.id}（只显示这一次）：",
            )
            print(made)
        else:
            for one in accounts.keys_of(owner.id):
                print(_key_line(one))


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _print_once(once: str | None) -> None:
    if once is not None:
        say(
            f"one-time password, shown this once 一次性密码（只显示这一次）: {once}",
            f"一次性密码（只显示这一次）：{once}",
        )


def _scopes(given: list[str]) -> frozenset[Scope]:
    for one in given:
        if one not in ALL_SCOPES:
            known = ", ".join(sorted(ALL_SCOPES))
            raise InvalidInput(
                "scope", f"--scope {one!r}: one of {known}", f"--scope {one!r}：应为 {known} 之一"
            )
    return frozenset(map(Scope, given))


def _division(store: Store) -> Division | None:
    try:
        return store.holding(today()).division
    except NotFound:
        return None


def _grids(store: Store, codes: list[str] | None) -> frozenset[GridId] | None:
    from gis.workflows.accounts import scope_of_codes

    return scope_of_codes(codes or None, _division(store))


def _scope_codes(user: Account, division: Division | None) -> list[str] | None:
    from gis.workflows.accounts import codes_of_scope

    found = codes_of_scope(user.scope_grids, division)
    return None if found is None else [code for code, _ in found]


def _line(user: Account, division: Division | None) -> list[str]:
    scope_codes = _scope_codes(user, division)
    zh = in_chinese()
    everywhere, nowhere = ("全街道", "没有网格") if zh else ("all grids", "no grids")
    return [
        user.name,
        _zh_role(user.role) if zh else str(user.role),
        everywhere if scope_codes is None else " ".join(scope_codes) or nowhere,
        ("已停用" if zh else "disabled") if user.disabled else "",
        ("待改密码" if zh else "one-time password") if user.must_change_password else "",
    ]


def _zh_role(role: str) -> str:
    return _ZH_ROLES.get(str(role), str(role))


def _as_json(user: Account, division: Division | None) -> dict[str, object]:
    return {
        "name": user.name,
        "role": str(user.role),
        "scope": _scope_codes(user, division),
        "disabled": user.disabled,
        "must_change_password": user.must_change_password,
    }


def _key_line(one: ApiKey) -> str:
    end = None if one.expires_at is None else _day(one.expires_at)
    until = Text(f"until {end}", f"有效至 {end}") if end else Text("without end", "长期有效")
    gone = _day(one.revoked_at) if one.revoked_at else ""
    state = (Text(f"revoked {gone}", f"已于 {gone} 撤销") if gone else until).in_language(
        language()
    )
    return f"{one.id}  {one.name}  {','.join(sorted(one.scopes))}  {state}"


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()

"""Accounts as rows: found, added, changed; each change is posted for the record."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from gis.accounts import ACCOUNT_ROLES, Account, AccountRole
from gis.audit import AuditChange, Author
from gis.errors import Conflict, InvalidInput, NotFound
from gis.ids import GridId
from gis.store.accounts.outbox import post
from gis.store.accounts.seals import check_seal, insert_sealed, update_sealed
from gis.store.accounts.tables import account

_c = account.c
# Letters of any script, digits, and what stands inside names; no blanks, quotes or controls.
_NAME = re.compile(r"[\w](?:[\w.@·-]{0,38}[\w])?")


def name_key(name: str) -> str:
    """Return what two spellings of one account name have in common."""
    return unicodedata.normalize("NFKC", name).casefold()


def checked_name(name: str) -> str:
    """Return a name fit for an account.

    Raises
    ------
    InvalidInput
        Empty, longer than 40 characters, or with blanks or signs in it.
    """
    normal = unicodedata.normalize("NFC", name)
    if _NAME.fullmatch(normal) and normal.casefold() != "system":
        return normal
    raise InvalidInput(
        "name",
        "name: 1 to 40 letters, digits, . - _ @ without blanks, not 'system'",
        "name（账号名）应为 1 到 40 个字母、汉字、数字或 . - _ @，不含空格，且不能是 system",
    )


def checked_role(role: str) -> AccountRole:
    """Return the role that a text names.

    Raises
    ------
    InvalidInput
        None an account can have.
    """
    if role in ACCOUNT_ROLES:
        return AccountRole(role)
    known = ", ".join(ACCOUNT_ROLES)
    raise InvalidInput(
        "role", f"role must be one of {known}", f"role（角色）应为以下之一：{known}", ACCOUNT_ROLES
    )


def read(row: RowMapping) -> Account:
    """Return the account of a row.

    Raises
    ------
    StoreDamaged
        The row is not what was written.
    """
    check_seal(account, row)
    values = {name: row[name] for name in Account.__slots__}
    scope = values["scope_grids"]
    values["scope_grids"] = None if scope is None else frozenset(map(GridId, scope))
    return Account(**{**values, "role": AccountRole(values["role"])})


def every(connection: Connection) -> tuple[Account, ...]:
    """Return all accounts, by name."""
    rows = connection.execute(select(account).order_by(_c.name_key)).mappings()
    return tuple(read(row) for row in rows)


def by_id(connection: Connection, identity: str) -> Account | None:
    """Return the account with an id, None for none."""
    row = connection.execute(select(account).where(_c.id == identity)).mappings().one_or_none()
    return read(row) if row else None


def by_name(connection: Connection, name: str) -> Account:
    """Return the account of a name, however it is written.

    Raises
    ------
    NotFound
        There is none.
    """
    found = select(account).where(_c.name_key == name_key(name))
    row = connection.execute(found).mappings().one_or_none()
    if row is None:
        shown = name[:40].encode("utf-8", "replace").decode()
        raise NotFound(
            f"there is no account {shown!r}: wangge user list shows them",
            f"没有账号 {shown!r}：可用 wangge user list 查看",
        )
    return read(row)


def password_of(connection: Connection, key: str) -> tuple[Account, str] | None:
    """Return the account with a name key, and its password hash."""
    found = select(account).where(_c.name_key == key)
    row = connection.execute(found).mappings().one_or_none()
    return (read(row), row["password_hash"]) if row else None


def add(
    connection: Connection,
    author: Author,
    *,
    name: str,
    role: AccountRole,
    scope_grids: Iterable[GridId] | None,
    password_hash: str,
    must_change_password: bool,
    now: int,
) -> Account:
    """Add an account.

    Raises
    ------
    Conflict
        There is one of that name.
    """
    key = name_key(name)
    if connection.scalar(select(_c.id).where(_c.name_key == key)):
        raise Conflict(
            f"there is an account {name!r} already: choose another name",
            f"账号 {name!r} 已存在：请换一个名称",
        )
    identity = f"u{secrets.token_hex(8)}"
    made = {
        "id": identity,
        "name": name,
        "role": str(role),
        "scope_grids": None if scope_grids is None else sorted(scope_grids),
        "must_change_password": must_change_password,
        "disabled": False,
        "epoch": 1,
        "created_at": now,
        "signed_in_at": None,
        "password_set_at": now,
        "name_key": key,
        "password_hash": password_hash,
    }
    insert_sealed(connection, account, made)
    added = by_id(connection, identity)
    assert added is not None
    post(
        connection,
        author,
        AuditChange("account.add", f"account:{added.id}", None, account_values(added)),
    )
    return added


def change(
    connection: Connection, author: Author, found: Account, action: str, **values: Any
) -> Account:
    """Change columns of an account; what ends all sessions also says ``epoch``.

    Raises
    ------
    Conflict
        It would leave nobody who can administrate.
    """
    update_sealed(connection, account, _c.id == found.id, values)
    changed = by_id(connection, found.id)
    assert changed is not None
    if _administrates(found) and not _administrates(changed):
        _check_an_admin_is_left(connection)
    # What stands in the log of a password is that it changed, never anything of it.
    post(
        connection,
        author,
        AuditChange(action, f"account:{found.id}", account_values(found), account_values(changed)),
    )
    return changed


def _administrates(found: Account) -> bool:
    return found.role is AccountRole.ADMIN and not found.disabled


def _check_an_admin_is_left(connection: Connection) -> None:
    left = select(func.count()).where(_c.role == str(AccountRole.ADMIN), _c.disabled.is_(False))
    if not connection.scalar(left):
        raise Conflict(
            "this is the last administrator: make another one first",
            "这是最后一名管理员：请先设置另一名管理员",
        )


def account_values(found: Account) -> dict[str, Any]:
    """Return what goes on record of an account."""
    return {
        "name": found.name,
        "role": str(found.role),
        "scope_grids": None if found.scope_grids is None else sorted(found.scope_grids),
        "disabled": found.disabled,
        "must_change_password": found.must_change_password,
        "epoch": found.epoch,
    }

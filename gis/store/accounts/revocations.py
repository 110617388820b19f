"""What was taken from accounts since a backup was made does not come back with it.

A restored backup brings back the accounts as they were then. But an office that revoked a key,
disabled somebody, changed a password that had become known or narrowed what somebody may do did
not mean that until the next restore: these stay as they are in the store that is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from gis.accounts import AccountRole
from gis.findings import Text
from gis.store.accounts.seals import update_sealed
from gis.store.accounts.tables import account, api_key, device, session

_Row = Mapping[str, Any]


@dataclass(frozen=True)
class Present:
    """The accounts and keys of the store that is to be replaced, by their ids."""

    accounts: dict[str, _Row]
    keys: dict[str, _Row]


@dataclass(frozen=True)
class Withdrawn:
    """What did not come back: names of accounts, and how many keys."""

    disabled: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()
    narrowed: tuple[str, ...] = ()
    keys: int = 0
    gone: tuple[str, ...] = ()
    without_admin: bool = False

    def told(self) -> tuple[Text, ...]:
        """Return it in sentences."""
        lists = (
            (self.disabled, "disabled since the backup, stays disabled", "备份后停用，仍为停用"),
            (
                self.passwords,
                "password changed since the backup, the new one holds",
                "备份后改过密码，以新密码为准",
            ),
            (
                self.narrowed,
                "role or grids changed since the backup, no wider than now",
                "备份后调整过角色或网格，不超过现有权限",
            ),
            (
                self.gone,
                "made since the backup, gone with the store that was replaced",
                "备份后新建，已随原库移走",
            ),
        )
        found = [
            Text(f"{en}: {', '.join(names)}", f"{zh}：{'、'.join(names)}")
            for names, en, zh in lists
            if names
        ]
        if self.keys:
            found.append(
                Text(
                    f"keys revoked since the backup, stay revoked: {self.keys}",
                    f"备份后撤销的密钥仍为撤销：{self.keys} 个",
                )
            )
        if self.without_admin:
            found.append(
                Text(
                    "no administrator is left who can sign in: wangge user enable NAME, or "
                    "wangge user role NAME admin",
                    "已没有可登录的管理员：请运行 wangge user enable 账号，"
                    "或 wangge user role 账号 admin",
                )
            )
        return tuple(found)

    def on_record(self) -> dict[str, Any]:
        """Return it as a value of the audit log; nothing that is empty."""
        values = {
            "stay_disabled": list(self.disabled),
            "newer_password_kept": list(self.passwords),
            "not_wider_than_now": list(self.narrowed),
            "stay_revoked_keys": self.keys,
            "accounts_gone": list(self.gone),
        }
        return {name: value for name, value in values.items() if value}


def read_present(connection: Connection) -> Present:
    """Return the accounts and keys of a database."""

    def rows(table: Any) -> dict[str, _Row]:
        return {row["id"]: dict(row) for row in connection.execute(select(table)).mappings()}

    return Present(rows(account), rows(api_key))


def withdraw(connection: Connection, present: Present | None) -> Withdrawn:
    """Sign everybody out of restored accounts; take from them what was taken since.

    Parameters
    ----------
    connection
        To the accounts of the backup, before they are put in place.
    present
        Those of the store that is replaced; None when there are none.
    """
    connection.execute(delete(session))
    connection.execute(delete(device))
    restored = read_present(connection)
    now = present or Present({}, {})
    disabled, passwords, narrowed = [], [], []
    for identity, then in restored.accounts.items():
        held = now.accounts.get(identity)
        # Tokens that were given out end as well.
        values: dict[str, Any] = {"epoch": max(then["epoch"], held["epoch"] if held else 0) + 1}
        if held is not None:
            if held["disabled"] and not then["disabled"]:
                values["disabled"] = True
                disabled.append(then["name"])
            if held["password_hash"] != then["password_hash"]:
                kept = ("password_hash", "must_change_password", "password_set_at")
                values |= {n: held[n] for n in kept}
                passwords.append(then["name"])
            if limits := _limits(then, held):
                values |= limits
                narrowed.append(then["name"])
        update_sealed(connection, account, account.c.id == identity, values)
    return Withdrawn(
        tuple(disabled),
        tuple(passwords),
        tuple(narrowed),
        _revoke(connection, restored, now),
        tuple(r["name"] for i, r in now.accounts.items() if i not in restored.accounts),
        bool(restored.accounts) and not _has_admin(connection),
    )


def _limits(then: _Row, held: _Row) -> dict[str, Any]:
    """Return the role and grids of an account where they were wider than they are now."""
    limits: dict[str, Any] = {}
    was, now = AccountRole(then["role"]), AccountRole(held["role"])
    if was is not now and was.reaches(now):
        limits["role"] = held["role"]
    mine, ours = then["scope_grids"], held["scope_grids"]
    if ours is not None and (mine is None or set(mine) - set(ours)):
        limits["scope_grids"] = ours
    return limits


def _revoke(connection: Connection, restored: Present, now: Present) -> int:
    revoked = {
        identity: now.keys[identity]["revoked_at"]
        for identity, key in restored.keys.items()
        if key["revoked_at"] is None
        and identity in now.keys
        and now.keys[identity]["revoked_at"] is not None
    }
    for identity, at in revoked.items():
        update_sealed(connection, api_key, api_key.c.id == identity, {"revoked_at": at})
    return len(revoked)


def _has_admin(connection: Connection) -> bool:
    rows: Sequence[Any] = connection.execute(
        select(account.c.id).where(
            account.c.role == str(AccountRole.ADMIN), account.c.disabled.is_(False)
        )
    ).all()
    return bool(rows)

"""The accounts: who can sign in, with what, and what they were given to show at the doors."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, func, make_url, select

from gis.accounts import (
    ALL_SCOPES,
    Account,
    AccountRole,
    Acting,
    ApiKey,
    Lifetimes,
    Scope,
    Session,
)
from gis.audit import SYSTEM, AuditChange, Author
from gis.errors import InvalidInput, NotAllowed, NotSignedIn, StoreError
from gis.findings import Text
from gis.ids import GridId
from gis.store.accounts import (
    account_rows,
    attempts,
    credentials,
    devices,
    revisions,
    secrets,
    tables,
)
from gis.store.accounts.outbox import Recorder, carry_over, post
from gis.store.accounts.seals import damaged_rows, is_sealed, update_sealed
from gis.store.engine import Database, open_database
from gis.store.store import Store

FIRST_NAME = "admin"
_SAME: frozenset[GridId] = frozenset({GridId("\0same")})


class AccountStore:
    """The database of the accounts; :func:`open_accounts` makes one.

    May be used by several threads and processes at a time. Every method raises
    :class:`~gis.errors.StoreError` when the database fails, and has then changed nothing.
    Whatever changes an account goes on the record of the main store (see
    :mod:`gis.store.accounts.outbox`).
    """

    def __init__(
        self,
        database: Database,
        record: Recorder,
        lifetimes: Lifetimes | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = database.path
        self.lifetimes = lifetimes or Lifetimes()
        self._database = database
        self._record = record
        self._clock = clock

    def migrate(self) -> bool:
        """Make the tables, or bring them to the newest revision; tell whether that was needed.

        What still waits to go on record is carried over.
        """
        needed = revisions.upgrade(self._database)
        with self._reading() as connection:
            keyed = connection.scalar(select(func.count()).select_from(tables.signing_key))
        if not keyed:
            with self._writing() as connection:
                credentials.make_signing_key(connection, self.now())
        carry_over(self._database, self._record)
        return needed

    def close(self) -> None:
        """Let go of all connections."""
        self._database.engine.dispose()

    def faults(self) -> list[Text]:
        """Return what in the accounts is not what was written; [] when nothing is."""
        try:
            with self._reading() as connection:
                if self._database.path is not None:
                    _check_structure(connection)
                torn = [
                    table.name
                    for table in tables.metadata.sorted_tables
                    for row in connection.execute(select(table)).mappings()
                    if not is_sealed(table, row)
                ]
        except StoreError as problem:
            return [problem.text]
        return [damaged_rows(name).text for name in dict.fromkeys(torn)]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _told(), self._database.reading() as connection:
            yield connection

    @contextmanager
    def _writing(self, acting: Acting | None = None) -> Iterator[Connection]:
        """Yield a connection to write with; ``acting`` must still be an administrator in it."""
        with _told(), self._database.writing() as connection:
            if acting is not None:
                _check_acting(connection, acting, AccountRole.ADMIN)
            yield connection

    def now(self) -> int:
        """Return the time by the clock of the accounts, in seconds since 1970."""
        return int(self._clock())

    def _done(self) -> None:
        """Carry over what the change that is committed now posted for the record."""
        carry_over(self._database, self._record)

    # --- accounts ---

    def begin(self) -> tuple[str, str] | None:
        """Add the first administrator where there is no account at all.

        Returns
        -------
        tuple of str and str, or None
            Name and one-time password, which is kept nowhere; None when there are accounts.
        """
        with self._reading() as connection:
            if connection.scalar(select(func.count()).select_from(tables.account)):
                return None
        password = secrets.new_one_time_password()
        hashed = secrets.hash_password(password)
        with self._writing() as connection:
            if connection.scalar(select(func.count()).select_from(tables.account)):
                return None
            account_rows.add(
                connection,
                SYSTEM,
                name=FIRST_NAME,
                role=AccountRole.ADMIN,
                scope_grids=None,
                password_hash=hashed,
                must_change_password=True,
                now=self.now(),
            )
        self._done()
        return FIRST_NAME, password

    def list(self) -> tuple[Account, ...]:
        """Return all accounts, by name."""
        with self._reading() as connection:
            return account_rows.every(connection)

    def find(self, name: str) -> Account:
        """Return the account of a name (see :func:`people.by_name`)."""
        with self._reading() as connection:
            return account_rows.by_name(connection, name)

    def add(
        self,
        author: Author,
        *,
        name: str,
        role: str,
        scope_grids: Iterable[GridId] | None = None,
        password: str | None = None,
        acting: Acting | None = None,
    ) -> tuple[Account, str | None]:
        """Add an account; without a ``password`` it gets a one-time one, which is returned.

        ``acting`` is the administrator who does it; None: whoever runs the command.

        Raises
        ------
        InvalidInput, Conflict
            A name, role or password that will not do, or a name that is taken.
        """
        checked, known = account_rows.checked_name(name), account_rows.checked_role(role)
        if password is not None:
            secrets.check_new_password(password, checked)
        once = None if password else secrets.new_one_time_password()
        hashed = secrets.hash_password(password or once or "")
        with self._writing(acting) as connection:
            added = account_rows.add(
                connection,
                author,
                name=checked,
                role=known,
                scope_grids=scope_grids,
                password_hash=hashed,
                must_change_password=once is not None,
                now=self.now(),
            )
        self._done()
        return added, once

    def change(
        self,
        author: Author,
        name: str,
        *,
        role: str | None = None,
        scope_grids: Iterable[GridId] | None = _SAME,
        disabled: bool | None = None,
        acting: Acting | None = None,
    ) -> Account:
        """Change what is given of an account; a disabled one is signed out everywhere.

        Its API keys are revoked too, for good. ``acting`` is as for :meth:`add`.

        Raises
        ------
        NotFound, InvalidInput, Conflict
            No such account, no such role, or no administrator would be left.
        """
        values: dict[str, object] = {}
        if role is not None:
            values["role"] = str(account_rows.checked_role(role))
        if scope_grids is not _SAME:
            values["scope_grids"] = None if scope_grids is None else sorted(scope_grids)
        if disabled is not None:
            values["disabled"] = disabled
        with self._writing(acting) as connection:
            found = account_rows.by_name(connection, name)
            if disabled:
                values["epoch"] = found.epoch + 1
                self._end_all(connection, author, found)
            if not values:
                return found
            action = "account.disable" if disabled else "account.change"
            changed = account_rows.change(connection, author, found, action, **values)
        self._done()
        return changed

    def _end_all(
        self, connection: Connection, author: Author, owner: Account, *, but: str | None = None
    ) -> None:
        """End every session (but one) and API key of an account; forget its browsers."""
        credentials.end_sessions(connection, owner.id, but=but)
        devices.forget(connection, owner.id)
        for key in credentials.revoke_keys(connection, owner.id, self.now()):
            _post_revoked(connection, author, owner.id, key)

    def reset_password(
        self,
        author: Author,
        name: str,
        password: str | None = None,
        *,
        acting: Acting | None = None,
    ) -> str | None:
        """Give an account a new password, a one-time one when none is given; return that.

        It is signed out everywhere, and its API keys are revoked. ``acting`` is as for
        :meth:`add`.

        Raises
        ------
        NotFound, InvalidInput
            No such account; a password that will not do.
        """
        if password is not None:
            secrets.check_new_password(password, name)
        once = None if password else secrets.new_one_time_password()
        hashed = secrets.hash_password(password or once or "")
        with self._writing(acting) as connection:
            found = account_rows.by_name(connection, name)
            self._end_all(connection, author, found)
            account_rows.change(
                connection,
                author,
                found,
                "account.reset_password",
                password_hash=hashed,
                password_set_at=self.now(),
                must_change_password=once is not None,
                epoch=found.epoch + 1,
            )
        self._done()
        return once

    def change_password(
        self,
        author: Author,
        identity: str,
        *,
        old: str,
        new: str,
        address: str,
        device: str = "",
        keep: str | None = None,
        keep_keys: bool = False,
    ) -> None:
        """Change one's own password; all else but the session ``keep`` is signed out.

        API keys are revoked unless ``keep_keys``: whoever knew the old password may have made
        one.

        Raises
        ------
        InvalidInput
            The old one is wrong (``password``) or the new one will not do (``new_password``).
        TooManyRequests
            After several wrong ones.
        """
        with self._reading() as connection:
            owner = account_rows.by_id(connection, identity)
        if owner is None:
            raise NotSignedIn("the account is gone", "账号已不存在")
        secrets.check_new_password(new, owner.name)
        if new == old:
            raise InvalidInput(
                "new_password",
                "new_password: it must differ from the old one",
                "新密码不能与原密码相同",
            )
        proved = self._checked(owner.name, old, address, device)
        if proved is None or proved.id != identity:
            raise InvalidInput("password", "password: that is not the old one", "原密码不正确")
        hashed = secrets.hash_password(new)
        with self._writing() as connection:
            found = _still(connection, proved)
            if keep_keys:
                credentials.end_sessions(connection, identity, but=keep)
            else:
                self._end_all(connection, author, found, but=keep)
            account_rows.change(
                connection,
                author,
                found,
                "account.change_password",
                password_hash=hashed,
                password_set_at=self.now(),
                must_change_password=False,
                epoch=found.epoch + 1,
            )
        self._done()

    # --- signing in and out ---

    def confirm(self, identity: str, password: str, *, address: str, device: str = "") -> None:
        """Make sure that somebody who is signed in knows their password.

        Raises
        ------
        InvalidInput
            It is not the one (``password``).
        TooManyRequests
            After several wrong ones.
        """
        with self._reading() as connection:
            owner = account_rows.by_id(connection, identity)
        proved = self._checked(owner.name if owner else "", password, address, device)
        if proved is None or proved.id != identity:
            raise InvalidInput(
                "password", "password: that is not your own password", "密码不正确：请输入本人密码"
            )

    def is_device(self, token: str) -> bool:
        """Tell whether a browser is known by a token: somebody has signed in in it before."""
        with self._reading() as connection:
            return devices.is_anybodys(connection, token, self.now())

    def sign_in(
        self, name: str, password: str, *, address: str, agent: str = "", device: str = ""
    ) -> tuple[str, Account, Session]:
        """Begin a session; return its token, which is kept nowhere.

        ``device`` is the token by which the browser is known from before ("": it is not); the
        session says by which it is known from now on.

        Raises
        ------
        NotSignedIn
            Name and password do not belong together, or the account is disabled; one sentence
            for all of these, after the same time.
        TooManyRequests
            The name rests for this address.
        """
        proved = self._entered(name, password, address, device)
        with self._writing() as connection:
            owner, now = _still(connection, proved), self.now()
            token, session = credentials.open_session(
                connection, owner, agent, now, self.lifetimes.session_s
            )
            known_by = devices.note(connection, device, owner.id, now)
            update_sealed(
                connection,
                tables.account,
                tables.account.c.id == owner.id,
                {"signed_in_at": now},
            )
        return token, owner, replace(session, device=known_by)

    def _entered(self, name: str, password: str, address: str, device: str = "") -> _Proved:
        found = self._checked(name, password, address, device)
        if found is None:
            raise _refused()
        self._check_one_time(found)
        return found

    def _checked(self, name: str, password: str, address: str, device: str) -> _Proved | None:
        """Return the account of a name and password, None when they do not match.

        The work is the same whether there is such an account or not.
        """
        key, now = account_rows.name_key(name), self.now()
        with self._writing() as connection:
            known = account_rows.password_of(connection, key)
            owner = known[0].id if known else ""
            seen = bool(device) and devices.is_known(connection, device, owner, now)
            counters = attempts.counters_of(key, address, device if seen else "")
            counters = attempts.begin(connection, counters, now)
            locked = [c for c in counters if c.failures == c.free]
            for counter in locked:
                after = {"wait_s": counter.wait_s, "counted": counter.counted}
                lockout = AuditChange(
                    "account.lockout", f"account:{owner or 'unknown'}", None, after
                )
                post(connection, SYSTEM, lockout, "failed sign-ins 登录失败")
        right = secrets.is_password(password, known[1] if known else None)
        if known is None or not right or known[0].disabled:
            if locked:
                self._done()
            return None
        with self._writing() as connection:
            attempts.succeed(connection, counters)
        return _Proved(known[0], known[1])

    def _check_one_time(self, proved: _Proved) -> None:
        """Refuse a one-time password that was not used in time.

        Raises
        ------
        NotSignedIn
            It has expired.
        """
        since = proved.account.password_set_at
        if not proved.account.must_change_password or since is None:
            return
        now = self.now()
        if now - since >= self.lifetimes.one_time_s or credentials.is_set_back(since, now):
            raise NotSignedIn(
                "the one-time password has expired: ask an administrator for another, or run "
                "wangge user password NAME",
                "一次性密码已过期：请管理员重新设置，或运行 wangge user password 账号",
            )

    def session(self, token: str) -> tuple[Account, Session] | None:
        """Return the account and session of a token; None when it has ended or never was."""
        now = self.now()
        with self._reading() as connection:
            found = credentials.find_session(connection, token, now, self.lifetimes.idle_s)
        if found and credentials.is_to_be_seen(found[1], now):
            with self._writing() as connection:
                credentials.see(connection, token, now)
        return found

    def sessions_of(self, identity: str) -> tuple[Session, ...]:
        """Return the sessions of an account, the last used first."""
        with self._reading() as connection:
            return credentials.sessions_of(connection, identity, self.now(), self.lifetimes.idle_s)

    def sign_out(self, token: str) -> None:
        """End a session; one that has ended already stays ended."""
        with self._writing() as connection:
            credentials.end_token(connection, token)

    def end_session(self, identity: str, session: str) -> None:
        """End one session of an account by its id (see :func:`issued.end_session`)."""
        with self._writing() as connection:
            credentials.end_session(connection, identity, session)

    def sign_out_everywhere(
        self,
        author: Author,
        identity: str,
        *,
        keys: bool = False,
        acting: Acting | None = None,
    ) -> None:
        """End all sessions and tokens of an account; with ``keys``, its API keys too."""
        with self._writing(acting) as connection:
            found = account_rows.by_id(connection, identity)
            if found is None:
                return
            if keys:
                self._end_all(connection, author, found)
            credentials.end_sessions(connection, identity)
            devices.forget(connection, identity)
            account_rows.change(
                connection, author, found, "account.sign_out_everywhere", epoch=found.epoch + 1
            )
        self._done()

    # --- for programs ---

    def make_key(
        self,
        author: Author,
        name: str,
        *,
        label: str,
        scopes: Iterable[Scope],
        days: int | None = None,
        acting: Acting | None = None,
    ) -> tuple[str, ApiKey]:
        """Make an API key for an account; the key is returned once and kept nowhere.

        ``acting`` is who makes it, for themselves; None: whoever runs the command.
        """
        with self._writing() as connection:
            if acting is not None:
                _check_acting(connection, acting, AccountRole.STAFF)
            owner = account_rows.by_name(connection, name)
            lasts_s = None if days is None else days * 86_400
            key, known = credentials.make_key(
                connection,
                owner,
                name=label,
                scopes=scopes,
                now=self.now(),
                lasts_s=lasts_s,
            )
            after = {"key": known.id, "scopes": sorted(known.scopes)}
            post(
                connection,
                author,
                AuditChange("account.add_key", f"account:{owner.id}", None, after),
            )
        self._done()
        return key, known

    def keys_of(self, identity: str) -> tuple[ApiKey, ...]:
        """Return the API keys of an account, revoked ones too."""
        with self._reading() as connection:
            return credentials.keys_of(connection, identity)

    def revoke_key(self, author: Author, identity: str, key: str) -> None:
        """End an API key of an account for good (see :func:`issued.revoke_key`)."""
        with self._writing() as connection:
            known = credentials.revoke_key(connection, identity, key, self.now())
            _post_revoked(connection, author, identity, known)
        self._done()

    def key_owner(self, key: str) -> tuple[Account, frozenset[Scope]] | None:
        """Return whose API key it is and what for; None when it is none or has ended."""
        now = self.now()
        with self._reading() as connection:
            found = credentials.find_key(connection, key, now)
        if found is None:
            return None
        if credentials.is_key_to_be_seen(found[1], now):
            with self._writing() as connection:
                credentials.see_key(connection, found[1].id, now)
        return found[0], found[1].scopes

    def issue_token(
        self,
        name: str,
        password: str,
        *,
        address: str,
        scopes: Iterable[Scope] = ALL_SCOPES,
    ) -> tuple[str, Account]:
        """Return a JWT for an account that proves itself (see :meth:`sign_in`)."""
        proved = self._entered(name, password, address)
        with self._reading() as connection:
            owner = _still(connection, proved)
            now = self.now()
            return credentials.issue_token(
                connection, owner, scopes, now, self.lifetimes.token_s
            ), owner

    def sign_request(self, acting: Acting, asked: Mapping[str, str]) -> str:
        """Return what somebody asks a colleague to consent to, signed in their name."""
        with self._reading() as connection:
            _check_acting(connection, acting, AccountRole.STAFF)
            owner = account_rows.by_id(connection, acting.account)
            assert owner is not None
            return credentials.issue_request(connection, owner, asked, self.now())

    def request_of(self, token: str) -> tuple[Account, dict[str, str]] | None:
        """Return who asks for what by a request; None when it is not good (any more)."""
        with self._reading() as connection:
            return credentials.find_request(connection, token, self.now())

    def token_owner(self, token: str) -> tuple[Account, frozenset[Scope]] | None:
        """Return whose JWT it is and what for; None when it is not good (any more)."""
        with self._reading() as connection:
            return credentials.find_token(connection, token, self.now())


class _Proved(NamedTuple):
    """An account whose password was shown, and the hash it was compared with."""

    account: Account
    password_hash: str

    @property
    def id(self) -> str:
        """The id of the account."""
        return self.account.id


def _still(connection: Connection, proved: _Proved) -> Account:
    """Return an account whose password was shown, unless that has been taken back since.

    Raises
    ------
    NotSignedIn
        It was disabled, or its password reset, between the look at it and now.
    """
    key = account_rows.name_key(proved.account.name)
    found = account_rows.password_of(connection, key)
    if found is None or found[0].disabled or found[1] != proved.password_hash:
        raise _refused()
    return found[0]


def _check_acting(connection: Connection, acting: Acting, needed: AccountRole) -> None:
    """Refuse whoever has been signed out, disabled or given another role since they asked.

    Raises
    ------
    NotSignedIn, NotAllowed
        Accordingly.
    """
    found = account_rows.by_id(connection, acting.account)
    if found is None or found.disabled or found.epoch != acting.epoch:
        raise NotSignedIn("you have been signed out: sign in again", "您已被登出：请重新登录")
    if not found.role.reaches(needed):
        raise NotAllowed(
            f"this needs the role {needed}, and {found.name} is {found.role}: ask an administrator",
            f"此操作需要{needed.label.zh}权限，{found.name} 是{found.role.label.zh}：请联系管理员",
        )


def _post_revoked(connection: Connection, author: Author, owner: str, key: ApiKey) -> None:
    before = {"key": key.id, "scopes": sorted(key.scopes)}
    post(connection, author, AuditChange("account.revoke_key", f"account:{owner}", before, None))


def _check_structure(connection: Connection) -> None:
    first = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if first != "ok":
        raise damaged_rows(" ".join(str(first).split()))


@contextmanager
def _told() -> Iterator[None]:
    """Tell of values that cannot be what was written, whatever Python makes of them."""
    try:
        yield
    except (ValueError, TypeError, KeyError, OverflowError) as problem:
        raise damaged_rows(type(problem).__name__) from problem


def _refused() -> NotSignedIn:
    return NotSignedIn(
        "name and password do not belong together, or the account is disabled",
        "账号或密码不正确，或账号已停用",
    )


def open_accounts(
    store: Store,
    *,
    lifetimes: Lifetimes | None = None,
    clock: Callable[[], float] = time.time,
) -> AccountStore:
    """Return the accounts that go with a store; :meth:`AccountStore.migrate` makes what is missing.

    Beside a SQLite file they are the file ``accounts.sqlite``, on PostGIS the schema
    ``accounts`` of the same database.
    """
    if store.path is not None:
        path = store.path.with_name(revisions.FILE_NAME)
        url = make_url("sqlite://").set(database=os.fspath(path)).render_as_string()
    else:
        url = store.url
    database = open_database(url, revisions.SCHEMA)

    def record(author: Author, change: AuditChange, reason: str) -> object:
        return store.put_on_record(author, change, reason=reason)

    return AccountStore(database, record, lifetimes, clock)

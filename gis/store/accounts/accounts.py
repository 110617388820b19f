"""The accounts: who can sign in, with what, and what they were given to show at the doors."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

from sqlalchemy import Connection, func, make_url, select

from gis.accounts import ALL_SCOPES, Account, AccountRole, ApiKey, Lifetimes, Scope, Session
from gis.audit import SYSTEM, AuditChange, Author
from gis.errors import InvalidInput, NotSignedIn
from gis.ids import GridId
from gis.store.accounts import account_rows, attempts, credentials, revisions, secrets, tables
from gis.store.accounts.outbox import Recorder, carry_over, post
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
        with self._database.reading() as connection:
            keyed = connection.scalar(select(func.count()).select_from(tables.signing_key))
        if not keyed:
            with self._database.writing() as connection:
                credentials.make_signing_key(connection, self._now())
        carry_over(self._database, self._record)
        return needed

    def close(self) -> None:
        """Let go of all connections."""
        self._database.engine.dispose()

    def _now(self) -> int:
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
        with self._database.reading() as connection:
            if connection.scalar(select(func.count()).select_from(tables.account)):
                return None
        password = secrets.new_one_time_password()
        hashed = secrets.hash_password(password)
        with self._database.writing() as connection:
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
                now=self._now(),
            )
        self._done()
        return FIRST_NAME, password

    def list(self) -> tuple[Account, ...]:
        """Return all accounts, by name."""
        with self._database.reading() as connection:
            return account_rows.every(connection)

    def find(self, name: str) -> Account:
        """Return the account of a name (see :func:`people.by_name`)."""
        with self._database.reading() as connection:
            return account_rows.by_name(connection, name)

    def add(
        self,
        author: Author,
        *,
        name: str,
        role: str,
        scope_grids: Iterable[GridId] | None = None,
        password: str | None = None,
    ) -> tuple[Account, str | None]:
        """Add an account; without a ``password`` it gets a one-time one, which is returned.

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
        with self._database.writing() as connection:
            added = account_rows.add(
                connection,
                author,
                name=checked,
                role=known,
                scope_grids=scope_grids,
                password_hash=hashed,
                must_change_password=once is not None,
                now=self._now(),
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
    ) -> Account:
        """Change what is given of an account; a disabled one is signed out everywhere.

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
        with self._database.writing() as connection:
            found = account_rows.by_name(connection, name)
            if disabled:
                values["epoch"] = found.epoch + 1
                credentials.end_sessions(connection, found.id)
            if not values:
                return found
            action = "account.disable" if disabled else "account.change"
            changed = account_rows.change(connection, author, found, action, **values)
        self._done()
        return changed

    def reset_password(self, author: Author, name: str, password: str | None = None) -> str | None:
        """Give an account a new password, a one-time one when none is given; return that.

        It is signed out everywhere.

        Raises
        ------
        NotFound, InvalidInput
            No such account; a password that will not do.
        """
        if password is not None:
            secrets.check_new_password(password, name)
        once = None if password else secrets.new_one_time_password()
        hashed = secrets.hash_password(password or once or "")
        with self._database.writing() as connection:
            found = account_rows.by_name(connection, name)
            credentials.end_sessions(connection, found.id)
            account_rows.change(
                connection,
                author,
                found,
                "account.reset_password",
                password_hash=hashed,
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
        keep: str | None = None,
    ) -> None:
        """Change one's own password; all else but the session ``keep`` is signed out.

        Raises
        ------
        InvalidInput
            The old one is wrong (``password``) or the new one will not do (``new_password``).
        TooManyRequests
            After several wrong ones.
        """
        with self._database.reading() as connection:
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
        if self._checked(owner.name, old, address) != identity:
            raise InvalidInput("password", "password: that is not the old one", "原密码不正确")
        hashed = secrets.hash_password(new)
        with self._database.writing() as connection:
            found = account_rows.by_id(connection, identity)
            if found is None:
                raise NotSignedIn("the account is gone", "账号已不存在")
            credentials.end_sessions(connection, identity, but=keep)
            account_rows.change(
                connection,
                author,
                found,
                "account.change_password",
                password_hash=hashed,
                must_change_password=False,
                epoch=found.epoch + 1,
            )
        self._done()

    # --- signing in and out ---

    def sign_in(
        self, name: str, password: str, *, address: str, agent: str = ""
    ) -> tuple[str, Account, Session]:
        """Begin a session; return its token, which is kept nowhere.

        Raises
        ------
        NotSignedIn
            Name and password do not belong together, or the account is disabled; one sentence
            for all of these, after the same time.
        TooManyRequests
            The name rests for this address.
        """
        owner = self._entered(name, password, address)
        with self._database.writing() as connection:
            people_row = account_rows.by_id(connection, owner)
            if people_row is None or people_row.disabled:
                raise _refused()
            now = self._now()
            token, session = credentials.open_session(
                connection, people_row, agent, now, self.lifetimes.session_s
            )
            _note_sign_in(connection, owner, now)
        return token, people_row, session

    def _entered(self, name: str, password: str, address: str) -> str:
        found = self._checked(name, password, address)
        if found is None:
            raise _refused()
        return found

    def _checked(self, name: str, password: str, address: str) -> str | None:
        """Return the id of an account by its name and password, None when they do not match."""
        key = account_rows.name_key(name)
        with self._database.writing() as connection:
            who, failures = attempts.begin(connection, key, address, self._now())
            known = account_rows.password_of(connection, key)
            if failures == attempts.FREE_FAILURES and known is not None:
                wait_s = attempts.wait_after(failures)
                lockout = AuditChange(
                    "account.lockout", f"account:{known[0]}", None, {"wait_s": wait_s}
                )
                post(connection, SYSTEM, lockout, "failed sign-ins 登录失败")
        right = secrets.is_password(password, known[1] if known else None)
        if known is None or not right or known[2]:
            if failures >= attempts.FREE_FAILURES:
                self._done()
            return None
        with self._database.writing() as connection:
            attempts.succeed(connection, who)
        return known[0]

    def session(self, token: str) -> tuple[Account, Session] | None:
        """Return the account and session of a token; None when it has ended or never was."""
        now = self._now()
        with self._database.reading() as connection:
            found = credentials.find_session(connection, token, now, self.lifetimes.idle_s)
        if found and credentials.is_to_be_seen(found[1], now):
            with self._database.writing() as connection:
                credentials.see(connection, token, now)
        return found

    def sessions_of(self, identity: str) -> tuple[Session, ...]:
        """Return the sessions of an account, the last used first."""
        with self._database.reading() as connection:
            return credentials.sessions_of(connection, identity, self._now(), self.lifetimes.idle_s)

    def sign_out(self, token: str) -> None:
        """End a session; one that has ended already stays ended."""
        with self._database.writing() as connection:
            credentials.end_token(connection, token)

    def end_session(self, identity: str, session: str) -> None:
        """End one session of an account by its id (see :func:`issued.end_session`)."""
        with self._database.writing() as connection:
            credentials.end_session(connection, identity, session)

    def sign_out_everywhere(self, author: Author, identity: str, *, keys: bool = False) -> None:
        """End all sessions and tokens of an account; with ``keys``, its API keys too."""
        with self._database.writing() as connection:
            found = account_rows.by_id(connection, identity)
            if found is None:
                return
            credentials.end_sessions(connection, identity)
            if keys:
                for key in credentials.keys_of(connection, identity):
                    credentials.revoke_key(connection, identity, key.id, self._now())
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
    ) -> tuple[str, ApiKey]:
        """Make an API key for an account; the key is returned once and kept nowhere."""
        with self._database.writing() as connection:
            owner = account_rows.by_name(connection, name)
            lasts_s = None if days is None else days * 86_400
            key, known = credentials.make_key(
                connection,
                owner,
                name=label,
                scopes=scopes,
                now=self._now(),
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
        with self._database.reading() as connection:
            return credentials.keys_of(connection, identity)

    def revoke_key(self, author: Author, identity: str, key: str) -> None:
        """End an API key of an account for good (see :func:`issued.revoke_key`)."""
        with self._database.writing() as connection:
            known = credentials.revoke_key(connection, identity, key, self._now())
            before = {"key": known.id, "scopes": sorted(known.scopes)}
            post(
                connection,
                author,
                AuditChange("account.revoke_key", f"account:{identity}", before, None),
            )
        self._done()

    def key_owner(self, key: str) -> tuple[Account, frozenset[Scope]] | None:
        """Return whose API key it is and what for; None when it is none or has ended."""
        now = self._now()
        with self._database.reading() as connection:
            found = credentials.find_key(connection, key, now)
        if found is None:
            return None
        if credentials.is_key_to_be_seen(found[1], now):
            with self._database.writing() as connection:
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
        identity = self._entered(name, password, address)
        with self._database.reading() as connection:
            owner = account_rows.by_id(connection, identity)
            if owner is None or owner.disabled:
                raise _refused()
            now = self._now()
            return credentials.issue_token(
                connection, owner, scopes, now, self.lifetimes.token_s
            ), owner

    def token_owner(self, token: str) -> tuple[Account, frozenset[Scope]] | None:
        """Return whose JWT it is and what for; None when it is not good (any more)."""
        with self._database.reading() as connection:
            return credentials.find_token(connection, token, self._now())


def _note_sign_in(connection: Connection, identity: str, now: int) -> None:
    c = tables.account.c
    connection.execute(tables.account.update().where(c.id == identity).values(signed_in_at=now))


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

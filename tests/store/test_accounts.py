"""Accounts on each engine: what is kept, what opens, what ends, what goes on record."""

from __future__ import annotations

import base64
import json
import random
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import jwt
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event

from gis.accounts import AccountRole, Acting, Lifetimes, Scope
from gis.audit import Author
from gis.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    StoreBusy,
    StoreError,
    TooManyRequests,
)
from gis.ids import GridId
from gis.store import Store, open_store
from gis.store.accounts import AccountStore, credentials, open_accounts, secrets, tables
from gis.store.accounts.attempts import FREE_FAILURES, FREE_OF_A_NAME, FREE_OF_AN_ADDRESS
from gis.store.accounts.revisions import VERSION_TABLE
from gis.store.accounts.revocations import read_present, withdraw
from tests.store.conftest import ENGINES
from tests.store.throwaway_postgis import Cluster

EMPTIED = """
SET session_replication_role = replica;
DELETE FROM wangge.audit_entry; DELETE FROM wangge.audit_value; DELETE FROM wangge.audit_head;
DELETE FROM accounts.session; DELETE FROM accounts.api_key; DELETE FROM accounts.attempt;
DELETE FROM accounts.outbox; DELETE FROM accounts.device; DELETE FROM accounts.account;
"""
ADMIN = Author("admin", "admin", "page")
GOOD = "三条鱼在水里游-example"
HERE = {"address": "192.0.2.7"}


class Clock:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as cheaply as argon2 can, with the real algorithm."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(secrets, "_hasher", lambda: cheap)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def accounts_in_postgis(cluster: Cluster, template: str) -> str:
    """The name of a database that has our tables and those of the accounts."""
    name = cluster.new_database(template)
    with closing(open_store(cluster.url(name))) as store:
        store.migrate()
        with closing(open_accounts(store)) as made:
            made.migrate()
    return name


@pytest.fixture(params=ENGINES)
def store_for_accounts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store that has its tables and nothing in them, on each engine."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/wangge.db"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        name = request.getfixturevalue("accounts_in_postgis")
        cluster.run(EMPTIED, name)
        url = cluster.url(name)
    with closing(open_store(url)) as store:
        store.migrate()
        yield store


@pytest.fixture
def accounts(store_for_accounts: Store, clock: Clock) -> Iterator[AccountStore]:
    made = open_accounts(store_for_accounts, clock=clock, lifetimes=Lifetimes(600, 3600, 300))
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def li(accounts: AccountStore) -> str:
    """The name of an account with a good password of its own."""
    accounts.add(ADMIN, name="李示例", role="staff", password=GOOD, scope_grids={GridId("g001")})
    return "李示例"


def actions(store: Store) -> list[str]:
    return [e.sealed.action for e in reversed(store.audit_log().entries)]


def test_the_scripts_make_the_tables_the_code_uses(accounts: AccountStore) -> None:
    with accounts._database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        found = compare_metadata(context, tables.metadata)
    ours = set(tables.metadata.tables)
    assert [d for d in found if not (d[0] == "remove_table" and d[1].name not in ours)] == []


@pytest.mark.parametrize("store_for_accounts", ["sqlite"], indirect=True)
def test_the_file_is_its_owners_alone_and_apart_from_the_store(accounts: AccountStore) -> None:
    assert accounts.path is not None
    assert accounts.path.name == "accounts.sqlite"
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600


def test_the_first_administrator_is_made_once(
    accounts: AccountStore, store_for_accounts: Store
) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [found for found in pool.map(lambda _: accounts.begin(), range(4)) if found]
    ((name, password),) = made
    _, owner, _ = accounts.sign_in(name, password, **HERE)
    assert (owner.role, owner.must_change_password) == (AccountRole.ADMIN, True)
    assert accounts.begin() is None
    assert actions(store_for_accounts) == ["account.add"]


def test_nothing_that_opens_a_door_is_kept_in_clear(accounts: AccountStore, li: str) -> None:
    token, owner, _ = accounts.sign_in(li, GOOD, **HERE)
    key, known = accounts.make_key(ADMIN, li, label="示例", scopes=[Scope.READ])
    with accounts._database.reading() as connection:
        kept = [
            str(row)
            for t in tables.metadata.sorted_tables
            for row in connection.execute(t.select())
        ]
    for secret in (token, GOOD, key, key.partition(f"_{known.id}_")[2]):
        assert not any(secret in row for row in kept)
    assert any("$argon2id$" in row for row in kept)


def test_names_are_the_same_however_they_are_written(accounts: AccountStore) -> None:
    accounts.add(ADMIN, name="Wang.Li", role="staff", password=GOOD)
    assert accounts.find("ｗａｎｇ．ｌｉ").name == "Wang.Li"
    with pytest.raises(Conflict):
        accounts.add(ADMIN, name="WANG.LI", role="staff")


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "x" * 41, "a\x00b", "<b>", "system", "-", "a\n", "\ud800"]
)
def test_a_name_that_will_not_do_is_refused(accounts: AccountStore, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        accounts.add(ADMIN, name=name, role="staff")
    assert refused.value.field == "name"


@pytest.mark.parametrize("role", ["public", "root", "", "ADMIN"])
def test_a_role_that_there_is_not_is_refused(accounts: AccountStore, role: str) -> None:
    with pytest.raises(InvalidInput):
        accounts.add(ADMIN, name="x", role=role)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaa", "password123", "李示例李示例李示例李示例", "x" * 201, "half\ud800character"])  # fmt: skip
def test_a_password_that_would_be_guessed_is_refused(accounts: AccountStore, password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        accounts.add(ADMIN, name="李示例", role="staff", password=password)
    assert refused.value.field == "new_password"


def test_wrong_unknown_and_disabled_get_the_same_answer(accounts: AccountStore, li: str) -> None:
    accounts.add(ADMIN, name="gone", role="staff", password=GOOD)
    accounts.change(ADMIN, "gone", disabled=True)
    said = set()
    for name, password in ((li, "wrong"), ("nobody", GOOD), ("gone", GOOD)):
        with pytest.raises(NotSignedIn) as refused:
            accounts.sign_in(name, password, **HERE)
        said.add(refused.value.text)
    assert len(said) == 1


@pytest.mark.parametrize("name", ["李示例", "nobody"])
def test_after_five_failures_a_name_rests_longer_each_time(
    accounts: AccountStore, clock: Clock, li: str, name: str
) -> None:
    def fail() -> None:
        with pytest.raises(NotSignedIn):
            accounts.sign_in(name, "wrong", **HERE)

    for _ in range(FREE_FAILURES):
        fail()
    waits = []
    for _ in range(3):
        with pytest.raises(TooManyRequests) as locked:
            accounts.sign_in(name, GOOD, **HERE)
        waits.append(locked.value.retry_after_s)
        clock.now += waits[-1]
        fail()
    assert waits == [30, 60, 120]


def test_another_address_is_not_locked_and_success_forgets(accounts: AccountStore, li: str) -> None:
    for _ in range(FREE_FAILURES):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(li, "wrong", **HERE)
    accounts.sign_in(li, GOOD, address="192.0.2.8")
    for _ in range(FREE_FAILURES * 2):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(li, "wrong", address="192.0.2.8")
        accounts.sign_in(li, GOOD, address="192.0.2.8")


def guess(accounts: AccountStore, name: str, address: str, **device: str) -> str:
    """Try a wrong password; return what came of it."""
    try:
        accounts.sign_in(name, "wrong", address=address, **device)
    except (NotSignedIn, TooManyRequests) as refused:
        return type(refused).__name__
    return "in"


@pytest.mark.parametrize("name", ["李示例", "nobody"])
def test_nobody_guesses_on_from_many_addresses(
    accounts: AccountStore, li: str, name: str, store_for_accounts: Store
) -> None:
    answers = [guess(accounts, name, f"192.0.2.{n}") for n in range(40)]
    assert answers == ["NotSignedIn"] * FREE_OF_A_NAME + ["TooManyRequests"] * 20
    assert actions(store_for_accounts).count("account.lockout") == 1
    entry = store_for_accounts.audit_log().entries[0]
    assert entry.after is not None
    assert entry.after["counted"] == "name"


def test_nobody_tries_many_names_from_one_address(
    accounts: AccountStore, li: str, store_for_accounts: Store, clock: Clock
) -> None:
    answers = [guess(accounts, f"name{n}", "192.0.2.7") for n in range(60)]
    assert answers.count("NotSignedIn") == FREE_OF_AN_ADDRESS
    assert actions(store_for_accounts)[-1] == "account.lockout"
    assert guess(accounts, "another", "192.0.2.8") == "NotSignedIn"
    clock.now += 3600
    assert guess(accounts, "another", "192.0.2.7") == "NotSignedIn"


def test_failures_of_others_do_not_keep_a_known_browser_out(
    accounts: AccountStore, li: str
) -> None:
    device = accounts.sign_in(li, GOOD, **HERE)[2].device
    for n in range(40):
        guess(accounts, li, HERE["address"])
        guess(accounts, li, f"192.0.2.{n}")
    with pytest.raises(TooManyRequests):
        accounts.sign_in(li, GOOD, **HERE)
    _, owner, session = accounts.sign_in(li, GOOD, **HERE, device=device)
    assert (owner.name, session.device) == (li, device)


def test_a_known_browser_may_fail_no_more_often_than_others(
    accounts: AccountStore, li: str
) -> None:
    device = accounts.sign_in(li, GOOD, **HERE)[2].device
    answers = [guess(accounts, li, HERE["address"], device=device) for _ in range(8)]
    assert answers == ["NotSignedIn"] * FREE_FAILURES + ["TooManyRequests"] * 3
    assert guess(accounts, "nobody", "192.0.2.9", device=device) == "NotSignedIn"


@pytest.mark.parametrize("end", ["reset", "disable", "everywhere", "restored"])
def test_a_browser_is_known_until_its_account_is_recovered(
    accounts: AccountStore, li: str, end: str
) -> None:
    _, owner, session = accounts.sign_in(li, GOOD, **HERE)
    if end == "reset":
        accounts.reset_password(ADMIN, li, GOOD)
    elif end == "disable":
        accounts.change(ADMIN, li, disabled=True)
    elif end == "everywhere":
        accounts.sign_out_everywhere(ADMIN, owner.id)
    else:
        with accounts._database.writing() as connection:
            withdraw(connection, read_present(connection))
    assert not accounts.is_device(session.device)


def statements_of(accounts: AccountStore, name: str, address: str) -> list[str]:
    """Return what the database is asked while a wrong password is tried."""
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(accounts._database.engine, "before_cursor_execute", note)
    try:
        guess(accounts, name, address)
    finally:
        event.remove(accounts._database.engine, "before_cursor_execute", note)
    return asked


def test_an_unknown_name_takes_the_same_work(
    accounts: AccountStore, li: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.add(ADMIN, name="gone", role="staff", password=GOOD)
    accounts.change(ADMIN, "gone", disabled=True)
    hashed: list[bool] = []
    real = secrets._hasher()

    class Counting:
        def verify(self, *given: str) -> bool:
            hashed.append(True)
            return real.verify(*given)

        hash = real.hash

    monkeypatch.setattr(secrets, "_hasher", Counting)
    for attempt in range(FREE_FAILURES + 2):
        work = []
        for name, address in ((li, "192.0.2.1"), ("nobody", "192.0.2.2"), ("gone", "192.0.2.3")):
            hashed.clear()
            work.append((statements_of(accounts, name, address), len(hashed)))
        assert work[0] == work[1] == work[2], f"attempt {attempt + 1}"


def test_a_clock_that_is_set_back_makes_no_wait_longer(
    accounts: AccountStore, clock: Clock, li: str
) -> None:
    for _ in range(FREE_FAILURES):
        guess(accounts, li, HERE["address"])
    clock.now -= 2 * 86_400
    with pytest.raises(TooManyRequests) as locked:
        accounts.sign_in(li, GOOD, **HERE)
    assert locked.value.retry_after_s <= 30


def test_many_guesses_at_once_get_no_more_tries(accounts: AccountStore, li: str) -> None:
    def try_one(number: int) -> str:
        try:
            accounts.sign_in(li, f"wrong{number}", **HERE)
        except (NotSignedIn, TooManyRequests, StoreBusy) as refused:
            return type(refused).__name__
        return "in"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(try_one, range(24)))
    assert answers.count("NotSignedIn") <= FREE_FAILURES
    assert "in" not in answers


def test_a_lockout_is_on_record(accounts: AccountStore, li: str, store_for_accounts: Store) -> None:
    for _ in range(FREE_FAILURES):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(li, "wrong", **HERE)
    assert actions(store_for_accounts)[-1] == "account.lockout"


def test_a_session_ends_when_it_is_idle_or_old(
    accounts: AccountStore, clock: Clock, li: str
) -> None:
    token, _, _ = accounts.sign_in(li, GOOD, **HERE)
    for _ in range(6):
        clock.now += 590
        assert accounts.session(token) is not None
    clock.now += 100
    assert accounts.session(token) is None, "an hour is over"
    token, _, _ = accounts.sign_in(li, GOOD, **HERE)
    clock.now += 601
    assert accounts.session(token) is None, "nobody was there for ten minutes"


def test_a_clock_that_is_set_back_ends_what_it_can_no_longer_measure(
    accounts: AccountStore, clock: Clock, li: str
) -> None:
    session, _, _ = accounts.sign_in(li, GOOD, **HERE)
    token, _ = accounts.issue_token(li, GOOD, **HERE)
    key, _ = accounts.make_key(ADMIN, li, label="示例", scopes=[Scope.READ], days=1)
    once = accounts.reset_password(ADMIN, accounts.add(ADMIN, name="new", role="staff")[0].name)
    clock.now -= 30
    assert accounts.session(session) is not None, "clocks are put right by a few seconds"
    clock.now -= 2 * 86_400
    assert accounts.session(session) is None
    assert accounts.token_owner(token) is None
    assert accounts.key_owner(key) is None
    with pytest.raises(NotSignedIn, match="has expired"):
        accounts.sign_in("new", str(once), **HERE)


def test_a_one_time_password_expires(accounts: AccountStore, clock: Clock) -> None:
    _, once = accounts.add(ADMIN, name="new", role="staff")
    clock.now += accounts.lifetimes.one_time_s - 1
    assert accounts.sign_in("new", str(once), **HERE)[1].must_change_password
    clock.now += 1
    for enter in (accounts.sign_in, accounts.issue_token):
        with pytest.raises(NotSignedIn, match="has expired"):
            enter("new", str(once), **HERE)
    once = accounts.reset_password(ADMIN, "new")
    assert accounts.sign_in("new", str(once), **HERE)[1].must_change_password


def test_what_was_proved_is_looked_up_where_it_is_used(
    accounts: AccountStore, li: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at a password and what it opens, an administrator resets it."""
    real = secrets.is_password

    def reset_meanwhile(password: str, hashed: str | None) -> bool:
        right = real(password, hashed)
        monkeypatch.setattr(secrets, "is_password", real)
        accounts.reset_password(ADMIN, li, GOOD + "?")
        return right

    owner = accounts.find(li)
    for enter in (
        lambda: accounts.sign_in(li, GOOD, **HERE),
        lambda: accounts.issue_token(li, GOOD, **HERE),
        lambda: accounts.change_password(ADMIN, owner.id, old=GOOD, new=GOOD + "!", **HERE),
    ):
        accounts.reset_password(ADMIN, li, GOOD)
        monkeypatch.setattr(secrets, "is_password", reset_meanwhile)
        with pytest.raises(NotSignedIn):
            enter()
        assert accounts.sessions_of(owner.id) == ()


def test_who_was_signed_out_or_lost_the_role_changes_no_account(
    accounts: AccountStore, li: str
) -> None:
    accounts.add(ADMIN, name="admin", role="admin", password=GOOD)
    accounts.add(ADMIN, name="second", role="admin", password=GOOD)
    second = accounts.find("second")
    acting = Acting(second.id, second.epoch)
    accounts.change(ADMIN, li, role="planner", acting=acting)
    accounts.change(ADMIN, "second", role="approver")
    acts = (
        lambda: accounts.change(ADMIN, li, role="admin", acting=acting),
        lambda: accounts.add(ADMIN, name="third", role="admin", acting=acting),
        lambda: accounts.reset_password(ADMIN, "admin", acting=acting),
        lambda: accounts.sign_out_everywhere(ADMIN, accounts.find(li).id, acting=acting),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    accounts.reset_password(ADMIN, "second", GOOD)
    accounts.change(ADMIN, "second", role="admin")
    acts += (
        lambda: accounts.make_key(
            ADMIN, "second", label="示例", scopes=[Scope.READ], acting=acting
        ),
    )
    for act in acts:
        with pytest.raises(NotSignedIn):
            act()
    assert {a.name: a.role for a in accounts.list()} == {
        "admin": "admin", "second": "admin", li: "planner",
    }  # fmt: skip


def rows_of(accounts: AccountStore) -> list[str]:
    with accounts._database.reading() as connection:
        return [
            str(dict(row))
            for table in tables.metadata.sorted_tables
            for row in connection.execute(table.select().order_by(*table.primary_key)).mappings()
        ]


@pytest.mark.parametrize("store_for_accounts", ["sqlite"], indirect=True)
def test_a_flipped_bit_is_told_or_changes_nothing(accounts: AccountStore, li: str) -> None:
    accounts.begin()
    accounts.sign_in(li, GOOD, **HERE)
    accounts.make_key(ADMIN, li, label="示例", scopes=[Scope.READ], days=3)
    guess(accounts, li, HERE["address"])
    assert accounts.path is not None
    whole, before = accounts.path.read_bytes(), rows_of(accounts)
    assert accounts.faults() == []
    draw, told = random.Random(9), 0
    written = [at for at, byte in enumerate(whole) if byte]
    for _ in range(300):
        torn = bytearray(whole)
        torn[draw.choice(written)] ^= 1 << draw.randrange(8)
        accounts.path.write_bytes(torn)
        faults = accounts.faults()
        told += bool(faults)
        if not faults:
            assert rows_of(accounts) == before
        for use in (
            lambda: accounts.find(li),
            accounts.list,
            lambda: guess(accounts, li, "192.0.2.9"),
        ):
            with suppress(StoreError, NotFound):
                use()
    accounts.path.write_bytes(whole)
    assert told > 150
    assert accounts.faults() == []


def test_signing_out_ends_this_session_and_everywhere_ends_all(
    accounts: AccountStore, li: str
) -> None:
    first, owner, _ = accounts.sign_in(li, GOOD, **HERE)
    second, _, _ = accounts.sign_in(li, GOOD, **HERE)
    token, _ = accounts.issue_token(li, GOOD, **HERE)
    key, _ = accounts.make_key(ADMIN, li, label="示例", scopes=[Scope.READ])
    accounts.sign_out(first)
    assert accounts.session(first) is None
    assert accounts.session(second) is not None
    accounts.sign_out_everywhere(ADMIN, owner.id)
    assert accounts.session(second) is None
    assert accounts.token_owner(token) is None
    assert accounts.key_owner(key) is not None
    accounts.sign_out_everywhere(ADMIN, owner.id, keys=True)
    assert accounts.key_owner(key) is None


@pytest.mark.parametrize("end", ["disable", "reset", "own"])
def test_what_changes_an_account_ends_what_it_was_given(
    accounts: AccountStore, li: str, end: str
) -> None:
    session, owner, _ = accounts.sign_in(li, GOOD, **HERE)
    token, _ = accounts.issue_token(li, GOOD, **HERE)
    key, _ = accounts.make_key(ADMIN, li, label="示例", scopes=[Scope.READ])
    if end == "disable":
        accounts.change(ADMIN, li, disabled=True)
        assert accounts.key_owner(key) is None
        accounts.change(ADMIN, li, disabled=False)
    elif end == "reset":
        once = accounts.reset_password(ADMIN, li)
        assert once is not None
        with pytest.raises(NotSignedIn):
            accounts.sign_in(li, GOOD, **HERE)
        assert accounts.sign_in(li, once, **HERE)[1].must_change_password
    else:
        accounts.change_password(ADMIN, owner.id, old=GOOD, new=GOOD + "!", **HERE)
        assert not accounts.sign_in(li, GOOD + "!", **HERE)[1].must_change_password
    assert accounts.session(session) is None
    assert accounts.token_owner(token) is None
    assert accounts.key_owner(key) is None
    assert all(k.revoked_at for k in accounts.keys_of(owner.id))


def test_who_changes_their_own_password_may_keep_their_keys(
    accounts: AccountStore, li: str
) -> None:
    key, known = accounts.make_key(ADMIN, li, label="示例", scopes=[Scope.READ])
    owner = accounts.find(li)
    accounts.change_password(ADMIN, owner.id, old=GOOD, new=GOOD + "!", **HERE, keep_keys=True)
    assert accounts.key_owner(key) is not None
    assert known.revoked_at is None


def test_a_new_password_needs_the_old_one(accounts: AccountStore, li: str) -> None:
    owner = accounts.find(li)
    with pytest.raises(InvalidInput) as refused:
        accounts.change_password(ADMIN, owner.id, old="wrong", new=GOOD + "!", **HERE)
    assert refused.value.field == "password"
    with pytest.raises(InvalidInput):
        accounts.change_password(ADMIN, owner.id, old=GOOD, new=GOOD, **HERE)


def test_a_role_and_scope_change_is_seen_by_what_is_open(accounts: AccountStore, li: str) -> None:
    token, _, _ = accounts.sign_in(li, GOOD, **HERE)
    accounts.change(ADMIN, li, role="planner", scope_grids=None)
    owner, _ = accounts.session(token)  # type: ignore[misc]
    assert (owner.role, owner.scope_grids) == (AccountRole.PLANNER, None)


def test_the_last_administrator_stays(accounts: AccountStore) -> None:
    accounts.begin()
    for change in ({"role": "staff"}, {"disabled": True}):
        with pytest.raises(Conflict):
            accounts.change(ADMIN, "admin", **change)
    accounts.add(ADMIN, name="second", role="admin")
    accounts.change(ADMIN, "admin", role="staff")
    with pytest.raises(Conflict):
        accounts.change(ADMIN, "second", disabled=True)
    with pytest.raises(NotFound):
        accounts.change(ADMIN, "nobody", disabled=True)


def test_a_key_is_good_for_its_scopes_until_it_ends(
    accounts: AccountStore, clock: Clock, li: str
) -> None:
    key, known = accounts.make_key(ADMIN, li, label="示例", scopes=[Scope.READ], days=30)
    assert accounts.key_owner(key)[1] == {Scope.READ}  # type: ignore[index]
    for wrong in (key[:-1], key + "x", "wgk__", f"wgk_{known.id}_", "x", "", "wgk_" + "é" * 9):
        assert accounts.key_owner(wrong) is None
    clock.now += 30 * 86400
    assert accounts.key_owner(key) is None
    key, known = accounts.make_key(ADMIN, li, label="示例", scopes=[Scope.READ])
    accounts.revoke_key(ADMIN, accounts.find(li).id, known.id)
    assert accounts.key_owner(key) is None
    with pytest.raises(NotFound):
        accounts.revoke_key(ADMIN, "somebody else", known.id)


def unsigned(claims: dict[str, object], **header: object) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'typ': 'JWT', **header})}.{part(claims)}."


def test_tokens_that_were_forged_changed_or_have_ended_open_nothing(
    accounts: AccountStore, clock: Clock, li: str
) -> None:
    token, owner = accounts.issue_token(li, GOOD, **HERE, scopes=[Scope.READ])
    assert accounts.token_owner(token) is not None
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert header["alg"] == credentials.ALGORITHM
    with accounts._database.reading() as connection:
        secret = connection.scalar(
            tables.signing_key.select().with_only_columns(tables.signing_key.c.secret)
        )

    def signed(alg: str = "HS256", key: str = secret, **changed: object) -> str:
        return jwt.encode({**claims, **changed}, key, alg, headers={"kid": header["kid"]})

    assert accounts.token_owner(signed()) is not None
    wrong = [
        unsigned(claims, alg="none", kid=header["kid"]),
        unsigned(claims, alg="HS256", kid=header["kid"]),
        signed("HS512"),
        signed("HS384"),
        signed(key="x" * 64),
        signed(aud="another"),
        signed(iss="another"),
        signed(epoch=owner.epoch - 1),
        signed(epoch=str(owner.epoch)),
        signed(sub="nobody"),
        signed(exp=int(clock.now)),
        signed(iat=int(clock.now) + 3600),
        signed(scopes=["everything"]),
        signed(scopes=None),
        jwt.encode(claims, secret, "HS256"),
        jwt.encode(claims, secret, "HS256", headers={"kid": "../../etc/passwd"}),
        token[:-2],
        token + "A",
        "..",
        "a.b.c",
        "é.é.é",
    ]
    assert [t for t in wrong if accounts.token_owner(t) is not None] == []
    clock.now += 301
    assert accounts.token_owner(token) is None


def test_the_record_gets_what_it_could_not_take_at_first(
    store_for_accounts: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: object, **_named: object) -> int:
        raise StoreBusy("the store is busy", "数据库正忙")

    accounts = open_accounts(store_for_accounts, clock=clock)
    with monkeypatch.context() as patched:
        patched.setattr(Store, "put_on_record", busy)
        accounts.migrate()
        accounts.begin()
        accounts.add(ADMIN, name="李示例", role="staff")
        assert [a.name for a in accounts.list()] == ["admin", "李示例"]
    assert actions(store_for_accounts) == []
    accounts.migrate()
    assert actions(store_for_accounts) == ["account.add", "account.add"]
    accounts.migrate()
    assert len(actions(store_for_accounts)) == 2
    accounts.close()


def test_what_is_refused_is_not_on_record(
    accounts: AccountStore, li: str, store_for_accounts: Store
) -> None:
    before = actions(store_for_accounts)
    with pytest.raises(Conflict):
        accounts.add(ADMIN, name=li, role="staff")
    with pytest.raises(NotFound):
        accounts.reset_password(ADMIN, "nobody")
    assert actions(store_for_accounts) == before


def test_every_change_says_who_and_nothing_secret(
    accounts: AccountStore, li: str, store_for_accounts: Store
) -> None:
    once = accounts.reset_password(ADMIN, li)
    key, known = accounts.make_key(ADMIN, li, label="示例", scopes=[Scope.READ])
    accounts.revoke_key(ADMIN, accounts.find(li).id, known.id)
    accounts.change(ADMIN, li, role="planner")
    entries = store_for_accounts.audit_log().entries
    assert {e.who for e in entries} == {"admin"}
    assert actions(store_for_accounts) == ["account.add", "account.reset_password", "account.add_key", "account.revoke_key", "account.change"]  # fmt: skip
    assert not any(s in str(entries) for s in (once, key, GOOD, "argon2"))
    assert store_for_accounts.verify_audit().broken is None

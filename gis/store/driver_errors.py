"""What a driver's error means to the person at the desk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gis.errors import Conflict, StoreBusy, StoreDamaged, StoreError, StoreUnreachable, WanggeError


@dataclass(frozen=True)
class StoreLocation:
    """Where a store is, as a message may say it: a file, or a host and database."""

    shown: str
    is_file: bool


class NotSetUp(StoreUnreachable):
    """The database can be reached, but has no tables of ours, or those of an older wangge."""


def not_set_up(place: StoreLocation) -> NotSetUp:
    """Return the error for a database that :func:`gis.store.migrate.upgrade` has to see first."""
    return NotSetUp(
        f"{place.shown} has not been set up for this version of wangge: "
        "run wangge serve or wangge load, which do it; when they say so too it is damaged, "
        "put a backup in its place",
        f"{place.shown} 尚未为本版本的 wangge 建库：请运行 wangge serve 或 wangge load；"
        "若仍如此则库已损坏，请换上备份",
    )


def damaged(place: StoreLocation, why: str) -> StoreDamaged:
    """Return the error for a database whose content is not what was written."""
    return StoreDamaged(
        f"{place.shown} is damaged ({why}): move it away and put a backup in its place, "
        "or load the data again into a new one",
        f"{place.shown} 已损坏（{why}）：请将其移走并换上备份，或在新库中重新载入数据",
    )


def unreachable(place: StoreLocation, why: str) -> StoreUnreachable:
    """Return the error for a database that cannot be opened or written."""
    if place.is_file:
        return StoreUnreachable(
            f"cannot use the database {place.shown}: {why}; check the path, the permissions "
            "and the space left, or set WANGGE_DATABASE_URL to another file",
            f"无法使用数据库 {place.shown}：{why}；请检查路径、权限和剩余空间，"
            "或将 WANGGE_DATABASE_URL 设为其他文件",
        )
    return StoreUnreachable(
        f"cannot use the database at {place.shown}: {why}; check that the server runs and "
        "that host, user and password in WANGGE_DATABASE_URL are right",
        f"无法使用数据库 {place.shown}：{why}；请确认服务器已启动，"
        "且 WANGGE_DATABASE_URL 中的主机、用户和密码正确",
    )


def busy(place: StoreLocation) -> StoreBusy:
    """Return the error for a database that somebody else kept locked."""
    return StoreBusy(
        f"{place.shown} is being written by another process: try again when it has finished",
        f"{place.shown} 正被另一进程写入：请待其完成后重试",
    )


@contextmanager
def translate_driver_errors(place: StoreLocation) -> Iterator[None]:
    """Raise whatever the drivers raise inside as an error of :mod:`gis.errors`."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, UnicodeDecodeError) as problem:
        raise meaning_of(problem, place) from problem


def meaning_of(problem: BaseException, place: StoreLocation) -> WanggeError:
    """Return the error of :mod:`gis.errors` that a driver's error amounts to."""
    cause = problem.orig if isinstance(problem, StatementError) else problem
    if isinstance(cause, WanggeError):
        return cause
    if isinstance(cause, UnicodeDecodeError):
        # SQLite quotes what it stumbled over, and its driver cannot decode the quotation.
        return damaged(place, "unreadable text in it")
    if isinstance(problem, PoolTimeout):
        return busy(place)
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause, place)
    if isinstance(problem, DBAPIError) and cause is not None:
        return _of_postgresql(cause, place)
    return StoreError(
        f"{place.shown}: {_first_line(problem)}", f"{place.shown}：{_first_line(problem)}"
    )


def _of_sqlite(cause: sqlite3.Error, place: StoreLocation) -> WanggeError:
    name = getattr(cause, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return busy(place)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return damaged(place, _first_line(cause))
    if name == "SQLITE_CONSTRAINT_TRIGGER":
        return _guarded(place, _first_line(cause))
    if name.startswith("SQLITE_CONSTRAINT"):
        return stands_twice(place, _first_line(cause))
    if _first_line(cause).startswith(("no such table", "no such column")):
        return not_set_up(place)
    return unreachable(place, _first_line(cause))


_BUSY_STATES = ("55P03", "40001", "40P01", "57014")
_UNDEFINED_STATES = ("42P01", "42703", "3F000")


def _of_postgresql(cause: BaseException, place: StoreLocation) -> WanggeError:
    state = getattr(cause, "sqlstate", None) or ""
    if state in _BUSY_STATES:
        return busy(place)
    if state.startswith("XX"):
        return damaged(place, _first_line(cause))
    if state == "P0001":
        return _guarded(place, _first_line(cause))
    if state.startswith("23"):
        return stands_twice(place, _first_line(cause))
    if state in _UNDEFINED_STATES:
        return not_set_up(place)
    return unreachable(place, _first_line(cause))


def _guarded(place: StoreLocation, why: str) -> StoreError:
    return StoreError(
        f"{place.shown} refused it: {why}", f"{place.shown} 已拒绝：审计记录只增不改（{why}）"
    )


def stands_twice(place: StoreLocation, why: str) -> Conflict:
    """Return the error for a set in which an id or a code stands twice."""
    return Conflict(
        f"{place.shown} refused the set ({why}): an id or a code stands in it twice",
        f"{place.shown} 拒绝了该数据（{why}）：其中有重复的 id 或编号",
    )


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]

"""Backups: one file that both engines are restored from, made while the store is served.

A zip with a SQLite file of each database and a manifest with their hashes. From SQLite the
files are consistent copies by SQLite's own backup, in the same library that serves; from PostGIS
they are filled row by row out of one snapshot. Before a backup is said to be made it is
restored into a temporary place, and every version and the audit log are checked there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gis.audit import ChainHead
from gis.errors import InvalidInput, StoreDamaged
from gis.findings import Text
from gis.store import audit
from gis.store.backup_databases import STORE, Kept, all_kept, faults_in
from gis.store.copy_rows import copy_rows, row_counts
from gis.store.driver_errors import NotSetUp, translate_driver_errors
from gis.store.engine import Database
from gis.store.in_force import read_identity, read_versions
from gis.store.migrate import copy_sqlite
from gis.store.versions import utc_now

FORMAT = "wangge-backup/1"
MANIFEST = "manifest.json"
_PIECE = 1 << 20
_LARGEST_MANIFEST = 1 << 20


@dataclass(frozen=True)
class BackupDatabase:
    """A database in a backup: its hash, its size, how many rows each table has."""

    sha256: str
    bytes: int
    rows: dict[str, int]


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. ``audit_head`` is the length and hash of its audit log."""

    made_at: str
    engine: str
    name: str
    code: str
    synthetic: bool
    versions: dict[str, int]
    audit_head: str
    members: dict[str, BackupDatabase]
    format: str = FORMAT


@dataclass(frozen=True)
class Made:
    """A backup that was written and checked; ``faults`` are what was wrong in the store itself."""

    path: Path
    bytes: int
    manifest: Manifest
    faults: tuple[Text, ...]


def make(url: str, out: Path, *, overwrite: bool = False) -> Made:
    """Write a backup of the store at a URL, whole or not at all.

    Raises
    ------
    InvalidInput
        ``out`` is there already, or cannot be written.
    StoreDamaged
        What was written does not restore to what is stored.
    """
    _check_out(out, overwrite)
    with _scratch(out.parent, out.name) as folder:
        members: dict[str, BackupDatabase] = {}
        for kept in all_kept():
            source = kept.open(url)
            try:
                if kept.name != STORE and not _is_there(kept, source):
                    continue
                members[kept.name] = _copy(kept, source, folder / kept.name)
            finally:
                source.engine.dispose()
        engine = "sqlite" if url.startswith("sqlite") else "postgis"
        manifest = _manifest(folder / STORE, engine, members)
        partial = folder / "backup.partial"
        _pack(partial, folder, manifest)
        faults = check(partial, folder / "restored")
        sync(partial)
        partial.replace(out)
        sync(out.parent)
    return Made(out, out.stat().st_size, manifest, tuple(faults))


def _is_there(kept: Kept, source: Database) -> bool:
    """Tell whether a database that came with a later release has been made already."""
    if source.path is not None:
        return source.path.exists()
    try:
        with source.reading() as connection:
            row_counts(connection, kept.metadata)
    except NotSetUp:
        return False
    return True


def _check_out(out: Path, overwrite: bool) -> None:
    if out.is_dir() or (out.exists() and not overwrite):
        raise InvalidInput(
            "out",
            f"{out} is there already: name a file that is not, or say --overwrite",
            f"{out} 已存在：请换一个文件名，或加 --overwrite",
        )


@contextmanager
def _scratch(folder: Path, name: str) -> Iterator[Path]:
    """Yield a private folder beside the file to be written, and remove it at the end."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=folder))
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise InvalidInput(
            "out",
            f"{folder}: {why}: name a folder that can be written",
            f"{folder}：无法写入（{why}）：请换一个可写的文件夹",
        ) from None
    try:
        yield made
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise InvalidInput(
            "out", f"{folder}: {why}; nothing was written", f"{folder}：{why}；未写入任何内容"
        ) from problem
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _copy(kept: Kept, source: Database, path: Path) -> BackupDatabase:
    """Write a consistent copy of a database as a SQLite file."""
    if source.path is not None:
        copy_sqlite(source.path, path, source.place)
        copied = kept.open_file(path)
    else:
        copied = kept.open_file(path)
        kept.upgrade(copied)
        with source.reading() as rows, copied.writing() as target:
            copy_rows(rows, target, kept.metadata)
    try:
        kept.upgrade(copied)
        with copied.reading() as connection:
            counts = row_counts(connection, kept.metadata)
    finally:
        copied.engine.dispose()
    return BackupDatabase(sha256_of_file(path), path.stat().st_size, counts)


def _manifest(path: Path, engine: str, members: dict[str, BackupDatabase]) -> Manifest:
    database = _store_file(path)
    with database.reading() as connection:
        identity = read_identity(connection)
        versions = asdict(read_versions(connection))
        head = audit.head_of(connection)
    database.engine.dispose()
    return Manifest(
        made_at=utc_now(),
        engine=engine,
        name=identity.name if identity else "",
        code=identity.code if identity else "",
        synthetic=bool(identity and identity.synthetic),
        versions=versions,
        audit_head=str(head),
        members=members,
    )


def _store_file(path: Path) -> Database:
    return next(k for k in all_kept() if k.name == STORE).open_file(path)


def _pack(partial: Path, folder: Path, manifest: Manifest) -> None:
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        written = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
        archive.writestr(MANIFEST, written)
        for name in manifest.members:
            archive.write(folder / name, name)


def sync(path: Path) -> None:
    """See to it that a file or folder is on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- reading -----------------------------------------------------------------------------------


def not_a_backup(path: Path, why: str) -> InvalidInput:
    """Return the error for a file that nothing can be restored from."""
    return InvalidInput(
        "file",
        f"{path}: not a whole backup of wangge ({why}): choose another file",
        f"{path}：不是完整的 wangge 备份（{why}）：请另选文件",
    )


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself.

    Raises
    ------
    InvalidInput
        It is no backup.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(MANIFEST)
            if entry.file_size > _LARGEST_MANIFEST:
                raise not_a_backup(path, "its manifest is too large")
            given: dict[str, Any] = json.loads(archive.read(entry))
        members = {name: BackupDatabase(**m) for name, m in given.pop("members").items()}
        manifest = Manifest(**given, members=members)
    except OSError as problem:
        raise not_a_backup(path, problem.strerror or str(problem)) from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, AttributeError) as problem:
        raise not_a_backup(path, str(problem)[:80] or type(problem).__name__) from None
    if manifest.format != FORMAT:
        raise not_a_backup(path, f"format {str(manifest.format)[:40]!r}")
    if STORE not in manifest.members or ChainHead.parse(manifest.audit_head) is None:
        raise not_a_backup(path, f"it has no {STORE}")
    return manifest


def unpack(path: Path, manifest: Manifest, folder: Path) -> list[Kept]:
    """Write the databases of a backup into a folder; return which there are.

    Raises
    ------
    InvalidInput
        A member is missing, or not what the manifest says.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    found = [kept for kept in all_kept() if kept.name in manifest.members]
    try:
        with zipfile.ZipFile(path) as archive:
            for kept in found:
                member = manifest.members[kept.name]
                _extract(archive, kept.name, folder / kept.name, member.bytes)
                if sha256_of_file(folder / kept.name) != member.sha256:
                    raise not_a_backup(path, f"{kept.name} is not what was written")
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError) as problem:
        raise not_a_backup(path, str(problem)[:80]) from None
    except OSError as problem:
        raise not_a_backup(path, problem.strerror or str(problem)) from None
    except Exception as problem:
        if type(problem).__module__ == "zlib":
            raise not_a_backup(path, str(problem)[:80]) from None
        raise
    return found


def _extract(archive: zipfile.ZipFile, name: str, to: Path, size: int) -> None:
    """Write one member, never more of it than the manifest says."""
    out = os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with archive.open(name) as member, os.fdopen(out, "wb") as file:
        left = size
        while piece := member.read(min(_PIECE, left + 1)):
            left -= len(piece)
            if left < 0:
                raise zipfile.BadZipFile(f"{name} is larger than it should be")
            file.write(piece)


def check(path: Path, folder: Path) -> list[Text]:
    """Restore a backup into a folder and look through all of it; return what is wrong.

    What is wrong can only be what was wrong in the store: that the files are what was copied
    is certain by their hashes.

    Raises
    ------
    StoreDamaged
        A database is not whole, or lacks rows.
    """
    manifest = read_manifest(path)
    faults: list[Text] = []
    for kept in unpack(path, manifest, folder):
        database = kept.open_file(folder / kept.name)
        try:
            check_structure(folder / kept.name, database)
            with database.reading() as connection:
                counts = row_counts(connection, kept.metadata)
                if counts != manifest.members[kept.name].rows:
                    raise StoreDamaged(
                        f"{kept.name} in the backup lacks rows: make it again",
                        f"备份中的 {kept.name} 缺少数据：请重新备份",
                    )
                if kept.name == STORE:
                    faults += faults_in(connection, database)
        finally:
            database.engine.dispose()
    return faults


def check_structure(path: Path, database: Database) -> None:
    """Look through a SQLite file for damage to its structure.

    Raises
    ------
    StoreDamaged
        Saying what is wrong first.
    """
    with translate_driver_errors(database.place), closing(sqlite3.connect(path)) as connection:
        first = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if first != "ok":
        raise StoreDamaged(
            f"{path.name} is damaged: {first}: make the backup again",
            f"{path.name} 已损坏（{first}）：请重新备份",
        )

"""From files to a checked set: what ``check`` reports on and ``load`` stores.

A set is any of: boundaries, places, river and roads, people, duties, organisations. What is not
in it stays as it is stored; what is in it replaces its like as a whole, and what is absent from
it is retired. Nothing of a set with an error is loaded.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from gis.atlas import Atlas
from gis.directory import Directory
from gis.division import Division, Grid
from gis.errors import InvalidInput, RefusedSet
from gis.exchange import geojson, tables
from gis.exchange.geojson import GridRow, Reading
from gis.findings import Finding, Text, error, errors_among, warning
from gis.ids import GridId, PlaceId
from gis.planning.rules import check_leaders, check_sizes
from gis.planning.topology import check_topology, check_tree
from gis.roster import Roster

MAX_FILE_BYTES = 256 * 1024 * 1024
BOUNDARIES = "boundaries.geojson"
GEOJSON_FILES = (BOUNDARIES, "places.geojson", "context.geojson")
TABLE_FILES = ("people.csv", "duties.csv", "organisations.csv")


@dataclass(frozen=True)
class Intake:
    """A set that was read and checked; a part that was not given is None.

    ``files`` are the names of those read; ``findings`` everything the check found;
    ``synthetic`` whether any part is invented.
    """

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    synthetic: bool
    division: Division | None = None
    directory: Directory | None = None
    roster: Roster | None = None

    def require_sound(self) -> Intake:
        """Return itself.

        Raises
        ------
        RefusedSet
            When it has errors.
        """
        if errors_among(self.findings):
            raise RefusedSet(self.findings)
        return self


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files of a set: those named, and of a folder those with our names.

    Raises
    ------
    InvalidInput
        A path that is not there, a folder without any of our files, a name of no kind we read.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += _files_in(path)
        elif path.is_file():
            found.append(path)
        else:
            raise InvalidInput("path", f"{path}: no such file or folder", f"{path}：文件不存在")
    for path in found:
        if path.suffix.lower() not in (".geojson", ".json") and path.name not in TABLE_FILES:
            known = ", ".join(("*.geojson", *TABLE_FILES))
            raise InvalidInput(
                "path",
                f"{path}: not a kind of file that is read here ({known})",
                f"{path}：不支持的文件（可读取：{known}）",
                ("*.geojson", *TABLE_FILES),
            )
    return found


def _files_in(folder: Path) -> list[Path]:
    names = (*GEOJSON_FILES, *TABLE_FILES)
    found = [folder / name for name in names if (folder / name).is_file()]
    if not found:
        raise InvalidInput(
            "path",
            f"{folder}: none of {', '.join(names)} is in it",
            f"{folder}：其中没有 {'、'.join(names)}",
            names,
        )
    return found


def with_companions(path: Path) -> list[Path]:
    """Return boundaries.geojson together with its companions beside it; other files alone."""
    return _files_in(path.parent) if path.name == BOUNDARIES and path.is_file() else [path]


def read_set(paths: Sequence[Path], *, today: date, base: Atlas | None = None) -> Intake:
    """Read and check a set of files.

    Parameters
    ----------
    paths
        Files, or folders with files of our names.
    today
        The day on which duties are looked at.
    base
        What is stored: grids without an id take that of the grid with the same code, and the
        parts not given are checked against it.

    Raises
    ------
    InvalidInput
        A file that cannot be read at all. Everything else becomes a finding.
    """
    files = find_files(paths)
    readings, csvs = _read_geojson(files), {p.name: p for p in files if p.name in TABLE_FILES}
    findings = [f for r in readings for f in r.findings]
    division, tree_findings = _division_of(readings, base)
    findings += tree_findings
    directory, place_findings = _directory_of(readings, base)
    findings += place_findings
    roster, roster_findings = _roster_of(csvs, division, readings, base)
    findings += roster_findings
    if not errors_among(findings):
        findings += _check_rules(division, directory, roster, today, base)
    names = tuple(p.name for p in files)
    synthetic = _is_synthetic(readings, base)
    return Intake(names, tuple(findings), synthetic, division, directory, roster)


def _is_synthetic(readings: Sequence[Reading], base: Atlas | None) -> bool:
    """Tell whether a set is invented; tables cannot say so and are like what is stored."""
    if readings:
        return any(r.synthetic for r in readings)
    return base is not None and base.synthetic


def _read_geojson(files: Sequence[Path]) -> list[Reading]:
    return [geojson.read(read_bytes(p), p.name) for p in files if p.name not in TABLE_FILES]


def read_bytes(path: Path) -> bytes:
    """Return the content of a file of at most :data:`MAX_FILE_BYTES`.

    Raises
    ------
    InvalidInput
        When it cannot be read or is larger.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InvalidInput(
                "file",
                f"{path.name}: larger than {MAX_FILE_BYTES // 2**20} MiB",
                f"{path.name}：超过 {MAX_FILE_BYTES // 2**20} MiB",
            )
        return path.read_bytes()
    except OSError as problem:
        why = problem.strerror or "cannot be read"
        raise InvalidInput("file", f"{path}: {why}", f"{path}：无法读取（{why}）") from None


# --- boundaries ------------------------------------------------------------------------------


def _division_of(
    readings: Sequence[Reading], base: Atlas | None
) -> tuple[Division | None, list[Finding]]:
    """Return the division of the grids read, None when there are none or one has an error."""
    rows = [row for r in readings for row in r.grids]
    rejected = {code: parent for r in readings for code, parent in r.rejected.items()}
    if not rows and not rejected:
        return None, []
    findings = check_tree([(row.grid, row.parent_code) for row in rows], rejected)
    incomplete = {parent for parent in rejected.values() if parent}
    findings += check_topology(_draft(rows), incomplete)
    findings += _code_conflicts(rows, base)
    broken = any(errors_among(r.findings) for r in readings) or errors_among(findings)
    return (None if broken else _assemble(rows, readings, base)), findings


def _draft(rows: Sequence[GridRow]) -> Division:
    """Return a division for looking at only: it may have codes and ids twice."""
    first: dict[str, GridId] = {}
    for number, row in enumerate(rows):
        first.setdefault(row.grid.code, GridId(str(number)))
    return Division(
        tuple(
            replace(row.grid, id=GridId(str(n)), parent=first.get(row.parent_code or ""))
            for n, row in enumerate(rows)
        )
    )


def _assemble(rows: Sequence[GridRow], readings: Sequence[Reading], base: Atlas | None) -> Division:
    known = base.division.by_code if base else {}
    ids = {row.grid.code: row.grid.id or _id_of(known.get(row.grid.code)) for row in rows}
    head = next(r for r in readings if r.grids)
    return Division(
        grids=tuple(
            replace(
                row.grid,
                id=ids[row.grid.code],
                parent=ids[row.parent_code] if row.parent_code else None,
            )
            for row in rows
        ),
        title=head.title,
        data_date=head.data_date,
        note=head.note,
        synthetic=_is_synthetic(readings, base),
        source_datum=head.source_datum or str(head.datum),
    )


def _id_of(grid: Grid | None) -> GridId:
    return grid.id if grid else GridId(f"g-{uuid.uuid4().hex}")


def _code_conflicts(rows: Sequence[GridRow], base: Atlas | None) -> list[Finding]:
    """Return the codes that another grid carries now: a code is never issued again."""
    if base is None:
        return []
    known = base.division.by_code
    findings = []
    for row in rows:
        stored = known.get(row.grid.code)
        if stored and row.grid.id and stored.id != row.grid.id:
            text = Text(
                f"code {row.grid.code} belongs to the grid with id {stored.id}, not to "
                f"{row.grid.id}: a code is never issued again; use a new one",
                f"编号 {row.grid.code} 属于 id 为 {stored.id} 的网格，而不是 {row.grid.id}："
                "编号不得重复使用，请启用新编号",
            )
            findings.append(
                error("code_reissued", text, grid_code=row.grid.code, source=row.source)
            )
    return findings


# --- places ----------------------------------------------------------------------------------


def _directory_of(
    readings: Sequence[Reading], base: Atlas | None
) -> tuple[Directory | None, list[Finding]]:
    places = [p for r in readings for p in r.places]
    context = [c for r in readings for c in r.context]
    if not places and not context:
        return None, []
    findings = _repeated_ids([p.id for p in places]) + _repeated_ids([c.id for c in context])
    if errors_among(findings):
        return None, findings
    stored = base.directory if base else Directory()
    known = {p.id for p in places}
    for place in places:
        if place.building is not None and place.building not in known:
            text = Text(
                f"place {place.id}: its building {place.building[:40]!r} is not in the set",
                f"地点 {place.id}：所在楼栋 {place.building[:40]!r} 不在数据中",
            )
            findings.append(warning("unknown_building", text))
    directory = Directory(
        places=tuple(places) or stored.places,
        context=tuple(context) or stored.context,
        synthetic=_is_synthetic(readings, base),
    )
    return directory, findings


def _repeated_ids(ids: Sequence[PlaceId | str]) -> list[Finding]:
    seen: set[str] = set()
    findings = []
    for identity in ids:
        if identity in seen:
            text = Text(f"place id {identity} stands twice", f"地点 id {identity} 重复出现")
            findings.append(error("duplicate_id", text))
        seen.add(identity)
    return findings


# --- people ----------------------------------------------------------------------------------


def _roster_of(
    csvs: dict[str, Path],
    division: Division | None,
    readings: Sequence[Reading],
    base: Atlas | None,
) -> tuple[Roster | None, list[Finding]]:
    if not csvs:
        return None, []
    stored = base.roster if base else Roster()
    codes = _grid_ids(division, readings, base)
    into = tables.RosterTables()
    if path := csvs.get("people.csv"):
        tables.read_people(read_bytes(path), path.name, into)
    if path := csvs.get("duties.csv"):
        tables.read_duties(read_bytes(path), path.name, codes.get, into)
    if path := csvs.get("organisations.csv"):
        tables.read_organisations(read_bytes(path), path.name, codes.get, into)
    roster = Roster(
        people=tuple(into.people) if "people.csv" in csvs else stored.people,
        duties=tuple(into.duties) if "duties.csv" in csvs else stored.duties,
        organisations=(
            tuple(into.organisations) if "organisations.csv" in csvs else stored.organisations
        ),
        synthetic=_is_synthetic(readings, base),
    )
    return roster, into.findings + _unknown_people(roster)


def _grid_ids(
    division: Division | None, readings: Sequence[Reading], base: Atlas | None
) -> dict[str, GridId]:
    """Return the grid of every code that the set or the store knows."""
    grids = {g.code: g.id for g in base.division} if base else {}
    # When the boundaries have errors their duties need not be reported as well.
    grids |= {row.grid.code: row.grid.id for r in readings for row in r.grids}
    grids |= {code: GridId("") for r in readings for code in r.rejected}
    if division is not None:
        grids |= {g.code: g.id for g in division}
    return grids


def _unknown_people(roster: Roster) -> list[Finding]:
    findings = []
    for duty in roster.duties:
        if duty.person not in roster.by_id:
            text = Text(
                f"duty {duty.id}: no person has the id {duty.person[:40]!r}",
                f"职务 {duty.id}：没有 id 为 {duty.person[:40]!r} 的人员",
            )
            findings.append(error("unknown_person", text))
    return findings


# --- rules -----------------------------------------------------------------------------------


def _check_rules(
    division: Division | None,
    directory: Directory | None,
    roster: Roster | None,
    today: date,
    base: Atlas | None,
) -> list[Finding]:
    """Return what the soft rules say of the set, taken together with what is stored."""
    if division is None and base is None:
        return []
    atlas = Atlas(
        division=division or base.division,  # type: ignore[union-attr]
        directory=directory or (base.directory if base else Directory()),
        roster=roster or (base.roster if base else Roster()),
        as_of=today,
    )
    findings = check_sizes(atlas) + _places_outside(atlas)
    return findings + (check_leaders(atlas) if atlas.roster.duties else [])


def _places_outside(atlas: Atlas) -> list[Finding]:
    outside = [p for p in atlas.directory.places if atlas.grid_of[p.id] is None]
    return [
        warning(
            "place_outside",
            Text(
                f"{p.kind} {p.id} {p.name[:40]!r} lies in no grid",
                f"{p.kind} {p.id} {p.name[:40]!r} 不在任何网格内",
            ),
            place=(float(p.geometry.centroid.x), float(p.geometry.centroid.y)),
        )
        for p in outside
    ]

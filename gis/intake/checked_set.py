"""From files to a checked set: what ``check`` reports on and ``load`` stores.

A set is any of: boundaries, places, river and roads, people, duties, organisations. What is not
in it stays as it is stored; what is in it replaces its like as a whole, and what is absent from
it is retired. Nothing of a set with an error is loaded.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from shapely.geometry.base import BaseGeometry

from gis.addresses import AddressBook
from gis.atlas import Atlas
from gis.cleaning import Cleaned, Piece, clean
from gis.directory import ContextFeature, Directory, Place
from gis.division import Division, Grid, GridKind
from gis.errors import RefusedSet
from gis.exchange.crs import Reference
from gis.exchange.geojson import GridRow, Reading
from gis.findings import Finding, Noted, Text, error, errors_among, warning
from gis.geometry import same_shape
from gis.ids import GridId, Level, PlaceId
from gis.intake.files import find_files
from gis.intake.households import with_households
from gis.intake.location_check import check_whereabouts
from gis.intake.people import Grids, Roles, roster_of
from gis.intake.places import Report, directory_of
from gis.intake.readers import gather
from gis.intake.soft_rules import check_rules
from gis.planning.topology import check_topology, check_tree
from gis.roster import Roster
from gis.rules import OfficeRules

_RING_RULES = ("invalid_ring", "invalid_geometry")


@dataclass(frozen=True)
class Intake:
    """A set that was read and checked; a part that was not given is None.

    ``files`` are the names of those read; ``findings`` everything the check found;
    ``synthetic`` whether any part is invented; ``cleaned`` what cleaning did, where it was asked
    for; ``pieces`` the grids as they were drawn (or cleaned), for a map of what is wrong;
    ``unknown_roles`` the words for roles that are to be asked about, and how often each is met.
    """

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    synthetic: bool
    division: Division | None = None
    directory: Directory | None = None
    roster: Roster | None = None
    cleaned: Cleaned | None = None
    pieces: tuple[Piece, ...] = ()
    unknown_roles: Mapping[str, int] = field(default_factory=dict)

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


@dataclass(frozen=True)
class ReadOptions:
    """How a set is to be read.

    Parameters
    ----------
    reference
        What the coordinates are in, where the person who brings the files says so.
    keep_absent
        Whether places, people and duties that are not in the tables stay.
    tolerance_m
        Clean the boundaries, moving no vertex further than this; None: take them as they are.
    fill
        The kind of level-3 grid that ground without one becomes in cleaning; None: it is refused.
    report
        Told how much is done, from 0 to 1; what it raises ends the work.
    rules
        The numbers of the office's rules, for what is said of sizes.
    roles
        What words for a role mean that are not ours; None: their rows are left out.
    """

    reference: Reference | None = None
    keep_absent: bool = False
    tolerance_m: float | None = None
    fill: GridKind | None = None
    report: Report = lambda _done: None
    rules: OfficeRules = field(default_factory=OfficeRules)
    roles: Roles = field(default_factory=dict)


def read_set(
    paths: Sequence[Path], *, today: date, base: Atlas | None = None, how: ReadOptions | None = None
) -> Intake:
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
    how
        Datum, cleaning and the like; as the files say when absent.

    Raises
    ------
    InvalidInput
        A file that cannot be read at all, or a datum that nobody says. Everything else becomes
        a finding.
    """
    how = how or ReadOptions()
    files = find_files(paths)
    how.report(0.0)
    gathered = gather(files, how.reference, lambda done: how.report(0.4 * done))
    how.report(0.4)
    readings, tables = gathered.readings, gathered.tables
    cleaned = _clean(readings, base, how) if how.tolerance_m is not None else None
    findings = Noted(f for r in readings for f in r.findings)
    findings += gathered.findings
    if cleaned is not None:
        findings += cleaned.refusals
    pieces = _pieces(readings)
    division, tree_findings = _division_of(readings, base, files)
    findings += tree_findings
    directory, place_findings = _directory_of(readings, base)
    grids = _grids(division, readings, base)
    listed, table_findings = directory_of(
        tables,
        directory or (base.directory if base else Directory()),
        told=how.reference,
        book=_book(base),
        keep_absent=how.keep_absent,
        report=lambda done: how.report(0.4 + 0.3 * done),
    )
    directory = listed or directory
    findings += place_findings + table_findings
    counted, housed, count_findings = with_households(
        tables,
        division or (base.division if base else None),
        directory or (base.directory if base else None),
        grids,
    )
    division, directory = counted or division, housed or directory
    findings += count_findings
    synthetic = _is_synthetic(readings, base)
    roster, roster_findings, unknown_roles = roster_of(
        tables,
        grids,
        base.roster if base else Roster(),
        today=today,
        keep_absent=how.keep_absent,
        roles=how.roles,
    )
    findings += roster_findings
    if directory is not None:
        directory = replace(directory, synthetic=synthetic)
    if roster is not None:
        roster = replace(roster, synthetic=synthetic)
    how.report(0.7)
    if division is not None:
        findings += check_whereabouts(division, base.division if base else None)
    if not errors_among(findings):
        findings += check_rules(division, directory, roster, today, base, how.rules)
    how.report(0.9)
    names = tuple(p.name for p in files)
    return Intake(
        names,
        tuple(findings.told()),
        synthetic,
        division,
        directory,
        roster,
        cleaned,
        tuple(pieces),
        unknown_roles,
    )


def _is_synthetic(readings: Sequence[Reading], base: Atlas | None) -> bool:
    """Tell whether a set is invented; a file that cannot say so is like what is stored."""
    said = [r.synthetic for r in readings if r.synthetic is not None]
    if said:
        return any(said)
    return base is not None and base.synthetic


def _book(base: Atlas | None) -> Callable[[], AddressBook] | None:
    """Return what makes the address book of what is stored, when it is first asked for."""
    if base is None:
        return None
    made: list[AddressBook] = []

    def book() -> AddressBook:
        if not made:
            made.append(AddressBook(base))
        return made[0]

    return book


# --- cleaning ----------------------------------------------------------------------------------


def _pieces(readings: Sequence[Reading]) -> list[Piece]:
    return [
        Piece(row.grid.code, int(row.grid.level), row.parent_code, row.grid.name, row.grid.boundary)
        for r in readings
        for row in (*r.grids, *r.mendable)
    ]


def _clean(readings: Sequence[Reading], base: Atlas | None, how: ReadOptions) -> Cleaned | None:
    """Clean the grids read, in place; nothing of it is used when there is a refusal."""
    pieces = _pieces(readings)
    codes = Counter(p.code for p in pieces)
    if not pieces or codes.most_common(1)[0][1] > 1:
        return None
    assert how.tolerance_m is not None
    last = _last_numbers(pieces, base) if how.fill else None
    cleaned = clean(pieces, how.tolerance_m, fill_codes=last)
    if cleaned.refusals:
        return cleaned
    for reading in readings:
        mended = {row.grid.code for row in reading.mendable}
        reading.findings = [
            f for f in reading.findings if not (f.grid_code in mended and f.rule in _RING_RULES)
        ]
        reading.grids = [
            replace(row, grid=replace(row.grid, boundary=cleaned.shapes[row.grid.code]))
            for row in (*reading.grids, *reading.mendable)
        ]
        for code in mended:
            reading.rejected.pop(code, None)
        reading.mendable = []
    if how.fill:
        host = next(r for r in readings if r.grids)
        host.grids += [_filled(p, how.fill, cleaned) for p in cleaned.added.values()]
    return cleaned


def _filled(piece: Piece, kind: GridKind, cleaned: Cleaned) -> GridRow:
    grid = Grid(
        id=GridId(""),
        code=piece.code,
        level=Level.BUILDING_CLUSTER,
        parent=None,
        name=piece.name,
        kind=kind,
        boundary=cleaned.shapes[piece.code],
    )
    return GridRow(grid, piece.parent, "cleaning")


def _last_numbers(pieces: Sequence[Piece], base: Atlas | None) -> dict[str, int]:
    """Return the last number used under each level-2 code, now and in what is stored."""
    last: dict[str, int] = {}
    stored = [g.code for g in base.division.level(3)] if base else []
    for code in (*(p.code for p in pieces if p.level == 3), *stored):
        tail = code[-3:]
        if tail.isascii() and tail.isdigit():
            last[code[:-3]] = max(last.get(code[:-3], 0), int(tail))
    return last


# --- boundaries ------------------------------------------------------------------------------


def _division_of(
    readings: Sequence[Reading], base: Atlas | None, files: Sequence[Path]
) -> tuple[Division | None, list[Finding]]:
    """Return the division of the grids read, None when there are none or one has an error."""
    rows = [row for r in readings for row in r.grids]
    rejected = {code: parent for r in readings for code, parent in r.rejected.items()}
    if not rows and not rejected:
        return None, []
    findings = check_tree([(row.grid, row.parent_code) for row in rows], rejected)
    incomplete = {parent for parent in rejected.values() if parent}
    unread = {level for r in readings for level in r.rejected_levels}
    findings += check_topology(_draft(rows), incomplete, unread)
    findings += _code_conflicts(rows, base)
    broken = any(errors_among(r.findings) for r in readings) or errors_among(findings)
    return (None if broken else _assemble(rows, readings, base, files)), findings


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


def _assemble(
    rows: Sequence[GridRow],
    readings: Sequence[Reading],
    base: Atlas | None,
    files: Sequence[Path],
) -> Division:
    known = base.division.by_code if base else {}
    stored = base.division.by_id if base else {}
    ids = {row.grid.code: row.grid.id or _id_of(known.get(row.grid.code)) for row in rows}
    head = next(r for r in readings if r.grids)
    return Division(
        grids=tuple(
            replace(
                row.grid,
                id=ids[row.grid.code],
                parent=ids[row.parent_code] if row.parent_code else None,
                boundary=_as_stored(row.grid.boundary, stored.get(ids[row.grid.code])),
            )
            for row in rows
        ),
        title=head.title or _title(head, base, files),
        data_date=head.data_date,
        note=head.note,
        synthetic=_is_synthetic(readings, base),
        source_datum=head.source_datum or str(head.reference.datum),
    )


def _as_stored(boundary: BaseGeometry, stored: Grid | None) -> BaseGeometry:
    """Return a boundary as it is stored where another GIS only wrote it down in its own way."""
    if stored is not None and same_shape(boundary, stored.boundary):
        return stored.boundary
    return boundary


def _title(head: Reading, base: Atlas | None, files: Sequence[Path]) -> str:
    """Return the title of boundaries whose file has no place for one."""
    if head.synthetic is not None:
        return ""
    return base.division.title if base and base.division.title else files[0].stem


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
        places=_drawn_as_stored(places, stored.places) or stored.places,
        context=_drawn_as_stored(context, stored.context) or stored.context,
        synthetic=_is_synthetic(readings, base),
    )
    return directory, findings


_Drawn = TypeVar("_Drawn", Place, ContextFeature)


def _drawn_as_stored(rows: Sequence[_Drawn], stored: Sequence[_Drawn]) -> tuple[_Drawn, ...]:
    """Return rows with the geometry that is stored where it is the same, in another order."""
    known = {row.id: row.geometry for row in stored}
    return tuple(
        replace(row, geometry=known[row.id])
        if row.id in known and same_shape(row.geometry, known[row.id])
        else row
        for row in rows
    )


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


def _grids(division: Division | None, readings: Sequence[Reading], base: Atlas | None) -> Grids:
    """Return what a table may call a grid."""
    names: dict[str, list[str]] = {}
    for grid in division or (base.division if base else ()):
        names.setdefault(grid.name, []).append(grid.code)
    return Grids(
        _grid_ids(division, readings, base), {name: tuple(codes) for name, codes in names.items()}
    )


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

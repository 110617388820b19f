"""What a set would change, before anything is changed: rows new, changed and gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis.atlas import Atlas
from gis.cleaning import Fault, find_faults
from gis.directory import Directory
from gis.division import Division
from gis.findings import Finding, Severity, count
from gis.geometry import same_shape
from gis.intake.checked_set import Intake
from gis.roster import ROLES, Roster
from gis.schema.words import LIKELY_ROLES

_FAULTY_RULES = frozenset(
    ("overlap", "gap", "outside_parent", "unmatched_edge", "invalid_ring", "uncovered")
)


@dataclass(frozen=True)
class Difference:
    """A row that is new, changed or gone; ``fields`` hold what it says before and after."""

    id: str
    label: str
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Changes:
    """What would change in one part: grids, places, context, people, duties, organisations."""

    part: str
    new: tuple[Difference, ...]
    changed: tuple[Difference, ...]
    gone: tuple[Difference, ...]
    same: int

    @property
    def any(self) -> bool:
        """Tell whether anything would change."""
        return bool(self.new or self.changed or self.gone)


@dataclass(frozen=True)
class Preview:
    """What a set would change and what is wrong with it; ``faults`` are shapes for a map."""

    files: tuple[str, ...]
    changes: tuple[Changes, ...]
    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...]

    @property
    def errors(self) -> int:
        """How many findings refuse the set."""
        return count(self.findings, Severity.ERROR)

    @property
    def any(self) -> bool:
        """Tell whether anything would change."""
        return any(c.any for c in self.changes)


def preview(intake: Intake, base: Atlas | None) -> Preview:
    """Return what a set would change of what is stored, which may be nothing yet."""
    changes: list[Changes] = []
    if intake.division is not None:
        before = base.division if base else Division(())
        changes.append(_changes("grids", before, intake.division, intake.division))
    if intake.directory is not None:
        held = base.directory if base else Directory()
        changes.append(_changes("places", held.places, intake.directory.places))
        changes.append(_changes("context", held.context, intake.directory.context))
    if intake.roster is not None:
        roll, division = base.roster if base else Roster(), intake.division
        division = division or (base.division if base else None)
        people = {p.id: p.name for p in (*roll.people, *intake.roster.people)}
        changes.append(_changes("people", roll.people, intake.roster.people))
        changes.append(_changes("duties", roll.duties, intake.roster.duties, division, people))
        changes.append(
            _changes("organisations", roll.organisations, intake.roster.organisations, division)
        )
    shown = tuple(c for c in changes if c.any or c.same)
    wrong = any(f.rule in _FAULTY_RULES for f in intake.findings)
    return Preview(
        intake.files, shown, intake.findings, find_faults(intake.pieces) if wrong else ()
    )


def _changes(
    part: str,
    before: Iterable[Any],
    after: Iterable[Any],
    division: Division | None = None,
    people: Mapping[Any, str] | None = None,
) -> Changes:
    old, new = {r.id: r for r in before}, {r.id: r for r in after}
    label = _Labels(division, people or {})
    changed, same = [], 0
    for identity, row in new.items():
        if identity not in old:
            continue
        if old[identity] == row:
            same += 1
        elif told := _fields(old[identity], row):
            changed.append(Difference(identity, label.of(row), told))
        else:
            same += 1
    return Changes(
        part,
        tuple(Difference(i, label.of(r)) for i, r in new.items() if i not in old),
        tuple(changed),
        tuple(Difference(i, label.of(r)) for i, r in old.items() if i not in new),
        same,
    )


@dataclass(frozen=True)
class _Labels:
    """What to call a row where a person reads it."""

    division: Division | None
    people: Mapping[Any, str]

    def of(self, row: Any) -> str:
        if hasattr(row, "role"):
            return (
                f"{self.people.get(row.person, row.person)} · {ROLES[row.role].title.zh} · "
                f"{self._grid(row.grid)}"
            )
        if hasattr(row, "code"):
            return f"{row.code} {row.name}"
        address = getattr(row, "address", "")
        return " ".join(t for t in (row.name, address) if t)

    def _grid(self, grid: Any) -> str:
        if grid is None:
            return "街道"
        found = self.division.by_id.get(grid) if self.division else None
        return f"{found.code} {found.name}" if found else str(grid)


def _fields(before: Any, after: Any) -> tuple[tuple[str, str, str], ...]:
    told = []
    for name in (f.name for f in fields(before)):
        one, other = getattr(before, name), getattr(after, name)
        if one == other or _is_same_ground(one, other):
            continue
        told.append((name, _said(one), _said(other)))
    return tuple(told)


def _is_same_ground(one: Any, other: Any) -> bool:
    shapes = isinstance(one, BaseGeometry) and isinstance(other, BaseGeometry)
    return shapes and same_shape(one, other)


def _said(value: Any) -> str:
    if isinstance(value, BaseGeometry):
        if value.geom_type == "Point":
            return f"{value.x:.7f}, {value.y:.7f}"
        return f"{value.geom_type} ({shapely.get_num_coordinates(value)})"
    if isinstance(value, tuple):
        return "；".join(str(getattr(v, "name", v)) for v in value)
    return "" if value is None else str(value)[:200]


# --- as JSON -----------------------------------------------------------------------------------


def preview_json(found: Preview, intake: Intake, *, most: int = 200) -> dict[str, Any]:
    """Return a preview as plain JSON values: counts of all, and the first ``most`` of each."""
    return {
        "files": list(found.files),
        "errors": found.errors,
        "warnings": count(found.findings, Severity.WARNING),
        "changes": [
            {
                "part": c.part,
                "counts": {
                    "new": len(c.new),
                    "changed": len(c.changed),
                    "gone": len(c.gone),
                    "same": c.same,
                },
                "new": [_difference(d) for d in c.new[:most]],
                "changed": [_difference(d) for d in c.changed[:most]],
                "gone": [_difference(d) for d in c.gone[:most]],
            }
            for c in found.changes
        ],
        "findings": [finding_json(f) for f in _in_order(found.findings)[: 5 * most]],
        "finding_count": count(found.findings),
        "faults": [_fault(f) for f in found.faults[:most]],
        "cleaning": _cleaning(intake),
        "unknown_roles": [
            {"word": word[:200], "times": times, "suggested": LIKELY_ROLES.get(word)}
            for word, times in list(intake.unknown_roles.items())[:most]
        ],
    }


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    order = list(Severity)
    return sorted(findings, key=lambda f: order.index(f.severity))


def _difference(row: Difference) -> dict[str, Any]:
    told = [{"field": n, "before": b, "after": a} for n, b, a in row.fields]
    return {"id": row.id, "label": row.label, **({"fields": told} if told else {})}


def finding_json(found: Finding) -> dict[str, Any]:
    """Return a finding, with the cell it is about where there is one."""
    return {
        "severity": str(found.severity),
        "rule": found.rule,
        "grid_code": found.grid_code,
        "place": found.place,
        "size": found.size,
        "unit": found.unit,
        "source": found.source,
        "sheet": found.sheet,
        "row": found.row,
        "column": found.column,
        "value": found.value,
        "times": found.times,
        "text": found.text._asdict(),
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "kind": fault.kind,
        "codes": list(fault.codes),
        "area_m2": round(fault.area_m2, 4),
        "width_m": round(fault.width_m, 3),
        "sliver": fault.is_sliver,
        "geometry": _geometry(fault.shape),
    }


def _geometry(shape: BaseGeometry) -> dict[str, Any]:
    rings = [
        [list(p) for p in shape.exterior.coords],
        *([list(p) for p in r.coords] for r in shape.interiors),
    ]
    return {"type": "Polygon", "coordinates": rings}


def _cleaning(intake: Intake) -> dict[str, Any] | None:
    cleaned = intake.cleaned
    if cleaned is None:
        return None
    return {
        "refused": bool(cleaned.refusals),
        "changes": [
            {
                "code": c.code,
                "name": c.name,
                "level": c.level,
                "before_m2": round(c.before_m2, 2),
                "after_m2": round(c.after_m2, 2),
                "change_m2": round(c.change_m2, 2),
                "moved_m": round(c.moved_m, 3),
            }
            for c in cleaned.changes
        ],
        "uncovered": [
            {"parent": u.parent, "area_m2": round(u.area_m2, 2), "geometry": _geometry(u.shape)}
            for u in cleaned.uncovered
        ],
        "added": [{"code": p.code, "name": p.name} for p in cleaned.added.values()],
    }

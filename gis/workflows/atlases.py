"""What is in force on a day, put together from the store."""

from __future__ import annotations

from datetime import date

from gis.atlas import Atlas
from gis.findings import Finding
from gis.store import Store, Versions


def internal_atlas(store: Store, day: date) -> tuple[Atlas, tuple[Finding, ...], Versions]:
    """Return what is in force on a day, as staff see it, and what the store found damaged."""
    holding = store.holding(day)
    identity = store.identity()
    atlas = Atlas(
        division=holding.division,
        directory=holding.directory,
        roster=holding.roster,
        as_of=day,
        name=identity.name if identity else "",
        code=identity.code if identity else "",
    )
    return atlas, holding.faults, holding.versions

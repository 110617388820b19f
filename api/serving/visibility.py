"""What somebody on the staff sees where people and places are kept current.

Planners and those above them, and staff of the whole subdistrict, see everything. Others see
the internal edition of their own grids; of everybody and everything else just what the public
sees, except those who never served anywhere: they may be appointed.
"""

from __future__ import annotations

from api.http.auth import AccountRole, Caller
from gis.atlas import Atlas
from gis.disclosure import Policy, public, scoped
from gis.ids import GridId


def sees_all(caller: Caller) -> bool:
    """Tell whether a caller sees everything."""
    return caller.role.reaches(AccountRole.PLANNER) or caller.scope_grids is None


def narrowed(internal: Atlas, grids: frozenset[GridId], policy: Policy) -> Atlas:
    """Return what those see who are in charge of some grids and all below them."""
    return scoped(internal, public(internal, policy, today=internal.as_of), grids)

"""Who may do what: the roles of the people who sign in, and the scopes of a key.

Not to be confused with :class:`gis.roster.Role`, the duties people hold on grids.
"""

from __future__ import annotations

from enum import StrEnum

from gis.findings import Text


class Role(StrEnum):
    """What a person may do; each role may do what those before it may.

    >>> Role.PLANNER.reaches(Role.STAFF), Role.STAFF.reaches(Role.PLANNER)
    (True, False)
    """

    PUBLIC = "public"
    STAFF = "staff"
    PLANNER = "planner"
    APPROVER = "approver"
    ADMIN = "admin"

    def reaches(self, needed: Role) -> bool:
        """Tell whether this role is at least another one."""
        return _RANK[self] >= _RANK[needed]

    @property
    def label(self) -> Text:
        """The name of the role as people read it."""
        return _TITLES[self]


_RANK = {role: rank for rank, role in enumerate(Role)}
_TITLES = {
    Role.PUBLIC: Text("public", "公众"),
    Role.STAFF: Text("staff", "工作人员"),
    Role.PLANNER: Text("planner", "规划员"),
    Role.APPROVER: Text("approver", "审批人"),
    Role.ADMIN: Text("administrator", "管理员"),
}
ACCOUNT_ROLES = tuple(role for role in Role if role is not Role.PUBLIC)


class Scope(StrEnum):
    """What an API key or token may be used for, within the role of its owner.

    ``read`` covers every ``GET``, ``write`` every other method, ``plans`` the re-divisions
    and ``accounts`` the accounts, whatever the method.
    """

    READ = "read"
    WRITE = "write"
    PLANS = "plans"
    ACCOUNTS = "accounts"


ALL_SCOPES = frozenset(Scope)

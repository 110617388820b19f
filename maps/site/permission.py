"""What must be recorded before the public edition may leave the office.

A published map of China carries a map approval number (审图号), or somebody says by name why it
needs none. The sample's reason is that it is invented; none is ever made up for real data.
"""

from __future__ import annotations

from dataclasses import dataclass

from gis.atlas import Atlas
from gis.errors import Conflict


@dataclass(frozen=True, slots=True)
class Permission:
    """The approval number, or the reason for which there is none and who says so."""

    approval_no: str = ""
    exemption_reason: str = ""
    exemption_by: str = ""

    @property
    def granted(self) -> bool:
        """Tell whether a number, or a reason with a name, is recorded."""
        number, reason, by = (
            t.strip() for t in (self.approval_no, self.exemption_reason, self.exemption_by)
        )
        return bool(number or (reason and by))


SYNTHETIC = Permission(
    exemption_reason="合成示例数据：所有边界、人员与数字均为虚构 "
    "(synthetic sample: all lines, people and numbers are invented)",
    exemption_by="wangge",
)


def permission_for(atlas: Atlas, recorded: Permission) -> Permission:
    """Return what a public edition is published under.

    Raises
    ------
    Conflict
        Neither a number nor a named person's reason is recorded.
    """
    if recorded.granted:
        return recorded
    if atlas.synthetic:
        return SYNTHETIC
    raise Conflict(
        "the public edition needs a map approval number (set WANGGE_MAP_APPROVAL_NO), or a reason "
        "why none is needed and who says so (set WANGGE_MAP_EXEMPTION_REASON and "
        "WANGGE_MAP_EXEMPTION_BY); nothing was published",
        "公开版需要审图号（设置 WANGGE_MAP_APPROVAL_NO），或写明免审理由和责任人"
        "（设置 WANGGE_MAP_EXEMPTION_REASON 和 WANGGE_MAP_EXEMPTION_BY）；没有发布任何内容",
    )

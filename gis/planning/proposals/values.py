"""What a proposal is made of, and what may be set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gis.findings import Text
from gis.ids import GridId
from gis.planning.operations import Operation

Progress = Callable[[int, int, Any], None]


@dataclass(frozen=True, slots=True)
class ProposalPart:
    """Operations that make sense together, and what they are for."""

    text: Text
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a search found: parts to take, how good it is, and what cannot be had.

    ``cost`` and ``bound`` are of the search: metres, households or groups. ``gap`` 0.01 is one
    per cent; ``proven``: nothing is better.
    """

    text: Text
    parts: tuple[ProposalPart, ...]
    cost: float | None = None
    bound: float | None = None
    gap: float | None = None
    proven: bool = False
    impossible: tuple[tuple[GridId | None, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalOptions:
    """What one may set: sizes, the minimum, the move penalty, the tolerance, the time."""

    low: int = 3
    high: int = 5
    minimum: int = 300
    preserve: bool = True
    move_penalty: float | None = None
    tolerance: float = 0.1
    time_limit_s: float = 20.0
    grids: tuple[GridId, ...] = field(default_factory=tuple)

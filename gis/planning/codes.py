"""Codes of a plan: which grids get new ones, and what they would be.

Numbered west to east, north to south within the parent when first issued together; later ones
are appended after the highest number ever issued there. A code that was ever issued is never
issued again (DOMAIN.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from gis.errors import Conflict
from gis.ids import GridId, Level
from gis.planning.lattice import Node
from gis.planning.state import GridAttributes, PlanState

_DIGITS = 3
_MOST = 10**_DIGITS - 1


@dataclass(frozen=True)
class CodeBook:
    """Every code that was ever issued, and the code of the subdistrict itself."""

    taken: frozenset[str]
    subdistrict: str = ""

    @cached_property
    def highest(self) -> dict[str, int]:
        """The highest number ever issued under each prefix."""
        found: dict[str, int] = {}
        for code in self.taken:
            head, tail = code[:-_DIGITS], code[-_DIGITS:]
            if len(tail) == _DIGITS and tail.isascii() and tail.isdigit():
                found[head] = max(found.get(head, 0), int(tail))
        return found

    @cached_property
    def communities(self) -> str:
        """The prefix of the communities' codes: the subdistrict's, or what they have in common."""
        if self.subdistrict:
            return self.subdistrict
        heads = [c[:-_DIGITS] for c in self.taken if len(c) == 12]
        return max(set(heads), key=lambda h: (heads.count(h), h)) if heads else ""


def codes_of(
    state: PlanState,
    before: Mapping[GridId, GridAttributes],
    book: CodeBook,
    point: Callable[[GridId], Node],
) -> dict[GridId, str]:
    """Return the code of every grid as it would be issued now.

    Parameters
    ----------
    state
        The plan as it stands.
    before
        The grids of its base.
    book
        What was issued already.
    point
        A point inside a grid, for the order of those that get numbers together.

    Raises
    ------
    Conflict
        All numbers under a parent were issued.
    """
    codes: dict[GridId, str] = {}
    for level in Level:
        lists: dict[GridId | None, list[GridAttributes]] = {}
        for attributes in state.of_level(level):
            old = before.get(attributes.id)
            if _keeps(attributes, old, before, codes):
                assert attributes.code is not None
                codes[attributes.id] = attributes.code
            else:
                lists.setdefault(attributes.parent, []).append(attributes)
        for parent, fresh in lists.items():
            prefix = codes.get(parent, "") if parent is not None else book.communities
            ordered = sorted(fresh, key=lambda s: _west_north(point(s.id)))
            codes |= _numbered(prefix, ordered, book)
    return codes


def _keeps(
    attributes: GridAttributes,
    old: GridAttributes | None,
    before: Mapping[GridId, GridAttributes],
    codes: Mapping[GridId, str],
) -> bool:
    if attributes.code is None or old is None or old.parent != attributes.parent:
        return False
    if attributes.parent is None or attributes.parent not in before:
        return True
    # Some offices' codes do not begin with the parent's: those stay too.
    nested = attributes.code.startswith(before[attributes.parent].code or "")
    return not nested or attributes.code.startswith(codes.get(attributes.parent, ""))


def _west_north(point: Node) -> tuple[int, int]:
    return point[0], -point[1]


def _numbered(prefix: str, fresh: Iterable[GridAttributes], book: CodeBook) -> dict[GridId, str]:
    start = book.highest.get(prefix, 0)
    codes = {}
    for number, attributes in enumerate(fresh, start=start + 1):
        if number > _MOST:
            raise Conflict(
                f"all {_MOST} numbers under {prefix} have been issued: give {attributes.name} "
                "another parent",
                f"{prefix} 下的 {_MOST} 个编号已全部用完：请为 {attributes.name} 另选上级",
            )
        codes[attributes.id] = f"{prefix}{number:0{_DIGITS}d}"
    return codes

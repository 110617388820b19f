"""Cutting random spanning trees of two or three groups anew, compiled.

The most connected parts of at least some weight of a *tree* are found from the leaves: cut a part
off as soon as it weighs enough (Kundu and Misra 1977; Hader 1980 for lower bounds). A map is no
tree, so many spanning trees are tried, each of a few neighbouring groups only (recombination, as
in Chen, Cannon and DeFord's ReCom, 2021). What a group has over the minimum is of no use to it:
it is handed on, pair by pair, towards a few *basins*, until there is enough of it in one place for
a group more. That drift is ours: the energy that never rises is the sum over the groups of their
excess times their mean distance from the nearest basin.

Importing this module loads numba: import it inside the function that needs it. The first call
compiles for a few seconds, or reads what numba kept. All that is compiled is in this one file, as
numba's cache notices a change of the file that holds a function and of no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
State = NDArray[np.uint64]
Regions: TypeAlias = Any
Borders: TypeAlias = Any
"""Numpy arrays of :data:`REGION` and :data:`BORDER`; mypy does not know their fields."""

IN_HUNDRED_THREE = 30
MANY = 30
"""Of groups larger than this on average no three are taken: their cuts are too many to try."""
NEVER = 1e300


def compiled(function: Function) -> Function:
    """Compile, and keep the machine code where numba can write it."""
    try:
        return cast(Function, njit(nogil=True, cache=True, error_model="numpy")(function))
    except RuntimeError:
        return cast(Function, njit(nogil=True, error_model="numpy")(function))


def inner(function: Function) -> Function:
    """Compile for the use of compiled functions only: half the time, as Python cannot call it."""
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(Function, njit(nogil=True, error_model="numpy", **options)(function))


REGION = np.dtype(
    [
        ("weight", "f8"),
        ("first", "i8"),  # its borders are these rows up to, not with, ``past``
        ("past", "i8"),
        ("far", "f8"),  # from the nearest basin, in borders to cross
        ("label", "i8"),  # its group
        ("following", "i8"),  # the next region of its group, -1 at the end
        ("seen", "u8"),  # when it was last gathered
        ("parent", "i8"),  # in the spanning tree, -1 at the root
        ("part", "i8"),  # of the groups at hand, cut anew
        ("below", "f8"),  # weight, number and distances of the tree from here on
        ("size", "f8"),
        ("far_below", "f8"),
        ("head", "i8"),  # of the *group* with this number: its first region, and its weight
        ("load", "f8"),
        ("node", "i8"),  # lists, not of this region: the gathered, the tree's order, the frontier
        ("order", "i8"),
        ("waiting", "i8"),
        ("mark", "i8"),
    ]
)
"""One row per region. Groups are numbered under their number of regions and share the rows."""


BORDER = np.dtype([("other", "i8"), ("length", "f8")])


@inner
def _draw(state: State, below: int) -> int:
    """Return a whole number from 0, under ``below`` (xorshift64*; the bias is under 2**-30)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    high = np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))
    return high % below  # type: ignore[return-value]


@compiled
def choose_basins(r: Regions, b: Borders, state: State, basins: int) -> None:
    """Draw basins and measure how many borders away from the nearest each region is."""
    for node in range(len(r)):
        r[node].far = -1.0
    count = 0
    for _ in range(basins):
        node = _draw(state, len(r))
        if r[node].far < 0:
            r[node].far = 0.0
            r[count].node = node
            count += 1
    at = 0
    while at < count:
        node = r[at].node
        at += 1
        for k in range(r[node].first, r[node].past):
            other = b[k].other
            if r[other].far < 0:
                r[other].far = r[node].far + 1.0
                r[count].node = other
                count += 1


@inner
def _pick(r: Regions, b: Borders, state: State, chosen: Ints, three: int) -> int:
    """Choose two neighbouring groups by a random border, at times a third beside them."""
    node = _draw(state, len(r))
    chosen[0] = r[node].label
    degree = r[node].past - r[node].first
    if degree == 0:
        return 1
    other = b[r[node].first + _draw(state, degree)].other
    if r[other].label == chosen[0]:
        return 1
    chosen[1] = r[other].label
    if _draw(state, 100) < three:
        for _ in range(6):
            at = node if _draw(state, 2) == 0 else other
            for _ in range(2):
                at = b[r[at].first + _draw(state, r[at].past - r[at].first)].other
                if r[at].label != chosen[0] and r[at].label != chosen[1]:
                    chosen[2] = r[at].label
                    return 3
    return 2


@inner
def _gather(r: Regions, state: State, chosen: Ints, parts: int) -> int:
    """Collect the regions of some groups in ``nodes``; return how many."""
    state[1] += np.uint64(1)
    count = 0
    for j in range(parts):
        node = r[chosen[j]].head
        while node >= 0:
            r[count].node = node
            r[node].seen = state[1]
            count += 1
            node = r[node].following
    return count


@inner
def _span(r: Regions, b: Borders, state: State, count: int) -> None:
    """Draw a spanning tree of what was gathered: ``order`` and ``parent``."""
    inside = state[1]
    state[1] += np.uint64(1)
    root = r[_draw(state, count)].node
    r[0].waiting = root  # the frontier
    r[root].seen, r[root].parent = state[1], -1
    waiting, reached = 1, 0
    while waiting:
        pick = _draw(state, waiting)
        node = r[pick].waiting
        waiting -= 1
        r[pick].waiting = r[waiting].waiting
        r[reached].order = node
        reached += 1
        for k in range(r[node].first, r[node].past):
            other = b[k].other
            if r[other].seen == inside:
                r[other].seen = state[1]
                r[other].parent = node
                r[waiting].waiting = other
                waiting += 1


@inner
def _add_up(r: Regions, count: int) -> None:
    for i in range(count):
        node = r[i].order
        r[node].below, r[node].size, r[node].far_below = r[node].weight, 1.0, r[node].far
    for i in range(count - 1, 0, -1):
        node = r[i].order
        above = r[node].parent
        r[above].below += r[node].below
        r[above].size += r[node].size
        r[above].far_below += r[node].far_below


@inner
def _cut_from_leaves(r: Regions, count: int, minimum: float) -> int:
    """Cut the tree into the most parts that weigh enough; return how many."""
    parts = 0
    for i in range(count):
        r[r[i].order].below = r[r[i].order].weight
    for i in range(count - 1, -1, -1):
        node = r[i].order
        r[node].part = -1
        if r[node].below >= minimum:
            r[node].part = parts
            parts += 1
        elif r[node].parent >= 0:
            r[r[node].parent].below += r[node].below
    # the rest around the root goes with a part it touches
    rest = -1
    for i in range(count):
        node = r[i].order
        if r[node].part < 0 and r[node].parent >= 0:
            r[node].part = r[r[node].parent].part
        if r[node].part >= 0 and rest < 0 and i > 0 and r[r[node].parent].part < 0:
            rest = r[node].part
    for i in range(count):
        if r[r[i].order].part < 0:
            r[r[i].order].part = rest
    return parts


@inner
def _excess_away(r: Regions, node: int, total: float, minimum: float, sizes: Floats) -> float:
    """Return the energy of cutting above a node; NEVER when a side weighs too little."""
    here, beyond = r[node].below - minimum, total - r[node].below - minimum
    if here < 0 or beyond < 0:
        return NEVER
    energy: float = here * r[node].far_below / r[node].size
    energy += beyond * (sizes[1] - r[node].far_below) / (sizes[0] - r[node].size)
    return energy


@inner
def _best_two(
    r: Regions,
    count: int,
    total: float,
    minimum: float,
    sizes: Floats,
    cuts: Ints,
) -> float:
    best = NEVER
    for i in range(1, count):
        energy = _excess_away(r, r[i].order, total, minimum, sizes)
        if energy < best:
            best, cuts[0] = energy, r[i].order
    return best


@inner
def _best_three(
    r: Regions,
    count: int,
    total: float,
    minimum: float,
    sizes: Floats,
    cuts: Ints,
) -> float:
    """Find the best two cuts of a tree: below ``cuts[0]``, and below ``cuts[1]`` of what stays."""
    best = NEVER
    for i in range(1, count):
        first = r[i].order
        weight, size, far = r[first].below, r[first].size, r[first].far_below
        if weight < minimum or total - weight < 2 * minimum:
            continue
        own = (weight - minimum) * far / size
        for j in range(count):
            r[r[j].order].mark = 0
        node = first
        while node >= 0:  # what is above it has less below when it is cut
            r[node].mark = 1
            node = r[node].parent
        r[first].mark = 2
        for j in range(1, count):
            second = r[j].order
            above = r[second].mark == 1
            if not above and r[r[second].parent].mark == 2:
                r[second].mark = 2
            if r[second].mark == 2 or (j < i and not above):
                continue
            load = r[second].below - (weight if above else 0.0)
            rest = total - weight - load
            if load < minimum or rest < minimum:
                continue
            many = r[second].size - (size if above else 0.0)
            away = r[second].far_below - (far if above else 0.0)
            energy = own + (load - minimum) * away / many
            energy += (rest - minimum) * (sizes[1] - far - away) / (sizes[0] - size - many)
            if energy < best:
                best, cuts[0], cuts[1] = energy, first, second
    return best


@inner
def _energy(r: Regions, chosen: Ints, parts: int, minimum: float) -> float:
    found = 0.0
    for j in range(parts):
        away, size = 0.0, 0
        node = r[chosen[j]].head
        while node >= 0:
            away += r[node].far
            size += 1
            node = r[node].following
        found += (r[chosen[j]].load - minimum) * away / size
    return found


@inner
def _mark_parts(r: Regions, count: int, cuts: Ints, parts: int) -> None:
    for i in range(count):
        node = r[i].order
        r[node].part = 0 if i == 0 else r[r[node].parent].part
        for j in range(parts - 1):
            if node == cuts[j]:
                r[node].part = j + 1


@inner
def _take(r: Regions, count: int, chosen: Ints, parts: int) -> None:
    """Make the parts the groups of ``chosen``."""
    for j in range(parts):
        r[chosen[j]].head = -1
        r[chosen[j]].load = 0.0
    for i in range(count):
        node = r[i].node
        number = chosen[r[node].part]
        r[node].label = number
        r[number].load += r[node].weight
        r[node].following = r[number].head
        r[number].head = node


@compiled
def shift_excess(
    r: Regions, b: Borders, state: State, minimum: float, groups: int, target: int, steps: int
) -> int:
    """Take steps that bring the excess nearer to the basins; return the number of groups.

    A step takes two or three neighbouring groups, or one, and a random spanning tree of them.
    Where that can be cut into more parts of the minimum than before it is; else it is cut into as
    many with the least energy, if that is not more than before.
    """
    chosen = np.empty(len(r) + 3, np.int64)
    cuts, sizes = np.zeros(2, np.int64), np.empty(2)
    for _ in range(steps):
        if groups >= target:
            break
        parts = _pick(r, b, state, chosen, IN_HUNDRED_THREE if len(r) <= MANY * groups else 0)
        total = 0.0
        for j in range(parts):
            total += r[chosen[j]].load
        more = total >= (parts + 1) * minimum
        if parts == 1 and not more:
            continue
        count = _gather(r, state, chosen, parts)
        _span(r, b, state, count)
        if more:
            found = _cut_from_leaves(r, count, minimum)
            if found > parts:
                for j in range(parts, found):
                    chosen[j] = groups + j - parts
                _take(r, count, chosen, found)
                groups += found - parts
                continue
        if parts == 1:
            continue
        before = _energy(r, chosen, parts, minimum)
        _add_up(r, count)
        root = r[0].order
        sizes[0], sizes[1] = r[root].size, r[root].far_below
        if parts == 2:
            after = _best_two(r, count, total, minimum, sizes, cuts)
        else:
            after = _best_three(r, count, total, minimum, sizes, cuts)
        if after <= before:
            _mark_parts(r, count, cuts, parts)
            _take(r, count, chosen, parts)
    return groups


@inner
def _cut_m(r: Regions, b: Borders, state: State, count: int, top: int) -> float:
    """Return the length of border between what is below a node of the tree and the rest."""
    for i in range(count):
        node = r[i].order
        under = node == top or (i > 0 and r[r[node].parent].part == 1)
        r[node].part = 1 if under else 0
    length = 0.0
    for i in range(count):
        node = r[i].order
        if r[node].part == 1:
            for k in range(r[node].first, r[node].past):
                if r[b[k].other].seen == state[1] and r[b[k].other].part == 0:
                    length += b[k].length
    return length


@compiled
def shorten_borders(r: Regions, b: Borders, state: State, minimum: float, steps: int) -> int:
    """Cut pairs of groups anew where that shortens their border; return how often it did.

    Both groups of a pair keep at least the minimum.
    """
    chosen, cuts = np.empty(3, np.int64), np.zeros(2, np.int64)
    better = 0
    for _ in range(steps):
        if _pick(r, b, state, chosen, 0) < 2:
            continue
        total = r[chosen[0]].load + r[chosen[1]].load
        count = _gather(r, state, chosen, 2)
        before = 0.0
        for i in range(count):
            node = r[i].node
            if r[node].label == chosen[0]:
                for k in range(r[node].first, r[node].past):
                    if r[b[k].other].label == chosen[1]:
                        before += b[k].length
        _span(r, b, state, count)
        _add_up(r, count)
        best = before * (1 - 1e-9)
        cuts[0] = -1
        for i in range(1, count):
            node = r[i].order
            if r[node].below >= minimum and total - r[node].below >= minimum:
                length = _cut_m(r, b, state, count, node)
                if length < best:
                    best, cuts[0] = length, node
        if cuts[0] >= 0:
            _mark_parts(r, count, cuts, 2)
            _take(r, count, chosen, 2)
            better += 1
    return better

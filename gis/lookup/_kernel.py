"""The compiled lookup of many points.

Importing this module loads numba and compiles, or reads the compiled code from numba's cache:
seconds the first time, so nothing on a request imports it (see `CellIndex.query`).

Everything the compiled code calls is in this one file, because numba's cache notices a change of
the file that holds a function and no other.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import float64, int32, int64, intp, njit
from numba.core.types import Array

from gis.lookup._edges import Floats, Indices, Ints

Function = TypeVar("Function", bound=Callable[..., Any])

# Bound on the relative rounding error of the determinant: (3 + 16 u) u with u = 2**-53 (Shewchuk
# 1997, "Adaptive Precision Floating-Point Arithmetic", section 4.2); the floor is far above what
# underflow can lose.
FILTER, FLOOR = 3.3306690738754716e-16, 1e-280
SPLITTER = 134217729.0  # 2**27 + 1, splits a double into two halves of 26 bits
SMALLEST, LARGEST = 2.0**-400, 2.0**400
UNSURE = 2
NOBODY = 2**31 - 1
OUTSIDE, LEFT_TO_SHAPELY, FIRST_CELL = -1, -2, -3  # as in `_tables`, and those of `_raster`
FROM_BELOW, TO_ABOVE = 1, 2
CHUNK = 2048


def compiled(signature: Any = None) -> Callable[[Function], Function]:
    """Compile, and keep the machine code where numba can write it.

    Numba tries NUMBA_CACHE_DIR, then __pycache__ beside this file, then the user's cache folder.
    Where it may write in none of them it raises; then every process compiles anew.
    """

    def decorate(function: Function) -> Function:
        try:
            return cast(Function, njit(signature, nogil=True, cache=True)(function))
        except RuntimeError:
            return cast(Function, njit(signature, nogil=True)(function))

    return decorate


@compiled()
def two_sum(a: float, b: float) -> tuple[float, float]:
    """Return the rounded sum and, exactly, what the rounding lost."""
    s = a + b
    c = s - a
    return s, (a - (s - c)) + (b - c)


@compiled()
def two_product(a: float, b: float) -> tuple[float, float]:
    """Return the rounded product and, exactly, what the rounding lost."""
    p = a * b
    c = SPLITTER * a
    a_high = c - (c - a)
    a_low = a - a_high
    c = SPLITTER * b
    b_high = c - (c - b)
    b_low = b - b_high
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low


@compiled()
def in_range(a: float) -> bool:
    """Whether products with the number neither underflow nor overflow."""
    return a == 0.0 or SMALLEST < abs(a) < LARGEST


@compiled()
def side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> int:
    """Return 1 if a point is left of the line from a to b, -1 right, 0 on it, or UNSURE.

    Near the line UNSURE unless all differences of coordinates are doubles: then the determinant
    is a difference of two products, and its sign is exact. The differences from b are not needed
    for that, but GEOS computes with them, and its answer is the one to give.
    """
    left = (bx - ax) * (y - ay)
    right = (by - ay) * (x - ax)
    if abs(left - right) > FILTER * (abs(left) + abs(right)) + FLOOR:
        return 1 if left > right else -1
    if (x == ax and y == ay) or (x == bx and y == by):
        return 0
    ux, ux_lost = two_sum(bx, -ax)
    uy, uy_lost = two_sum(by, -ay)
    vx, vx_lost = two_sum(x, -ax)
    vy, vy_lost = two_sum(y, -ay)
    wx, wx_lost = two_sum(x, -bx)
    wy, wy_lost = two_sum(y, -by)
    lost = abs(ux_lost) + abs(uy_lost) + abs(vx_lost) + abs(vy_lost) + abs(wx_lost) + abs(wy_lost)
    fits = in_range(ux) and in_range(uy) and in_range(vx) and in_range(vy)
    if not (lost == 0.0 and fits and in_range(wx) and in_range(wy)):
        return UNSURE
    left, left_lost = two_product(ux, vy)
    right, right_lost = two_product(uy, vx)
    # left + left_lost - right - right_lost as a sum of doubles that do not overlap: its sign is
    # that of the first that is not 0 (Shewchuk 1997, theorem 12)
    inner, fourth = two_sum(left_lost, -right_lost)
    outer, rest = two_sum(left, inner)
    inner, third = two_sum(rest, -right)
    first, second = two_sum(outer, inner)
    for part in (first, second, third, fourth):
        if part != 0.0:
            return 1 if part > 0.0 else -1
    return 0


@compiled()
def decide(
    x: float, y: float, at: int, cells: Ints, ends: Floats, labels: Ints, owners: Ints
) -> int:
    """Return the answer for a point in the boundary cell that starts at `at`.

    The lowest owner of the edges the point is on, else the label: see `_tables`.
    """
    label = cells[at]
    owner = NOBODY
    last = False
    while not last:
        at += 1
        word = cells[at]
        last = word < 0
        if last:
            word = ~word
        edge = word >> 2
        ax, ay, bx, by = ends[edge, 0], ends[edge, 1], ends[edge, 2], ends[edge, 3]
        turn = side(ax, ay, bx, by, x, y)
        if turn == UNSURE:
            return LEFT_TO_SHAPELY
        if turn < 0:
            if (y >= ay or word & FROM_BELOW) and (y < by or word & TO_ABOVE):
                label ^= labels[edge]
        elif turn == 0 and ay <= y <= by and min(ax, bx) <= x <= max(ax, bx):
            owner = min(owner, owners[edge])
    return label - 1 if owner == NOBODY else owner


@compiled()
def decide_each(x: float, y: float, at: int, cells: Ints, ends: Floats) -> int:
    """Return the answer for a point in the cell that starts at `at`, polygon by polygon.

    See `_overlaps` for the words of the cell.
    """
    covering: int = ~cells[at] - 1
    last_part = False
    while not last_part:
        at += 1
        head: int = cells[at]
        last_part = head < 0
        if last_part:
            head = ~head
        inside = (head & 1) != 0
        last = False
        while not last:
            at += 1
            word = cells[at]
            last = word < 0
            if last:
                word = ~word
            edge = word >> 2
            ax, ay, bx, by = ends[edge, 0], ends[edge, 1], ends[edge, 2], ends[edge, 3]
            turn = side(ax, ay, bx, by, x, y)
            if turn == UNSURE:
                return LEFT_TO_SHAPELY
            if turn < 0:
                if (y >= ay or word & FROM_BELOW) and (y < by or word & TO_ABOVE):
                    inside = not inside
            elif turn == 0 and ay <= y <= by and min(ax, bx) <= x <= max(ax, bx):
                return head >> 1
        if inside:
            return head >> 1
    return covering


POINTS = Array(float64, 2, "C", readonly=True)
FRAME = Array(float64, 1, "C", readonly=True)
TABLE = Array(int32, 1, "C", readonly=True)


@compiled(int64(POINTS, intp[::1], FRAME, TABLE, TABLE, POINTS, TABLE, TABLE))
def locate(
    xy: Floats,
    found: Indices,
    frame: Floats,
    values: Ints,
    cells: Ints,
    ends: Floats,
    labels: Ints,
    owners: Ints,
) -> int:
    """Write the answers for the points (n, 2) to `found`; return how many are left to the caller.

    Those are marked LEFT_TO_SHAPELY. The tables are those of `Tables` and `Edges`. The types are
    given, read-only ones too, so that no array can set off a compilation.

    Each loop over a chunk does one thing without branches, so that the processor waits for many
    cache lines at once: one loop that does everything takes several times as long. Unsigned
    indices spare the check for negative ones.
    """
    x0, y0, x_scale, y_scale, columns, rows = frame
    last_column, last_row = columns - 1.0, rows - 1.0
    column_size = np.int32(rows)
    place = np.empty(CHUNK, np.uint32)
    # the points of the chunk that need more than a look into the tables, and of each of them
    # where in `cells` it is, its label so far, and whether rounding leaves a side open
    point = np.empty(CHUNK, np.uint64)
    at = np.empty(CHUNK, np.uint32)
    label = np.empty(CHUNK, np.int32)
    doubt = np.empty(CHUNK, np.bool_)
    going = np.empty(CHUNK, np.uint32)
    left = 0
    for chunk in range(0, len(xy), CHUNK):
        size = min(CHUNK, len(xy) - chunk)
        for k in range(size):
            column = (xy[chunk + k, 0] - x0) * x_scale
            row = (xy[chunk + k, 1] - y0) * y_scale
            # Points beyond the raster, and NaN, go to its outermost cells, which are empty.
            column = column if column > 0.0 else 0.0
            row = row if row > 0.0 else 0.0
            column = column if column < last_column else last_column
            row = row if row < last_row else last_row
            place[k] = np.int32(column) * column_size + np.int32(row)
        count = np.uint32(0)
        for k in range(size):
            value = values[place[k]]
            found[chunk + k] = value
            point[count] = chunk + k
            count += np.uint32(value < OUTSIDE)

        running = np.uint32(0)
        for j in range(count):
            value = found[point[j]]
            at[j] = FIRST_CELL - value
            doubt[j] = False
            going[running] = j
            running += np.uint32(value != LEFT_TO_SHAPELY)
        left += int(count - running)
        plain = np.uint32(0)
        for k in range(running):
            j = going[k]
            label[j] = cells[at[j]]
            going[plain] = j
            plain += np.uint32(label[j] >= 0)
        running = plain
        while running:
            more = np.uint32(0)
            for k in range(running):
                j = going[k]
                at[j] += np.uint32(1)
                word = cells[at[j]]
                goes_on = word >= 0
                word = word if goes_on else ~word
                edge = np.uint32(word >> 2)
                x, y = xy[point[j], 0], xy[point[j], 1]
                ax, ay, bx, by = ends[edge, 0], ends[edge, 1], ends[edge, 2], ends[edge, 3]
                to_left = (bx - ax) * (y - ay)
                to_right = (by - ay) * (x - ax)
                error = FILTER * (abs(to_left) + abs(to_right)) + FLOOR
                turn = to_left - to_right
                doubt[j] |= not (abs(turn) > error)
                reaches_down = (y >= ay) | ((word & FROM_BELOW) != 0)
                reaches_up = (y < by) | ((word & TO_ABOVE) != 0)
                label[j] ^= labels[edge] & -np.int32(reaches_down & reaches_up & (turn < 0.0))
                going[more] = j
                more += np.uint32(goes_on)
            running = more

        for j in range(count):
            i = point[j]
            if found[i] == LEFT_TO_SHAPELY:
                continue
            if label[j] < 0:
                cell = FIRST_CELL - found[i]
                found[i] = decide_each(xy[i, 0], xy[i, 1], cell, cells, ends)
                left += found[i] == LEFT_TO_SHAPELY
            elif doubt[j]:
                cell = FIRST_CELL - found[i]
                found[i] = decide(xy[i, 0], xy[i, 1], cell, cells, ends, labels, owners)
                left += found[i] == LEFT_TO_SHAPELY
            else:
                found[i] = label[j] - 1
    return left

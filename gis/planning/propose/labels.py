"""Labels of groups, and pairs of neighbours that a caller gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from gis.errors import InvalidInput
from gis.planning.propose import checks
from gis.planning.propose.sets import Floats, Ints
from gis.planning.propose.tessellation import unique_pairs


def given_pairs(pairs: Any, n: int) -> Ints:
    """Return neighbours that a caller gave, checked."""
    found = np.asarray(pairs).reshape(-1, 2)
    if len(found) and (found.dtype.kind not in "iu" or found.min() < 0 or found.max() >= n):
        raise InvalidInput(
            "pairs",
            f"pairs must be whole numbers from 0 to {n - 1}",
            f"pairs 应为 0 到 {n - 1} 的整数",
        )
    return unique_pairs(found)


def in_order(labels: Ints) -> Ints:
    """Return labels numbered from 0 in the order of their first item; -1 stays."""
    found, first, where = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(found), dtype=np.int64)
    rank[np.argsort(np.where(found < 0, -1, first), kind="stable")] = np.arange(len(found))
    rank -= int((found < 0).any())
    return np.asarray(rank[where], dtype=np.int64)


def cost_of(xy: Floats, labels: Ints) -> float:
    """Return the summed distance of labelled points to the mean of their label, metres."""
    inside = labels >= 0
    if not inside.any():
        return 0.0
    points, of = xy[inside], labels[inside]
    count = np.bincount(of)
    mean = np.column_stack([np.bincount(of, weights=points[:, k]) for k in (0, 1)])
    centre = mean / np.maximum(count, 1)[:, None]
    return float(np.hypot(*(points - centre[of]).T).sum())


def whole_labels(labels: Any, n: int) -> Ints:
    """Return labels that a caller gave, one for each of ``n``; every negative one becomes -1."""
    found = np.asarray(labels)
    checks.same_length(found, n, "labels")
    if n and found.dtype.kind not in "iu":
        raise InvalidInput("labels", "labels must be whole numbers", "labels 应为整数")
    return np.maximum(found.astype(np.int64), -1)

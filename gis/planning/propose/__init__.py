"""Proposals: divide, repair, merge and balance grids; pure functions that change nothing."""

from gis.planning.propose.balance import Balanced, balance
from gis.planning.propose.clusters import Clusters, clusters
from gis.planning.propose.merge import Merged, merge_under
from gis.planning.propose.repair import Repaired, repair
from gis.planning.propose.unassigned import LeftOut

__all__ = [
    "Balanced",
    "Clusters",
    "LeftOut",
    "Merged",
    "Repaired",
    "balance",
    "clusters",
    "merge_under",
    "repair",
]

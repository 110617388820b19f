"""Proposals: divide, repair, merge and balance grids; pure functions that change nothing."""

from gis.planning.propose.clusters import Clusters, clusters
from gis.planning.propose.left_out import LeftOut

__all__ = ["Clusters", "LeftOut", "clusters"]

"""Proposals: divide, repair, merge and balance grids; pure functions that change nothing."""

from gis.planning.propose.clusters import Clusters, clusters
from gis.planning.propose.left_out import LeftOut
from gis.planning.propose.merge import Merged, merge_under

__all__ = ["Clusters", "LeftOut", "Merged", "clusters", "merge_under"]

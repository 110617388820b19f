"""Values to and from files and JSON; the frames of geopandas for analysts."""

from gis.exchange.frames import atlas_frames

__all__ = ["atlas_frames"]

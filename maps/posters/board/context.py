"""What every part of a notice board needs to draw itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis.division import Grid
from maps.posters.paper import Paper
from maps.posters.projected import ProjectedAtlas
from maps.settings import MapSettings

EDGE = 14


@dataclass(frozen=True)
class Board:
    """What every part of a board needs; ``f`` is the size of the sheet against A3."""

    paper: Paper
    ground: ProjectedAtlas
    grid: Grid
    f: float
    settings: MapSettings
    words: Mapping[str, Any]

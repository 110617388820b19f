"""folium, without the pandas it looks for as it starts and does without (a third of its import).

folium takes pandas when it is there, to accept data frames as locations. We give it none. So the
first import of folium happens while pandas is out of sight; a data frame that somebody in the same
process passes to folium later is known all the same.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _PandasWhenThere:
    """Stands for pandas in folium: until somebody imports it, nothing can be a data frame."""

    class _Nothing:
        pass

    def __getattr__(self, name: str) -> Any:
        loaded = sys.modules.get("pandas")
        return getattr(loaded, name) if loaded else self._Nothing


def _import_folium() -> ModuleType:
    if "folium" in sys.modules or "pandas" in sys.modules:
        return import_module("folium")
    sys.modules["pandas"] = None  # type: ignore[assignment]  # documented: the import fails
    try:
        folium = import_module("folium")
    finally:
        del sys.modules["pandas"]
    folium.utilities.pd = _PandasWhenThere()
    return folium


_import_folium()

import folium  # noqa: E402
from folium.map import Layer  # noqa: E402
from folium.template import Template  # noqa: E402

__all__ = ["Layer", "Template", "folium"]

"""From files to a checked set: what ``check`` reports on and ``load`` stores.

- :mod:`gis.intake.files`, :mod:`gis.intake.readers`: which kind each file is, and its reader; GDAL,
  calamine and openpyxl work in confined child processes (``vector_process``, and that of
  :mod:`gis.tables`);
- :mod:`gis.intake.tables`, :mod:`gis.intake.table_rows`, :mod:`gis.intake.headings`: tables as
  offices make them; :mod:`gis.intake.vocabulary`: features likewise;
- :mod:`gis.intake.people`, :mod:`gis.intake.places`, :mod:`gis.intake.households`: rows to values;
- :mod:`gis.intake.checked_set`: all of it together, checked; :mod:`gis.intake.soft_rules`: what is
  reported and loaded all the same;
- :mod:`gis.intake.preview`: what a set would change;
- :mod:`gis.intake.templates`: workbooks to fill in.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gis.intake.checked_set import Intake, ReadOptions, read_set
    from gis.intake.files import find_files, with_companions

__all__ = ["Intake", "ReadOptions", "find_files", "read_set", "with_companions"]

_OF_FILES = ("find_files", "with_companions")


def __getattr__(name: str) -> Any:
    """Import what is asked for: a child process that reads one file needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(
        import_module(f"{__name__}.{'files' if name in _OF_FILES else 'checked_set'}"), name
    )

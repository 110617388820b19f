"""The store: what was published, on a SQLite file or in PostGIS, behind one interface.

>>> open_store("sqlite:///var/wangge.db").is_sqlite
True
"""

from gis.store.in_force import DivisionHead, Holding, Identity, Versions
from gis.store.publishing import Published
from gis.store.store import Store, open_store

__all__ = [
    "DivisionHead",
    "Holding",
    "Identity",
    "Published",
    "Store",
    "Versions",
    "open_store",
]

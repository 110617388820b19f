"""Directories of places as rows."""

from __future__ import annotations

from sqlalchemy import Connection, select

from gis.directory import ContextFeature, ContextKind, Directory, Place, PlaceKind
from gis.schema import RECORDS, Kind
from gis.store import rows, tables


def save(connection: Connection, value: Directory, version: int) -> None:
    """Write the places, river and roads of a directory, whose head stands already."""
    rows.write(connection, tables.place, value.places, version)
    rows.write(connection, tables.context_feature, value.context, version)


def load(connection: Connection, version: int) -> Directory:
    """Return a directory as it stands, unchecked, without its date."""
    synthetic = connection.scalar(
        select(tables.directory.c.synthetic).where(tables.directory.c.version == version)
    )
    places = rows.read(
        connection,
        tables.place,
        version,
        Place,
        kind=PlaceKind,
        **{f.name: tuple for f in RECORDS[Kind.PLACES].own if f.is_list},
    )
    context = rows.read(
        connection, tables.context_feature, version, ContextFeature, kind=ContextKind
    )
    return Directory(places, context, synthetic=bool(synthetic), version=version)

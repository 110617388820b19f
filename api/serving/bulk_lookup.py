"""What lists of points share: the table of grid codes, and the compiled lookup."""

from __future__ import annotations

import asyncio

from gis.atlas import Atlas
from gis.bulk.batch import GridTable
from gis.lookup.cellindex import warm


class BulkLookup:
    """Keeps the table of the atlas that was asked last, and loads the compiled lookup once."""

    def __init__(self) -> None:
        self.kernel: asyncio.Task[None] | None = None
        self._table: tuple[Atlas, GridTable] | None = None

    def table_of(self, atlas: Atlas) -> GridTable:
        """Return the codes of an atlas, made once for the one that is asked again and again."""
        if self._table is None or self._table[0] is not atlas:
            self._table = atlas, GridTable.of(atlas)
        return self._table[1]

    def load_kernel(self) -> None:
        """Begin to load the compiled lookup; until it is there the plain one answers."""
        if self.kernel is None:
            self.kernel = asyncio.create_task(asyncio.to_thread(warm))

"""A process that publishes one set after another."""

from __future__ import annotations

from contextlib import closing

from gis.store import open_store
from tests.store.sets import whole_set


def publish_all(url: str, numbers: list[int]) -> list[int]:
    """Publish the sets of some numbers; return the division's version each became."""
    with closing(open_store(url)) as store:
        return [store.publish(**whole_set(n)).versions.division for n in numbers]

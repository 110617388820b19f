"""The order of the suite: what takes longest begins first, so that no process ends alone."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the modules with the most slow tests first, then those with the most tests.

    A module stays together and in order: `--dist loadfile` hands modules out as they come.
    """
    slow = Counter(_module(i) for i in items if i.get_closest_marker("slow"))
    size = Counter(map(_module, items))
    items.sort(key=lambda i: (-slow[_module(i)], -size[_module(i)], _module(i)))


def _module(item: pytest.Item) -> str:
    return item.nodeid.split("::")[0]

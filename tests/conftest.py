"""The order of the suite, and that every answer in it is as the application describes it.

What takes longest begins first, so that no process ends alone.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

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


def pytest_collection_finish() -> None:
    """Watch the application, where any of the tests brought it in."""
    if "fastapi" in sys.modules:
        from tests import described

        described.watch()


@pytest.fixture(autouse=True)
def _answers_are_as_described() -> Iterator[None]:
    """Fail a test that was answered otherwise than the API is described."""
    yield
    if "tests.described" in sys.modules:
        found = sys.modules["tests.described"].wrong()
        assert found == [], "answers that the description does not declare"
